/* SPDX-License-Identifier: Apache-2.0 */
/* blocks.c - blocks in three lists: free, of ordinary hosts, of suspects; the last two by time of
 * use.
 *
 * A host that the table gave up does not say so: its block is an orphan, noticed because the host
 * at its index names another block or none.  Orphans grow old and are reused like any other; those
 * among the suspects are looked for first, so that the dead do not crowd out the living. */
#include "core/detect/blocks.h"

#include <string.h>

#include "core/base/invariant.h"
#include "core/base/mem.h"
#include "core/contact/host.h"

/* Numbers of blocks start at 1; 0 is none, and its links are the ends of a list. */
enum list { LIST_FREE, LIST_ORDINARY, LIST_SUSPECTS, LISTS };

struct link {
	uint32_t newer, older;
	uint32_t host; /* index */
	uint32_t list; /* enum list */
};

struct ends {
	uint32_t newest, oldest;
};

struct blocks {
	struct hosts *hosts;
	struct link *links;
	unsigned char *memory;
	size_t block_bytes;
	uint32_t count;
	struct ends lists[LISTS];
	struct blocks_counts counts;
};

/* ---- lists ---- */

static void take_out(struct blocks *blocks, uint32_t number)
{
	struct link *link = &blocks->links[number];
	struct ends *ends = &blocks->lists[link->list];

	if (link->newer)
		blocks->links[link->newer].older = link->older;
	else
		ends->newest = link->older;
	if (link->older)
		blocks->links[link->older].newer = link->newer;
	else
		ends->oldest = link->newer;
}

static void put_in(struct blocks *blocks, uint32_t number, enum list list)
{
	struct link *link = &blocks->links[number];
	struct ends *ends = &blocks->lists[list];

	link->list = list;
	link->newer = 0;
	link->older = ends->newest;
	if (ends->newest)
		blocks->links[ends->newest].newer = number;
	else
		ends->oldest = number;
	ends->newest = number;
}

static enum list list_of(const struct host *host)
{
	return host->roles & HOST_SUSPECT ? LIST_SUSPECTS : LIST_ORDINARY;
}

/* ---- life ---- */

struct blocks *blocks_new(struct mem_region *region, uint32_t count, size_t block_bytes,
			  struct hosts *hosts)
{
	struct blocks *blocks = mem_alloc(sizeof(*blocks));

	INVARIANT(count > 0 && block_bytes % sizeof(uint64_t) == 0);
	blocks->hosts = hosts;
	blocks->count = count;
	blocks->block_bytes = block_bytes;
	blocks->links = mem_table(region, (size_t)count + 1, sizeof(*blocks->links));
	blocks->memory = mem_table(region, count, block_bytes);
	for (uint32_t number = count; number > 0; number--)
		put_in(blocks, number, LIST_FREE);
	return blocks;
}

void blocks_free(struct blocks *blocks)
{
	if (!blocks)
		return;
	mem_free(blocks);
}

static void *memory_of(const struct blocks *blocks, uint32_t number)
{
	return blocks->memory + (number - 1) * blocks->block_bytes;
}

void *blocks_of(struct blocks *blocks, const struct host *host)
{
	return host->block ? memory_of(blocks, host->block) : NULL;
}

/* Its host, or NULL for an orphan. */
static struct host *owner_of(const struct blocks *blocks, uint32_t number)
{
	struct host *host = hosts_at(blocks->hosts, blocks->links[number].host);

	return host->block == number ? host : NULL;
}

static uint32_t choose(const struct blocks *blocks)
{
	uint32_t suspect = blocks->lists[LIST_SUSPECTS].oldest;

	/* The one given back last is still in the cache, and those never taken cost no memory. */
	if (blocks->lists[LIST_FREE].newest)
		return blocks->lists[LIST_FREE].newest;
	if (suspect && !owner_of(blocks, suspect))
		return suspect;
	return blocks->lists[LIST_ORDINARY].oldest ? blocks->lists[LIST_ORDINARY].oldest : suspect;
}

static void give_up(struct blocks *blocks, uint32_t number)
{
	struct host *host = owner_of(blocks, number);

	if (!host)
		return;
	host->block = 0;
	blocks->counts.given_up++;
	if (!(host->roles & HOST_SUSPECT))
		return;
	blocks->counts.suspects_given_up++;
	hosts_suspect(host, false);
}

void *blocks_take(struct blocks *blocks, struct host *host)
{
	uint32_t number = choose(blocks);
	struct link *link = &blocks->links[number];

	INVARIANT(host->block == 0);
	if (link->list != LIST_FREE) {
		give_up(blocks, number);
		memset(memory_of(blocks, number), 0, blocks->block_bytes);
	}
	take_out(blocks, number);
	link->host = hosts_index(blocks->hosts, host);
	put_in(blocks, number, list_of(host));
	host->block = number;
	blocks->counts.taken++;
	return memory_of(blocks, number);
}

void blocks_touch(struct blocks *blocks, const struct host *host)
{
	enum list list = list_of(host);

	if (!host->block || blocks->lists[list].newest == host->block)
		return;
	take_out(blocks, host->block);
	put_in(blocks, host->block, list);
}

/* Free blocks are zero. */
void blocks_give_back(struct blocks *blocks, struct host *host)
{
	uint32_t number = host->block;

	if (!number)
		return;
	memset(memory_of(blocks, number), 0, blocks->block_bytes);
	take_out(blocks, number);
	put_in(blocks, number, LIST_FREE);
	host->block = 0;
}

bool blocks_is_zero(const void *block, size_t block_bytes)
{
	const unsigned char *at = block;
	uint64_t first;

	memcpy(&first, at, sizeof(first));
	/* Each byte equals the one eight before it: as fast as the C library compares. */
	return first == 0 && memcmp(at, at + sizeof(first), block_bytes - sizeof(first)) == 0;
}

struct blocks_counts blocks_counts(const struct blocks *blocks)
{
	return blocks->counts;
}
