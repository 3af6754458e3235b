/* SPDX-License-Identifier: Apache-2.0 */
/* test_sensor.c - frames in, records out: what the controller is told besides the evidence itself. */
#include "core/daemon/sensor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/units.h"
#include "core/detect/evidence.h"
#include "core/feed/feed.h"
#include "core/feed/record.h"
#include "core/net/capture.h"
#include "tests/pcapgen/frame.h"

#define T0            UINT64_C(1772452800000000000)
#define LINK_ETHERNET 1
#define WORM          UINT32_C(0x0a140017)
#define NEIGHBOUR     UINT32_C(0x0a140018)
#define OFFICE        UINT32_C(0x0a140019)

struct stage {
	struct feed *feed;
	struct sensor *sensor;
};

static void open_stage(struct stage *stage, bool remembers)
{
	struct sensor_config config = { .remembers = remembers };

	config.feed = stage->feed = feed_queue_new(1024);
	stage->sensor = sensor_new(&config);
}

static void close_stage(struct stage *stage)
{
	sensor_free(stage->sensor);
	feed_free(stage->feed);
}

static void put(struct stage *stage, const struct frame *frame, uint64_t wall_ns)
{
	uint8_t bytes[FRAME_MAX_BYTES];
	uint32_t length = (uint32_t)frame_render(frame, bytes);
	struct capture_frame captured = { .wall_ns = wall_ns,
					  .bytes = bytes,
					  .captured = length,
					  .on_wire = length,
					  .link_type = LINK_ETHERNET };

	sensor_frame(stage->sensor, &captured);
}

static void ask_for(struct stage *stage, uint32_t by, uint32_t wanted, uint64_t wall_ns)
{
	struct frame frame = {
		.kind = FRAME_ARP,
		.flags = ARP_REQUEST,
		.src_ip = by,
		.dst_ip = wanted,
		.src_mac = { 0x02, 0xc0, 0x4d, 0x14, 0x00, (uint8_t)by },
		.dst_mac = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
	};

	put(stage, &frame, wall_ns);
}

static uint64_t ms(uint64_t wall_ms)
{
	return T0 + wall_ms * NS_PER_MS;
}

/* Asks for 20 addresses nobody has, ten a second; others than anybody else does. */
static void sweep(struct stage *stage, uint32_t by, uint64_t from_ms)
{
	for (uint32_t n = 0; n < 20; n++)
		ask_for(stage, by, 0x0a140000 + (by & 0xff) * 256 + n, ms(from_ms + n * 100));
	sensor_advance(stage->sensor, ms(from_ms + 10000));
}

static unsigned count(struct stage *stage, unsigned type, uint32_t about)
{
	struct record record;
	unsigned count = 0;

	while (feed_next(stage->feed, &record)) {
		const uint8_t *ip = record.type == RECORD_EVIDENCE ? record.evidence.host.ip.bytes
								   : record.heard.ip.bytes;

		if (record.type == type && ip[15] == (uint8_t)about)
			count++;
	}
	return count;
}

static void a_suspect_s_contacts_are_told_once_a_second(void **state)
{
	static const struct {
		const char *name;
		uint32_t by;
		uint64_t first_ms, gap_ms;
		unsigned contacts, told;
	} cases[] = {
		{ "one contact", WORM, 20000, 0, 1, 1 },
		{ "ten in one second", WORM, 20000, 50, 10, 1 },
		{ "across the turn of a second", WORM, 20900, 50, 4, 2 },
		{ "one a second", WORM, 20500, 1000, 5, 5 },
		{ "three seconds of ten", WORM, 20000, 100, 30, 3 },
		{ "nobody's suspect", OFFICE, 20000, 0, 1, 0 },
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct stage stage;
		unsigned told;

		open_stage(&stage, false);
		sweep(&stage, WORM, 0);
		assert_true(count(&stage, RECORD_EVIDENCE, WORM) > 0);
		for (uint32_t n = 0; n < cases[c].contacts; n++)
			ask_for(&stage, cases[c].by, 0x0a1400c0 + n,
				ms(cases[c].first_ms + n * cases[c].gap_ms));
		told = count(&stage, RECORD_HEARD, cases[c].by);
		if (told != cases[c].told)
			fail_msg("%s: told %u times", cases[c].name, told);
		close_stage(&stage);
	}
}

