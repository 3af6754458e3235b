/* SPDX-License-Identifier: Apache-2.0 */
/* reader.h - reads the few payload bytes that detectors need and tells them as observations.
 *
 * No more than that: names over UDP and TCP; of TCP streams on a handful of ports (SMB, DCE/RPC, FTP, Telnet, RDP; the first line of
 * HTTP), and of DCE/RPC on any, the first bytes of each message, put back into order within a fixed budget per stream and in all.  Works in the middle of a stream whose handshake was not
 * seen.  Memory is fixed at start: 17 KiB a stream, 66 MiB for
 * the usual 4,096, resident only as far as they are used; when all are, the stream longest unused is given up (counted).  Hostile bytes end a
 * stream's reading, never more. */
#ifndef CORDON_CONTACT_READER_H
#define CORDON_CONTACT_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/net/hash.h"

struct observation;
struct packet;
struct reader;

struct reader_counts {
	uint64_t observations, streams, streams_given_up, gaps;
};

typedef void reader_fn(void *arg, const struct observation *observation);

struct reader *reader_new(const struct hash_key *key, uint32_t streams_max /* 0 = 4096 */,
			  reader_fn *tell, void *arg);
void reader_free(struct reader *reader);
/* Cheap for packets it does not want. */
void reader_see(struct reader *reader, const struct packet *packet);
struct reader_counts reader_counts(const struct reader *reader);

#endif
