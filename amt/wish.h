/* SPDX-License-Identifier: Apache-2.0 */
/* wish.h - an act that waits at its endpoint: what was asked and no more, how urgent it is, and what it overtakes. */
#ifndef CORDON_AMT_WISH_H
#define CORDON_AMT_WISH_H

#include <stdbool.h>
#include <stddef.h>

#include "amt/amt.h"
#include "amt/dispatch.h"
#include "core/asset/asset.h"
#include "core/isolation/enforcer.h"
#include "core/isolation/plan.h"
#include "core/isolation/remedy.h"

/* Most machines get the same few plans, so those that wait share them. */
struct fleet_plan {
	size_t users;
	struct plan plan;
};

struct wish {
	struct wish *next;
	unsigned kind; /* enum enforcer_act, ACT_SURVEY or ACT_POWER */
	struct asset asset;
	struct fleet_plan *plan; /* NULL if none was given */
	bool overflow;           /* the queue was full */
	enforcer_done_fn *done;
	amt_report_fn *report;
	remedy_done_fn *power_done;
	struct remedy_wish power;
	void *arg;
};

struct wish *wish_new(unsigned kind, const struct asset *asset, void *arg);
void wish_free(struct wish *wish); /* and its share of the plan */
enum dispatch_class wish_class(unsigned kind);
/* Where it belongs in the queue that begins at *first. */
struct wish **wish_place(struct wish **first, const struct wish *wish);

/* One user less; freed with the last.  NULL is fine. */
void wish_drop_plan(struct fleet_plan *plan);

#endif
