/* SPDX-License-Identifier: Apache-2.0 */
/* test_reader_dns.c - questions and answers on port 53, UDP and TCP, become observations of the client that
 * asked, neighbours' own answers another kind of observation; anything else becomes none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/contact/observation.h"
#include "core/contact/reader.h"
#include "core/net/hash.h"
#include "tests/unit/contact/wire.h"

enum { A = 1, NS = 2, CNAME = 5, AAAA = 28, TTL_S = 300, RESPONSE = 0x8000 };

/* A message in the making. */
struct message {
	uint8_t bytes[2048];
	size_t length;
};

static void put16(struct message *message, unsigned value)
{
	message->bytes[message->length++] = (uint8_t)(value >> 8);
	message->bytes[message->length++] = (uint8_t)value;
}

static void put_name(struct message *message, const char *text)
{
	while (*text) {
		size_t length = strcspn(text, ".");

		message->bytes[message->length++] = (uint8_t)length;
		memcpy(message->bytes + message->length, text, length);
		message->length += length;
		text += length + (text[length] == '.');
	}
	message->bytes[message->length++] = 0;
}

static struct message make(unsigned flags, const char *name, unsigned type, unsigned answers)
{
	struct message message = { .length = 0 };

	put16(&message, 77);
	put16(&message, flags);
	put16(&message, name ? 1 : 0);
	put16(&message, answers);
	put16(&message, 0);
	put16(&message, 0);
	if (name) {
		put_name(&message, name);
		put16(&message, type);
		put16(&message, 1);
	}
	return message;
}

/* An answer about the question's name. */
static void put_record(struct message *message, unsigned type, uint32_t ttl_s, const void *value,
		       size_t length)
{
	put16(message, 0xc00c);
	put16(message, type);
	put16(message, 1);
	put16(message, ttl_s >> 16);
	put16(message, ttl_s & 0xffff);
	put16(message, (unsigned)length);
	memcpy(message->bytes + message->length, value, length);
	message->length += length;
}

struct heard {
	struct observation list[8];
	unsigned count;
};

static void hear(void *arg, const struct observation *observation)
{
	struct heard *heard = arg;

	assert_true(heard->count < 8);
	heard->list[heard->count++] = *observation;
}

static struct packet packet_of(const struct message *message, bool from_client)
{
	struct ip client = wire_ip("10.0.0.5"), server = wire_ip("10.0.0.53");
	struct packet packet = wire_udp(5000, &client, &server, 53);

	if (!from_client)
		packet = wire_answer(5000, &packet, 0);
	packet.vlan = 7;
	packet.payload = message->bytes;
	packet.payload_length = (uint32_t)message->length;
	return packet;
}

static struct heard read_packet(const struct packet *packet)
{
	static const struct hash_key key = { { 1, 2 } };
	struct heard heard = { .count = 0 };
	struct reader *reader = reader_new(&key, 0, hear, &heard);

	reader_see(reader, packet);
	assert_int_equal(reader_counts(reader).observations, heard.count);
	reader_free(reader);
	return heard;
}

static struct heard read_message(const struct message *message, bool from_client)
{
	struct packet packet = packet_of(message, from_client);

	return read_packet(&packet);
}

static void assert_client_is_source(const struct observation *observation)
{
	struct ip client = wire_ip("10.0.0.5"), server = wire_ip("10.0.0.53");

	assert_int_equal(observation->kind, OBSERVED_NAME);
	assert_true(ip_equal(&observation->contact.src, &client));
	assert_true(ip_equal(&observation->contact.dst, &server));
	assert_int_equal(observation->contact.dst_port, 53);
	assert_int_equal(observation->contact.vlan, 7);
	assert_true(observation->contact.opened_ns == wire_ns(5000));
}

static void a_question_is_told_as_unanswered(void **state)
{
	struct message message = make(0x0100, "WWW.Example.COM", AAAA, 0);
	struct heard heard = read_message(&message, true);

	(void)state;
	assert_int_equal(heard.count, 1);
	assert_client_is_source(&heard.list[0]);
	assert_string_equal(heard.list[0].name.text, "www.example.com");
	assert_int_equal(heard.list[0].name.type, AAAA);
	assert_int_equal(heard.list[0].name.rcode, OBSERVED_UNANSWERED);
	assert_int_equal(heard.list[0].contact.outcome, CONTACT_PENDING);
}

