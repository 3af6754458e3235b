/* SPDX-License-Identifier: Apache-2.0 */
/* dcerpc_args.h - the first arguments of a call, read as its fragments come (NDR, C706 14.2 and 14.3.4).
 *
 * What they look like is said by a letter each:
 *   s  string of 16-bit characters      u  the same, or none (a unique pointer)
 *   w  number of 32 bits, also the count in front of an array
 *   h  number of 16 bits                c  eight bytes
 * A string's length is known before its characters come; they are stepped over. */
#ifndef CORDON_NET_DCERPC_ARGS_H
#define CORDON_NET_DCERPC_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DCERPC_ARGS_MAX 5

/* All zero before the first fragment of a call. */
struct dcerpc_args {
	/* Of the arguments read: a string's characters with its NUL, 0 for none; a number; of eight bytes whether one is not
	 * zero. */
	uint32_t values[DCERPC_ARGS_MAX];
	uint8_t count; /* of them */
	/* The rest is the reader's own. */
	uint8_t have, word;
	bool is_lost;
	uint32_t at, number, skip, room, before;
};

/* The next bytes of the stub.  Counts that contradict each other end the reading. */
void dcerpc_args_read(struct dcerpc_args *args, const char *shape, const uint8_t *stub,
		      size_t length, bool is_big_endian);
/* Bytes of the stub are missing: nothing behind them can be read. */
void dcerpc_args_lose(struct dcerpc_args *args);

#endif
