/* SPDX-License-Identifier: Apache-2.0 */
/* tracker.c - life, time and reports of the tracker.
 *
 * Every waiting contact stands in a queue of constant delay, so time costs one comparison per
 * packet.  The monotonic clock is built from the packets' wall times: a step back adds nothing, and
 * after a pause of more than a minute nobody is blamed for the silence.
 *
 * Left out on purpose: reassembly and connection state.  One contact has a handful of states and
 * ends with its first answer. */
#include "core/contact/tracker_internal.h"

#include <string.h>

#include "core/base/invariant.h"
#include "core/base/mem.h"
#include "core/base/units.h"
#include "core/contact/forgers.h"
#include "core/contact/stacks.h"

#define HOSTS_DEFAULT          UINT32_C(65536)
#define CONTACTS_DEFAULT       UINT32_C(262144)
#define NOVICES_DEFAULT        UINT32_C(16384)
#define OUTSTANDING_DEFAULT_MS 250
#define MEMORY_DEFAULT_MS      (10 * 60 * 1000)
#define STANDINGS              1024
#define PAUSE_NS               s_to_ns(60)
#define ANSWERS_CURRENT_MS     10000
#define NEVER                  UINT64_MAX

/* How long an answer may take: ARP repeats after 1 s, ping and SYN retries fall within these. */
static const uint32_t queue_delay_ms[PAIR_QUEUES] = {
	[QUEUE_NEIGHBOR] = 1000,
	[QUEUE_ECHO] = 2000,
	[QUEUE_FLOW] = 5000,
};

struct tracker *tracker_new(const struct tracker_config *config, const struct tracker_sink *sink)
{
	struct tracker *tracker = mem_alloc(sizeof(*tracker));
	uint32_t hosts_max = config->hosts_max ? config->hosts_max : HOSTS_DEFAULT;

	tracker->sink = *sink;
	tracker->key = config->key;
	tracker->region = mem_region_new();
	tracker->novices = novices_new(tracker->region,
				       config->novices_max ? config->novices_max : NOVICES_DEFAULT);
	tracker->popular = popular_new(tracker->region, hosts_max / 4 + 1, &config->key);
	/* Only neighbours are in it, and not every host is one. */
	tracker->book = addressbook_new(tracker->region, (hosts_max + 1) / 2, &config->key);
	tracker->hosts = hosts_new(tracker->region, hosts_max, &config->key);
	tracker->forgers = forgers_new(tracker->region, &config->key);
	tracker->visits = visits_new(tracker->region, tracker->hosts);
	tracker->stacks = stacks_new(hosts_capacity(tracker->hosts));
	tracker->coverage = coverage_new(&(struct coverage_sink){ sink->arg, sink->coverage });
	tracker->standings = roles_new(STANDINGS);
	tracker->outstanding_ms = config->outstanding_ns
					  ? (uint32_t)(config->outstanding_ns / NS_PER_MS)
					  : OUTSTANDING_DEFAULT_MS;
	tracker->memory_ms = config->memory_ns ? (uint32_t)(config->memory_ns / NS_PER_MS)
					       : MEMORY_DEFAULT_MS;
	tracker->pairs = pairs_new(tracker->region,
				   config->contacts_max ? config->contacts_max : CONTACTS_DEFAULT,
				   tracker->memory_ms, &config->key);
	tracker->due_ns = NEVER;
	return tracker;
}

void tracker_free(struct tracker *tracker)
{
	if (!tracker)
		return;
	roles_free(tracker->standings);
	coverage_free(tracker->coverage);
	popular_free(tracker->popular);
	stacks_free(tracker->stacks);
	addressbook_free(tracker->book);
	pairs_free(tracker->pairs);
	novices_free(tracker->novices);
	hosts_free(tracker->hosts);
	mem_region_free(tracker->region);
	mem_free(tracker);
}

struct host *tracker_meet(struct tracker *tracker, const struct host_key *key)
{
	return hosts_need(tracker->hosts, key, tracker->mono_ns);
}

const struct host *tracker_visitor(const struct tracker *tracker, const struct host *host,
				   uint64_t before_ns)
{
	return visits_find(tracker->visits, tracker_hash(tracker, &host->key.ip, host->key.vlan),
			   before_ns);
}

