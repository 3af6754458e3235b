/* SPDX-License-Identifier: Apache-2.0 */
/* reader_stream.c - the bytes of connections in order, one message at a time, in fixed memory.
 *
 * A connection is known from its first payload; the handshake is not needed, since reading begins at the next
 * segment that starts like a message.  A message that lies whole in a segment is read where it lies; else its first
 * bytes are held, and of a longer one than can be held the rest is stepped over by its length.  One run of segments that
 * came early is kept behind the held bytes; so is a first segment that does not start like a message, for
 * the one before it may be late.  Repeated and overlapping bytes are ignored: the first
 * copy counts, so a mirrored frame does no harm.
 *
 * A gap ends with the bytes missing: when the run does not fit any more, or when the other side acknowledges what we
 * never saw.  Then reading begins anew.  Where a message starts is never searched for inside a segment: a file that
 * is copied may hold the recording of somebody else's exploit.
 *
 * Left out: checksums and TTL tricks, by which a sender can show us bytes that the receiver
 * never takes (Ptacek and Newsham 1998). */
#include "core/contact/reader_internal.h"
#include "core/contact/streams.h"

#include <string.h>

#include "core/net/kerberos.h"
#include "core/net/smb.h"

#define WILD_BYTES  (1 << 20) /* beyond any window in use: not this connection any more */
#define LEAD_SHARE  4         /* so much of the buffer is kept free in front of a first segment */
#define START_BYTES 8         /* tell a message from other bytes */
#define FEW_BYTES   4         /* held ones that tell nothing yet */

enum {
	PORT_FTP = 21,
	PORT_TELNET = 23,
	PORT_DNS = 53,
	PORT_RPC = 135,
	PORT_RPC_HTTP = 593,
	PORT_TELNET_ALT = 2323,
	PORT_RDP = 3389
};

/* A segment on its way. */
struct segment {
	struct connection *connection;
	struct half *half;
	uint8_t *buffer;
	uint32_t capacity;
	struct turn turn;
};

uint8_t stream_of_port(uint16_t port)
{
	switch (port) {
	case SMB_PORT:
	case SMB_PORT_NETBIOS:
		return STREAM_SMB;
	case PORT_RPC:
	case PORT_RPC_HTTP: /* after the server's greeting, plain DCE/RPC (MS-RPCH 2.1.1.1) */
		return STREAM_RPC;
	case PORT_DNS:
		return STREAM_DNS;
	case PORT_FTP:
		return STREAM_FTP;
	case PORT_TELNET:
	case PORT_TELNET_ALT:
		return STREAM_TELNET;
	case PORT_RDP:
		return STREAM_RDP;
	case KERBEROS_PORT:
		return STREAM_KERBEROS;
	default:
		return STREAM_NONE;
	}
}

/* With services on both sides (old NetBIOS) the lower port serves, and of equal ones the lower address. */
static bool is_from_client(const struct packet *packet)
{
	bool is_to_service = stream_of_port(packet->dst_port) != STREAM_NONE;

	if (is_to_service != (stream_of_port(packet->src_port) != STREAM_NONE))
		return is_to_service;
	if (packet->dst_port != packet->src_port)
		return packet->dst_port < packet->src_port;
	return memcmp(&packet->dst, &packet->src, sizeof(packet->dst)) < 0;
}

/* ---- messages ----------------------------------------------------------------------------------- */

/* Session packets without a message have no mark to know them by in the middle of a stream, but for a request for the
 * usual names and an empty keep-alive (RFC 1002 4.3). */
static bool is_bare_session(const uint8_t *bytes, size_t length)
{
	static const uint8_t request[] = { 0x81, 0, 0, 68 }, keep_alive[] = { 0x85, 0, 0, 0 };
	size_t n = length < sizeof(request) ? length : sizeof(request);

	return memcmp(bytes, request, n) == 0 || memcmp(bytes, keep_alive, n) == 0;
}

static size_t frame_bytes(const struct segment *s, const uint8_t *bytes, size_t length)
{
	if (s->connection->protocol == STREAM_RPC)
		return rpc_frame_bytes(bytes, length);
	if (s->connection->protocol == STREAM_DNS)
		return dns_frame_bytes(bytes, length);
	if (s->connection->protocol != STREAM_SMB)
		return logon_frame_bytes(s->connection->protocol, bytes, length);
	if (!s->half->is_synced && length && bytes[0] != 0 && !is_bare_session(bytes, length))
		return 0;
	return smb_frame_bytes(bytes, length);
}

