/* SPDX-License-Identifier: Apache-2.0 */
/* utf8.h - is this UTF-8 (RFC 3629)?  Overlong forms, surrogates and values above U+10FFFF are not. */
#ifndef CORDON_BASE_UTF8_H
#define CORDON_BASE_UTF8_H

#include <stddef.h>

/* Bytes of the well-formed character at text, 0 if there is none; left is the number of bytes there, at least 1. */
size_t utf8_length(const char *text, size_t left);

#endif
