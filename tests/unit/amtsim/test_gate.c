/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/amtsim/gate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/amtsim/frame.h"

#define SECOND_NS 1000000000u
#define START_NS  (1000ull * SECOND_NS)

static const uint8_t host[4] = { 10, 0, 0, 1 };

/* Filters by handle 1 to 8; a case names the ones it uses. */
static const struct sd_filter filters[] = {
	{ .handle = 1, .kind = SD_IP, .profile = SD_PASS, .has_protocol = true, .protocol = 6 },
	{ .handle = 2,
	  .kind = SD_IP,
	  .profile = SD_DROP,
	  .has_protocol = true,
	  .protocol = 6,
	  .dst_ports = { true, 445, 445 } },
	{ .handle = 3,
	  .kind = SD_IP,
	  .profile = SD_DROP_COUNT,
	  .ip_version = 4,
	  .dst = { true, { 10, 0, 0, 0 }, { 255, 0, 0, 0 } } },
	{ .handle = 4, .kind = SD_ETHER, .profile = SD_PASS, .ethertype = 0x0806 },
	{ .handle = 5,
	  .kind = SD_IP,
	  .profile = SD_PASS_COUNT,
	  .direction = SD_RX,
	  .has_protocol = true,
	  .protocol = 6 },
	{ .handle = 6,
	  .kind = SD_IP,
	  .profile = SD_RATE_LIMIT,
	  .rate_pps = 3,
	  .has_protocol = true,
	  .protocol = 6 },
	{ .handle = 7,
	  .kind = SD_IP,
	  .profile = SD_PASS,
	  .has_protocol = true,
	  .protocol = 6,
	  .has_flags_on = true,
	  .flags_on = 0x02,
	  .has_flags_off = true,
	  .flags_off = 0x10 },
	{ .handle = 8, .kind = SD_IP, .profile = SD_PASS, .ip_version = 6 },
};

static struct frame tcp(uint16_t dst_port)
{
	return (struct frame){ .ethertype = 0x0800,
			       .ip_version = 4,
			       .has_protocol = true,
			       .protocol = 6,
			       .has_ports = true,
			       .src_port = 1024,
			       .dst_port = dst_port,
			       .has_tcp_flags = true,
			       .tcp_flags = 0x02,
			       .src = { 10, 0, 0, 1 },
			       .dst = { 10, 0, 0, 5 } };
}

static struct gate *gate_with(const char *handles, bool drop_unmatched, enum sd_spoof spoof)
{
	struct sd_policy policy = { .id = 1, .spoof = spoof };
	const struct sd_filter *used[SD_HANDLES_MAX];
	struct gate *gate = gate_new(NULL, NULL);

	policy.when_unmatched[SD_TX] = (struct sd_default){ drop_unmatched, false, true };
	policy.when_unmatched[SD_RX] = (struct sd_default){ drop_unmatched, false, false };
	for (; *handles; handles++)
		used[policy.handle_count++] = &filters[*handles - '1'];
	gate_activate(gate, &policy, used, START_NS);
	return gate;
}

