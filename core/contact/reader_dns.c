/* SPDX-License-Identifier: Apache-2.0 */
/* reader_dns.c - who asked for which name, and what came back.
 *
 * Questions are told as well as answers: where the sensor hears one direction only, the questions alone
 * still name what a host wants.  Whether an answer belongs to a question is left to who listens: anybody
 * can forge an answer, so a detector that blames the client should have seen the client ask.
 *
 * Left out: DNS over TCP (large answers, zone transfers), multicast names. */
#include "core/contact/reader_internal.h"

#include <string.h>

#include "core/net/dns.h"

/* An answer with more addresses than an observation holds is told in several, up to this many. */
#define PARTS_MAX 4
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

void reader_dns(struct reader *reader, const struct packet *packet)
{
	struct dns_message message;
	struct observation observation;

	if (!dns_read(packet->payload, packet->payload_length, &message) || !message.questions ||
	    message.opcode != OPCODE_QUERY)
		return;
	if ((message.is_response ? packet->src_port : packet->dst_port) != DNS_PORT)
		return;
	observation = reader_observation(packet, !message.is_response, OBSERVED_NAME);
	set_text(&observation.name, message.qname);
	observation.name.type = message.qtype;
	if (message.is_response) {
		tell_answer(reader, &message, &observation);
		return;
	}
	observation.contact.outcome = CONTACT_PENDING;
	observation.name.rcode = OBSERVED_UNANSWERED;
	reader_tell(reader, &observation);
}
