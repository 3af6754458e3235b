/* SPDX-License-Identifier: Apache-2.0 */
/* Segments of one or two connections on a port that is read, in any order, with what the reader tells of them checked: as
 * fuzz_reader.c, without detectors and much faster.
 *
 * The first byte says which port; then for each segment: who speaks and its flags, how far from the expected place, how
 * long, and its bytes. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/base/invariant.h"
#include "core/contact/observation.h"
#include "core/contact/reader.h"
#include "core/net/hash.h"
#include "core/net/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct conversation {
	uint16_t port;
	uint32_t next[2][2]; /* connection, client or server */
	uint64_t told;
};

enum { HEADER_BYTES = 4 };

static void check_name(const struct observed_name *name)
{
	INVARIANT(memchr(name->text, 0, sizeof(name->text)) != NULL);
	INVARIANT(name->address_count <= OBSERVED_ADDRESSES);
}

static void check(void *arg, const struct observation *observation)
{
	struct conversation *conversation = arg;

	conversation->told++;
	INVARIANT(observation->contact.dst_port == conversation->port);
	INVARIANT(observation->contact.src.bytes[15] == 1 &&
		  observation->contact.dst.bytes[15] == 2);
	switch (observation->kind) {
	case OBSERVED_NAME:
		check_name(&observation->name);
		break;
	case OBSERVED_SMB:
		INVARIANT(observation->smb.act < SMB_ACTS);
		break;
	case OBSERVED_RPC:
		INVARIANT(observation->rpc.interface != RPC_OTHER &&
			  observation->rpc.interface < RPC_INTERFACES);
		INVARIANT(observation->rpc.wrong < RPC_WRONGS);
		INVARIANT(!observation->rpc.climbs || observation->rpc.interface == RPC_SRVSVC);
		break;
	case OBSERVED_LOGON:
		INVARIANT(!(observation->logon.accepted && observation->logon.sealed));
		break;
	case OBSERVED_STRAY:
		INVARIANT(observation->stray < STRAYS);
		break;
	case OBSERVED_REQUEST:
		INVARIANT(observation->request < REQUESTS);
		break;
	default:
		INVARIANT(observation->kind == OBSERVED_DATAGRAM);
	}
}

static size_t segment(struct reader *reader, struct conversation *conversation, const uint8_t *data,
		      size_t size)
{
	static const uint8_t client[4] = { 10, 0, 0, 1 }, server[4] = { 10, 0, 0, 2 };
	bool by_server = data[0] & 1;
	int32_t hop = (int8_t)data[1];
	uint32_t *next = conversation->next[data[0] >> 1 & 1];
	uint16_t client_port = (uint16_t)(50000 + (data[0] >> 1 & 1));
	size_t length = (size_t)(data[2] & 7) << 8 | data[3];
	struct packet packet = { .wall_ns = 1,
				 .src = ip_from_v4(by_server ? server : client),
				 .dst = ip_from_v4(by_server ? client : server),
				 .kind = PACKET_TCP,
				 .tcp_flags = TCP_ACK };

	if (length > size - HEADER_BYTES)
		length = size - HEADER_BYTES;
	packet.tcp_flags |= data[0] & 4 ? TCP_FIN : 0;
	packet.tcp_flags = data[0] & 8 ? TCP_SYN : packet.tcp_flags;
	packet.tcp_flags = data[0] & 32 ? data[0] >> 4 : packet.tcp_flags;
	packet.src_port = by_server ? conversation->port : client_port;
	packet.dst_port = by_server ? client_port : conversation->port;
	packet.tcp_seq = next[by_server] + (uint32_t)hop;
	packet.tcp_ack = next[!by_server];
	packet.payload = data + HEADER_BYTES;
	packet.payload_length = (uint32_t)length;
	reader_see(reader, &packet);
	if (data[0] & 16) /* one that came early: the hole is still expected */
		return HEADER_BYTES + length;
	next[by_server] = packet.tcp_seq + packet.payload_length;
	return HEADER_BYTES + length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t ports[] = { 445, 139, 135, 49155, 53, 21, 23, 3389, 80 };
	static const struct hash_key key = { { 5, 9 } };
	struct conversation conversation = { .next = { { 0xfffffff0, 1000 }, { 7000, 9000 } } };
	struct reader *reader;

	if (size < 1)
		return 0;
	conversation.port = ports[data[0] % 9];
	reader = reader_new(&key, 4, check, &conversation);
	for (size_t at = 1; size - at > HEADER_BYTES;)
		at += segment(reader, &conversation, data + at, size - at);
	INVARIANT(reader_counts(reader).observations == conversation.told);
	reader_free(reader);
	return 0;
}
