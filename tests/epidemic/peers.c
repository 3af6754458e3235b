/* SPDX-License-Identifier: Apache-2.0 */
/* peers.c - what others convict at, as counters written from their published numbers
 * (worm-detection.md C.9).  These are not the products: no configuration beyond the named one, no
 * other rules, and every doubt decided in their favour (declared dark space, all ports together).
 *
 *   Zeek, package bro-simple-scan: distinct failed (host, port) of a local source, 250, or 100 when
 *	dark space is declared; failed = rejected, or silent for 5 s; forgotten after 15 min.
 *   Suricata, ET 2001569: 70 SYN to 445 in 60 s; 1433/1434: 40.
 *   ntopng: more than 32 incomplete flows, or 256 SYN, at the check of each minute.
 *   Snort 3, default_med_port_scan: 30 attempts less completions, or 7 rejects, in 90 s.
 *   Slips: 6 destinations not established, on closed Zeek flows: TCP 5 s, UDP 60 s; window 1 h.
 *
 * All read IP: a question by ARP is nothing to them. */
#include "tests/epidemic/product.h"

#include <netinet/in.h>

#include "core/base/mem.h"
#include "core/base/units.h"
#include "core/net/addr.h"

#define PAIRS_MAX 1024
#define CHECK_NS  ms_to_ns(50)
#define MINUTE_NS s_to_ns(60)

enum pair_state { PAIR_OPEN, PAIR_DONE, PAIR_FAILED };

struct peer_pair {
	struct ip dst;
	uint64_t opened_ns;
	uint16_t port;
	uint8_t proto, state;
};

struct window {
	uint64_t start_ns;
	unsigned count, rejects;
};

struct source {
	struct peer_pair *pairs; /* in order of opening, PAIRS_MAX, then no more */
	unsigned count, due_tcp, due_udp;
	unsigned zeek;
	uint64_t zeek_ns;
	struct window slips, suricata, snort, ntopng;
};

struct peers {
	struct source sources[LAN_PLACES];
	struct verdicts verdicts[PEERS];
	uint64_t checked_ns, minute;
};

const char *peer_name(unsigned peer)
{
	static const char *const names[PEERS] = { "zeek-250", "zeek-100", "suricata-et",
						  "ntopng",   "snort3",   "slips" };

	return names[peer];
}

struct peers *peers_new(void)
{
	return mem_alloc(sizeof(struct peers));
}

void peers_free(struct peers *peers)
{
	for (unsigned place = 0; place < LAN_PLACES; place++)
		mem_free(peers->sources[place].pairs);
	mem_free(peers);
}

const struct verdicts *peers_verdicts(const struct peers *peers, unsigned peer)
{
	return &peers->verdicts[peer];
}

/* A window that starts with its first event and ends length_ns later. */
static void tumble(struct window *window, uint64_t now_ns, uint64_t length_ns)
{
	if (now_ns - window->start_ns > length_ns)
		*window = (struct window){ .start_ns = now_ns };
}

/* ---- failures -------------------------------------------------------------------------------- */

static void failed(struct peers *peers, unsigned place, struct peer_pair *pair, uint64_t now_ns)
{
	struct source *source = &peers->sources[place];

	pair->state = PAIR_FAILED;
	tumble(&source->slips, now_ns, 60 * MINUTE_NS);
	if (++source->slips.count >= 6)
		verdict(&peers->verdicts[PEER_SLIPS], place, now_ns);
	if (pair->proto != IPPROTO_TCP)
		return;
	if (now_ns - source->zeek_ns > 15 * MINUTE_NS)
		source->zeek = 0;
	source->zeek_ns = now_ns;
	if (++source->zeek >= 100)
		verdict(&peers->verdicts[PEER_ZEEK_100], place, now_ns);
	if (source->zeek >= 250)
		verdict(&peers->verdicts[PEER_ZEEK_250], place, now_ns);
}

static unsigned fail_due(struct peers *peers, unsigned place, unsigned at, uint8_t proto)
{
	struct source *source = &peers->sources[place];
	uint64_t wait_ns = proto == IPPROTO_TCP ? s_to_ns(5) : MINUTE_NS;

	for (; at < source->count; at++) {
		struct peer_pair *pair = &source->pairs[at];

		if (pair->proto != proto || pair->state != PAIR_OPEN)
			continue;
		if (peers->checked_ns - pair->opened_ns < wait_ns)
			break;
		failed(peers, place, pair, peers->checked_ns);
	}
	return at;
}

static void check_minute(struct peers *peers, unsigned place)
{
	struct source *source = &peers->sources[place];
	unsigned incomplete = 0;

	for (unsigned i = source->count; i > 0; i--) {
		const struct peer_pair *pair = &source->pairs[i - 1];

		if (peers->checked_ns - pair->opened_ns > MINUTE_NS)
			break;
		incomplete += pair->proto == IPPROTO_TCP && pair->state != PAIR_DONE;
	}
	if (incomplete > 32 || source->ntopng.count > 256)
		verdict(&peers->verdicts[PEER_NTOPNG], place, peers->checked_ns);
	source->ntopng.count = 0;
}

