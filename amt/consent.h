/* SPDX-License-Identifier: Apache-2.0 */
/* consent.h - the agreement of the person at the screen, where firmware wants it before its next start is chosen
 * (amt-out-of-band.md 2.5). */
#ifndef CORDON_AMT_CONSENT_H
#define CORDON_AMT_CONSENT_H

#include <stdbool.h>
#include <stdint.h>

struct act;
struct cim_instance;

/* As IPS_OptInService tells it; all zero where the firmware knows no consent (before 6.0). */
struct consent {
	uint32_t required, state;   /* OptInRequired, OptInState */
	uint32_t shown_s, agreed_s; /* how long the code is shown, and the agreement holds */
};

void consent_read(struct consent *consent, const struct cim_instance *item);
bool consent_is_missing(const struct consent *consent);
/* ASK_CONSENT, GIVE_CODE, END_CONSENT. */
void consent_steps(struct act *act);

#endif
