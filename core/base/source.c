/* SPDX-License-Identifier: Apache-2.0 */
/* Shows a mistake the way compilers do: position, the line, a caret.  A line is printed through a window, and its
 * control bytes are replaced, because a policy file may be hostile to the terminal it is shown on.
 * Columns count characters, not bytes, as the YAML reader does; double-width characters shift the caret, which is
 * accepted.  The suggestion is the restricted Damerau-Levenshtein distance (Damerau, CACM 7(3), 1964):
 * most typing errors are one letter wrong, missing, extra or swapped. */
#include "core/base/source.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/printable.h"
#include "core/base/utf8.h"

#define COMPLAINTS_MAX    1000 /* nobody reads more, and a hostile file could make millions */
#define SHOWN_COLUMNS_MAX 160
#define SHOWN_BYTES_MAX   ((size_t)8 << 20)
#define WORD_MAX_BYTES    64

struct source {
	char *name;
	char *text; /* NUL-terminated */
	size_t length;
};

struct complaints {
	struct complaint *items;
	size_t count, capacity;
};

struct source *source_from_text(const char *name, const char *text, size_t length)
{
	struct source *source = mem_alloc(sizeof(*source));

	source->name = mem_text(name);
	source->text = mem_alloc(length + 1);
	source->length = length;
	if (length)
		memcpy(source->text, text, length);
	return source;
}

/* Opens only regular files: a directory reads as nothing, a pipe never ends. */
static FILE *open_file(const char *path, struct err *err)
{
	struct stat about;
	FILE *file = fopen(path, "rbe");

	if (!file) {
		err_set_errno(err, errno, "cannot read %s", path);
		return NULL;
	}
	if (fstat(fileno(file), &about) < 0 || !S_ISREG(about.st_mode)) {
		err_set(err, ERR_FAILED, "cannot read %s: not a regular file", path);
		fclose(file);
		return NULL;
	}
	return file;
}

/* Reads one byte more than allowed to notice a file that is too long, whatever its size said. */
static int read_all(FILE *file, const char *path, struct buf *text, struct err *err)
{
	char chunk[8192];
	size_t got;

	while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0) {
		buf_append(text, chunk, got);
		if (text->overflow)
			return err_set(err, ERR_LIMIT, "cannot read %s: larger than %zu bytes",
				       path, text->ceiling);
	}
	if (ferror(file))
		return err_set_errno(err, errno, "cannot read %s", path);
	return 0;
}

struct source *source_read(const char *path, size_t max_bytes, struct err *err)
{
	struct source *source = NULL;
	struct buf text;
	FILE *file = open_file(path, err);

	if (!file)
		return NULL;
	buf_init(&text, max_bytes);
	if (read_all(file, path, &text, err) == 0)
		source = source_from_text(path, text.text, text.length);
	buf_fini(&text);
	fclose(file);
	return source;
}

void source_free(struct source *source)
{
	if (!source)
		return;
	mem_free(source->name);
	mem_free(source->text);
	mem_free(source);
}

const char *source_name(const struct source *source)
{
	return source->name;
}

const char *source_text(const struct source *source, size_t *length)
{
	if (length)
		*length = source->length;
	return source->text;
}

struct complaints *complaints_new(void)
{
	return mem_alloc(sizeof(struct complaints));
}

void complaints_free(struct complaints *list)
{
	if (!list)
		return;
	mem_free(list->items);
	mem_free(list);
}

void complaints_add(struct complaints *list, const struct complaint *complaint)
{
	struct complaint *added;

	if (list->count == COMPLAINTS_MAX)
		return;
	if (list->count == list->capacity) {
		list->capacity = list->capacity ? 2 * list->capacity : 8;
		list->items = mem_resize(list->items, list->capacity, sizeof(*list->items));
	}
	added = &list->items[list->count++];
	*added = *complaint;
	/* What is wrong is often quoted from the file itself. */
	printable(added->text, '?');
	printable(added->hint, '?');
}

size_t complaints_count(const struct complaints *list)
{
	return list->count;
}

const struct complaint *complaints_at(const struct complaints *list, size_t index)
{
	return index < list->count ? &list->items[index] : NULL;
}

/* A borrowed line of the source without its end. */
struct line {
	const char *at;
	size_t length;
};

static bool find_line(const struct source *source, unsigned number, struct line *line)
{
	const char *at = source->text, *end = source->text + source->length;

	if (number == 0)
		return false;
	while (--number) {
		at = memchr(at, '\n', (size_t)(end - at));
		if (!at)
			return false;
		at++;
	}
	line->at = at;
	at = memchr(at, '\n', (size_t)(end - at));
	line->length = (size_t)((at ? at : end) - line->at);
	if (line->length && line->at[line->length - 1] == '\r')
		line->length--;
	return true;
}