static void an_answer_has_its_addresses_and_the_least_time_to_live(void **state)
{
	static const uint8_t first[] = { 93, 184, 216, 34 }, second[] = { 93, 184, 216, 35 };
	static const uint8_t alias[] = { 1, 'x', 0 };
	struct message message = make(RESPONSE | 0x0180, "example.com", A, 4);
	struct ip expected = wire_ip("93.184.216.34");
	uint8_t six[16] = { 0x20, 1, 0xd, 0xb8 };
	struct heard heard;

	(void)state;
	put_record(&message, CNAME, 5, alias, sizeof(alias));
	put_record(&message, A, TTL_S, first, 4);
	put_record(&message, A, TTL_S - 1, second, 4);
	put_record(&message, AAAA, TTL_S, six, 16);
	heard = read_message(&message, false);
	assert_int_equal(heard.count, 1);
	assert_client_is_source(&heard.list[0]);
	assert_int_equal(heard.list[0].name.rcode, 0);
	assert_int_equal(heard.list[0].name.address_count, 3);
	assert_int_equal(heard.list[0].name.ttl_s, TTL_S - 1);
	assert_true(ip_equal(&heard.list[0].name.addresses[0], &expected));
	assert_int_equal(heard.list[0].contact.outcome, CONTACT_ACCEPTED);
}

static void a_failure_is_told_with_its_code(void **state)
{
	static const unsigned rcodes[] = { 2, 3, 5 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct message message = make(RESPONSE | rcodes[i], "nowhere.example", A, 0);
		struct heard heard = read_message(&message, false);

		assert_int_equal(heard.count, 1);
		assert_client_is_source(&heard.list[0]);
		assert_int_equal(heard.list[0].name.rcode, rcodes[i]);
		assert_int_equal(heard.list[0].name.address_count, 0);
	}
}

static void many_addresses_are_told_in_parts(void **state)
{
	static const struct {
		unsigned addresses, parts, latest;
	} cases[] = { { 8, 1, 8 }, { 9, 2, 1 }, { 30, 4, 6 }, { 60, 4, 8 } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct message message = make(RESPONSE, "cdn.example", A, cases[i].addresses);
		struct heard heard;

		for (unsigned n = 0; n < cases[i].addresses; n++)
			put_record(&message, A, TTL_S, (uint8_t[]){ 81, 2, 3, (uint8_t)n }, 4);
		heard = read_message(&message, false);
		assert_int_equal(heard.count, cases[i].parts);
		assert_int_equal(heard.list[heard.count - 1].name.address_count, cases[i].latest);
		assert_string_equal(heard.list[heard.count - 1].name.text, "cdn.example");
	}
}

static void a_long_name_keeps_its_end(void **state)
{
	char text[256];
	struct message message;
	struct heard heard;
	size_t length;

	(void)state;
	for (unsigned n = 0; n < 20; n++)
		memcpy(text + n * 10, "abcdefghi.", 10);
	memcpy(text + 200, "example.com", 12);
	message = make(0, text, A, 0);
	heard = read_message(&message, true);
	assert_int_equal(heard.count, 1);
	length = strlen(heard.list[0].name.text);
	assert_true(length < OBSERVED_NAME_BYTES && length > OBSERVED_NAME_BYTES - 12);
	assert_memory_equal(heard.list[0].name.text, "abcdefghi.", 10);
	assert_string_equal(heard.list[0].name.text + length - 11, "example.com");
}

static void what_is_no_look_up_tells_nothing(void **state)
{
	struct message question = make(0, "example.com", A, 0),
		       answer = make(RESPONSE, "example.com", A, 0);
	struct message update = make(5 << 11, "example.com", A, 0),
		       bare = make(RESPONSE, NULL, 0, 0);
	struct packet packet = packet_of(&question, true);

	(void)state;
	assert_int_equal(read_message(&question, false).count, 0); /* from port 53 */
	assert_int_equal(read_message(&answer, true).count, 0);    /* to port 53 */
	assert_int_equal(read_message(&update, true).count, 0);
	assert_int_equal(read_message(&bare, false).count, 0);
	packet.dst_port = 5353;
	assert_int_equal(read_packet(&packet).count, 0);
	packet = packet_of(&question, true);
	packet.payload = NULL;
	packet.payload_length = 0;
	assert_int_equal(read_packet(&packet).count, 0);
}

