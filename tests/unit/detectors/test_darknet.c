/* SPDX-License-Identifier: Apache-2.0 */
/* test_darknet.c - three dark addresses on a worm's port convict; without settings nothing happens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/base/source.h"
#include "core/base/yaml.h"
#include "tests/unit/detectors/scene.h"

static void configure(struct scene *scene, const char *text)
{
	struct source *source = source_from_text("test.yaml", text, strlen(text));
	struct complaints *complaints = complaints_new();
	struct yaml *yaml = yaml_parse(source, complaints);

	assert_non_null(yaml);
	engine_configure(scene->engine, yaml, yaml_root(yaml));
	assert_int_equal(complaints_count(complaints), 0);
	yaml_free(yaml);
	complaints_free(complaints);
	source_free(source);
}

static const char dark[] = "darknet: { dark: [10.9.0.0/16, 10.0.0.66] }\n";

static void dark_addresses_on_worm_ports_convict_at_three(void **state)
{
	static const struct {
		const char *name, *settings, *net;
		unsigned port, hosts;
		double least, below;
	} cases[] = {
		{ "two", dark, "10.9.1.0", 445, 2, 9.9, CONVICT_NATS },
		{ "three", dark, "10.9.1.0", 445, 3, CONVICT_NATS, 16 },
		{ "other ports are held below", dark, "10.9.1.0", 8081, 40, 9.1, 9.3 },
		{ "lit addresses", dark, "10.8.1.0", 445, 3, 0, 1 },
		{ "nothing configured", "darknet: {}\n", "10.9.1.0", 445, 10, 0, 1 },
	};
	struct ip src = wire_ip("10.0.0.5");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scene scene;
		double highest;

		scene_start(&scene);
		configure(&scene, cases[i].settings);
		for (unsigned n = 0; n < cases[i].hosts; n++) {
			struct ip dst = scene_ip(cases[i].net, 10 + n);

			scene_see(&scene, wire_tcp(n * 1000, &src, &dst, cases[i].port, TCP_SYN));
		}
		highest = scene.highest_by[DETECTOR_DARKNET];
		if (highest < cases[i].least || highest >= cases[i].below)
			print_error("%s: %.1f\n", cases[i].name, highest);
		assert_true(highest >= cases[i].least && highest < cases[i].below);
		scene_stop(&scene);
	}
}

static void a_tripwire_counts_once_however_often_it_is_touched(void **state)
{
	struct ip src = wire_ip("10.0.0.5"), tripwire = wire_ip("10.0.0.66");
	struct scene scene;

	(void)state;
	scene_start(&scene);
	configure(&scene, dark);
	for (unsigned n = 0; n < 20; n++)
		scene_see(&scene, wire_tcp(n * 1000, &src, &tripwire, n % 2 ? 445 : 139, TCP_SYN));
	assert_true(scene.highest_by[DETECTOR_DARKNET] > 4.9);
	assert_true(scene.highest_by[DETECTOR_DARKNET] < 5.1);
	scene_stop(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dark_addresses_on_worm_ports_convict_at_three),
		cmocka_unit_test(a_tripwire_counts_once_however_often_it_is_touched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
