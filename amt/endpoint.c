/* SPDX-License-Identifier: Apache-2.0 */
/* One AMT machine.  The queue itself is worked off by fleet.c. */
#include "amt/endpoint.h"

#include <stdio.h>
#include <string.h>

#include "amt/act.h"
#include "amt/session.h"
#include "amt/transaction.h"
#include "core/base/err.h"
#include "core/base/loop.h"
#include "core/base/mem.h"

struct endpoint *endpoint_new(const struct endpoint_parts *parts, const char *asset)
{
	struct endpoint *endpoint = mem_alloc(sizeof(*endpoint));

	endpoint->parts = parts;
	snprintf(endpoint->asset, sizeof(endpoint->asset), "%s", asset);
	return endpoint;
}

void endpoint_forget_objects(struct endpoint *endpoint)
{
	objects_fini(&endpoint->objects);
	for (size_t i = 0; i < endpoint->prepared_count; i++)
		mem_free(endpoint->prepared[i]);
	endpoint->prepared_count = 0;
}

void endpoint_forget(struct endpoint *endpoint)
{
	endpoint_forget_objects(endpoint);
	inventory_fini(&endpoint->inventory);
	endpoint->session_realm[0] = '\0';
}

static void drop_queue(struct endpoint *endpoint)
{
	struct act *next;

	for (struct act *act = endpoint->first; act; act = next) {
		next = act->next;
		act_free(act);
	}
	endpoint->first = endpoint->last = NULL;
}

void endpoint_free(struct endpoint *endpoint)
{
	if (!endpoint)
		return;
	/* The session first: it cancels what is in flight, so that no callback finds the rest half gone. */
	session_free(endpoint->session);
	act_free(endpoint->running);
	drop_queue(endpoint);
	timer_free(endpoint->pump);
	endpoint_forget(endpoint);
	mem_free(endpoint);
}

static bool same_settings(const struct asset_amt *a, const struct asset_amt *b)
{
	return strcmp(a->address, b->address) == 0 && a->port == b->port && a->tls == b->tls &&
	       memcmp(a->pin_sha256, b->pin_sha256, sizeof(a->pin_sha256)) == 0 &&
	       strcmp(a->user, b->user) == 0 && strcmp(a->password_ref, b->password_ref) == 0;
}

void endpoint_name_device(struct endpoint *endpoint)
{
	const char *release = endpoint->inventory.release;

	snprintf(endpoint->device, sizeof(endpoint->device), "AMT%s%.14s at %.34s:%u",
		 *release ? " " : "", release, endpoint->amt.address, endpoint->amt.port);
}

int endpoint_open(struct endpoint *endpoint, const struct asset *asset, struct err *err)
{
	struct transport transport;
	int rc;

	if (endpoint->session && same_settings(&endpoint->amt, &asset->amt))
		return 0;
	session_free(endpoint->session);
	endpoint->session = NULL;
	endpoint_forget(endpoint);
	endpoint->amt = asset->amt;
	endpoint_name_device(endpoint);
	if (!asset->amt.present)
		return err_set(
			err, ERR_CONFIG,
			"asset %s has no AMT settings; add amt: with address, user and password",
			asset->name);
	rc = endpoint->parts->source.open(endpoint->parts->source.arg, asset, &transport, err);
	if (rc == 0)
		endpoint->session = session_new(&transport, endpoint->device);
	return rc;
}

bool endpoint_is_another(const struct endpoint *endpoint)
{
	const char *realm = session_realm(endpoint->session);

	return endpoint->inventory.known && *endpoint->session_realm &&
	       strcmp(endpoint->session_realm, realm) != 0;
}

/* The digits of the name are few, so the content is compared too. */
static bool same_set(const struct sd_set *a, const struct sd_set *b)
{
	if (strcmp(a->policy.name, b->policy.name) != 0 || a->count != b->count)
		return false;
	for (unsigned i = 0; i < a->count; i++)
		if (!sd_filter_agrees(&a->filters[i], &b->filters[i]))
			return false;
	return true;
}

const struct sd_set *endpoint_prepared(const struct endpoint *endpoint, const struct sd_set *wanted)
{
	for (size_t i = 0; i < endpoint->prepared_count; i++)
		if (same_set(endpoint->prepared[i], wanted))
			return endpoint->prepared[i];
	return NULL;
}

static void forget_oldest(struct endpoint *endpoint)
{
	mem_free(endpoint->prepared[0]);
	endpoint->prepared_count--;
	memmove(endpoint->prepared, endpoint->prepared + 1,
		endpoint->prepared_count * sizeof(struct sd_set *));
}

void endpoint_remember(struct endpoint *endpoint, const struct sd_set *set)
{
	struct sd_set *copy;

	for (size_t i = 0; i < endpoint->prepared_count; i++)
		if (strcmp(endpoint->prepared[i]->policy.name, set->policy.name) == 0) {
			*endpoint->prepared[i] = *set;
			return;
		}
	if (endpoint->prepared_count == ENDPOINT_PREPARED_MAX)
		forget_oldest(endpoint);
	copy = mem_alloc(sizeof(*copy));
	*copy = *set;
	endpoint->prepared[endpoint->prepared_count++] = copy;
}
