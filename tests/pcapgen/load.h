/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PCAPGEN_LOAD_H
#define TESTS_PCAPGEN_LOAD_H

/* A busy link without any story: sessions of full segments, for measuring the packet path. */

#include <stdint.h>

struct scene;

struct load_plan {
	unsigned sessions;
	unsigned segments; /* per session, 1460 bytes each, from server to client */
	unsigned servers;  /* distinct, beyond the gateway */
	uint64_t at_us;
	uint64_t until_us;
};

/* The LAN's PCs take turns as clients; needs at least one PC and a gateway. */
void load_run(struct scene *scene, const struct load_plan *plan);

#endif
