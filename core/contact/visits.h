/* SPDX-License-Identifier: Apache-2.0 */
/* visits.h - who was lately let in by an address: the road by which a worm comes.
 *
 * The latest host that an address accepted a TCP contact from, or that sent it a datagram.  A suspect's visit is not
 * displaced by a later one of somebody else.  A fixed table: sets of four, the oldest visit is forgotten. */
#ifndef CORDON_CONTACT_VISITS_H
#define CORDON_CONTACT_VISITS_H

#include <stdbool.h>
#include <stdint.h>

struct host;
struct hosts;
struct mem_region;
struct visits;

/* As long as the region. */
struct visits *visits_new(struct mem_region *region, struct hosts *hosts);
/* hash is the keyed one of the visited address: hash_address().  at_ns is wall time; seq is what the visitor's next
 * segment begins with, 0 if unknown or without TCP. */
void visits_note(struct visits *visits, uint64_t hash, const struct host *by, uint64_t at_ns,
		 uint32_t seq);
/* It was no visit after all: the one with that number, or whose number is unknown.  Whether it was the former. */
bool visits_retract(struct visits *visits, uint64_t hash, const struct host *by, uint32_t seq);
/* The visitor, if it came before that time and is still known; else NULL. */
const struct host *visits_find(const struct visits *visits, uint64_t hash, uint64_t before_ns);

#endif
