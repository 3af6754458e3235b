/* SPDX-License-Identifier: Apache-2.0 */
/* arpsweep_settings.h - what the administrator can set about arpsweep (weights: worm-detection.md F). */
#ifndef CORDON_DETECTORS_ARPSWEEP_SETTINGS_H
#define CORDON_DETECTORS_ARPSWEEP_SETTINGS_H

#include <stdint.h>

#include "core/detect/param.h"

struct arpsweep_config {
	double dark, asleep, asleep_cap, live, company_cap, sequential, step, scattered;
	double named, named_cap, role_cap, listed, at_once_cap;
	uint32_t at_once;
	uint64_t half_life_ns, new_half_life_ns, cold_half_life_ns, slow_half_life_ns, peer_ns,
		errand_ns;
	struct param_ports worm_ports;
};

extern const struct param arpsweep_params[];

#endif
