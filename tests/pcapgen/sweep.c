/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/pcapgen/sweep.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "tests/pcapgen/frame.h"
#include "tests/pcapgen/lan.h"
#include "tests/pcapgen/talk.h"
#include "tests/pcapgen/timeline.h"
#include "tests/pcapgen/words.h"

enum {
	ND_SOLICITATION = 135, /* RFC 4861 4.3 */
	ND_ADVERTISEMENT = 136,
};

/* 2001:db8:20::/64, RFC 3849 */
static const uint8_t prefix6[8] = { 0x20, 0x01, 0x0d, 0xb8, 0x00, 0x20, 0, 0 };

static uint64_t step_us(struct dice *dice, double per_s)
{
	uint64_t gap_us = (uint64_t)(1e6 / per_s);

	return dice_between(dice, gap_us * 9 / 10, gap_us * 11 / 10);
}

/* The numbers 0 .. count-1, shuffled unless in_order; the caller frees. */
static uint32_t *make_order(struct dice *dice, unsigned count, bool in_order)
{
	uint32_t *order = calloc(count, sizeof(*order));
	uint32_t i, j;

	if (!order)
		abort();
	for (i = 0; i < count; i++) {
		j = in_order ? i : dice_below(dice, i + 1);
		order[i] = order[j];
		order[j] = i;
	}
	return order;
}

static void address6(uint8_t out[16], uint32_t host)
{
	memset(out, 0, 16);
	memcpy(out, prefix6, sizeof(prefix6));
	out[12] = (uint8_t)(host >> 24);
	out[13] = (uint8_t)(host >> 16);
	out[14] = (uint8_t)(host >> 8);
	out[15] = (uint8_t)host;
}

/* One ND message; the four flag bytes, the target, and the link-layer address as option. */
static void send_nd(struct scene *scene, struct frame *frame, const struct frame_ip6 *ip6,
		    const uint8_t target[16])
{
	uint8_t body[4 + 16 + 8] = { 0 };

	if (frame->icmp_type == ND_ADVERTISEMENT)
		body[0] = 0x60; /* solicited, override */
	memcpy(body + 4, target, 16);
	body[20] = frame->icmp_type == ND_ADVERTISEMENT ? 2 : 1;
	body[21] = 1;
	memcpy(body + 22, frame->src_mac, 6);
	frame->kind = FRAME_ICMP6;
	frame->ttl = 255;
	frame->vlan = lan_plan(scene->lan)->vlan;
	frame->ip6 = timeline_keep(scene->timeline, ip6, sizeof(*ip6));
	frame->payload = timeline_keep(scene->timeline, body, sizeof(body));
	frame->payload_bytes = sizeof(body);
	timeline_add(scene->timeline, frame);
}

static void solicit(struct scene *scene, const struct station *from, uint32_t host, uint64_t at_us)
{
	struct frame frame = { .at_us = at_us, .icmp_type = ND_SOLICITATION };
	struct frame_ip6 ip6 = { .dst = { 0xff, 0x02, [11] = 1, [12] = 0xff } };
	uint8_t target[16];

	address6(target, host);
	address6(ip6.src, from->ip & 0xff);
	memcpy(ip6.dst + 13, target + 13, 3); /* RFC 4291 2.7.1 */
	memcpy(frame.src_mac, from->mac, 6);
	memcpy(frame.dst_mac, (const uint8_t[3]){ 0x33, 0x33, 0xff }, 3);
	memcpy(frame.dst_mac + 3, target + 13, 3);
	send_nd(scene, &frame, &ip6, target);
}

static void advertise(struct scene *scene, const struct station *from, const struct station *to,
		      uint64_t at_us)
{
	struct frame frame = { .at_us = at_us, .icmp_type = ND_ADVERTISEMENT };
	struct frame_ip6 ip6;

	address6(ip6.src, from->ip & 0xff);
	address6(ip6.dst, to->ip & 0xff);
	memcpy(frame.src_mac, from->mac, 6);
	memcpy(frame.dst_mac, to->mac, 6);
	send_nd(scene, &frame, &ip6, ip6.src);
}

/* A station's interface identifier is the last byte of its IPv4 address. */
static void reach_nd(struct scene *scene, const struct sweep_plan *plan, struct station *from,
		     uint32_t host, uint64_t at_us)
{
	struct station *to = host < 256 ? lan_find(scene->lan, lan_plan(scene->lan)->network + host)
					: NULL;
	unsigned i;

	if (to == from)
		return;
	for (i = 0; i < (to ? 1 : plan->tries); i++)
		solicit(scene, from, host, at_us + i * (uint64_t)1000000);
	if (to)
		advertise(scene, to, from, at_us + dice_between(&scene->dice, 80, 400));
}

static void reach_by(const struct sweep_plan *plan, struct talk *talk, bool alive)
{
	struct words w;

	switch (plan->kind) {
	case SWEEP_TCP:
		if (alive) {
			talk_tcp_accept(talk);
			talk_tcp_close(talk);
		} else if (!talk->server->remote) {
			talk_tcp_refuse(talk, 1);
		} else {
			talk_tcp_ignore(talk);
		}
		return;
	case SWEEP_UDP:
		talk_udp(talk, true, words_ntp(&w, false));
		if (alive)
			talk_udp(talk, false, words_ntp(&w, true));
		else if (!talk->server->remote)
			talk_port_unreachable(talk);
		return;
	case SWEEP_ICMP:
		talk_ping(talk, (uint16_t)talk->server->ip, alive || !talk->server->remote);
		return;
	case SWEEP_ARP:
	case SWEEP_ND:
		return;
	}
}

