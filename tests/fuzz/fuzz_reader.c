/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_reader.c - any segments, in any order, through the reader and the detectors: no crash, and what is told
 * makes sense.
 *
 * Input is a row of segments: a head of six bytes (which connection and direction, flags, sequence step in 16 bits, length
 * in 16 bits) and the payload. */
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/base/invariant.h"
#include "core/contact/host.h"
#include "core/contact/observation.h"
#include "core/contact/reader.h"
#include "core/contact/tracker.h"
#include "core/detect/engine.h"
#include "core/detect/evidence.h"
#include "core/net/packet.h"
#include "detectors/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct world {
	struct tracker *tracker;
	struct engine *engine;
	uint64_t told;
};

static void on_evidence(void *arg, const struct evidence *evidence)
{
	(void)arg;
	INVARIANT(evidence->log_odds >= 0 && evidence->log_odds <= 40);
	INVARIANT(evidence->port_class < EVIDENCE_CLASSES &&
		  evidence->sample_count <= EVIDENCE_SAMPLES);
}

static void on_observation(void *arg, const struct observation *observation)
{
	struct world *world = arg;
	struct host_key key = host_key_of(&observation->contact.src, observation->contact.vlan);

	world->told++;
	INVARIANT(observation->kind < OBSERVATION_KINDS);
	INVARIANT(observation->kind != OBSERVED_SMB || observation->smb.act < SMB_ACTS);
	INVARIANT(observation->kind != OBSERVED_RPC || observation->rpc.interface < RPC_INTERFACES);
	engine_observe(world->engine, tracker_meet(world->tracker, &key), observation);
}

static void aim(struct packet *packet, uint8_t which)
{
	/* The second half where bit 6 is set. */
	static const uint16_t ports[] = { 445, 139,  135,  1434, 23,   902,   53,  445,
					  21,  3389, 2323, 593,  5355, 49155, 137, 5353 };
	unsigned port = ports[(which & 7) | (which >> 3 & 8)];
	static const uint8_t client[4] = { 10, 0, 0, 1 }, server[4] = { 10, 0, 0, 2 };
	struct ip a = ip_from_v4(client), b = ip_from_v4(server);
	bool is_answer = which & 8;

	packet->src = is_answer ? b : a;
	packet->dst = is_answer ? a : b;
	packet->src_port = is_answer ? (uint16_t)port : (uint16_t)(49152 + (which >> 7));
	packet->dst_port = is_answer ? (uint16_t)(49152 + (which >> 7)) : (uint16_t)port;
	packet->kind = which & 16 ? PACKET_UDP : which & 32 ? PACKET_ICMP : PACKET_TCP;
	packet->proto = IPPROTO_ICMP;
	packet->icmp_type = 8;
}

static size_t step(struct reader *reader, uint32_t seq[2], const uint8_t *data, size_t size)
{
	struct packet packet = { .wall_ns = 1 };
	size_t length = (size_t)data[4] << 8 | data[5];
	uint32_t *next = &seq[data[0] >> 3 & 1];
	int32_t hop = (int16_t)(data[2] << 8 | data[3]); /* may go back */

	if (length > size - 6)
		length = size - 6;
	aim(&packet, data[0]);
	packet.tcp_flags = data[1];
	packet.tcp_seq = *next + (uint32_t)hop;
	packet.tcp_ack = seq[!(data[0] >> 3 & 1)];
	packet.payload = data + 6;
	packet.payload_length = (uint32_t)length;
	reader_see(reader, &packet);
	*next = packet.tcp_seq + packet.payload_length;
	return length + 6;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hash_key key = { { 5, 9 } };
	struct world world = { 0 };
	struct engine_config engine = { .detectors = detectors_table };
	struct engine_sink evidence_sink = { .arg = &world, .evidence = on_evidence };
	struct tracker_config config = { .key = { { 5, 9 } }, .hosts_max = 16, .contacts_max = 32 };
	struct tracker_sink contact_sink = { .arg = &world };
	struct reader *reader = reader_new(&key, 4, on_observation, &world);
	uint32_t seq[2] = { 0xfffffff0, 1000 };

	world.engine = engine_new(&engine, &evidence_sink);
	world.tracker = tracker_new(&config, &contact_sink);
	engine_attach(world.engine, tracker_hosts(world.tracker));
	while (size > 6) {
		size_t taken = step(reader, seq, data, size);

		data += taken;
		size -= taken;
	}
	INVARIANT(reader_counts(reader).observations == world.told);
	reader_free(reader);
	tracker_free(world.tracker);
	engine_free(world.engine);
	return 0;
}