static void every_filter_is_compared_and_drop_beats_pass(void **state)
{
	struct frame smb = tcp(445), web = tcp(80), arp = { .ethertype = 0x0806 };
	struct frame ack = tcp(80), v6 = { .ethertype = 0x86DD, .ip_version = 6 };
	struct frame fragment = tcp(0), far = tcp(80);
	const struct {
		const char *name, *handles;
		bool drop_unmatched;
		const struct frame *frame;
		enum sd_direction direction;
		bool drop;
		enum verdict_reason reason;
		uint32_t handle;
	} cases[] = {
		{ "a pass filter in a strict policy", "1", true, &web, SD_TX, false, VERDICT_FILTER,
		  1 },
		{ "nothing matches, strict", "2", true, &web, SD_TX, true, VERDICT_DEFAULT,
		  HANDLE_DEFAULT_TX },
		{ "nothing matches, open", "2", false, &web, SD_TX, false, VERDICT_DEFAULT,
		  HANDLE_DEFAULT_TX },
		{ "pass before drop", "12", false, &smb, SD_TX, true, VERDICT_FILTER, 2 },
		{ "drop before pass", "21", false, &smb, SD_TX, true, VERDICT_FILTER, 2 },
		{ "a pass hole in a drop filter is no hole", "31", true, &web, SD_TX, true,
		  VERDICT_FILTER, 3 },
		{ "an address in the masked net", "3", false, &web, SD_TX, true, VERDICT_FILTER,
		  3 },
		{ "an address outside of it", "3", false, &far, SD_TX, false, VERDICT_DEFAULT,
		  HANDLE_DEFAULT_TX },
		{ "the other direction has its own filters", "1", true, &web, SD_RX, true,
		  VERDICT_DEFAULT, HANDLE_DEFAULT_RX },
		{ "a receive filter", "5", true, &web, SD_RX, false, VERDICT_FILTER, 5 },
		{ "ARP falls to the default", "1", true, &arp, SD_TX, true, VERDICT_DEFAULT,
		  HANDLE_DEFAULT_TX },
		{ "unless an Ethernet filter passes it", "4", true, &arp, SD_TX, false,
		  VERDICT_FILTER, 4 },
		{ "TCP flags that must be set are", "7", true, &web, SD_TX, false, VERDICT_FILTER,
		  7 },
		{ "a TCP flag that must be clear is not", "7", true, &ack, SD_TX, true,
		  VERDICT_DEFAULT, HANDLE_DEFAULT_TX },
		{ "a version filter does not match the other", "8", true, &web, SD_TX, true,
		  VERDICT_DEFAULT, HANDLE_DEFAULT_TX },
		{ "but its own", "8", true, &v6, SD_TX, false, VERDICT_FILTER, 8 },
		{ "a port filter needs ports", "2", false, &fragment, SD_TX, false, VERDICT_DEFAULT,
		  HANDLE_DEFAULT_TX },
	};
	size_t i;

	(void)state;
	ack.tcp_flags = 0x12;
	fragment.has_ports = false;
	far.dst[0] = 11;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct gate *gate = gate_with(cases[i].handles, cases[i].drop_unmatched, SPOOF_OFF);
		struct verdict verdict =
			gate_judge(gate, cases[i].frame, cases[i].direction, host, START_NS);

		if (verdict.drop != cases[i].drop || verdict.reason != cases[i].reason ||
		    verdict.handle != cases[i].handle)
			fail_msg("%s: drop %d reason %d handle %u", cases[i].name, verdict.drop,
				 verdict.reason, verdict.handle);
		gate_free(gate);
	}
}

static void without_a_policy_everything_passes(void **state)
{
	struct gate *gate = gate_new(NULL, NULL);
	struct frame frame = tcp(445);
	struct verdict verdict = gate_judge(gate, &frame, SD_TX, host, START_NS);

	(void)state;
	assert_false(verdict.drop);
	assert_int_equal(verdict.reason, VERDICT_NO_POLICY);
	assert_int_equal(gate_statistics(gate), 0);
	gate_free(gate);
}

static void a_spoofed_packet_is_dropped_whatever_else_matches(void **state)
{
	struct gate *gate = gate_with("1", false, SPOOF_COUNT);
	struct frame frame = tcp(80);

	(void)state;
	assert_false(gate_judge(gate, &frame, SD_TX, host, START_NS).drop);
	frame.src[3] = 9;
	assert_int_equal(gate_judge(gate, &frame, SD_TX, host, START_NS).reason, VERDICT_SPOOF);
	assert_false(gate_judge(gate, &frame, SD_RX, host, START_NS).drop);
	memset(frame.src, 0, 4); /* a DHCP client has no address yet */
	assert_false(gate_judge(gate, &frame, SD_TX, host, START_NS).drop);
	gate_set_rules(gate, &(struct gate_rules){ .zero_is_spoofed = true });
	assert_int_equal(gate_judge(gate, &frame, SD_TX, host, START_NS).reason, VERDICT_SPOOF);
	assert_false(gate_judge(gate, &frame, SD_RX, host, START_NS).drop);
	frame.ip_version = 6; /* compared by nobody */
	assert_false(gate_judge(gate, &frame, SD_TX, host, START_NS).drop);
	gate_free(gate);
}

static unsigned passed_at(struct gate *gate, unsigned packets, uint64_t now_ns)
{
	struct frame frame = tcp(80);
	unsigned passed = 0;

	while (packets-- > 0)
		passed += !gate_judge(gate, &frame, SD_TX, host, now_ns).drop;
	return passed;
}

