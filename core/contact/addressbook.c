/* SPDX-License-Identifier: Apache-2.0 */
/* addressbook.c - the neighbours of each VLAN (worm-detection.md C.7: the LAN must be mapped
 * passively).
 *
 * Two tables of small sets; the longest unheard entry of a full set is forgotten.  Judging claims is not
 * this file's business (tracker_forge.c), except that newcomers do not displace the settled: whoever
 * makes up addresses and MACs would otherwise make the book forget the true owners, and then be believed. */
#include "core/contact/addressbook.h"

#include <string.h>

#include "core/base/mem.h"
#include "core/net/hash.h"

#define WAYS         4
#define VLANS        4096
#define WARM_MINUTES 10
#define FULL_MINUTES (7 * 24 * 60 / 2)
#define MINUTE_MS    60000
#define PAUSE_MS     1000
#define KEPT_MS      (30 * 60 * 1000)
#define NETWORKS     4096

/* What a MAC calls its own. */
struct holder {
	struct mac mac;
	uint16_t vlan : 12, is_router : 1, settled : 1;
	uint8_t v4[4];     /* 0.0.0.0: none */
	uint32_t heard_ms; /* only for eviction */
	struct ip v6;      /* ::: none */
};

_Static_assert(sizeof(struct holder) == 32, "two to a cache line");

struct calendar {
	uint32_t minute;
	uint32_t minutes;
};

/* By hash; those that share a place make each other inhabited, which is what is supposed of all without this. */
struct network {
	struct mac first; /* station heard; zero: none */
	bool has_others;
};

struct addressbook {
	struct hash_key key;
	struct owner *owners;
	struct holder *holders;
	struct calendar *calendars;
	struct network *networks;
	uint32_t capacity, set_mask;
};

#define BYTES_PER_STATION (sizeof(struct owner) + sizeof(struct holder))

struct addressbook *addressbook_new(struct mem_region *region, uint32_t capacity,
				    const struct hash_key *key)
{
	struct addressbook *book = mem_alloc(sizeof(*book));

	book->key = *key;
	for (book->capacity = WAYS; book->capacity < capacity;)
		book->capacity *= 2;
	book->set_mask = book->capacity / WAYS - 1;
	book->owners = mem_table(region, book->capacity, BYTES_PER_STATION);
	book->holders = (struct holder *)(void *)(book->owners + book->capacity);
	book->calendars = mem_table(region, VLANS, sizeof(*book->calendars));
	book->networks = mem_table(region, NETWORKS, sizeof(*book->networks));
	return book;
}

void addressbook_free(struct addressbook *book)
{
	mem_free(book);
}

static struct owner *owner_set(const struct addressbook *book, const struct host_key *address)
{
	uint64_t words[3];

	memcpy(words, address, sizeof(words));
	return book->owners + ((uint32_t)hash_words(&book->key, words, 3) & book->set_mask) * WAYS;
}

static struct holder *holder_set(const struct addressbook *book, uint16_t vlan,
				 const struct mac *mac)
{
	uint64_t word = mac_number(mac) | (uint64_t)vlan << 48;

	return book->holders + ((uint32_t)hash_words(&book->key, &word, 1) & book->set_mask) * WAYS;
}

static struct owner *find_owner(const struct addressbook *book, const struct host_key *address)
{
	struct owner *set = owner_set(book, address);

	for (unsigned i = 0; i < WAYS; i++)
		if (set[i].taken && set[i].vlan == address->vlan &&
		    ip_equal(&set[i].ip, &address->ip))
			return &set[i];
	return NULL;
}

static struct holder *find_holder(const struct addressbook *book, uint16_t vlan,
				  const struct mac *mac)
{
	struct holder *set = holder_set(book, vlan, mac);

	for (unsigned i = 0; i < WAYS; i++)
		if (set[i].vlan == vlan && mac_equal(&set[i].mac, mac))
			return &set[i];
	return NULL;
}

const struct owner *addressbook_owner(const struct addressbook *book,
				      const struct host_key *address)
{
	return find_owner(book, address);
}

static struct network *network_of(const struct addressbook *book, const struct host_key *address)
{
	uint64_t words[2] = { address->vlan, 0 };
	bool is_v4 = ip_is_v4(&address->ip);

	memcpy(&words[1], address->ip.bytes + (is_v4 ? 12 : 0), is_v4 ? 3 : sizeof(words[1]));
	return &book->networks[hash_words(&book->key, words, 2) % NETWORKS];
}

static void settle_in(struct network *network, const struct mac *mac)
{
	if (mac_is_zero(&network->first))
		network->first = *mac;
	else if (!mac_equal(&network->first, mac))
		network->has_others = true;
}

static bool is_kept(bool settled, uint32_t heard_ms, uint32_t now_ms)
{
	return settled && now_ms - heard_ms < KEPT_MS;
}

