/* SPDX-License-Identifier: Apache-2.0 */
/* Doubling growth up to a ceiling.  An append is all or nothing, and after the first one that did not
 * fit every later one is dropped too: a text with its end missing is recognisable, one with a
 * hole in the middle is not. */
#include "core/base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/base/invariant.h"
#include "core/base/mem.h"

#define FIRST_CAPACITY_BYTES 64

void buf_init(struct buf *buf, size_t ceiling_bytes)
{
	INVARIANT(ceiling_bytes < SIZE_MAX / 4);
	*buf = (struct buf){ .ceiling = ceiling_bytes, .capacity = FIRST_CAPACITY_BYTES };
	buf->text = mem_alloc(buf->capacity);
}

void buf_fini(struct buf *buf)
{
	mem_free(buf->text);
	*buf = (struct buf){ 0 };
}

void buf_clear(struct buf *buf)
{
	INVARIANT(buf->text);
	buf->length = 0;
	buf->text[0] = '\0';
	buf->overflow = false;
}

/* Makes room for length more bytes and the NUL; false (and overflow) if the ceiling forbids. */
static bool reserve(struct buf *buf, size_t length)
{
	size_t capacity = buf->capacity;

	INVARIANT(buf->text);
	if (buf->overflow || length > buf->ceiling - buf->length) {
		buf->overflow = true;
		return false;
	}
	while (capacity < buf->length + length + 1)
		capacity *= 2;
	if (capacity != buf->capacity) {
		buf->text = mem_resize(buf->text, capacity, 1);
		buf->capacity = capacity;
	}
	return true;
}

void buf_append(struct buf *buf, const void *bytes, size_t length)
{
	if (length == 0 || !reserve(buf, length))
		return;
	memcpy(buf->text + buf->length, bytes, length);
	buf->length += length;
	buf->text[buf->length] = '\0';
}

void buf_text(struct buf *buf, const char *text)
{
	buf_append(buf, text, strlen(text));
}

void buf_char(struct buf *buf, char c)
{
	buf_append(buf, &c, 1);
}

/* Most texts fit into what is there, so that is tried first. */
void buf_format(struct buf *buf, const char *format, ...)
{
	size_t room;
	va_list args;
	int length;

	INVARIANT(buf->text);
	room = buf->overflow ? 0 : buf->capacity - buf->length;
	va_start(args, format);
	length = vsnprintf(buf->text + buf->length, room, format, args);
	va_end(args);
	INVARIANT(length >= 0);
	if (room && (size_t)length >= room)
		buf->text[buf->length] = '\0';
	if (!reserve(buf, (size_t)length)) {
		buf->text[buf->length] = '\0';
		return;
	}
	if ((size_t)length >= room) {
		va_start(args, format);
		vsnprintf(buf->text + buf->length, (size_t)length + 1, format, args);
		va_end(args);
	}
	buf->length += (size_t)length;
}
