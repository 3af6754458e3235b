/* SPDX-License-Identifier: Apache-2.0 */
/* known.c - sets of eight, found by the upper half of a 64-bit fingerprint and told apart by the lower.
 *
 * Left out: a random key.  Who aims collisions, or simply floods, makes a detector forget; detectors that
 * build on this table are weak ones (or can only lose by it), so there is little to gain. */
#include "core/detect/known.h"

#include <string.h>

#include "core/base/invariant.h"
#include "core/net/hash.h"

static const struct hash_key fixed_key = { { UINT64_C(0x6b6e6f776e),
					     UINT64_C(0x2545f4914f6cdd1d) } };

static uint64_t combine(const struct host_key *host, uint64_t left, uint64_t right, unsigned about)
{
	uint64_t whose = hash_joined(&fixed_key, (uint64_t)host->vlan << 32 | about, &host->ip);

	return hash_words(&fixed_key, (uint64_t[]){ left ^ whose, right }, 2);
}

uint64_t known_address(const struct host_key *host, const struct ip *ip, unsigned about)
{
	uint64_t words[2];

	memcpy(words, ip, sizeof(words));
	return combine(host, words[0], words[1], about);
}

uint64_t known_text(const struct host_key *host, const char *text, unsigned about)
{
	size_t length = strlen(text);
	uint64_t sum = length, word;

	for (size_t at = 0; at < length; at += sizeof(word)) {
		size_t step = length - at < sizeof(word) ? length - at : sizeof(word);

		word = 0;
		memcpy(&word, text + at, step);
		sum = hash_words(&fixed_key, (uint64_t[]){ sum, word }, 2);
	}
	return combine(host, sum, length, about);
}

static struct known_set *set_of(const struct known_table *table, uint64_t fingerprint)
{
	INVARIANT(table->count && (table->count & (table->count - 1)) == 0);
	return &table->sets[(uint32_t)(fingerprint >> 32) & (table->count - 1)];
}

static int find(const struct known_set *set, uint32_t check)
{
	for (int way = 0; way < KNOWN_WAYS; way++)
		if (set->until_s[way] && set->checks[way] == check)
			return way;
	return -1;
}

bool known_has(const struct known_table *table, uint64_t fingerprint, uint32_t now_s)
{
	const struct known_set *set = set_of(table, fingerprint);
	int way = find(set, (uint32_t)fingerprint);

	return way >= 0 && set->until_s[way] > now_s;
}

static int soonest(const struct known_set *set)
{
	int worst = 0;

	for (int way = 1; way < KNOWN_WAYS; way++)
		if (set->until_s[way] < set->until_s[worst])
			worst = way;
	return worst;
}

bool known_add(const struct known_table *table, uint64_t fingerprint, uint32_t now_s,
	       uint32_t stay_s)
{
	struct known_set *set = set_of(table, fingerprint);
	uint32_t until_s = now_s > UINT32_MAX - stay_s - 1 ? UINT32_MAX : now_s + stay_s + 1;
	int way = find(set, (uint32_t)fingerprint);
	bool was_known = way >= 0 && set->until_s[way] > now_s;

	if (way < 0)
		way = soonest(set);
	if (!was_known || set->until_s[way] < until_s)
		set->until_s[way] = until_s;
	set->checks[way] = (uint32_t)fingerprint;
	return was_known;
}