/* NULL if all are kept. */
static struct owner *owner_room(const struct addressbook *book, const struct host_key *address,
				uint32_t now_ms)
{
	struct owner *set = owner_set(book, address), *victim = NULL;

	for (struct owner *o = set; o < set + WAYS && (!victim || victim->taken); o++) {
		if (o->taken && is_kept(o->settled, o->heard_ms, now_ms))
			continue;
		if (!victim || !o->taken || now_ms - o->heard_ms > now_ms - victim->heard_ms)
			victim = o;
	}
	if (!victim)
		return NULL;
	*victim = (struct owner){ .ip = address->ip, .vlan = address->vlan, .taken = 1 };
	return victim;
}

static struct holder *holder_room(const struct addressbook *book, uint16_t vlan,
				  const struct mac *mac, uint32_t now_ms)
{
	struct holder *set = holder_set(book, vlan, mac), *victim = NULL;

	for (struct holder *h = set; h < set + WAYS && (!victim || !mac_is_zero(&victim->mac));
	     h++) {
		bool is_free = mac_is_zero(&h->mac);

		if (!is_free && is_kept(h->settled, h->heard_ms, now_ms))
			continue;
		if (!victim || is_free || now_ms - h->heard_ms > now_ms - victim->heard_ms)
			victim = h;
	}
	if (!victim)
		return NULL;
	*victim = (struct holder){ .mac = *mac, .vlan = vlan & (VLANS - 1u) };
	return victim;
}

static void keep_calendar(struct calendar *calendar, uint32_t now_ms)
{
	uint32_t minute = now_ms / MINUTE_MS + 1;

	if (calendar->minute == minute)
		return;
	calendar->minute = minute;
	calendar->minutes++;
}

/* Whether it calls itself something else than before. */
static bool hold(struct holder *holder, const struct ip *ip)
{
	bool is_v4 = ip_is_v4(ip);
	void *own = is_v4 ? (void *)holder->v4 : (void *)&holder->v6;
	const uint8_t *now = is_v4 ? ip->bytes + 12 : ip->bytes;
	size_t size_bytes = is_v4 ? 4 : 16;

	if (memcmp(own, now, size_bytes) == 0)
		return false;
	memcpy(own, now, size_bytes);
	return true;
}

bool addressbook_learn(struct addressbook *book, const struct host_key *address,
		       const struct mac *mac, uint32_t now_ms)
{
	struct owner *owner = find_owner(book, address);
	struct holder *holder = find_holder(book, address->vlan, mac);
	bool is_news = !owner || !holder || !mac_equal(&owner->mac, mac);

	if (mac_is_zero(mac) || mac_is_group(mac))
		return false;
	keep_calendar(&book->calendars[address->vlan % VLANS], now_ms);
	if (is_news)
		settle_in(network_of(book, address), mac);
	if (owner)
		owner->settled |= mac_equal(&owner->mac, mac) &&
				  now_ms - owner->heard_ms >= PAUSE_MS;
	else
		owner = owner_room(book, address, now_ms);
	if (holder)
		holder->settled |= now_ms - holder->heard_ms >= PAUSE_MS;
	else
		holder = holder_room(book, address->vlan, mac, now_ms);
	if (owner) {
		owner->mac = *mac;
		owner->heard_ms = now_ms;
	}
	if (!holder)
		return is_news;
	holder->heard_ms = now_ms;
	return hold(holder, &address->ip) || is_news;
}

bool addressbook_address(const struct addressbook *book, uint16_t vlan, const struct mac *mac,
			 const struct ip *like, struct ip *address)
{
	const struct holder *holder = find_holder(book, vlan, mac);

	if (!holder || mac_is_zero(mac))
		return false;
	if (!ip_is_v4(like)) {
		*address = holder->v6;
		return !ip_is_unspecified(address);
	}
	*address = ip_from_v4(holder->v4);
	return ip_v4_number(address) != 0;
}

void addressbook_mark_router(struct addressbook *book, uint16_t vlan, const struct mac *mac)
{
	struct holder *holder = find_holder(book, vlan, mac);

	if (holder)
		holder->is_router = 1;
}

bool addressbook_is_router(const struct addressbook *book, uint16_t vlan, const struct mac *mac)
{
	const struct holder *holder = find_holder(book, vlan, mac);

	return holder && holder->is_router;
}

bool addressbook_is_warm(const struct addressbook *book, uint16_t vlan)
{
	return book->calendars[vlan % VLANS].minutes >= WARM_MINUTES;
}

bool addressbook_is_full(const struct addressbook *book, uint16_t vlan)
{
	return book->calendars[vlan % VLANS].minutes >= FULL_MINUTES;
}

bool addressbook_is_inhabited(const struct addressbook *book, const struct host_key *address)
{
	return network_of(book, address)->has_others;
}