void peers_advance(struct peers *peers, uint64_t now_ns)
{
	bool new_minute = now_ns / MINUTE_NS != peers->minute;

	if (now_ns - peers->checked_ns < CHECK_NS)
		return;
	peers->checked_ns = now_ns;
	peers->minute = now_ns / MINUTE_NS;
	for (unsigned place = 1; place <= LAN_ADDRESSES; place++) {
		struct source *source = &peers->sources[place];

		source->due_tcp = fail_due(peers, place, source->due_tcp, IPPROTO_TCP);
		source->due_udp = fail_due(peers, place, source->due_udp, IPPROTO_UDP);
		if (new_minute)
			check_minute(peers, place);
	}
}

/* ---- packets --------------------------------------------------------------------------------- */

static struct peer_pair *find(struct source *source, const struct ip *dst, uint16_t port,
			      uint8_t proto)
{
	for (unsigned i = source->count; i > 0; i--) {
		struct peer_pair *pair = &source->pairs[i - 1];

		if (pair->port == port && pair->proto == proto && ip_equal(&pair->dst, dst))
			return pair;
	}
	return NULL;
}

static void count_suricata(struct peers *peers, unsigned place, const struct packet *packet)
{
	struct window *window = &peers->sources[place].suricata;
	unsigned limit = packet->dst_port == 445 ? 70 : 40;

	if (packet->dst_port != 445 && packet->dst_port != 1433 && packet->dst_port != 1434)
		return;
	tumble(window, packet->wall_ns, MINUTE_NS);
	if (++window->count >= limit)
		verdict(&peers->verdicts[PEER_SURICATA], place, packet->wall_ns);
}

static void count_snort(struct peers *peers, unsigned place, uint64_t now_ns, int attempts)
{
	struct window *window = &peers->sources[place].snort;

	tumble(window, now_ns, s_to_ns(90));
	if (attempts > 0)
		window->count++;
	else if (window->count)
		window->count--;
	if (window->count >= 30)
		verdict(&peers->verdicts[PEER_SNORT], place, now_ns);
}

static void opened(struct peers *peers, unsigned place, const struct packet *packet)
{
	struct source *source = &peers->sources[place];

	count_suricata(peers, place, packet);
	source->ntopng.count += packet->proto == IPPROTO_TCP;
	if (!source->pairs)
		source->pairs = mem_array(PAIRS_MAX, sizeof(*source->pairs));
	if (source->count == PAIRS_MAX ||
	    find(source, &packet->dst, packet->dst_port, packet->proto))
		return;
	source->pairs[source->count++] = (struct peer_pair){ .dst = packet->dst,
							     .opened_ns = packet->wall_ns,
							     .port = packet->dst_port,
							     .proto = packet->proto };
	count_snort(peers, place, packet->wall_ns, 1);
}

static void answered(struct peers *peers, unsigned place, const struct packet *packet,
		     const struct ip *who, uint16_t port, uint8_t proto)
{
	struct source *source = &peers->sources[place];
	struct peer_pair *pair = source->pairs ? find(source, who, port, proto) : NULL;
	bool rejected = packet->kind == PACKET_ICMP || packet->tcp_flags & TCP_RST;

	if (!pair || pair->state != PAIR_OPEN)
		return;
	if (!rejected) {
		pair->state = PAIR_DONE;
		count_snort(peers, place, packet->wall_ns, -1);
		return;
	}
	tumble(&source->snort, packet->wall_ns, s_to_ns(90));
	if (++source->snort.rejects >= 7)
		verdict(&peers->verdicts[PEER_SNORT], place, packet->wall_ns);
	failed(peers, place, pair, packet->wall_ns);
}

void peers_see(struct peers *peers, const struct packet *packet)
{
	unsigned from = lan_place(&packet->src), to = lan_place(&packet->dst);
	bool begins = packet->kind == PACKET_UDP ? packet->src_port > packet->dst_port
						 : packet->tcp_flags == TCP_SYN;

	peers_advance(peers, packet->wall_ns);
	if (packet->kind == PACKET_ICMP && to)
		answered(peers, to, packet, &packet->quote.dst, packet->quote.dst_port,
			 packet->quote.proto);
	if (packet->kind != PACKET_TCP && packet->kind != PACKET_UDP)
		return;
	if (begins && from)
		opened(peers, from, packet);
	else if (!begins && to &&
		 (packet->kind == PACKET_UDP || packet->tcp_flags & (TCP_SYN | TCP_RST)))
		answered(peers, to, packet, &packet->src, packet->src_port, packet->proto);
}
