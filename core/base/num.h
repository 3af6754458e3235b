/* SPDX-License-Identifier: Apache-2.0 */
/* num.h - strict text to number, duration and back.  The whole text must be the number: no blanks, no
 * trailing letters, no overflow. */
#ifndef CORDON_BASE_NUM_H
#define CORDON_BASE_NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool num_u64(const char *text, uint64_t *value);
bool num_u32_between(const char *text, uint32_t least, uint32_t most, uint32_t *value);
bool num_double(const char *text, double *value); /* finite, C locale */
/* "250ms", "10s", "30m", "4h", "7d"; a bare "0" is allowed, a bare other number is not. */
bool num_duration_ns(const char *text, uint64_t *ns);
/* "4h", "90s", "1h30m": the shortest exact form, for people; whole seconds above 1 s. */
void num_duration_text(uint64_t ns, char *text, size_t size);
int num_hex_digit(char c);                                     /* its value, or -1 */
bool num_hex(const char *text, uint8_t *bytes, size_t length); /* exactly 2 * length digits */
/* In lower case; text needs 2 * length + 1 bytes. */
void num_hex_text(const uint8_t *bytes, size_t length, char *text);

#endif
