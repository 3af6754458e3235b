/* SPDX-License-Identifier: Apache-2.0 */
#include "core/isolation/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/base/err.h"
#include "core/policy/channel.h"
#include "tests/unit/isolation/filter_text.h"

static void add(struct channel *channel, unsigned kind, const char *to, unsigned first,
		unsigned last)
{
	struct channel_item *item = &channel->items[channel->item_count++];

	*item = (struct channel_item){ .kind = (uint8_t)kind,
				       .port_first = (uint16_t)first,
				       .port_last = (uint16_t)last };
	if (to)
		assert_true(prefix_parse(to, &item->to));
}

static struct channel basic(void)
{
	struct channel channel = { .name = "repair" };

	add(&channel, CHANNEL_ARP, NULL, 0, 0);
	add(&channel, CHANNEL_DHCP, NULL, 0, 0);
	return channel;
}

static void expect_lines(const struct plan *plan, const char *const *lines)
{
	size_t i = 0;

	for (; i < plan->filter_count; i++) {
		char text[FILTER_TEXT_BYTES], line[FILTER_TEXT_BYTES + 24];

		filter_text(&plan->filters[i], text);
		snprintf(line, sizeof(line), "%s: %s", plan->filters[i].label, text);
		assert_non_null(lines[i]);
		assert_string_equal(line, lines[i]);
	}
	assert_null(lines[i]);
}

static void a_whole_channel_becomes_pairs_of_pass_filters(void **state)
{
	struct channel channel = basic();
	struct plan plan;
	struct err err = { 0 };

	(void)state;
	add(&channel, CHANNEL_EAPOL, NULL, 0, 0);
	add(&channel, CHANNEL_DNS, "10.0.0.53", 0, 0);
	add(&channel, CHANNEL_TCP, "10.0.0.5", 8530, 8531);
	add(&channel, CHANNEL_UDP, "10.0.0.6", 123, 123);
	add(&channel, CHANNEL_ICMP, "10.0.0.0/24", 0, 0);
	assert_int_equal(plan_from_channel(&channel, &plan, &err), 0);
	assert_string_equal(plan.name, "repair");
	assert_true(plan.drop_transmit && plan.drop_receive);
	assert_false(plan.anti_spoofing);
	channel.anti_spoofing = true;
	assert_int_equal(plan_from_channel(&channel, &plan, &err), 0);
	assert_true(plan.anti_spoofing);
	expect_lines(&plan, (const char *const[]){
				    "tx-arp: transmit pass arp", "rx-arp: receive pass arp",
				    "tx-dhcp: transmit pass udp from 68 to any:67",
				    "rx-dhcp: receive pass udp to 68 from any:67",
				    "tx-eapol: transmit pass eapol", "rx-eapol: receive pass eapol",
				    "tx-du1: transmit pass udp to 10.0.0.53:53",
				    "rx-du1: receive pass udp from 10.0.0.53:53",
				    "tx-dt1: transmit pass tcp to 10.0.0.53:53",
				    "rx-dt1: receive pass tcp from 10.0.0.53:53",
				    "tx-t1: transmit pass tcp to 10.0.0.5:8530-8531",
				    "rx-t1: receive pass tcp from 10.0.0.5:8530-8531",
				    "tx-u1: transmit pass udp to 10.0.0.6:123",
				    "rx-u1: receive pass udp from 10.0.0.6:123",
				    "tx-i1: transmit pass icmp to 10.0.0.0/24",
				    "rx-i1: receive pass icmp from 10.0.0.0/24", NULL });
}

