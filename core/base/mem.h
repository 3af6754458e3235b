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

/* Zeroed and aligned to 2 MiB: for the tables of the packet path.  Not advised for huge pages: these tables are touched here and
 * there, and clearing 2 MiB for each first touch cost more than it saved.
 * Pages are touched (backed by memory) only when used.  Free with mem_free_table(). */
void *mem_table(size_t count, size_t item_size_bytes);
void mem_free_table(void *memory, size_t count, size_t item_size_bytes);

void mem_wipe(void *memory, size_t size_bytes); /* not removed by the optimiser */

#endif
