/* SPDX-License-Identifier: Apache-2.0 */
/* malloc with the two checks that callers forget: overflow of the product, and failure.  A region is
 * mapped, not allocated: the kernel gives zeroed pages on first touch, so a table sized for the worst flood costs
 * only what is used, and 2 MiB pages keep random access out of the TLB misses. */
#include "core/base/mem.h"

#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/base/invariant.h"

#define HUGE_PAGE_BYTES  ((size_t)2 << 20)
#define MAPPING_BYTES    ((size_t)64 << 20) /* of addresses, not of memory */
#define CACHE_LINE_BYTES ((size_t)64)

_Noreturn static void out_of_memory(size_t size_bytes)
{
	fprintf(stderr, "out of memory: %zu bytes wanted\n", size_bytes);
	abort();
}

static size_t product(size_t count, size_t item_size_bytes)
{
	size_t size_bytes;

	INVARIANT(!__builtin_mul_overflow(count, item_size_bytes, &size_bytes));
	return size_bytes;
}

void *mem_alloc(size_t size_bytes)
{
	void *memory = calloc(1, size_bytes ? size_bytes : 1);

	if (!memory)
		out_of_memory(size_bytes);
	return memory;
}

void *mem_array(size_t count, size_t item_size_bytes)
{
	return mem_alloc(product(count, item_size_bytes));
}

void *mem_resize(void *old, size_t count, size_t item_size_bytes)
{
	size_t size_bytes = product(count, item_size_bytes);
	void *memory = realloc(old, size_bytes ? size_bytes : 1);

	if (!memory)
		out_of_memory(size_bytes);
	return memory;
}

char *mem_text(const char *text)
{
	size_t size_bytes;
	char *copy;

	if (!text)
		return NULL;
	size_bytes = strlen(text) + 1;
	copy = mem_alloc(size_bytes);
	memcpy(copy, text, size_bytes);
	return copy;
}

void mem_free(void *memory)
{
	free(memory);
}

void mem_give_back(void)
{
	malloc_trim(0);
}

/* ---- regions ---- */

struct mapping {
	struct mapping *next;
	unsigned char *memory;
	size_t size_bytes, used_bytes;
};

struct mem_region {
	struct mapping *newest;
};

static size_t rounded_up(size_t size_bytes, size_t unit_bytes)
{
	INVARIANT(size_bytes <= SIZE_MAX - 2 * HUGE_PAGE_BYTES);
	return (size_bytes + unit_bytes - 1) & ~(unit_bytes - 1);
}

/* mmap aligns to 4 KiB only: map one huge page more and give the two ends back. */
static unsigned char *map_huge(size_t size_bytes)
{
	size_t mapped_bytes = size_bytes + HUGE_PAGE_BYTES, before, after;
	unsigned char *mapped = mmap(NULL, mapped_bytes, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (mapped == MAP_FAILED)
		out_of_memory(size_bytes);
	before = (HUGE_PAGE_BYTES - (uintptr_t)mapped % HUGE_PAGE_BYTES) % HUGE_PAGE_BYTES;
	after = mapped_bytes - before - size_bytes;
	if (before)
		munmap(mapped, before);
	if (after)
		munmap(mapped + before + size_bytes, after);
	/* A kernel that was built or told otherwise uses small pages: slower, and nothing else. */
	madvise(mapped + before, size_bytes, MADV_HUGEPAGE);
	return mapped + before;
}

struct mem_region *mem_region_new(void)
{
	return mem_alloc(sizeof(struct mem_region));
}

void mem_region_free(struct mem_region *region)
{
	struct mapping *mapping, *next;

	if (!region)
		return;
	for (mapping = region->newest; mapping; mapping = next) {
		next = mapping->next;
		munmap(mapping->memory, mapping->size_bytes);
		mem_free(mapping);
	}
	mem_free(region);
}

static struct mapping *map_more(struct mem_region *region, size_t at_least_bytes)
{
	struct mapping *mapping = mem_alloc(sizeof(*mapping));

	mapping->size_bytes = rounded_up(
		at_least_bytes > MAPPING_BYTES ? at_least_bytes : MAPPING_BYTES, HUGE_PAGE_BYTES);
	mapping->memory = map_huge(mapping->size_bytes);
	mapping->next = region->newest;
	region->newest = mapping;
	return mapping;
}

void *mem_table(struct mem_region *region, size_t count, size_t item_size_bytes)
{
	size_t wanted_bytes = rounded_up(product(count, item_size_bytes), CACHE_LINE_BYTES);
	struct mapping *mapping = region->newest;
	unsigned char *memory;

	if (!mapping || mapping->size_bytes - mapping->used_bytes < wanted_bytes)
		mapping = map_more(region, wanted_bytes);
	memory = mapping->memory + mapping->used_bytes;
	mapping->used_bytes += wanted_bytes;
	/* The end of a large table is seldom used: it shall not share the page of what is. */
	if (wanted_bytes > HUGE_PAGE_BYTES)
		mapping->used_bytes = rounded_up(mapping->used_bytes, HUGE_PAGE_BYTES);
	return memory;
}

void mem_wipe(void *memory, size_t size_bytes)
{
	if (size_bytes)
		explicit_bzero(memory, size_bytes);
}
