/* SPDX-License-Identifier: Apache-2.0 */
/* Plain lists, searched only when somebody is about to be isolated or a new role was seen: both are rare.
 *
 * A role is remembered by address and by MAC.  By MAC it also covers every host behind a router: their frames bear the
 * router's address, so who sent them cannot be known here.  A stranger can forge a role and so protect himself; that
 * is the price of never cutting the gateway, and it takes several others and half an hour; the refusal is told.  When the list
 * is full nothing established is forgotten, and who was turned away is counted.
 *
 * Doubts end by themselves.  Should there ever be more than have room, everybody is in doubt: who disputes
 * thousands of addresses must not push out the one that matters. */
#include "core/safety/guard.h"

#include <stdio.h>
#include <string.h>

#include "core/asset/asset.h"
#include "core/base/mem.h"
#include "core/base/units.h"
#include "core/contact/host.h"
#include "core/net/hash.h"

#define DEFAULT_LEARNT_MAX 4096
#define WHY_BYTES          96
#define DOUBT_NS           s_to_ns(600)
#define DOUBT_PLACES       8192
#define DOUBT_PROBES       16

struct never {
	bool is_mac;
	struct prefix prefix;
	struct mac mac;
	char why[WHY_BYTES];
};

struct learnt {
	struct host_key host;
	struct mac mac;
	unsigned roles, established; /* enum host_role */
};

struct dispute {
	struct host_key host;
	uint64_t until_ns; /* 0 = free */
};

struct guard {
	struct never *never;
	size_t never_count;
	struct learnt *learnt;
	size_t learnt_count, learnt_max;
	uint64_t forgotten;
	struct dispute *disputes;
	uint64_t all_until_ns; /* everybody is in doubt */
};

struct guard *guard_new(uint32_t learnt_max)
{
	struct guard *guard = mem_alloc(sizeof(*guard));

	guard->learnt_max = learnt_max ? learnt_max : DEFAULT_LEARNT_MAX;
	guard->learnt = mem_array(guard->learnt_max, sizeof(*guard->learnt));
	guard->disputes = mem_array(DOUBT_PLACES, sizeof(*guard->disputes));
	return guard;
}

void guard_free(struct guard *guard)
{
	if (!guard)
		return;
	mem_free(guard->never);
	mem_free(guard->learnt);
	mem_free(guard->disputes);
	mem_free(guard);
}

static struct never *add_never(struct guard *guard, const char *why)
{
	struct never *never;

	guard->never = mem_resize(guard->never, guard->never_count + 1, sizeof(*guard->never));
	never = &guard->never[guard->never_count++];
	memset(never, 0, sizeof(*never));
	snprintf(never->why, sizeof(never->why), "%s", why);
	return never;
}

void guard_never_prefix(struct guard *guard, const struct prefix *prefix, const char *why)
{
	add_never(guard, why)->prefix = *prefix;
}

void guard_never_mac(struct guard *guard, const struct mac *mac, const char *why)
{
	struct never *never = add_never(guard, why);

	never->is_mac = true;
	never->mac = *mac;
}

#define NEVER_ROLES (HOST_ROUTER | HOST_DHCP_SERVER | HOST_DNS_SERVER)
#define ASKED_ROLES (HOST_NAT | HOST_MONITOR)

static bool same_machine(const struct learnt *learnt, const struct guard_role *role)
{
	return memcmp(&learnt->host, &role->host, sizeof(role->host)) == 0 &&
	       mac_equal(&learnt->mac, &role->mac);
}

static struct learnt *find_learnt(const struct guard *guard, const struct guard_role *role)
{
	for (size_t i = 0; i < guard->learnt_count; i++)
		if (same_machine(&guard->learnt[i], role))
			return &guard->learnt[i];
	return NULL;
}

