/* SPDX-License-Identifier: Apache-2.0 */
/* enumeration.h - Enumerate, Pull and Release (amt-system-defense.md 5.3). */
#ifndef AMTSIM_ENUMERATION_H
#define AMTSIM_ENUMERATION_H

#include "tests/amtsim/outcome.h"

struct class_def;
struct device;
struct envelope_body;
struct envelope_request;

struct outcome enumeration_open(struct device *device, const struct class_def *class_def,
				const struct envelope_request *request, struct envelope_body *body);
struct outcome enumeration_pull(struct device *device, const struct envelope_request *request,
				struct envelope_body *body);
struct outcome enumeration_release(struct device *device, const struct envelope_request *request);

#endif
