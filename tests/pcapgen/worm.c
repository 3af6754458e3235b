/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/pcapgen/worm.h"

/* A scanner has several threads, so a slow target does not hold up the next one: each attempt is
 * written as a whole and the clock of the scan moves on by itself.
 *
 * Left out: a victim reached by two attackers counts for the one whose plan was written first, even
 * if the other was earlier by the clock. */

#include <stdlib.h>

#include "tests/pcapgen/lan.h"
#include "tests/pcapgen/talk.h"
#include "tests/pcapgen/words.h"

enum {
	CALL_BACK_BYTES = 62976, /* about the size of the real thing; zeros here */
	HOST_UNREACHABLE = 1,
	ADMIN_PROHIBITED = 13,
};

struct outbreak {
	struct scene *scene;
	const struct worm_plan *plan;
	struct station *source;
	uint32_t *order; /* host numbers in the order of the scan */
	uint32_t targets;
	uint32_t next;
	uint16_t serving_port; /* where victims fetch the worm */
};

static void shuffle(struct dice *dice, uint32_t *order, uint32_t count)
{
	uint32_t i;

	for (i = count; i > 1; i--) {
		uint32_t j = dice_below(dice, i);
		uint32_t kept = order[i - 1];

		order[i - 1] = order[j];
		order[j] = kept;
	}
}

static void smb_exchange(struct talk *talk)
{
	struct words w;
	int step;

	for (step = SMB_NEGOTIATE; step <= SMB_TREE_CONNECT; step++) {
		talk_tcp_say(talk, true, words_smb1(&w, (enum smb_step)step, false));
		talk_tcp_say(talk, false, words_smb1(&w, (enum smb_step)step, true));
	}
}

/* A.3: the victim fetches the worm from the attacker, on a high port of the attacker's choice. */
static uint64_t call_back(struct outbreak *o, struct station *victim, uint64_t at_us)
{
	struct talk talk;
	struct words w;

	at_us += dice_between(&o->scene->dice, 300000, 900000);
	talk = talk_begin(o->scene, victim, o->source, o->serving_port, at_us);
	talk_tcp_accept(&talk);
	talk_tcp_say(&talk, true, words_http_get(&w, "/x", "worm"));
	talk_tcp_say(&talk, false, words_http_ok(&w, CALL_BACK_BYTES));
	talk_tcp_bulk(&talk, false, CALL_BACK_BYTES);
	talk_tcp_close(&talk);
	return talk.at_us;
}

static void infect(struct outbreak *o, struct station *victim, uint64_t at_us)
{
	struct worm_plan next = *o->plan;

	victim->infected = true;
	next.who = victim->ip;
	next.until_us = o->plan->victims_until_us;
	next.at_us = call_back(o, victim, at_us) + o->plan->incubation_us;
	if (next.at_us < next.until_us)
		worm_run(o->scene, &next);
}

static void attack(struct outbreak *o, struct station *target, uint64_t at_us)
{
	struct talk talk = talk_begin(o->scene, o->source, target, o->plan->port, at_us);

	talk.ends_us = o->plan->until_us;
	if (target->defence == DEFENCE_REFUSES) {
		talk_tcp_refuse(&talk, 3);
	} else if (target->defence == DEFENCE_SILENT) {
		talk_tcp_ignore(&talk);
	} else {
		talk_tcp_accept(&talk);
		smb_exchange(&talk);
		talk_tcp_close(&talk);
		if (target->vulnerable && !target->infected)
			infect(o, target, talk.at_us);
	}
}

static void reach_on_link(struct outbreak *o, uint64_t at_us)
{
	uint32_t ip = lan_plan(o->scene->lan)->network + o->order[o->next++ % o->targets];
	struct station *target = lan_find(o->scene->lan, ip);

	if (ip == o->source->ip)
		return;
	if (target)
		attack(o, target, at_us);
	else
		talk_arp(o->scene, o->source, ip, &at_us, 3);
}

static bool is_public(uint32_t ip)
{
	uint32_t first = ip >> 24;

	return first > 0 && first < 224 && first != 10 && first != 127 && ip >> 16 != 0xa9fe &&
	       ip >> 16 != 0xc0a8 && ip >> 20 != 0xac1;
}

/* A.2: two rand() results of 15 bits, stored so that octets 2 and 4 stay below 128. */
static uint32_t random_target(struct dice *dice)
{
	uint32_t ip;

	do
		ip = dice_u32(dice) & 0xff7fff7f;
	while (!is_public(ip));
	return ip;
}

static void reach_off_link(struct outbreak *o, uint64_t at_us)
{
	struct station target = lan_remote(o->scene->lan, random_target(&o->scene->dice));
	struct talk talk = talk_begin(o->scene, o->source, &target, o->plan->port, at_us);
	uint32_t fate = dice_below(&o->scene->dice, 100);

	talk.ends_us = o->plan->until_us;
	if (fate < 82)
		talk_tcp_ignore(&talk);
	else if (fate < 92)
		talk_tcp_unreachable(&talk, fate < 87 ? HOST_UNREACHABLE : ADMIN_PROHIBITED);
	else
		talk_tcp_refuse(&talk, 3);
}

static void scan(struct outbreak *o)
{
	struct dice *dice = &o->scene->dice;
	uint64_t gap_us = (uint64_t)(1e6 / o->plan->targets_per_s);
	uint64_t at_us = o->plan->at_us;

	while (at_us < o->plan->until_us) {
		if (dice_percent(dice, o->plan->local_percent))
			reach_on_link(o, at_us);
		else
			reach_off_link(o, at_us);
		at_us += dice_between(dice, gap_us * 7 / 10, gap_us * 13 / 10);
	}
}

void worm_run(struct scene *scene, const struct worm_plan *plan)
{
	struct outbreak o = {
		.scene = scene,
		.plan = plan,
		.source = lan_find(scene->lan, plan->who),
		.targets = lan_size(scene->lan) - 2,
		.serving_port = (uint16_t)dice_between(&scene->dice, 1024, 10000),
	};
	uint32_t i;

	o.source->infected = true;
	o.order = calloc(o.targets, sizeof(*o.order));
	if (!o.order)
		abort();
	for (i = 0; i < o.targets; i++)
		o.order[i] = i + 1;
	if (!plan->in_order)
		shuffle(&scene->dice, o.order, o.targets);
	scan(&o);
	free(o.order);
}
