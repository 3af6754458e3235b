/* SPDX-License-Identifier: Apache-2.0 */
/* class_policy.h - how policies and their filters are numbered, for statistics. */
#ifndef AMTSIM_CLASS_POLICY_H
#define AMTSIM_CLASS_POLICY_H

#include <stddef.h>

struct device;

/* Position among AMT_FilterInSystemDefensePolicy of a policy's first filter.  Its filters follow
 * in the order of gate_statistic(). */
size_t class_policy_first_member(const struct device *device, size_t policy_index);

#endif
