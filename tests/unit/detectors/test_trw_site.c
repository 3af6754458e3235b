/* SPDX-License-Identifier: Apache-2.0 */
/* test_trw_site.c - how soon a contact is judged depends on whether its target is within the site. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/base/units.h"
#include "tests/unit/detectors/scene.h"

static struct packet from_router(struct packet packet)
{
	struct ip router = wire_ip("10.0.0.1");

	packet.src_mac = wire_mac(&router);
	return packet;
}

/* Somebody surfs: answers of the Internet are heard, all through one router. */
static void surf(struct scene *scene, uint64_t from_ms, uint64_t to_ms)
{
	struct ip other = wire_ip("10.0.0.99");

	for (uint64_t ms = from_ms, n = 0; ms < to_ms; ms += 500, n++) {
		struct ip web = scene_peer("93.0.0.0", (unsigned)n);
		struct packet packet = wire_tcp(ms, &other, &web, 443, TCP_SYN);

		scene_see(scene, packet);
		scene_see(scene, from_router(wire_answer(ms, &packet, TCP_SYN | TCP_ACK)));
	}
}

struct sweep {
	const char *name, *src, *first;
	bool spreads; /* all over the first byte's network, else in a row */
	bool is_outsider;
	unsigned gap_ms, contacts;
};

static void run(const struct sweep *sweep)
{
	struct ip worm = wire_ip(sweep->src);
	struct scene scene;

	scene_start(&scene);
	if (!sweep->is_outsider)
		scene_meet(&scene, 0, &worm);
	surf(&scene, 0, 3000);
	for (unsigned n = 0; n < 60; n++) {
		struct ip dst = sweep->spreads ? scene_peer(sweep->first, n)
					       : scene_ip(sweep->first, 10 + n);
		struct packet packet =
			wire_tcp(3000 + n * sweep->gap_ms, &worm, &dst, 445, TCP_SYN);

		scene_see(&scene, sweep->is_outsider ? from_router(packet) : packet);
	}
	if (scene.contacts_at_conviction != sweep->contacts)
		print_error("%s\n", sweep->name);
	assert_int_equal(scene.contacts_at_conviction, sweep->contacts);
	scene_stop(&scene);
}

/* Universities, and every network with IPv6. */
static void a_site_may_have_public_addresses(void **state)
{
	static const struct sweep sweeps[] = {
		{ "private, Internet", "10.0.0.5", "81.0.0.0", true, false, 10, 5 },
		{ "private, own", "10.0.0.5", "10.7.1.0", false, false, 30, 6 },
		{ "public, Internet", "130.20.5.9", "81.0.0.0", true, false, 10, 5 },
		{ "public, own", "130.20.5.9", "130.20.7.0", false, false, 30, 6 },
		{ "IPv6, Internet", "2001:db8:1::5", "2001:db9:7::", false, false, 10, 5 },
		{ "IPv6, own", "2001:db8:1::5", "2001:db8:2::", false, false, 30, 6 },
		{ "from the Internet", "81.5.5.5", "130.20.7.0", false, true, 30, 13 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sweeps) / sizeof(sweeps[0]); i++)
		run(&sweeps[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_site_may_have_public_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