struct hosts *tracker_hosts(struct tracker *tracker)
{
	return tracker->hosts;
}

struct coverage *tracker_coverage(struct tracker *tracker)
{
	return tracker->coverage;
}

const struct roles *tracker_standings(const struct tracker *tracker)
{
	return tracker->standings;
}

struct tracker_counts tracker_counts(const struct tracker *tracker)
{
	return tracker->counts;
}

struct host *tracker_pair_host(struct tracker *tracker, const struct pair *pair)
{
	struct host *host = hosts_at(tracker->hosts, pair->host);

	return host->pair_check == pair->src_check ? host : NULL;
}

/* Nobody is blamed for silence that proves nothing. */
static uint8_t told_outcome(const struct pair *pair)
{
	bool is_silent = pair->state == CONTACT_OUTSTANDING || pair->state == CONTACT_IGNORED;

	return is_silent && pair->flags & CONTACT_BLIND ? CONTACT_UNKNOWN : pair->state;
}

bool tracker_is_news(const struct pair *pair, uint8_t previous)
{
	return previous != CONTACT_OUTSTANDING || told_outcome(pair) != CONTACT_IGNORED;
}

/* A public address that does not speak for itself here: only a router's frames bear it. */
static bool is_outsider(const struct tracker *tracker, const struct host *host)
{
	return !ip_is_private(&host->key.ip) &&
	       (mac_is_zero(&host->mac) || tracker_is_beyond(tracker, &host->key, &host->mac));
}

void tracker_report(struct tracker *tracker, const struct pair *pair, uint8_t previous,
		    uint64_t elapsed_us)
{
	struct host *host = tracker_pair_host(tracker, pair);
	struct contact contact;

	if (!host)
		return; /* forgotten with its evidence: nothing left to add to */
	contact = (struct contact){
		.src = host->key.ip,
		.dst = pair->dst,
		.opened_ns = pair->opened_ns,
		.elapsed_us = elapsed_us < UINT32_MAX ? (uint32_t)elapsed_us : UINT32_MAX,
		.host = pair->host,
		.vlan = host->key.vlan,
		.src_port = pair->src_port,
		.dst_port = pair->dst_port,
		.kind = pair->kind,
		.outcome = told_outcome(pair),
		.previous = previous,
		.flags = pair->flags,
		.roles = host->roles,
		.coverage = (uint8_t)coverage_faults(tracker->coverage, host->key.vlan),
	};
	if (host->roles & HOST_ROUTER)
		contact.flags |= CONTACT_FROM_ROUTER;
	if (is_outsider(tracker, host))
		contact.roles |= HOST_BEYOND;
	tracker->sink.contact(tracker->sink.arg, host, &contact);
}

static void report(struct tracker *tracker, const struct pair *pair, uint8_t previous)
{
	tracker_report(tracker, pair, previous,
		       tracker->wall_ns > pair->opened_ns
			       ? (tracker->wall_ns - pair->opened_ns) / NS_PER_US
			       : 0);
}

bool tracker_is_waiting(const struct tracker *tracker, uint32_t index)
{
	return pairs_at(tracker->pairs, index)->queue != QUEUE_NONE;
}

static void count_waiting(struct tracker *tracker, const struct pair *pair, int change)
{
	uint16_t *slot = &tracker->waiting[pair->src_check % WAITING_SLOTS];

	if (pair->kind != CONTACT_TCP)
		return;
	tracker->tcp_waiting = (uint32_t)((int64_t)tracker->tcp_waiting + change);
	/* Sticky when full: then the source is merely looked up more often than needed. */
	if (*slot != UINT16_MAX)
		*slot = (uint16_t)(*slot + change);
}

static void stop_waiting(struct tracker *tracker, uint32_t index)
{
	struct pair *pair = pairs_at(tracker->pairs, index);

	if (pair->queue == QUEUE_NONE)
		return;
	count_waiting(tracker, pair, -1);
	pairs_dequeue(tracker->pairs, index);
}

