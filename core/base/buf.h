/* SPDX-License-Identifier: Apache-2.0 */
/* buf.h - growable bytes with a ceiling named at birth.
 *
 * Appending past the ceiling sets the overflow mark and drops the bytes; callers check once, at the
 * end.  text is always NUL-terminated (the NUL is not counted in length). */
#ifndef CORDON_BASE_BUF_H
#define CORDON_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *text; /* owned by the buf; valid until the next append */
	size_t length, capacity, ceiling;
	bool overflow;
};

void buf_init(struct buf *buf, size_t ceiling_bytes);
void buf_fini(struct buf *buf);  /* safe twice */
void buf_clear(struct buf *buf); /* keeps memory and ceiling, clears overflow */
void buf_append(struct buf *buf, const void *bytes, size_t length);
void buf_text(struct buf *buf, const char *text);
void buf_char(struct buf *buf, char c);
void buf_format(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