static void cut_messages_tell_what_is_there(void **state)
{
	struct message message = make(RESPONSE, "example.com", A, 2);
	size_t records;

	(void)state;
	records = message.length;
	put_record(&message, A, TTL_S, (uint8_t[]){ 81, 2, 3, 4 }, 4);
	put_record(&message, A, TTL_S, (uint8_t[]){ 81, 2, 3, 5 }, 4);
	for (size_t length = message.length; length > 0; length--) {
		struct message cut = message;
		struct heard heard;

		cut.length = length;
		heard = read_message(&cut, false);
		assert_int_equal(heard.count, length >= records ? 1 : 0);
		if (heard.count)
			assert_int_equal(heard.list[0].name.address_count, (length - records) / 16);
	}
}

/* ---- extensions and other carriers --------------------------------------------------------------- */

/* RFC 6891: root, OPT, size of UDP messages, flags, no options. */
static void put_edns(struct message *message)
{
	static const uint8_t opt[] = { 0, 0, 41, 0x10, 0, 0, 0, 0x80, 0, 0, 0 };

	memcpy(message->bytes + message->length, opt, sizeof(opt));
	message->length += sizeof(opt);
	message->bytes[11]++; /* additional records */
}

static struct message answer_with_everything(void)
{
	static const uint8_t alias[] = { 3, 'c', 'd', 'n', 0 };
	struct message message = make(RESPONSE | 0x0180, "www.example.com", A, 21);

	put_record(&message, CNAME, 5, alias, sizeof(alias));
	for (unsigned n = 0; n < 20; n++)
		put_record(&message, n % 2 ? A : AAAA, TTL_S, (uint8_t[16]){ 81, 2, 3, (uint8_t)n },
			   n % 2 ? 4 : 16);
	put_edns(&message);
	return message;
}

static void extensions_are_stepped_over(void **state)
{
	struct message question = make(0x0100, "www.example.com", A, 0),
		       answer = answer_with_everything();
	struct heard heard;

	(void)state;
	put_edns(&question);
	heard = read_message(&question, true);
	assert_int_equal(heard.count, 1);
	assert_string_equal(heard.list[0].name.text, "www.example.com");
	heard = read_message(&answer, false);
	assert_int_equal(heard.count, 3);
	assert_int_equal(heard.list[2].name.address_count, 20 - 2 * OBSERVED_ADDRESSES);
}

/* With its length in front, as one of the segments of a stream. */
static void see_part(struct reader *reader, const struct message *framed, bool from_client,
		     size_t from, size_t to)
{
	struct packet packet = packet_of(framed, from_client);

	packet.kind = PACKET_TCP;
	packet.proto = IPPROTO_TCP;
	packet.tcp_flags = TCP_ACK;
	packet.tcp_seq = 1000 + (uint32_t)from;
	packet.payload += from;
	packet.payload_length = (uint32_t)(to - from);
	reader_see(reader, &packet);
}

static struct message framed(const struct message *message)
{
	struct message out = { .length = 0 };

	put16(&out, (unsigned)message->length);
	memcpy(out.bytes + 2, message->bytes, message->length);
	out.length += message->length;
	return out;
}

static void names_over_tcp_are_told_wherever_segments_are_cut(void **state)
{
	static const struct hash_key key = { { 1, 2 } };
	struct message plain[] = { make(0x0100, "WWW.Example.COM", A, 0),
				   answer_with_everything() };

	(void)state;
	for (unsigned which = 0; which < 2; which++) {
		struct message message = framed(&plain[which]);

		for (size_t cut = 1; cut <= message.length; cut++) {
			struct heard heard = { .count = 0 };
			struct reader *reader = reader_new(&key, 4, hear, &heard);

			see_part(reader, &message, which == 0, 0, cut);
			if (cut < message.length)
				see_part(reader, &message, which == 0, cut, message.length);
			if (heard.count != (which == 0 ? 1u : 3u))
				fail_msg("message %u cut at %zu: %u told", which, cut, heard.count);
			assert_client_is_source(&heard.list[0]);
			assert_string_equal(heard.list[0].name.text, "www.example.com");
			reader_free(reader);
		}
	}
}

