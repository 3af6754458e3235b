/* SPDX-License-Identifier: Apache-2.0 */
/* blocks.h - the memory that detectors have of hosts.
 *
 * The slots of all detectors for one host are a block.  Most hosts never do anything that a
 * detector remembers, so there are far fewer blocks than hosts; a fixed number of them, no
 * allocation after blocks_new().  When all are taken, the host that gives its block up is the one
 * longest unused that is no HOST_SUSPECT, else the suspect longest unused (who is none then). */
#ifndef CORDON_DETECT_BLOCKS_H
#define CORDON_DETECT_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mem_region;
struct blocks;
struct host;
struct hosts;

/* hosts is borrowed for good; block_bytes is a multiple of eight. */
struct blocks *blocks_new(struct mem_region *region, uint32_t count, size_t block_bytes,
			  struct hosts *hosts);
void blocks_free(struct blocks *blocks);

void *blocks_of(struct blocks *blocks, const struct host *host); /* NULL if it has none */
/* The host has none: it gets one, zeroed. */
void *blocks_take(struct blocks *blocks, struct host *host);
/* The host's block, if it has one, was used just now. */
void blocks_touch(struct blocks *blocks, const struct host *host);
void blocks_give_back(struct blocks *blocks, struct host *host);

bool blocks_is_zero(const void *block, size_t block_bytes);

struct blocks_counts {
	uint64_t taken, given_up, suspects_given_up;
};
struct blocks_counts blocks_counts(const struct blocks *blocks);

#endif
