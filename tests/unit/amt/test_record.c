/* SPDX-License-Identifier: Apache-2.0 */
/* test_record.c - bytes that firmware wrote down, and what a person reads. */
#include "amt/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/base64.h"
#include "core/base/num.h"
#include "core/base/units.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* amt-out-of-band.md 6.4 */
static void the_published_event_is_ten_failed_logons(void **state)
{
	struct remedy_entry entry;
	uint8_t bytes[32];
	size_t length;

	(void)state;
	assert_true(base64_read("Y8iYZf8GbwVoEP8mYaoKAAAAAAAA", bytes, sizeof(bytes), &length));
	assert_true(record_read_event(bytes, length, &entry));
	assert_string_equal(entry.text, "10 failed logons at the firmware");
	assert_int_equal(entry.wall_ns, s_to_ns(0x6598C863));
	assert_int_equal(entry.severity, 16);
	assert_int_equal(entry.log, REMEDY_EVENTS);
}

/* 6.5; twice on file among the recorded answers. */
static void the_published_audit_record_is_a_firmware_update(void **state)
{
	struct remedy_entry entry;
	uint8_t bytes[64];
	size_t length;

	(void)state;
	assert_true(base64_read("ABMAAAI/9M1uAgAQAAwAAAAoBZkADAAAACQFlA==", bytes, sizeof(bytes),
				&length));
	assert_true(record_read_audit(bytes, length, &entry));
	assert_string_equal(
		entry.text,
		"firmware update: event 0, locally (data 000c000000280599000c000000240594)");
	assert_int_equal(entry.wall_ns, s_to_ns(0x3FF4CD6E));
	assert_int_equal(entry.log, REMEDY_AUDIT);
}

