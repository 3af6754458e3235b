/* SPDX-License-Identifier: Apache-2.0 */
/* A list of who gained evidence when, and on what; counted at most ten times a second.
 *
 * Left out: telling an outage from forged names, which look alike; and which switch it was; nobody here knows the cables. */
#include "core/incident/fault.h"

#include <string.h>

#include "core/base/mem.h"
#include "core/base/units.h"
#include "core/detect/evidence.h"

#define WINDOW_NS      s_to_ns(10)
#define COUNT_EVERY_NS ms_to_ns(100)
#define HOSTS_MAX      1024
#define NEIGHBORS      0 /* stands for a port */

struct gained {
	uint64_t at_ns; /* the latest */
	uint16_t port;
	bool in_doubt;
};

struct fault {
	struct fault_state state;
	struct host_key hosts[HOSTS_MAX];
	struct gained gained[HOSTS_MAX];
	size_t count, next;
	uint64_t counted_ns;
	struct host_key stopped[HOSTS_MAX]; /* as fault_hosts() told them */
};

struct fault *fault_new(void)
{
	return mem_alloc(sizeof(struct fault));
}

void fault_free(struct fault *fault)
{
	mem_free(fault);
}

struct fault_state fault_state(const struct fault *fault)
{
	return fault->state;
}

size_t fault_hosts(struct fault *fault, const struct host_key **hosts)
{
	size_t count = 0;

	for (size_t i = 0; i < fault->count; i++)
		if (fault->state.is_for_all || fault->gained[i].in_doubt)
			fault->stopped[count++] = fault->hosts[i];
	*hosts = fault->stopped;
	return count;
}

bool fault_stops(const struct fault *fault, const struct evidence *evidence)
{
	return fault->state.broken && (fault->state.is_for_all || evidence->doubt);
}

static void remember(struct fault *fault, const struct evidence *evidence, uint64_t now_ns)
{
	struct gained gained = { .at_ns = now_ns,
				 .port = evidence->port_class == CLASS_NEIGHBOR ? NEIGHBORS
										: evidence->port,
				 .in_doubt = evidence->doubt };
	size_t at = 0;

	while (at < fault->count &&
	       memcmp(&fault->hosts[at], &evidence->host, sizeof(evidence->host)) != 0)
		at++;
	if (at == fault->count) {
		at = fault->next;
		fault->next = (fault->next + 1) % HOSTS_MAX;
		if (fault->count < HOSTS_MAX)
			fault->count++;
		fault->hosts[at] = evidence->host;
	} else {
		gained.in_doubt = gained.in_doubt || fault->gained[at].in_doubt;
	}
	fault->gained[at] = gained;
}

/* Who gained nothing in the window is no part of what comes. */
static void forget_old(struct fault *fault, uint64_t now_ns)
{
	size_t kept = 0;

	for (size_t i = 0; i < fault->count; i++) {
		if (fault->gained[i].at_ns + WINDOW_NS < now_ns)
			continue;
		fault->hosts[kept] = fault->hosts[i];
		fault->gained[kept++] = fault->gained[i];
	}
	fault->count = kept;
	fault->next = kept % HOSTS_MAX;
}

static unsigned in_window(const struct fault *fault, uint64_t now_ns, bool without_doubt)
{
	unsigned hosts = 0;

	for (size_t i = 0; i < fault->count; i++)
		hosts += fault->gained[i].at_ns + WINDOW_NS >= now_ns &&
			 !(without_doubt && fault->gained[i].in_doubt);
	return hosts;
}

static bool is_share(unsigned hosts, unsigned live)
{
	return hosts >= FAULT_HOSTS_LEAST && hosts > FAULT_SHARE * live;
}

/* Is one port common to half of them?  The majority vote needs one pass, and one to check it. */
static bool has_common_port(const struct fault *fault, unsigned hosts, uint64_t now_ns)
{
	unsigned lead = 0, votes = 0;
	uint16_t port = 0;

	for (size_t i = 0; i < fault->count; i++) {
		if (fault->gained[i].at_ns + WINDOW_NS < now_ns)
			continue;
		if (lead == 0)
			port = fault->gained[i].port;
		lead += fault->gained[i].port == port ? 1u : -1u;
	}
	for (size_t i = 0; i < fault->count; i++)
		votes += fault->gained[i].at_ns + WINDOW_NS >= now_ns &&
			 fault->gained[i].port == port;
	return votes * 2 >= hosts;
}

/* Worms are about reaching others; one that disowns its connections is somebody's victim. */
static bool may_be_one(const struct evidence *evidence)
{
	return evidence->kind == EVIDENCE_WORM &&
	       (evidence->doubt == DOUBT_NONE || evidence->doubt == DOUBT_CROWD);
}

bool fault_note(struct fault *fault, const struct evidence *evidence, unsigned live,
		uint64_t now_ns)
{
	unsigned hosts;

	if (!may_be_one(evidence))
		return false;
	if (!fault->state.broken && now_ns >= fault->counted_ns + WINDOW_NS)
		forget_old(fault, now_ns);
	remember(fault, evidence, now_ns);
	if (fault->state.broken || now_ns < fault->counted_ns + COUNT_EVERY_NS)
		return false;
	forget_old(fault, now_ns);
	fault->counted_ns = now_ns;
	hosts = in_window(fault, now_ns, false);
	if (!is_share(hosts, live) || has_common_port(fault, hosts, now_ns))
		return false;
	fault->state =
		(struct fault_state){ .broken = true,
				      .is_for_all = is_share(in_window(fault, now_ns, true), live),
				      .hosts = hosts,
				      .live = live,
				      .since_ns = now_ns };
	return true;
}

bool fault_advance(struct fault *fault, uint64_t now_ns)
{
	unsigned hosts = in_window(fault, now_ns, false);

	if (!fault->state.broken)
		return false;
	if (hosts > fault->state.hosts)
		fault->state.hosts = hosts;
	if (now_ns < fault->state.since_ns + WINDOW_NS || is_share(hosts, fault->state.live))
		return false;
	fault->state.broken = false;
	fault->state.hosts = (unsigned)fault->count;
	return true;
}
