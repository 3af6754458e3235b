/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/pcapgen/line.h"

#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool line_ok(const struct line *line)
{
	return line->error[0] == '\0';
}

void line_fail(struct line *line, const char *format, ...)
{
	va_list args;

	if (!line_ok(line))
		return;
	va_start(args, format);
	vsnprintf(line->error, sizeof(line->error), format, args);
	va_end(args);
}

static bool listed(const char *word, const char *keys)
{
	size_t length = strlen(word);
	const char *p = keys;

	while ((p = strstr(p, word))) {
		bool starts = p == keys || p[-1] == ' ';

		if (starts && (p[length] == ' ' || p[length] == '\0'))
			return true;
		p += length;
	}
	return false;
}

void line_expect(struct line *line, unsigned fixed, const char *keys)
{
	unsigned i;

	line->fixed = fixed;
	if (line->count < fixed) {
		line_fail(line, "\"%s\" needs %u more word(s)", line->words[0],
			  fixed - line->count);
		return;
	}
	for (i = fixed; i < line->count; i += 2) {
		if (!listed(line->words[i], keys))
			line_fail(line, "unknown key \"%s\"; \"%s\" knows: %s", line->words[i],
				  line->words[0], keys);
		else if (i + 1 == line->count)
			line_fail(line, "\"%s\" has no value", line->words[i]);
	}
}

const char *line_word(struct line *line, const char *key, const char *fallback)
{
	unsigned i;

	for (i = line->fixed; i + 1 < line->count; i += 2) {
		if (strcmp(line->words[i], key) == 0)
			return line->words[i + 1];
	}
	if (!fallback)
		line_fail(line, "\"%s\" needs \"%s VALUE\"", line->words[0], key);
	return fallback;
}

/* A number that is not negative, and what follows it. */
static double leading_number(struct line *line, const char *text, const char **rest)
{
	char *end;
	double value;

	errno = 0;
	value = strtod(text, &end);
	*rest = end;
	if (end == text || errno || !isfinite(value) || value < 0) {
		line_fail(line, "\"%s\" is no number", text);
		return 0;
	}
	return value;
}

uint64_t line_time_us(struct line *line, const char *key, const char *fallback)
{
	const char *text = line_word(line, key, fallback);
	const char *unit = "";
	double value;

	if (!text)
		return 0;
	value = leading_number(line, text, &unit);
	if (strcmp(unit, "ms") == 0)
		value /= 1000;
	else if (*unit && strcmp(unit, "s") != 0)
		line_fail(line, "\"%s\" is no time; write 6.5, 6.5s or 6500ms", text);
	if (value > 1e6)
		line_fail(line, "%s is too long; a capture lasts 1000000 s at most", text);
	return line_ok(line) ? (uint64_t)(value * 1e6 + 0.5) : 0;
}

double line_number(struct line *line, const char *key, const char *fallback)
{
	const char *text = line_word(line, key, fallback);
	const char *rest = "";
	double value = text ? leading_number(line, text, &rest) : 0;

	if (*rest)
		line_fail(line, "\"%s\" is no number", text);
	if (text && value <= 0)
		line_fail(line, "%s must be above zero", key);
	return value;
}

unsigned line_count(struct line *line, const char *key, const char *fallback, unsigned high)
{
	const char *text = line_word(line, key, fallback);
	const char *rest = "";
	double value = text ? leading_number(line, text, &rest) : 0;

	if (*rest || value != floor(value) || value > high) {
		line_fail(line, "%s is a whole number up to %u, not \"%s\"", key, high, text);
		return 0;
	}
	return (unsigned)value;
}

uint32_t line_parse_address(struct line *line, const char *text)
{
	struct in_addr address;

	if (inet_pton(AF_INET, text, &address) != 1) {
		line_fail(line, "\"%s\" is no IPv4 address", text);
		return 0;
	}
	return ntohl(address.s_addr);
}

uint32_t line_address(struct line *line, const char *key, const char *fallback)
{
	const char *text = line_word(line, key, fallback);

	return text && *text ? line_parse_address(line, text) : 0;
}

uint32_t line_parse_network(struct line *line, const char *text, unsigned *prefix_bits)
{
	char address[INET_ADDRSTRLEN];
	size_t length = strcspn(text, "/");
	char *end = NULL;
	unsigned long bits = 0;
	uint32_t network;

	if (text[length] == '/')
		bits = strtoul(text + length + 1, &end, 10);
	if (length >= sizeof(address) || !end || *end || bits < 8 || bits > 30) {
		line_fail(line, "\"%s\" is no network; write 10.20.0.0/24 (8 to 30 bits)", text);
		return 0;
	}
	memcpy(address, text, length);
	address[length] = '\0';
	network = line_parse_address(line, address);
	*prefix_bits = (unsigned)bits;
	if (network & (((uint32_t)1 << (32 - bits)) - 1))
		line_fail(line, "%s has host bits set", text);
	return network;
}
