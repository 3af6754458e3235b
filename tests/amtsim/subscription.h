/* SPDX-License-Identifier: Apache-2.0 */
/* subscription.h - who wants to be told of a device's alerts, and where to
 * (amt-out-of-band.md 6.3). */
#ifndef AMTSIM_SUBSCRIPTION_H
#define AMTSIM_SUBSCRIPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SUBSCRIPTION_SINK_BYTES   254 /* 253 characters and a NUL */
#define SUBSCRIPTION_FILTER_BYTES 40

struct subscription {
	uint32_t id;
	char filter[SUBSCRIPTION_FILTER_BYTES]; /* InstanceID of the collection */
	char sink[SUBSCRIPTION_SINK_BYTES];
	bool ack;        /* PushWithAck */
	char *reference; /* XML that events carry in their header, "" for none; owned */
	uint64_t next;   /* number of the alert to look at next */
	bool busy;       /* one is under way */
	uint64_t retry_ns;
	uint32_t delivered, lost;
};

struct subscription_list {
	struct subscription *items; /* NULL until the first */
	size_t count;
	uint32_t last_id;
};

struct sink {
	bool tls;
	char address[46]; /* numeric */
	uint16_t port;
	const char *path; /* into the URL */
};

void subscription_fini(struct subscription_list *list);
/* Copies; `reference` becomes the list's. */
struct subscription *subscription_add(struct subscription_list *list,
				      const struct subscription *subscription);
void subscription_remove(struct subscription_list *list, size_t index);
struct subscription *subscription_find(const struct subscription_list *list, uint32_t id);
/* False unless the URL is http or https with a numeric address. */
bool subscription_sink(const char *url, struct sink *sink);

#endif