/* Text, which may be read from anywhere. */
static bool is_text(const struct segment *s)
{
	return s->connection->protocol == STREAM_FTP || s->connection->protocol == STREAM_TELNET ||
	       s->connection->protocol == STREAM_WEB;
}

static bool starts_message(const struct segment *s, const uint8_t *bytes, size_t length)
{
	return length >= START_BYTES && frame_bytes(s, bytes, length) != 0;
}

static void message(const struct segment *s, const uint8_t *bytes, size_t length)
{
	if (s->connection->protocol == STREAM_RPC)
		rpc_see(&s->turn, 0, bytes, length);
	else if (s->connection->protocol == STREAM_DNS)
		dns_see(&s->turn, bytes, length);
	else if (s->connection->protocol != STREAM_SMB)
		logon_see(&s->turn, s->connection->protocol, bytes, length);
	else
		smb_see(&s->turn, bytes, length);
}

/* Reads what is whole; returns how many bytes at the end must wait for more. */
static size_t read_messages(const struct segment *s, const uint8_t *bytes, size_t length)
{
	struct half *half = s->half;

	while (length) {
		size_t frame, step;

		if (half->skip) {
			step = length < half->skip ? length : half->skip;
			half->skip -= (uint32_t)step;
			bytes += step;
			length -= step;
			continue;
		}
		frame = frame_bytes(s, bytes, length);
		if (!frame) {
			half->is_synced = false;
			return 0;
		}
		if (frame > length && length < s->capacity)
			return length;
		half->is_synced = true;
		step = length < frame ? length : frame;
		message(s, bytes, step);
		half->skip = (uint32_t)(frame - step);
		bytes += step;
		length -= step;
	}
	return 0;
}

/* ---- order -------------------------------------------------------------------------------------- */

static void read_held(const struct segment *s)
{
	struct half *half = s->half;
	uint32_t rest = (uint32_t)read_messages(s, s->buffer, half->held);

	memmove(s->buffer, s->buffer + (half->held - rest), rest);
	half->held = rest;
}

/* The run that came early follows on now, at least in part. */
static void join_early(struct half *half)
{
	if (half->early == half->early_end || half->held < half->early)
		return;
	if (half->early_end > half->held) {
		half->next += half->early_end - half->held;
		half->held = half->early_end;
	}
	half->early = half->early_end = 0;
}

/* In order, through the buffer: something is held, or a run waits behind. */
static void take_through_buffer(const struct segment *s, const uint8_t *bytes, size_t length)
{
	struct half *half = s->half;

	while (length) {
		size_t room = s->capacity - half->held, step = length < room ? length : room;

		/* Older bytes of the same place win; they are the same unless somebody plays tricks. */
		if (half->early != half->early_end && step > half->early - half->held)
			step = half->early - half->held;
		memcpy(s->buffer + half->held, bytes, step);
		half->held += (uint32_t)step;
		half->next += (uint32_t)step;
		bytes += step;
		length -= step;
		if (half->early != half->early_end && half->held == half->early) {
			size_t known = half->early_end - half->early;

			join_early(half);
			bytes += known < length ? known : length;
			length -= known < length ? known : length;
		}
		if (half->early == half->early_end)
			read_held(s);
	}
}

static void take(const struct segment *s, const uint8_t *bytes, size_t length)
{
	struct half *half = s->half;
	size_t rest;

	if (half->held || half->early != half->early_end) {
		take_through_buffer(s, bytes, length);
		return;
	}
	half->next += (uint32_t)length;
	rest = read_messages(s, bytes, length);
	half->held = (uint32_t)rest;
	if (rest)
		memcpy(s->buffer, bytes + (length - rest), rest);
}

/* Reading goes on, or begins, with the run that waited. */
static void take_run(const struct segment *s)
{
	struct half *half = s->half;
	uint32_t length = half->early_end - half->early;

	half->next += half->early_end - half->held;
	memmove(s->buffer, s->buffer + half->early, length);
	half->held = length;
	half->early = half->early_end = 0;
	half->skip = 0;
	read_held(s);
}

