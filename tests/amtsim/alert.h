/* SPDX-License-Identifier: Apache-2.0 */
/* alert.h - alerts a device has for its subscribers (amt-out-of-band.md 6.3): a short queue,
 * emptied by delivery.c. */
#ifndef AMTSIM_ALERT_H
#define AMTSIM_ALERT_H

#include <stddef.h>
#include <stdint.h>

#define ALERT_ARGUMENT_BYTES 40

struct alert {
	uint64_t at_ns;
	const char *message_id; /* "iAMT0050": static storage */
	const char *filter;     /* collection it belongs to besides All: static storage */
	char argument[ALERT_ARGUMENT_BYTES];
	uint32_t number;
};

#define ALERTS_KEPT 16

/* Collections, as InstanceID of CIM_FilterCollection. */
#define ALERTS_ALL      "Intel(r) AMT:All"
#define ALERTS_FEATURES "Intel(r) AMT:Features"
#define ALERTS_USER     "Intel(r) AMT:User Notification"

struct alert_queue {
	struct alert *ring;      /* NULL until the first */
	uint64_t raised;         /* ever */
	void (*wake)(void *arg); /* told of each new one; NULL: nobody listens */
	void *arg;
};

void alert_fini(struct alert_queue *queue);
void alert_raise(struct alert_queue *queue, const struct alert *alert);
/* By number since start; NULL if it was pushed out. */
const struct alert *alert_get(const struct alert_queue *queue, uint64_t number);

#endif
