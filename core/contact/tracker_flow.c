/* SPDX-License-Identifier: Apache-2.0 */
/* tracker_flow.c - contacts over IP: TCP, UDP, ICMP echo and what ICMP errors say about them.
 *
 * Who began is the sender of the SYN, the first packet of a UDP exchange, or the echo request.
 * Group destinations never count: discovery talks to everybody by design (worm-detection.md D.2).
 *
 * Left out on purpose: sequence numbers of answers.  A forged answer is repaired by the true one
 * (a SYN-ACK after a reset wins) or noticed by the controller's witness; keeping numbers would
 * cost 4 bytes per pair and still not stop a forger who hears the SYN. */
#include "core/contact/tracker_internal.h"

#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

#include "core/base/units.h"
#include "core/contact/stacks.h"

#define STREAM_CURRENT_MS 1000
#define FIRST_CLIENT_PORT 1024

/* ICMP: RFC 792, RFC 1122 3.2.2.1, RFC 1812 5.2.7.1; ICMPv6: RFC 4443. */
enum {
	ICMP4_ECHO_REPLY = 0,
	ICMP4_UNREACHABLE = 3,
	ICMP4_ECHO = 8,
	ICMP4_TIME_EXCEEDED = 11,
	ICMP4_TIMESTAMP = 13,
	ICMP4_TIMESTAMP_REPLY = 14,
	ICMP4_MASK = 17,
	ICMP4_MASK_REPLY = 18,
	ICMP6_UNREACHABLE = 1,
	ICMP6_TIME_EXCEEDED_TYPE = 3,
	ICMP6_ECHO = 128,
	ICMP6_ECHO_ANSWER = 129,
};

/* Neither a group nor nobody.  IPv4 is asked without leaving the function: this is every packet's
 * first question. */
static inline bool is_single(const struct ip *ip)
{
	uint32_t number;

	if (!ip_is_v4(ip))
		return !ip_is_multicast(ip) && !ip_is_unspecified(ip);
	memcpy(&number, ip->bytes + 12, sizeof(number));
	return number != 0 && number != UINT32_MAX && ip->bytes[12] >> 4 != 14;
}

static bool between_single_hosts(const struct packet *packet)
{
	if (packet->marks & PACKET_HAS_MACS && mac_is_group(&packet->dst_mac))
		return false;
	return is_single(&packet->dst) && is_single(&packet->src);
}

static const struct mac *sender_mac(const struct packet *packet)
{
	return packet->marks & PACKET_HAS_MACS ? &packet->src_mac : NULL;
}

/* An answer reached the one who began. */
static void hear_answer(struct tracker *tracker, const struct standing *standing,
			const struct packet *packet)
{
	struct host *host = NULL;

	if (standing->state != CONTACT_ACCEPTED)
		coverage_answered(tracker->coverage, packet->vlan);
	if (standing->novice)
		standing->novice->marks =
			(uint8_t)((standing->novice->marks | NOVICE_HEARD) & ~NOVICE_BLIND);
	else
		host = tracker_pair_host(tracker, pairs_at(tracker->pairs, standing->index));
	if (host)
		host->roles = (uint16_t)((host->roles | HOST_UNICAST_SEEN) & ~HOST_BLIND);
	if (!ip_is_private(&packet->src)) {
		tracker->public_heard = true;
		tracker->public_answer_ms = tracker->now_ms;
		tracker_watch_way_out(tracker, packet);
	}
}

static void note_success(struct tracker *tracker, const struct standing *standing,
			 const struct packet *packet)
{
	struct host_key service = host_key_of(&standing->dst, packet->vlan);

	if (popular_add(tracker->popular, &service,
			(unsigned)standing->kind << 16 | standing->dst_port, standing->src_check))
		tracker_watch_service(tracker, standing, packet);
	if (standing->dst_port == 53)
		tracker_watch_dns(tracker, packet);
}

uint8_t tracker_popularity(const struct tracker *tracker, const struct pair *pair, uint16_t vlan)
{
	struct host_key service;

	if (pair->kind != CONTACT_TCP && pair->kind != CONTACT_UDP)
		return 0;
	service = host_key_of(&pair->dst, vlan);
	return popular_is(tracker->popular, &service, (unsigned)pair->kind << 16 | pair->dst_port)
		       ? CONTACT_TO_POPULAR
		       : 0;
}

