/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/pcapgen/talk.h"

/* Left out: loss, reordering, delayed acknowledgements that depend on timers, window growth. */

#include <stddef.h>
#include <string.h>

#include "tests/pcapgen/frame.h"
#include "tests/pcapgen/lan.h"
#include "tests/pcapgen/timeline.h"
#include "tests/pcapgen/words.h"

enum {
	SECOND_US = 1000000,
	SEGMENT_BYTES = 1460,
	ICMP_ECHO_REPLY = 0,
	ICMP_UNREACHABLE = 3,
	ICMP_ECHO = 8,
	ICMP_PORT = 3,
};

/* One way through the switch, or through the gateway into the world. */
static uint64_t hop_us(struct talk *talk)
{
	if (talk->server->remote)
		return dice_between(&talk->scene->dice, 4000, 12000) + talk->late_us / 2;
	return dice_between(&talk->scene->dice, 60, 240);
}

static struct frame between(const struct talk *talk, bool client)
{
	const struct station *from = client ? talk->client : talk->server;
	const struct station *to = client ? talk->server : talk->client;
	struct frame frame = {
		.at_us = talk->at_us,
		.src_ip = from->ip,
		.dst_ip = to->ip,
		.src_port = client ? talk->client_port : talk->server_port,
		.dst_port = client ? talk->server_port : talk->client_port,
		.ttl = from->ttl,
		.vlan = lan_plan(talk->scene->lan)->vlan,
	};

	memcpy(frame.src_mac, from->mac, 6);
	memcpy(frame.dst_mac, to->mac, 6);
	return frame;
}

static void say(struct talk *talk, struct frame *frame, const struct words *words)
{
	if (talk->is_unsent || (talk->is_lost && frame->src_ip != talk->client->ip))
		return;
	if (words) {
		frame->payload = timeline_keep(talk->scene->timeline, words->bytes, words->length);
		frame->payload_bytes = words->length;
	}
	timeline_add(talk->scene->timeline, frame);
}

static void arp_frame(struct scene *scene, const struct station *from, uint32_t ip, uint64_t at_us)
{
	struct frame frame = {
		.at_us = at_us,
		.kind = FRAME_ARP,
		.flags = ARP_REQUEST,
		.src_ip = from->ip,
		.dst_ip = ip,
		.vlan = lan_plan(scene->lan)->vlan,
	};

	memcpy(frame.src_mac, from->mac, 6);
	memset(frame.dst_mac, 0xff, 6);
	timeline_add(scene->timeline, &frame);
}

static void arp_answer(struct scene *scene, const struct station *from, const struct station *to,
		       uint64_t at_us)
{
	struct frame frame = {
		.at_us = at_us,
		.kind = FRAME_ARP,
		.flags = ARP_REPLY,
		.src_ip = from->ip,
		.dst_ip = to->ip,
		.vlan = lan_plan(scene->lan)->vlan,
	};

	memcpy(frame.src_mac, from->mac, 6);
	memcpy(frame.dst_mac, to->mac, 6);
	timeline_add(scene->timeline, &frame);
}

bool talk_arp(struct scene *scene, struct station *from, uint32_t ip, uint64_t *at_us,
	      unsigned tries)
{
	struct station *to = lan_find(scene->lan, ip);
	unsigned i;

	if (to && !lan_is_out(scene->lan, ip, *at_us)) {
		arp_frame(scene, from, ip, *at_us);
		*at_us += dice_between(&scene->dice, 80, 400);
		arp_answer(scene, to, from, *at_us);
		lan_learn(scene->lan, from, to, *at_us);
		lan_learn(scene->lan, to, from, *at_us);
		*at_us += dice_between(&scene->dice, 10, 40);
		return true;
	}
	for (i = 0; i < tries; i++) {
		arp_frame(scene, from, ip, *at_us);
		*at_us += dice_between(&scene->dice, SECOND_US - 15000, SECOND_US + 15000);
	}
	return false;
}

bool talk_resolve(struct scene *scene, struct station *from, const struct station *to,
		  uint64_t *at_us)
{
	uint32_t hop = to->remote ? lan_plan(scene->lan)->gateway : to->ip;
	const struct station *next = lan_find(scene->lan, hop);

	if (from == next || (next && lan_knows(scene->lan, from, next, *at_us)))
		return true;
	return talk_arp(scene, from, hop, at_us, 3);
}

