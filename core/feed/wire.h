/* SPDX-License-Identifier: Apache-2.0 */
/* wire.h - a record as a message of bytes, between processes of one machine and one program.
 *
 * A head (version, type, length, time, number of hosts), then the bytes of the type's own struct, in this machine's order and
 * layout.  Who reads trusts nothing: the sensor looks at hostile packets all day, so the controller takes what it says for
 * hostile too.  A record that was read has a known type for its direction, exactly its length, every enum and count in
 * range, finite levels and no bytes where zeros belong; times may be anything (wire_not_later). */
#ifndef CORDON_FEED_WIRE_H
#define CORDON_FEED_WIRE_H

#include <stddef.h>
#include <stdint.h>

struct record;

#define WIRE_VERSION   1
#define WIRE_MAX_BYTES 1024

enum wire_fault {
	WIRE_FINE,
	WIRE_TORN,    /* shorter than a head, or not as long as it says */
	WIRE_FOREIGN, /* another version */
	WIRE_UNKNOWN, /* no such type, or not in this direction */
	WIRE_LENGTH,  /* not the length of its type */
	WIRE_RANGE,   /* a number that means nothing */
	WIRE_FAULTS
};

enum wire_way { WIRE_TO_CONTROLLER, WIRE_TO_SENSOR };

/* Returns the length, at most WIRE_MAX_BYTES. */
size_t wire_write(const struct record *record, uint8_t bytes[WIRE_MAX_BYTES]);
/* record is valid only if WIRE_FINE. */
enum wire_fault wire_read(const uint8_t *bytes, size_t length, enum wire_way way,
			  struct record *record);
/* Every time in it that lies after now_ns becomes now_ns: the future fades no evidence. */
void wire_not_later(struct record *record, uint64_t now_ns);
const char *wire_fault_name(unsigned fault); /* "torn", ... */

#endif