/* A place for a newcomer; NULL if all are taken.  One that is established displaces one that is not. */
static struct learnt *make_room(struct guard *guard, bool established)
{
	if (guard->learnt_count < guard->learnt_max)
		return &guard->learnt[guard->learnt_count++];
	guard->forgotten++;
	for (size_t i = 0; established && i < guard->learnt_count; i++)
		if (!guard->learnt[i].established)
			return &guard->learnt[i];
	return NULL;
}

void guard_learn(struct guard *guard, const struct guard_role *role)
{
	struct learnt *learnt = find_learnt(guard, role);

	if (!(role->role & (NEVER_ROLES | ASKED_ROLES)) ||
	    (role->role & ASKED_ROLES && !role->established))
		return;
	if (!learnt) {
		learnt = make_room(guard, role->established);
		if (!learnt)
			return;
		*learnt = (struct learnt){ .host = role->host, .mac = role->mac };
	}
	learnt->roles |= role->role;
	if (role->established)
		learnt->established |= role->role;
}

uint64_t guard_forgotten(const struct guard *guard)
{
	return guard->forgotten;
}

/* ---- doubts ------------------------------------------------------------------------------------ */

/* A fixed key will do: whoever aims at one place fills it, and then everybody is in doubt. */
static size_t first_place(const struct host_key *host)
{
	static const struct hash_key key = { { UINT64_C(0x6775617264),
					       UINT64_C(0x9e3779b97f4a7c15) } };

	return hash_address(&key, &host->ip, host->vlan) % DOUBT_PLACES;
}

static struct dispute *dispute_of(const struct guard *guard, const struct host_key *host)
{
	for (size_t i = 0, at = first_place(host); i < DOUBT_PROBES;
	     i++, at = (at + 1) % DOUBT_PLACES)
		if (guard->disputes[at].until_ns &&
		    memcmp(&guard->disputes[at].host, host, sizeof(*host)) == 0)
			return &guard->disputes[at];
	return NULL;
}

static struct dispute *free_place(const struct guard *guard, const struct host_key *host,
				  uint64_t now_ns)
{
	for (size_t i = 0, at = first_place(host); i < DOUBT_PROBES;
	     i++, at = (at + 1) % DOUBT_PLACES)
		if (guard->disputes[at].until_ns <= now_ns)
			return &guard->disputes[at];
	return NULL;
}

void guard_doubt(struct guard *guard, const struct host_key *host, uint64_t now_ns)
{
	struct dispute *dispute = dispute_of(guard, host);

	if (!dispute)
		dispute = free_place(guard, host, now_ns);
	if (dispute)
		*dispute = (struct dispute){ .host = *host, .until_ns = now_ns + DOUBT_NS };
	else
		guard->all_until_ns = now_ns + DOUBT_NS;
}

bool guard_is_in_doubt(const struct guard *guard, const struct host_key *host, uint64_t now_ns,
		       char reason[GUARD_REASON_BYTES])
{
	const struct dispute *dispute = dispute_of(guard, host);

	reason[0] = '\0';
	if (dispute && dispute->until_ns > now_ns)
		snprintf(
			reason, GUARD_REASON_BYTES,
			"two MAC addresses used this address within ten minutes, somebody may forge it: a person must approve");
	else if (guard->all_until_ns > now_ns)
		snprintf(
			reason, GUARD_REASON_BYTES,
			"more addresses are in dispute than can be remembered, somebody forges: a person must approve");
	return reason[0] != '\0';
}

/* ---- asking ------------------------------------------------------------------------------------ */

static const char *role_words(unsigned roles)
{
	if (roles & HOST_ROUTER)
		return "a router";
	if (roles & HOST_DHCP_SERVER)
		return "a DHCP server";
	if (roles & HOST_DNS_SERVER)
		return "a DNS server";
	return roles & HOST_NAT ? "a NAT box, behind which others are"
				: "a monitor, which scans by trade";
}

