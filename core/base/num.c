/* SPDX-License-Identifier: Apache-2.0 */
/* strtoull and friends accept blanks, signs, hexadecimal and trailing rubbish; a port or a limit in a policy must
 * not.  So the shape is checked here first, and only strtod does arithmetic of its own. */
#include "core/base/num.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/invariant.h"
#include "core/base/units.h"

#define S_PER_M UINT64_C(60)
#define S_PER_H UINT64_C(3600)
#define S_PER_D UINT64_C(86400)

struct unit {
	const char *name;
	uint64_t ns;
};

/* Largest first: the parts of "1h30m" must come in this order. */
static const struct unit units[] = {
	{ "d", S_PER_D *NS_PER_S },
	{ "h", S_PER_H *NS_PER_S },
	{ "m", S_PER_M *NS_PER_S },
	{ "s", NS_PER_S },
	{ "ms", NS_PER_MS },
	{ "us", NS_PER_US },
	{ "ns", 1 },
};
#define UNITS (sizeof(units) / sizeof(units[0]))

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Reads digits at *at and moves it behind them; false without a digit or on overflow. */
static bool take_digits(const char **at, uint64_t *value)
{
	uint64_t sum = 0;

	if (!is_digit(**at))
		return false;
	for (; is_digit(**at); (*at)++)
		if (__builtin_mul_overflow(sum, UINT64_C(10), &sum) ||
		    __builtin_add_overflow(sum, (uint64_t)(**at - '0'), &sum))
			return false;
	*value = sum;
	return true;
}

bool num_u64(const char *text, uint64_t *value)
{
	uint64_t read;

	if (!take_digits(&text, &read) || *text != '\0')
		return false;
	*value = read;
	return true;
}

bool num_u32_between(const char *text, uint32_t least, uint32_t most, uint32_t *value)
{
	uint64_t read;

	if (!num_u64(text, &read) || read < least || read > most)
		return false;
	*value = (uint32_t)read;
	return true;
}

static const char *skip_digits(const char *text)
{
	while (is_digit(*text))
		text++;
	return text;
}

/* -12, 0.5, 1e-6: digits on both sides of a point, no infinities. */
static bool is_decimal(const char *text)
{
	text += *text == '-';
	if (!is_digit(*text))
		return false;
	text = skip_digits(text);
	if (*text == '.') {
		if (!is_digit(*++text))
			return false;
		text = skip_digits(text);
	}
	if (*text == 'e' || *text == 'E') {
		text++;
		text += *text == '-' || *text == '+';
		if (!is_digit(*text))
			return false;
		text = skip_digits(text);
	}
	return *text == '\0';
}

bool num_double(const char *text, double *value)
{
	locale_t c_locale;
	double read;

	if (!is_decimal(text))
		return false;
	c_locale = newlocale(LC_ALL_MASK, "C", NULL);
	INVARIANT(c_locale);
	read = strtod_l(text, NULL, c_locale);
	freelocale(c_locale);
	if (!isfinite(read))
		return false;
	*value = read;
	return true;
}

/* The unit named at *at, at or behind units[first]; UNITS if there is none. */
static size_t take_unit(const char **at, size_t first)
{
	size_t length = strspn(*at, "dhmsun");

	for (size_t i = first; i < UNITS; i++)
		if (strlen(units[i].name) == length && memcmp(units[i].name, *at, length) == 0) {
			*at += length;
			return i;
		}
	return UNITS;
}

bool num_duration_ns(const char *text, uint64_t *ns)
{
	uint64_t sum = 0, count, part;
	size_t next = 0;

	if (strcmp(text, "0") == 0) {
		*ns = 0;
		return true;
	}
	do {
		size_t unit;

		if (!take_digits(&text, &count))
			return false;
		unit = take_unit(&text, next);
		if (unit == UNITS || __builtin_mul_overflow(count, units[unit].ns, &part) ||
		    __builtin_add_overflow(sum, part, &sum))
			return false;
		next = unit + 1;
	} while (*text);
	*ns = sum;
	return true;
}

static void below_a_second_text(uint64_t ns, char *text, size_t size)
{
	for (size_t i = 4; i < UNITS; i++)
		if (ns % units[i].ns == 0) {
			snprintf(text, size, "%llu%s", (unsigned long long)(ns / units[i].ns),
				 units[i].name);
			return;
		}
}

void num_duration_text(uint64_t ns, char *text, size_t size)
{
	uint64_t left_ns = ns - ns % NS_PER_S;
	size_t used = 0;

	if (ns == 0) {
		snprintf(text, size, "0s");
		return;
	}
	if (ns < NS_PER_S) {
		below_a_second_text(ns, text, size);
		return;
	}
	/* Up to two minutes people read seconds more easily: 90s, not 1m30s. */
	if (left_ns < 2 * S_PER_M * NS_PER_S && left_ns != S_PER_M * NS_PER_S) {
		snprintf(text, size, "%llus", (unsigned long long)(left_ns / NS_PER_S));
		return;
	}
	for (size_t i = 0; i < 4 && used < size; i++) {
		uint64_t count = left_ns / units[i].ns;

		left_ns %= units[i].ns;
		if (count)
			used += (size_t)snprintf(text + used, size - used, "%llu%s",
						 (unsigned long long)count, units[i].name);
	}
}

int num_hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool num_hex(const char *text, uint8_t *bytes, size_t length)
{
	if (strlen(text) / 2 != length || strlen(text) % 2)
		return false;
	for (size_t i = 0; i < length; i++) {
		int high = num_hex_digit(text[2 * i]), low = num_hex_digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

void num_hex_text(const uint8_t *bytes, size_t length, char *text)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < length; i++) {
		*text++ = digits[bytes[i] >> 4];
		*text++ = digits[bytes[i] & 15];
	}
	*text = '\0';
}
