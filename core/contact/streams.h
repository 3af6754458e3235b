/* SPDX-License-Identifier: Apache-2.0 */
/* streams.h - the connections whose bytes are read: a table of fixed size, and what is kept of each.
 *
 * A connection is found by its two ends, whichever of them sent the packet.  When its set is full the one longest unused gives
 * way.  What a connection is about, and in which order its bytes come, is reader_stream.c's business; nobody else includes this. */
#ifndef CORDON_CONTACT_STREAMS_H
#define CORDON_CONTACT_STREAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/contact/reader_internal.h"
#include "core/net/addr.h"

#define STREAMS_CLIENT_BYTES 8192
#define STREAMS_SERVER_BYTES 1024 /* answers: the header and what follows it closely */

struct packet;
struct reader;
struct streams;

/* One direction. */
struct half {
	uint32_t next; /* TCP sequence number of the byte wanted */
	uint32_t skip; /* bytes of the current message to step over */
	uint32_t held;
	uint32_t early,
		early_end; /* run kept behind a hole, as places in the buffer; equal = none */
	bool is_met, is_synced;
};

struct connection {
	struct ip client, server;
	uint16_t client_port, server_port, vlan;
	uint8_t protocol; /* enum stream_protocol */
	bool used, is_adopted;
	uint64_t last_seen; /* by the count of packets read: no clock needed */
	struct half to_server, to_client;
	struct logon_talk logon;
	struct smb_talk smb;
	struct rpc_talk rpc;
};

/* What a connection holds back; most never do, and never touch it. */
struct held_bytes {
	uint8_t client[STREAMS_CLIENT_BYTES];
	uint8_t server[STREAMS_SERVER_BYTES];
	uint8_t rpc[RPC_HELD_BYTES];
};

/* from_client: the packet's source is the connection's client.  NULL if it is not known. */
struct connection *streams_find(struct reader *reader, const struct packet *packet,
				bool from_client);
/* Zeroed but for its name; another one may be given up for it (counted). */
struct connection *streams_open(struct reader *reader, const struct packet *packet,
				bool from_client, unsigned protocol);
void streams_give_up(struct reader *reader, struct connection *connection);
/* It was used just now. */
void streams_touch(struct streams *streams, struct connection *connection);
struct held_bytes *streams_held(const struct streams *streams, const struct connection *connection);

#endif
