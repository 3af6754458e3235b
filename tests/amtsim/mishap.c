/* SPDX-License-Identifier: Apache-2.0 */
/* The first entry that matches and has nothing to skip strikes; every matching entry in front of
 * it still counts the request.  So a script may queue several steps for one conversation. */
#include "tests/amtsim/mishap.h"

#include <stdlib.h>
#include <string.h>

#include "tests/amtsim/check.h"
#include "tests/amtsim/input.h"
#include "tests/amtsim/rng.h"
#include "tests/amtsim/text.h"

static const char *const names[MISHAP_KINDS] = {
	[MISHAP_NONE] = "none",
	[MISHAP_RESET_BEFORE] = "reset-before",
	[MISHAP_UNAUTHORIZED] = "401",
	[MISHAP_HTML400] = "html400",
	[MISHAP_STATUS] = "status",
	[MISHAP_NOT_READY] = "not-ready",
	[MISHAP_BUSY] = "busy",
	[MISHAP_HTTP503] = "http503",
	[MISHAP_BLACKHOLE] = "blackhole",
	[MISHAP_RESET_AFTER] = "reset-after",
	[MISHAP_RESET_MIDWAY] = "reset-midway",
	[MISHAP_EMPTY200] = "empty200",
	[MISHAP_TRUNCATE] = "truncate",
	[MISHAP_WRONG_LENGTH] = "wrong-length",
	[MISHAP_GARBAGE] = "garbage",
	[MISHAP_SLOW] = "slow",
	[MISHAP_LOSE_ANSWER] = "lose-answer",
};

enum mishap_kind mishap_kind(const char *name)
{
	int kind;

	for (kind = MISHAP_NONE + 1; kind < MISHAP_KINDS; kind++)
		if (strcmp(names[kind], name) == 0)
			return (enum mishap_kind)kind;
	return MISHAP_NONE;
}

bool mishap_takes_value(enum mishap_kind kind)
{
	return kind == MISHAP_STATUS || kind == MISHAP_SLOW;
}

bool mishap_is_early(enum mishap_kind kind)
{
	return kind >= MISHAP_RESET_BEFORE && kind <= MISHAP_BLACKHOLE;
}

bool mishap_plan(struct mishap_list *list, const struct mishap *mishap)
{
	if (!list->planned) {
		list->planned = calloc(MISHAPS_MAX, sizeof(*list->planned));
		CHECK(list->planned);
	}
	if (list->count == MISHAPS_MAX)
		return false;
	list->planned[list->count++] = *mishap;
	return true;
}

void mishap_clear(struct mishap_list *list)
{
	free(list->planned);
	*list = (struct mishap_list){ 0 };
}

static bool is_method(const char *match, const struct mishap_target *target)
{
	size_t len = strlen(target->class_name);

	if (!*target->method)
		return false;
	return strcmp(match, target->method) == 0 ||
	       (strncmp(match, target->class_name, len) == 0 && match[len] == '.' &&
		strcmp(match + len + 1, target->method) == 0);
}

static bool matches(const struct mishap *mishap, const struct mishap_target *target)
{
	return !*mishap->match || strcmp(mishap->match, target->verb) == 0 ||
	       strcmp(mishap->match, target->class_name) == 0 || is_method(mishap->match, target);
}

static bool spared(struct mishap *mishap, struct rng *rng)
{
	if (mishap->skip > 0) {
		mishap->skip--;
		return true;
	}
	return mishap->percent && rng_below(rng, 100) >= mishap->percent;
}

struct mishap mishap_take(struct mishap_list *list, const struct mishap_target *target,
			  struct rng *rng)
{
	struct mishap none = { .kind = MISHAP_NONE }, struck;
	size_t i;

	for (i = 0; i < list->count; i++) {
		struct mishap *mishap = &list->planned[i];

		if (!matches(mishap, target) || spared(mishap, rng))
			continue;
		struck = *mishap;
		if (mishap->times > 0 && --mishap->times == 0) {
			list->count--;
			memmove(mishap, mishap + 1, (list->count - i) * sizeof(*mishap));
		}
		return struck;
	}
	return none;
}

/* --- as text --- */

static bool read_pair(const char *name, const char *value, struct mishap *mishap)
{
	uint32_t number;

	if (strcmp(name, "match") == 0)
		return text_copy(mishap->match, sizeof(mishap->match), value);
	if (!input_parse_number(value, UINT32_MAX, &number) || number == 0)
		return false;
	if (strcmp(name, "at") == 0)
		mishap->skip = number - 1;
	else if (strcmp(name, "times") == 0)
		mishap->times = number;
	else if (strcmp(name, "rate") == 0 && number <= 100)
		mishap->percent = number;
	else
		return false;
	return true;
}

const char *mishap_read(char **words, struct mishap *mishap)
{
	char *word = text_word(words), *value;
	bool has_times = false;

	*mishap = (struct mishap){ .kind = word ? mishap_kind(word) : MISHAP_NONE };
	if (mishap->kind == MISHAP_NONE)
		return word ? "no such kind; docs/amtsim.md lists them" : "";
	if (mishap_takes_value(mishap->kind)) {
		value = text_word(words);
		if (!value || !input_parse_number(value, UINT32_MAX, &mishap->value))
			return "";
	}
	while ((word = text_word(words))) {
		value = text_word(words);
		if (!value || !read_pair(word, value, mishap))
			return "";
		has_times = has_times || strcmp(word, "times") == 0;
	}
	/* Once, unless it is a matter of chance. */
	if (!has_times)
		mishap->times = mishap->percent ? 0 : 1;
	return NULL;
}

void mishap_print(const struct mishap_list *list, struct text *out)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		const struct mishap *m = &list->planned[i];

		text_printf(out, "%s value=%u skip=%u times=%u rate=%u match=%s\n", names[m->kind],
			    m->value, m->skip, m->times, m->percent ? m->percent : 100,
			    *m->match ? m->match : "*");
	}
}
