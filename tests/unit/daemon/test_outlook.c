/* SPDX-License-Identifier: Apache-2.0 */
/* test_outlook.c - what people are told about the sensor's view and about who is who. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "core/base/units.h"
#include "core/contact/contact.h"
#include "core/contact/host.h"
#include "core/daemon/outlook.h"
#include "core/feed/record.h"
#include "core/incident/fault.h"

#define NOON_NS UINT64_C(1772452800000000000) /* 2026-03-02T12:00:00Z */

static struct record coverage(unsigned vlan, unsigned faults, unsigned before)
{
	return (struct record){ .type = RECORD_COVERAGE,
				.wall_ns = NOON_NS,
				.coverage = { .view = { .vlan = (uint16_t)vlan,
							.faults = (uint8_t)faults,
							.packets = 6400,
							.answers_seen = 50,
							.answers_missed = 2 },
					      .before = (uint8_t)before } };
}

static struct record standing(const char *host, unsigned role, unsigned witnesses, bool established)
{
	struct record record = { .type = RECORD_STANDING,
				 .wall_ns = NOON_NS,
				 .standing = { .role = (uint16_t)role,
					       .witnesses = witnesses,
					       .established = established,
					       .port = 445 } };
	struct ip ip;

	assert_true(ip_parse(host, &ip));
	record.standing.host = host_key_of(&ip, 12);
	return record;
}

static void expect(void (*describe)(const struct outlook *, struct buf *),
		   const struct outlook *outlook, const char *text)
{
	struct buf out;

	buf_init(&out, 4096);
	describe(outlook, &out);
	assert_string_equal(out.text, text);
	buf_fini(&out);
}

static void each_vlan_is_told_with_what_is_missing(void **state)
{
	struct outlook *outlook = outlook_new();
	struct record record = coverage(12, 0, 0);

	(void)state;
	expect(outlook_describe, outlook, "the sensor has told nothing yet");
	assert_false(outlook_take(outlook, &record));
	record = coverage(12, COVERAGE_LOSSY, 0);
	record.coverage.view.missed_percent = 3;
	assert_true(outlook_take(outlook, &record));
	record = coverage(13, 0, 0);
	assert_false(outlook_take(outlook, &record));
	record.coverage.view = (struct coverage_view){ .vlan = 99 }; /* nothing was heard of it */
	outlook_take(outlook, &record);
	expect(outlook_describe, outlook,
	       "sensor    heard at 2026-03-02T12:00:00, 0 roles known: cordon hosts\n"
	       "VLAN 12   lossy            about 6400 packets, 50 of 52 answers of late seen\n"
	       "          VLAN 12: about 3% of the answers are lost on their way to the sensor: some failures may be none; the "
	       "mirror port is overloaded or the capture has gaps\n"
	       "VLAN 13   full             about 6400 packets, 50 of 52 answers of late seen");
	outlook_free(outlook);
}

static void a_network_fault_is_told_while_it_lasts_and_after(void **state)
{
	struct outlook *outlook = outlook_new();
	struct record record = coverage(12, 0, 0);
	struct fault_state fault = { .broken = true,
				     .is_for_all = true,
				     .hosts = 31,
				     .live = 120,
				     .since_ns = record.wall_ns };
	static const char first[] =
		"sensor    heard at 2026-03-02T12:00:00, 0 roles known: cordon hosts\n"
		"VLAN 12   full             about 6400 packets, 50 of 52 answers of late seen\n";
	char wanted[400];

	(void)state;
	outlook_take(outlook, &record);
	outlook_take_fault(outlook, &fault, record.wall_ns);
	snprintf(
		wanted, sizeof(wanted), "%s%s", first,
		"network   broken since 2026-03-02T12:00:00: 31 of 120 hosts fail at once, scoring pauses");
	expect(outlook_describe, outlook, wanted);
	fault.is_for_all = false;
	outlook_take_fault(outlook, &fault, record.wall_ns);
	snprintf(
		wanted, sizeof(wanted), "%s%s", first,
		"network   broken or names are forged since 2026-03-02T12:00:00: 31 of 120 hosts fail at once, "
		"scoring pauses for them");
	expect(outlook_describe, outlook, wanted);
	fault.broken = false;
	outlook_take_fault(outlook, &fault, record.wall_ns + s_to_ns(60));
	snprintf(
		wanted, sizeof(wanted), "%s%s", first,
		"network   was broken from 2026-03-02T12:00:00 until 2026-03-02T12:01:00: not held against 31 hosts");
	expect(outlook_describe, outlook, wanted);
	outlook_free(outlook);
}

static void hosts_are_listed_with_the_reason_established_ones_first(void **state)
{
	struct outlook *outlook = outlook_new();
	struct record record = standing("10.0.0.9", HOST_SERVER, 7, false);
	struct ip ip;
	struct host_key host;

	(void)state;
	expect(outlook_hosts, outlook, "no host with a role is known yet");
	assert_false(outlook_take(outlook, &record));
	record = standing("10.0.0.1", HOST_ROUTER, 2, false);
	assert_false(outlook_take(outlook, &record));
	record = standing("10.0.0.1", HOST_ROUTER, 3, true);
	assert_true(outlook_take(outlook, &record));
	record = standing("10.0.0.1", HOST_ROUTER, 214, true);
	assert_false(outlook_take(outlook, &record));
	record = standing("10.0.0.1", HOST_DHCP_SERVER, 60, true);
	assert_true(outlook_take(outlook, &record));
	expect(outlook_hosts, outlook,
	       "10.0.0.1         -                  VLAN 12    gateway: 214 hosts sent it packets for other networks\n"
	       "10.0.0.1         -                  VLAN 12    DHCP server: answered 60 DHCP clients\n"
	       "10.0.0.9         -                  VLAN 12    server: TCP port 445 (SMB) answered 7 hosts (not yet established)");
	assert_true(ip_parse("10.0.0.1", &ip));
	host = host_key_of(&ip, 12);
	assert_string_equal(
		outlook_role_of(outlook, &host),
		"gateway: 214 hosts sent it packets for other networks; DHCP server: answered 60 DHCP clients");
	host.vlan = 13;
	assert_string_equal(outlook_role_of(outlook, &host), "");
	outlook_free(outlook);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_vlan_is_told_with_what_is_missing),
		cmocka_unit_test(a_network_fault_is_told_while_it_lasts_and_after),
		cmocka_unit_test(hosts_are_listed_with_the_reason_established_ones_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
