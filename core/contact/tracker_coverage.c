/* SPDX-License-Identifier: Apache-2.0 */
/* tracker_coverage.c - what contacts tell about the sensor's own view (coverage.h).
 *
 * Left out: datagrams whose sender goes on without an answer.  Many protocols never answer, so that proves nothing.
 *
 * Where answers to ARP are not seen, a question asked again a second later proves that there was none.  It is trusted once the
 * address book has listened for ten minutes, by when routers are known by how many ask for them. */
#include "core/contact/tracker_internal.h"

#include "core/base/units.h"

#define FIRST_CLIENT_PORT 1024
/* Operating systems ask again about a second after a question that nobody answered. */
#define ASKS_AGAIN_NS ms_to_ns(600)
#define GIVES_UP_NS   s_to_ns(10)

/* From a service to a client's port: an answer, unless we know of no question. */
static bool is_unasked_answer(const struct reach *reach)
{
	return reach->kind == CONTACT_UDP && reach->src_port &&
	       reach->src_port < FIRST_CLIENT_PORT && reach->dst_port >= FIRST_CLIENT_PORT;
}

/* Which question for a neighbour it has asked and we have not heard answered; PAIRS_NONE if there is none. */
static uint32_t unheard_question(struct tracker *tracker, const struct reach *reach,
				 uint64_t src_hash)
{
	struct pair_key key = { .dst = *reach->dst,
				.kind = ip_is_v4(reach->dst) ? CONTACT_ARP : CONTACT_ND };
	uint32_t index;

	pairs_sign(tracker->pairs, src_hash, &key);
	index = pairs_find(tracker->pairs, &key);
	if (index != PAIRS_NONE && pairs_at(tracker->pairs, index)->state == CONTACT_ACCEPTED)
		return PAIRS_NONE;
	return index;
}

/* Spares those who go far the look-up: whoever asks for neighbours asks for some in the same /16. */
static bool may_be_neighbor(const struct host *host, const struct ip *dst)
{
	uint32_t last = host->last_target[!ip_is_v4(dst)];

	return last && (!ip_is_v4(dst) || last >> 16 == ip_v4_number(dst) >> 16);
}

/* It sends to a neighbour for which we have only heard it ask: it was told the station, so the neighbour lives, and what is said
 * to this host passes us by.  That is known before any connection shows it, so that pings and datagrams of a list are not
 * taken for failures.  A forger gains nothing where answers are heard, because then the silence of what it pretends to reach
 * counts in place of the question's. */
static void sends_to_neighbor(struct tracker *tracker, struct host *host, const struct reach *reach)
{
	uint16_t vlan = host->key.vlan;
	uint32_t index;

	if (!may_be_neighbor(host, reach->dst) ||
	    addressbook_is_router(tracker->book, vlan, &reach->packet->dst_mac))
		return;
	index = unheard_question(tracker, reach, tracker_hash(tracker, reach->src, vlan));
	if (index == PAIRS_NONE)
		return;
	if (!coverage_hears_neighbors(tracker->coverage, vlan)) {
		coverage_neighbor_missed(tracker->coverage, vlan);
		coverage_answer_missed(tracker->coverage, vlan, host->pair_check);
		host->roles |= HOST_BLIND;
	}
	tracker_settle(tracker, index, CONTACT_ACCEPTED);
}

/* Asked for by many, as a gateway is: it passes on what others ask for. */
static bool is_sought(const struct tracker *tracker, const struct host_key *host)
{
	return popular_is(tracker->popular, host, (unsigned)CONTACT_ARP << 16);
}

static void note_sought(struct tracker *tracker, const struct reach *reach,
			const struct host *asker)
{
	struct host_key sought = host_key_of(reach->dst, asker->key.vlan);

	popular_add(tracker->popular, &sought, (unsigned)CONTACT_ARP << 16, asker->pair_check);
}

void tracker_asked_again(struct tracker *tracker, const struct reach *reach)
{
	struct pair_key key = { .dst = *reach->dst, .kind = reach->kind };
	struct host_key asker = host_key_of(reach->src, reach->packet->vlan),
			target = host_key_of(reach->dst, reach->packet->vlan);
	const struct host *host;
	struct pair *pair;
	uint32_t index;

	pairs_sign(tracker->pairs, tracker_hash(tracker, reach->src, reach->packet->vlan), &key);
	index = pairs_find(tracker->pairs, &key);
	if (index == PAIRS_NONE)
		return;
	pair = pairs_at(tracker->pairs, index);
	if (!(pair->flags & CONTACT_BLIND) ||
	    (pair->state != CONTACT_OUTSTANDING && pair->state != CONTACT_IGNORED) ||
	    tracker->wall_ns < pair->opened_ns + ASKS_AGAIN_NS ||
	    tracker->wall_ns > pair->opened_ns + GIVES_UP_NS)
		return;
	host = tracker_pair_host(tracker, pair);
	if (!addressbook_is_warm(tracker->book, asker.vlan) || is_sought(tracker, &asker) ||
	    !host || tracker_came_from_elsewhere(tracker, host, &target))
		return;
	pair->flags = (uint8_t)((pair->flags & ~CONTACT_BLIND) | CONTACT_BOOK_WARM);
	pair->state = CONTACT_OUTSTANDING;
	tracker_report(tracker, pair, CONTACT_UNKNOWN,
		       (tracker->wall_ns - pair->opened_ns) / NS_PER_US);
}

uint8_t tracker_watch_coverage(struct tracker *tracker, struct host *host,
			       const struct reach *reach)
{
	uint16_t vlan = host->key.vlan;

	if (tracker_queue_of(reach->kind) == QUEUE_NEIGHBOR) {
		coverage_neighbor_asked(tracker->coverage, vlan, host->pair_check);
		if (!coverage_hears_neighbors(tracker->coverage, vlan))
			note_sought(tracker, reach, host);
		return tracker_is_blind(tracker, host, reach->kind, reach->dst) ? CONTACT_BLIND : 0;
	}
	/* Whose receiver is not told (cooked frames) is for one, as its address is. */
	if (!reach->src_mac || !mac_is_group(&reach->packet->dst_mac)) {
		coverage_direct(tracker->coverage, vlan);
		sends_to_neighbor(tracker, host, reach);
	}
	if (is_unasked_answer(reach))
		coverage_question_missed(tracker->coverage, vlan,
					 (uint32_t)tracker_hash(tracker, reach->src, vlan));
	return coverage_is_deaf(coverage_faults(tracker->coverage, vlan)) ? CONTACT_BLIND : 0;
}
