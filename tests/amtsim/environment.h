/* SPDX-License-Identifier: Apache-2.0 */
/* environment.h - whether the machine believes to be inside its own network
 * (amt-system-defense.md 2.9). */
#ifndef AMTSIM_ENVIRONMENT_H
#define AMTSIM_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ENVIRONMENT_STRING_BYTES 191 /* 190 characters and a NUL */
#define ENVIRONMENT_STRINGS      5

struct environment {
	uint32_t algorithm;                        /* 0 local domains, 1 remote URLs */
	char (*strings)[ENVIRONMENT_STRING_BYTES]; /* NULL until set */
	size_t count;
	bool vpn_routing;
	char suffix[64]; /* what the network's DHCP says, "" nothing */
};

void environment_fini(struct environment *environment);
/* Detection is on and no string is the network's suffix. */
bool environment_is_outside(const struct environment *environment);

#endif
