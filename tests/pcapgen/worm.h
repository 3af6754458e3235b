/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PCAPGEN_WORM_H
#define TESTS_PCAPGEN_WORM_H

/* The outward behaviour of a Conficker-like worm (worm-detection.md A.2, A.3): whom it reaches for,
 * how fast and with what success.  There is no exploit in it: connections that succeed carry SMB
 * headers with empty bodies. */

#include <stdbool.h>
#include <stdint.h>

struct scene;

struct worm_plan {
	uint32_t who;
	uint64_t at_us;
	uint64_t until_us;
	double targets_per_s;
	bool in_order;          /* on-link targets ascending instead of at random */
	unsigned local_percent; /* of the targets are on-link */
	uint16_t port;
	uint64_t incubation_us; /* a new victim scans that long after its call-back */
	uint64_t victims_until_us;
};

/* Reaching a vulnerable station infects it: it calls back to the attacker, and after the incubation
 * runs the same plan until victims_until_us.  Needs a gateway. */
void worm_run(struct scene *scene, const struct worm_plan *plan);

#endif
