/* SPDX-License-Identifier: Apache-2.0 */
/* policy_fit.h - how much of a firmware's filters the channels and measures of a policy take. */
#ifndef CORDON_CLI_POLICY_FIT_H
#define CORDON_CLI_POLICY_FIT_H

#include <stdio.h>

struct plan;
struct policy;

/* Every plan that is prepared on a machine: one for each channel that can be one, and for each measure. */
typedef void policy_plan_fn(void *arg, const struct plan *plan);
void policy_fit_each(const struct policy *policy, policy_plan_fn *take, void *arg);

/* A line for each channel on out; for those that no documented firmware holds, and why, on errors. */
void policy_fit_print(const struct policy *policy, FILE *out, FILE *errors);

#endif