static void messages_of_one_stream_follow_each_other(void **state)
{
	static const struct hash_key key = { { 1, 2 } };
	struct message plain = make(0x0100, "one.example.com", A, 0), message = framed(&plain),
		       second;
	struct heard heard = { .count = 0 };
	struct reader *reader = reader_new(&key, 4, hear, &heard);

	(void)state;
	plain = make(0x0100, "two.example.com", AAAA, 0);
	second = framed(&plain);
	memcpy(message.bytes + message.length, second.bytes, second.length);
	message.length += second.length;
	see_part(reader, &message, true, 0, 50);
	see_part(reader, &message, true, 50, message.length);
	assert_int_equal(heard.count, 2);
	assert_string_equal(heard.list[1].name.text, "two.example.com");
	assert_int_equal(heard.list[1].name.type, AAAA);
	reader_free(reader);
}

static void what_is_no_dns_over_tcp_tells_nothing(void **state)
{
	static const char *const texts[] = { "GET / HTTP/1.0\r\n\r\n", "SSH-2.0-x\r\n" };
	static const struct hash_key key = { { 1, 2 } };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct message message = { .length = strlen(texts[i]) };
		struct heard heard = { .count = 0 };
		struct reader *reader = reader_new(&key, 4, hear, &heard);

		memcpy(message.bytes, texts[i], message.length);
		see_part(reader, &message, true, 0, message.length);
		assert_int_equal(heard.count, 0);
		reader_free(reader);
	}
}

static struct message netbios_answer(void)
{
	struct message message = make(RESPONSE | 0x0500, NULL, 0, 1);

	message.bytes[message.length++] = 32;
	for (unsigned i = 0; i < 16; i++) {
		uint8_t c = (uint8_t)("FILES          \x20"[i]);

		message.bytes[message.length++] = (uint8_t)('A' + (c >> 4));
		message.bytes[message.length++] = (uint8_t)('A' + (c & 15));
	}
	message.bytes[message.length++] = 0;
	put16(&message, 0x20);
	put16(&message, 1);
	put16(&message, 0);
	put16(&message, TTL_S);
	put16(&message, 6);
	put16(&message, 0x6000);
	put16(&message, 10 << 8);
	put16(&message, 7);
	return message;
}

static void neighbours_names_are_told_apart(void **state)
{
	static const struct {
		const char *what;
		unsigned port;
		bool is_answer, is_group;
		unsigned told;
	} cases[] = {
		{ "LLMNR", 5355, true, false, 1 },
		{ "mDNS, direct", 5353, true, false, 1 },
		{ "NetBIOS", 137, true, false, 1 },
		{ "mDNS to all", 5353, true, true, 0 },
		{ "LLMNR question", 5355, false, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct message message = make(cases[i].is_answer ? RESPONSE : 0, "files", A, 1);
		struct ip group = wire_ip("224.0.0.251"), address = wire_ip("10.0.0.7");
		struct packet packet;
		struct heard heard;

		put_record(&message, A, TTL_S, (uint8_t[]){ 10, 0, 0, 7 }, 4);
		if (cases[i].port == 137)
			message = netbios_answer();
		packet = packet_of(&message, false);
		packet.src_port = (uint16_t)cases[i].port;
		if (cases[i].is_group)
			packet.dst = group;
		heard = read_packet(&packet);
		if (heard.count != cases[i].told)
			fail_msg("%s: %u told", cases[i].what, heard.count);
		if (!heard.count)
			continue;
		assert_int_equal(heard.list[0].kind, OBSERVED_NEIGHBOR_NAME);
		assert_string_equal(heard.list[0].name.text, "files");
		assert_int_equal(heard.list[0].name.address_count, 1);
		assert_int_equal(heard.list[0].name.ttl_s, TTL_S);
		assert_true(ip_equal(&heard.list[0].name.addresses[0], &address));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_question_is_told_as_unanswered),
		cmocka_unit_test(an_answer_has_its_addresses_and_the_least_time_to_live),
		cmocka_unit_test(a_failure_is_told_with_its_code),
		cmocka_unit_test(many_addresses_are_told_in_parts),
		cmocka_unit_test(a_long_name_keeps_its_end),
		cmocka_unit_test(what_is_no_look_up_tells_nothing),
		cmocka_unit_test(extensions_are_stepped_over),
		cmocka_unit_test(names_over_tcp_are_told_wherever_segments_are_cut),
		cmocka_unit_test(messages_of_one_stream_follow_each_other),
		cmocka_unit_test(what_is_no_dns_over_tcp_tells_nothing),
		cmocka_unit_test(neighbours_names_are_told_apart),
		cmocka_unit_test(cut_messages_tell_what_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
