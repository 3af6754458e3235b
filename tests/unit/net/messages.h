/* SPDX-License-Identifier: Apache-2.0 */
/* messages.h - hand-made application messages for the tests of core/net.
 *
 * A message grows by putting; the numbers of a name say bits and byte order.  Places kept from
 * before are filled in afterwards.  exact() gives bytes that end where their allocation ends,
 * for the address sanitizer. */
#ifndef CORDON_TESTS_NET_MESSAGES_H
#define CORDON_TESTS_NET_MESSAGES_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct bytes {
	size_t length;
	uint8_t at[4096];
};

static inline void put(struct bytes *b, const void *from, size_t length)
{
	if (b->length + length > sizeof(b->at))
		abort();
	memcpy(b->at + b->length, from, length);
	b->length += length;
}

static inline void put8(struct bytes *b, unsigned value)
{
	uint8_t byte = (uint8_t)value;

	put(b, &byte, 1);
}

static inline void put_be16(struct bytes *b, unsigned value)
{
	put8(b, value >> 8);
	put8(b, value);
}

static inline void put_be32(struct bytes *b, uint32_t value)
{
	put_be16(b, value >> 16);
	put_be16(b, value);
}

static inline void put_le16(struct bytes *b, unsigned value)
{
	put8(b, value);
	put8(b, value >> 8);
}

static inline void put_le32(struct bytes *b, uint32_t value)
{
	put_le16(b, value);
	put_le16(b, value >> 16);
}

static inline void put_zeros(struct bytes *b, size_t count)
{
	while (count--)
		put8(b, 0);
}

/* ASCII as UTF-16LE, without its NUL. */
static inline void put_utf16(struct bytes *b, const char *text)
{
	for (; *text; text++)
		put_le16(b, (uint8_t)*text);
}

static inline void set_le16(struct bytes *b, size_t at, size_t value)
{
	b->at[at] = (uint8_t)value;
	b->at[at + 1] = (uint8_t)(value >> 8);
}

static inline uint8_t *exact(const struct bytes *b, size_t length)
{
	uint8_t *copy = malloc(length + 1);

	if (!copy)
		abort();
	memcpy(copy + 1, b->at, length);
	return copy; /* the message is at copy + 1 */
}

#endif