void tracker_visited(struct tracker *tracker, const struct pair *pair, const struct host *host,
		     uint32_t seq)
{
	if (ip_is_of_site(&pair->dst, &host->key.ip) && !(pair->flags & CONTACT_TO_POPULAR))
		visits_note(tracker->visits, tracker_hash(tracker, &pair->dst, host->key.vlan),
			    host, tracker->wall_ns, seq);
}

static void was_let_in(struct tracker *tracker, const struct standing *standing, uint32_t seq)
{
	const struct pair *pair;
	const struct host *host;

	if (standing->novice)
		return;
	pair = pairs_at(tracker->pairs, standing->index);
	host = tracker_pair_host(tracker, pair);
	if (host && pair->flags & (CONTACT_STRANGE | CONTACT_UNLEARNT))
		stacks_accepted(tracker->stacks,
				&(struct stack_owner){ pair->host, pair->src_check },
				tracker->now_ms);
	if (host)
		tracker_visited(tracker, pair, host, seq);
}

/* NULL unless the number shows that it was never used. */
static struct host *take_back_visit(struct tracker *tracker, const struct ip *src,
				    const struct host_key *visited, uint32_t seq)
{
	struct host *host = hosts_find_hashed(tracker->hosts, src, visited->vlan,
					      tracker_hash(tracker, src, visited->vlan));

	if (!host || !visits_retract(tracker->visits,
				     tracker_hash(tracker, &visited->ip, visited->vlan), host, seq))
		return NULL;
	return host;
}

/* ---- TCP ---- */

static void tcp_open(struct tracker *tracker, const struct packet *packet)
{
	struct reach reach = { .packet = packet,
			       .src = &packet->src,
			       .dst = &packet->dst,
			       .src_mac = sender_mac(packet),
			       .src_port = packet->src_port,
			       .dst_port = packet->dst_port,
			       .kind = CONTACT_TCP };

	if (!(packet->marks & PACKET_TCP_OPTIONS) || packet->tcp_flags & TCP_FIN)
		reach.flags = CONTACT_BARE_SYN;
	tracker_reach(tracker, &reach);
}

/* What the packet would answer: a contact of its receiver. */
static struct sought sought_by(const struct packet *packet, uint8_t kind)
{
	return (struct sought){ .src = &packet->dst,
				.dst = &packet->src,
				.vlan = packet->vlan,
				.dst_port = kind == CONTACT_ICMP ? 0 : packet->src_port,
				.kind = kind };
}

/* An answer to nothing, as it seems: a SYN-ACK, or what refuses a SYN (RFC 9293 3.10.7.1), which has no number of its own. */
static void miss_question(struct tracker *tracker, const struct packet *packet)
{
	if (packet->tcp_flags & TCP_SYN)
		coverage_question_missed(tracker->coverage, packet->vlan,
					 (uint32_t)tracker_hash(tracker, &packet->src,
								packet->vlan));
	else if (packet->tcp_seq || !(packet->tcp_flags & TCP_ACK))
		return;
	early_note(&tracker->early, packet, tracker->now_ms);
}

/* It went on talking a moment ago and we took the answer for missing: no contact is given up so soon for another reason. */
static bool seemed_unanswered(const struct tracker *tracker, const struct standing *standing)
{
	const struct pair *pair;

	if (standing->state != CONTACT_IGNORED)
		return false;
	if (standing->novice)
		return standing->novice->marks & NOVICE_BLIND &&
		       tracker->wall_ns < standing->novice->opened_ns + NS_PER_S;
	pair = pairs_at(tracker->pairs, standing->index);
	return pair->flags & CONTACT_BLIND && tracker->wall_ns < pair->opened_ns + NS_PER_S;
}

static void tcp_answer(struct tracker *tracker, const struct packet *packet,
		       enum contact_outcome outcome)
{
	struct sought sought = sought_by(packet, CONTACT_TCP);
	struct standing standing;

	if (!tracker_find(tracker, &sought, &standing)) {
		miss_question(tracker, packet);
		return;
	}
	if (outcome == CONTACT_ACCEPTED && seemed_unanswered(tracker, &standing))
		coverage_answer_late(tracker->coverage, packet->vlan);
	hear_answer(tracker, &standing, packet);
	if (standing.state == CONTACT_ACCEPTED)
		return; /* a reset later in the life of a connection, a repeated SYN-ACK */
	if (outcome == CONTACT_REFUSED && standing.state != CONTACT_IGNORED && !standing.is_waiting)
		return;
	if (outcome == CONTACT_ACCEPTED) {
		note_success(tracker, &standing, packet);
		was_let_in(tracker, &standing, packet->tcp_ack);
	}
	tracker_answered(tracker, &standing, outcome);
}