static void a_rate_limit_has_windows_of_one_second(void **state)
{
	struct gate *gate = gate_with("6", false, SPOOF_OFF);
	struct gate_rules rules = { .rate_overshoot = 0, .list_defaults = true };

	(void)state;
	gate_set_rules(gate, &rules);
	assert_int_equal(passed_at(gate, 10, START_NS), 3);
	assert_int_equal(passed_at(gate, 10, START_NS + SECOND_NS - 1), 0);
	assert_int_equal(passed_at(gate, 10, START_NS + SECOND_NS), 3);
	rules.rate_overshoot = 2;
	gate_set_rules(gate, &rules);
	assert_int_equal(passed_at(gate, 10, START_NS + 5ull * SECOND_NS), 5);
	gate_free(gate);
}

static struct gate_statistic statistic(const struct gate *gate, size_t index)
{
	struct gate_statistic s;

	gate_statistic(gate, index, &s);
	return s;
}

static void statistics_are_frozen_until_published(void **state)
{
	struct gate *gate = gate_with("51", true, SPOOF_OFF);
	struct frame frame = tcp(80), arp = { .ethertype = 0x0806 };
	unsigned i;

	(void)state;
	for (i = 0; i < 4; i++) {
		gate_judge(gate, &frame, SD_RX, host, START_NS);
		gate_judge(gate, &frame, SD_TX, host, START_NS);
		gate_judge(gate, &arp, SD_TX, host, START_NS);
		gate_judge(gate, &arp, SD_RX, host, START_NS);
	}
	assert_int_equal(gate_statistics(gate), 4);
	assert_int_equal(statistic(gate, 0).count, 0);
	assert_false(statistic(gate, 0).matched);
	gate_publish(gate, true, START_NS + 7);
	assert_int_equal(statistic(gate, 0).count, 4);
	assert_int_equal(statistic(gate, 1).count, 0); /* profile 3 does not count */
	assert_true(statistic(gate, 1).matched);
	assert_int_equal(statistic(gate, 2).handle, HANDLE_DEFAULT_TX);
	assert_int_equal(statistic(gate, 2).count, 4);
	assert_int_equal(statistic(gate, 3).count, 0); /* no Count flag */
	assert_int_equal(statistic(gate, 0).reset_ns, START_NS + 7);
	gate_judge(gate, &frame, SD_RX, host, START_NS);
	gate_publish(gate, false, START_NS + 9);
	assert_int_equal(statistic(gate, 0).count, 1); /* the last publish had reset */
	assert_int_equal(statistic(gate, 0).reset_ns, START_NS + 7);
	gate_free(gate);
}

static void note(void *arg, const struct gate_event *event)
{
	unsigned *events = arg;

	assert_int_equal(event->handle, 9);
	assert_int_equal(event->direction, SD_TX);
	assert_true(event->drop);
	(*events)++;
}

static void one_event_per_filter_until_published(void **state)
{
	struct sd_filter filter = { .handle = 9, .kind = SD_IP, .profile = SD_DROP, .event = true };
	struct sd_policy policy = { .id = 1, .handle_count = 1, .handles = { 9 } };
	const struct sd_filter *used[1] = { &filter };
	struct frame frame = tcp(80);
	unsigned events = 0;
	struct gate *gate = gate_new(note, &events);

	(void)state;
	gate_activate(gate, &policy, used, START_NS);
	gate_judge(gate, &frame, SD_TX, host, START_NS);
	gate_judge(gate, &frame, SD_TX, host, START_NS);
	assert_int_equal(events, 1);
	gate_publish(gate, false, START_NS);
	gate_judge(gate, &frame, SD_TX, host, START_NS);
	assert_int_equal(events, 2);
	gate_forget(gate, START_NS);
	gate_judge(gate, &frame, SD_TX, host, START_NS);
	assert_int_equal(events, 3);
	gate_free(gate);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_filter_is_compared_and_drop_beats_pass),
		cmocka_unit_test(without_a_policy_everything_passes),
		cmocka_unit_test(a_spoofed_packet_is_dropped_whatever_else_matches),
		cmocka_unit_test(a_rate_limit_has_windows_of_one_second),
		cmocka_unit_test(statistics_are_frozen_until_published),
		cmocka_unit_test(one_event_per_filter_until_published),
	};

	return cmocka_run_group_tests_name("amtsim gate", tests, NULL, NULL);
}
