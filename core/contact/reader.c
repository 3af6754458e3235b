/* SPDX-License-Identifier: Apache-2.0 */
/* reader.c - which packet is whose.
 *
 * One look at the two ports decides; everything else of the traffic costs no more than that. */
#include "core/contact/reader_internal.h"

#include <netinet/in.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/net/kerberos.h"

enum {
	PORT_DNS = 53,
	PORT_WEB = 80,
	PORT_NETBIOS_NAMES = 137,
	PORT_MDNS = 5353,
	PORT_LLMNR = 5355,
	PORT_SQL_MONITOR = 1434,
	ICMP_ECHO_REQUEST = 8,
};

struct reader *reader_new(const struct hash_key *key, uint32_t streams_max, reader_fn *tell,
			  void *arg)
{
	struct reader *reader = mem_alloc(sizeof(*reader));

	reader->tell = tell;
	reader->arg = arg;
	reader->streams = streams_new(key, streams_max);
	for (unsigned port = 0; port < STREAM_PORTS; port++)
		if (stream_of_port((uint16_t)port) != STREAM_NONE)
			reader->ports[port / 64] |= UINT64_C(1) << port % 64;
	return reader;
}

void reader_free(struct reader *reader)
{
	if (!reader)
		return;
	streams_free(reader->streams);
	mem_free(reader);
}

struct reader_counts reader_counts(const struct reader *reader)
{
	return reader->counts;
}

static uint8_t contact_kind_of(const struct packet *packet)
{
	if (packet->kind == PACKET_TCP)
		return CONTACT_TCP;
	return packet->kind == PACKET_UDP ? CONTACT_UDP : CONTACT_ICMP;
}

struct observation reader_observation(const struct packet *packet, bool from_client, unsigned kind)
{
	struct observation observation;
	struct contact *contact = &observation.contact;

	memset(&observation, 0, sizeof(observation));
	observation.kind = (uint8_t)kind;
	contact->src = from_client ? packet->src : packet->dst;
	contact->dst = from_client ? packet->dst : packet->src;
	contact->src_port = from_client ? packet->src_port : packet->dst_port;
	contact->dst_port = from_client ? packet->dst_port : packet->src_port;
	contact->vlan = packet->vlan;
	contact->opened_ns = packet->wall_ns;
	contact->kind = contact_kind_of(packet);
	contact->outcome = CONTACT_ACCEPTED;
	return observation;
}

void reader_tell(struct reader *reader, const struct observation *observation)
{
	reader->counts.observations++;
	reader->tell(reader->arg, observation);
}

static bool is_stream_port(const struct reader *reader, uint16_t port)
{
	return port < STREAM_PORTS && reader->ports[port / 64] >> port % 64 & 1;
}

/* RFC 4253 4.2: the first line, of at most 255 bytes.  Its port may be any. */
static bool is_ssh_banner(const struct packet *packet)
{
	return packet->payload_length > 4 && packet->payload_length <= 255 &&
	       memcmp(packet->payload, "SSH-", 4) == 0;
}

/* DCE/RPC 5.0 or 5.1, bind: on any port, since services get theirs from the endpoint mapper. */
static bool is_rpc_opening(const struct packet *packet)
{
	const uint8_t *bytes = packet->payload;

	return bytes[0] == 5 && rpc_is_opening(bytes, packet->payload_length);
}

static void see_segment(struct reader *reader, const struct packet *packet)
{
	if (is_rpc_opening(packet))
		reader_adopt(reader, packet, STREAM_RPC);
	else if (reader->adopted[port_slot(packet)] && reader_adopted(reader, packet))
		return;
	else if (packet->dst_port == PORT_WEB && packet->payload[0] == 'G')
		web_see(reader, packet);
	else if (is_ssh_banner(packet))
		reader_datagram(reader, packet);
}

/* What a copied address could be: four bytes of the target, in the order of the wire. */
static bool repeats_target(const struct packet *packet)
{
	uint32_t target;

	memcpy(&target, packet->dst.bytes + 12, sizeof(target));
	return packet->tcp_seq == ntohl(target);
}

/* Beginnings and ends, and what belongs to no connection. */
static void see_flags(struct reader *reader, const struct packet *packet)
{
	unsigned flags = packet->tcp_flags;

	if (flags & TCP_SYN) {
		if (repeats_target(packet))
			reader_datagram(reader, packet);
	} else if (!(flags & TCP_ACK)) {
		if (flags & TCP_RST)
			stray_reset(reader, packet);
		else
			stray_flags(reader, packet);
	} else if (reader->watching_until_ns && !packet->payload_length &&
		   (flags & (TCP_FIN | TCP_RST)) == TCP_FIN) {
		stray_probe(reader, packet);
	}
}

static bool is_read(const struct reader *reader, const struct packet *packet)
{
	return is_stream_port(reader, packet->dst_port) || is_stream_port(reader, packet->src_port);
}

/* Neither first nor last of a connection: the bulk of all traffic. */
static inline void see_ordinary(struct reader *reader, const struct packet *packet)
{
	if (!packet->payload_length) {
		if (reader->watching_until_ns)
			stray_probe(reader, packet);
	} else if (is_read(reader, packet)) {
		reader_stream(reader, packet);
	} else {
		see_segment(reader, packet);
	}
}

static void see_tcp(struct reader *reader, const struct packet *packet)
{
	if ((packet->tcp_flags & (TCP_SYN | TCP_FIN | TCP_RST | TCP_ACK)) == TCP_ACK) {
		see_ordinary(reader, packet);
		return;
	}
	if (is_read(reader, packet))
		reader_stream(reader, packet);
	else if (!(packet->tcp_flags & TCP_SYN) && packet->payload_length)
		see_segment(reader, packet);
	see_flags(reader, packet);
}

static void see_udp(struct reader *reader, const struct packet *packet)
{
	if (packet->src_port == PORT_DNS || packet->dst_port == PORT_DNS) {
		reader_dns(reader, packet);
		return;
	}
	switch (packet->dst_port) {
	case PORT_SQL_MONITOR:
		reader_datagram(reader, packet);
		return;
	case KERBEROS_PORT:
		reader_kerberos(reader, packet);
		return;
	default:
		break;
	}
	switch (packet->src_port) {
	case PORT_LLMNR:
	case PORT_MDNS:
	case PORT_NETBIOS_NAMES:
		reader_neighbor_name(reader, packet);
		break;
	case KERBEROS_PORT:
		reader_kerberos(reader, packet);
		break;
	default:
		break;
	}
}

void reader_see(struct reader *reader, const struct packet *packet)
{
	switch (packet->kind) {
	case PACKET_UDP:
		see_udp(reader, packet);
		break;
	case PACKET_TCP:
		see_tcp(reader, packet);
		break;
	case PACKET_ICMP:
		if (packet->proto == IPPROTO_ICMP && packet->icmp_type == ICMP_ECHO_REQUEST)
			reader_datagram(reader, packet);
		break;
	default:
		break;
	}
}
