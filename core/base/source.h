/* SPDX-License-Identifier: Apache-2.0 */
/* source.h - a text with a name and line starts, and errors shown like a compiler's.
 *
 *   office.yaml:14:19: unknown word "sevrer"
 *      14 |   role: sevrer
 *         |         ^~~~~~ did you mean "server"?
 */
#ifndef CORDON_BASE_SOURCE_H
#define CORDON_BASE_SOURCE_H

#include <stddef.h>
#include <stdio.h>

struct buf;
struct err;
struct source;

/* Reads a whole file (at most max_bytes; directories and missing files are errors). */
struct source *source_read(const char *path, size_t max_bytes, struct err *err);
struct source *source_from_text(const char *name, const char *text, size_t length);
void source_free(struct source *source);

const char *source_name(const struct source *source);
const char *source_text(const struct source *source, size_t *length);

/* A list of complaints about one source, all of them reported, not the first. */
struct complaint {
	unsigned line, column; /* 1-based */
	unsigned length;       /* columns to underline, at least 1 */
	char text[256];
	char hint[128]; /* behind the caret; "" for none */
};
struct complaints;

struct complaints *complaints_new(void);
void complaints_free(struct complaints *list);
void complaints_add(struct complaints *list, const struct complaint *complaint);
size_t complaints_count(const struct complaints *list);
const struct complaint *complaints_at(const struct complaints *list, size_t index);
/* Sorted by position, each with its line and caret. */
void complaints_print(const struct complaints *list, const struct source *source, struct buf *out);
void complaints_show(const struct complaints *list, const struct source *source, FILE *out);

/* The closest of a NULL-terminated list of words, or NULL if none is near (edit distance at most a third). */
const char *source_nearest(const char *word, const char *const *words);

#endif
