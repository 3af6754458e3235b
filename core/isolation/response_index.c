/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the running isolations is meant, and whose turn it is, without walking through thousands for each answer.
 *
 * One list in order of id (what people see), two hashes of buckets (asset, host) and a heap by time.  Whatever an isolation
 * does follows from something that happened to it or to another of its asset, or from its time having come: those are
 * looked at, nobody else.  Left out: shrinking; the lists are as long as the worst day was. */
#include <stdlib.h>
#include <string.h>

#include "core/base/fnv.h"
#include "core/base/invariant.h"
#include "core/base/mem.h"
#include "core/isolation/response_running.h"

static void append(struct running_list *list, struct running *running)
{
	if (list->count == list->room) {
		list->room = 2 * list->room + 16;
		list->items = mem_resize(list->items, list->room, sizeof(*list->items));
	}
	list->items[list->count++] = running;
}

/* ---- by id ------------------------------------------------------------------------------------- */

/* Where it is, or would be. */
static size_t place_of(const struct response *response, uint64_t id)
{
	size_t low = 0, high = response->running.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (response->running.items[middle]->isolation.id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct running *response_find_id(const struct response *response, uint64_t id)
{
	size_t at = place_of(response, id);

	if (at == response->running.count || response->running.items[at]->isolation.id != id)
		return NULL;
	return response->running.items[at];
}

static int compare_ids(const void *a, const void *b)
{
	const struct running *x = *(struct running *const *)a, *y = *(struct running *const *)b;

	return (x->isolation.id > y->isolation.id) - (x->isolation.id < y->isolation.id);
}

/* ---- by asset and host ------------------------------------------------------------------------- */

/* Names and addresses are the roster's, and what strangers forge is never isolated. */
static size_t bucket_of(const struct response *response, const void *key, size_t length)
{
	return fnv(key, length) & (response->bucket_count - 1);
}

static struct running **asset_bucket(const struct response *response, const char *asset)
{
	return &response->by_asset[bucket_of(response, asset, strlen(asset))];
}

static struct running **host_bucket(const struct response *response, const struct host_key *host)
{
	return &response->by_host[bucket_of(response, host, sizeof(*host))];
}

/* In order of id, which almost always is the order of coming. */
static void link_in(struct response *response, struct running *running)
{
	struct running **asset = asset_bucket(response, running->isolation.asset),
		       **host = host_bucket(response, &running->isolation.host);

	while (*asset && (*asset)->isolation.id < running->isolation.id)
		asset = &(*asset)->next_of_asset;
	running->next_of_asset = *asset;
	*asset = running;
	while (*host && (*host)->isolation.id < running->isolation.id)
		host = &(*host)->next_of_host;
	running->next_of_host = *host;
	*host = running;
}

static void link_out(struct response *response, struct running *running)
{
	struct running **asset = asset_bucket(response, running->isolation.asset),
		       **host = host_bucket(response, &running->isolation.host);

	while (*asset != running)
		asset = &(*asset)->next_of_asset;
	*asset = running->next_of_asset;
	while (*host != running)
		host = &(*host)->next_of_host;
	*host = running->next_of_host;
}

static void grow_buckets(struct response *response)
{
	mem_free(response->by_asset);
	mem_free(response->by_host);
	response->bucket_count = response->bucket_count ? 2 * response->bucket_count : 64;
	response->by_asset = mem_array(response->bucket_count, sizeof(struct running *));
	response->by_host = mem_array(response->bucket_count, sizeof(struct running *));
	for (size_t i = 0; i < response->running.count; i++)
		link_in(response, response->running.items[i]);
}

struct running *response_of_asset(const struct response *response, const char *asset,
				  const struct running *after)
{
	struct running *running = after                ? after->next_of_asset
				  : response->by_asset ? *asset_bucket(response, asset)
						       : NULL;

	while (running && strcmp(running->isolation.asset, asset) != 0)
		running = running->next_of_asset;
	return running;
}

struct running *response_of_host(const struct response *response, const struct host_key *host,
				 const struct running *after)
{
	struct running *running = after               ? after->next_of_host
				  : response->by_host ? *host_bucket(response, host)
						      : NULL;

	while (running && memcmp(&running->isolation.host, host, sizeof(*host)) != 0)
		running = running->next_of_host;
	return running;
}

/* ---- by time ----------------------------------------------------------------------------------- */

static void put(struct running_list *heap, size_t at, struct running *running)
{
	heap->items[at - 1] = running;
	running->heap_at = at;
}

static void rise(struct running_list *heap, struct running *running)
{
	size_t at = running->heap_at;

	while (at > 1 && heap->items[at / 2 - 1]->wake_ns > running->wake_ns) {
		put(heap, at, heap->items[at / 2 - 1]);
		at /= 2;
	}
	put(heap, at, running);
}

static void sink(struct running_list *heap, struct running *running)
{
	size_t at = running->heap_at, child;

	while ((child = 2 * at) <= heap->count) {
		if (child < heap->count &&
		    heap->items[child]->wake_ns < heap->items[child - 1]->wake_ns)
			child++;
		if (heap->items[child - 1]->wake_ns >= running->wake_ns)
			break;
		put(heap, at, heap->items[child - 1]);
		at = child;
	}
	put(heap, at, running);
}

static void sleep_on(struct running_list *heap, struct running *running)
{
	size_t at = running->heap_at;
	struct running *last;

	if (!at)
		return;
	running->heap_at = 0;
	last = heap->items[--heap->count];
	if (last == running)
		return;
	put(heap, at, last);
	rise(heap, last);
	sink(heap, last);
}

void response_wake(struct running *running, uint64_t wake_ns)
{
	struct running_list *heap = &running->response->heap;

	if (!wake_ns) {
		sleep_on(heap, running);
		return;
	}
	running->wake_ns = wake_ns;
	if (!running->heap_at) {
		append(heap, running);
		running->heap_at = heap->count;
	}
	rise(heap, running);
	sink(heap, running);
}

uint64_t response_next_wake_ns(const struct response *response)
{
	return response->heap.count ? response->heap.items[0]->wake_ns : 0;
}

/* ---- whose turn it is -------------------------------------------------------------------------- */

void response_touch(struct running *running)
{
	struct response *response = running->response;

	if (!running->touched)
		append(&response->touched, running);
	running->touched = true;
	if (!running->ended && isolation_has_ended(&running->isolation)) {
		running->ended = true;
		append(&response->ended, running);
	}
}

const struct running_list *response_take_due(struct response *response, uint64_t now_ns)
{
	struct running_list *touched = &response->touched, *due = &response->due, taken = *due;

	while (response->heap.count && response->heap.items[0]->wake_ns <= now_ns) {
		struct running *running = response->heap.items[0];

		sleep_on(&response->heap, running);
		response_touch(running);
	}
	/* The list grows under the loop: what is added has its asset's others in it already. */
	for (size_t i = 0; i < touched->count; i++) {
		const char *asset = touched->items[i]->isolation.asset;
		struct running *other = NULL;

		while ((other = response_of_asset(response, asset, other)) != NULL)
			response_touch(other);
	}
	*due = *touched;
	*touched = taken;
	touched->count = 0;
	for (size_t i = 0; i < due->count; i++)
		due->items[i]->touched = false;
	if (due->count > 1)
		qsort(due->items, due->count, sizeof(*due->items), compare_ids);
	return due;
}

/* ---- coming and going -------------------------------------------------------------------------- */

struct running *response_add(struct response *response, const struct isolation *isolation)
{
	struct running *running = mem_alloc(sizeof(*running));
	size_t at = place_of(response, isolation->id), count = response->running.count;

	running->response = response;
	running->isolation = *isolation;
	append(&response->running, running);
	memmove(response->running.items + at + 1, response->running.items + at,
		(count - at) * sizeof(struct running *));
	response->running.items[at] = running;
	if (response->running.count > response->bucket_count)
		grow_buckets(response);
	else
		link_in(response, running);
	response_touch(running);
	return running;
}

/* Its end may be what another of its asset waits for. */
static void touch_others(struct response *response, const struct running *gone)
{
	struct running *other = NULL;

	while ((other = response_of_asset(response, gone->isolation.asset, other)) != NULL)
		response_touch(other);
}

static void forget_ended(struct running_list *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++)
		if (!list->items[i]->ended)
			list->items[kept++] = list->items[i];
	list->count = kept;
}

const struct running_list *response_ended(struct response *response)
{
	struct running_list *ended = &response->ended;

	if (ended->count > 1)
		qsort(ended->items, ended->count, sizeof(*ended->items), compare_ids);
	return ended;
}

/* Moves what lies between them to the front, from one to the next. */
void response_remove_ended(struct response *response)
{
	const struct running_list *ended = response_ended(response);
	struct running_list *all = &response->running;
	size_t kept = ended->count ? place_of(response, ended->items[0]->isolation.id) : 0;

	if (!ended->count)
		return;
	for (size_t i = 0; i < ended->count; i++)
		touch_others(response, ended->items[i]);
	forget_ended(&response->touched);
	for (size_t i = 0; i < ended->count; i++) {
		struct running *running = ended->items[i];
		size_t next = i + 1 < ended->count
				      ? place_of(response, ended->items[i + 1]->isolation.id)
				      : all->count;
		size_t after = place_of(response, running->isolation.id) + 1;

		memmove(all->items + kept, all->items + after,
			(next - after) * sizeof(struct running *));
		kept += next - after;
	}
	all->count = kept;
	for (size_t i = 0; i < ended->count; i++) {
		sleep_on(&response->heap, ended->items[i]);
		link_out(response, ended->items[i]);
		mem_free(ended->items[i]);
	}
	response->ended.count = 0;
}

void response_index_free(struct response *response)
{
	for (size_t i = 0; i < response->running.count; i++)
		mem_free(response->running.items[i]);
	mem_free(response->running.items);
	mem_free(response->heap.items);
	mem_free(response->touched.items);
	mem_free(response->ended.items);
	mem_free(response->due.items);
	mem_free(response->by_asset);
	mem_free(response->by_host);
}
