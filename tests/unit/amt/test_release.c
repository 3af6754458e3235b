/* SPDX-License-Identifier: Apache-2.0 */
#include "amt/release.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static void releases_are_read_as_far_as_they_matter(void **state)
{
	static const struct {
		const char *text;
		uint16_t major, minor;
		bool good;
	} cases[] = {
		{ "12.0.67", 12, 0, true }, { "3.2.1", 3, 2, true },     { "16.1", 16, 1, true },
		{ "19", 19, 0, true },      { "", 0, 0, false },         { "x", 0, 0, false },
		{ "11.", 0, 0, false },     { "999999.1", 0, 0, false }, { ".1", 0, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct release release = { 7, 7 };

		if (release_read(cases[i].text, &release) != cases[i].good ||
		    release.major != cases[i].major || release.minor != cases[i].minor)
			fail_msg("%s: %u.%u", cases[i].text, release.major, release.minor);
	}
}

/* The bounds of the dossier's table 1.1 and of 1.2. */
static void quirks_begin_and_end_where_the_sources_say(void **state)
{
	static const struct {
		enum release_quirk quirk;
		const char *last_without, *first, *last, *first_after;
	} cases[] = {
		{ RELEASE_UNSUPPORTED, NULL, "0.1", "3.1.9", "3.2" },
		{ RELEASE_NO_TIMEOUT, "3.1", "3.2.1", "3.9", "4.0" },
		{ RELEASE_NO_DEFAULT_POLICY, "3.1", "3.2", "5.2", "6.0" },
		{ RELEASE_NO_IPV6_FILTERS, NULL, "3.2", "5.9", "6.0" },
		{ RELEASE_OLD_TLS, NULL, "3.2", "11.8.50", "12.0" },
		{ RELEASE_TLS_ONLY, "16.0", "16.1.25", "22.0", NULL },
		{ RELEASE_BIG_KEYS, "21.0", "22.0", "30.0", NULL },
		{ RELEASE_NOT_DOCUMENTED, "16.1", "18.0", "22.0", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *texts[] = { cases[i].last_without, cases[i].first, cases[i].last,
					cases[i].first_after };

		for (size_t k = 0; k < COUNT(texts); k++) {
			struct release release;

			if (!texts[k])
				continue;
			assert_true(release_read(texts[k], &release));
			if (release_has(&release, cases[i].quirk) != (k == 1 || k == 2))
				fail_msg("quirk %u at %s", cases[i].quirk, texts[k]);
		}
	}
}

static void an_unknown_release_has_no_quirks(void **state)
{
	const struct release unknown = { 0, 0 };

	(void)state;
	for (unsigned quirk = 0; quirk < RELEASE_QUIRKS; quirk++)
		assert_false(release_has(&unknown, quirk));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(releases_are_read_as_far_as_they_matter),
		cmocka_unit_test(quirks_begin_and_end_where_the_sources_say),
		cmocka_unit_test(an_unknown_release_has_no_quirks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
