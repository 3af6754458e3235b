/* SPDX-License-Identifier: Apache-2.0 */
/* filter.h - one packet filter, in nobody's dialect: all given fields must match.
 *
 * Directions are the isolated machine's own: TRANSMIT leaves it.  Addresses and ports are therefore named local
 * and remote, not source and destination. */
#ifndef CORDON_ISOLATION_FILTER_H
#define CORDON_ISOLATION_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/net/addr.h"

enum filter_direction { FILTER_TRANSMIT, FILTER_RECEIVE };
enum filter_action { FILTER_PASS, FILTER_DROP, FILTER_RATE_LIMIT };

struct filter {
	uint8_t direction;  /* enum filter_direction */
	uint8_t action;     /* enum filter_action */
	bool count;         /* keep a packet counter */
	uint16_t ethertype; /* 0 = any; with IP fields it is 0x0800 or 0x86dd */
	uint8_t proto;      /* IPPROTO_*; 0 = any */
	bool has_remote;
	struct prefix remote;
	uint16_t local_port_first, local_port_last; /* 0,0 = any */
	uint16_t remote_port_first, remote_port_last;
	bool opening;        /* TCP: only packets that open a connection (SYN without ACK) */
	uint32_t rate_per_s; /* RATE_LIMIT */
	char label[17];      /* short, for people and for names in firmware: "tx-arp" */
};

struct err;

/* Whether the fields can be true together; err says which do not fit. */
int filter_check(const struct filter *filter, struct err *err);

#endif