struct talk talk_begin(struct scene *scene, struct station *client, struct station *server,
		       uint16_t server_port, uint64_t at_us)
{
	struct talk talk = {
		.scene = scene,
		.client = client,
		.server = server,
		.at_us = at_us,
		.client_port = station_port(client),
		.server_port = server_port,
	};

	/* Not in the initializer, where C leaves the order of the throws open. */
	talk.client_seq = dice_u32(&scene->dice);
	talk.server_seq = dice_u32(&scene->dice);
	talk.is_lost = lan_is_out(scene->lan, server->ip, at_us);
	talk.is_unsent = lan_is_out(scene->lan, client->ip, at_us) ||
			 (!talk_resolve(scene, client, server, &talk.at_us) && talk.is_lost);
	return talk;
}

static void tcp(struct talk *talk, bool client, uint8_t flags, const struct words *words,
		uint16_t zeros)
{
	struct frame frame = between(talk, client);
	uint32_t *seq = client ? &talk->client_seq : &talk->server_seq;

	if (talk->is_lost && flags != TCP_SYN)
		return;
	frame.kind = FRAME_TCP;
	frame.flags = flags;
	frame.seq = *seq;
	frame.ack = client ? talk->server_seq : talk->client_seq;
	frame.payload_bytes = zeros;
	say(talk, &frame, words);
	*seq += frame.payload_bytes;
	if (flags & (TCP_SYN | TCP_FIN))
		*seq += 1;
}

void talk_tcp_accept(struct talk *talk)
{
	if (talk->is_lost) {
		talk_tcp_ignore(talk);
		return;
	}
	tcp(talk, true, TCP_SYN, NULL, 0);
	talk->at_us += 2 * hop_us(talk);
	tcp(talk, false, TCP_SYN | TCP_ACK, NULL, 0);
	talk->at_us += dice_between(&talk->scene->dice, 15, 60);
	tcp(talk, true, TCP_ACK, NULL, 0);
	talk->at_us += dice_between(&talk->scene->dice, 50, 300);
}

void talk_tcp_refuse(struct talk *talk, unsigned tries)
{
	uint64_t start_us = talk->at_us;
	uint32_t server_seq = talk->server_seq;
	unsigned i;

	if (talk->is_lost) {
		talk_tcp_ignore(talk);
		return;
	}
	for (i = 0; i < tries; i++) {
		uint32_t client_seq = talk->client_seq;

		talk->at_us = start_us + i * (uint64_t)(SECOND_US / 2);
		tcp(talk, true, TCP_SYN, NULL, 0);
		talk->at_us += 2 * hop_us(talk);
		talk->server_seq = 0;
		tcp(talk, false, TCP_RST | TCP_ACK, NULL, 0);
		talk->client_seq = client_seq;
	}
	talk->server_seq = server_seq;
}

/* RFC 9293 3.10.7.1. */
void talk_tcp_stray(struct talk *talk, uint8_t flags)
{
	if (talk->is_lost)
		return;
	tcp(talk, true, flags, NULL, 0);
	talk->at_us += 2 * hop_us(talk);
	tcp(talk, false, flags & TCP_ACK ? TCP_RST : TCP_RST | TCP_ACK, NULL, 0);
}

/* Windows: 3 s, then doubled, two retransmissions. */
void talk_tcp_ignore(struct talk *talk)
{
	static const unsigned seconds[] = { 0, 3, 9 };
	uint64_t start_us = talk->at_us;
	uint32_t seq = talk->client_seq;
	size_t i;

	for (i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++) {
		talk->client_seq = seq;
		talk->at_us = start_us + seconds[i] * (uint64_t)SECOND_US;
		if (talk->ends_us && talk->at_us >= talk->ends_us)
			break;
		tcp(talk, true, TCP_SYN, NULL, 0);
	}
	talk->at_us += 12 * (uint64_t)SECOND_US;
}

void talk_tcp_say(struct talk *talk, bool client, const struct words *words)
{
	tcp(talk, client, TCP_PSH | TCP_ACK, words, 0);
	talk->at_us += hop_us(talk) + dice_between(&talk->scene->dice, 100, 800);
}

