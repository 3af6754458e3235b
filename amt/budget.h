/* SPDX-License-Identifier: Apache-2.0 */
/* budget.h - what one policy may hold on a device, and whether a draft of one fits (amt-system-defense.md 2.7, 3.1). */
#ifndef CORDON_AMT_BUDGET_H
#define CORDON_AMT_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "amt/release.h"
#include "amt/sysdefense.h"
#include "core/isolation/plan.h"

struct err;

#define SD_SPOOF_SLOTS 2 /* transmit slots of anti-spoofing (3.1) */

/* The default filters are already taken off. */
struct sd_budget {
	uint32_t tx_filters, rx_filters;   /* IPv4 slots */
	uint32_t tx_counters, rx_counters; /* for filters and defaults that count */
	uint32_t v6_tx_filters, v6_rx_filters;
	uint32_t v6_ratio;  /* slots per IPv6 filter, at least 1 */
	bool anti_spoofing; /* the port can; it takes two transmit slots and, to count, a counter */
	uint8_t flag_coding; /* enum sd_flag_coding; not from the device */
};

/* The documented limits (3.1) where the device does not say; no IPv6 filters where the release has none. */
struct sd_budget sd_budget_of(const struct sd_port_capabilities *capabilities,
			      const struct release *release);

/* Filters on their way into a policy: as many as a plan may hold, with what each came from. */
struct sd_draft {
	struct sd_filter filters[PLAN_FILTERS];
	const struct filter *from[PLAN_FILTERS];
	size_t count;
	bool widened;
};

/* ERR_LIMIT if it does not fit, and in words what takes most, as in "needs 35 receive filters, 31 fit; ...".  What only counts gives way: the defaults of policy stop counting
 * where there are no counters, and so does anti-spoofing where none is left for it. */
int sd_budget_check(const struct sd_draft *draft, const struct sd_budget *budget,
		    struct sd_policy *policy, struct err *err);

/* For people, where a filter has no label of its own. */
const char *sd_label_of(const struct filter *filter);

#endif
