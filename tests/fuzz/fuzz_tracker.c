/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_tracker.c - any sequence of packets through tracker and engine: no crash, and what is
 * reported makes sense.
 *
 * Eight bytes of input make one packet of a small world, so that packets meet each other: kind
 * and flags, source, destination, port, ICMP type and code, and a step of time (sometimes back,
 * sometimes years). */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/base/invariant.h"
#include "core/contact/contact.h"
#include "core/contact/host.h"
#include "core/contact/tracker.h"
#include "core/detect/engine.h"
#include "core/detect/evidence.h"
#include "core/net/packet.h"
#include "detectors/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct world {
	struct tracker *tracker;
	struct engine *engine;
	uint64_t opened;
};

static void on_evidence(void *arg, const struct evidence *evidence)
{
	(void)arg;
	INVARIANT(evidence->log_odds >= 0 && evidence->log_odds <= 60);
	INVARIANT(evidence->sample_count <= EVIDENCE_SAMPLES);
	INVARIANT(evidence->port_class < EVIDENCE_CLASSES);
	INVARIANT(evidence->sample_count <= evidence->contacts || evidence->contacts == UINT16_MAX);
	INVARIANT(evidence->failed <= evidence->contacts);
}

static void on_contact(void *arg, struct host *host, const struct contact *contact)
{
	struct world *world = arg;

	INVARIANT(ip_equal(&host->key.ip, &contact->src) && host->key.vlan == contact->vlan);
	INVARIANT(contact->kind < CONTACT_KINDS && contact->outcome < CONTACT_OUTCOMES);
	INVARIANT(!ip_is_multicast(&contact->dst) || contact->kind >= CONTACT_ARP);
	INVARIANT(contact->outcome == CONTACT_PENDING || contact->outcome != contact->previous);
	world->opened += contact->outcome == CONTACT_PENDING;
	engine_see(world->engine, host, contact);
}

static struct ip address(uint8_t which)
{
	static const uint8_t special[4][4] = {
		{ 0, 0, 0, 0 }, { 255, 255, 255, 255 }, { 224, 0, 0, 1 }, { 8, 8, 8, 8 }
	};
	uint8_t v4[4] = { 10, 0, 0, which };
	struct ip ip = { { 0xfd, [15] = which } };

	if (which >= 0xfc)
		return ip_from_v4(special[which - 0xfc]);
	return which & 0x80 ? ip : ip_from_v4(v4);
}

static uint64_t step_ns(uint8_t byte, uint64_t wall_ns)
{
	if (byte == 0xff)
		return wall_ns > UINT64_C(3600000000000) ? wall_ns - UINT64_C(3600000000000) : 0;
	if (byte == 0xfe)
		return wall_ns + UINT64_C(100000000000000000);
	return wall_ns + (uint64_t)byte * byte * 1000000;
}

static void make(struct packet *packet, const uint8_t *b)
{
	static const uint8_t kinds[] = { PACKET_TCP, PACKET_UDP,   PACKET_ICMP,     PACKET_ARP,
					 PACKET_ND,  PACKET_OTHER, PACKET_FRAGMENT, PACKET_TCP };
	static const uint16_t ports[] = { 445, 80, 53, 67, 68, 6346, 1434, 0 };
	static const uint8_t protos[] = { 6, 17, 1, 58 };

	packet->kind = kinds[b[0] & 7];
	packet->marks =
		(uint8_t)((b[0] & 8 ? PACKET_HAS_MACS : 0) | (b[0] & 16 ? PACKET_TCP_OPTIONS : 0));
	packet->vlan = b[0] >> 6;
	packet->src = address(b[1]);
	packet->dst = address(b[2]);
	packet->src_mac = (struct mac){ { 2, 0, 0, 0, 0, b[5] & 64 ? b[6] : b[1] } };
	packet->dst_mac =
		(struct mac){ { b[0] & 32 ? 0xff : 2, 0, 0, 0, 0, b[3] & 128 ? b[3] : b[2] } };
	packet->src_port = ports[b[3] & 7];
	packet->dst_port = ports[b[3] >> 3 & 7];
	packet->proto = protos[b[4] & 3];
	packet->tcp_flags = b[4];
	packet->icmp_type = b[5];
	packet->icmp_code = b[6] & 15;
	if (packet->kind == PACKET_ICMP) {
		packet->quote = (struct packet_quote){ .src = packet->dst,
						       .dst = address(b[6]),
						       .proto = protos[b[3] & 3],
						       .src_port = packet->src_port,
						       .dst_port = packet->dst_port };
	} else if (packet->kind == PACKET_ARP || packet->kind == PACKET_ND) {
		packet->neighbor = (struct packet_neighbor){ .target = address(b[6]),
							     .sender_mac = packet->src_mac,
							     .is_request = b[5] & 1 };
	}
}

static void on_forgery(void *arg, struct host *host, const struct observation *observation)
{
	struct world *world = arg;

	engine_observe(world->engine, host, observation);
}

static const struct host *find_visitor(void *arg, const struct host *host, uint64_t before_ns)
{
	const struct world *world = arg;

	return tracker_visitor(world->tracker, host, before_ns);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world world = { 0 };
	struct engine_config engine = { .detectors = detectors_table };
	struct engine_sink evidence_sink = { .arg = &world,
					     .evidence = on_evidence,
					     .visitor = find_visitor };
	struct tracker_config config = { .key = { { 5, 9 } }, .hosts_max = 16, .contacts_max = 32 };
	struct tracker_sink contact_sink = { .arg = &world,
					     .contact = on_contact,
					     .forged = on_forgery };
	uint64_t wall_ns = UINT64_C(1000000000000000000);

	world.engine = engine_new(&engine, &evidence_sink);
	world.tracker = tracker_new(&config, &contact_sink);
	engine_attach(world.engine, tracker_hosts(world.tracker));
	for (; size >= 8; data += 8, size -= 8) {
		struct packet packet = { 0 };

		wall_ns = step_ns(data[7], wall_ns);
		make(&packet, data);
		packet.wall_ns = wall_ns;
		tracker_see(world.tracker, &packet);
	}
	tracker_advance(world.tracker, wall_ns + UINT64_C(10000000000));
	INVARIANT(tracker_counts(world.tracker).contacts == world.opened);
	INVARIANT(hosts_counts(tracker_hosts(world.tracker)).live <= 16);
	tracker_free(world.tracker);
	engine_free(world.engine);
	return 0;
}
