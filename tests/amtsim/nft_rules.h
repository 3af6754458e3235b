/* SPDX-License-Identifier: Apache-2.0 */
/* nft_rules.h - a System Defense policy as an nftables rule set in the netdev family, so that a real
 * interface obeys it (amt-system-defense.md 3.3, 3.4).  Text only. */
#ifndef AMTSIM_NFT_RULES_H
#define AMTSIM_NFT_RULES_H

#include <stddef.h>
#include <stdint.h>

#include "tests/amtsim/sd_filter.h"

struct text;

#define NFT_NAME_BYTES 64

struct nft_target {
	const char *interface;
	char table[NFT_NAME_BYTES]; /* set by nft_target_init() */
	uint8_t host_ipv4[4];       /* for anti-spoofing; all zero: unknown */
	bool zero_is_spoofed;
	uint16_t port; /* of management besides 16992 to 16995 */
};

void nft_target_init(struct nft_target *target, const char *interface);

/* The whole rule set; replaces what was there in one transaction.  `policy` NULL: none, the
 * table is only removed. */
void nft_rules_write(struct text *out, const struct nft_target *target,
		     const struct sd_policy *policy, const struct sd_filter *const *filters);

/* One counter of what `nft list counters` prints: packets since the rules were loaded. */
struct nft_counter {
	uint32_t handle; /* a filter's, or a special one of gate.h */
	uint64_t packets;
};

/* Reads up to `size` of them; returns how many. */
size_t nft_rules_read(const char *listing, struct nft_counter *counters, size_t size);

#endif
