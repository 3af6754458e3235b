/* SPDX-License-Identifier: Apache-2.0 */
/* One AMT machine.  The queue itself is worked off by fleet.c. */
#include "amt/endpoint.h"

#include <stdio.h>
#include <string.h>

#include "amt/act.h"
#include "amt/claims.h"
#include "amt/session.h"
#include "amt/transaction.h"
#include "core/base/digest.h"
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/slab.h"

struct endpoint *endpoint_new(const struct endpoint_parts *parts, const char *asset)
{
	struct endpoint *endpoint = slab_take(parts->slab, sizeof(*endpoint));

	endpoint->parts = parts;
	snprintf(endpoint->asset, sizeof(endpoint->asset), "%s", asset);
	return endpoint;
}

void endpoint_forget_objects(struct endpoint *endpoint)
{
	objects_fini(&endpoint->objects);
	mem_free(endpoint->prepared);
	endpoint->prepared = NULL;
	endpoint->prepared_count = 0;
}

void endpoint_forget(struct endpoint *endpoint)
{
	endpoint_forget_objects(endpoint);
	inventory_fini(&endpoint->inventory);
	endpoint->session_realm[0] = '\0';
}

bool endpoint_leaves_beside(const struct endpoint *endpoint)
{
	return endpoint->parts->cable_only && endpoint->inventory.port_count > 1 &&
	       endpoint->inventory.ports[1].by_driver;
}

void endpoint_set_open(struct endpoint *endpoint, const char *why)
{
	slab_give_text(endpoint->parts->slab, endpoint->open);
	endpoint->open = why ? slab_text(endpoint->parts->slab, why) : NULL;
}

void endpoint_check_prepared(struct endpoint *endpoint)
{
	size_t kept = 0;

	for (size_t i = 0; i < endpoint->prepared_count; i++) {
		const struct prepared *prepared = &endpoint->prepared[i];
		const struct sd_policy *policy =
			objects_policy(&endpoint->objects, prepared->policy_id);

		if (policy && strcmp(policy->name, prepared->name) == 0)
			endpoint->prepared[kept++] = *prepared;
	}
	endpoint->prepared_count = kept;
}

struct endpoint_memory {
	struct inventory inventory;
	struct objects objects;
	char session_realm[sizeof(((struct endpoint *)0)->session_realm)];
};

struct endpoint_memory *endpoint_set_aside(struct endpoint *endpoint)
{
	struct endpoint_memory *memory = mem_alloc(sizeof(*memory));

	memory->inventory = endpoint->inventory;
	memory->objects = endpoint->objects;
	memcpy(memory->session_realm, endpoint->session_realm, sizeof(memory->session_realm));
	endpoint->inventory = (struct inventory){ 0 };
	endpoint->objects = (struct objects){ 0 };
	endpoint->session_realm[0] = '\0';
	return memory;
}

void endpoint_take_back(struct endpoint *endpoint, struct endpoint_memory *memory)
{
	if (!memory)
		return;
	inventory_fini(&endpoint->inventory);
	objects_fini(&endpoint->objects);
	endpoint->inventory = memory->inventory;
	endpoint->objects = memory->objects;
	memcpy(endpoint->session_realm, memory->session_realm, sizeof(memory->session_realm));
	mem_free(memory);
}

void endpoint_memory_free(struct endpoint_memory *memory)
{
	if (!memory)
		return;
	inventory_fini(&memory->inventory);
	objects_fini(&memory->objects);
	mem_free(memory);
}

void endpoint_free(struct endpoint *endpoint)
{
	struct slab *slab;

	if (!endpoint)
		return;
	slab = endpoint->parts->slab;
	claims_drop(endpoint->parts->claims, endpoint);
	/* The session first: it cancels what is in flight, so that no callback finds the rest half gone. */
	session_free(endpoint->session);
	act_free(endpoint->running);
	endpoint_wake(endpoint);
	endpoint_forget(endpoint);
	endpoint_set_open(endpoint, NULL);
	slab_give_text(slab, endpoint->wanted_uuid);
	slab_give_text(slab, endpoint->wanted_realm);
	slab_give(slab, endpoint, sizeof(*endpoint));
}

/* A digest of what an asset says of its connection: all of it would be the largest part of an idle endpoint. */
static struct digest_sha256 settings_of(const struct asset_amt *amt)
{
	struct asset_amt said;
	struct digest_sha256 sum;

	memset(&said, 0, sizeof(said));
	snprintf(said.address, sizeof(said.address), "%s", amt->address);
	snprintf(said.uuid, sizeof(said.uuid), "%s", amt->uuid);
	snprintf(said.realm, sizeof(said.realm), "%s", amt->realm);
	snprintf(said.user, sizeof(said.user), "%s", amt->user);
	snprintf(said.password_ref, sizeof(said.password_ref), "%s", amt->password_ref);
	said.port = amt->port;
	said.tls = amt->tls;
	memcpy(said.pin_sha256, amt->pin_sha256, sizeof(said.pin_sha256));
	digest_sha256(&said, sizeof(said), &sum);
	return sum;
}

