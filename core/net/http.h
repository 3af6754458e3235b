/* SPDX-License-Identifier: Apache-2.0 */
/* http.h - the first line of a request (RFC 9112 3), as far as worms have one of their own (worm-detection.md B: Code
 * Red, Nimda). */
#ifndef CORDON_NET_HTTP_H
#define CORDON_NET_HTTP_H

#include <stddef.h>
#include <stdint.h>

#define HTTP_LINE_BYTES 512 /* the rest of a longer one is not looked at */

enum http_line {
	HTTP_ORDINARY,
	HTTP_UNFINISHED, /* so far it could become either */
	HTTP_WORM, /* a command interpreter is to run a command, or an index server gets an argument without end */
};

enum http_line http_line_of(const uint8_t *bytes, size_t length);

#endif
