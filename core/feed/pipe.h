/* SPDX-License-Identifier: Apache-2.0 */
/* pipe.h - the feed between two processes of one machine: a pair of SOCK_SEQPACKET sockets, one record a message.
 *
 * The writer never waits: what is published is kept in a backlog of fixed size and sent by pipe_flush().  When the reader is
 * slow and the backlog fills, chatter (signs of life, counters, coverage) is lost from its middle on, so that evidence and
 * roles find room to the end; after that the oldest is lost.  All that is lost is counted (feed_lost) and told by the next
 * pulse.
 *
 * The reader believes nothing (wire.h): a record that is not well-formed is counted (feed_malformed), and feed_next() is false for this once. */
#ifndef CORDON_FEED_PIPE_H
#define CORDON_FEED_PIPE_H

#include <stddef.h>
#include <stdint.h>

#include "core/feed/wire.h"

struct err;
struct feed;

/* The two ends, not blocking, closed on exec. */
int pipe_pair(int ends[2], struct err *err);

/* Neither owns the descriptor. */
struct feed *pipe_writer_new(int fd, size_t backlog_max);
struct feed *pipe_reader_new(int fd, enum wire_way way);

/* Sends what fits.  Returns how many records still wait, or ERR_GONE when nobody will ever read them. */
int pipe_flush(struct feed *writer);

/* Hands out what arrives from now on with no time after now_ns. */
void pipe_set_now(struct feed *reader, uint64_t now_ns);
/* Why the latest malformed message was one. */
enum wire_fault pipe_latest_fault(const struct feed *reader);

#endif
