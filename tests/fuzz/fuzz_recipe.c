/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a recipe of pcapgen: it plays, or says which line is wrong.  Recipes are played as they are read, so
 * those with large numbers are left out: they would be right, and long. */
#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/pcapgen/recipe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SIZE_MAX_BYTES = 2000, DIGITS_MAX = 3 };

static bool has_large_number(const uint8_t *data, size_t size)
{
	unsigned digits = 0;

	for (size_t i = 0; i < size; i++) {
		digits = isdigit(data[i]) ? digits + 1 : 0;
		if (digits > DIGITS_MAX || tolower(data[i]) == 'e' || tolower(data[i]) == 'x')
			if (digits > DIGITS_MAX || (i && isdigit(data[i - 1])))
				return true;
	}
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct recipe_settings settings = { 0 };
	struct recipe_error error = { "" };
	struct recipe *recipe;
	char *text;

	if (size > SIZE_MAX_BYTES || has_large_number(data, size))
		return 0;
	text = malloc(size + 1);
	if (!text)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	recipe = recipe_parse("fuzz", text, &settings, &error);
	if (!recipe && !*error.text)
		abort();
	if (recipe)
		recipe_free(recipe);
	free(text);
	return 0;
}
