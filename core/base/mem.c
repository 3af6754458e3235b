/* SPDX-License-Identifier: Apache-2.0 */
/* malloc with the two checks that callers forget: overflow of the product, and failure.  A table is
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

#define TABLE_ALIGN_BYTES ((size_t)2 << 20)

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

static size_t table_size(size_t count, size_t item_size_bytes)
{
	size_t size_bytes = product(count, item_size_bytes);

	INVARIANT(size_bytes <= SIZE_MAX - 2 * TABLE_ALIGN_BYTES);
	if (size_bytes == 0)
		size_bytes = 1;
	return (size_bytes + TABLE_ALIGN_BYTES - 1) & ~(TABLE_ALIGN_BYTES - 1);
}

/* mmap aligns to 4 KiB only: map one huge page more and give the two ends back. */
void *mem_table(size_t count, size_t item_size_bytes)
{
	size_t size_bytes = table_size(count, item_size_bytes);
	size_t mapped_bytes = size_bytes + TABLE_ALIGN_BYTES;
	uint8_t *mapped = mmap(NULL, mapped_bytes, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	size_t before, after;

	if (mapped == MAP_FAILED)
		out_of_memory(size_bytes);
	before = (TABLE_ALIGN_BYTES - (uintptr_t)mapped % TABLE_ALIGN_BYTES) % TABLE_ALIGN_BYTES;
	after = mapped_bytes - before - size_bytes;
	if (before)
		munmap(mapped, before);
	if (after)
		munmap(mapped + before + size_bytes, after);
	return mapped + before;
}

void mem_free_table(void *memory, size_t count, size_t item_size_bytes)
{
	if (memory)
		munmap(memory, table_size(count, item_size_bytes));
}

void mem_wipe(void *memory, size_t size_bytes)
{
	if (size_bytes)
		explicit_bzero(memory, size_bytes);
}
