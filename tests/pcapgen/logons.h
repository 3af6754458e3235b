/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PCAPGEN_LOGONS_H
#define TESTS_PCAPGEN_LOGONS_H

/* Somebody logs on again and again: who guesses, and who is merely clumsy. */

#include <stdint.h>

struct scene;

enum logon_kind { LOGON_FTP, LOGON_TELNET, LOGON_RDP };

struct logons_plan {
	enum logon_kind kind;
	uint32_t who;
	uint32_t target;  /* the first of them */
	unsigned targets; /* neighbours in ascending order, one after the other */
	unsigned users;   /* names, the next one for each round of targets */
	unsigned count;   /* attempts in all */
	unsigned success_percent;
	double per_s;
	uint64_t at_us;
};

/* One connection per attempt.  Passwords are the letter x. */
void logons_run(struct scene *scene, const struct logons_plan *plan);

#endif