void tracker_count_outcome(struct tracker *tracker, enum contact_outcome outcome)
{
	struct tracker_counts *counts = &tracker->counts;

	if (outcome == CONTACT_ACCEPTED)
		counts->accepted++;
	else if (outcome == CONTACT_REFUSED)
		counts->refused++;
	else if (outcome == CONTACT_IGNORED)
		counts->ignored++;
	else if (outcome == CONTACT_UNROUTED)
		counts->unrouted++;
}

void tracker_settle(struct tracker *tracker, uint32_t index, enum contact_outcome outcome)
{
	struct pair *pair = pairs_at(tracker->pairs, index);
	uint8_t previous = pair->state;

	INVARIANT(previous != outcome);
	stop_waiting(tracker, index);
	pair->state = (uint8_t)outcome;
	pairs_touch(tracker->pairs, index, tracker->now_ms);
	tracker_count_outcome(tracker, outcome);
	if (tracker_is_news(pair, previous))
		report(tracker, pair, previous);
}

/* ---- time ---- */

uint32_t tracker_delay_ms(const struct tracker *tracker, enum pair_queue queue)
{
	return queue == QUEUE_OPENED ? tracker->outstanding_ms : queue_delay_ms[queue];
}

static bool is_due(const struct tracker *tracker, unsigned queue, uint32_t index)
{
	return index != PAIRS_NONE && tracker->now_ms - pairs_used_ms(tracker->pairs, index) >=
					      tracker_delay_ms(tracker, queue);
}

/* Frames to and from its station reach us, whichever of its addresses they bear: a scan of an IPv6 network may be the first that
 * is heard of the scanner's own address there. */
static bool is_station_seen(const struct tracker *tracker, const struct host *host)
{
	static const struct ip any_v4 = { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff } };
	uint16_t vlan = host->key.vlan;
	const struct host *other;
	struct host_key key;
	struct ip own;

	if (host->roles & HOST_UNICAST_SEEN)
		return true;
	if (ip_is_v4(&host->key.ip) ||
	    !addressbook_address(tracker->book, vlan, &host->mac, &any_v4, &own))
		return false;
	key = host_key_of(&own, vlan);
	other = hosts_find(tracker->hosts, &key);
	return other && other->roles & HOST_UNICAST_SEEN && mac_equal(&other->mac, &host->mac);
}

bool tracker_is_blind(const struct tracker *tracker, const struct host *host, unsigned kind,
		      const struct ip *dst)
{
	if (!host)
		return true;
	if (kind == CONTACT_ARP || kind == CONTACT_ND)
		return !is_station_seen(tracker, host) ||
		       !coverage_hears_neighbors(tracker->coverage, host->key.vlan);
	if (host->roles & HOST_BLIND ||
	    coverage_is_deaf(coverage_faults(tracker->coverage, host->key.vlan)))
		return true;
	return !ip_is_private(dst) &&
	       (!tracker->public_heard ||
		tracker->now_ms - tracker->public_answer_ms > ANSWERS_CURRENT_MS);
}

enum pair_queue tracker_queue_of(unsigned kind)
{
	if (kind == CONTACT_ARP || kind == CONTACT_ND)
		return QUEUE_NEIGHBOR;
	return kind == CONTACT_ICMP ? QUEUE_ECHO : QUEUE_FLOW;
}

static void become_outstanding(struct tracker *tracker, uint32_t index)
{
	struct pair *pair = pairs_at(tracker->pairs, index);
	struct host *host = tracker_pair_host(tracker, pair);

	if (host && tracker_queue_of(pair->kind) == QUEUE_NEIGHBOR &&
	    tracker_owner_heard_since(tracker, host, index)) {
		tracker_settle(tracker, index, CONTACT_ACCEPTED);
		return;
	}
	if (tracker_is_blind(tracker, host, pair->kind, &pair->dst))
		pair->flags |= CONTACT_BLIND;
	pairs_dequeue(tracker->pairs, index);
	pairs_enqueue(tracker->pairs, index, tracker_queue_of(pair->kind));
	pair->state = CONTACT_OUTSTANDING;
	report(tracker, pair, CONTACT_PENDING);
}

/* A contact whose provisional failure was held back stays held back: CONTACT_BLIND is taken off only where the host
 * itself asks again. */
