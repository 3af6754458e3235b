/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/pcapgen/load.h"

#include <stddef.h>

#include "tests/pcapgen/lan.h"
#include "tests/pcapgen/talk.h"
#include "tests/pcapgen/words.h"

enum { SEGMENT_BYTES = 1460 };

static const uint32_t servers_from = 0xc6120000; /* 198.18.0.0/15, RFC 2544: for benchmarks */

static struct station *client(struct scene *scene, unsigned session)
{
	size_t count = lan_count(scene->lan);
	size_t i = session % count;

	while (!lan_station(scene->lan, i)->pc)
		i = (i + 1) % count;
	return lan_station(scene->lan, i);
}

static void session(struct scene *scene, const struct load_plan *plan, unsigned number)
{
	struct station server =
		lan_remote(scene->lan, servers_from + dice_below(&scene->dice, plan->servers));
	uint64_t at_us = dice_between(&scene->dice, plan->at_us, plan->until_us);
	struct talk talk = talk_begin(scene, client(scene, number), &server, 443, at_us);

	talk_tcp_accept(&talk);
	talk_tcp_bulk(&talk, true, 400);
	talk_tcp_bulk(&talk, false, plan->segments * SEGMENT_BYTES);
	talk_tcp_close(&talk);
}

void load_run(struct scene *scene, const struct load_plan *plan)
{
	unsigned i;

	for (i = 0; i < plan->sessions; i++)
		session(scene, plan, i);
}
