/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of a machine while nobody speaks to it: one piece of some hundred bytes, beside those of the other idle ones.
 *
 * The lists are squeezed rather than written field by field: they come back as they were, whatever fields they get. */
#include "amt/cim.h"
#include "amt/endpoint.h"
#include "amt/session.h"
#include "amt/soap.h"
#include "core/base/buf.h"
#include "core/base/invariant.h"
#include "core/base/mem.h"
#include "core/base/slab.h"
#include "core/base/span.h"
#include "core/base/squeeze.h"

#define RESTING_MAX_BYTES (8u << 20)
#define LISTS             4

/* Filters and bindings are enumerated by two classes each; a list without zeros grows by less than a tenth, and a port's
 * reference comes out of one answer. */
_Static_assert((size_t)SESSION_ITEMS_MAX *(sizeof(struct sd_policy) + 2 * sizeof(struct sd_filter) +
					   2 * sizeof(struct sd_binding)) *
				       11 / 10 +
			       4 * SOAP_BYTES_MAX <
		       RESTING_MAX_BYTES,
	       "whatever a device tells of itself can be laid to rest");

struct list {
	void **items;
	size_t count, item_bytes;
};

static void lists_of(struct endpoint *endpoint, struct list lists[LISTS])
{
	struct objects *objects = &endpoint->objects;

	lists[0] = (struct list){ (void **)&objects->policies, objects->policy_count,
				  sizeof(*objects->policies) };
	lists[1] = (struct list){ (void **)&objects->filters, objects->filter_count,
				  sizeof(*objects->filters) };
	lists[2] = (struct list){ (void **)&objects->bindings, objects->binding_count,
				  sizeof(*objects->bindings) };
	lists[3] = (struct list){ (void **)&endpoint->prepared, endpoint->prepared_count,
				  sizeof(*endpoint->prepared) };
}

static void rest_port(struct cim_reference **port, struct buf *to)
{
	buf_char(to, *port != NULL);
	if (*port)
		cim_reference_pack(*port, to);
	cim_reference_free(*port);
	*port = NULL;
}

static void wake_port(struct cim_reference **port, struct span *from)
{
	if (span_u8(from))
		*port = cim_reference_unpack(from);
}

void endpoint_rest(struct endpoint *endpoint)
{
	struct list lists[LISTS];
	struct buf buf;

	INVARIANT(!endpoint->resting);
	objects_thin_out(&endpoint->objects);
	lists_of(endpoint, lists);
	buf_init(&buf, RESTING_MAX_BYTES);
	for (unsigned i = 0; i < INVENTORY_PORTS; i++)
		rest_port(&endpoint->inventory.ports[i].reference, &buf);
	for (size_t i = 0; i < LISTS; i++) {
		squeeze(*lists[i].items, lists[i].count * lists[i].item_bytes, &buf);
		mem_free(*lists[i].items);
		*lists[i].items = NULL;
	}
	INVARIANT(!buf.overflow);
	endpoint->resting = slab_take(endpoint->parts->slab, buf.length);
	endpoint->resting_bytes = buf.length;
	memcpy(endpoint->resting, buf.text, buf.length);
	buf_fini(&buf);
}

void endpoint_wake(struct endpoint *endpoint)
{
	struct list lists[LISTS];
	struct span span;

	if (!endpoint->resting)
		return;
	span = span_of(endpoint->resting, endpoint->resting_bytes);
	for (unsigned i = 0; i < INVENTORY_PORTS; i++)
		wake_port(&endpoint->inventory.ports[i].reference, &span);
	lists_of(endpoint, lists);
	for (size_t i = 0; i < LISTS; i++) {
		if (!lists[i].count)
			continue;
		*lists[i].items = mem_array(lists[i].count, lists[i].item_bytes);
		unsqueeze(&span, *lists[i].items, lists[i].count * lists[i].item_bytes);
	}
	INVARIANT(!span.bad && span.left == 0);
	slab_give(endpoint->parts->slab, endpoint->resting, endpoint->resting_bytes);
	endpoint->resting = NULL;
}
