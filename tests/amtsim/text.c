/* SPDX-License-Identifier: Apache-2.0 */
/* Growth doubles, so building an answer of n bytes costs O(n).  The ceiling is per text: the
 * caller knows how large its answer may sensibly be. */
#include "tests/amtsim/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "tests/amtsim/check.h"

#define FIRST_BYTES 64

void text_init(struct text *text, size_t max_bytes)
{
	*text = (struct text){ .max = max_bytes };
	text->cap = FIRST_BYTES;
	text->bytes = malloc(text->cap);
	CHECK(text->bytes);
	text->bytes[0] = '\0';
}

void text_fini(struct text *text)
{
	free(text->bytes);
	*text = (struct text){ 0 };
}

void text_clear(struct text *text)
{
	text->len = 0;
	text->overflow = false;
	text->bytes[0] = '\0';
}

void text_cut(struct text *text, size_t len)
{
	if (len < text->len) {
		text->len = len;
		text->bytes[len] = '\0';
	}
}

static bool reserve(struct text *text, size_t more)
{
	size_t cap = text->cap;

	if (text->overflow || more > text->max || text->len > text->max - more) {
		text->overflow = true;
		return false;
	}
	while (cap < text->len + more + 1) {
		CHECK(cap < SIZE_MAX / 2);
		cap *= 2;
	}
	if (cap != text->cap) {
		text->bytes = realloc(text->bytes, cap);
		CHECK(text->bytes);
		text->cap = cap;
	}
	return true;
}

void text_add(struct text *text, const void *bytes, size_t len)
{
	if (!reserve(text, len))
		return;
	if (len > 0)
		memcpy(text->bytes + text->len, bytes, len);
	text->len += len;
	text->bytes[text->len] = '\0';
}

void text_puts(struct text *text, const char *string)
{
	text_add(text, string, strlen(string));
}

/* Into what room there is first; only a text that does not fit is made twice. */
void text_printf(struct text *text, const char *format, ...)
{
	size_t room = text->cap - text->len;
	va_list args, again;
	int need;

	va_start(args, format);
	va_copy(again, args);
	need = vsnprintf(text->bytes + text->len, room, format, args);
	CHECK(need >= 0);
	if (!reserve(text, (size_t)need)) {
		text->bytes[text->len] = '\0';
	} else {
		if ((size_t)need >= room)
			vsnprintf(text->bytes + text->len, (size_t)need + 1, format, again);
		text->len += (size_t)need;
	}
	va_end(again);
	va_end(args);
}

static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	default:
		return NULL;
	}
}

void text_xml(struct text *text, const char *string)
{
	for (;;) {
		size_t plain = strcspn(string, "&<>\"");

		text_add(text, string, plain);
		string += plain;
		if (!*string)
			return;
		text_puts(text, entity(*string++));
	}
}

bool text_copy(char *dst, size_t size, const char *src)
{
	size_t len = strlen(src);

	if (len >= size) {
		dst[0] = '\0';
		return false;
	}
	memcpy(dst, src, len + 1);
	return true;
}

char *text_word(char **rest)
{
	char *word = *rest + strspn(*rest, " ");
	size_t len = strcspn(word, " ");

	*rest = word + len;
	if (len == 0)
		return NULL;
	if (**rest)
		*(*rest)++ = '\0';
	return word;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t text_hex(const char *hex, uint8_t *bytes, size_t size)
{
	size_t n = 0;

	for (; hex[0] && hex[1] && n < size; hex += 2) {
		int high = hex_value(hex[0]), low = hex_value(hex[1]);

		if (high < 0 || low < 0)
			return 0;
		bytes[n++] = (uint8_t)(high << 4 | low);
	}
	return *hex ? 0 : n;
}