static void two_suspects_are_told_of_in_the_same_second(void **state)
{
	struct stage stage;
	struct record record;
	unsigned worm = 0, neighbour = 0;

	(void)state;
	open_stage(&stage, false);
	sweep(&stage, WORM, 0);
	sweep(&stage, NEIGHBOUR, 10000);
	while (feed_next(stage.feed, &record))
		;
	for (uint32_t n = 0; n < 6; n++)
		ask_for(&stage, n % 2 ? WORM : NEIGHBOUR, 0x0a1400c0 + n, ms(30000 + n * 100));
	while (feed_next(stage.feed, &record)) {
		worm += record.type == RECORD_HEARD && record.heard.ip.bytes[15] == (uint8_t)WORM;
		neighbour += record.type == RECORD_HEARD &&
			     record.heard.ip.bytes[15] == (uint8_t)NEIGHBOUR;
	}
	assert_int_equal(worm, 1);
	assert_int_equal(neighbour, 1);
	close_stage(&stage);
}

static void who_is_forgotten_is_no_suspect_and_not_told_again(void **state)
{
	struct record forget = { .type = RECORD_FORGET }, repeat = { .type = RECORD_REPEAT },
		      record;
	struct stage stage;

	(void)state;
	open_stage(&stage, true);
	sweep(&stage, WORM, 0);
	while (feed_next(stage.feed, &record))
		if (record.type == RECORD_EVIDENCE)
			forget.forget = record.evidence.host;
	sensor_obey(stage.sensor, &repeat);
	assert_true(count(&stage, RECORD_EVIDENCE, WORM) > 0);
	sensor_obey(stage.sensor, &forget);
	sensor_obey(stage.sensor, &repeat);
	assert_int_equal(count(&stage, RECORD_EVIDENCE, WORM), 0);
	ask_for(&stage, WORM, 0x0a1400c0, ms(20000));
	assert_int_equal(count(&stage, RECORD_HEARD, WORM), 0);
	close_stage(&stage);
}

static void frames_nobody_can_read_are_counted(void **state)
{
	static const uint8_t bytes[] = { 1, 2, 3 };
	struct capture_frame stub = { .wall_ns = T0,
				      .bytes = bytes,
				      .captured = 3,
				      .on_wire = 90,
				      .link_type = LINK_ETHERNET };
	struct capture_counts counts = { .dropped_kernel = 5, .dropped_interface = 7 };
	struct record record = { 0 };
	struct stage stage;

	(void)state;
	open_stage(&stage, false);
	sensor_frame(stage.sensor, &stub);
	ask_for(&stage, WORM, NEIGHBOUR, ms(2));
	sensor_report(stage.sensor, &counts);
	while (record.type != RECORD_SENSOR)
		assert_true(feed_next(stage.feed, &record));
	assert_int_equal(record.sensor.packets, 2);
	assert_int_equal(record.sensor.undecoded, 1);
	assert_int_equal(record.sensor.bytes, 90 + FRAME_MIN_BYTES);
	assert_int_equal(record.sensor.dropped, 12);
	assert_int_equal(record.sensor.contacts, 1);
	assert_true(record.sensor.first_packet_ns == T0 && record.sensor.last_packet_ns == ms(2));
	close_stage(&stage);
}

/* "cordon stats" asks the controller, which knows what the latest pulse brought. */
static void each_pulse_brings_all_counters(void **state)
{
	struct capture_counts counts = { .frames = 20, .dropped_kernel = 5 };
	struct record record = { 0 };
	struct stage stage;

	(void)state;
	open_stage(&stage, false);
	sweep(&stage, WORM, 0);
	sensor_pulse(stage.sensor, &counts);
	while (record.type != RECORD_COUNTS)
		assert_true(feed_next(stage.feed, &record));
	assert_int_equal(record.sensor.packets, 20);
	assert_int_equal(record.sensor.dropped, 5);
	assert_int_equal(record.sensor.ignored, 20);
	assert_int_equal(record.sensor.hosts, 1);
	assert_int_equal(record.sensor.memories, 1);
	close_stage(&stage);
}

