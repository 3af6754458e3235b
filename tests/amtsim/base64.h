/* SPDX-License-Identifier: Apache-2.0 */
/* base64.h - RFC 4648 section 4, strict: canonical padding, no line breaks, as firmware checks it
 * (amt-system-defense.md 5.1). */
#ifndef AMTSIM_BASE64_H
#define AMTSIM_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Characters and the NUL for n bytes. */
#define BASE64_BYTES(n) (((n) + 2) / 3 * 4 + 1)

void base64_encode(const uint8_t *bytes, size_t len, char *out);
/* False unless the text is canonical and fits. */
bool base64_decode(const char *text, uint8_t *bytes, size_t size, size_t *len);

#endif
