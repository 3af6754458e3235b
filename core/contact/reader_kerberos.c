/* SPDX-License-Identifier: Apache-2.0 */
/* reader_kerberos.c - logons at a domain's key distribution center (worm-detection.md A.7: guessing of passwords).
 *
 * An answer does not always name the user, so who asks is kept until then, by the client's address and port.  A
 * refusal without a password (preauthentication required) is how every logon begins and says nothing.
 *
 * Over TCP a message is read where a segment begins with it, as clients send it; nothing is put together, so that the
 * many short connections of a domain do not push those out whose bytes matter more. */
#include "core/contact/reader_internal.h"

#include "core/net/kerberos.h"

static struct asked_ticket *place_of(struct reader *reader, const struct packet *packet,
				     bool from_client)
{
	uint16_t port = from_client ? packet->src_port : packet->dst_port;

	return &reader->tickets[port % TICKETS];
}

static void asks(struct reader *reader, const struct packet *packet, struct span user)
{
	*place_of(reader, packet, true) = (struct asked_ticket){
		.client = packet->src,
		.port = packet->src_port,
		.vlan = packet->vlan,
		.user_hash = user.left ? user_hash(user.at, user.left) : 0,
	};
}

static void answers(struct reader *reader, const struct packet *packet,
		    const struct kerberos_message *message)
{
	struct observation observation = reader_observation(packet, false, OBSERVED_LOGON);
	struct asked_ticket *asked = place_of(reader, packet, false);

	if (asked->port != packet->dst_port || asked->vlan != packet->vlan ||
	    !ip_equal(&asked->client, &packet->dst))
		return;
	observation.logon.user_hash = asked->user_hash;
	asked->port = 0;
	observation.logon.accepted = message->kind == KERBEROS_GRANTS;
	observation.logon.locked_out = message->error == KERBEROS_REVOKED;
	if (observation.logon.accepted || observation.logon.locked_out ||
	    message->error == KERBEROS_UNKNOWN_USER || message->error == KERBEROS_WRONG_PASSWORD)
		reader_tell(reader, &observation);
}

void reader_kerberos(struct reader *reader, const struct packet *packet)
{
	struct span bytes = span_of(packet->payload, packet->payload_length);
	struct kerberos_message message = packet->kind == PACKET_TCP ? kerberos_read_tcp(bytes)
								     : kerberos_read(bytes);

	if (message.kind == KERBEROS_ASKS && packet->dst_port == KERBEROS_PORT)
		asks(reader, packet, message.user);
	else if (message.kind > KERBEROS_ASKS && packet->src_port == KERBEROS_PORT)
		answers(reader, packet, &message);
}
