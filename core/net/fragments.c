/* SPDX-License-Identifier: Apache-2.0 */
/* fragments.c - sets of four datagrams under way, the oldest makes room.
 *
 * What is known of them lies together, and the room for bytes that was free last is used first: a few datagrams at a time touch
 * a few pages.
 *
 * Where pieces overlap the byte that came first stays, as with Windows, which the worms are for.  Left out: datagrams
 * of more than 8 KiB (a segment or datagram of a worm is far shorter), and pieces that the capture has cut. */
#include "core/net/fragments.h"

#include <string.h>

#include "core/base/mem.h"
#include "core/base/units.h"
#include "core/net/addr.h"
#include "core/net/packet.h"

#define SETS        16
#define WAYS        4
#define WHOLE_BYTES 8192
#define UNIT_BYTES  8 /* all pieces but the last are multiples of it */
#define UNITS       (WHOLE_BYTES / UNIT_BYTES)
#define ROOMS       (SETS * WAYS)
#define PATIENCE_NS (15 * NS_PER_S) /* RFC 791; identifications are used again */

struct datagram {
	struct ip src, dst;
	uint64_t opened_ns;
	uint32_t id, end_bytes; /* 0 = not yet known */
	uint16_t units, vlan;
	uint8_t proto, room; /* room: while it is taken */
	bool is_taken;
	uint64_t have[UNITS / 64];
};

struct fragments {
	struct hash_key key;
	struct datagram datagrams[SETS][WAYS];
	uint8_t free_rooms[ROOMS], free_count;
	uint8_t rooms[ROOMS][WHOLE_BYTES];
};

struct fragments *fragments_new(const struct hash_key *key)
{
	struct fragments *fragments = mem_alloc(sizeof(*fragments));

	fragments->key = *key;
	while (fragments->free_count < ROOMS) {
		fragments->free_rooms[fragments->free_count] =
			(uint8_t)(ROOMS - 1 - fragments->free_count);
		fragments->free_count++;
	}
	return fragments;
}

void fragments_free(struct fragments *fragments)
{
	mem_free(fragments);
}

static struct datagram *set_of(struct fragments *fragments, const struct packet *packet)
{
	uint64_t other = (uint64_t)packet->vlan << 32 | packet->piece.id;
	uint64_t hash = hash_address(&fragments->key, &packet->src, 0) ^
			hash_joined(&fragments->key, other, &packet->dst);

	return fragments->datagrams[hash % SETS];
}

/* Of IPv6 the identification alone says it: what follows a fragment header may differ among pieces (RFC 8200 4.5). */
static bool is_of(const struct datagram *d, const struct packet *packet)
{
	return d->is_taken && d->id == packet->piece.id && d->vlan == packet->vlan &&
	       (d->proto == packet->piece.proto || !ip_is_v4(&packet->src)) &&
	       ip_equal(&d->src, &packet->src) && ip_equal(&d->dst, &packet->dst);
}

static bool is_stale(const struct datagram *d, uint64_t now_ns)
{
	return now_ns > d->opened_ns + PATIENCE_NS || now_ns + PATIENCE_NS < d->opened_ns;
}

static struct datagram *find(struct datagram *set, const struct packet *packet)
{
	for (unsigned i = 0; i < WAYS; i++)
		if (is_of(&set[i], packet) && !is_stale(&set[i], packet->wall_ns))
			return &set[i];
	return NULL;
}

static struct datagram *take(struct fragments *fragments, struct datagram *set,
			     const struct packet *packet)
{
	struct datagram *oldest = set;

	for (unsigned i = 0; i < WAYS; i++) {
		if (!set[i].is_taken || is_of(&set[i], packet)) {
			oldest = &set[i];
			break;
		}
		if (set[i].opened_ns < oldest->opened_ns)
			oldest = &set[i];
	}
	if (!oldest->is_taken)
		oldest->room = fragments->free_rooms[--fragments->free_count];
	oldest->src = packet->src;
	oldest->dst = packet->dst;
	oldest->opened_ns = packet->wall_ns;
	oldest->id = packet->piece.id;
	oldest->vlan = packet->vlan;
	oldest->proto = packet->piece.proto;
	oldest->end_bytes = oldest->units = 0;
	oldest->is_taken = true;
	memset(oldest->have, 0, sizeof(oldest->have));
	return oldest;
}

/* False if its lengths contradict each other, or it is more than we hold. */
static bool is_sound(const struct packet_piece *piece)
{
	return piece->length && piece->at_bytes + piece->length <= WHOLE_BYTES &&
	       (piece->is_last || piece->length % UNIT_BYTES == 0);
}

static bool has_unit(const struct datagram *d, uint32_t unit)
{
	return d->have[unit / 64] >> unit % 64 & 1;
}

/* Of the units from `from` to before `to`, those that the word of this number tells about. */
static uint64_t units_in(uint32_t word, uint32_t from, uint32_t to)
{
	uint64_t first = word == from / 64 ? UINT64_MAX << from % 64 : UINT64_MAX;
	uint64_t last = word == (to - 1) / 64 ? UINT64_MAX >> (63 - (to - 1) % 64) : UINT64_MAX;

	return first & last;
}

static bool has_any(const struct datagram *d, uint32_t from, uint32_t to)
{
	for (uint32_t word = from / 64; word <= (to - 1) / 64; word++)
		if (d->have[word] & units_in(word, from, to))
			return true;
	return false;
}

static void mark(struct datagram *d, uint32_t from, uint32_t to)
{
	for (uint32_t word = from / 64; word <= (to - 1) / 64; word++)
		d->have[word] |= units_in(word, from, to);
	d->units = (uint16_t)(d->units + (to - from));
}

static void put_missing(struct datagram *d, uint8_t *room, const struct packet_piece *piece)
{
	for (uint32_t done = 0; done < piece->length; done += UNIT_BYTES) {
		uint32_t at = piece->at_bytes + done, unit = at / UNIT_BYTES;
		uint32_t left = piece->length - done;

		if (has_unit(d, unit))
			continue;
		mark(d, unit, unit + 1);
		memcpy(room + at, piece->bytes + done, left < UNIT_BYTES ? left : UNIT_BYTES);
	}
}

static void put(struct datagram *d, uint8_t *room, const struct packet_piece *piece)
{
	uint32_t from = piece->at_bytes / UNIT_BYTES;
	uint32_t to = from + (piece->length + UNIT_BYTES - 1) / UNIT_BYTES;

	if (has_any(d, from, to)) {
		put_missing(d, room, piece);
	} else {
		mark(d, from, to);
		memcpy(room + piece->at_bytes, piece->bytes, piece->length);
	}
	if (piece->is_last)
		d->end_bytes = piece->at_bytes + piece->length;
}

static bool is_whole(const struct datagram *d)
{
	return d->end_bytes && d->units == (d->end_bytes + UNIT_BYTES - 1) / UNIT_BYTES;
}

bool fragments_add(struct fragments *fragments, const struct packet *packet,
		   struct fragments_whole *whole)
{
	struct datagram *set = set_of(fragments, packet), *d = find(set, packet);

	if (!is_sound(&packet->piece))
		return false;
	if (!d)
		d = take(fragments, set, packet);
	put(d, fragments->rooms[d->room], &packet->piece);
	if (!is_whole(d))
		return false;
	d->is_taken = false;
	fragments->free_rooms[fragments->free_count++] = d->room;
	*whole = (struct fragments_whole){ fragments->rooms[d->room], d->end_bytes };
	return true;
}
