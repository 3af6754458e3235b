/* SPDX-License-Identifier: Apache-2.0 */
/* plan.h - what should hold on one asset: defaults and filters in nobody's dialect.  Pass filters over a drop default,
 * never a pass hole in a drop (architecture.md section 8). */
#ifndef CORDON_ISOLATION_PLAN_H
#define CORDON_ISOLATION_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/isolation/filter.h"

struct channel;
struct err;

#define PLAN_FILTERS 160

struct plan {
	char name[32]; /* the channel's */
	/* To prepare: with those asked for just before, this is all that is wanted; what else a device holds of ours may go. */
	bool complete;
	bool drop_transmit, drop_receive; /* defaults */
	bool anti_spoofing; /* IPv4 that it transmits must bear its own address, whatever the filters say */
	uint16_t filter_count;
	struct filter filters[PLAN_FILTERS];
};

/* A channel as filters: each allowed flow gives a transmit and a receive filter.  Fails when the channel lacks ARP or
 * DHCP (that would cut the management address off too: amt-system-defense.md 3.4), names a place without an
 * address, or does not fit. */
int plan_from_channel(const struct channel *channel, struct plan *plan, struct err *err);

#endif