static bool is_listed(const struct guard *guard, const struct host_key *host, const struct mac *mac,
		      char reason[GUARD_REASON_BYTES])
{
	for (size_t i = 0; i < guard->never_count; i++) {
		const struct never *never = &guard->never[i];

		if (never->is_mac ? !mac_equal(&never->mac, mac)
				  : !prefix_contains(&never->prefix, &host->ip))
			continue;
		snprintf(reason, GUARD_REASON_BYTES, "it must never be isolated: %s", never->why);
		return true;
	}
	return false;
}

static const struct learnt *learnt_of(const struct guard *guard, const struct host_key *host,
				      const struct mac *mac, size_t *at)
{
	for (; *at < guard->learnt_count; (*at)++) {
		const struct learnt *learnt = &guard->learnt[*at];

		if (memcmp(&learnt->host, host, sizeof(*host)) == 0 ||
		    (!mac_is_zero(mac) && mac_equal(&learnt->mac, mac)))
			return &guard->learnt[(*at)++];
	}
	return NULL;
}

static bool is_learnt(const struct guard *guard, const struct host_key *host, const struct mac *mac,
		      char reason[GUARD_REASON_BYTES])
{
	const struct learnt *learnt;
	size_t at = 0;

	while ((learnt = learnt_of(guard, host, mac, &at))) {
		unsigned roles = learnt->established & NEVER_ROLES;

		if (!roles)
			continue;
		snprintf(reason, GUARD_REASON_BYTES, "%s %s",
			 memcmp(&learnt->host, host, sizeof(*host)) == 0
				 ? "it was seen to be"
				 : "its frames bear the MAC of a machine that was seen to be",
			 role_words(roles));
		return true;
	}
	return false;
}

bool guard_asks(const struct guard *guard, const struct host_key *host, const struct mac *mac,
		char reason[GUARD_REASON_BYTES])
{
	const struct learnt *learnt;
	size_t at = 0;

	reason[0] = '\0';
	while ((learnt = learnt_of(guard, host, mac, &at))) {
		unsigned roles = learnt->roles & ~(learnt->established & NEVER_ROLES);

		if (!roles)
			continue;
		snprintf(reason, GUARD_REASON_BYTES, "it %s %s: a person must approve",
			 roles & NEVER_ROLES ? "may be" : "was seen to be", role_words(roles));
		return true;
	}
	return false;
}

/* Whether the frames that convicted came from the asset's own interface (worm-detection.md D.3, binding). */
static bool is_someone_else(const struct asset *asset, const struct mac *mac,
			    char reason[GUARD_REASON_BYTES])
{
	char seen[MAC_TEXT_BYTES], known[MAC_TEXT_BYTES];

	if (mac_is_zero(mac) || mac_is_zero(&asset->mac) || mac_equal(mac, &asset->mac))
		return false;
	mac_text(mac, seen);
	mac_text(&asset->mac, known);
	snprintf(
		reason, GUARD_REASON_BYTES,
		"its frames came from MAC %s, but asset %.40s has %s: somebody may forge its address",
		seen, asset->name, known);
	return true;
}

bool guard_allows(const struct guard *guard, const struct host_key *host, const struct mac *mac,
		  const struct asset *asset, char reason[GUARD_REASON_BYTES])
{
	reason[0] = '\0';
	if (is_listed(guard, host, mac, reason) || is_learnt(guard, host, mac, reason))
		return false;
	if (!asset) {
		snprintf(reason, GUARD_REASON_BYTES,
			 "no asset of the roster is known under this address and MAC");
		return false;
	}
	if (asset->never_isolate) {
		snprintf(reason, GUARD_REASON_BYTES, "asset %.64s is marked never_isolate",
			 asset->name);
		return false;
	}
	/* The machine may have another address than the one it was seen with. */
	if (!ip_is_unspecified(&asset->ip)) {
		struct host_key own = host_key_of(&asset->ip, asset->vlan);

		if (is_listed(guard, &own, &asset->mac, reason) ||
		    is_learnt(guard, &own, &asset->mac, reason))
			return false;
	}
	return !is_someone_else(asset, mac, reason);
}
