/* SPDX-License-Identifier: Apache-2.0 */
/* streams.c - sets of four tags, so that a packet of no connection touches one cache line; the connections themselves lie in the
 * order in which they were first needed, so that a few of them are a few pages. */
#include "core/contact/streams.h"

#include <string.h>

#include "core/base/mem.h"
#include "core/net/hash.h"
#include "core/net/packet.h"

#define STREAMS 4096
#define WAYS    4

struct streams {
	struct hash_key key;
	uint32_t sets; /* a power of two */
	uint64_t clock;
	struct mem_region *region;
	uint64_t *tags; /* WAYS per set, so that a miss does not touch connections */
	/* Where the connection of a way is, plus one; 0 = never needed yet.  They lie in the order in which they were first
	 * needed, so that a few connections are a few pages. */
	uint32_t *places;
	uint32_t count;
	struct connection *connections;
	struct held_bytes *held; /* of the connection with the same index */
};

struct streams *streams_new(const struct hash_key *key, uint32_t streams_max)
{
	struct streams *streams = mem_alloc(sizeof(*streams));
	uint32_t wanted = streams_max ? streams_max : STREAMS;
	size_t count;

	streams->key = *key;
	streams->sets = 1;
	while (streams->sets * WAYS < wanted)
		streams->sets *= 2;
	count = (size_t)streams->sets * WAYS;
	streams->region = mem_region_new();
	streams->tags = mem_table(streams->region, count, sizeof(*streams->tags));
	streams->places = mem_table(streams->region, count, sizeof(*streams->places));
	streams->connections = mem_table(streams->region, count, sizeof(*streams->connections));
	streams->held = mem_array(count, sizeof(*streams->held));
	return streams;
}

void streams_free(struct streams *streams)
{
	if (!streams)
		return;
	mem_region_free(streams->region);
	mem_free(streams->held);
	mem_free(streams);
}

static void name_of(const struct packet *packet, bool from_client, struct connection *name)
{
	name->client = from_client ? packet->src : packet->dst;
	name->server = from_client ? packet->dst : packet->src;
	name->client_port = from_client ? packet->src_port : packet->dst_port;
	name->server_port = from_client ? packet->dst_port : packet->src_port;
	name->vlan = packet->vlan;
}

static uint64_t tag_of(const struct streams *streams, const struct packet *packet, bool from_client)
{
	const struct ip *client = from_client ? &packet->src : &packet->dst;
	const struct ip *server = from_client ? &packet->dst : &packet->src;
	uint64_t words[5];

	memcpy(words, client->bytes, 16);
	memcpy(words + 2, server->bytes, 16);
	words[4] = (uint64_t)(from_client ? packet->src_port : packet->dst_port) << 32 |
		   (uint64_t)(from_client ? packet->dst_port : packet->src_port) << 16 |
		   packet->vlan;
	return hash_words(&streams->key, words, 5) | 1;
}

static bool is_named(const struct connection *connection, const struct packet *packet,
		     bool from_client)
{
	const struct ip *client = from_client ? &packet->src : &packet->dst;
	const struct ip *server = from_client ? &packet->dst : &packet->src;

	return connection->used && connection->vlan == packet->vlan &&
	       connection->client_port == (from_client ? packet->src_port : packet->dst_port) &&
	       connection->server_port == (from_client ? packet->dst_port : packet->src_port) &&
	       ip_equal(&connection->client, client) && ip_equal(&connection->server, server);
}

static size_t set_of(const struct streams *streams, uint64_t tag)
{
	return (size_t)((tag >> 8) & (streams->sets - 1)) * WAYS;
}

struct connection *streams_find(struct reader *reader, const struct packet *packet,
				bool from_client)
{
	struct streams *streams = reader->streams;
	uint64_t tag;
	size_t set;

	if (!reader->known[port_slot(packet)])
		return NULL;
	tag = tag_of(streams, packet, from_client);
	set = set_of(streams, tag);
	for (size_t way = set; way < set + WAYS; way++)
		if (streams->tags[way] == tag &&
		    is_named(&streams->connections[streams->places[way] - 1], packet, from_client))
			return &streams->connections[streams->places[way] - 1];
	return NULL;
}

static bool goes_before(const struct connection *a, const struct connection *b)
{
	return a->used != b->used ? !a->used : a->last_seen < b->last_seen;
}

/* A way never needed yet, else the one that can be spared. */
static size_t choose_way(const struct streams *streams, size_t set)
{
	size_t chosen = set;

	for (size_t way = set; way < set + WAYS; way++) {
		if (!streams->places[way])
			return way;
		if (goes_before(&streams->connections[streams->places[way] - 1],
				&streams->connections[streams->places[chosen] - 1]))
			chosen = way;
	}
	return chosen;
}

static struct connection *take_way(struct streams *streams, size_t way)
{
	if (!streams->places[way])
		streams->places[way] = ++streams->count;
	return &streams->connections[streams->places[way] - 1];
}

struct held_bytes *streams_held(const struct streams *streams, const struct connection *connection)
{
	return &streams->held[connection - streams->connections];
}

static unsigned slot_of(const struct connection *connection)
{
	return (connection->client_port ^ connection->server_port) % PORT_SLOTS;
}

void streams_give_up(struct reader *reader, struct connection *connection)
{
	if (!connection->used)
		return;
	reader->known[slot_of(connection)]--;
	if (connection->is_adopted)
		reader->adopted[slot_of(connection)]--;
	connection->used = false;
}

struct connection *streams_open(struct reader *reader, const struct packet *packet,
				bool from_client, unsigned protocol)
{
	struct streams *streams = reader->streams;
	uint64_t tag = tag_of(streams, packet, from_client);
	size_t way = choose_way(streams, set_of(streams, tag));
	struct connection *connection = take_way(streams, way);

	reader->counts.streams++;
	reader->counts.streams_given_up += connection->used;
	streams_give_up(reader, connection);
	memset(connection, 0, sizeof(*connection));
	connection->rpc.held_bytes = streams_held(streams, connection)->rpc;
	name_of(packet, from_client, connection);
	connection->used = true;
	reader->known[port_slot(packet)]++;
	connection->protocol = (uint8_t)protocol;
	streams->tags[way] = tag;
	return connection;
}

void streams_touch(struct streams *streams, struct connection *connection)
{
	connection->last_seen = ++streams->clock;
}
