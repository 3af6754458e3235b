/* SPDX-License-Identifier: Apache-2.0 */
/* trw_settings.h - what can be set of trw; detectors/trw.md says what for. */
#ifndef CORDON_DETECTORS_TRW_SETTINGS_H
#define CORDON_DETECTORS_TRW_SETTINGS_H

#include <stdint.h>

#include "core/detect/param.h"

struct err;

struct trw_config {
	double worm, unrouted, service, high, icmp, silent_udp, success;
	double high_cap, icmp_cap, icmp_sequential, named_cap, discovery, company_cap;
	uint32_t icmp_networks;
	uint64_t half_life_ns, slow_half_life_ns, peer_ns, site_answer_ns, company_ns;
	struct param_ports worm_ports, exposed_ports, outward_ports, service_ports, discovery_ports;
};

extern const struct param trw_params[]; /* ends with PARAM_END */

/* Do they fit each other?  As struct detector wants it. */
int trw_check(const void *settings, struct err *err);

#endif