static void give_up_waiting(struct tracker *tracker, uint32_t index)
{
	struct pair *pair = pairs_at(tracker->pairs, index);
	struct host *host = tracker_pair_host(tracker, pair);

	if (tracker_is_blind(tracker, host, pair->kind, &pair->dst))
		pair->flags |= CONTACT_BLIND;
	if (host && tracker_queue_of(pair->kind) == QUEUE_NEIGHBOR &&
	    tracker_owner_heard_since(tracker, host, index))
		tracker_settle(tracker, index, CONTACT_ACCEPTED);
	else
		tracker_settle(tracker, index, CONTACT_IGNORED);
}

static void find_next_due(struct tracker *tracker)
{
	tracker->due_ns = NEVER;
	for (unsigned q = QUEUE_OPENED; q < PAIR_QUEUES; q++) {
		uint32_t index = pairs_oldest(tracker->pairs, q);
		uint64_t left_ms;

		if (index == PAIRS_NONE)
			continue;
		left_ms = tracker_delay_ms(tracker, q) -
			  (tracker->now_ms - pairs_used_ms(tracker->pairs, index));
		if (tracker->mono_ns + ms_to_ns(left_ms) < tracker->due_ns)
			tracker->due_ns = tracker->mono_ns + ms_to_ns(left_ms);
	}
}

/* Out of line, as blame_nobody(): what is rarely due would cost every packet the saving of registers. */
static __attribute__((noinline)) void settle_due(struct tracker *tracker)
{
	tracker->now_ms = (uint32_t)(tracker->mono_ns / NS_PER_MS);
	for (unsigned q = QUEUE_OPENED; q < PAIR_QUEUES; q++) {
		uint32_t index;

		while (is_due(tracker, q, index = pairs_oldest(tracker->pairs, q))) {
			if (q == QUEUE_OPENED)
				become_outstanding(tracker, index);
			else
				give_up_waiting(tracker, index);
		}
	}
	find_next_due(tracker);
}

/* Nobody listened: what waited is not judged. */
static __attribute__((noinline)) void blame_nobody(struct tracker *tracker)
{
	tracker->now_ms = (uint32_t)(tracker->mono_ns / NS_PER_MS);
	tracker->paused = true;
	tracker->paused_ms = tracker->now_ms;
	for (unsigned q = QUEUE_OPENED; q < PAIR_QUEUES; q++) {
		uint32_t index;

		while ((index = pairs_oldest(tracker->pairs, q)) != PAIRS_NONE) {
			pairs_at(tracker->pairs, index)->flags |= CONTACT_BLIND;
			tracker_settle(tracker, index, CONTACT_IGNORED);
		}
	}
	tracker->due_ns = NEVER;
}

static void pass_time(struct tracker *tracker, uint64_t wall_ns)
{
	uint64_t step_ns = wall_ns - tracker->wall_ns;

	if (wall_ns < tracker->wall_ns) {
		tracker->counts.time_steps_back++;
		step_ns = 0;
	} else if (tracker->wall_ns == 0) {
		step_ns = 0; /* the first packet starts the clock */
	}
	tracker->wall_ns = wall_ns;
	tracker->mono_ns += step_ns;
	if (step_ns > PAUSE_NS)
		blame_nobody(tracker);
	if (tracker->mono_ns >= tracker->due_ns)
		settle_due(tracker);
}

static void sample(struct tracker *tracker, const struct packet *packet)
{
	tracker->now_ms = (uint32_t)(tracker->mono_ns / NS_PER_MS);
	coverage_count_packet(tracker->coverage, packet->vlan);
	coverage_advance(tracker->coverage, tracker->now_ms);
	tracker_watch_roles(tracker, packet);
}

void tracker_advance(struct tracker *tracker, uint64_t wall_ns)
{
	if (wall_ns > tracker->wall_ns)
		pass_time(tracker, wall_ns);
}

/* ---- opening ---- */

static bool is_remembered(struct tracker *tracker, uint32_t index)
{
	return tracker_is_waiting(tracker, index) ||
	       tracker->now_ms - pairs_used_ms(tracker->pairs, index) <= tracker->memory_ms;
}

struct pair *tracker_place(struct tracker *tracker, const struct pair_key *key, uint32_t *index,
			   struct host *host)
{
	struct pair *pair;

