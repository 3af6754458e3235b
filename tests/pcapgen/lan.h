/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PCAPGEN_LAN_H
#define TESTS_PCAPGEN_LAN_H

/* The cast of a capture: a LAN, the stations on it, and who has whose MAC in its ARP cache.
 *
 * Every station's MAC is 02:c0:4d and the last three bytes of its address (02 = locally
 * administered), so that a reader of a capture knows who is who.  A station beyond the gateway has
 * the gateway's MAC.  Addresses in host order, times in microseconds since the capture's start. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lan;

/* What a station does with a connection that it does not want. */
enum defence {
	DEFENCE_OPEN,    /* Windows file sharing open: accepts on the asked port */
	DEFENCE_REFUSES, /* RST */
	DEFENCE_SILENT,  /* a firewall drops it */
};

struct station {
	uint32_t ip;
	uint8_t mac[6];
	uint8_t ttl;
	uint8_t defence; /* enum defence */
	bool pc;         /* an ordinary workstation */
	bool vulnerable;
	bool infected;
	bool remote;        /* beyond the gateway */
	uint16_t next_port; /* ephemeral */
	unsigned index;     /* in its LAN; meaningless when remote */
};

struct lan_plan {
	uint32_t network;
	unsigned prefix_bits;
	uint16_t vlan;
	unsigned pcs;
	uint32_t first_pc;
	/* 0 = there is none.  Several roles may share an address. */
	uint32_t gateway, dns, dhcp, server, remediation;
};

/* NULL when there are more than 512 stations or a role lies outside the network. */
struct lan *lan_new(const struct lan_plan *plan);
void lan_free(struct lan *lan);

const struct lan_plan *lan_plan(const struct lan *lan);
bool lan_on_link(const struct lan *lan, uint32_t ip);
uint32_t lan_size(const struct lan *lan); /* addresses, network and broadcast included */

/* NULL when nobody has that address: it is dark. */
struct station *lan_find(struct lan *lan, uint32_t ip);
size_t lan_count(const struct lan *lan);
struct station *lan_station(struct lan *lan, size_t index);

/* Nobody of a range of addresses, here or beyond the gateway, sends or answers for a time. */
struct outage {
	uint32_t first, last;
	uint64_t at_us, until_us;
};

/* False when there are too many. */
bool lan_add_outage(struct lan *lan, const struct outage *outage);
/* For an address beyond the gateway also when that is out. */
bool lan_is_out(const struct lan *lan, uint32_t ip, uint64_t at_us);

/* A station beyond the gateway; the LAN must have one. */
struct station lan_remote(const struct lan *lan, uint32_t ip);

uint16_t station_port(struct station *station); /* the next ephemeral port */

bool lan_knows(const struct lan *lan, const struct station *who, const struct station *whom,
	       uint64_t at_us);
void lan_learn(struct lan *lan, const struct station *who, const struct station *whom,
	       uint64_t at_us);

#endif
