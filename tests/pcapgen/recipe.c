/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/pcapgen/recipe.h"

/* Lines are played as they are read: a verb checks its words and writes its frames at once.  A new
 * "lan" line starts a new LAN; what follows happens there. */

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/pcapgen/lan.h"
#include "tests/pcapgen/line.h"
#include "tests/pcapgen/timeline.h"
#include "tests/pcapgen/verbs.h"

enum { TEXT_MAX_BYTES = 1 << 20 };

/* Cuts the line into words in place; "$name" becomes the value of a setting. */
static void split(const struct recipe *r, struct line *line, char *text)
{
	char *word;

	text[strcspn(text, "#")] = '\0';
	while (*(text += strspn(text, " \t\r")) != '\0') {
		word = text;
		text += strcspn(text, " \t\r");
		if (*text)
			*text++ = '\0';
		if (line->count == LINE_WORDS_MAX) {
			line_fail(line, "more than %d words", LINE_WORDS_MAX);
			return;
		}
		if (*word == '$') {
			const struct variable *v = verbs_variable(r, word + 1);

			if (!v)
				line_fail(line, "\"%s\" was never set", word);
			else
				line->words[line->count++] = v->value;
			continue;
		}
		line->words[line->count++] = word;
	}
}

static int take_overrides(struct recipe *r, const struct recipe_settings *settings,
			  struct recipe_error *error)
{
	size_t i;

	for (i = 0; settings && i < settings->count; i++) {
		const char *text = settings->overrides[i];
		const char *equals = strchr(text, '=');

		if (!equals || r->variable_count == RECIPE_VARIABLES_MAX) {
			snprintf(error->text, sizeof(error->text),
				 "\"%.80s\": write NAME=VALUE, %d times at most", text,
				 RECIPE_VARIABLES_MAX);
			return -1;
		}
		r->variables[r->variable_count++] =
			(struct variable){ text, (size_t)(equals - text), equals + 1 };
	}
	return 0;
}

static int run_text(struct recipe *r, const char *name, struct recipe_error *error)
{
	char *next = r->text;
	unsigned number = 0;

	while (next) {
		struct line line = { .count = 0 };
		char *text = strsep(&next, "\n");

		number++;
		split(r, &line, text);
		if (line_ok(&line) && line.count)
			verbs_run(r, &line);
		if (!line_ok(&line)) {
			snprintf(error->text, sizeof(error->text), "%.80s:%u: %s", name, number,
				 line.error);
			return -1;
		}
	}
	return 0;
}

struct recipe *recipe_parse(const char *name, const char *text,
			    const struct recipe_settings *settings, struct recipe_error *error)
{
	struct recipe *r = calloc(1, sizeof(*r));

	error->text[0] = '\0';
	if (r) {
		r->scene.timeline = timeline_new();
		r->options = (struct savefile_options){ 1767225600, UINT64_MAX, 65535 };
		dice_init(&r->scene.dice, 1);
		r->text = strdup(text);
	}
	if (!r || !r->text) {
		snprintf(error->text, sizeof(error->text), "out of memory");
		recipe_free(r);
		return NULL;
	}
	if (take_overrides(r, settings, error) < 0 || run_text(r, name, error) < 0) {
		recipe_free(r);
		return NULL;
	}
	return r;
}

struct recipe *recipe_read(const char *path, const struct recipe_settings *settings,
			   struct recipe_error *error)
{
	struct recipe *recipe = NULL;
	char *text = calloc(1, TEXT_MAX_BYTES + 1);
	FILE *file = fopen(path, "r");
	size_t length;

	if (!file || !text) {
		snprintf(error->text, sizeof(error->text), "%.80s: cannot be opened: %s", path,
			 strerror(errno));
		goto out;
	}
	length = fread(text, 1, TEXT_MAX_BYTES, file);
	if (ferror(file) || length == TEXT_MAX_BYTES) {
		snprintf(error->text, sizeof(error->text), "%.80s: cannot be read, or is too long",
			 path);
		goto out;
	}
	recipe = recipe_parse(path, text, settings, error);
out:
	if (file)
		fclose(file);
	free(text);
	return recipe;
}

void recipe_free(struct recipe *recipe)
{
	unsigned i;

	if (!recipe)
		return;
	for (i = 0; i < recipe->lan_count; i++)
		lan_free(recipe->lans[i]);
	timeline_free(recipe->scene.timeline);
	free(recipe->text);
	free(recipe);
}

struct timeline *recipe_timeline(struct recipe *recipe)
{
	return recipe->scene.timeline;
}

const struct savefile_options *recipe_options(const struct recipe *recipe)
{
	return &recipe->options;
}