static void neighbour_discovery_brings_dhcpv6_with_it(void **state)
{
	struct channel channel = basic();
	struct plan plan;

	(void)state;
	add(&channel, CHANNEL_ND, NULL, 0, 0);
	add(&channel, CHANNEL_ICMP, "2001:db8::/32", 0, 0);
	assert_int_equal(plan_from_channel(&channel, &plan, NULL), 0);
	expect_lines(&plan, (const char *const[]){
				    "tx-arp: transmit pass arp", "rx-arp: receive pass arp",
				    "tx-dhcp: transmit pass udp from 68 to any:67",
				    "rx-dhcp: receive pass udp to 68 from any:67",
				    "tx-dhcp6: transmit pass udp from 546 to any:547",
				    "rx-dhcp6: receive pass udp to 546 from any:547",
				    "tx-nd: transmit pass icmpv6", "rx-nd: receive pass icmpv6",
				    "tx-i1: transmit pass icmpv6 to 2001:db8::/32",
				    "rx-i1: receive pass icmpv6 from 2001:db8::/32", NULL });
}

static void what_is_named_twice_costs_filters_once(void **state)
{
	struct channel channel = basic();
	struct plan plan;

	(void)state;
	add(&channel, CHANNEL_ARP, NULL, 0, 0);
	add(&channel, CHANNEL_TCP, "10.0.0.5", 443, 443);
	add(&channel, CHANNEL_TCP, "10.0.0.5", 443, 443);
	assert_int_equal(plan_from_channel(&channel, &plan, NULL), 0);
	assert_int_equal(plan.filter_count, 6);
}

static void nothing_passes_in_one_direction_only(void **state)
{
	struct channel channel = basic();
	struct plan plan;
	unsigned transmit = 0;

	(void)state;
	for (unsigned i = 0; i < 20; i++)
		add(&channel, CHANNEL_TCP, "10.0.0.5", 1000 + i, 1000 + i);
	assert_int_equal(plan_from_channel(&channel, &plan, NULL), 0);
	for (unsigned i = 0; i < plan.filter_count; i++) {
		transmit += plan.filters[i].direction == FILTER_TRANSMIT;
		assert_int_equal(plan.filters[i].action, FILTER_PASS);
		assert_true(strlen(plan.filters[i].label) <= 12);
		for (unsigned k = 0; k < i; k++)
			assert_string_not_equal(plan.filters[i].label, plan.filters[k].label);
	}
	assert_int_equal(2 * transmit, plan.filter_count);
}

static void a_channel_that_would_cut_the_branch_is_refused(void **state)
{
	struct channel no_arp = { .name = "a" }, no_dhcp = { .name = "b" }, nowhere = basic(),
		       wide = basic();
	struct plan plan;
	struct err err = { 0 };

	(void)state;
	add(&no_arp, CHANNEL_DHCP, NULL, 0, 0);
	assert_int_equal(plan_from_channel(&no_arp, &plan, &err), ERR_CONFIG);
	assert_non_null(strstr(err.text, "lacks arp"));
	err_clear(&err);
	add(&no_dhcp, CHANNEL_ARP, NULL, 0, 0);
	assert_int_equal(plan_from_channel(&no_dhcp, &plan, &err), ERR_CONFIG);
	assert_non_null(strstr(err.text, "lacks dhcp"));
	err_clear(&err);
	nowhere.unresolved = true;
	assert_int_equal(plan_from_channel(&nowhere, &plan, &err), ERR_CONFIG);
	assert_non_null(strstr(err.text, "address is not known"));
	err_clear(&err);
	for (unsigned i = 0; i < 45; i++) {
		char to[16];

		snprintf(to, sizeof(to), "10.0.1.%u", i);
		add(&wide, CHANNEL_DNS, to, 0, 0);
	}
	assert_int_equal(plan_from_channel(&wide, &plan, &err), ERR_CONFIG);
	assert_non_null(strstr(err.text, "more than 160 filters"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_channel_becomes_pairs_of_pass_filters),
		cmocka_unit_test(neighbour_discovery_brings_dhcpv6_with_it),
		cmocka_unit_test(what_is_named_twice_costs_filters_once),
		cmocka_unit_test(nothing_passes_in_one_direction_only),
		cmocka_unit_test(a_channel_that_would_cut_the_branch_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