/* A reset that acknowledges nothing and has the number that the SYN-ACK asked for answers that SYN-ACK (RFC 9293 3.10.7.1):
 * the TCP of the address knows nothing of the SYN.  Somebody else sent it, or a scanner beside that TCP. */
static void disown(struct tracker *tracker, const struct packet *packet)
{
	struct host_key visited = host_key_of(&packet->dst, packet->vlan);
	struct host *host = take_back_visit(tracker, &packet->src, &visited, packet->tcp_seq);

	if (!host)
		return;
	host->roles |= HOST_DISOWNED;
	host->disowned_s = (uint16_t)(tracker->now_ms / 1000);
	stacks_disowned(tracker->stacks, &(struct stack_owner){ hosts_index(tracker->hosts, host),
								host->pair_check });
}

static void tcp_meet_early(struct tracker *tracker, const struct packet *question)
{
	const struct packet *answer = early_take(&tracker->early, question, tracker->now_ms);

	if (!answer)
		return;
	if (answer->tcp_flags & TCP_SYN)
		coverage_question_late(tracker->coverage, question->vlan);
	tcp_answer(tracker, answer,
		   answer->tcp_flags & TCP_RST ? CONTACT_REFUSED : CONTACT_ACCEPTED);
}

void tracker_tcp(struct tracker *tracker, const struct packet *packet)
{
	if (!between_single_hosts(packet))
		return;
	tracker_watch_routing(tracker, packet);
	if (packet->tcp_flags & TCP_RST) {
		if (!(packet->tcp_flags & TCP_ACK))
			disown(tracker, packet);
		tcp_answer(tracker, packet, CONTACT_REFUSED);
	} else if (packet->tcp_flags & TCP_ACK)
		tcp_answer(tracker, packet, CONTACT_ACCEPTED);
	else {
		tcp_open(tracker, packet);
		if (early_has(&tracker->early, tracker->now_ms))
			tcp_meet_early(tracker, packet);
	}
}

/* It goes on talking on a connection whose SYN-ACK we never saw. */
static void goes_on_unanswered(struct tracker *tracker, uint32_t index)
{
	struct pair *pair = pairs_at(tracker->pairs, index);
	struct host *host = tracker_pair_host(tracker, pair);

	if (host) {
		host->roles |= HOST_BLIND;
		coverage_answer_missed(tracker->coverage, host->key.vlan, pair->src_check);
	}
	pair->flags |= CONTACT_BLIND;
	tracker_settle(tracker, index, CONTACT_IGNORED);
}

void tracker_segment(struct tracker *tracker, const struct packet *packet)
{
	uint64_t src_hash = tracker_hash(tracker, &packet->src, packet->vlan);
	struct pair_key key = { .dst = packet->dst,
				.dst_port = packet->dst_port,
				.kind = CONTACT_TCP };
	uint32_t index;

	if (!(packet->tcp_flags & TCP_ACK))
		return;
	tracker->now_ms = (uint32_t)(tracker->mono_ns / NS_PER_MS);
	tracker_novice_segment(tracker, packet, src_hash);
	if (!tracker->waiting[pairs_src_check(src_hash) % WAITING_SLOTS])
		return;
	pairs_sign(tracker->pairs, src_hash, &key);
	index = pairs_find(tracker->pairs, &key);
	if (index != PAIRS_NONE && tracker_is_waiting(tracker, index) &&
	    pairs_at(tracker->pairs, index)->src_port == packet->src_port)
		goes_on_unanswered(tracker, index);
}

/* ---- UDP ---- */

/* To a service that has just answered, as it seems, what nobody had asked. */
static bool is_late_question(const struct tracker *tracker, const struct standing *standing,
			     const struct packet *packet)
{
	return standing->state == CONTACT_PENDING && !standing->novice &&
	       packet->dst_port < packet->src_port && packet->dst_port < FIRST_CLIENT_PORT &&
	       tracker->wall_ns <
		       pairs_at(tracker->pairs, standing->index)->opened_ns + ms_to_ns(EARLY_MS);
}

