/* SPDX-License-Identifier: Apache-2.0 */
/* span.h - a read cursor over borrowed bytes that cannot leave them.
 *
 * Every read says whether there was enough; after a short read the span is empty and "bad" is
 * set, so a decoder may read a whole header and check once.  Multi-byte reads name their order. */
#ifndef CORDON_BASE_SPAN_H
#define CORDON_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
	const uint8_t *at;
	size_t left;
	bool bad;
};

static inline struct span span_of(const void *bytes, size_t length)
{
	return (struct span){ .at = bytes, .left = length };
}

/* The next length bytes, or NULL (and bad) if there are fewer. */
static inline const uint8_t *span_take(struct span *span, size_t length)
{
	const uint8_t *at = span->at;

	if (span->left < length) {
		span->bad = true;
		span->left = 0;
		return NULL;
	}
	span->at += length;
	span->left -= length;
	return at;
}

static inline bool span_skip(struct span *span, size_t length)
{
	return span_take(span, length) != NULL;
}

/* A span over the next length bytes (fewer if cut short). */
static inline struct span span_sub(struct span *span, size_t length)
{
	size_t have = length < span->left ? length : span->left;
	struct span sub = span_of(span->at, have);

	span->at += have;
	span->left -= have;
	return sub;
}

static inline uint8_t span_u8(struct span *span)
{
	const uint8_t *p = span_take(span, 1);

	return p ? p[0] : 0;
}

static inline uint16_t span_be16(struct span *span)
{
	const uint8_t *p = span_take(span, 2);

	return (uint16_t)(p ? (p[0] << 8) | p[1] : 0);
}

static inline uint32_t span_be32(struct span *span)
{
	const uint8_t *p = span_take(span, 4);

	return p ? ((uint32_t)p[0] << 24) | ((uint32_t)p[1] << 16) | ((uint32_t)p[2] << 8) | p[3]
		 : 0;
}

static inline uint16_t span_le16(struct span *span)
{
	const uint8_t *p = span_take(span, 2);

	return (uint16_t)(p ? (p[1] << 8) | p[0] : 0);
}

static inline uint32_t span_le32(struct span *span)
{
	const uint8_t *p = span_take(span, 4);

	return p ? ((uint32_t)p[3] << 24) | ((uint32_t)p[2] << 16) | ((uint32_t)p[1] << 8) | p[0]
		 : 0;
}

#endif