void talk_tcp_bulk(struct talk *talk, bool client, uint32_t bytes)
{
	unsigned sent = 0;

	while (bytes) {
		uint16_t part = bytes < SEGMENT_BYTES ? (uint16_t)bytes : SEGMENT_BYTES;

		bytes -= part;
		tcp(talk, client, bytes ? TCP_ACK : TCP_PSH | TCP_ACK, NULL, part);
		talk->at_us += dice_between(&talk->scene->dice, 12, 40);
		if (++sent % 2 == 0 || !bytes) {
			tcp(talk, !client, TCP_ACK, NULL, 0);
			talk->at_us += dice_between(&talk->scene->dice, 12, 40);
		}
	}
}

void talk_tcp_close(struct talk *talk)
{
	tcp(talk, true, TCP_FIN | TCP_ACK, NULL, 0);
	talk->at_us += 2 * hop_us(talk);
	tcp(talk, false, TCP_FIN | TCP_ACK, NULL, 0);
	talk->at_us += dice_between(&talk->scene->dice, 15, 60);
	tcp(talk, true, TCP_ACK, NULL, 0);
}

void talk_udp(struct talk *talk, bool client, const struct words *words)
{
	struct frame frame = between(talk, client);

	frame.kind = FRAME_UDP;
	say(talk, &frame, words);
	talk->at_us += 2 * hop_us(talk);
}

void talk_multicast(struct scene *scene, struct station *from, uint32_t group, uint16_t port,
		    uint64_t at_us, const struct words *words)
{
	struct station everyone = { .ip = group, .mac = { 0x01, 0x00, 0x5e } };
	struct talk talk = { .scene = scene, .client = from, .server = &everyone, .at_us = at_us };
	struct frame frame;

	everyone.mac[3] = (uint8_t)(group >> 16 & 0x7f); /* RFC 1112 6.4 */
	everyone.mac[4] = (uint8_t)(group >> 8);
	everyone.mac[5] = (uint8_t)group;
	talk.server_port = port;
	talk.client_port = port == 5353 ? port : station_port(from); /* RFC 6762 5.2 */
	frame = between(&talk, true);
	frame.kind = FRAME_UDP;
	frame.ttl = port == 5353 ? 255 : 2;
	say(&talk, &frame, words);
}

void talk_ping(struct talk *talk, uint16_t number, bool answered)
{
	struct words zeros = { .length = 32 };
	struct frame frame = between(talk, true);

	frame.kind = FRAME_ICMP;
	frame.icmp_type = ICMP_ECHO;
	frame.src_port = 1;
	frame.dst_port = number;
	say(talk, &frame, &zeros);
	talk->at_us += 2 * hop_us(talk);
	if (!answered)
		return;
	frame = between(talk, false);
	frame.kind = FRAME_ICMP;
	frame.icmp_type = ICMP_ECHO_REPLY;
	frame.src_port = 1;
	frame.dst_port = number;
	say(talk, &frame, &zeros);
}

/* The message quotes the IP header and eight more bytes of what could not be delivered. */
static void unreachable(struct talk *talk, const struct station *says, uint8_t code,
			struct frame *quoted)
{
	struct frame frame = between(talk, false);
	uint8_t bytes[FRAME_MAX_BYTES];
	struct words quote = { .length = 28 };

	quoted->vlan = 0;
	if (says != talk->server)
		quoted->ttl--;
	frame_render(quoted, bytes);
	memcpy(quote.bytes, bytes + 14, quote.length);
	frame.kind = FRAME_ICMP;
	frame.icmp_type = ICMP_UNREACHABLE;
	frame.icmp_code = code;
	frame.src_ip = says->ip;
	frame.ttl = says->ttl;
	frame.src_port = frame.dst_port = 0;
	say(talk, &frame, &quote);
}

void talk_tcp_unreachable(struct talk *talk, uint8_t code)
{
	uint32_t gateway = lan_plan(talk->scene->lan)->gateway;
	struct frame quoted = between(talk, true);

	quoted.kind = FRAME_TCP;
	quoted.flags = TCP_SYN;
	quoted.seq = talk->client_seq;
	tcp(talk, true, TCP_SYN, NULL, 0);
	talk->at_us += 2 * hop_us(talk);
	unreachable(talk, lan_find(talk->scene->lan, gateway), code, &quoted);
}

void talk_port_unreachable(struct talk *talk)
{
	struct frame quoted = between(talk, true);

	quoted.kind = FRAME_UDP;
	unreachable(talk, talk->server, ICMP_PORT, &quoted);
}