/* Whether the packet belongs to a contact that the receiver opened. */
static bool udp_answer(struct tracker *tracker, const struct packet *packet)
{
	struct sought sought = sought_by(packet, CONTACT_UDP);
	struct standing standing;

	if (!tracker_find(tracker, &sought, &standing))
		return false;
	if (is_late_question(tracker, &standing, packet))
		coverage_question_late(tracker->coverage, packet->vlan);
	hear_answer(tracker, &standing, packet);
	if (standing.state != CONTACT_ACCEPTED) {
		note_success(tracker, &standing, packet);
		tracker_answered(tracker, &standing, CONTACT_ACCEPTED);
	} else if (standing.novice) {
		novices_touch(tracker->novices, standing.novice, tracker->now_ms);
	} else {
		pairs_touch(tracker->pairs, standing.index, tracker->now_ms);
	}
	return true;
}

static struct stream *stream_of(struct tracker *tracker, const struct packet *packet)
{
	uint64_t src, dst;

	memcpy(&src, packet->src.bytes + 8, sizeof(src));
	memcpy(&dst, packet->dst.bytes + 8, sizeof(dst));
	/* Unkeyed: whoever aims at a slot only makes us look up what we would without it. */
	src = (src ^ (dst << 1 | dst >> 63) ^ (uint64_t)packet->src_port << 16 ^ packet->dst_port) *
	      UINT64_C(0x9e3779b97f4a7c15);
	return &tracker->streams[src >> 55];
}

/* Was the same packet header seen within a second?  Then looking it up again changes nothing but
 * the time of last use, which is good to the minute. */
static bool is_stream(const struct tracker *tracker, const struct stream *stream,
		      const struct packet *packet)
{
	return stream->taken && tracker->now_ms - stream->seen_ms < STREAM_CURRENT_MS &&
	       stream->src_port == packet->src_port && stream->dst_port == packet->dst_port &&
	       stream->vlan == packet->vlan && ip_equal(&stream->src, &packet->src) &&
	       ip_equal(&stream->dst, &packet->dst);
}

static void see_datagram(struct tracker *tracker, const struct packet *packet)
{
	struct reach reach = { .packet = packet,
			       .src = &packet->src,
			       .dst = &packet->dst,
			       .src_mac = sender_mac(packet),
			       .src_port = packet->src_port,
			       .dst_port = packet->dst_port,
			       .kind = CONTACT_UDP };

	tracker_watch_routing(tracker, packet);
	/* The lower port is usually the service's: asking for the likelier direction first saves a
	 * look-up. */
	if (packet->dst_port < packet->src_port && tracker_repeat(tracker, &reach))
		return;
	if (udp_answer(tracker, packet))
		return;
	tracker_reach(tracker, &reach);
}

void tracker_udp(struct tracker *tracker, const struct packet *packet)
{
	struct stream *stream = stream_of(tracker, packet);

	if (is_stream(tracker, stream, packet))
		return;
	tracker_watch_dhcp(tracker, packet);
	if (!between_single_hosts(packet)) {
		tracker_watch_group(tracker, packet);
		return;
	}
	see_datagram(tracker, packet);
	*stream = (struct stream){ .src = packet->src,
				   .dst = packet->dst,
				   .seen_ms = tracker->now_ms,
				   .src_port = packet->src_port,
				   .dst_port = packet->dst_port,
				   .vlan = packet->vlan,
				   .taken = 1 };
}

/* ---- ICMP ---- */

static bool is_icmp6(const struct packet *packet)
{
	return packet->proto == IPPROTO_ICMPV6;
}

static bool is_request(const struct packet *packet)
{
	if (is_icmp6(packet))
		return packet->icmp_type == ICMP6_ECHO;
	return packet->icmp_type == ICMP4_ECHO || packet->icmp_type == ICMP4_TIMESTAMP ||
	       packet->icmp_type == ICMP4_MASK;
}

static bool is_reply(const struct packet *packet)
{
	if (is_icmp6(packet))
		return packet->icmp_type == ICMP6_ECHO_ANSWER;
	return packet->icmp_type == ICMP4_ECHO_REPLY ||
	       packet->icmp_type == ICMP4_TIMESTAMP_REPLY || packet->icmp_type == ICMP4_MASK_REPLY;
}

