/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PCAPGEN_SAVEFILE_H
#define TESTS_PCAPGEN_SAVEFILE_H

/* The classic capture file: little-endian on every machine, microseconds, Ethernet
 * (draft-ietf-opsawg-pcap).  Own writer, so that equal recipes give equal bytes. */

#include <stddef.h>
#include <stdint.h>

struct frame;

struct savefile_options {
	uint64_t start_s;       /* Unix time of at_us = 0 */
	uint64_t end_us;        /* later frames are left out */
	uint32_t snaplen_bytes; /* longer frames are cut, as a capture would */
};

/* Returns the number of frames written, or -1 with errno set. */
long savefile_write(const char *path, const struct frame *frames, size_t count,
		    const struct savefile_options *options);

#endif