static unsigned columns_of(const struct line *line)
{
	unsigned columns = 0;

	for (size_t i = 0, step; i < line->length; i += step ? step : 1, columns++)
		step = utf8_length(line->at + i, line->length - i);
	return columns;
}

static void print_character(const char *at, size_t length, struct buf *out)
{
	if (*at == '\t')
		buf_char(out, ' ');
	else if (length == 0 || (unsigned char)*at < 0x20 || *at == 0x7f)
		buf_char(out, '?');
	else
		buf_append(out, at, length);
}

/* Prints the characters first..last (0-based) of the line. */
static void print_columns(const struct line *line, unsigned first, unsigned last, struct buf *out)
{
	unsigned column = 0;

	for (size_t i = 0, step; i < line->length && column <= last; column++) {
		step = utf8_length(line->at + i, line->length - i);
		if (column >= first)
			print_character(line->at + i, step, out);
		i += step ? step : 1;
	}
}

static void print_caret(const struct complaint *complaint, unsigned before, unsigned room,
			struct buf *out)
{
	unsigned length = complaint->length < room ? complaint->length : room;

	buf_text(out, "      | ");
	for (unsigned i = 0; i < before; i++)
		buf_char(out, ' ');
	buf_char(out, '^');
	for (unsigned i = 1; i < length; i++)
		buf_char(out, '~');
	if (complaint->hint[0])
		buf_format(out, " %s", complaint->hint);
	buf_char(out, '\n');
}

static void print_one(const struct complaint *complaint, const struct source *source,
		      struct buf *out)
{
	struct line line;
	unsigned columns, at, first = 0;

	buf_format(out, "%s:%u:%u: %s\n", source->name, complaint->line, complaint->column,
		   complaint->text);
	if (!find_line(source, complaint->line, &line)) {
		if (complaint->hint[0])
			buf_format(out, "      | %s\n", complaint->hint);
		return;
	}
	columns = columns_of(&line);
	at = complaint->column ? complaint->column - 1 : 0;
	if (at > columns)
		at = columns;
	if (at >= SHOWN_COLUMNS_MAX)
		first = at - SHOWN_COLUMNS_MAX / 2;
	buf_format(out, "%5u | ", complaint->line);
	print_columns(&line, first, first + SHOWN_COLUMNS_MAX - 1, out);
	buf_char(out, '\n');
	if (columns > first + SHOWN_COLUMNS_MAX)
		columns = first + SHOWN_COLUMNS_MAX;
	print_caret(complaint, at - first, columns > at ? columns - at : 1, out);
}

static int by_position(const void *a, const void *b)
{
	const struct complaint *x = *(const struct complaint *const *)a;
	const struct complaint *y = *(const struct complaint *const *)b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	if (x->column != y->column)
		return x->column < y->column ? -1 : 1;
	return x < y ? -1 : x > y; /* one array: the order of adding */
}

void complaints_print(const struct complaints *list, const struct source *source, struct buf *out)
{
	const struct complaint **sorted = mem_array(list->count, sizeof(*sorted));

	for (size_t i = 0; i < list->count; i++)
		sorted[i] = &list->items[i];
	qsort(sorted, list->count, sizeof(*sorted), by_position);
	for (size_t i = 0; i < list->count; i++)
		print_one(sorted[i], source, out);
	mem_free(sorted);
}

void complaints_show(const struct complaints *list, const struct source *source, FILE *out)
{
	struct buf text;

	buf_init(&text, SHOWN_BYTES_MAX);
	complaints_print(list, source, &text);
	if (text.length)
		fwrite(text.text, 1, text.length, out);
	buf_fini(&text);
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Three rows of the usual table: before last, last, and the one being filled. */
static unsigned distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	unsigned rows[3][WORD_MAX_BYTES + 1];

	for (size_t j = 0; j <= b_length; j++)
		rows[0][j] = (unsigned)j;
	for (size_t i = 1; i <= a_length; i++) {
		unsigned *row = rows[i % 3], *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b_length; j++) {
			unsigned replaced = last[j - 1] + (a[i - 1] != b[j - 1]);

			row[j] = least(replaced, least(last[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
	}
	return rows[a_length % 3][b_length];
}

const char *source_nearest(const char *word, const char *const *words)
{
	size_t word_length = strlen(word);
	const char *nearest = NULL;
	unsigned nearest_distance = WORD_MAX_BYTES;

	if (word_length > WORD_MAX_BYTES)
		return NULL;
	for (; *words; words++) {
		size_t length = strlen(*words);
		size_t longer = length > word_length ? length : word_length;
		unsigned d;

		if (longer > WORD_MAX_BYTES)
			continue;
		d = distance(word, word_length, *words, length);
		if (3 * (size_t)d <= longer && d < nearest_distance) {
			nearest = *words;
			nearest_distance = d;
		}
	}
	return nearest;
}
