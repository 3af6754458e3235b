/* SPDX-License-Identifier: Apache-2.0 */
/* service.h - one authenticated WS-Management request in, one answer out.
 *
 * Pure but for the device it changes; bring the time with device_tick() first. */
#ifndef AMTSIM_SERVICE_H
#define AMTSIM_SERVICE_H

#include <stddef.h>

#include "tests/amtsim/mishap.h"
#include "tests/amtsim/text.h"

struct device;

struct service_answer {
	unsigned http_status;
	bool html; /* `xml` is empty: answer with a page */
	struct text xml;
	uint32_t delay_ms;    /* answer no sooner */
	struct mishap mishap; /* for the connection to act out; MISHAP_NONE normally */
};

void service_answer_init(struct service_answer *answer);
void service_answer_fini(struct service_answer *answer);
void service_handle(struct device *device, const char *body, size_t len,
		    struct service_answer *answer);

#endif
