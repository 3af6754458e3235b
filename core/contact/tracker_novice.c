/* SPDX-License-Identifier: Apache-2.0 */
/* tracker_novice.c - first contacts held back until their source reaches for something else.
 *
 * A test over first contacts needs more than one, so nothing is lost by waiting for the second; and
 * who sends one packet and is never heard again, as each address of a forged flood, costs one cache
 * line and no detector (worm-detection.md C.3: state for those who might be scanners only).
 *
 * Unless it is let in by a neighbour: the one let in may never reach for more, and the neighbour is told by it to be a
 * server, or to have been infected.
 *
 * When the source becomes a host, its contact is told in the order and with the times that it would
 * have had: opened, outstanding, ignored, answered.  Of what cannot be known any more - was anybody
 * beyond the router heard when the answer was due? - the innocent reading is taken.
 *
 * Left out: questions about neighbours.  Who asks one is a host at once. */
#include "core/contact/tracker_internal.h"

#include "core/base/units.h"

#define TCP_PATIENCE_MS 5000
#define WELCOMES_PER_S  64
#define US_PER_MS       (NS_PER_MS / NS_PER_US)

static bool is_answered(const struct novice *novice)
{
	return novice->state != CONTACT_PENDING;
}

static uint32_t age_ms(const struct tracker *tracker, const struct novice *novice)
{
	return tracker->now_ms - novice->opened_ms;
}

/* Packets paused while it waited: its silence is nobody's. */
static bool missed_by_pause(const struct tracker *tracker, const struct novice *novice)
{
	return tracker->paused && !is_answered(novice) &&
	       age_ms(tracker, novice) > tracker->now_ms - tracker->paused_ms;
}

static uint32_t patience_ms(const struct tracker *tracker, const struct novice *novice)
{
	return tracker_delay_ms(tracker, tracker_queue_of(novice->kind));
}

static bool is_waiting(const struct tracker *tracker, const struct novice *novice)
{
	return !is_answered(novice) && !missed_by_pause(tracker, novice) &&
	       age_ms(tracker, novice) < patience_ms(tracker, novice);
}

/* ---- from novice to host ---- */

static void tell(struct tracker *tracker, struct pair *pair, enum contact_outcome outcome,
		 uint64_t elapsed_us)
{
	uint8_t previous = pair->state;

	pair->state = (uint8_t)outcome;
	if (tracker_is_news(pair, previous))
		tracker_report(tracker, pair, previous, elapsed_us);
}

static bool is_blind(const struct tracker *tracker, const struct host *host,
		     const struct novice *novice)
{
	if (tracker_is_blind(tracker, host, novice->kind, &novice->dst))
		return true;
	/* Whether anybody out there was heard at that time is forgotten. */
	return !ip_is_private(&novice->dst) &&
	       age_ms(tracker, novice) > 2 * patience_ms(tracker, novice);
}

/* Tells what happened up to now; what is still open waits like any other contact. */
static void catch_up(struct tracker *tracker, const struct novice *novice, uint32_t index)
{
	struct pair *pair = pairs_at(tracker->pairs, index);
	const struct host *host = tracker_pair_host(tracker, pair);
	uint32_t outstanding_ms = tracker_delay_ms(tracker, QUEUE_OPENED);
	uint32_t silent_ms = is_answered(novice) ? (uint32_t)(novice->elapsed_us / US_PER_MS)
						 : age_ms(tracker, novice);

	tracker_report(tracker, pair, CONTACT_PENDING, 0);
	if (missed_by_pause(tracker, novice)) {
		pair->flags |= CONTACT_BLIND;
		tracker_count_outcome(tracker, CONTACT_IGNORED);
		tell(tracker, pair, CONTACT_IGNORED, silent_ms * US_PER_MS);
		return;
	}
	if (silent_ms >= outstanding_ms) {
		if (is_blind(tracker, host, novice))
			pair->flags |= CONTACT_BLIND;
		tell(tracker, pair, CONTACT_OUTSTANDING, outstanding_ms * US_PER_MS);
	}
	if (silent_ms >= patience_ms(tracker, novice)) {
		tracker_count_outcome(tracker, CONTACT_IGNORED);
		tell(tracker, pair, CONTACT_IGNORED, patience_ms(tracker, novice) * US_PER_MS);
	}
	if (is_answered(novice) && novice->state != pair->state)
		tell(tracker, pair, novice->state, novice->elapsed_us);
	else if (is_waiting(tracker, novice))
		tracker_wait(tracker, index,
			     pair->state == CONTACT_PENDING ? QUEUE_OPENED
							    : tracker_queue_of(pair->kind));
}

