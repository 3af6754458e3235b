/* SPDX-License-Identifier: Apache-2.0 */
#include "core/asset/said.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/asset/asset.h"
#include "core/asset/roster.h"
#include "core/base/err.h"

static void add(struct roster *roster, const char *name, const char *ip, const char *mac)
{
	struct asset asset = { .vlan = (uint16_t)roster_count(roster) };

	snprintf(asset.name, sizeof(asset.name), "%s", name);
	assert_true(!*ip || ip_parse(ip, &asset.ip));
	assert_true(!*mac || mac_parse(mac, &asset.mac));
	roster_add(roster, &asset);
}

static void a_machine_is_known_by_name_address_or_mac(void **state)
{
	static const struct {
		const char *word, *name, *refusal;
	} rows[] = {
		{ "pc-23", "pc-23", NULL },
		{ "PC-23", "pc-23", NULL },
		{ "10.0.0.23", "pc-23", NULL },
		{ "02:00:00:00:00:17", "pc-23", NULL },
		{ "2001:db8::17", "laptop", NULL },
		{ "front desk", "front desk", NULL },
		{ "Kasse", "Kasse", NULL }, /* the exact one of two */
		{ "kasse", "kasse", NULL },
		{ "KASSE", NULL, "may be Kasse or kasse" },
		{ "10.0.0.7", NULL, "may be guest-1 or guest-2" },
		{ "pc-24", NULL, "did you mean \"pc-23\"?" },
		{ "10.0.0.99", NULL, "add it to assets.yaml" },
		{ "00:00:00:00:00:00", NULL, "no machine of the list" }, /* not who has no MAC */
		{ "0.0.0.0", NULL, "no machine of the list" },
		{ "::", NULL, "no machine of the list" },
		{ "", NULL, "no machine of the list" },
	};
	struct roster *roster = roster_new();

	(void)state;
	add(roster, "pc-23", "10.0.0.23", "02:00:00:00:00:17");
	add(roster, "laptop", "2001:db8::17", "");
	add(roster, "front desk", "", "02:00:00:00:00:18");
	add(roster, "guest-1", "10.0.0.7", "");
	add(roster, "guest-2", "10.0.0.7", "");
	add(roster, "Kasse", "10.0.0.8", "");
	add(roster, "kasse", "10.0.0.9", "");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err err = { 0 };
		const struct asset *found = roster_find_said(roster, rows[i].word, &err);

		if (rows[i].name ? !found || strcmp(found->name, rows[i].name) != 0 : found != NULL)
			fail_msg("%s: %s", rows[i].word, found ? found->name : err.text);
		if (rows[i].refusal && !strstr(err.text, rows[i].refusal))
			fail_msg("%s: %s", rows[i].word, err.text);
	}
	roster_free(roster);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_machine_is_known_by_name_address_or_mac),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
