/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PCAPGEN_OFFICE_H
#define TESTS_PCAPGEN_OFFICE_H

/* What ordinary PCs do all day: the background in which a worm has to be found, and the innocent
 * failures that must not be taken for one. */

#include <stdint.h>

struct scene;
struct station;

struct office_plan {
	uint64_t at_us;
	uint64_t until_us;
	uint64_t pause_us; /* of one PC between two activities, on average */
};

/* Needs a gateway and a DNS server; file server, DHCP and remediation server are used if present. */
void office_day(struct scene *scene, const struct office_plan *plan);

/* Somebody repairs an isolated PC: it renews its lease, resolves and fetches from the remediation
 * server, over and over.  Needs dns, dhcp and remediation. */
void office_repair(struct scene *scene, uint32_t who, uint64_t at_us, uint64_t until_us);

/* Asks the LAN's DNS server; returns when the answer is there.  0 as answer means that there is no such name. */
uint64_t office_resolve(struct scene *scene, struct station *pc, const char *name, uint32_t answer,
			uint64_t at_us);

#endif
