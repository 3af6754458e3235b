/* SPDX-License-Identifier: Apache-2.0 */
/* early.c - a place for each hash of the ports.
 *
 * A TCP answer belongs to a question if it acknowledges its number, an echo reply if it has its identifier.  Left out: datagrams,
 * whose answer opens a contact of its own (tracker_flow.c), and ICMP errors, which come from beyond a router and so later. */
#include "core/contact/early.h"

static unsigned place_of(const struct packet *packet)
{
	return ((unsigned)packet->src_port + packet->dst_port + packet->icmp_id) % EARLY_PLACES;
}

void early_note(struct early *early, const struct packet *answer, uint32_t now_ms)
{
	struct early_answer *place = &early->places[place_of(answer)];

	place->packet = *answer;
	place->packet.payload = NULL;
	place->packet.payload_length = 0;
	place->at_ms = now_ms;
	place->is_taken = true;
	early->latest_ms = now_ms;
	early->any = true;
}

static bool answers(const struct packet *answer, const struct packet *question)
{
	if (answer->kind != question->kind || answer->vlan != question->vlan ||
	    !ip_equal(&answer->src, &question->dst) || !ip_equal(&answer->dst, &question->src))
		return false;
	if (answer->kind == PACKET_ICMP)
		return answer->icmp_id == question->icmp_id;
	return answer->src_port == question->dst_port && answer->dst_port == question->src_port &&
	       answer->tcp_ack == question->tcp_seq + 1;
}

const struct packet *early_take(struct early *early, const struct packet *question, uint32_t now_ms)
{
	struct early_answer *place = &early->places[place_of(question)];

	if (!place->is_taken || now_ms - place->at_ms > EARLY_MS ||
	    !answers(&place->packet, question))
		return NULL;
	place->is_taken = false;
	return &place->packet;
}