static bool same_settings(const struct endpoint *endpoint, const struct asset_amt *amt)
{
	struct digest_sha256 settings = settings_of(amt);

	return digest_equal(settings.bytes, endpoint->settings.bytes, sizeof(settings.bytes));
}

static void keep_settings(struct endpoint *endpoint, const struct asset_amt *amt)
{
	struct slab *slab = endpoint->parts->slab;

	slab_give_text(slab, endpoint->wanted_uuid);
	slab_give_text(slab, endpoint->wanted_realm);
	endpoint->wanted_uuid = *amt->uuid ? slab_text(slab, amt->uuid) : NULL;
	endpoint->wanted_realm = *amt->realm ? slab_text(slab, amt->realm) : NULL;
	endpoint->port = amt->port;
	endpoint->tls = amt->tls;
	endpoint->settings = settings_of(amt);
}

void endpoint_name_device(struct endpoint *endpoint)
{
	const char *release = endpoint->inventory.release;

	snprintf(endpoint->device, sizeof(endpoint->device), "AMT%s%.14s at %.34s:%u",
		 *release ? " " : "", release, endpoint->address, endpoint->port);
}

/* What the roster says of who must answer goes before what we have learnt. */
static void expect_realm(struct endpoint *endpoint)
{
	const char *wanted = endpoint->wanted_realm ? endpoint->wanted_realm
						    : endpoint->known_realm;

	session_expect_realm(endpoint->session, wanted);
}

int endpoint_move(struct endpoint *endpoint, const struct asset *asset, const char *address,
		  struct err *err)
{
	struct session_terms terms = { .slab = endpoint->parts->slab,
				       .operation_ns = endpoint->parts->operation_ns };
	struct transport transport;
	struct asset there = *asset;
	int rc;

	snprintf(there.amt.address, sizeof(there.amt.address), "%s", address);
	session_free(endpoint->session);
	endpoint->session = NULL;
	endpoint_forget(endpoint);
	keep_settings(endpoint, &asset->amt);
	/* From the copy: address may be the endpoint's own. */
	snprintf(endpoint->address, sizeof(endpoint->address), "%s", there.amt.address);
	endpoint_name_device(endpoint);
	rc = endpoint->parts->source.open(endpoint->parts->source.arg, &there, &transport, err);
	if (rc < 0)
		return rc;
	endpoint->session = session_new(&transport, endpoint->device, &terms);
	expect_realm(endpoint);
	return 0;
}

static bool has_identity(const struct endpoint *endpoint, const struct asset_amt *amt)
{
	return *amt->realm || *endpoint->known_realm || amt->tls == ASSET_TLS_PIN ||
	       amt->tls == ASSET_TLS_LEGACY_PIN;
}

/* The roster's own place first among the others: a machine that was found elsewhere may have come back. */
const char *endpoint_elsewhere(const struct endpoint *endpoint, const struct asset *asset,
			       unsigned n, char text[IP_TEXT_BYTES])
{
	const struct asset_amt *amt = &asset->amt;
	const char *places[ASSET_ALSO + 2] = { amt->address };
	size_t count = 1;

	if (!has_identity(endpoint, amt))
		return NULL;
	if (!ip_is_unspecified(&amt->heard)) {
		ip_text(&amt->heard, text);
		places[count++] = text;
	}
	for (size_t i = 0; i < ASSET_ALSO; i++)
		if (*amt->also[i])
			places[count++] = amt->also[i];
	return n < count ? places[n] : NULL;
}

static int claimed_by(struct endpoint *endpoint, const struct endpoint *owner, struct err *err)
{
	endpoint->another_device = true;
	return err_set(
		err, ERR_FAILED,
		"the machine at %s is that of asset %s, its identity is the same: nothing is done to "
		"it as asset %s; correct amt.address of the one that is wrong (and set uuid or mac)",
		endpoint->address, owner->asset, endpoint->asset);
}

static bool has_mac_of(const struct inventory *inventory, const struct asset *asset)
{
	if (mac_is_zero(&asset->mac))
		return false;
	for (unsigned port = 0; port < inventory->port_count; port++)
		if (mac_equal(&inventory->ports[port].mac, &asset->mac))
			return true;
	return false;
}