/* The same frame in pieces of so many bytes of IP payload. */
static void put_pieces(struct stage *stage, const struct frame *frame, size_t piece_bytes,
		       uint64_t wall_ns)
{
	uint8_t bytes[FRAME_MAX_BYTES], piece[FRAME_MAX_BYTES];
	size_t length = frame_render(frame, bytes), header = 14 + 20;

	for (size_t at = header; at < length; at += piece_bytes) {
		size_t left = length - at, held = left > piece_bytes ? piece_bytes : left;
		uint16_t word = (uint16_t)((at - header) / 8 | (left > piece_bytes ? 0x2000 : 0));
		struct capture_frame captured = { .wall_ns = wall_ns,
						  .bytes = piece,
						  .captured = (uint32_t)(header + held),
						  .on_wire = (uint32_t)(header + held),
						  .link_type = LINK_ETHERNET };

		memcpy(piece, bytes, header);
		memcpy(piece + header, bytes + at, held);
		piece[16] = (uint8_t)((20 + held) >> 8);
		piece[17] = (uint8_t)(20 + held);
		piece[20] = (uint8_t)(word >> 8);
		piece[21] = (uint8_t)word;
		sensor_frame(stage->sensor, &captured);
	}
}

static struct frame to_other(unsigned n, uint8_t kind, uint16_t port)
{
	return (struct frame){
		.kind = kind,
		.src_ip = WORM,
		.dst_ip = 0x0b000000 + n * 65536,
		.src_port = 1040,
		.dst_port = port,
		.flags = TCP_SYN,
		.ttl = 128,
		.ip_id = (uint16_t)(100 + n),
		.seq = n,
		.src_mac = { 0x02, 0xc0, 0x4d, 0x14, 0x00, (uint8_t)WORM },
		.dst_mac = { 0x02, 0xc0, 0x4d, 0x14, 0x00, 0x01 },
	};
}

static unsigned contacts_of(struct stage *stage)
{
	struct capture_counts counts = { 0 };
	struct record record = { 0 };

	sensor_report(stage->sensor, &counts);
	while (record.type != RECORD_SENSOR)
		assert_true(feed_next(stage->feed, &record));
	return (unsigned)record.sensor.contacts;
}

static void who_cuts_its_packets_into_pieces_is_seen_all_the_same(void **state)
{
	static const size_t sizes[] = { 8, 16, 24, 200 };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct stage stage;

		open_stage(&stage, false);
		for (unsigned n = 1; n <= 6; n++) {
			struct frame syn = to_other(n, FRAME_TCP, 445);

			put_pieces(&stage, &syn, sizes[i], ms(n * 100));
		}
		assert_int_equal(contacts_of(&stage), 6);
		close_stage(&stage);
	}
}

static double content_of(struct stage *stage)
{
	struct record record;
	double nats = 0;

	while (feed_next(stage->feed, &record))
		if (record.type == RECORD_EVIDENCE && record.evidence.port_class == CLASS_CONTENT)
			nats = (double)record.evidence.log_odds;
	return nats;
}

static void a_worm_s_datagram_is_read_from_its_pieces(void **state)
{
	static const size_t sizes[] = { 8, 200, 360, 1400 };
	uint8_t slammer[376] = { 4, 1, 1, 1 };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct stage stage;

		open_stage(&stage, false);
		for (unsigned n = 1; n <= 2; n++) {
			struct frame datagram = to_other(n, FRAME_UDP, 1434);

			datagram.payload = slammer;
			datagram.payload_bytes = sizeof(slammer);
			put_pieces(&stage, &datagram, sizes[i], ms(n * 100));
		}
		if (content_of(&stage) < 13.8)
			fail_msg("pieces of %zu bytes", sizes[i]);
		close_stage(&stage);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_suspect_s_contacts_are_told_once_a_second),
		cmocka_unit_test(two_suspects_are_told_of_in_the_same_second),
		cmocka_unit_test(who_is_forgotten_is_no_suspect_and_not_told_again),
		cmocka_unit_test(frames_nobody_can_read_are_counted),
		cmocka_unit_test(each_pulse_brings_all_counters),
		cmocka_unit_test(who_cuts_its_packets_into_pieces_is_seen_all_the_same),
		cmocka_unit_test(a_worm_s_datagram_is_read_from_its_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
