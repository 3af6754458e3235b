/* SPDX-License-Identifier: Apache-2.0 */
/* host.h - hosts seen on the wire, with room for each detector.
 *
 * A fixed-size table: sets of eight, keyed hash, no allocation after start.  When a set is full the
 * entry given up is the one longest unheard among those without evidence, else the longest unheard.
 * A host's detector memory lies behind it and is forgotten with it.
 *
 * Only sources of contacts and holders of a role are hosts: a mere destination takes no place. */
#ifndef CORDON_CONTACT_HOST_H
#define CORDON_CONTACT_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/net/addr.h"

struct hash_key;
struct hosts;

enum host_role {
	HOST_ROUTER = 1 << 0,       /* others send it frames for addresses not its own */
	HOST_DHCP_SERVER = 1 << 1,  /* answered a DHCP client from port 67 */
	HOST_DNS_SERVER = 1 << 2,   /* answered another host from port 53 */
	HOST_BLIND = 1 << 3,        /* proven to be answered out of our sight; ends with an answer seen */
	HOST_SUSPECT = 1 << 4,      /* a detector holds evidence: keep it when tables are full */
	HOST_UNICAST_SEEN = 1 << 5, /* unicast frames from or to it reach the sensor */
	HOST_DISPUTED = 1 << 6,     /* its address came from two MACs at once: maybe forged */
};

struct host {
	struct host_key key;
	struct mac mac; /* that sent its latest contact; zero if unknown or only a router's */
	uint16_t roles; /* enum host_role */
	uint64_t first_seen_ns, last_seen_ns; /* tracker's monotonic time */
	uint32_t last_target[2]; /* low bits of the last new ARP and ND target */
	uint32_t pair_check;     /* the tracker's: recognises its contacts (pairs.h) */
	uint32_t zero;
};

_Static_assert(sizeof(struct host) == 64, "a host without its detectors is one cache line");

/* slot_size bytes of detector memory are laid behind each host. */
struct hosts *hosts_new(uint32_t capacity, size_t slot_size, const struct hash_key *key);
void hosts_free(struct hosts *hosts);

struct host *hosts_find(struct hosts *hosts, const struct host_key *key); /* NULL if unknown */
/* Finds or takes a place for it; never NULL.  A new host's memory is zeroed. */
struct host *hosts_need(struct hosts *hosts, const struct host_key *key, uint64_t now_ns);
uint32_t hosts_index(const struct hosts *hosts, const struct host *host);
struct host *hosts_at(struct hosts *hosts, uint32_t index);
void *hosts_slot(struct hosts *hosts, const struct host *host);
/* Sets or clears HOST_SUSPECT; the only way to do so, because eviction looks at it. */
void hosts_suspect(struct hosts *hosts, struct host *host, bool suspect);

struct hosts_counts {
	uint64_t live, added, evicted, evicted_suspects;
	size_t memory_bytes;
};
struct hosts_counts hosts_counts(const struct hosts *hosts);

#endif