/* What is missing will not come: the run that waited is where reading begins anew. */
static void give_up_hole(const struct segment *s)
{
	s->half->is_synced = false;
	s->turn.reader->counts.gaps++;
	if (s->half == &s->connection->to_server) {
		smb_gap(s->turn.smb);
		rpc_gap(s->turn.rpc);
	}
	take_run(s);
}

static bool keep_early(const struct segment *s, uint32_t hole, const uint8_t *bytes, size_t length)
{
	struct half *half = s->half;
	uint32_t start = half->held + hole;

	if (half->skip || hole > s->capacity || length > s->capacity - half->held ||
	    start > s->capacity - (uint32_t)length)
		return false;
	if (half->early == half->early_end)
		half->early = half->early_end = start;
	/* A second hole: the segment is lost, the run stays. */
	if (start > half->early_end || start + length < half->early)
		return true;
	memcpy(s->buffer + start, bytes, length);
	if (start < half->early)
		half->early = start;
	if (start + length > half->early_end)
		half->early_end = start + (uint32_t)length;
	return true;
}

static void restart(const struct segment *s, uint32_t seq)
{
	struct half *half = s->half;

	*half = (struct half){ .next = seq, .is_met = true };
	if (half == &s->connection->to_server) {
		smb_gap(s->turn.smb);
		rpc_gap(s->turn.rpc);
	}
}

static void take_later(const struct segment *s, uint32_t hole, const uint8_t *bytes, size_t length)
{
	struct half *half = s->half;

	if (keep_early(s, hole, bytes, length))
		return;
	if (hole <= half->skip) { /* nothing we would have read is missing */
		half->skip -= hole;
		half->next += hole;
		take(s, bytes, length);
		return;
	}
	if (half->early != half->early_end) {
		uint32_t seq = half->next + hole;

		give_up_hole(s);
		if (seq == half->next) {
			take(s, bytes, length);
			return;
		}
	}
	s->turn.reader->counts.gaps++;
	restart(s, s->turn.packet->tcp_seq + (uint32_t)(s->turn.packet->payload_length - length));
	take(s, bytes, length);
}

/* Nothing has been understood since the beginning or a loss: reading may start wherever a message does, and if this is the
 * first segment, in one that is late. */
static void find_start(const struct segment *s, const uint8_t *bytes, size_t length)
{
	struct half *half = s->half;
	uint32_t seq = s->turn.packet->tcp_seq, lead = s->capacity / LEAD_SHARE;

	if (!half->is_met)
		restart(s, is_text(s) || starts_message(s, bytes, length) ||
					   length > s->capacity - lead
				   ? seq
				   : seq - lead);
	else if (!is_text(s) && half->early == half->early_end &&
		 (int32_t)(seq - half->next) >= 0 && starts_message(s, bytes, length))
		restart(s, seq);
}

/* A segment was put to the run that waits, which may start with a message now, or the segment does. */
static void try_run(const struct segment *s, const uint8_t *bytes, size_t length)
{
	const struct half *half = s->half;

	if (half->early == half->early_end || half->is_synced || half->held)
		return;
	if (starts_message(s, s->buffer + half->early, half->early_end - half->early)) {
		take_run(s);
	} else if (starts_message(s, bytes, length)) {
		restart(s, s->turn.packet->tcp_seq);
		take(s, bytes, length);
	}
}

static void see_payload(const struct segment *s)
{
	const struct packet *packet = s->turn.packet;
	const uint8_t *bytes = packet->payload;
	size_t length = packet->payload_length;
	struct half *half = s->half;
	int32_t ahead;

	if (!half->is_synced && half->held < FEW_BYTES)
		find_start(s, bytes, length);
	ahead = (int32_t)(packet->tcp_seq - half->next);
	if (ahead > WILD_BYTES || ahead < -WILD_BYTES) {
		s->turn.reader->counts.gaps++;
		restart(s, packet->tcp_seq);
		ahead = 0;
	}
	if (ahead < 0) {
		if ((size_t)-ahead >= length)
			return;
		bytes += -ahead;
		length -= (size_t)-ahead;
		ahead = 0;
	}
	if (ahead > 0) {
		take_later(s, (uint32_t)ahead, bytes, length);
		try_run(s, bytes, length);
	} else {
		take(s, bytes, length);
	}
}

