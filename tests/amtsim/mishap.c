/* SPDX-License-Identifier: Apache-2.0 */
/* The first entry that matches and has nothing to skip strikes; every matching entry in front of
 * it still counts the request.  So a script may queue several steps for one conversation. */
#include "tests/amtsim/mishap.h"

#include <stdlib.h>
#include <string.h>

#include "tests/amtsim/check.h"
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

const char *mishap_name(enum mishap_kind kind)
{
	return names[kind];
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

static bool matches(const struct mishap *mishap, const char *verb, const char *class_name)
{
	return !*mishap->match || strcmp(mishap->match, verb) == 0 ||
	       strcmp(mishap->match, class_name) == 0;
}

struct mishap mishap_take(struct mishap_list *list, const char *verb, const char *class_name)
{
	struct mishap none = { .kind = MISHAP_NONE }, struck;
	size_t i;

	for (i = 0; i < list->count; i++) {
		struct mishap *mishap = &list->planned[i];

		if (!matches(mishap, verb, class_name))
			continue;
		if (mishap->skip > 0) {
			mishap->skip--;
			continue;
		}
		struck = *mishap;
		if (--mishap->times == 0) {
			list->count--;
			memmove(mishap, mishap + 1, (list->count - i) * sizeof(*mishap));
		}
		return struck;
	}
	return none;
}

void mishap_print(const struct mishap_list *list, struct text *out)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		const struct mishap *m = &list->planned[i];

		text_printf(out, "%s value=%u skip=%u times=%u match=%s\n", names[m->kind],
			    m->value, m->skip, m->times, *m->match ? m->match : "*");
	}
}
