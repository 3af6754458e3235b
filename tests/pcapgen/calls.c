/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/pcapgen/calls.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/pcapgen/lan.h"
#include "tests/pcapgen/office.h"
#include "tests/pcapgen/talk.h"
#include "tests/pcapgen/words.h"

#define STRANGERS UINT32_C(0xc6120000) /* 198.18.0.0/15, RFC 2544 */

enum {
	NEXT_PORT_US = 2000000,
	ARP_TRIES = 3,
};

static void say_hello(struct talk *talk)
{
	talk_tcp_accept(talk);
	talk_tcp_bulk(talk, true, 300);
	talk_tcp_bulk(talk, false, 900);
	talk_tcp_close(talk);
}

static void call_port(const struct calls_plan *plan, struct talk *talk, bool live, bool refuses)
{
	struct words w;

	switch (plan->kind) {
	case CALL_TCP:
		if (live)
			say_hello(talk);
		else if (refuses)
			talk_tcp_refuse(talk, 1);
		else
			talk_tcp_ignore(talk);
		return;
	case CALL_UDP:
		talk_udp(talk, true, words_ntp(&w, false));
		if (live)
			talk_udp(talk, false, words_ntp(&w, true));
		else if (refuses)
			talk_port_unreachable(talk);
		return;
	case CALL_PING:
		talk_ping(talk, (uint16_t)talk->server->ip, live);
		return;
	case CALL_NAME:
		return;
	}
}

static void call(struct scene *scene, const struct calls_plan *plan, struct station *to,
		 uint64_t at_us)
{
	struct station *from = lan_find(scene->lan, plan->who);
	bool live = !to->remote || dice_percent(&scene->dice, plan->live_percent);
	bool refuses = dice_percent(&scene->dice, plan->refuse_percent);
	char name[40];

	snprintf(name, sizeof(name), "h%08x.example.net", (unsigned)to->ip);
	if (plan->named)
		at_us = office_resolve(scene, from, name, to->ip, at_us);
	for (unsigned i = 0; i < plan->ports && (i == 0 || !live); i++) {
		struct talk talk = talk_begin(scene, from, to, plan->port[i],
					      at_us + i * (uint64_t)NEXT_PORT_US);

		talk.late_us = plan->late_us;
		call_port(plan, &talk, live, refuses);
	}
}

static uint32_t stranger(struct scene *scene, const struct calls_plan *plan, unsigned i,
			 uint32_t *network)
{
	if (i % plan->row == 0)
		*network = STRANGERS + (dice_below(&scene->dice, 1 << 9) << 8) + 1 +
			   dice_below(&scene->dice, 200);
	return *network + i % plan->row;
}

static uint32_t *numbers(struct scene *scene, const struct calls_plan *plan)
{
	uint32_t *order = calloc(plan->count, sizeof(*order));

	if (!order)
		abort();
	for (unsigned i = 0; i < plan->count; i++) {
		unsigned other = plan->in_order ? i : dice_below(&scene->dice, i + 1);

		order[i] = order[other];
		order[other] = i;
	}
	return order;
}

static void ask_names(struct scene *scene, const struct calls_plan *plan)
{
	static const char *const suffixes[] = { "com", "net", "org", "info", "biz", "ru" };
	struct station *from = lan_find(scene->lan, plan->who);
	uint64_t at_us = plan->at_us;

	for (unsigned i = 0; i < plan->count; i++) {
		const char *suffix = plan->suffix ? plan->suffix : suffixes[i % 6];
		uint32_t network = 0, answer = 0;
		char name[64];

		for (unsigned k = 0; k < plan->letters; k++)
			name[k] = (char)('a' + dice_below(&scene->dice, 26));
		snprintf(name + plan->letters, sizeof(name) - plan->letters, ".%s", suffix);
		if (dice_percent(&scene->dice, plan->live_percent))
			answer = stranger(scene, plan, 0, &network);
		office_resolve(scene, from, name, answer, at_us);
		at_us += (uint64_t)(1e6 / plan->per_s);
	}
}

void calls_run(struct scene *scene, const struct calls_plan *plan)
{
	struct station *from = lan_find(scene->lan, plan->who);
	uint32_t *order = numbers(scene, plan), network = 0;
	uint64_t at_us = plan->at_us;

	if (plan->kind == CALL_NAME)
		ask_names(scene, plan);
	for (unsigned i = 0; i < plan->count && plan->kind != CALL_NAME; i++) {
		uint32_t ip = plan->to ? plan->to + order[i] : stranger(scene, plan, i, &network);
		struct station remote, *to = NULL;
		uint64_t asked_us = at_us;

		if (!lan_on_link(scene->lan, ip)) {
			remote = lan_remote(scene->lan, ip);
			to = &remote;
		} else {
			to = lan_find(scene->lan, ip);
		}
		if (!to)
			talk_arp(scene, from, ip, &asked_us, ARP_TRIES);
		else if (to != from)
			call(scene, plan, to, at_us);
		at_us += (uint64_t)(1e6 / plan->per_s);
	}
	free(order);
}
