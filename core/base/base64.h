/* SPDX-License-Identifier: Apache-2.0 */
/* base64.h - standard base64 with padding (RFC 4648, 4) back to bytes.  Writing it is digest.h's. */
#ifndef CORDON_BASE_BASE64_H
#define CORDON_BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Strict but for blanks around and between: false where it is none, or does not fit into room bytes. */
bool base64_read(const char *text, uint8_t *bytes, size_t room, size_t *length);

#endif
