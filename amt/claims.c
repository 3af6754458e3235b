/* SPDX-License-Identifier: Apache-2.0 */
/* A hash table of endpoints by the identity of their machines; the endpoints bring the links. */
#include "amt/claims.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "amt/endpoint.h"
#include "core/base/fnv.h"
#include "core/base/mem.h"

struct claims {
	struct endpoint **buckets;
	size_t bucket_count, count;
};

struct claims *claims_new(void)
{
	struct claims *claims = mem_alloc(sizeof(*claims));

	claims->bucket_count = 64;
	claims->buckets = mem_array(claims->bucket_count, sizeof(*claims->buckets));
	return claims;
}

void claims_free(struct claims *claims)
{
	if (!claims)
		return;
	mem_free(claims->buckets);
	mem_free(claims);
}

/* Firmware tells the key, but only once our credentials were good there. */
static struct endpoint **bucket_of(const struct claims *claims, const char *key)
{
	return &claims->buckets[fnv(key, strlen(key)) & (claims->bucket_count - 1)];
}

static void link_to(struct claims *claims, struct endpoint *endpoint)
{
	struct endpoint **bucket = bucket_of(claims, endpoint->claim_key);

	endpoint->next_claim = *bucket;
	*bucket = endpoint;
}

static void grow(struct claims *claims)
{
	struct endpoint **old = claims->buckets;
	size_t old_count = claims->bucket_count;

	claims->bucket_count *= 2;
	claims->buckets = mem_array(claims->bucket_count, sizeof(*claims->buckets));
	for (size_t i = 0; i < old_count; i++)
		for (struct endpoint *endpoint = old[i], *next; endpoint; endpoint = next) {
			next = endpoint->next_claim;
			link_to(claims, endpoint);
		}
	mem_free(old);
}

static struct endpoint *holder(const struct claims *claims, const char *key)
{
	struct endpoint *endpoint = *bucket_of(claims, key);

	while (endpoint && strcmp(endpoint->claim_key, key) != 0)
		endpoint = endpoint->next_claim;
	return endpoint;
}

const struct endpoint *claims_take(struct claims *claims, struct endpoint *endpoint)
{
	struct endpoint *other;

	if (!*endpoint->claim_key)
		return NULL;
	other = holder(claims, endpoint->claim_key);
	if (other == endpoint)
		return NULL;
	if (other && (other->claim_by_mac || !endpoint->claim_by_mac))
		return other;
	if (other)
		claims_drop(claims, other);
	if (claims->count == claims->bucket_count)
		grow(claims);
	link_to(claims, endpoint);
	endpoint->claims = true;
	claims->count++;
	return NULL;
}

void claims_drop(struct claims *claims, struct endpoint *endpoint)
{
	struct endpoint **at;

	if (!endpoint->claims)
		return;
	at = bucket_of(claims, endpoint->claim_key);
	while (*at != endpoint)
		at = &(*at)->next_claim;
	*at = endpoint->next_claim;
	endpoint->claims = false;
	claims->count--;
}
