/* SPDX-License-Identifier: Apache-2.0 */
/* popular.h - which services serve many hosts.
 *
 * A success at a service that everybody uses says nothing about the one who used it, and a worm
 * must not be able to buy credit there (worm-detection.md D.1 "credit laundering").  Fixed size,
 * forgetful: a collision forgets the less used service. */
#ifndef CORDON_CONTACT_POPULAR_H
#define CORDON_CONTACT_POPULAR_H

#include <stdbool.h>
#include <stdint.h>

struct mem_region;
struct hash_key;
struct host_key;
struct popular;

#define POPULAR_SOURCES 5

struct popular *popular_new(struct mem_region *region, uint32_t capacity,
			    const struct hash_key *key);
void popular_free(struct popular *popular);
/* src was accepted at the service (kind is an enum contact_kind).  Whether popular_is() now. */
bool popular_add(struct popular *popular, const struct host_key *service, unsigned kind_and_port,
		 uint32_t src_hash);
/* Whether about POPULAR_SOURCES different sources were. */
bool popular_is(const struct popular *popular, const struct host_key *service,
		unsigned kind_and_port);

#endif
