/* SPDX-License-Identifier: Apache-2.0 */
/* fleet.h - all endpoints and the acts they are asked for: the enforcer behind amt.h, over any
 * transport. */
#ifndef CORDON_AMT_FLEET_H
#define CORDON_AMT_FLEET_H

#include "amt/amt.h"
#include "amt/endpoint.h"

struct fleet;

/* parts is copied; what it points to outlives the fleet. */
struct fleet *fleet_new(const struct endpoint_parts *parts);
void fleet_free(struct fleet *fleet);
const struct enforcer *fleet_enforcer(struct fleet *fleet);
const struct remedy *fleet_remedy(struct fleet *fleet);
void fleet_survey(struct fleet *fleet, const struct asset *asset, amt_report_fn *done, void *arg);

#endif
