/* SPDX-License-Identifier: Apache-2.0 */
/* eventing.h - Subscribe, Unsubscribe, and the event itself (DSP0226 clause 10;
 * amt-out-of-band.md 6.3). */
#ifndef AMTSIM_EVENTING_H
#define AMTSIM_EVENTING_H

#include "tests/amtsim/outcome.h"

struct alert;
struct class_def;
struct device;
struct envelope_body;
struct envelope_request;
struct subscription;
struct text;

struct outcome eventing_subscribe(struct device *device, const struct class_def *class_def,
				  const struct envelope_request *request,
				  struct envelope_body *body);
struct outcome eventing_unsubscribe(struct device *device, const struct class_def *class_def,
				    const struct envelope_request *request);
/* The whole envelope of one alert for one subscriber. */
void eventing_write(struct text *out, struct device *device,
		    const struct subscription *subscription, const struct alert *alert);

#endif
