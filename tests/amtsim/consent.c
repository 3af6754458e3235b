/* SPDX-License-Identifier: Apache-2.0 */
/* CHOICES: the code is displayed at once; the third wrong one blocks new starts for a minute. */
#include "tests/amtsim/consent.h"

#include "tests/amtsim/rng.h"

#define SECOND_NS   UINT64_C(1000000000)
#define WRONG_CODES 3
#define BLOCKED_S   60

void consent_init(struct consent *consent)
{
	*consent = (struct consent){ .required = CONSENT_NONE,
				     .code_timeout_s = 120,
				     .display_timeout_s = 300 };
}

enum consent_answer consent_start(struct consent *consent, struct rng *rng, uint64_t now_ns)
{
	if (now_ns < consent->blocked_until_ns)
		return CONSENT_BLOCKED;
	if (consent->state != CONSENT_NOT_STARTED)
		return CONSENT_BAD_STATE;
	consent->state = CONSENT_DISPLAYED;
	consent->code = rng_below(rng, 1000000);
	consent->wrong_codes = 0;
	consent->until_ns = now_ns + consent->display_timeout_s * SECOND_NS;
	return CONSENT_DONE;
}

enum consent_answer consent_send(struct consent *consent, uint32_t code, uint64_t now_ns)
{
	if (consent->state != CONSENT_DISPLAYED)
		return CONSENT_BAD_STATE;
	if (code == consent->code) {
		consent->state = CONSENT_RECEIVED;
		consent->until_ns = now_ns + consent->code_timeout_s * SECOND_NS;
		return CONSENT_DONE;
	}
	if (++consent->wrong_codes == WRONG_CODES) {
		consent->state = CONSENT_NOT_STARTED;
		consent->blocked_until_ns = now_ns + BLOCKED_S * SECOND_NS;
	}
	return CONSENT_WRONG_CODE;
}

enum consent_answer consent_cancel(struct consent *consent)
{
	if (consent->state == CONSENT_NOT_STARTED)
		return CONSENT_BAD_STATE;
	consent->state = CONSENT_NOT_STARTED;
	return CONSENT_DONE;
}

bool consent_tick(struct consent *consent, uint64_t now_ns)
{
	if (consent->state == CONSENT_NOT_STARTED || now_ns < consent->until_ns)
		return false;
	consent->state = CONSENT_NOT_STARTED;
	return true;
}

bool consent_is_given(const struct consent *consent)
{
	return consent->state >= CONSENT_RECEIVED;
}
