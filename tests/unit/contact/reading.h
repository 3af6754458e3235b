/* SPDX-License-Identifier: Apache-2.0 */
/* reading.h - one conversation in front of a reader, and what the reader told of it. */
#ifndef CORDON_TESTS_READING_H
#define CORDON_TESTS_READING_H

#include "core/contact/observation.h"
#include "core/contact/reader.h"
#include "tests/unit/contact/wire.h"
#include "tests/unit/net/smb_frames.h"

struct reading {
	struct reader *reader;
	struct ip client, server;
	uint16_t client_port, port;
	uint32_t first_seq, sent,
		answered; /* sent, answered: lengths so far, for reading_say() and _answer() */
	unsigned told, calls, acts[SMB_ACTS], logons, datagrams[DATAGRAMS];
	struct observation last;
};

static void reading_told(void *arg, const struct observation *observation)
{
	struct reading *reading = arg;

	reading->told++;
	reading->last = *observation;
	reading->calls += observation->kind == OBSERVED_RPC;
	reading->logons += observation->kind == OBSERVED_LOGON;
	if (observation->kind == OBSERVED_SMB)
		reading->acts[observation->smb.act]++;
	if (observation->kind == OBSERVED_DATAGRAM)
		reading->datagrams[observation->datagram]++;
}

static inline void reading_start(struct reading *reading, uint16_t port)
{
	struct hash_key key = { { 3, 4 } };

	memset(reading, 0, sizeof(*reading));
	reading->client = wire_ip("10.0.0.5");
	reading->server = wire_ip("10.0.0.9");
	reading->client_port = 40000;
	reading->port = port;
	reading->first_seq = 7000;
	reading->reader = reader_new(&key, 64, reading_told, reading);
}

static inline void reading_stop(struct reading *reading)
{
	reader_free(reading->reader);
}

static inline struct packet reading_packet(const struct reading *reading, unsigned flags)
{
	struct packet packet =
		wire_tcp(0, &reading->client, &reading->server, reading->port, flags);

	packet.src_port = reading->client_port;
	return packet;
}

/* Bytes of the client at a place of its stream. */
static inline void reading_send(struct reading *reading, uint32_t at, const uint8_t *bytes,
				uint32_t length)
{
	struct packet packet = reading_packet(reading, TCP_ACK | TCP_PSH);

	packet.tcp_seq = reading->first_seq + at;
	packet.payload = bytes;
	packet.payload_length = length;
	reader_see(reading->reader, &packet);
}

static inline void reading_syn(struct reading *reading, uint32_t at)
{
	struct packet packet = reading_packet(reading, TCP_SYN);

	packet.tcp_seq = reading->first_seq + at;
	reader_see(reading->reader, &packet);
}

static inline void reading_reply(struct reading *reading, const uint8_t *bytes, uint32_t length,
				 uint32_t acknowledged)
{
	struct packet packet = reading_packet(reading, 0);

	packet = wire_answer(0, &packet, TCP_ACK);
	packet.tcp_seq = 90000 + reading->answered;
	packet.tcp_ack = reading->first_seq + acknowledged;
	packet.payload = bytes;
	packet.payload_length = length;
	reading->answered += length;
	reader_see(reading->reader, &packet);
}

/* The server has the client's bytes up to there, and says something. */
static inline void reading_acknowledge(struct reading *reading, uint32_t at)
{
	static const uint8_t keep_alive[] = { 0x85, 0, 0, 0 };

	reading_reply(reading, keep_alive, sizeof(keep_alive), at);
}

/* Whole messages, one after the other. */
static inline void reading_say(struct reading *reading, struct bytes *message)
{
	reading_send(reading, reading->sent, message->at, (uint32_t)message->length);
	reading->sent += (uint32_t)message->length;
}

static inline void reading_answer(struct reading *reading, struct bytes *message)
{
	reading_reply(reading, message->at, (uint32_t)message->length, reading->sent);
}

/* ---- messages ----------------------------------------------------------------------------------- */

static inline void set_smb_id(struct bytes *frame, unsigned id)
{
	set_le16(frame, 4 + 30, id);
}

static inline struct bytes large_transaction(unsigned id)
{
	struct bytes frame = { 0 };

	put_nt_transact(&frame, 66512);
	finish_frame(&frame);
	set_smb_id(&frame, id);
	return frame;
}

static inline void put_rpc_header(struct bytes *b, unsigned type, unsigned flags)
{
	put(b, "\5\0", 2);
	put8(b, type);
	put8(b, flags);
	put_le32(b, 0x10);
	put_le32(b, 0); /* lengths: see finish_rpc() */
	put_le32(b, 7);
}

static inline void finish_rpc(struct bytes *b, size_t start)
{
	set_le16(b, start + 8, b->length - start);
}

static inline void put_rpc_bind(struct bytes *b, const char *uuid, unsigned context)
{
	size_t start = b->length;

	put_rpc_header(b, 11, 3);
	put_zeros(b, 8);
	put_le32(b, 1);
	put_le16(b, context);
	put_le16(b, 1);
	put(b, uuid, 16);
	put_le32(b, 3);
	put_zeros(b, 20);
	finish_rpc(b, start);
}

static inline void put_rpc_call(struct bytes *b, unsigned opnum, const struct bytes *stub)
{
	size_t start = b->length;

	put_rpc_header(b, 0, 3);
	put_le32(b, 0);
	put_le16(b, 1);
	put_le16(b, opnum);
	put(b, stub->at, stub->length);
	finish_rpc(b, start);
}

#define UUID_SRVSVC    "\xc8\x4f\x32\x4b\x70\x16\xd3\x01\x12\x78\x5a\x47\xbf\x6e\xe1\x88"
#define UUID_LSARPC    "\x6a\x28\x19\x39\x0c\xb1\xd0\x11\x9b\xa8\x00\xc0\x4f\xd9\x2e\xf5"
#define UUID_ACTIVATOR "\xa0\x01\x00\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46"
#define UUID_SVCCTL    "\x81\xbb\x7a\x36\x44\x98\xf1\x35\xad\x32\x98\xf0\x38\x00\x10\x03"

static inline void put_rpc_string(struct bytes *b, const char *text)
{
	unsigned chars = (unsigned)strlen(text) + 1;

	put_le32(b, chars);
	put_le32(b, 0);
	put_le32(b, chars);
	put_utf16(b, text);
	put_le16(b, 0);
	put_zeros(b, chars % 2 ? 2 : 0);
}

/* A bind and a NetprPathCanonicalize, back to back. */
static inline struct bytes srvsvc_call(const char *path)
{
	struct bytes b = { 0 }, stub = { 0 };

	put_le32(&stub, 0x20000);
	put_rpc_string(&stub, "server");
	put_rpc_string(&stub, path);
	put_le32(&stub, 600);
	put_rpc_string(&stub, "");
	put_zeros(&stub, 8);
	put_rpc_bind(&b, UUID_SRVSVC, 1);
	put_rpc_call(&b, 31, &stub);
	return b;
}

#endif