/* ---- packets ------------------------------------------------------------------------------------ */

static struct segment segment_of(struct reader *reader, struct connection *connection,
				 const struct packet *packet, bool to_server)
{
	struct held_bytes *held = streams_held(reader->streams, connection);

	return (struct segment){
		.connection = connection,
		.half = to_server ? &connection->to_server : &connection->to_client,
		.buffer = to_server ? held->client : held->server,
		.capacity = to_server ? STREAMS_CLIENT_BYTES : STREAMS_SERVER_BYTES,
		.turn = { .reader = reader,
			  .packet = packet,
			  .from_client = to_server,
			  .smb = &connection->smb,
			  .rpc = &connection->rpc,
			  .logon = &connection->logon },
	};
}

/* The receiver has bytes that we wait for. */
static void see_acknowledged(struct reader *reader, struct connection *connection,
			     const struct packet *packet, bool to_server)
{
	const struct half *half = to_server ? &connection->to_server : &connection->to_client;
	struct packet turned;
	struct segment segment;

	if (half->early == half->early_end ||
	    (int32_t)(packet->tcp_ack - (half->next + (half->early_end - half->held))) < 0)
		return;
	turned = *packet;
	turned.src = packet->dst;
	turned.dst = packet->src;
	turned.src_port = packet->dst_port;
	turned.dst_port = packet->src_port;
	segment = segment_of(reader, connection, &turned, to_server);
	give_up_hole(&segment);
}

/* Only known connections: a flood of SYNs must not push others out. */
static void see_syn(struct reader *reader, struct connection *connection,
		    const struct packet *packet, bool from_client)
{
	if (!connection || !from_client || packet->tcp_flags & TCP_ACK)
		return;
	/* A repeated one that the capture delivers late. */
	if (connection->to_server.is_met && connection->to_server.next == packet->tcp_seq + 1)
		return;
	streams_give_up(reader, connection);
}

static void see_segment(struct reader *reader, struct connection *connection,
			const struct packet *packet, bool from_client)
{
	struct segment segment;

	streams_touch(reader->streams, connection);
	segment = segment_of(reader, connection, packet, from_client);
	if (connection->protocol == STREAM_RDP)
		rdp_see(&segment.turn);
	if (connection->logon.is_done || !packet->payload_length)
		return;
	if (packet->tcp_flags & TCP_ACK)
		see_acknowledged(reader, connection, packet, !from_client);
	see_payload(&segment);
}

static uint8_t protocol_of(const struct packet *packet, bool from_client)
{
	return stream_of_port(from_client ? packet->dst_port : packet->src_port);
}

void reader_stream(struct reader *reader, const struct packet *packet)
{
	bool from_client = is_from_client(packet);
	struct connection *connection = streams_find(reader, packet, from_client);

	if (packet->tcp_flags & TCP_SYN) {
		see_syn(reader, connection, packet, from_client);
		return;
	}
	if (!connection && !packet->payload_length)
		return;
	if (!connection && protocol_of(packet, from_client) == STREAM_KERBEROS) {
		reader_kerberos(reader, packet);
		return;
	}
	if (!connection)
		connection =
			streams_open(reader, packet, from_client, protocol_of(packet, from_client));
	see_segment(reader, connection, packet, from_client);
}

void reader_adopt(struct reader *reader, const struct packet *packet, unsigned protocol)
{
	struct connection *connection = streams_find(reader, packet, true);

	if (!connection) {
		connection = streams_open(reader, packet, true, protocol);
		connection->is_adopted = true;
		reader->adopted[port_slot(packet)]++;
	}
	see_segment(reader, connection, packet, true);
}

bool reader_adopted(struct reader *reader, const struct packet *packet)
{
	bool from_client = true;
	struct connection *connection = streams_find(reader, packet, from_client);

	if (!connection) {
		from_client = false;
		connection = streams_find(reader, packet, from_client);
	}
	if (connection)
		see_segment(reader, connection, packet, from_client);
	return connection != NULL;
}
