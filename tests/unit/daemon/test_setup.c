/* SPDX-License-Identifier: Apache-2.0 */
/* test_setup.c - which files the settings mean, and what the command line changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/asset/roster.h"
#include "core/base/err.h"
#include "core/daemon/setup.h"
#include "core/policy/policy.h"

#define POLICY "version: 1\nname: ours\nrules:\n  - name: watch\n    then: { watch: {} }\n"
#define ASSETS "assets:\n  - { name: pc-1, role: workstation, ip: 10.0.0.1 }\n"

struct bench {
	char folder[64], config[96];
	FILE *errors;
	struct setup setup;
	struct err err;
};

static void put_file(const struct bench *bench, const char *name, const char *text)
{
	char path[160];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", bench->folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void start(struct bench *bench, const char *settings)
{
	memset(bench, 0, sizeof(*bench));
	snprintf(bench->folder, sizeof(bench->folder), "/tmp/cordon-setup-XXXXXX");
	assert_non_null(mkdtemp(bench->folder));
	snprintf(bench->config, sizeof(bench->config), "%s/cordon.yaml", bench->folder);
	put_file(bench, "cordon.yaml", settings);
	put_file(bench, "policy.yaml", POLICY);
	put_file(bench, "assets.yaml", ASSETS);
	bench->errors = fopen("/dev/null", "w");
	assert_non_null(bench->errors);
}

static void stop(struct bench *bench)
{
	static const char *const names[] = { "cordon.yaml", "policy.yaml", "assets.yaml" };
	char path[160];

	setup_fini(&bench->setup);
	fclose(bench->errors);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", bench->folder, names[i]);
		unlink(path);
	}
	rmdir(bench->folder);
}

static int read_setup(struct bench *bench, struct setup_paths paths)
{
	return setup_read(&bench->setup, &paths, bench->errors, &bench->err);
}

static void paths_in_the_file_start_at_its_folder(void **state)
{
	static const struct {
		const char *key; /* its value follows */
		const char *said;
		size_t offset; /* in struct config */
		bool moves;
	} cases[] = {
		{ "store: ", "s.db", offsetof(struct config, store), true },
		{ "store: ", "kept/s.db", offsetof(struct config, store), true },
		{ "store: ", "/var/lib/s.db", offsetof(struct config, store), false },
		{ "eve: ", "e.json", offsetof(struct config, eve), true },
		{ "eve: ", "/var/log/e.json", offsetof(struct config, eve), false },
		{ "eve: ", "\"-\"", offsetof(struct config, eve), false }, /* standard output */
		{ "control: ", "c.sock", offsetof(struct config, control), true },
		{ "policy: ", "policy.yaml", offsetof(struct config, policy), true },
		{ "assets: ", "assets.yaml", offsetof(struct config, assets), true },
		{ "amt: ", "{ authorities: ca.pem }", offsetof(struct config, amt_authorities),
		  true },
		{ "amt: ", "{ certificate: us.pem, key: 'env:KEY' }",
		  offsetof(struct config, amt_certificate), true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char settings[128], expected[160];
		struct bench bench;
		const char *path;

		snprintf(settings, sizeof(settings), "%s%s\n", cases[i].key, cases[i].said);
		start(&bench, settings);
		if (read_setup(&bench, (struct setup_paths){ .config = bench.config }) < 0)
			fail_msg("%s%s: %s", cases[i].key, cases[i].said, bench.err.text);
		path = (const char *)&bench.setup.config + cases[i].offset;
		snprintf(expected, sizeof(expected), "%s/", bench.folder);
		if ((strncmp(path, expected, strlen(expected)) == 0) != cases[i].moves)
			fail_msg("%s%s: %s", cases[i].key, cases[i].said, path);
		stop(&bench);
	}
}

static void the_standard_output_stays_what_it_is(void **state)
{
	struct bench bench;

	(void)state;
	start(&bench, "eve: \"-\"\n");
	assert_int_equal(read_setup(&bench, (struct setup_paths){ .config = bench.config }), 0);
	assert_string_equal(bench.setup.config.eve, "-");
	stop(&bench);
}

static void the_command_line_wins_and_means_the_working_folder(void **state)
{
	char policy[160], assets[160];
	struct bench bench;

	(void)state;
	start(&bench, "policy: missing.yaml\nassets: missing.yaml\nstore: s.db\neve: e.json\n"
		      "control: c.sock\n");
	snprintf(policy, sizeof(policy), "%s/policy.yaml", bench.folder);
	snprintf(assets, sizeof(assets), "%s/assets.yaml", bench.folder);
	assert_int_equal(read_setup(&bench, (struct setup_paths){ .config = bench.config,
								  .policy = policy,
								  .assets = assets,
								  .store = "mine.db",
								  .eve = "-",
								  .control = "mine.sock" }),
			 0);
	assert_string_equal(bench.setup.config.store, "mine.db");
	assert_string_equal(bench.setup.config.eve, "-");
	assert_string_equal(bench.setup.config.control, "mine.sock");
	assert_string_equal(bench.setup.config.policy, policy);
	assert_int_equal(roster_count(bench.setup.roster), 1);
	assert_non_null(bench.setup.policy);
	stop(&bench);
}

static void what_cannot_be_read_is_refused(void **state)
{
	static const struct {
		const char *name, *settings, *says;
	} cases[] = {
		{ "a policy that is not there", "policy: other.yaml\n", "other.yaml" },
		{ "assets that are not there", "assets: other.yaml\n", "other.yaml" },
		{ "a policy that is none", "policy: assets.yaml\n", "mistake" },
		{ "assets that are none", "assets: policy.yaml\n", "mistake" },
		{ "an unknown key", "polizy: policy.yaml\n", "1 mistake" },
		{ "two unknown keys", "polizy: a\nazzets: b\n", "2 mistakes" },
		{ "a path that is too long", NULL, "longer than" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char settings[512];
		struct bench bench;

		/* Alone it fits, with its folder no more. */
		snprintf(settings, sizeof(settings), "store: %0248d.db\n", 0);
		start(&bench, cases[i].settings ? cases[i].settings : settings);
		if (read_setup(&bench, (struct setup_paths){ .config = bench.config }) >= 0 ||
		    !strstr(bench.err.text, cases[i].says))
			fail_msg("%s: %s", cases[i].name, bench.err.text);
		stop(&bench);
	}
}

static void settings_that_are_not_there_are_named(void **state)
{
	struct bench bench;

	(void)state;
	start(&bench, "");
	assert_true(read_setup(&bench, (struct setup_paths){ .config = "/nowhere/c.yaml" }) < 0);
	assert_non_null(strstr(bench.err.text, "/nowhere/c.yaml"));
	stop(&bench);
}

static void a_path_of_the_command_line_may_be_too_long_as_well(void **state)
{
	char path[400];
	struct bench bench;

	(void)state;
	snprintf(path, sizeof(path), "%0300d", 0);
	start(&bench, "");
	assert_int_equal(read_setup(&bench, (struct setup_paths){ .store = path }), ERR_USAGE);
	stop(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_in_the_file_start_at_its_folder),
		cmocka_unit_test(the_standard_output_stays_what_it_is),
		cmocka_unit_test(the_command_line_wins_and_means_the_working_folder),
		cmocka_unit_test(what_cannot_be_read_is_refused),
		cmocka_unit_test(settings_that_are_not_there_are_named),
		cmocka_unit_test(a_path_of_the_command_line_may_be_too_long_as_well),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
