/* SPDX-License-Identifier: Apache-2.0 */
/* said.c - a table with linear probing over a few places, as roles.c has it.  Touched only when something is stated. */
#include "core/feed/said.h"

#include <stdbool.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/detect/evidence.h"

#define PROBES 8

struct said {
	struct evidence *statements; /* detector 0: a free place */
	uint32_t mask;
};

struct said *said_new(uint32_t statements_max)
{
	struct said *said = mem_alloc(sizeof(*said));
	uint32_t size = PROBES;

	while (size < statements_max)
		size *= 2;
	said->mask = size - 1;
	said->statements = mem_array(size, sizeof(*said->statements));
	return said;
}

void said_free(struct said *said)
{
	if (!said)
		return;
	mem_free(said->statements);
	mem_free(said);
}

/* By the host alone: what is said of one host lies together, as far as there is room. */
static uint32_t place_of(const struct host_key *host)
{
	uint32_t words[6], place = UINT32_C(0x9e3779b1);

	_Static_assert(sizeof(words) == sizeof(*host), "a host key is six words");
	memcpy(words, host, sizeof(words));
	for (unsigned i = 0; i < 6; i++)
		place = (place ^ words[i]) * UINT32_C(0x85ebca6b);
	return place ^ place >> 15;
}

static bool is_same(const struct evidence *a, const struct evidence *b)
{
	return a->detector == b->detector && a->port_class == b->port_class &&
	       !a->half_life_min == !b->half_life_min &&
	       memcmp(&a->host, &b->host, sizeof(a->host)) == 0;
}

/* Free places have level 0. */
static struct evidence *find_place(const struct said *said, const struct evidence *evidence)
{
	uint32_t first = place_of(&evidence->host);
	struct evidence *least = &said->statements[first & said->mask];

	for (uint32_t i = 0; i < PROBES; i++) {
		struct evidence *place = &said->statements[(first + i) & said->mask];

		if (is_same(place, evidence))
			return place;
		if (place->log_odds < least->log_odds)
			least = place;
	}
	return least;
}

void said_note(struct said *said, const struct evidence *evidence)
{
	struct evidence *place = find_place(said, evidence);

	if (is_same(place, evidence) || evidence->log_odds >= place->log_odds)
		*place = *evidence;
}

void said_forget(struct said *said, const struct host_key *host)
{
	uint32_t first = place_of(host);

	for (uint32_t i = 0; i < PROBES; i++) {
		struct evidence *place = &said->statements[(first + i) & said->mask];

		if (memcmp(&place->host, host, sizeof(*host)) == 0)
			memset(place, 0, sizeof(*place));
	}
}

const struct evidence *said_next(const struct said *said, uint32_t *index)
{
	while (*index <= said->mask) {
		const struct evidence *place = &said->statements[(*index)++];

		if (place->detector && place->log_odds > 0)
			return place;
	}
	return NULL;
}
