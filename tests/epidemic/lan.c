/* SPDX-License-Identifier: Apache-2.0 */
/* lan.c - whole exchanges are laid on a heap of packets and leave one by one.
 *
 * Left out: loss, queues and payload.  Without payload the content detectors see nothing here, so
 * what this program measures holds for a worm whose exploit nobody has a rule for. */
#include "tests/epidemic/lan.h"

#include "core/base/mem.h"
#include "core/base/units.h"
#include "tests/unit/contact/wire.h"

#define HOP_NS       us_to_ns(200) /* a LAN's one-way delay and a station's thinking */
#define INTERNET_NS  ms_to_ns(15)
#define ARP_TRIES    3 /* Windows: three questions, one second apart */
#define ARP_RETRY_NS NS_PER_S
#define FLIGHTS      4096

struct ip lan_ip(unsigned place)
{
	return ip_from_v4((uint8_t[]){ 10, 0, 0, (uint8_t)place });
}

unsigned lan_place(const struct ip *ip)
{
	struct ip base = lan_ip(0);

	return memcmp(ip->bytes, base.bytes, 15) == 0 ? ip->bytes[15] : 0;
}

/* ---- the cast -------------------------------------------------------------------------------- */

static void shuffle(struct dice *dice, uint8_t *places, unsigned count)
{
	for (unsigned i = count; i > 1; i--) {
		unsigned j = dice_below(dice, i);
		uint8_t other = places[j];

		places[j] = places[i - 1];
		places[i - 1] = other;
	}
}

/* Of those that are not vulnerable, which of the three is chance. */
static void settle_in(struct lan *lan, unsigned place, bool vulnerable)
{
	lan->live[place] = true;
	lan->vulnerable[place] = vulnerable;
	lan->defence[place] = vulnerable ? LAN_ACCEPTS : (uint8_t)dice_below(&lan->dice, 3);
	lan->speakers[lan->live_count++] = (uint8_t)place;
}

void lan_init(struct lan *lan, const struct lan_plan *plan)
{
	uint8_t places[LAN_ADDRESSES - 2];

	memset(lan, 0, sizeof(*lan));
	dice_init(&lan->dice, plan->seed);
	lan->now_ns = WIRE_START_NS;
	lan->room = FLIGHTS;
	lan->flights = mem_array(lan->room, sizeof(*lan->flights));
	lan->vulnerable_count = plan->vulnerable;
	for (unsigned i = 0; i < sizeof(places); i++)
		places[i] = (uint8_t)(i + 3);
	shuffle(&lan->dice, places, sizeof(places));
	settle_in(lan, LAN_GATEWAY, false);
	settle_in(lan, LAN_SERVER, false);
	lan->defence[LAN_SERVER] = LAN_ACCEPTS;
	for (unsigned i = 0; i + 2 < plan->live; i++)
		settle_in(lan, places[i], i < plan->vulnerable);
	shuffle(&lan->dice, lan->speakers, lan->live_count);
}

void lan_fini(struct lan *lan)
{
	mem_free(lan->flights);
}

/* ---- the heap -------------------------------------------------------------------------------- */

static bool before(const struct lan_flight *a, const struct lan_flight *b)
{
	if (a->packet.wall_ns != b->packet.wall_ns)
		return a->packet.wall_ns < b->packet.wall_ns;
	return a->order < b->order;
}

static void put(struct lan *lan, uint64_t at_ns, struct packet packet)
{
	struct lan_flight flight = { .order = lan->next_order++, .packet = packet };
	size_t at = lan->count++;

	if (lan->count > lan->room) {
		struct lan_flight *more = mem_array(lan->room * 2, sizeof(*more));

		memcpy(more, lan->flights, lan->room * sizeof(*more));
		mem_free(lan->flights);
		lan->flights = more;
		lan->room *= 2;
	}
	flight.packet.wall_ns = at_ns;
	for (; at && before(&flight, &lan->flights[(at - 1) / 2]); at = (at - 1) / 2)
		lan->flights[at] = lan->flights[(at - 1) / 2];
	lan->flights[at] = flight;
}

uint64_t lan_due(const struct lan *lan)
{
	return lan->count ? lan->flights[0].packet.wall_ns : UINT64_MAX;
}

void lan_send(struct lan *lan, lan_fn *fn, void *arg)
{
	struct packet packet = lan->flights[0].packet;
	struct lan_flight last = lan->flights[--lan->count];
	size_t at = 0, child;

	while ((child = 2 * at + 1) < lan->count) {
		if (child + 1 < lan->count &&
		    before(&lan->flights[child + 1], &lan->flights[child]))
			child++;
		if (!before(&lan->flights[child], &last))
			break;
		lan->flights[at] = lan->flights[child];
		at = child;
	}
	lan->flights[at] = last;
	lan->now_ns = packet.wall_ns;
	fn(arg, &packet);
}

/* ---- exchanges ------------------------------------------------------------------------------- */

/* Asks for the neighbour unless it is known.  Returns when IP may leave; 0: never. */
static uint64_t resolve(struct lan *lan, unsigned from, unsigned to)
{
	struct ip src = lan_ip(from), dst = lan_ip(to);
	uint64_t at_ns = lan->now_ns;

	if (lan->knows[from][to])
		return at_ns;
	if (!lan->live[to]) {
		for (unsigned i = 0; i < ARP_TRIES; i++)
			put(lan, at_ns + i * ARP_RETRY_NS, wire_arp(0, &src, &dst));
		return 0;
	}
	put(lan, at_ns, wire_arp(0, &src, &dst));
	put(lan, at_ns + HOP_NS, wire_arp_reply(0, &dst, &src));
	lan->knows[from][to] = lan->knows[to][from] = true;
	return at_ns + 2 * HOP_NS;
}