/* A router of ours cannot reach a host of the Internet: no more than that the next router does not answer it. */
static bool is_about_the_line(const struct packet *packet)
{
	return ip_is_private(&packet->src) && !ip_is_private(&packet->quote.dst);
}

/* What the error says about the contact; PENDING for nothing.  Codes that speak of the way there
 * (no route, unknown or forbidden network, lifetime exceeded) say nothing about the one who
 * asked. */
static enum contact_outcome outcome_of_error(const struct packet *packet)
{
	unsigned type = packet->icmp_type, code = packet->icmp_code;

	if (is_icmp6(packet)) {
		if (type == ICMP6_TIME_EXCEEDED_TYPE)
			return CONTACT_UNROUTED;
		if (type != ICMP6_UNREACHABLE)
			return CONTACT_PENDING;
		return code == 0 || code == 2 || code == 6 ||
				       (code == 3 && is_about_the_line(packet))
			       ? CONTACT_UNROUTED
			       : CONTACT_REFUSED;
	}
	if (type == ICMP4_TIME_EXCEEDED)
		return CONTACT_UNROUTED;
	if (type != ICMP4_UNREACHABLE || code == 4) /* 4: fragmentation needed, the way is fine */
		return CONTACT_PENDING;
	if (code == 1 && is_about_the_line(packet))
		return CONTACT_UNROUTED;
	return code == 0 || code == 5 || code == 6 || code == 8 || code == 11 ? CONTACT_UNROUTED
									      : CONTACT_REFUSED;
}

static bool quoted_kind(const struct packet_quote *quote, uint8_t *kind)
{
	switch (quote->proto) {
	case IPPROTO_TCP:
		*kind = CONTACT_TCP;
		return true;
	case IPPROTO_UDP:
		*kind = CONTACT_UDP;
		return true;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		*kind = CONTACT_ICMP;
		return true;
	default:
		return false;
	}
}

static void icmp_error(struct tracker *tracker, const struct packet *packet)
{
	enum contact_outcome outcome = outcome_of_error(packet);
	const struct packet_quote *quote = &packet->quote;
	struct sought sought = { .src = &quote->src, .dst = &quote->dst, .vlan = packet->vlan };
	struct host_key visited = host_key_of(&quote->dst, packet->vlan);
	struct standing standing;

	if (outcome == CONTACT_PENDING || !quoted_kind(quote, &sought.kind) ||
	    !ip_equal(&quote->src, &packet->dst))
		return;
	sought.dst_port = sought.kind == CONTACT_ICMP ? 0 : quote->dst_port;
	if (!tracker_find(tracker, &sought, &standing))
		return;
	if (!standing.is_waiting && standing.state != CONTACT_IGNORED)
		return;
	hear_answer(tracker, &standing, packet);
	if (outcome == CONTACT_REFUSED)
		take_back_visit(tracker, &quote->src, &visited, 0);
	tracker_answered(tracker, &standing, outcome);
}

static void echo_reply(struct tracker *tracker, const struct packet *packet)
{
	struct sought sought = sought_by(packet, CONTACT_ICMP);
	struct standing standing;

	if (!tracker_find(tracker, &sought, &standing)) {
		early_note(&tracker->early, packet, tracker->now_ms);
		return;
	}
	if (standing.state == CONTACT_ACCEPTED)
		return;
	hear_answer(tracker, &standing, packet);
	tracker_answered(tracker, &standing, CONTACT_ACCEPTED);
}

static void echo_request(struct tracker *tracker, const struct reach *reach)
{
	const struct packet *answer = NULL;

	tracker_reach(tracker, reach);
	if (early_has(&tracker->early, tracker->now_ms))
		answer = early_take(&tracker->early, reach->packet, tracker->now_ms);
	if (answer)
		echo_reply(tracker, answer);
}

void tracker_icmp(struct tracker *tracker, const struct packet *packet)
{
	struct reach reach = { .packet = packet,
			       .src = &packet->src,
			       .dst = &packet->dst,
			       .src_mac = sender_mac(packet),
			       .kind = CONTACT_ICMP };

	if (!between_single_hosts(packet))
		return;
	tracker_watch_routing(tracker, packet);
	if (is_request(packet))
		echo_request(tracker, &reach);
	else if (is_reply(packet))
		echo_reply(tracker, packet);
	else
		icmp_error(tracker, packet);
}
