/* SPDX-License-Identifier: Apache-2.0 */
/* outbreak.h - one infected host let loose on the LAN, and whom it infects before it is cut off.
 *
 * R is what one infected host does (worm-detection.md E.3), so its victims do not scan: one
 * generation, one stream of packets, and every product judged on that same stream.  For each the
 * infections are counted that were complete by the conviction plus the enforcement latency. */
#ifndef CORDON_TESTS_EPIDEMIC_OUTBREAK_H
#define CORDON_TESTS_EPIDEMIC_OUTBREAK_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/epidemic/product.h"
#include "tests/epidemic/worm.h"

enum { PRODUCT_OURS, PRODUCT_PEER, PRODUCTS = PRODUCT_PEER + PEERS };

struct outbreak_plan {
	const struct worm *worm;
	unsigned live, vulnerable;
	double tau_s; /* from conviction to enforcement */
	uint64_t seed;
	bool only_ours;           /* the run ends when ours has settled it */
	bool broadcast_only;      /* an ordinary switch port: group frames alone reach the sensor */
	bool new_sensor;          /* it began to listen with the warm-up, else a week before */
	unsigned warm_up_minutes; /* of ordinary life before the worm */
};

struct outbreak_result {
	bool convicted[PRODUCTS];
	unsigned contacts[PRODUCTS]; /* that the worm had made at conviction */
	unsigned infected[PRODUCTS];
	double latency_s[PRODUCTS]; /* from the worm's first contact to conviction */
	bool suspected;             /* by ours, at that many contacts */
	unsigned suspected_contacts;
	unsigned own_contacts; /* that our incident counts */
	unsigned innocents;    /* others that ours convicted */
	unsigned innocents_of_peers;
	uint64_t packets;
};

void outbreak_run(const struct outbreak_plan *plan, struct outbreak_result *result);

#endif
