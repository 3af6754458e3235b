/* SPDX-License-Identifier: Apache-2.0 */
/* test_stacks.c - which SYNs are a host's own. */
#include "core/contact/stacks.h"

#include "tests/unit/contact/tracking.h"

/* Options of a SYN as systems and tools send them, with the lifetime at which they start. */
struct dialect {
	const char *bytes;
	uint8_t length, lifetime;
};

static const struct dialect linux_pc = {
	"\x02\x04\x05\xb4\x04\x02\x08\x0a\x01\x02\x03\x04\x00\x00\x00\x00\x01\x03\x03\x07", 20, 64
};
static const struct dialect windows_pc = { "\x02\x04\x05\xb4\x01\x03\x03\x08\x01\x01\x04\x02", 12,
					   128 };
static const struct dialect tool = { "\x02\x04\x05\xb4", 4, 64 };
static const struct dialect bare = { "", 0, 64 };

static struct packet syn_by(const struct dialect *dialect, uint64_t ms, const struct ip *src,
			    const struct ip *dst)
{
	struct packet syn = wire_tcp(ms, src, dst, 445, TCP_SYN);

	if (!dialect->length)
		syn.marks &= (uint8_t)~PACKET_TCP_OPTIONS;
	syn.payload = (const uint8_t *)dialect->bytes + dialect->length;
	syn.tcp_option_bytes = dialect->length;
	syn.hop_limit = dialect->lifetime;
	return syn;
}

static uint16_t signature(const char *bytes, uint8_t length, uint8_t lifetime)
{
	const struct dialect dialect = { bytes, length, lifetime };
	struct ip a = wire_ip("10.0.0.5");
	struct packet syn = syn_by(&dialect, 0, &a, &a);

	return stack_signature(&syn);
}

static uint16_t signature_of(const struct dialect *dialect)
{
	return signature(dialect->bytes, dialect->length, dialect->lifetime);
}

static void kinds_order_and_lifetime_make_a_signature(void **state)
{
	static const char other_values[] =
		"\x02\x04\x02\x18\x04\x02\x08\x0a\x11\x12\x13\x14\x00\x00\x00\x00\x01\x03\x03\x0a";
	static const char other_order[] = "\x01\x03\x03\x08\x02\x04\x05\xb4\x01\x01\x04\x02";
	struct ip a = wire_ip("10.0.0.5");
	struct packet cut = syn_by(&tool, 0, &a, &a);

	(void)state;
	assert_int_equal(signature(other_values, 20, 64), signature_of(&linux_pc));
	assert_int_equal(signature(other_values, 20, 61), signature_of(&linux_pc)); /* hops */
	assert_int_not_equal(signature(other_values, 20, 128), signature_of(&linux_pc));
	assert_int_not_equal(signature(other_order, 12, 128), signature_of(&windows_pc));
	assert_int_not_equal(signature_of(&tool), signature_of(&bare));
	assert_int_not_equal(signature_of(&bare), 0);
	cut.tcp_option_bytes = 0;
	assert_int_equal(stack_signature(&cut), 0);
}

static void broken_options_are_read_to_their_end_and_no_further(void **state)
{
	static const char *const broken[] = { "\x02\x00\x05\xb4", "\x02\xff\x05\xb4",
					      "\x01\x01\x01\x02", "\x00\x02\x00\x00" };

	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		assert_int_not_equal(signature(broken[i], 4, 64), 0);
	assert_int_equal(signature("\x00\x02\x00\x00", 4, 64),
			 signature("\x00\x03\x00\x00", 4, 64));
}

/* ---- learning ---------------------------------------------------------------------------------- */

/* A new contact each time; what the tracker said of its SYN. */
static unsigned reach_out(struct fixture *f, const struct dialect *dialect, uint64_t s,
			  bool answered)
{
	static unsigned number;
	struct ip to = wire_ip("10.0.1.0");
	struct packet syn;

	number++;
	to.bytes[14] = (uint8_t)(1 + number / 250);
	to.bytes[15] = (uint8_t)(1 + number % 250);
	syn = syn_by(dialect, s * 1000, &f->a, &to);
	syn.tcp_seq = 7000;
	see(f, syn);
	if (answered) {
		struct packet answer = wire_answer(s * 1000 + 1, &syn, TCP_SYN | TCP_ACK);

		answer.tcp_ack = 7001;
		see(f, answer);
	}
	return latest(f)->flags & (CONTACT_STRANGE | CONTACT_UNLEARNT);
}