static void events_are_told_in_words(void **state)
{
	static const struct {
		uint8_t sensor, type, offset, data[8];
		const char *text;
	} cases[] = {
		{ 0x24, 0x6F, 0, { 0xAA, 0, 0, 1, 2 }, "System Defense: filter 258 matched" },
		{ 0x24,
		  0x6F,
		  0,
		  { 0xAA, 255, 255, 255, 0xFD },
		  "System Defense: something was received that no filter matches" },
		{ 0x24,
		  0x6F,
		  0,
		  { 0xAA, 255, 255, 255, 0xFC },
		  "System Defense: something was sent that no filter matches" },
		{ 0x24,
		  0x6F,
		  0,
		  { 0xAA, 255, 255, 255, 0xFA },
		  "System Defense: something was sent with a forged address" },
		{ 0xC0, 0x70, 0, { 0xAA, 0x10, 0 }, "System Defense stopped what the machine sent" },
		{ 0xC0, 0x70, 0, { 0xAA, 0x10, 2 }, "System Defense intervened (code 2)" },
		{ 0xC0,
		  0x70,
		  0,
		  { 0xAA, 0x30, 3 },
		  "remote diagnostics: storage redirection closed" },
		{ 0xC0, 0x70, 0, { 0xAA, 0x30, 4 }, "notice to the user: reason 3, code 4" },
		{ 0xC1, 0x71, 0, { 0xAA, 0x30, 0 }, "the user asked for a remote connection" },
		{ 0xC1,
		  0x71,
		  0,
		  { 0xAA, 0x40, 0 },
		  "sensor 0xc1 type 0x71 offset 0 data aa40000000000000" },
		{ 0x12, 0x0A, 0, { 0xAA, 0, 0, 0, 0, 0, 0, 1 }, "a watched agent is not started" },
		{ 0x12, 0x0A, 0, { 0xAA, 0, 0, 0, 0, 0, 0, 8 }, "a watched agent is expired" },
		{ 0x12,
		  0x0A,
		  0,
		  { 0xAA, 0, 0, 0, 0, 0, 0, 3 },
		  "a watched agent is in an unknown state" },
		{ 0x06, 0x6F, 5, { 0xAA, 0x10, 0x01 }, "272 failed logons at the firmware" },
		{ 0x06, 0x6F, 4, { 1 }, "sensor 0x06 type 0x6f offset 4 data 0100000000000000" },
		{ 0x05, 0x6F, 0, { 0 }, "the case was opened" },
		{ 0x1E, 0x6F, 0, { 0 }, "found nothing to start from" },
		{ 0x20, 0x6F, 0, { 0 }, "the operating system hangs" },
		{ 0x23, 0x6F, 0, { 0 }, "did not start" },
		{ 0x25, 0x6F, 0, { 0 }, "started" },
		{ 0x0F, 0x6F, 0, { 0x40, 7 }, "an error while starting (code 7)" },
		{ 0x0F,
		  0x6F,
		  2,
		  { 0x40, 7 },
		  "sensor 0x0f type 0x6f offset 2 data 4007000000000000" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint8_t bytes[RECORD_EVENT_BYTES] = { 1, 0, 0, 0, 0xFF };
		struct remedy_entry entry;

		bytes[5] = cases[i].sensor;
		bytes[6] = cases[i].type;
		bytes[7] = cases[i].offset;
		memcpy(bytes + 13, cases[i].data, 8);
		assert_true(record_read_event(bytes, sizeof(bytes), &entry));
		assert_string_equal(entry.text, cases[i].text);
		assert_int_equal(entry.wall_ns, s_to_ns(1));
	}
}

static void times_that_firmware_does_not_know_are_none(void **state)
{
	uint8_t bytes[RECORD_EVENT_BYTES] = { 0, 0, 0, 0, 0xFF, 0x25 };
	struct remedy_entry entry;

	(void)state;
	assert_true(record_read_event(bytes, sizeof(bytes), &entry));
	assert_int_equal(entry.wall_ns, 0);
	memset(bytes, 0xFF, 4);
	assert_true(record_read_event(bytes, sizeof(bytes), &entry));
	assert_int_equal(entry.wall_ns, 0);
}

static void empty_slots_and_stumps_are_no_events(void **state)
{
	uint8_t zeros[RECORD_EVENT_BYTES] = { 0 }, bytes[RECORD_EVENT_BYTES];
	struct remedy_entry entry;

	(void)state;
	assert_false(record_read_event(zeros, sizeof(zeros), &entry));
	memset(bytes, 1, sizeof(bytes));
	assert_true(record_read_event(bytes, sizeof(bytes), &entry));
	assert_false(record_read_event(bytes, sizeof(bytes) - 1, &entry));
}

static size_t bytes_of(const char *hex, uint8_t *bytes)
{
	size_t length = strlen(hex) / 2;

	assert_true(num_hex(hex, bytes, length));
	return length;
}

static void audits_tell_what_who_and_from_where(void **state)
{
	static const struct {
		const char *hex, *text;
	} cases[] = {
		/* app, event, initiator, its name, time, kind of address, address, data */
		{ "00190002"
		  "00"
		  "0561646d696e"
		  "00000001"
		  "00"
		  "0831302e302e302e35"
		  "0400000003",
		  "System Defense: policy added, by admin from 10.0.0.5 (data 00000003)" },
		{ "00100005"
		  "00"
		  "03626f62"
		  "00000001"
		  "02"
		  "00"
		  "00",
		  "security: refused credentials, by bob" },
		{ "00100006"
		  "02"
		  "00000001"
		  "02"
		  "00"
		  "00",
		  "security: event 6, locally" },
		{ "00110003"
		  "01"
		  "00000009"
		  "02aabb"
		  "00000001"
		  "01"
		  "023a3a"
		  "00",
		  "remote control: event 3, by somebody of the domain from ::" },
		{ "001d0000"
		  "03"
		  "00000001"
		  "02"
		  "00"
		  "00",
		  "KVM: event 0, by the KVM port" },
		{ "001f0000"
		  "02"
		  "00000001"
		  "02"
		  "00"
		  "00",
		  "application 31: event 0, locally" },
		{ "00220000"
		  "02"
		  "00000001"
		  "02"
		  "00"
		  "00",
		  "application 34: event 0, locally" },
		{ "000f0000"
		  "02"
		  "00000001"
		  "02"
		  "00"
		  "00",
		  "application 15: event 0, locally" },
		/* release 4.0 counts the NUL; names are a stranger's */
		{ "00100004"
		  "00"
		  "04626f6200"
		  "00000001"
		  "02"
		  "00"
		  "00",
		  "security: user removed, by bob" },
		{ "00100004"
		  "00"
		  "04621b5b6f"
		  "00000001"
		  "02"
		  "00"
		  "00",
		  "security: user removed, by b?[o" },
		{ "00190006"
		  "02"
		  "00000001"
		  "02"
		  "00"
		  "1200112233445566778899aabbccddeeff0011",
		  "System Defense: heuristics cleared, locally (data "
		  "00112233445566778899aabbccddeeff...)" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct remedy_entry entry;
		uint8_t bytes[64];
		size_t length = bytes_of(cases[i].hex, bytes);

		assert_true(record_read_audit(bytes, length, &entry));
		assert_string_equal(entry.text, cases[i].text);
		assert_int_equal(entry.wall_ns, s_to_ns(1));
	}
}

/* Up to the address all must be there; the data behind may be missing. */
static void a_cut_audit_record_is_none(void **state)
{
	uint8_t bytes[64];
	size_t length = bytes_of("001900020005"
				 "61646d696e00000001000831302e302e302e350400000003",
				 bytes);
	struct remedy_entry entry;

	(void)state;
	for (size_t cut = 0; cut < length - 5; cut++)
		assert_false(record_read_audit(bytes, cut, &entry));
	for (size_t cut = length - 5; cut < length; cut++) {
		assert_true(record_read_audit(bytes, cut, &entry));
		assert_string_equal(entry.text,
				    "System Defense: policy added, by admin from 10.0.0.5");
	}
	bytes[4] = 4; /* an initiator nobody knows */
	assert_false(record_read_audit(bytes, length, &entry));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_published_event_is_ten_failed_logons),
		cmocka_unit_test(the_published_audit_record_is_a_firmware_update),
		cmocka_unit_test(events_are_told_in_words),
		cmocka_unit_test(times_that_firmware_does_not_know_are_none),
		cmocka_unit_test(empty_slots_and_stumps_are_no_events),
		cmocka_unit_test(audits_tell_what_who_and_from_where),
		cmocka_unit_test(a_cut_audit_record_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