static void join(struct tracker *tracker, struct novice *held, struct host *host, uint64_t src_hash)
{
	struct novice novice = *held;
	struct pair_key key = { .dst = novice.dst,
				.dst_port = novice.dst_port,
				.kind = novice.kind };
	struct pair *pair;
	uint32_t index;

	pairs_sign(tracker->pairs, src_hash, &key);
	index = pairs_find(tracker->pairs, &key);
	if (tracker_novice_is_borrowed(tracker, &novice)) {
		novices_remove(tracker->novices, held);
		return;
	}
	pair = tracker_place(tracker, &key, &index, host);
	pairs_touch(tracker->pairs, index,
		    is_waiting(tracker, &novice) ? novice.opened_ms
						 : novices_used_ms(tracker->novices, held));
	novices_remove(tracker->novices, held);
	pair->opened_ns = novice.opened_ns;
	pair->src_port = novice.src_port;
	pair->flags = novice.flags | tracker_popularity(tracker, pair, novice.vlan);
	tracker_bind_mac(tracker, host, &novice.mac, false);
	if (novice.marks & (NOVICE_HEARD | NOVICE_DIRECT))
		host->roles |= HOST_UNICAST_SEEN;
	if (novice.marks & NOVICE_BLIND)
		host->roles |= HOST_BLIND;
	if (coverage_is_deaf(coverage_faults(tracker->coverage, novice.vlan)))
		pair->flags |= CONTACT_BLIND;
	if (pair->kind == CONTACT_UDP ||
	    (pair->kind == CONTACT_TCP && novice.state == CONTACT_ACCEPTED))
		tracker_visited(tracker, pair, host, 0);
	tracker->counts.held--;
	tracker->counts.contacts++;
	catch_up(tracker, &novice, index);
}

void tracker_novice_join(struct tracker *tracker, struct host *host, uint64_t src_hash)
{
	struct novice *novice =
		novices_find(tracker->novices, src_hash, &host->key.ip, host->key.vlan);

	if (novice)
		join(tracker, novice, host, src_hash);
}

/* ---- packets of novices ---- */

static bool is_same(const struct novice *novice, const struct ip *dst, uint8_t kind,
		    uint16_t dst_port)
{
	return novice->kind == kind && novice->dst_port == dst_port && ip_equal(&novice->dst, dst);
}

static bool is_repeat(struct tracker *tracker, const struct novice *novice,
		      const struct reach *reach)
{
	if (!is_same(novice, reach->dst, reach->kind, reach->dst_port))
		return false;
	if (is_waiting(tracker, novice))
		return true;
	if (tracker->now_ms - novices_used_ms(tracker->novices, novice) > tracker->memory_ms)
		return false;
	novices_touch(tracker->novices, novice, tracker->now_ms);
	return true;
}

bool tracker_novice_repeat(struct tracker *tracker, const struct reach *reach, uint64_t src_hash)
{
	const struct novice *novice =
		novices_find(tracker->novices, src_hash, reach->src, reach->packet->vlan);

	return novice && is_repeat(tracker, novice, reach);
}

static void hold(struct tracker *tracker, const struct reach *reach, uint64_t src_hash)
{
	static const struct mac unknown;
	bool is_direct = reach->src_mac && !mac_is_group(&reach->packet->dst_mac);
	struct novice *novice = novices_place(tracker->novices, src_hash, tracker->now_ms);

	/* One by one: made elsewhere and copied it would cost twice. */
	novice->src = *reach->src;
	novice->dst = *reach->dst;
	novice->opened_ns = tracker->wall_ns;
	novice->opened_ms = tracker->now_ms;
	novice->elapsed_us = 0;
	novice->vlan = reach->packet->vlan;
	novice->src_port = reach->src_port;
	novice->dst_port = reach->dst_port;
	novice->mac = reach->src_mac ? *reach->src_mac : unknown;
	novice->kind = reach->kind;
	novice->state = CONTACT_PENDING;
	novice->flags = reach->flags;
	novice->marks = is_direct ? NOVICE_DIRECT : 0;
	tracker->counts.held++;
	if (reach->kind != CONTACT_TCP)
		return;
	tracker->newcomers_until_ns = tracker->mono_ns + ms_to_ns(TCP_PATIENCE_MS);
	tracker->newcomer_ms[(src_hash >> 16) % NEWCOMER_SLOTS] = tracker->now_ms;
}

