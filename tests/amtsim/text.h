/* SPDX-License-Identifier: Apache-2.0 */
/* text.h - growable bytes with a ceiling, always followed by a NUL that is not counted.
 *
 * Past the ceiling nothing more is added and `overflow` stays set, so a writer may check once
 * at the end.  Running out of memory stops the program. */
#ifndef AMTSIM_TEXT_H
#define AMTSIM_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
	char *bytes; /* never NULL after text_init() */
	size_t len;
	size_t cap;
	size_t max;
	bool overflow;
};

void text_init(struct text *text, size_t max_bytes);
void text_fini(struct text *text);
void text_clear(struct text *text);
void text_cut(struct text *text, size_t len); /* keeps the first `len` bytes */
void text_add(struct text *text, const void *bytes, size_t len);
void text_puts(struct text *text, const char *string);
void text_printf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Adds a string as XML character data; also safe inside a quoted attribute. */
void text_xml(struct text *text, const char *string);

/* Bounded copy of a NUL-ended string; false if it did not fit (then dst is empty). */
bool text_copy(char *dst, size_t size, const char *src);

/* Bytes read, or 0 if the text is not hex or longer than size. */
size_t text_hex(const char *hex, uint8_t *bytes, size_t size);

/* Cuts the next word (up to a space) off *rest, in place; NULL when none is left. */
char *text_word(char **rest);

#endif
