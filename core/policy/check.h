/* SPDX-License-Identifier: Apache-2.0 */
/* check.h - whether the parts of a loaded policy fit together: names that exist, channels that
 * keep the firmware reachable, rules that can fire. */
#ifndef CORDON_POLICY_CHECK_H
#define CORDON_POLICY_CHECK_H

struct complaints;
struct policy;

void check_policy(const struct policy *policy, struct complaints *complaints);

#endif