/* It resets the connection that was begun in its name just now. */
static void reset(struct fixture *f, uint64_t s)
{
	struct ip to = latest(f)->dst;
	struct packet packet = wire_tcp(s * 1000 + 2, &f->a, &to, 445, TCP_RST);

	packet.tcp_seq = 7001;
	see(f, packet);
}

static void live(struct fixture *f, const struct dialect *dialect, uint64_t from_s)
{
	for (unsigned n = 0; n < 5; n++)
		reach_out(f, dialect, from_s + n * 20, true);
}

static void what_was_accepted_for_a_minute_is_its_own(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, 1024);
	assert_int_equal(reach_out(&f, &windows_pc, 0, false), CONTACT_UNLEARNT);
	live(&f, &windows_pc, 10);
	assert_int_equal(reach_out(&f, &windows_pc, 200, false), 0);
	assert_int_equal(reach_out(&f, &tool, 201, false), CONTACT_STRANGE);
	assert_int_equal(reach_out(&f, &bare, 202, false), CONTACT_STRANGE);
	/* What is never accepted is never learnt, however often it is sent. */
	for (unsigned n = 0; n < 200; n++)
		assert_int_equal(reach_out(&f, &tool, 210 + n, false), CONTACT_STRANGE);
	/* Nor is what was accepted a few times, however far apart. */
	for (unsigned n = 0; n < 3; n++)
		assert_int_equal(reach_out(&f, &bare, 420 + n * 35, true), CONTACT_STRANGE);
	assert_int_equal(reach_out(&f, &bare, 495, false), CONTACT_STRANGE);
	/* Nor in a moment. */
	for (unsigned n = 0; n < 20; n++)
		assert_int_equal(reach_out(&f, &tool, 500, true), CONTACT_STRANGE);
	tracker_free(f.tracker);
}

static void a_second_system_is_learnt_beside_the_first(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, 1024);
	live(&f, &windows_pc, 0);
	assert_int_equal(reach_out(&f, &linux_pc, 200, true), CONTACT_STRANGE);
	live(&f, &linux_pc, 210);
	assert_int_equal(reach_out(&f, &linux_pc, 400, false), 0);
	assert_int_equal(reach_out(&f, &windows_pc, 401, false), 0);
	tracker_free(f.tracker);
}

static void what_the_host_resets_is_not_learnt(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, 1024);
	live(&f, &windows_pc, 0);
	for (unsigned n = 0; n < 30; n++) {
		assert_int_equal(reach_out(&f, &tool, 200 + n * 20, true), CONTACT_STRANGE);
		reset(&f, 200 + n * 20);
	}
	tracker_free(f.tracker);
}

static void who_takes_the_place_in_the_table_inherits_nothing(void **state)
{
	struct stacks *stacks = stacks_new(4);
	struct stack_owner first = { 2, 77 }, second = { 2, 78 };
	struct ip a = wire_ip("10.0.0.5");
	struct packet syn = syn_by(&windows_pc, 0, &a, &a);

	(void)state;
	for (uint32_t n = 0; n < 5; n++) {
		stacks_see(stacks, &first, &syn);
		stacks_accepted(stacks, &first, n * 20000);
	}
	assert_int_equal(stacks_see(stacks, &first, &syn), 0);
	assert_int_equal(stacks_see(stacks, &second, &syn), CONTACT_UNLEARNT);
	stacks_free(stacks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds_order_and_lifetime_make_a_signature),
		cmocka_unit_test(broken_options_are_read_to_their_end_and_no_further),
		cmocka_unit_test(what_was_accepted_for_a_minute_is_its_own),
		cmocka_unit_test(a_second_system_is_learnt_beside_the_first),
		cmocka_unit_test(what_the_host_resets_is_not_learnt),
		cmocka_unit_test(who_takes_the_place_in_the_table_inherits_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
