/* SPDX-License-Identifier: Apache-2.0 */
/* roles.h - how well founded it is that a host is a gateway, a server, a NAT box or a monitor (worm-detection.md D.2).
 *
 * A role excuses, so a worm would like to have one.  What it does itself founds nothing: each role is attested by what
 * others do with it, and counts by how many different others and over how long a time.  A role is established after
 * witnesses of at least three hosts in three different stretches of ten minutes; until then it makes careful, it does
 * not excuse.  A host that a detector holds evidence against gains no standing.
 *
 * Vulnerability scanners are not learnt, not even to ask people before they are isolated.  What a scanner does is what convicts a
 * worm, so its standing could only grow while it stands convicted: never where policy isolates, for the first scan ends it; and
 * where a new site watches for its first days, the host that was infected before Cordon came earns it just as well, and with
 * it freedom from every automatic measure on the day when they are switched on.  Nor do its targets testify: they answer a
 * slow worm as they answer a scanner, and none of them may be vulnerable yet.  So a scanner is named by people, bound to
 * its MAC in the list of assets and to hours in the policy (policies/office.yaml, tag scanner), as D.2 asks; what it does
 * outside them is judged like anybody's.
 *
 * A server has a standing for each service.  Bounded: a table of fixed size; when it is full the role with the fewest witnesses gives way, established ones last. */
#ifndef CORDON_CONTACT_ROLES_H
#define CORDON_CONTACT_ROLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/net/addr.h"

struct buf;
struct roles;

struct role_witness {
	struct host_key host; /* who has the role */
	struct mac mac;       /* zero if unknown */
	unsigned role;        /* enum host_role of host.h, one bit */
	uint32_t who; /* a hash of the host that attests it, or of what was seen (NAT: the kind of machine) */
	uint16_t port; /* of the service, 0 if none */
	uint8_t kind;  /* enum contact_kind of the service */
};

/* Flat: crosses processes. */
struct role_standing {
	struct host_key host;
	struct mac mac;
	uint16_t role; /* enum host_role, one bit */
	uint16_t port;
	uint8_t kind;
	uint8_t stretches; /* different stretches of ten minutes, saturates */
	uint8_t established;
	uint8_t zero[5];
	uint32_t witnesses; /* different ones, about: beyond 200 an estimate that is too low */
};

struct roles *roles_new(uint32_t capacity);
void roles_free(struct roles *roles);
/* The standing if this witness makes news of it (the first one, established, twice as many as told); else NULL. */
const struct role_standing *roles_attest(struct roles *roles, const struct role_witness *witness,
					 uint32_t now_ms);
/* NULL if nobody has attested it. */
const struct role_standing *roles_find(const struct roles *roles, const struct host_key *host,
				       unsigned role, unsigned port);

/* All there are, in no order: index from 0, NULL behind the last. */
const struct role_standing *roles_next(const struct roles *roles, uint32_t *index);

/* "gateway", "DHCP server", "DNS server", "mail server", "domain controller", "proxy", "server", "NAT", "monitor". */
const char *role_word(const struct role_standing *standing);
/* "gateway: forwards for 214 hosts" and whether it is established. */
void role_explain(const struct role_standing *standing, struct buf *out);

#endif
