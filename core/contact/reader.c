/* SPDX-License-Identifier: Apache-2.0 */
/* reader.c - which packet is whose.
 *
 * One look at the two ports decides; everything else of the traffic costs no more than that. */
#include "core/contact/reader_internal.h"

#include <netinet/in.h>
#include <string.h>

#include "core/base/mem.h"

enum { PORT_DNS = 53, PORT_SQL_MONITOR = 1434, PORT_TELNET = 23, PORT_TELNET_ALT = 2323, ICMP_ECHO_REQUEST = 8 };

struct reader *reader_new(const struct hash_key *key, uint32_t streams_max, reader_fn *tell, void *arg)
{
	struct reader *reader = mem_alloc(sizeof(*reader));

	(void)key;
	(void)streams_max;
	reader->tell = tell;
	reader->arg = arg;
	return reader;
}

void reader_free(struct reader *reader)
{
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

static bool is_stream_port(uint16_t port)
{
	return port == 445 || port == 139 || port == 135 || port == 22 || port == 21 || port == 3389;
}

void reader_see(struct reader *reader, const struct packet *packet)
{
	switch (packet->kind) {
	case PACKET_UDP:
		if (packet->src_port == PORT_DNS || packet->dst_port == PORT_DNS)
			reader_dns(reader, packet);
		else if (packet->dst_port == PORT_SQL_MONITOR)
			reader_datagram(reader, packet);
		break;
	case PACKET_TCP:
		if (packet->payload_length && (is_stream_port(packet->dst_port) || is_stream_port(packet->src_port)))
			reader_stream(reader, packet);
		else if ((packet->tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN &&
			 (packet->dst_port == PORT_TELNET || packet->dst_port == PORT_TELNET_ALT))
			reader_datagram(reader, packet);
		break;
	case PACKET_ICMP:
		if (packet->proto == IPPROTO_ICMP && packet->icmp_type == ICMP_ECHO_REQUEST)
			reader_datagram(reader, packet);
		break;
	default:
		break;
	}
}
