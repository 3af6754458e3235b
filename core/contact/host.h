/* SPDX-License-Identifier: Apache-2.0 */
/* host.h - hosts seen on the wire.
 *
 * A fixed-size table: sets of eight, keyed hash, no allocation after start.  When a set is full the
 * entry given up is the one longest unheard among those without evidence, else the longest unheard.
 * What else belongs to a host is found by its index and forgotten when the key there is another.
 *
 * Only sources of contacts and holders of a role are hosts: a mere destination takes no place, nor
 * does a source that has reached for one thing only and was not let in (novices.h). */
#ifndef CORDON_CONTACT_HOST_H
#define CORDON_CONTACT_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/net/addr.h"

struct mem_region;
struct hash_key;
struct hosts;

enum host_role {
	HOST_ROUTER = 1 << 0,      /* others send it frames for addresses not its own */
	HOST_DHCP_SERVER = 1 << 1, /* answered a DHCP client from port 67 */
	HOST_DNS_SERVER = 1 << 2,  /* answered another host from port 53 */
	HOST_BLIND = 1 << 3, /* proven to be answered out of our sight; ends with an answer seen */
	HOST_SUSPECT = 1 << 4,      /* a detector holds evidence: keep it when tables are full */
	HOST_UNICAST_SEEN = 1 << 5, /* unicast frames from or to it reach the sensor */
	HOST_DISPUTED = 1 << 6, /* two MACs use its address; ends ten minutes after the last sign */
	HOST_DISOWNED =
		1 << 7,       /* it reset a connection begun in its name, less than a minute ago */
	HOST_BEYOND = 1 << 9, /* of a contact only: tracker_is_beyond() */
	HOST_ESTABLISHED = 1 << 10, /* router or DHCP server, and well founded (roles.h): excuses */
	HOST_NAT = 1 << 11,         /* speaks for several machines */
	HOST_MONITOR = 1 << 12,     /* polls many hosts, which answer */
	HOST_SERVER = 1 << 13,      /* serves many; excuses nothing */
	HOST_MAIL_SERVER = 1 << 14, /* accepts mail of many */
};

struct host {
	struct host_key key;
	struct mac mac;    /* that sent its latest contact; zero if unknown or only a router's */
	uint16_t roles;    /* enum host_role */
	uint32_t heard_ms; /* tracker's monotonic time; wraps */
	uint32_t way;      /* the table's own: where its tag is */
	uint32_t last_target[2]; /* low bits of the last new ARP and ND target */
	/* The tracker's: recognises its contacts (pairs.h); 0 while it has none. */
	uint32_t pair_check;
	uint32_t block;       /* the engine's: where its detectors' memory is; 0 = it has none */
	uint32_t disputed_ms; /* when that was last told */
	uint16_t established; /* the engine's: classes of evidence that convicted it beyond doubt, a bit each */
	uint16_t disowned_s; /* when it last did, tracker's time; wraps */
};

_Static_assert(sizeof(struct host) == 64, "a host is one cache line");

struct hosts *hosts_new(struct mem_region *region, uint32_t capacity, const struct hash_key *key);
void hosts_free(struct hosts *hosts);

/* With its hash at hand: hash_address() under the key of hosts_new().  NULL if unknown. */
struct host *hosts_find_hashed(struct hosts *hosts, const struct ip *ip, uint16_t vlan,
			       uint64_t hash);
struct host *hosts_find(struct hosts *hosts, const struct host_key *key); /* NULL if unknown */
/* Finds or takes a place for it; never NULL.  A new host's memory is zeroed. */
struct host *hosts_need(struct hosts *hosts, const struct host_key *key, uint64_t now_ns);
/* It was heard just now. */
void hosts_touch(struct host *host, uint64_t now_ns);
uint32_t hosts_index(const struct hosts *hosts, const struct host *host);
struct host *hosts_at(struct hosts *hosts, uint32_t index);
/* Sets or clears HOST_SUSPECT, at which eviction looks. */
void hosts_suspect(struct host *host, bool suspect);

struct hosts_counts {
	uint64_t live, evicted, evicted_suspects;
};
uint32_t hosts_capacity(const struct hosts *hosts);
struct hosts_counts hosts_counts(const struct hosts *hosts);

#endif
