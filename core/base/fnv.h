/* SPDX-License-Identifier: Apache-2.0 */
/* fnv.h - a hash of bytes for tables whose keys are our own settings (FNV-1a, 64 bits: Fowler, Noll, Vo).
 *
 * No key: whoever may choose what is hashed can aim at one bucket.  For what strangers choose there is core/net/hash.h. */
#ifndef CORDON_BASE_FNV_H
#define CORDON_BASE_FNV_H

#include <stddef.h>
#include <stdint.h>

/* Folded once, because tables use the low bits only. */
static inline size_t fnv(const void *bytes, size_t length)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ ((const uint8_t *)bytes)[i]) * UINT64_C(0x100000001b3);
	return (size_t)(hash ^ hash >> 32);
}

#endif