static int claim(struct endpoint *endpoint, const struct asset *asset, struct err *err)
{
	struct claims *claims = endpoint->parts->claims;
	const struct inventory *inventory = &endpoint->inventory;
	const struct endpoint *owner;

	claims_drop(claims, endpoint);
	snprintf(endpoint->claim_key, sizeof(endpoint->claim_key), "%s",
		 *inventory->uuid ? inventory->uuid : inventory->realm);
	endpoint->claim_by_mac = has_mac_of(inventory, asset);
	owner = claims_take(claims, endpoint);
	return owner ? claimed_by(endpoint, owner, err) : 0;
}

int endpoint_check_claim(struct endpoint *endpoint, struct err *err)
{
	const struct endpoint *owner =
		endpoint->inventory.known ? claims_take(endpoint->parts->claims, endpoint) : NULL;

	return owner ? claimed_by(endpoint, owner, err) : 0;
}

int endpoint_recognise(struct endpoint *endpoint, const struct asset *asset, struct err *err)
{
	const struct inventory *inventory = &endpoint->inventory;
	const char *wanted = endpoint->wanted_uuid ? endpoint->wanted_uuid : endpoint->known_uuid;

	endpoint->another_device = *wanted && *inventory->uuid &&
				   !inventory_uuid_is(inventory, wanted);
	if (endpoint->another_device)
		return err_set(
			err, ERR_FAILED,
			"another machine answers at %s: its UUID is %s, that of asset %s is %s",
			endpoint->address, inventory->uuid, endpoint->asset, wanted);
	if (claim(endpoint, asset, err) < 0)
		return ERR_FAILED;
	if (*inventory->uuid)
		snprintf(endpoint->known_uuid, sizeof(endpoint->known_uuid), "%s", inventory->uuid);
	snprintf(endpoint->known_realm, sizeof(endpoint->known_realm), "%s",
		 session_realm(endpoint->session));
	expect_realm(endpoint);
	return 0;
}

int endpoint_open(struct endpoint *endpoint, const struct asset *asset, struct err *err)
{
	if (endpoint->session && same_settings(endpoint, &asset->amt))
		return session_may_be_renewed(endpoint->session, asset)
			       ? endpoint_move(endpoint, asset, endpoint->address, err)
			       : 0;
	session_free(endpoint->session);
	endpoint->session = NULL;
	endpoint_forget(endpoint);
	endpoint->known_uuid[0] = endpoint->known_realm[0] = '\0';
	claims_drop(endpoint->parts->claims, endpoint);
	snprintf(endpoint->address, sizeof(endpoint->address), "%s", asset->amt.address);
	keep_settings(endpoint, &asset->amt);
	endpoint_name_device(endpoint);
	if (!asset->amt.present)
		return err_set(
			err, ERR_CONFIG,
			"asset %s has no AMT settings; add amt: with address, user and password",
			asset->name);
	return endpoint_move(endpoint, asset, asset->amt.address, err);
}

bool endpoint_is_another(const struct endpoint *endpoint)
{
	const char *realm = session_realm(endpoint->session);

	return endpoint->inventory.known && *endpoint->session_realm &&
	       strcmp(endpoint->session_realm, realm) != 0;
}

bool endpoint_prepared(const struct endpoint *endpoint, struct sd_set *wanted)
{
	for (size_t i = 0; i < endpoint->prepared_count; i++) {
		const struct prepared *prepared = &endpoint->prepared[i];

		/* The digits of the name are few, so the content is compared too. */
		if (strcmp(prepared->name, wanted->policy.name) != 0 ||
		    !digest_equal(prepared->content.bytes, wanted->content.bytes,
				  sizeof(wanted->content.bytes)))
			continue;
		memcpy(wanted->policy.id, prepared->policy_id, sizeof(wanted->policy.id));
		return true;
	}
	return false;
}

static struct prepared *place_for(struct endpoint *endpoint, const char *name)
{
	for (size_t i = 0; i < endpoint->prepared_count; i++)
		if (strcmp(endpoint->prepared[i].name, name) == 0)
			return &endpoint->prepared[i];
	if (endpoint->prepared_count == ENDPOINT_PREPARED_MAX) {
		endpoint->prepared_count--;
		memmove(endpoint->prepared, endpoint->prepared + 1,
			endpoint->prepared_count * sizeof(*endpoint->prepared));
	} else {
		endpoint->prepared = mem_resize(endpoint->prepared, endpoint->prepared_count + 1,
						sizeof(*endpoint->prepared));
	}
	return &endpoint->prepared[endpoint->prepared_count++];
}

void endpoint_remember(struct endpoint *endpoint, const struct sd_set *set)
{
	struct prepared *prepared = place_for(endpoint, set->policy.name);

	memcpy(prepared->name, set->policy.name, sizeof(prepared->name));
	memcpy(prepared->policy_id, set->policy.id, sizeof(prepared->policy_id));
	prepared->content = set->content;
}