struct host *tracker_novice_reach(struct tracker *tracker, const struct reach *reach,
				  uint64_t src_hash)
{
	struct novice *novice =
		novices_find(tracker->novices, src_hash, reach->src, reach->packet->vlan);
	struct host_key src;
	struct host *host;

	if (!novice) {
		hold(tracker, reach, src_hash);
		return NULL;
	}
	if (is_repeat(tracker, novice, reach) || tracker_is_traced(tracker, reach))
		return NULL;
	src = host_key_of(reach->src, reach->packet->vlan);
	host = hosts_need(tracker->hosts, &src, tracker->mono_ns);
	join(tracker, novice, host, src_hash);
	return host;
}

/* ---- answers to novices ---- */

static uint8_t state_by_now(const struct tracker *tracker, const struct novice *novice)
{
	if (is_answered(novice))
		return novice->state;
	if (!is_waiting(tracker, novice))
		return CONTACT_IGNORED;
	return age_ms(tracker, novice) < tracker_delay_ms(tracker, QUEUE_OPENED)
		       ? CONTACT_PENDING
		       : CONTACT_OUTSTANDING;
}

bool tracker_novice_find(struct tracker *tracker, const struct sought *sought, uint64_t src_hash,
			 struct standing *standing)
{
	struct novice *novice = novices_find(tracker->novices, src_hash, sought->src, sought->vlan);

	if (!novice || !is_same(novice, sought->dst, sought->kind, sought->dst_port))
		return false;
	standing->novice = novice;
	standing->state = state_by_now(tracker, novice);
	standing->is_waiting = is_waiting(tracker, novice);
	return true;
}

/* A neighbour let it in: for whoever learns servers and infections from what was accepted, one such contact is news.  Of a
 * flood whose victim answers, no more than a few a second become hosts. */
static bool is_welcome(struct tracker *tracker, const struct novice *novice,
		       enum contact_outcome outcome)
{
	uint32_t second = (uint32_t)(tracker->mono_ns / NS_PER_S);

	if (outcome != CONTACT_ACCEPTED || !ip_is_of_site(&novice->dst, &novice->src))
		return false;
	if (second != tracker->welcome_s)
		tracker->welcomes = 0;
	tracker->welcome_s = second;
	return tracker->welcomes++ < WELCOMES_PER_S;
}

static void welcome(struct tracker *tracker, struct novice *novice)
{
	struct host_key src = host_key_of(&novice->src, novice->vlan);

	join(tracker, novice, hosts_need(tracker->hosts, &src, tracker->mono_ns),
	     tracker_hash(tracker, &novice->src, novice->vlan));
}

void tracker_novice_settle(struct tracker *tracker, struct novice *novice,
			   enum contact_outcome outcome)
{
	uint64_t elapsed_us = tracker->wall_ns > novice->opened_ns
				      ? (tracker->wall_ns - novice->opened_ns) / NS_PER_US
				      : 0;

	novice->state = (uint8_t)outcome;
	novice->elapsed_us = elapsed_us < UINT32_MAX ? (uint32_t)elapsed_us : UINT32_MAX;
	novices_touch(tracker->novices, novice, tracker->now_ms);
	tracker_count_outcome(tracker, outcome);
	if (is_welcome(tracker, novice, outcome))
		welcome(tracker, novice);
}

void tracker_novice_segment(struct tracker *tracker, const struct packet *packet, uint64_t src_hash)
{
	struct novice *novice;

	if (tracker->now_ms - tracker->newcomer_ms[(src_hash >> 16) % NEWCOMER_SLOTS] >
	    TCP_PATIENCE_MS)
		return;
	novice = novices_find(tracker->novices, src_hash, &packet->src, packet->vlan);
	if (!novice || !is_same(novice, &packet->dst, CONTACT_TCP, packet->dst_port) ||
	    novice->src_port != packet->src_port || !is_waiting(tracker, novice))
		return;
	coverage_answer_missed(tracker->coverage, packet->vlan, pairs_src_check(src_hash));
	novice->marks |= NOVICE_BLIND;
	novice->flags |= CONTACT_BLIND;
	tracker_novice_settle(tracker, novice, CONTACT_IGNORED);
}
