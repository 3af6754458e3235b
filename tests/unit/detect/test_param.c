/* SPDX-License-Identifier: Apache-2.0 */
/* test_param.c - settings read from rows, and what is said about wrong ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "core/base/source.h"
#include "core/base/units.h"
#include "core/base/yaml.h"
#include "core/detect/param.h"

struct config {
	double weight;
	uint32_t count;
	uint64_t window_ns;
	struct param_ports ports;
	struct param_prefixes nets;
};

static const struct param rows[] = {
	{ "weight", PARAM_DOUBLE, offsetof(struct config, weight), 0, 10, "2.9", "how much" },
	{ "count", PARAM_U32, offsetof(struct config, count), 1, 100, "7", "how many" },
	{ "window", PARAM_DURATION_NS, offsetof(struct config, window_ns), 1, 3600, "10m",
	  "how long" },
	{ "ports", PARAM_PORTS, offsetof(struct config, ports), 1, 65535, "445,139", "which" },
	{ "nets", PARAM_PREFIXES, offsetof(struct config, nets), 0, 0, "10.9.0.0/16,10.1.2.3",
	  "where" },
	{ .type = PARAM_END },
};

static size_t read_text(const char *text, struct config *config)
{
	struct source *source = source_from_text("test.yaml", text, strlen(text));
	struct complaints *complaints = complaints_new();
	struct yaml *yaml = yaml_parse(source, complaints);
	size_t count;

	memset(config, 0, sizeof(*config));
	params_defaults(rows, config);
	assert_non_null(yaml);
	params_read(rows, yaml, yaml_root(yaml), config);
	count = complaints_count(complaints);
	yaml_free(yaml);
	complaints_free(complaints);
	source_free(source);
	return count;
}

static void networks_are_read_and_mistakes_in_them_told(void **state)
{
	struct config config;
	struct ip inside = { { 0 } };

	(void)state;
	params_defaults(rows, &config);
	assert_int_equal(config.nets.count, 2);
	assert_int_equal(read_text("nets: [192.168.7.0/24]\n", &config), 0);
	assert_int_equal(config.nets.count, 1);
	assert_true(ip_parse("192.168.7.9", &inside));
	assert_true(prefix_contains(&config.nets.prefixes[0], &inside));
	assert_int_equal(read_text("nets: [192.168.7.0/33]\n", &config), 1);
	assert_int_equal(read_text("nets: 192.168.7.0/24\n", &config), 1);
	assert_int_equal(config.nets.count, 2);
}

/* As many as there is room for, and one more. */
static void a_list_that_is_too_long_is_a_mistake(void **state)
{
	struct config config;

	(void)state;
	for (unsigned more = 0; more < 2; more++) {
		struct buf nets, ports;

		buf_init(&nets, 4096);
		buf_init(&ports, 4096);
		buf_text(&nets, "nets: [");
		for (unsigned i = 0; i < PARAM_PREFIXES_MAX + more; i++)
			buf_format(&nets, "10.%u.0.0/16, ", i);
		buf_text(&nets, "]\n");
		buf_text(&ports, "ports: [");
		for (unsigned i = 0; i < PARAM_PORTS_MAX + more; i++)
			buf_format(&ports, "%u, ", 1 + i);
		buf_text(&ports, "]\n");
		assert_int_equal(read_text(nets.text, &config) > 0, more);
		assert_int_equal(config.nets.count, more ? 2 : PARAM_PREFIXES_MAX);
		assert_int_equal(read_text(ports.text, &config) > 0, more);
		assert_int_equal(config.ports.count, more ? 2 : PARAM_PORTS_MAX);
		buf_fini(&nets);
		buf_fini(&ports);
	}
}

static void defaults_are_what_the_rows_say(void **state)
{
	struct config config = { 0 };

	(void)state;
	params_defaults(rows, &config);
	assert_true(config.weight == 2.9);
	assert_int_equal(config.count, 7);
	assert_int_equal(config.window_ns, s_to_ns(600));
	assert_int_equal(config.ports.count, 2);
	assert_int_equal(config.ports.ports[1], 139);
}

static void given_settings_replace_defaults(void **state)
{
	struct config config;

	(void)state;
	assert_int_equal(
		read_text(
			"weight: 3.5\ncount: 9\nwindow: 30s\nports: [22, 23, 65535]\nenabled: true\n",
			&config),
		0);
	assert_true(config.weight == 3.5);
	assert_int_equal(config.count, 9);
	assert_int_equal(config.window_ns, s_to_ns(30));
	assert_int_equal(config.ports.count, 3);
	assert_int_equal(config.ports.ports[2], 65535);
}

static void each_mistake_is_a_complaint_and_keeps_the_default(void **state)
{
	static const struct {
		const char *text;
		size_t complaints;
	} cases[] = {
		{ "wieght: 3\n", 1 },     { "weight: 11\n", 1 },
		{ "weight: heavy\n", 1 }, { "count: 0\n", 1 },
		{ "count: 101\n", 1 },    { "window: 2h\n", 1 },
		{ "window: 10\n", 1 },    { "ports: 445\n", 1 },
		{ "ports: [0]\n", 1 },    { "ports: [70000]\n", 1 },
		{ "ports: [ssh]\n", 1 },  { "wieght: 3\ncount: 0\nports: 1\n", 3 },
		{ "[1, 2]\n", 1 },
	};
	struct config defaults = { 0 }, config;

	(void)state;
	params_defaults(rows, &defaults);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(read_text(cases[i].text, &config), cases[i].complaints);
		assert_memory_equal(&config, &defaults, sizeof(config));
	}
}

static void the_description_shows_what_holds_and_its_bounds(void **state)
{
	struct config config;
	struct buf out;

	(void)state;
	buf_init(&out, 65536);
	params_describe(rows, NULL, &out);
	assert_non_null(strstr(out.text, "445,139"));
	assert_non_null(strstr(out.text, "how long"));
	assert_non_null(strstr(out.text, "2.9  (0 to 10)"));
	assert_non_null(strstr(out.text, "7  (1 to 100)"));
	assert_non_null(strstr(out.text, "10m  (1s to 1h)"));
	assert_non_null(strstr(out.text, "(at most 32 ports)"));
	assert_non_null(strstr(out.text, "(at most 16 networks)"));
	buf_clear(&out);
	read_text("weight: 3.5\nports: [22]\nwindow: 90s\n", &config);
	params_describe(rows, &config, &out);
	assert_non_null(strstr(out.text, "3.5"));
	assert_non_null(strstr(out.text, "[22]"));
	buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(networks_are_read_and_mistakes_in_them_told),
		cmocka_unit_test(a_list_that_is_too_long_is_a_mistake),
		cmocka_unit_test(defaults_are_what_the_rows_say),
		cmocka_unit_test(given_settings_replace_defaults),
		cmocka_unit_test(each_mistake_is_a_complaint_and_keeps_the_default),
		cmocka_unit_test(the_description_shows_what_holds_and_its_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
