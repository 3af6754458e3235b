/* SPDX-License-Identifier: Apache-2.0 */
/* printable.h - text of strangers for one line of a terminal, a log or an error.
 *
 * Control characters forge lines and drive terminals: those of ASCII, DEL, and U+0080 to U+009F, which terminals obey in two
 * bytes of UTF-8 as they do in one. */
#ifndef CORDON_BASE_PRINTABLE_H
#define CORDON_BASE_PRINTABLE_H

/* In place: each byte of a control character, and each that belongs to no character (utf8.h), becomes the one given. */
void printable(char *text, char instead);

#endif
