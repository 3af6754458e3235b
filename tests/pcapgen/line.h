/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PCAPGEN_LINE_H
#define TESTS_PCAPGEN_LINE_H

/* One line of a recipe: a verb, its fixed words, then "key value" pairs in any order.
 *
 * The getters return the fallback after an error and keep only the first one, so that a verb can ask
 * for all it needs and look once, with line_ok().  A getter without a fallback wants the key. */

#include <stdbool.h>
#include <stdint.h>

enum { LINE_WORDS_MAX = 40 };

struct line {
	const char *words[LINE_WORDS_MAX];
	unsigned count;
	unsigned fixed; /* words before the pairs, the verb included */
	char error[160];
};

bool line_ok(const struct line *line);
void line_fail(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Every key must be among the space-separated keys, every pair complete. */
void line_expect(struct line *line, unsigned fixed, const char *keys);

const char *line_word(struct line *line, const char *key, const char *fallback);
uint64_t line_time_us(struct line *line, const char *key, const char *fallback);
double line_number(struct line *line, const char *key, const char *fallback);
/* A whole number of the range; low <= high. */
unsigned line_count(struct line *line, const char *key, const char *fallback, unsigned high);
/* A fallback of "" gives 0 when the key is missing. */
uint32_t line_address(struct line *line, const char *key, const char *fallback);

/* The same for a fixed word or a bare text. */
uint32_t line_parse_address(struct line *line, const char *text);
/* "10.20.0.0/24" */
uint32_t line_parse_network(struct line *line, const char *text, unsigned *prefix_bits);

#endif