	if (*index == PAIRS_NONE)
		*index = pairs_room(tracker->pairs, key, tracker->now_ms);
	if (tracker_is_waiting(tracker, *index)) {
		tracker->counts.contacts_evicted++;
		stop_waiting(tracker, *index);
	}
	pair = pairs_place(tracker->pairs, *index, key, tracker->now_ms);
	host->pair_check = key->src_check;
	pair->host = hosts_index(tracker->hosts, host);
	return pair;
}

void tracker_wait(struct tracker *tracker, uint32_t index, enum pair_queue queue)
{
	uint64_t due_ns = tracker->mono_ns + ms_to_ns(tracker_delay_ms(tracker, queue));

	pairs_enqueue(tracker->pairs, index, queue);
	count_waiting(tracker, pairs_at(tracker->pairs, index), 1);
	if (due_ns < tracker->due_ns)
		tracker->due_ns = due_ns;
}

static void open_contact(struct tracker *tracker, const struct reach *reach,
			 const struct pair_key *key, uint32_t index, struct host *host)
{
	struct pair *pair;

	if (host->roles & (HOST_DISPUTED | HOST_DISOWNED))
		tracker_let_doubts_end(tracker, host);
	hosts_touch(host, tracker->mono_ns);
	pair = tracker_place(tracker, key, &index, host);
	tracker_bind_mac(tracker, host, reach->src_mac, reach->kind == CONTACT_ARP);
	pair->opened_ns = tracker->wall_ns;
	pair->src_port = reach->src_port;
	pair->flags = reach->flags;
	if (tracker_queue_of(reach->kind) == QUEUE_NEIGHBOR)
		pair->flags |= tracker_neighbor_flags(tracker, host, reach);
	else if (reach->src_mac && !mac_is_group(&reach->packet->dst_mac))
		host->roles |= HOST_UNICAST_SEEN;
	if (reach->kind == CONTACT_TCP && !reach->is_traced)
		pair->flags |= stacks_see(tracker->stacks,
					  &(struct stack_owner){ pair->host, pair->src_check },
					  reach->packet);
	pair->flags |= tracker_watch_coverage(tracker, host, reach);
	pair->flags |= tracker_popularity(tracker, pair, host->key.vlan);
	if (reach->kind == CONTACT_UDP)
		tracker_visited(tracker, pair, host, 0);
	tracker_wait(tracker, index, QUEUE_OPENED);
	tracker->counts.contacts++;
	report(tracker, pair, CONTACT_PENDING);
}

static bool is_repeat(struct tracker *tracker, uint32_t index)
{
	if (index == PAIRS_NONE || !is_remembered(tracker, index))
		return false;
	/* While it waits the mark holds the time of opening, which a repetition must not move. */
	if (!tracker_is_waiting(tracker, index))
		pairs_touch(tracker->pairs, index, tracker->now_ms);
	return true;
}

static inline struct pair_key key_of(const struct reach *reach)
{
	return (struct pair_key){ .dst = *reach->dst,
				  .dst_port = reach->dst_port,
				  .kind = reach->kind };
}

bool tracker_repeat(struct tracker *tracker, const struct reach *reach)
{
	uint64_t src_hash = tracker_hash(tracker, reach->src, reach->packet->vlan);
	struct pair_key key = key_of(reach);

	pairs_sign(tracker->pairs, src_hash, &key);
	return is_repeat(tracker, pairs_find(tracker->pairs, &key)) ||
	       tracker_novice_repeat(tracker, reach, src_hash);
}

/* The host that reaches; NULL if it stays a novice. */
static struct host *who_reaches(struct tracker *tracker, const struct reach *reach,
				uint64_t src_hash)
{
	struct host_key src;
	struct host *host =
		hosts_find_hashed(tracker->hosts, reach->src, reach->packet->vlan, src_hash);

	if (!host && tracker_queue_of(reach->kind) != QUEUE_NEIGHBOR)
		return tracker_novice_reach(tracker, reach, src_hash);
	if (!host && tracker_is_traced(tracker, reach))
		return NULL;
	if (!host) {
		src = host_key_of(reach->src, reach->packet->vlan);
		host = hosts_need(tracker->hosts, &src, tracker->mono_ns);
	}
	if (!host->pair_check)
		tracker_novice_join(tracker, host, src_hash);
	return host;
}

