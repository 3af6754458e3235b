/* SPDX-License-Identifier: Apache-2.0 */
/* chronicle.h - what a device tells about what happened to it: one happening becomes a record of
 * the event log, a record of the audit log, alerts to subscribers (amt-system-defense.md 3.6). */
#ifndef AMTSIM_CHRONICLE_H
#define AMTSIM_CHRONICLE_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/amtsim/auditlog.h"
#include "tests/amtsim/gate.h"

struct device;

/* A filter with an event matched for the first time. */
void chronicle_filter_matched(struct device *device, const struct gate_event *event);
/* Another policy, or none, is active now. */
void chronicle_policy_changed(struct device *device);
/* Heuristics met a worm. */
void chronicle_worm(struct device *device);
/* A serial session opened or closed. */
void chronicle_redirection(struct device *device, bool opened);
/* An agent of that GUID came to a state (a bit of CurrentState). */
void chronicle_agent(struct device *device, const uint8_t guid[16], uint32_t state);

void chronicle_audit(struct device *device, enum audit_app app, uint16_t event, uint32_t subject);
bool chronicle_audit_locked(const struct device *device);
bool chronicle_audit_full(const struct device *device);
/* Audited operations are refused now (status 2075). */
bool chronicle_audit_blocks(const struct device *device);

#endif
