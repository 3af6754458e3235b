/* SPDX-License-Identifier: Apache-2.0 */
/* What people call things does not look drawn; what is drawn mostly does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/random.h"
#include "detectors/lettering.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

#define LOOKS_DRAWN 30

static void names_that_people_gave_do_not_look_drawn(void **state)
{
	static const char *const names[] = {
		"wikipedia",      "debian",       "kernel",         "openstreetmap", "mozilla",
		"stackoverflow",  "sueddeutsche", "leboncoin",      "tagesschau",    "aliexpress",
		"yandex",         "mercadolibre", "rijksmuseum",    "allegro",       "hurriyet",
		"rzeczpospolita", "bbc",          "web-hosting-24", "mail2",         "",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		if (lettering_randomness(names[i], strlen(names[i])) >= LOOKS_DRAWN)
			fail_msg("%s: %d", names[i],
				 lettering_randomness(names[i], strlen(names[i])));
}

static void most_of_what_is_drawn_does(void **state)
{
	static const struct {
		size_t letters;
		unsigned least, most; /* of a thousand */
	} cases[] = { { 6, 450, 750 }, { 8, 650, 850 }, { 12, 800, 950 }, { 20, 900, 1000 } };
	uint64_t seed = 5;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		unsigned drawn = 0;

		for (unsigned n = 0; n < 1000; n++) {
			char name[20];

			for (size_t k = 0; k < cases[i].letters; k++)
				name[k] = (char)('a' + random_step(&seed) % 26);
			drawn += lettering_randomness(name, cases[i].letters) >= LOOKS_DRAWN;
		}
		assert_in_range(drawn, cases[i].least, cases[i].most);
	}
}

static void digits_and_signs_say_nothing(void **state)
{
	(void)state;
	assert_int_equal(lettering_randomness("0123456789-", 11), 0);
	assert_int_equal(lettering_randomness("qx-qx", 5), 2 * lettering_randomness("qx", 2));
	assert_int_equal(lettering_randomness("qx", 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_that_people_gave_do_not_look_drawn),
		cmocka_unit_test(most_of_what_is_drawn_does),
		cmocka_unit_test(digits_and_signs_say_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
