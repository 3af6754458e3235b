/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/source.h"
#include "core/base/units.h"
#include "core/daemon/config.h"

/* Reads text; returns what was complained about, which the caller frees. */
static char *complaints_about(const char *text, struct config *config)
{
	struct source *source = source_from_text("cordon.yaml", text, strlen(text));
	struct complaints *list = complaints_new();
	struct buf out;
	char *said;

	buf_init(&out, 65536);
	config_read(config, source, list);
	if (complaints_count(list) > 0)
		complaints_print(list, source, &out);
	said = strdup(out.length ? out.text : "");
	buf_fini(&out);
	complaints_free(list);
	config_fini(config);
	source_free(source);
	return said;
}

static void an_empty_file_is_harmless(void **state)
{
	struct config config;
	char *said = complaints_about("", &config);

	(void)state;
	assert_string_equal(said, "");
	assert_false(config.enforce);
	assert_int_equal(config.automatic_per_hour, 10);
	free(said);
}

static void every_kind_of_setting_is_read(void **state)
{
	struct config config;
	char *said = complaints_about(
		"capture: { interface: eth7, filter: not port 22, buffer_mib: 64 }\n"
		"tracker: { hosts: 1000, contacts: 2000 }\n"
		"incident: { suspect: 5.5, convict: 20, half_life: 10m }\n"
		"policy: p.yaml\nassets: a.yaml\nstore: s.db\neve: e.json\ncontrol: c.sock\n"
		"relay: { address: 10.20.0.5 }\n"
		"safety: { automatic_per_hour: 3, never_isolate: [10.0.0.1, 10.1.0.0/16, '02:00:00:00:00:01'] }\n"
		"enforce: true\n"
		"amt: { connections: 9, precedence: 77, answer_timeout_s: 40 }\n",
		&config);

	(void)state;
	assert_string_equal(said, "");
	assert_string_equal(config.interface, "eth7");
	assert_string_equal(config.filter, "not port 22");
	assert_int_equal(config.buffer_mib, 64);
	assert_int_equal(config.hosts_max, 1000);
	assert_int_equal(config.contacts_max, 2000);
	assert_true(config.suspect_nats > 5.4 && config.suspect_nats < 5.6);
	assert_true(config.half_life_ns == s_to_ns(600));
	assert_string_equal(config.store, "s.db");
	assert_true(config.has_relay);
	assert_int_equal(config.automatic_per_hour, 3);
	assert_int_equal(config.never_count, 2);
	assert_int_equal(config.never_mac_count, 1);
	assert_true(config.enforce);
	assert_int_equal(config.amt_precedence, 77);
	free(said);
}

static void every_mistake_is_shown_with_its_place(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "polizy: x\n", "cordon.yaml:1:1:" },
		{ "polizy: x\n", "policy" },
		{ "safety: { automatic_per_hour: 100000 }\n", "cordon.yaml:1:" },
		{ "safety: { never_isolate: 10.0.0.1 }\n", "is a list" },
		{ "safety: { never_isolate: [gateway] }\n", "\"gateway\" is no address" },
		{ "safety: { never_isolate: [10.0.0.1/24] }\n", "did you mean \"10.0.0.0/24\"" },
		{ "amt: { key: hunter2 }\n", "only where to find it" },
		{ "relay: { address: relay.example }\n", "is no address" },
		{ "enforce: maybe\n", "cordon.yaml:1:10:" },
		{ "incident: { half_life: 30 }\n", "cordon.yaml:1:" },
		{ "incident: { half_life: 0 }\n",
		  "expected a duration from 1s to 7d, found \"0\"" },
		{ "incident: { half_life: 999ms }\n", "found \"999ms\"" },
		{ "incident: { half_life: 7d1ns }\n", "found \"7d1ns\"" },
		{ "safety: { blind_pause: 213503d }\n", "expected a duration from 0s to 1d" },
		{ "amt: { dead_man: 46d }\n", "cordon.yaml:1:" },
		{ "relay: { address: 0.0.0.0 }\n", "is nobody's own address" },
		{ "relay: { address: 224.0.0.1 }\n", "is nobody's own address" },
		{ "relay: { address: 255.255.255.255 }\n", "is nobody's own address" },
		{ "incident: { suspect: 20, convict: 10 }\n", "convict must be above suspect" },
		{ "capture: eth0\n", "cordon.yaml:1:" },
		{ "- a\n- b\n", "cordon.yaml:1:" },
		{ "capture: [unclosed\n", "cordon.yaml:" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct config config;
		char *said = complaints_about(cases[i].text, &config);

		if (!strstr(said, cases[i].says))
			fail_msg("%s: said \"%s\"", cases[i].text, said);
		free(said);
	}
}

/* As many as there is room for, and one more. */
static void a_list_that_is_too_long_is_a_mistake(void **state)
{
	(void)state;
	for (size_t form = 0; form < 2; form++)
		for (unsigned more = 0; more < 2; more++) {
			struct config config;
			struct buf text;
			char *said;

			buf_init(&text, 65536);
			buf_text(&text, "safety: { never_isolate: [");
			for (unsigned i = 0; i < CONFIG_NEVER_MAX + more; i++)
				buf_format(&text,
					   form ? "'02:00:00:00:%02x:%02x', " : "10.0.%u.%u, ",
					   i / 256, i % 256);
			buf_text(&text, "] }\n");
			said = complaints_about(text.text, &config);
			assert_int_equal(strstr(said, "more than") != NULL, more);
			assert_int_equal(form ? config.never_mac_count : config.never_count,
					 CONFIG_NEVER_MAX);
			free(said);
			buf_fini(&text);
		}
}

static void a_dead_man_lies_between_a_minute_and_what_sixteen_bits_of_them_hold(void **state)
{
	static const struct {
		const char *text;
		bool well;
	} cases[] = {
		{ "0", true },      { "59s", false },      { "60s", true },
		{ "65535m", true }, { "65535m1s", false }, { "12h", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct config config;
		char text[64], *said;

		snprintf(text, sizeof(text), "amt: { dead_man: %s }\n", cases[i].text);
		said = complaints_about(text, &config);
		if ((*said == '\0') != cases[i].well)
			fail_msg("%s: said \"%s\"", cases[i].text, said);
		free(said);
	}
}

static void all_mistakes_are_shown_at_once(void **state)
{
	struct config config;
	char *said = complaints_about("one: 1\nenforce: maybe\nrelay: { address: x }\n", &config);

	(void)state;
	assert_non_null(strstr(said, "cordon.yaml:1:"));
	assert_non_null(strstr(said, "cordon.yaml:2:"));
	assert_non_null(strstr(said, "cordon.yaml:3:"));
	free(said);
}

static void the_printed_reference_names_every_setting(void **state)
{
	static const char *const names[] = { "capture.interface", "safety.never_isolate",
					     "incident.half_life", "policy", "enforce" };
	struct buf text;

	(void)state;
	buf_init(&text, 65536);
	config_describe(&text);
	assert_false(text.overflow);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_non_null(strstr(text.text, names[i]));
	buf_fini(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_file_is_harmless),
		cmocka_unit_test(every_kind_of_setting_is_read),
		cmocka_unit_test(every_mistake_is_shown_with_its_place),
		cmocka_unit_test(a_list_that_is_too_long_is_a_mistake),
		cmocka_unit_test(
			a_dead_man_lies_between_a_minute_and_what_sixteen_bits_of_them_hold),
		cmocka_unit_test(all_mistakes_are_shown_at_once),
		cmocka_unit_test(the_printed_reference_names_every_setting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
