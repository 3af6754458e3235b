/* SPDX-License-Identifier: Apache-2.0 */
/* slab.h - small pieces that last, packed apart from what comes and goes.
 *
 * Ten thousand machines are remembered by a dozen small pieces each.  Taken from malloc while thousands of handshakes run,
 * they come to lie one to a page among what is freed a second later, and then no page can be given back.  Here they lie
 * side by side.  What was given back serves the next piece of about its size; chunks go with the slab.
 *
 * Who gives a piece back says how large it was.  A NULL slab is ordinary memory.  Never fails (mem.h). */
#ifndef CORDON_BASE_SLAB_H
#define CORDON_BASE_SLAB_H

#include <stddef.h>

struct slab;

struct slab *slab_new(void);
void slab_free(struct slab *slab); /* everything has been given back; NULL is fine */

void *slab_take(struct slab *slab, size_t size_bytes);             /* zeroed */
void slab_give(struct slab *slab, void *piece, size_t size_bytes); /* NULL is fine */

char *slab_text(struct slab *slab, const char *text); /* copy; NULL stays NULL */
void slab_give_text(struct slab *slab, char *text);   /* as long as it was; NULL is fine */

size_t slab_pieces(const struct slab *slab);     /* out at the moment */
size_t slab_held_bytes(const struct slab *slab); /* of chunks */

#endif
