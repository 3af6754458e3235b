/* SPDX-License-Identifier: Apache-2.0 */
/* Segments of no connection are told, by their flags or by the reset that follows, and those of one are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/contact/reading.h"
#include "tests/unit/detectors/scene.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

enum reset { RESET_NONE, RESET_TAKES_NUMBER, RESET_OTHER_NUMBER, RESET_ACKNOWLEDGES };

struct scan {
	const char *what;
	unsigned flags, payload;
	enum reset reset;
	unsigned ports, told; /* of twenty */
};

struct stage {
	struct scene scene;
	struct reading reading;
	unsigned told;
};

static void hear(void *arg, const struct observation *observation)
{
	struct stage *stage = arg;
	struct host_key key = host_key_of(&observation->contact.src, observation->contact.vlan);

	assert_int_equal(observation->kind, OBSERVED_STRAY);
	assert_true(ip_equal(&observation->contact.src, &stage->reading.client));
	assert_true(ip_equal(&observation->contact.dst, &stage->reading.server));
	stage->told++;
	engine_observe(stage->scene.engine, tracker_meet(stage->scene.tracker, &key), observation);
}

static void start(struct stage *stage)
{
	struct hash_key key = { { 3, 4 } };

	memset(stage, 0, sizeof(*stage));
	reading_start(&stage->reading, 0);
	reader_free(stage->reading.reader);
	stage->reading.reader = reader_new(&key, 64, hear, stage);
	scene_start(&stage->scene);
}

static void stop(struct stage *stage)
{
	scene_stop(&stage->scene);
	reading_stop(&stage->reading);
}

/* All probes, then all resets, in bursts of four, as scanners work. */
static void run(struct stage *stage, const struct scan *scan, uint64_t ms)
{
	static const uint8_t bytes[1];

	for (unsigned n = 0; n < scan->ports * 2; n++) {
		bool is_reset = n / 4 % 2;
		unsigned i = n / 8 * 4 + n % 4;
		struct packet packet = wire_tcp(ms + n, &stage->reading.client,
						&stage->reading.server, 1000 + 7 * i, scan->flags);

		packet.tcp_ack = scan->flags & TCP_ACK ? 0x10000 + i : 0;
		packet.tcp_seq = 500;
		packet.payload = bytes;
		packet.payload_length = scan->payload;
		if (is_reset) {
			packet = wire_answer(ms + n, &packet,
					     scan->reset == RESET_ACKNOWLEDGES ? TCP_RST | TCP_ACK
									       : TCP_RST);
			packet.tcp_seq = packet.tcp_ack + (scan->reset == RESET_OTHER_NUMBER);
			packet.payload_length = 0;
		}
		if (!is_reset || scan->reset != RESET_NONE)
			reader_see(stage->reading.reader, &packet);
	}
}

static void probes_of_no_connection_are_told(void **state)
{
	static const struct scan cases[] = {
		{ "null", 0, 0, RESET_NONE, 20, 19 },
		{ "FIN", TCP_FIN, 0, RESET_ACKNOWLEDGES, 20, 19 },
		{ "Xmas", TCP_FIN | TCP_PSH | TCP_URG, 0, RESET_NONE, 20, 19 },
		{ "ACK", TCP_ACK, 0, RESET_TAKES_NUMBER, 20, 16 },
		{ "Maimon", TCP_FIN | TCP_ACK, 0, RESET_TAKES_NUMBER, 20, 16 },
		{ "a long one", 0, 0, RESET_NONE, 400, 64 },
		{ "ACK, swallowed", TCP_ACK, 0, RESET_NONE, 20, 0 },
		{ "resets of another's segments", TCP_ACK, 0, RESET_OTHER_NUMBER, 20, 0 },
		{ "segments with data", TCP_ACK | TCP_PSH, 1, RESET_TAKES_NUMBER, 20, 0 },
		{ "one port", TCP_ACK, 0, RESET_TAKES_NUMBER, 1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct stage stage;

		start(&stage);
		run(&stage, &cases[i], 0);
		if (stage.told != cases[i].told)
			fail_msg("%s: %u told", cases[i].what, stage.told);
		assert_true(stage.scene.highest < CONVICT_NATS);
		if ((stage.scene.highest >= SUSPECT_NATS) != (cases[i].told > 10))
			fail_msg("%s: %.1f nats", cases[i].what, stage.scene.highest);
		assert_true(!stage.told || stage.scene.latest.kind == EVIDENCE_RECONNAISSANCE);
		stop(&stage);
	}
}

static void connections_that_a_server_forgot_stay_below_suspicion(void **state)
{
	static const struct scan forgotten = { "", TCP_ACK, 0, RESET_TAKES_NUMBER, 12, 0 };
	struct stage stage;

	(void)state;
	start(&stage);
	run(&stage, &forgotten, 0);
	assert_true(stage.scene.highest < SUSPECT_NATS);
	stop(&stage);
}

static void a_flood_in_forged_names_tells_nothing(void **state)
{
	struct stage stage;

	(void)state;
	start(&stage);
	for (uint32_t n = 0; n < 5000; n++) {
		struct ip src = scene_peer("10.0.0.0", n);
		struct packet packet =
			wire_tcp(n, &src, &stage.reading.server, n % 60000 + 1, TCP_FIN);

		packet.src.bytes[13] = (uint8_t)(n >> 8);
		packet.src.bytes[14] = (uint8_t)n;
		reader_see(stage.reading.reader, &packet);
	}
	assert_int_equal(stage.told, 0);
	stop(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(probes_of_no_connection_are_told),
		cmocka_unit_test(connections_that_a_server_forgot_stay_below_suspicion),
		cmocka_unit_test(a_flood_in_forged_names_tells_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
