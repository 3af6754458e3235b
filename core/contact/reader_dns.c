/* SPDX-License-Identifier: Apache-2.0 */
/* reader_dns.c - who asked for which name, and what came back.
 *
 * Questions are told as well as answers: where the sensor hears one direction only, the questions alone
 * still name what a host wants.  Whether an answer belongs to a question is left to who listens: anybody
 * can forge an answer, so a detector that blames the client should have seen the client ask.
 *
 * What neighbours answer each other (LLMNR, RFC 4795; multicast DNS asked for a direct answer, RFC 6762 5.4; NetBIOS,
 * RFC 1002) is told apart: such a name fails by silence, every machine asks for many, and anybody may claim one
 * (worm-detection.md D.2).
 *
 * Left out: multicast answers, which reach all and nobody in particular; the rest of an answer over TCP that is longer
 * than what is held of a message. */
#include "core/contact/reader_internal.h"

#include <string.h>

#include "core/net/dns.h"
#include "core/net/nbns.h"

/* An answer with more addresses than an observation holds is told in several, up to this many. */
#define PARTS_MAX    4
#define OPCODE_QUERY 0

/* The end of a name says whose it is: of a long one whole labels are cut off in front. */
static void set_text(struct observed_name *name, const char *text)
{
	size_t length = strlen(text);
	const char *label;

	if (length >= OBSERVED_NAME_BYTES) {
		text += length - (OBSERVED_NAME_BYTES - 1);
		label = strchr(text, '.');
		if (label && label[1])
			text = label + 1;
	}
	memcpy(name->text, text, strlen(text) + 1);
}

/* Fills in what fits; false when the records are at their end. */
static bool add_addresses(struct observed_name *name, struct dns_walk *walk)
{
	struct dns_record record;

	name->address_count = 0;
	name->ttl_s = 0;
	while (name->address_count < OBSERVED_ADDRESSES) {
		if (!dns_next(walk, &record))
			return false;
		if (record.type == DNS_CNAME)
			continue;
		if (name->address_count == 0 || record.ttl_s < name->ttl_s)
			name->ttl_s = record.ttl_s;
		name->addresses[name->address_count++] = record.ip;
	}
	return true;
}

static void tell_answer(struct reader *reader, const struct dns_message *message,
			struct observation *observation)
{
	struct dns_walk walk = dns_walk(message);
	bool is_more = true;

	observation->name.rcode = message->rcode;
	for (unsigned part = 0; is_more && part < PARTS_MAX; part++) {
		is_more = add_addresses(&observation->name, &walk);
		if (part == 0 || observation->name.address_count)
			reader_tell(reader, observation);
	}
}

/* from_client: a question, as far as the ports say. */
static void see_message(struct reader *reader, const struct packet *packet, bool from_client,
			const struct dns_message *message)
{
	struct observation observation = reader_observation(packet, from_client, OBSERVED_NAME);

	if (!message->questions || message->opcode != OPCODE_QUERY ||
	    message->is_response == from_client)
		return;
	set_text(&observation.name, message->qname);
	observation.name.type = message->qtype;
	if (message->is_response) {
		tell_answer(reader, message, &observation);
		return;
	}
	observation.contact.outcome = CONTACT_PENDING;
	observation.name.rcode = OBSERVED_UNANSWERED;
	reader_tell(reader, &observation);
}

void reader_dns(struct reader *reader, const struct packet *packet)
{
	struct dns_message message;

	if (!dns_read(packet->payload, packet->payload_length, &message))
		return;
	if ((message.is_response ? packet->src_port : packet->dst_port) == DNS_PORT)
		see_message(reader, packet, !message.is_response, &message);
}

/* ---- over TCP ------------------------------------------------------------------------------------ */

enum { LENGTH_BYTES = 2, HEADER_BYTES = 12, FLAGS_AT = 4, QUESTIONS_AT = 6, ANSWERS_AT = 8 };

/* The header has no mark, but most of what it could say it never says (RFC 1035 4.1.1). */
size_t dns_frame_bytes(const uint8_t *bytes, size_t length)
{
	size_t body;

	if (length < LENGTH_BYTES)
		return LENGTH_BYTES;
	body = (size_t)bytes[0] << 8 | bytes[1];
	if (body < HEADER_BYTES)
		return 0;
	if (length > FLAGS_AT && bytes[FLAGS_AT] & 0x78) /* another operation than a query */
		return 0;
	if (length > ANSWERS_AT && (bytes[QUESTIONS_AT] || bytes[QUESTIONS_AT + 1] > 1))
		return 0;
	return LENGTH_BYTES + body;
}

void dns_see(const struct turn *turn, const uint8_t *bytes, size_t length)
{
	struct dns_message message;

	if (dns_read_tcp(bytes, length, &message, NULL))
		see_message(turn->reader, turn->packet, turn->from_client, &message);
}

/* ---- among neighbours ---------------------------------------------------------------------------- */

static void see_netbios(struct reader *reader, const struct packet *packet)
{
	struct observation observation = reader_observation(packet, false, OBSERVED_NEIGHBOR_NAME);
	struct observed_name *name = &observation.name;
	struct nbns_answer answer;

	if (!nbns_read(packet->payload, packet->payload_length, &answer))
		return;
	set_text(name, answer.name);
	name->ttl_s = answer.ttl_s;
	name->type = DNS_A;
	name->address_count = answer.address_count;
	memcpy(name->addresses, answer.addresses, sizeof(name->addresses));
	reader_tell(reader, &observation);
}

void reader_neighbor_name(struct reader *reader, const struct packet *packet)
{
	struct observation observation = reader_observation(packet, false, OBSERVED_NEIGHBOR_NAME);
	struct dns_message message;
	struct dns_walk walk;

	if (ip_is_multicast(&packet->dst) ||
	    (packet->marks & PACKET_HAS_MACS && mac_is_group(&packet->dst_mac)))
		return;
	if (packet->src_port == NBNS_PORT) {
		see_netbios(reader, packet);
		return;
	}
	if (!dns_read(packet->payload, packet->payload_length, &message) || !message.is_response ||
	    message.opcode != OPCODE_QUERY)
		return;
	set_text(&observation.name, message.qname);
	observation.name.type = message.qtype;
	walk = dns_walk(&message);
	(void)add_addresses(&observation.name, &walk);
	if (observation.name.address_count)
		reader_tell(reader, &observation);
}
