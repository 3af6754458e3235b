/* SPDX-License-Identifier: Apache-2.0 */
/* consent.h - whether the person at the screen has agreed (amt-out-of-band.md 2.5).
 *
 * A code is shown on the local screen; whoever sends it back may redirect and change the next boot until a timeout.
 * Time is an argument. */
#ifndef AMTSIM_CONSENT_H
#define AMTSIM_CONSENT_H

#include <stdbool.h>
#include <stdint.h>

struct rng;

enum consent_state {
	CONSENT_NOT_STARTED,
	CONSENT_REQUESTED,
	CONSENT_DISPLAYED,
	CONSENT_RECEIVED,
	CONSENT_IN_SESSION
};

/* OptInRequired; Client Control Mode means all, whatever is set. */
#define CONSENT_NONE 0u
#define CONSENT_KVM  1u
#define CONSENT_ALL  UINT32_MAX

/* ReturnValue; which number tells a wrong code is a CHOICE. */
enum consent_answer {
	CONSENT_DONE = 0,
	CONSENT_BAD_STATE = 2,
	CONSENT_BLOCKED = 3,
	CONSENT_WRONG_CODE = 36
};

struct consent {
	uint32_t required;
	uint32_t code_timeout_s, display_timeout_s;
	enum consent_state state;
	uint32_t code; /* six digits, while displayed */
	unsigned wrong_codes;
	uint64_t until_ns, blocked_until_ns;
};

void consent_init(struct consent *consent);
enum consent_answer consent_start(struct consent *consent, struct rng *rng, uint64_t now_ns);
enum consent_answer consent_send(struct consent *consent, uint32_t code, uint64_t now_ns);
enum consent_answer consent_cancel(struct consent *consent);
/* True if it ends because its time is over. */
bool consent_tick(struct consent *consent, uint64_t now_ns);
bool consent_is_given(const struct consent *consent);

#endif