/* It was opened in the host's name because the host sent a frame in another's: the answer to that one goes elsewhere, but to
 * this one it would be heard.  Or a scanner would only have to forge each packet once before its own. */
static void reach_anew(const struct tracker *tracker, const struct reach *reach, uint32_t index,
		       const struct host *host)
{
	struct pair *pair = pairs_at(tracker->pairs, index);

	if (!(pair->flags & CONTACT_BLIND) || reach->is_traced ||
	    tracker_queue_of(reach->kind) == QUEUE_NEIGHBOR || !tracker_is_waiting(tracker, index))
		return;
	if (reach->src_mac && mac_equal(reach->src_mac, &host->mac) &&
	    !tracker_is_blind(tracker, host, reach->kind, reach->dst))
		pair->flags &= (uint8_t)~CONTACT_BLIND;
}

void tracker_reach(struct tracker *tracker, const struct reach *reach)
{
	uint64_t src_hash = tracker_hash(tracker, reach->src, reach->packet->vlan);
	struct host *host = who_reaches(tracker, reach, src_hash);
	struct pair_key key = key_of(reach);
	uint32_t index;

	if (!host)
		return;
	pairs_sign(tracker->pairs, src_hash, &key);
	index = pairs_find(tracker->pairs, &key);
	if (is_repeat(tracker, index)) {
		reach_anew(tracker, reach, index, host);
		return;
	}
	/* Who sent the host's latest contact need not be asked again. */
	if ((reach->src_mac && mac_equal(reach->src_mac, &host->mac)) ||
	    !tracker_is_traced(tracker, reach))
		open_contact(tracker, reach, &key, index, host);
}

/* ---- answers ---- */

bool tracker_find(struct tracker *tracker, const struct sought *sought, struct standing *standing)
{
	uint64_t src_hash = tracker_hash(tracker, sought->src, sought->vlan);
	struct pair_key key = { .dst = *sought->dst,
				.dst_port = sought->dst_port,
				.kind = sought->kind };
	uint32_t index;

	pairs_sign(tracker->pairs, src_hash, &key);
	index = pairs_find(tracker->pairs, &key);
	*standing = (struct standing){ .index = index,
				       .dst = *sought->dst,
				       .src_check = key.src_check,
				       .dst_port = sought->dst_port,
				       .kind = sought->kind };
	if (index == PAIRS_NONE)
		return tracker_novice_find(tracker, sought, src_hash, standing);
	standing->state = pairs_at(tracker->pairs, index)->state;
	standing->is_waiting = tracker_is_waiting(tracker, index);
	return true;
}

void tracker_answered(struct tracker *tracker, const struct standing *standing,
		      enum contact_outcome outcome)
{
	if (standing->novice)
		tracker_novice_settle(tracker, standing->novice, outcome);
	else
		tracker_settle(tracker, standing->index, outcome);
}

/* ---- packets ---- */

void tracker_see(struct tracker *tracker, const struct packet *packet)
{
	pass_time(tracker, packet->wall_ns);
	if (tracker->counts.packets++ % COVERAGE_SAMPLE == 0)
		sample(tracker, packet);
	if (packet->kind == PACKET_TCP && !(packet->tcp_flags & (TCP_SYN | TCP_RST))) {
		if (coverage_is_chosen(packet->tcp_seq))
			coverage_compare(tracker->coverage, packet,
					 (uint32_t)(tracker->mono_ns / NS_PER_MS));
		if (tracker->tcp_waiting || tracker->mono_ns < tracker->newcomers_until_ns)
			tracker_segment(tracker, packet);
		return;
	}
	tracker->now_ms = (uint32_t)(tracker->mono_ns / NS_PER_MS);
	switch (packet->kind) {
	case PACKET_TCP:
		tracker_tcp(tracker, packet);
		break;
	case PACKET_UDP:
		tracker_udp(tracker, packet);
		break;
	case PACKET_ICMP:
		tracker_icmp(tracker, packet);
		break;
	case PACKET_ARP:
	case PACKET_ND:
		tracker_neighbor(tracker, packet);
		break;
	default: /* no contact of ours: LLC, EAPOL, later fragments ... */
		tracker_watch_group(tracker, packet);
		break;
	}
}
