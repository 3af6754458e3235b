/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PCAPGEN_VERBS_H
#define TESTS_PCAPGEN_VERBS_H

/* What the lines of a recipe do.  For recipe.c alone: here is what a recipe is made of. */

#include <stddef.h>

#include "tests/pcapgen/savefile.h"
#include "tests/pcapgen/talk.h"

struct lan;
struct line;

enum { RECIPE_LANS_MAX = 16, RECIPE_VARIABLES_MAX = 32 };

struct variable {
	const char *name; /* borrowed: from the text, or from the overrides */
	size_t name_bytes;
	const char *value;
};

struct recipe {
	struct scene scene;
	struct lan *lans[RECIPE_LANS_MAX];
	unsigned lan_count;
	struct variable variables[RECIPE_VARIABLES_MAX];
	unsigned variable_count;
	struct savefile_options options;
	char *text; /* cut into words */
};

/* NULL when it was never set. */
const struct variable *verbs_variable(const struct recipe *recipe, const char *name);

/* Does what the line says, or fails the line. */
void verbs_run(struct recipe *recipe, struct line *line);

#endif
