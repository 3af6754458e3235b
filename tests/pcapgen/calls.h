/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PCAPGEN_CALLS_H
#define TESTS_PCAPGEN_CALLS_H

/* One station calls on many: what programs with a list do, and programs that make one up. */

#include <stdbool.h>
#include <stdint.h>

struct scene;

enum call_kind {
	CALL_TCP,
	CALL_UDP,
	CALL_PING,
	CALL_NAME /* drawn letter by letter, and only looked up */
};
enum { CALL_PORTS_MAX = 4 };

struct calls_plan {
	enum call_kind kind;
	bool in_order, named; /* named: each is looked up before */
	uint32_t who;
	uint32_t to;    /* first address; 0 = strangers all over 198.18.0.0/15 */
	unsigned row;   /* strangers side by side in each network */
	unsigned count; /* whom */
	/* Of strangers, that answer; of the others, that refuse instead of keeping silent. */
	unsigned live_percent, refuse_percent;
	unsigned ports; /* one after the other at whom does not answer, two seconds apart */
	uint16_t port[CALL_PORTS_MAX];
	unsigned letters;   /* CALL_NAME */
	const char *suffix; /* of all names; NULL = well-known ones in turn */
	double per_s;
	uint64_t at_us, late_us; /* late: how much longer the way to strangers is */
};

void calls_run(struct scene *scene, const struct calls_plan *plan);

#endif
