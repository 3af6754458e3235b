/* SPDX-License-Identifier: Apache-2.0 */
/* reader_datagram.c - single packets that speak for themselves (worm-detection.md B).
 *
 * Slammer is one datagram of one size; Welchia's ping is 64 bytes of 0xaa; Mirai copies the address it probes into the
 * sequence number, which chance does once in 2^32.  An SSH banner says that a logon begins and nothing
 * about how it ends: that is encrypted. */
#include "core/contact/reader_internal.h"

#include <netinet/in.h>

enum {
	SLAMMER_BYTES = 376,
	SLAMMER_FIRST = 0x04, /* SQL Server's resolution service: an instance is asked for */
	WELCHIA_BYTES = 64,
	WELCHIA_FILL = 0xaa,
};

static bool is_slammer(const struct packet *packet)
{
	return packet->payload_length == SLAMMER_BYTES && packet->payload[0] == SLAMMER_FIRST;
}

static bool is_welchia(const struct packet *packet)
{
	if (packet->payload_length != WELCHIA_BYTES)
		return false;
	for (unsigned i = 0; i < WELCHIA_BYTES; i++)
		if (packet->payload[i] != WELCHIA_FILL)
			return false;
	return true;
}

/* Raw sockets: options are absent too, which keeps the chance of a full sequence space with real stacks out.  On any port: the
 * worm's descendants try others than Telnet's. */
static bool is_mirai(const struct packet *packet)
{
	return packet->tcp_seq == ip_v4_number(&packet->dst) && ip_is_v4(&packet->dst) &&
	       !(packet->marks & PACKET_TCP_OPTIONS) && !(packet->tcp_flags & TCP_ACK);
}

static void tell_datagram(struct reader *reader, const struct packet *packet, unsigned what)
{
	struct observation observation = reader_observation(packet, true, OBSERVED_DATAGRAM);

	/* One packet is no conversation. */
	observation.contact.outcome = CONTACT_PENDING;
	observation.datagram = (uint8_t)what;
	reader_tell(reader, &observation);
}

/* Both sides send one; the server is the side with the lower port. */
static void tell_ssh(struct reader *reader, const struct packet *packet)
{
	struct observation observation = reader_observation(packet, true, OBSERVED_LOGON);

	if (packet->src_port <= packet->dst_port)
		return;
	observation.logon.sealed = true;
	reader_tell(reader, &observation);
}

void reader_datagram(struct reader *reader, const struct packet *packet)
{
	if (packet->kind == PACKET_UDP && is_slammer(packet))
		tell_datagram(reader, packet, DATAGRAM_SLAMMER);
	else if (packet->kind == PACKET_ICMP && is_welchia(packet))
		tell_datagram(reader, packet, DATAGRAM_WELCHIA_PING);
	else if (packet->kind == PACKET_TCP && !(packet->tcp_flags & TCP_SYN))
		tell_ssh(reader, packet);
	else if (packet->kind == PACKET_TCP && is_mirai(packet))
		tell_datagram(reader, packet, DATAGRAM_MIRAI_SYN);
}
