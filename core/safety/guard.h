/* SPDX-License-Identifier: Apache-2.0 */
/* guard.h - whom never to isolate, and whom not without asking people; asked last, whoever asks.
 *
 * Two sources: what the site lists, and what the sensor learns to be a gateway, DHCP or DNS server.  What was learnt is
 * kept for the life of the process: a machine does not stop being the gateway because it went quiet.
 *
 * A role protects fully only when it is established, that is attested by several others over half an hour (roles.h).  Until
 * then, and for machines that speak for many (NAT) or scan by trade (monitors), people are asked instead: a worm that
 * plays a role gains a question, not an exemption.
 *
 * A doubt is less than a no: an address that two machines use (worm-detection.md D.3) is not isolated automatically
 * while they do and for ten minutes after, but people may.  So it protects an innocent whose name is forged,
 * and no worm for ever. */
#ifndef CORDON_SAFETY_GUARD_H
#define CORDON_SAFETY_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/net/addr.h"

struct asset;
struct guard;

#define GUARD_REASON_BYTES 160

struct guard *guard_new(uint32_t learnt_max); /* 0 = 4096 */
void guard_free(struct guard *guard);
void guard_never_prefix(struct guard *guard, const struct prefix *prefix, const char *why);
void guard_never_mac(struct guard *guard, const struct mac *mac, const char *why);
struct guard_role {
	struct host_key host;
	struct mac mac; /* zero if unknown */
	unsigned role;  /* enum host_role, one bit; others than those above are passed over */
	bool established;
};
void guard_learn(struct guard *guard, const struct guard_role *role);
/* Roles that were not remembered because learnt_max was reached: somebody forges, or the site is larger. */
uint64_t guard_forgotten(const struct guard *guard);
/* Two machines use the address of host. */
void guard_doubt(struct guard *guard, const struct host_key *host, uint64_t now_ns);
/* Whether only people may isolate it; reason says why, for them. */
bool guard_is_in_doubt(const struct guard *guard, const struct host_key *host, uint64_t now_ns,
		       char reason[GUARD_REASON_BYTES]);
/* Whether host may be isolated; otherwise reason says why not, for people.  asset may be NULL: a machine that
 * we do not answer for is never isolated. */
bool guard_allows(const struct guard *guard, const struct host_key *host, const struct mac *mac,
		  const struct asset *asset, char reason[GUARD_REASON_BYTES]);

/* Whether people must agree although guard_allows(); reason says why. */
bool guard_asks(const struct guard *guard, const struct host_key *host, const struct mac *mac,
		char reason[GUARD_REASON_BYTES]);

#endif
