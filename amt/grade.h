/* SPDX-License-Identifier: Apache-2.0 */
/* grade.h - what a survey found, as findings and a grade: a pure function of values. */
#ifndef CORDON_AMT_GRADE_H
#define CORDON_AMT_GRADE_H

#include <stdbool.h>
#include <stdint.h>

#include "amt/amt.h"
#include "amt/health.h"
#include "amt/inventory.h"
#include "amt/session.h"

/* Borrowed texts. */
struct grade_survey {
	enum session_trouble trouble;
	bool settings_wrong; /* nothing could be asked: our own settings */
	bool another_device; /* it answered, and is not the machine we mean */
	const char *failure; /* how the survey ended; NULL: well */
	uint8_t tls;         /* enum asset_tls */
	const struct inventory *inventory;
	const struct health *health;
	bool objects_known;
	uint32_t policies_used, filters_used, foreign_policies;
	uint32_t filters_ours, policies_ours;
	bool foreign_in_place;    /* somebody else's policy sits where ours must go */
	const char *taken_beside; /* whose policy sits so on the second port; NULL: nobody's */
	const char *
		open; /* why the second port did not take ours when it was last asked; NULL: it did, or was not */
	const char *rival; /* the strongest enabled policy of others on our port; NULL: none */
	uint32_t rival_precedence, our_precedence;
	uint64_t flash_protected_s; /* for how long still; 0: not */
	uint64_t wall_s;            /* 0: not known */
};

/* Fills grade, enforcement and findings; leaves the rest of the report alone. */
void grade(const struct grade_survey *survey, struct amt_report *report);

#endif
