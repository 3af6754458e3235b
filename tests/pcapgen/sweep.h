/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PCAPGEN_SWEEP_H
#define TESTS_PCAPGEN_SWEEP_H

/* Scans and scan-like crowds other than the worm's own: each a source, a rate and a number. */

#include <stdbool.h>
#include <stdint.h>

struct scene;

enum sweep_kind {
	SWEEP_ARP, /* ARP only, as nmap -sn does on its own LAN */
	SWEEP_ND,  /* IPv6 neighbour solicitations in one /64 */
	SWEEP_TCP,
	SWEEP_UDP,
	SWEEP_ICMP,
};

struct sweep_plan {
	enum sweep_kind kind;
	uint32_t who;
	uint32_t to; /* first target; ignored by ND, whose targets are prefix::1, ::2 ... */
	unsigned count;
	double targets_per_s;
	uint64_t at_us;
	uint16_t port;
	unsigned tries;         /* ARP and ND requests per dark neighbour */
	unsigned alive_percent; /* of targets beyond the gateway */
	bool in_order;
};

void sweep_run(struct scene *scene, const struct sweep_plan *plan);

struct portscan_plan {
	uint32_t who;
	uint32_t target;
	uint16_t first_port;
	uint16_t last_port;
	uint8_t flags; /* TCP_SYN, or those of segments that belong to no connection */
	double ports_per_s;
	uint64_t at_us;
};

/* SYN to each port in random order; 22, 80 and 443 accept, the others refuse.  Of other segments all are refused. */
void portscan_run(struct scene *scene, const struct portscan_plan *plan);

struct p2p_plan {
	uint32_t who;
	unsigned peers;
	uint16_t port;
	unsigned dead_percent;
	double peers_per_s;
	uint64_t at_us;
};

/* A file-sharing client joins: many peers, all over the world and on one port, most of them gone. */
void p2p_run(struct scene *scene, const struct p2p_plan *plan);

struct flood_plan {
	uint32_t via; /* the station whose MAC sends */
	uint32_t target;
	uint16_t port;
	unsigned count;
	unsigned sources; /* distinct forged addresses; 0 = each packet its own */
	bool inside;      /* forged addresses are those of the LAN */
	double packets_per_s;
	uint64_t at_us;
};

/* SYNs with forged source addresses; nobody answers. */
void flood_run(struct scene *scene, const struct flood_plan *plan);

#endif
