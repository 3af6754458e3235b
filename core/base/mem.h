/* SPDX-License-Identifier: Apache-2.0 */
/* mem.h - allocation that cannot overflow and cannot fail, and wiping of secrets.
 *
 * Out of memory at start-up or in control code ends the program (the supervisor restarts it);
 * the packet path allocates nothing.  All sizes are multiplied with an overflow check. */
#ifndef CORDON_BASE_MEM_H
#define CORDON_BASE_MEM_H

#include <stddef.h>

void *mem_alloc(size_t size_bytes);                    /* zeroed; never NULL */
void *mem_array(size_t count, size_t item_size_bytes); /* zeroed; never NULL */
/* Grown part is not zeroed. */
void *mem_resize(void *old, size_t count, size_t item_size_bytes);
char *mem_text(const char *text); /* copy; NULL stays NULL */
void mem_free(void *memory);      /* NULL is fine */
/* Free pages go back to the kernel.  Takes milliseconds: for a quiet moment after a crowd. */
void mem_give_back(void);

/* Where the tables of the packet path lie, one behind the other in huge pages: a first touch of 4 KiB costs more than a
 * microsecond, and 2 MiB at once a tenth of that for each.  Side by side, so that the tables that are always used share pages;
 * what is sized for a flood and filled from its beginning belongs behind them.  Pages are backed by memory only when used. */
struct mem_region;

struct mem_region *mem_region_new(void);
void mem_region_free(struct mem_region *region); /* with all its tables; NULL is fine */
/* Zeroed, aligned to a cache line, lives as long as the region. */
void *mem_table(struct mem_region *region, size_t count, size_t item_size_bytes);

void mem_wipe(void *memory, size_t size_bytes); /* not removed by the optimiser */

#endif
