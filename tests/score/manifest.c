/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/score/manifest.h"

/* A list that cannot be understood is an error, because a row silently left out would look like a
 * row passed. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS_MAX = 64 };

enum column { FILE_NAME, TRUTH, TRUTH_MAC, CLASS, LEVEL, FIRST_S, COLUMN_COUNT };

static const struct {
	const char *name;
	bool needed;
} columns[COLUMN_COUNT] = {
	[FILE_NAME] = { "file", true },       [TRUTH] = { "truth", true },
	[TRUTH_MAC] = { "truth_mac", false }, [CLASS] = { "class", true },
	[LEVEL] = { "level", true },          [FIRST_S] = { "first_s", false },
};

static const char *const levels[LEVEL_COUNT] = { "must", "should", "may", "never", "robust" };

const char *level_name(enum level level)
{
	return levels[level];
}

/* Text that lives as long as the manifest; takes it over.  NULL when memory is short. */
static char *keep(struct manifest *m, char *text)
{
	char **grown = text ? reallocarray(m->texts, m->text_count + 1, sizeof(*grown)) : NULL;

	if (!grown) {
		free(text);
		return NULL;
	}
	m->texts = grown;
	m->texts[m->text_count++] = text;
	return text;
}

static struct row *add_row(struct manifest *m)
{
	struct row *grown = reallocarray(m->rows, m->count + 1, sizeof(*grown));

	if (!grown)
		return NULL;
	m->rows = grown;
	grown = &m->rows[m->count++];
	memset(grown, 0, sizeof(*grown));
	return grown;
}

static size_t split_tabs(char *line, char *cells[COLUMNS_MAX])
{
	size_t n = 0;

	while (line && n < COLUMNS_MAX)
		cells[n++] = strsep(&line, "\t");
	return n;
}

static int find_columns(char *line, size_t where[COLUMN_COUNT], const char *path)
{
	char *cells[COLUMNS_MAX];
	size_t n = split_tabs(line, cells);
	size_t c, i;

	for (c = 0; c < COLUMN_COUNT; c++) {
		where[c] = COLUMNS_MAX;
		for (i = 0; i < n; i++) {
			if (strcmp(cells[i], columns[c].name) == 0)
				where[c] = i;
		}
		if (where[c] == COLUMNS_MAX && columns[c].needed) {
			fprintf(stderr, "%s:1: no column \"%s\"\n", path, columns[c].name);
			return -1;
		}
	}
	return 0;
}

/* The next word; words are separated by blanks, and " / " counts as one.  NULL at the end. */
static char *next_word(char **text)
{
	char *word;

	while ((word = strsep(text, " "))) {
		if (*word && strcmp(word, "/") != 0 && strcmp(word, "-") != 0)
			return word;
	}
	return NULL;
}

static void read_truth(struct row *row, char *ips, char *macs, char *firsts)
{
	double seconds[TRUTH_MAX];
	size_t count = 0, i;
	char *word;

	while (row->truth_count < TRUTH_MAX && (word = next_word(&ips)))
		row->truths[row->truth_count++] = (struct truth){ word, "", -1 };
	for (i = 0; i < row->truth_count && (word = next_word(&macs)); i++)
		row->truths[i].mac = word;
	while (count < TRUTH_MAX && (word = next_word(&firsts)))
		seconds[count++] = strtod(word, NULL);
	/* One time per source, or several behaviours of which the first one counts for all. */
	for (i = 0; i < row->truth_count && count; i++)
		row->truths[i].first_s = seconds[count == row->truth_count ? i : 0];
}

static int read_level(const char *word)
{
	int i;

	for (i = 0; i < LEVEL_COUNT; i++) {
		if (strcmp(word, levels[i]) == 0)
			return i;
	}
	return -1;
}

static int read_row(struct manifest *m, char *line, const size_t where[COLUMN_COUNT],
		    const char *dir)
{
	char empty[COLUMN_COUNT][1] = { "" };
	char *cells[COLUMNS_MAX], *cell[COLUMN_COUNT];
	size_t n = split_tabs(line, cells);
	char *path = NULL;
	struct row *row;
	int level;
	size_t c;

	for (c = 0; c < COLUMN_COUNT; c++)
		cell[c] = where[c] < n ? cells[where[c]] : empty[c];
	level = read_level(cell[LEVEL]);
	row = level < 0 ? NULL : add_row(m);
	if (!row || asprintf(&path, "%s/%s", dir, cell[FILE_NAME]) < 0 || !keep(m, path))
		return -1;
	row->file = path;
	row->name = cell[FILE_NAME];
	row->class_name = cell[CLASS];
	row->level = (enum level)level;
	read_truth(row, cell[TRUTH], cell[TRUTH_MAC], cell[FIRST_S]);
	return 0;
}

static int read_lines(struct manifest *m, FILE *file, const char *dir, const char *path)
{
	size_t where[COLUMN_COUNT] = { 0 };
	unsigned number = 0;
	char *line = NULL;
	size_t room = 0;
	int rc = 0;

	while (rc == 0 && getline(&line, &room, file) >= 0) {
		char *kept = keep(m, strdup(line));

		if (!kept) {
			rc = -1;
			break;
		}
		kept[strcspn(kept, "\r\n")] = '\0';
		if (++number == 1)
			rc = find_columns(kept, where, path);
		else if (*kept && *kept != '#') {
			rc = read_row(m, kept, where, dir);
			if (rc < 0)
				fprintf(stderr, "%s:%u: no such level, or out of memory\n", path,
					number);
		}
	}
	free(line);
	return rc;
}

int manifest_read(struct manifest *manifest, const char *dir)
{
	char path[4096];
	FILE *file;
	int rc;

	snprintf(path, sizeof(path), "%s/MANIFEST.tsv", dir);
	file = fopen(path, "r");
	if (!file) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return -1;
	}
	rc = read_lines(manifest, file, dir, path);
	fclose(file);
	return rc;
}

void manifest_fini(struct manifest *manifest)
{
	size_t i;

	for (i = 0; i < manifest->text_count; i++)
		free(manifest->texts[i]);
	free(manifest->texts);
	free(manifest->rows);
	memset(manifest, 0, sizeof(*manifest));
}