static struct packet through_gateway(struct packet packet, bool outward)
{
	struct ip gateway = lan_ip(LAN_GATEWAY);

	if (outward)
		packet.dst_mac = wire_mac(&gateway);
	else
		packet.src_mac = wire_mac(&gateway);
	return packet;
}

static struct packet answer_to(const struct packet *asked, unsigned flags)
{
	struct packet answer = wire_answer(0, asked, flags);
	struct ip gateway = lan_ip(LAN_GATEWAY);

	answer.marks = PACKET_HAS_MACS;
	if (flags & TCP_SYN)
		answer.marks |= PACKET_TCP_OPTIONS;
	if (lan_place(&asked->dst) == 0)
		answer.src_mac = wire_mac(&gateway);
	return answer;
}

static void talk_tcp(struct lan *lan, uint64_t at_ns, const struct packet *syn, unsigned defence)
{
	uint64_t there_ns = lan_place(&syn->dst) ? HOP_NS : INTERNET_NS;
	struct packet answer, ack = *syn;

	put(lan, at_ns, *syn);
	if (defence == LAN_SILENT)
		return;
	answer = answer_to(syn, defence == LAN_ACCEPTS ? TCP_SYN | TCP_ACK : TCP_RST | TCP_ACK);
	put(lan, at_ns + there_ns, answer);
	if (defence == LAN_REFUSES)
		return;
	ack.tcp_flags = TCP_ACK;
	put(lan, at_ns + there_ns + HOP_NS, ack);
}

static void talk_udp(struct lan *lan, uint64_t at_ns, const struct packet *datagram,
		     const struct lan_contact *contact)
{
	struct packet answer;

	put(lan, at_ns, *datagram);
	if (contact->defence == LAN_REFUSES) {
		answer = wire_error(0, datagram, 3, 3);
		answer.src = datagram->dst;
		answer.src_mac = datagram->dst_mac;
		put(lan, at_ns + HOP_NS, answer);
	}
}

/* "www.example": one address, for five minutes (RFC 1035). */
static const uint8_t *answer_bytes(struct lan *lan, const struct ip *ip)
{
	static const uint8_t message[LAN_ANSWER_BYTES] = "\0\1\x81\x80\0\1\0\1\0\0\0\0"
							 "\3www\7example\0\0\1\0\1"
							 "\xc0\x0c\0\1\0\1\0\0\1\x2c\0\4";
	uint8_t *bytes = lan->answers[lan->next_answer++ % LAN_ANSWERS];

	memcpy(bytes, message, LAN_ANSWER_BYTES);
	memcpy(bytes + LAN_ANSWER_BYTES - 4, ip->bytes + 12, 4);
	return bytes;
}

void lan_ask(struct lan *lan, unsigned from, const struct ip *answer)
{
	uint64_t at_ns = resolve(lan, from, LAN_SERVER);
	struct ip src = lan_ip(from), server = lan_ip(LAN_SERVER);
	struct packet question = wire_udp(0, &src, &server, 53), reply;

	question.src_port = (uint16_t)(49152 + lan->next_port++ % 16384);
	reply = answer_to(&question, 0);
	reply.payload = answer_bytes(lan, answer);
	reply.payload_length = LAN_ANSWER_BYTES;
	put(lan, at_ns, question);
	put(lan, at_ns + HOP_NS, reply);
}

void lan_announce(struct lan *lan)
{
	for (unsigned place = 1; place <= LAN_ADDRESSES; place++) {
		struct ip own = lan_ip(place);

		if (lan->live[place])
			put(lan, lan->now_ns, wire_arp(0, &own, &own));
	}
}

uint64_t lan_reach(struct lan *lan, const struct lan_contact *contact)
{
	unsigned to = lan_place(&contact->to);
	uint64_t at_ns = resolve(lan, contact->from, to ? to : LAN_GATEWAY);
	struct ip src = lan_ip(contact->from);
	struct packet packet;

	if (at_ns == 0)
		return 0;
	if (contact->proto == IPPROTO_TCP)
		packet = wire_tcp(0, &src, &contact->to, contact->port, TCP_SYN);
	else
		packet = wire_udp(0, &src, &contact->to, contact->port);
	packet.src_port = (uint16_t)(49152 + lan->next_port++ % 16384);
	if (!to)
		packet = through_gateway(packet, true);
	if (contact->proto == IPPROTO_TCP)
		talk_tcp(lan, at_ns, &packet, contact->defence);
	else
		talk_udp(lan, at_ns, &packet, contact);
	return at_ns + HOP_NS;
}

void lan_live(struct lan *lan)
{
	unsigned who = lan->speakers[lan->next_speaker++ % lan->live_count];
	struct lan_contact contact = {
		.from = who, .to = lan_ip(LAN_SERVER), .port = 445, .proto = IPPROTO_TCP
	};
	struct ip site =
		ip_from_v4((uint8_t[]){ 198, 51, 100, (uint8_t)(1 + dice_below(&lan->dice, 40)) });

	/* Neighbour caches age within minutes: the well-known are asked for again. */
	lan->knows[who][LAN_GATEWAY] = lan->knows[who][LAN_SERVER] = false;
	if (who == LAN_GATEWAY || who == LAN_SERVER) {
		struct ip own = lan_ip(who);

		put(lan, lan->now_ns, wire_arp(0, &own, &own));
		return;
	}
	lan_ask(lan, who, &site);
	lan_reach(lan, &contact);
	contact.to = site;
	contact.port = 443;
	lan_reach(lan, &contact);
}
