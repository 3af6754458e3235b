/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PCAPGEN_RECIPE_H
#define TESTS_PCAPGEN_RECIPE_H

/* A capture as text: one line per thing that happens (pcaps/README.md has the language).
 *
 * An error is one line for a person, "file:line: what and how to put it right"; the first error
 * ends the reading. */

#include <stddef.h>

#include "tests/pcapgen/savefile.h"

struct recipe;
struct timeline;

struct recipe_error {
	char text[256];
};

/* A "NAME=VALUE" that overrides the recipe's own "set NAME VALUE". */
struct recipe_settings {
	const char *const *overrides;
	size_t count;
};

/* Reads and plays the whole recipe.  NULL with error filled, or a recipe to free. */
struct recipe *recipe_read(const char *path, const struct recipe_settings *settings,
			   struct recipe_error *error);
/* The same from memory; name is for error messages. */
struct recipe *recipe_parse(const char *name, const char *text,
			    const struct recipe_settings *settings, struct recipe_error *error);
void recipe_free(struct recipe *recipe);

struct timeline *recipe_timeline(struct recipe *recipe); /* owned by the recipe */
const struct savefile_options *recipe_options(const struct recipe *recipe);

#endif
