/* SPDX-License-Identifier: Apache-2.0 */
/* Sinks have numeric addresses: the simulator asks no name server. */
#include "tests/amtsim/subscription.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "tests/amtsim/check.h"
#include "tests/amtsim/input.h"
#include "tests/amtsim/text.h"

void subscription_fini(struct subscription_list *list)
{
	while (list->count > 0)
		free(list->items[--list->count].reference);
	free(list->items);
	list->items = NULL;
}

struct subscription *subscription_add(struct subscription_list *list,
				      const struct subscription *subscription)
{
	struct subscription *made;

	list->items = realloc(list->items, (list->count + 1) * sizeof(*list->items));
	CHECK(list->items);
	made = &list->items[list->count++];
	*made = *subscription;
	made->id = ++list->last_id;
	return made;
}

void subscription_remove(struct subscription_list *list, size_t index)
{
	CHECK(index < list->count);
	free(list->items[index].reference);
	list->count--;
	memmove(&list->items[index], &list->items[index + 1],
		(list->count - index) * sizeof(*list->items));
}

struct subscription *subscription_find(const struct subscription_list *list, uint32_t id)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (list->items[i].id == id)
			return &list->items[i];
	return NULL;
}

static bool read_host(const char *from, size_t len, struct sink *sink)
{
	const char *colon = memchr(from, ':', len);
	size_t host_len = colon ? (size_t)(colon - from) : len;
	char port[6] = "";
	struct in_addr v4;
	uint32_t number;

	if (host_len >= sizeof(sink->address) || (colon && len - host_len - 1 >= sizeof(port)))
		return false;
	memcpy(sink->address, from, host_len);
	sink->address[host_len] = '\0';
	if (colon) {
		memcpy(port, colon + 1, len - host_len - 1);
		if (!input_parse_number(port, UINT16_MAX, &number) || number == 0)
			return false;
		sink->port = (uint16_t)number;
	}
	return inet_pton(AF_INET, sink->address, &v4) == 1;
}

bool subscription_sink(const char *url, struct sink *sink)
{
	const char *host;
	size_t len;

	*sink = (struct sink){ .tls = strncmp(url, "https://", 8) == 0 };
	if (!sink->tls && strncmp(url, "http://", 7) != 0)
		return false;
	sink->port = sink->tls ? 443 : 80;
	host = url + (sink->tls ? 8 : 7);
	len = strcspn(host, "/");
	sink->path = host[len] ? host + len : "/";
	return read_host(host, len, sink);
}
