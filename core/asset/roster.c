/* SPDX-License-Identifier: Apache-2.0 */
/* One array of assets and one open-addressed table of array indexes per way to find one (name,
 * MAC, address).  Load is kept below one half, so that a search is a probe or two at any size.
 * The keys come from our own settings, so an unkeyed hash will do.  Left out: removing an asset;
 * a changed file becomes a new roster. */
#include "core/asset/roster.h"

#include <string.h>

#include "core/asset/asset.h"
#include "core/base/fnv.h"
#include "core/base/invariant.h"
#include "core/base/mem.h"

enum key_kind { KEY_NAME, KEY_MAC, KEY_ADDRESS, KEY_KINDS };

struct key {
	uint8_t bytes[ASSET_NAME_BYTES];
	size_t length;
};

struct finder {
	uint32_t *slots; /* 1 + index, 0 = free */
	size_t capacity; /* a power of two */
};

struct roster {
	struct asset *assets;
	size_t count, room;
	struct finder finders[KEY_KINDS];
};

static void key_text(struct key *key, const char *text)
{
	key->length = strnlen(text, sizeof(key->bytes));
	memcpy(key->bytes, text, key->length);
}

static void key_mac(struct key *key, const struct mac *mac)
{
	key->length = sizeof(mac->bytes);
	memcpy(key->bytes, mac->bytes, sizeof(mac->bytes));
}

static void key_address(struct key *key, const struct ip *ip, uint16_t vlan)
{
	memcpy(key->bytes, ip->bytes, sizeof(ip->bytes));
	memcpy(key->bytes + sizeof(ip->bytes), &vlan, sizeof(vlan));
	key->length = sizeof(ip->bytes) + sizeof(vlan);
}

/* Whether the asset can be found this way, and under which key. */
static bool key_of(const struct asset *asset, unsigned kind, struct key *key)
{
	switch (kind) {
	case KEY_NAME:
		key_text(key, asset->name);
		return true;
	case KEY_MAC:
		key_mac(key, &asset->mac);
		return !mac_is_zero(&asset->mac);
	case KEY_ADDRESS:
		key_address(key, &asset->ip, asset->vlan);
		return !ip_is_unspecified(&asset->ip);
	default:
		INVARIANT(kind < KEY_KINDS);
		return false;
	}
}

/* The slot that holds the key, or the free one where it would go. */
static uint32_t *slot_of(const struct roster *roster, unsigned kind, const struct key *key)
{
	const struct finder *finder = &roster->finders[kind];
	size_t at = fnv(key->bytes, key->length) & (finder->capacity - 1);
	struct key other;

	for (; finder->slots[at]; at = (at + 1) & (finder->capacity - 1))
		if (key_of(&roster->assets[finder->slots[at] - 1], kind, &other) &&
		    other.length == key->length && !memcmp(other.bytes, key->bytes, key->length))
			break;
	return &finder->slots[at];
}

static const struct asset *find(const struct roster *roster, unsigned kind, const struct key *key)
{
	uint32_t index = *slot_of(roster, kind, key);

	return index ? &roster->assets[index - 1] : NULL;
}

/* Of two assets with one key the earlier stays findable; roster_read complains about the later. */
static void enter(struct roster *roster, unsigned kind, size_t index)
{
	struct key key;
	uint32_t *slot;

	if (!key_of(&roster->assets[index], kind, &key))
		return;
	slot = slot_of(roster, kind, &key);
	if (!*slot)
		*slot = (uint32_t)index + 1;
}

static void grow(struct roster *roster)
{
	roster->room = roster->room ? 2 * roster->room : 16;
	roster->assets = mem_resize(roster->assets, roster->room, sizeof(*roster->assets));
	for (unsigned kind = 0; kind < KEY_KINDS; kind++) {
		struct finder *finder = &roster->finders[kind];

		mem_free(finder->slots);
		finder->capacity = 2 * roster->room;
		finder->slots = mem_array(finder->capacity, sizeof(*finder->slots));
		for (size_t i = 0; i < roster->count; i++)
			enter(roster, kind, i);
	}
}

struct roster *roster_new(void)
{
	struct roster *roster = mem_alloc(sizeof(*roster));

	grow(roster);
	return roster;
}

void roster_free(struct roster *roster)
{
	if (!roster)
		return;
	for (unsigned kind = 0; kind < KEY_KINDS; kind++)
		mem_free(roster->finders[kind].slots);
	mem_free(roster->assets);
	mem_free(roster);
}

void roster_add(struct roster *roster, const struct asset *asset)
{
	if (roster->count == roster->room)
		grow(roster);
	roster->assets[roster->count] = *asset;
	for (unsigned kind = 0; kind < KEY_KINDS; kind++)
		enter(roster, kind, roster->count);
	roster->count++;
}

size_t roster_count(const struct roster *roster)
{
	return roster->count;
}

const struct asset *roster_at(const struct roster *roster, size_t index)
{
	INVARIANT(index < roster->count);
	return &roster->assets[index];
}

static const struct asset *find_address(const struct roster *roster, const struct host_key *host)
{
	const struct asset *asset;
	struct key key;

	if (ip_is_unspecified(&host->ip))
		return NULL;
	key_address(&key, &host->ip, host->vlan);
	asset = find(roster, KEY_ADDRESS, &key);
	if (asset || host->vlan == 0)
		return asset;
	key_address(&key, &host->ip, 0);
	return find(roster, KEY_ADDRESS, &key);
}

const struct asset *roster_find(const struct roster *roster, const struct host_key *host,
				const struct mac *mac)
{
	const struct asset *by_address = find_address(roster, host), *by_mac;
	struct key key;

	if (!mac || mac_is_zero(mac))
		return by_address;
	key_mac(&key, mac);
	by_mac = find(roster, KEY_MAC, &key);
	if (by_mac)
		return by_address && by_address != by_mac ? NULL : by_mac;
	/* The MAC is nobody's: then the address may only be that of an asset whose MAC is not
	 * known. */
	return by_address && mac_is_zero(&by_address->mac) ? by_address : NULL;
}

const struct asset *roster_find_name(const struct roster *roster, const char *name)
{
	struct key key;

	if (strlen(name) >= ASSET_NAME_BYTES)
		return NULL;
	key_text(&key, name);
	return find(roster, KEY_NAME, &key);
}