static void reach_ip(struct scene *scene, const struct sweep_plan *plan, struct station *from,
		     uint32_t ip, uint64_t at_us)
{
	struct station remote;
	struct station *to;
	struct talk talk;

	if (ip == from->ip)
		return;
	if (lan_on_link(scene->lan, ip)) {
		to = lan_find(scene->lan, ip);
		if (plan->kind == SWEEP_ARP || !to) {
			talk_arp(scene, from, ip, &at_us, plan->tries);
			return;
		}
	} else {
		remote = lan_remote(scene->lan, ip);
		to = &remote;
	}
	talk = talk_begin(scene, from, to, plan->port, at_us);
	reach_by(plan, &talk,
		 to->remote ? dice_percent(&scene->dice, plan->alive_percent)
			    : to->defence == DEFENCE_OPEN);
}

void sweep_run(struct scene *scene, const struct sweep_plan *plan)
{
	struct station *from = lan_find(scene->lan, plan->who);
	uint32_t *order = make_order(&scene->dice, plan->count, plan->in_order);
	uint64_t at_us = plan->at_us;
	unsigned i;

	for (i = 0; i < plan->count; i++) {
		if (plan->kind == SWEEP_ND)
			reach_nd(scene, plan, from, 1 + order[i], at_us);
		else
			reach_ip(scene, plan, from, plan->to + order[i], at_us);
		at_us += step_us(&scene->dice, plan->targets_per_s);
	}
	free(order);
}

void portscan_run(struct scene *scene, const struct portscan_plan *plan)
{
	struct station *from = lan_find(scene->lan, plan->who);
	struct station *target = lan_find(scene->lan, plan->target);
	unsigned count = (unsigned)plan->last_port - plan->first_port + 1;
	uint32_t *order = make_order(&scene->dice, count, false);
	uint64_t at_us = plan->at_us;
	unsigned i;

	for (i = 0; i < count; i++) {
		uint16_t port = (uint16_t)(plan->first_port + order[i]);
		struct talk talk = talk_begin(scene, from, target, port, at_us);

		if (plan->flags != TCP_SYN) {
			talk_tcp_stray(&talk, plan->flags);
		} else if (port == 22 || port == 80 || port == 443) {
			talk_tcp_accept(&talk);
			talk_tcp_close(&talk);
		} else {
			talk_tcp_refuse(&talk, 1);
		}
		at_us += step_us(&scene->dice, plan->ports_per_s);
	}
	free(order);
}

/* Addresses of 198.18.0.0/15 (RFC 2544): nobody's. */
void p2p_run(struct scene *scene, const struct p2p_plan *plan)
{
	struct station *from = lan_find(scene->lan, plan->who);
	uint64_t at_us = plan->at_us;
	unsigned i;

	for (i = 0; i < plan->peers; i++) {
		struct station peer =
			lan_remote(scene->lan, 0xc6120000 + dice_below(&scene->dice, 1 << 17));
		struct talk talk = talk_begin(scene, from, &peer, plan->port, at_us);

		if (!dice_percent(&scene->dice, plan->dead_percent)) {
			talk_tcp_accept(&talk);
			talk_tcp_bulk(&talk, true, 300);
			talk_tcp_bulk(&talk, false, 4000);
			talk_tcp_close(&talk);
		} else if (dice_percent(&scene->dice, 45)) {
			talk_tcp_refuse(&talk, 1);
		} else {
			talk_tcp_ignore(&talk);
		}
		at_us += step_us(&scene->dice, plan->peers_per_s);
	}
}

static uint32_t forge(struct scene *scene, const struct flood_plan *plan, uint32_t salt)
{
	struct dice pool;
	uint32_t number = plan->sources ? dice_below(&scene->dice, plan->sources) : salt;

	if (plan->inside)
		return lan_plan(scene->lan)->network + 1 + number % (lan_size(scene->lan) - 2);
	if (!plan->sources)
		return dice_u32(&scene->dice);
	dice_init(&pool, number);
	return dice_u32(&pool);
}

void flood_run(struct scene *scene, const struct flood_plan *plan)
{
	const struct station *via = lan_find(scene->lan, plan->via);
	const struct station *target = lan_find(scene->lan, plan->target);
	uint64_t at_us = plan->at_us;
	unsigned i;

	for (i = 0; i < plan->count; i++) {
		struct frame frame = {
			.at_us = at_us,
			.kind = FRAME_TCP,
			.flags = TCP_SYN,
			.dst_ip = target->ip,
			.dst_port = plan->port,
			.ttl = 64,
			.vlan = lan_plan(scene->lan)->vlan,
		};

		/* Not in the initializer, where C leaves the order of the throws open. */
		frame.src_ip = forge(scene, plan, i);
		frame.src_port = (uint16_t)dice_between(&scene->dice, 1024, 65535);
		frame.seq = dice_u32(&scene->dice);
		memcpy(frame.src_mac, via->mac, 6);
		memcpy(frame.dst_mac, target->mac, 6);
		timeline_add(scene->timeline, &frame);
		at_us += step_us(&scene->dice, plan->packets_per_s);
	}
}
