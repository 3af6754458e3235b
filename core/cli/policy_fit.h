/* SPDX-License-Identifier: Apache-2.0 */
/* policy_fit.h - how much of a firmware's filters each channel of a policy takes. */
#ifndef CORDON_CLI_POLICY_FIT_H
#define CORDON_CLI_POLICY_FIT_H

#include <stdio.h>

struct policy;

/* A line for each channel on out; for those that no documented firmware holds, and why, on errors. */
void policy_fit_print(const struct policy *policy, FILE *out, FILE *errors);

#endif
