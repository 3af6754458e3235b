/* SPDX-License-Identifier: Apache-2.0 */
/* measure.h - what a decision wants to hold on a machine, as a plan: a channel's for an isolation, a few filters over
 * open defaults for a measure (count, limit, block). */
#ifndef CORDON_ISOLATION_MEASURE_H
#define CORDON_ISOLATION_MEASURE_H

struct decision;
struct err;
struct plan;
struct policy;

/* The decision must act (verdict_acts).  Fails where the policy no longer has the channel or the channel gives no plan. */
int plan_from_decision(const struct policy *policy, const struct decision *decision,
		       struct plan *plan, struct err *err);

#endif
