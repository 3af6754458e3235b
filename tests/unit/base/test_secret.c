/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/err.h"

struct stage {
	char directory[64], path[80], reference[96];
};

static void open_stage(struct stage *s, const char *bytes, size_t length, mode_t mode)
{
	FILE *file;

	snprintf(s->directory, sizeof(s->directory), "/tmp/cordon-secret-XXXXXX");
	assert_non_null(mkdtemp(s->directory));
	snprintf(s->path, sizeof(s->path), "%s/admin", s->directory);
	snprintf(s->reference, sizeof(s->reference), "file:%s", s->path);
	file = fopen(s->path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	fclose(file);
	assert_int_equal(chmod(s->path, mode), 0);
}

static void close_stage(struct stage *s)
{
	unlink(s->path);
	rmdir(s->directory);
}

static void assert_refused(const char *reference, const char *because)
{
	struct err err = { 0 };

	assert_null(secret_resolve(reference, &err));
	assert_true(err_is_set(&err));
	assert_non_null(strstr(err.text, because));
}

static void a_file_loses_one_trailing_newline(void **state)
{
	static const struct {
		const char *file, *secret;
	} cases[] = {
		{ "P@ss", "P@ss" },       { "P@ss\n", "P@ss" },   { "P@ss\r\n", "P@ss" },
		{ "P@ss\n\n", "P@ss\n" }, { " P@ss ", " P@ss " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct secret *secret;
		struct stage s;

		open_stage(&s, cases[i].file, strlen(cases[i].file), 0600);
		secret = secret_resolve(s.reference, NULL);
		assert_non_null(secret);
		assert_string_equal(secret_reveal(secret), cases[i].secret);
		secret_free(secret);
		close_stage(&s);
	}
}

static void a_file_open_to_others_is_refused_with_the_remedy(void **state)
{
	static const mode_t modes[] = { 0640, 0604, 0620, 0644 };

	(void)state;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		struct stage s;

		open_stage(&s, "P@ss", 4, modes[i]);
		assert_refused(s.reference, "chmod 600");
		close_stage(&s);
	}
}

static void contents_that_are_no_password_are_refused(void **state)
{
	char text[5000];
	struct secret *secret;
	struct stage s;

	(void)state;
	memset(text, 'a', sizeof(text));
	text[4096] = '\n';
	open_stage(&s, text, 4097, 0600); /* 4096 and a newline: just fits */
	secret = secret_resolve(s.reference, NULL);
	assert_non_null(secret);
	assert_int_equal(strlen(secret_reveal(secret)), 4096);
	secret_free(secret);
	close_stage(&s);
	text[4096] = 'a';
	open_stage(&s, text, 4097, 0600);
	assert_refused(s.reference, "longer than 4096");
	close_stage(&s);
	open_stage(&s, "\n", 1, 0600);
	assert_refused(s.reference, "is empty");
	close_stage(&s);
	open_stage(&s, "a\0b", 3, 0600);
	assert_refused(s.reference, "NUL");
	close_stage(&s);
}

static void things_that_are_no_file_are_refused(void **state)
{
	(void)state;
	assert_refused("file:/tmp", "not a regular file");
	assert_refused("file:/dev/null", "not a regular file");
	assert_refused("file:/nonexistent/x", "No such file");
}

static void the_environment_gives_secrets(void **state)
{
	struct secret *secret;

	(void)state;
	setenv("CORDON_TEST_SECRET", "P@ss", 1);
	secret = secret_resolve("env:CORDON_TEST_SECRET", NULL);
	assert_non_null(secret);
	assert_true(secret_equals(secret, "P@ss", 4));
	assert_false(secret_equals(secret, "P@sS", 4));
	assert_false(secret_equals(secret, "P@ss1", 5));
	assert_false(secret_equals(secret, "P@s", 3));
	secret_free(secret);
	setenv("CORDON_TEST_SECRET", "", 1);
	assert_refused("env:CORDON_TEST_SECRET", "is empty");
	unsetenv("CORDON_TEST_SECRET");
	assert_refused("env:CORDON_TEST_SECRET", "CORDON_TEST_SECRET");
}

static void systemd_credentials_are_found_by_name_alone(void **state)
{
	struct secret *secret;
	struct stage s;

	(void)state;
	unsetenv("CREDENTIALS_DIRECTORY");
	assert_refused("credential:admin", "LoadCredential");
	open_stage(&s, "P@ss\n", 5, 0440); /* systemd's ACL mask looks like group permission */
	setenv("CREDENTIALS_DIRECTORY", s.directory, 1);
	secret = secret_resolve("credential:admin", NULL);
	assert_non_null(secret);
	assert_string_equal(secret_reveal(secret), "P@ss");
	secret_free(secret);
	assert_refused("credential:../admin", "no '/'");
	assert_refused("credential:x/admin", "no '/'");
	assert_refused("credential:none", "No such file");
	unsetenv("CREDENTIALS_DIRECTORY");
	close_stage(&s);
}

static void a_secret_written_in_clear_is_refused_and_not_repeated(void **state)
{
	static const char *const cases[] = { "P@ssw0rd",    "",       "file:", "env:",
					     "credential:", "FILE:/x" };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = { 0 };

		assert_null(secret_resolve(cases[i], &err));
		assert_int_equal(err.code, ERR_CONFIG);
		assert_null(strstr(err.text, "P@ss"));
	}
	secret_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_loses_one_trailing_newline),
		cmocka_unit_test(a_file_open_to_others_is_refused_with_the_remedy),
		cmocka_unit_test(contents_that_are_no_password_are_refused),
		cmocka_unit_test(things_that_are_no_file_are_refused),
		cmocka_unit_test(the_environment_gives_secrets),
		cmocka_unit_test(systemd_credentials_are_found_by_name_alone),
		cmocka_unit_test(a_secret_written_in_clear_is_refused_and_not_repeated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
