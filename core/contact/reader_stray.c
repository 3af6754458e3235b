/* SPDX-License-Identifier: Apache-2.0 */
/* reader_stray.c - TCP segments that belong to no connection: null, FIN, Xmas, ACK and Maimon scans.
 *
 * All segments of a connection but the first acknowledge or reset (RFC 9293 3.10.7); one without SYN, ACK and RST is a
 * probe by its flags.  A bare ACK or FIN and ACK looks like any other's; that it belonged to nothing is told by the reset
 * that takes its number over (3.5.2).  Looking at every one would cost too much: a client's are looked at once a server has
 * sent it such resets from two ports.
 *
 * A flood with forged sources must not make hosts of them: the first segment of a source is only noted.
 *
 * Left out: probes that a firewall swallows, but for those with impossible flags. */
#include "core/contact/reader_internal.h"

#include <string.h>

#include "core/base/units.h"

#define WATCH_NS  s_to_ns(10)
#define TOLD_MOST 64 /* of one pair in a minute: more ports say nothing more */

static unsigned slot_of(const struct ip *client, const struct ip *server)
{
	uint32_t a, b;

	memcpy(&a, client->bytes + 12, sizeof(a));
	memcpy(&b, server->bytes + 12, sizeof(b));
	return ((a ^ b * 0x9e3779b1u) * 0x85ebca6bu) >> 26;
}

static void tell_stray(struct reader *reader, struct stray_watch *watch,
		       const struct packet *packet, unsigned how)
{
	struct observation observation;

	if (packet->wall_ns - watch->since_ns > s_to_ns(60)) {
		watch->since_ns = packet->wall_ns;
		watch->told = 0;
	}
	if (watch->told == TOLD_MOST)
		return;
	watch->told++;
	observation = reader_observation(packet, how == STRAY_FLAGS, OBSERVED_STRAY);
	observation.contact.outcome = CONTACT_PENDING;
	observation.stray = (uint8_t)how;
	reader_tell(reader, &observation);
}

/* The pair's place; taken from another pair if need be. */
static struct stray_watch *watch_of(struct reader *reader, const struct ip *client,
				    const struct ip *server, uint16_t vlan)
{
	struct stray_watch *watch = &reader->strays[slot_of(client, server) % STRAY_WATCHES];

	if (watch->vlan == vlan && ip_equal(&watch->client, client) &&
	    ip_equal(&watch->server, server))
		return watch;
	memset(watch, 0, offsetof(struct stray_watch, probes));
	watch->client = *client;
	watch->server = *server;
	watch->vlan = vlan;
	return watch;
}

void stray_flags(struct reader *reader, const struct packet *packet)
{
	struct stray_watch *watch = watch_of(reader, &packet->src, &packet->dst, packet->vlan);

	if (watch->is_heard)
		tell_stray(reader, watch, packet, STRAY_FLAGS);
	watch->is_heard = true;
}

void stray_probe(struct reader *reader, const struct packet *packet)
{
	struct stray_watch *watch =
		&reader->strays[slot_of(&packet->src, &packet->dst) % STRAY_WATCHES];
	struct stray_probe *probe = &watch->probes[packet->dst_port % STRAY_PROBES];

	if (packet->wall_ns > reader->watching_until_ns) {
		reader->watching_until_ns = 0;
		return;
	}
	if (watch->is_reset && watch->vlan == packet->vlan &&
	    ip_equal(&watch->client, &packet->src) && ip_equal(&watch->server, &packet->dst))
		*probe = (struct stray_probe){ packet->tcp_ack, packet->dst_port, true };
}

void stray_reset(struct reader *reader, const struct packet *packet)
{
	struct stray_watch *watch = watch_of(reader, &packet->dst, &packet->src, packet->vlan);
	struct stray_probe *probe = &watch->probes[packet->src_port % STRAY_PROBES];

	if (watch->port && watch->port != packet->src_port) {
		if (!watch->is_reset)
			memset(watch->probes, 0, sizeof(watch->probes));
		watch->is_reset = true;
		reader->watching_until_ns = packet->wall_ns + WATCH_NS;
	}
	watch->port = packet->src_port;
	if (!watch->is_reset || !probe->is_open || probe->port != packet->src_port ||
	    probe->ack != packet->tcp_seq)
		return;
	probe->is_open = false;
	tell_stray(reader, watch, packet, STRAY_RESET);
}
