/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/score/tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool equals(const char *text, size_t length, const char *word)
{
	return strlen(word) == length && memcmp(text, word, length) == 0;
}

bool tally_selected(const char *bar, const struct row *row)
{
	while (*bar) {
		size_t length = strcspn(bar, ",");
		size_t level = strcspn(bar, ":,");
		bool any_class = level == length;

		if (equals(bar, level, level_name(row->level)) &&
		    (any_class || equals(bar + level + 1, length - level - 1, row->class_name)))
			return true;
		bar += length;
		if (*bar == ',')
			bar++;
	}
	return false;
}

static void add_contacts(struct tally *tally, const char *class_name, unsigned contacts)
{
	struct class_tally *class_tally;
	unsigned *grown;
	size_t i;

	for (i = 0; i < tally->class_count; i++) {
		if (strcmp(tally->classes[i].name, class_name) == 0)
			break;
	}
	if (i == CLASSES_MAX)
		return;
	class_tally = &tally->classes[i];
	grown = reallocarray(class_tally->contacts, class_tally->count + 1, sizeof(*grown));
	if (!grown)
		return;
	if (i == tally->class_count) {
		class_tally->name = class_name;
		tally->class_count++;
	}
	class_tally->contacts = grown;
	grown[class_tally->count++] = contacts;
}

void tally_add(struct tally *tally, const struct row *row, const struct verdict *verdict)
{
	tally->total[row->level]++;
	tally->ok[row->level] += verdict->outcome == OUTCOME_OK;
	tally->false_hosts[row->level] += verdict->false_count;
	tally->errors += verdict->outcome == OUTCOME_ERROR;
	tally->other_kind += verdict->other_kind;
	if (verdict->contacts)
		add_contacts(tally, row->class_name, verdict->contacts);
	if (verdict->outcome != OUTCOME_OK && tally_selected(tally->bar, row))
		tally->failed++;
}

static int ascending(const void *left, const void *right)
{
	unsigned a = *(const unsigned *)left, b = *(const unsigned *)right;

	return (a > b) - (a < b);
}

static void print_classes(struct tally *tally)
{
	size_t i;

	printf("contacts to conviction by class:\n");
	for (i = 0; i < tally->class_count; i++) {
		struct class_tally *c = &tally->classes[i];

		qsort(c->contacts, c->count, sizeof(*c->contacts), ascending);
		printf("  %-16s median %u, worst %u, of %zu\n", c->name,
		       c->contacts[(c->count - 1) / 2], c->contacts[c->count - 1], c->count);
	}
}

static size_t sum(const size_t counts[LEVEL_COUNT])
{
	size_t total = 0;
	int i;

	for (i = 0; i < LEVEL_COUNT; i++)
		total += counts[i];
	return total;
}

bool tally_print(struct tally *tally)
{
	int level;
	bool pass;

	printf("\n");
	for (level = 0; level < LEVEL_COUNT; level++) {
		if (tally->total[level])
			printf("%s: %zu of %zu ok\n", level_name((enum level)level),
			       tally->ok[level], tally->total[level]);
	}
	printf("false convictions: %zu (%zu of them on never rows); errors: %zu; "
	       "must rows not called a worm: %zu\n",
	       sum(tally->false_hosts), tally->false_hosts[LEVEL_NEVER], tally->errors,
	       tally->other_kind);
	print_classes(tally);
	pass = tally->failed == 0 && sum(tally->total) > 0;
	printf("%s: %zu row(s) under the bar %s failed\n", pass ? "PASS" : "FAIL", tally->failed,
	       tally->bar);
	return pass;
}

void tally_fini(struct tally *tally)
{
	size_t i;

	for (i = 0; i < tally->class_count; i++)
		free(tally->classes[i].contacts);
}
