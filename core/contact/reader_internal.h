/* SPDX-License-Identifier: Apache-2.0 */
/* reader_internal.h - what the files of the reader share: reader.c (which packet is whose), reader_dns.c (names),
 * reader_datagram.c (single packets), reader_stream.c (bytes in order), reader_smb.c (SMB), reader_rpc.c (DCE/RPC). */
#ifndef CORDON_CONTACT_READER_INTERNAL_H
#define CORDON_CONTACT_READER_INTERNAL_H

#include <stddef.h>

#include "core/contact/observation.h"
#include "core/contact/reader.h"
#include "core/net/packet.h"

struct streams;

struct reader {
	reader_fn *tell;
	void *arg;
	struct streams *streams;
	struct reader_counts counts;
};

/* An observation whose contact is "client reached server", from a packet that either of them sent. */
struct observation reader_observation(const struct packet *packet, bool from_client, unsigned kind);
void reader_tell(struct reader *reader, const struct observation *observation);

/* reader_dns.c: UDP with port 53 on either side (not 5353, 5355). */
void reader_dns(struct reader *reader, const struct packet *packet);
/* reader_datagram.c: UDP 1434, ICMP echo requests, TCP SYN to 23 and 2323, SSH banners. */
void reader_datagram(struct reader *reader, const struct packet *packet);
/* reader_stream.c: TCP with port 445, 139, 135 on either side, with payload or SYN. */
void reader_stream(struct reader *reader, const struct packet *packet);

struct streams *streams_new(const struct hash_key *key, uint32_t streams_max);
void streams_free(struct streams *streams);

/* ---- what is remembered of one connection -------------------------------------------------------- */

#define RPC_BINDINGS   8
#define RPC_HELD_BYTES 2048

struct rpc_binding {
	uint64_t file;
	uint16_t context;
	uint8_t interface; /* enum observed_interface */
	bool used;
};

struct rpc_talk {
	struct rpc_binding bindings[RPC_BINDINGS];
	uint8_t next_binding;
	/* The call whose fragments are coming in. */
	uint8_t interface;
	uint16_t opnum;
	uint32_t call_id, stub_bytes;
	uint64_t file;
	/* A fragment that its writer cut into pieces. */
	uint64_t held_file;
	uint32_t held;
	uint8_t held_bytes[RPC_HELD_BYTES];
};

#define SMB_TREES        4
#define SMB_TRANSACTIONS 8

struct smb_transaction {
	uint64_t id;
	uint32_t pid, total_data, sent_data;
	uint8_t kind; /* enum smb_kind; 0 = free */
};

struct smb_talk {
	struct smb_transaction transactions[SMB_TRANSACTIONS];
	uint64_t asked_ids[SMB_TREES]; /* tree connects to administrative shares, unanswered */
	uint32_t admin_trees[SMB_TREES];
	uint32_t last_tree;
	uint64_t ping_id, peek_id, written_file;
	uint32_t user_hash;
	uint8_t next_asked, next_tree, next_transaction;
	bool pinged, peeked, has_written;
};

/* One message or fragment on its way to the observer. */
struct turn {
	struct reader *reader;
	const struct packet *packet;
	bool from_client;
	struct smb_talk *smb;
	struct rpc_talk *rpc;
};

/* reader_smb.c: one NetBIOS frame, maybe cut. */
void smb_see(const struct turn *turn, const uint8_t *bytes, size_t length);
/* Bytes of the client were missed: what was half known is forgotten. */
void smb_gap(struct smb_talk *talk);

/* reader_rpc.c: bytes that the client sent into a pipe (file; 0 over TCP). */
void rpc_see(const struct turn *turn, uint64_t file, const uint8_t *bytes, size_t length);
void rpc_gap(struct rpc_talk *talk);
/* Like smb_frame_bytes(), of DCE/RPC over TCP. */
size_t rpc_frame_bytes(const uint8_t *bytes, size_t length);

#endif
