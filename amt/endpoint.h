/* SPDX-License-Identifier: Apache-2.0 */
/* endpoint.h - one AMT machine: how it is reached, what is known of it, and the acts that wait
 * for it.
 *
 * What is known is memory only: after a restart, after a failed act and after a new
 * provisioning it is read again.  Acts run one after the other; endpoints do not wait for each
 * other. */
#ifndef CORDON_AMT_ENDPOINT_H
#define CORDON_AMT_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "amt/compile.h"
#include "amt/dispatch.h"
#include "amt/health.h"
#include "amt/inventory.h"
#include "amt/objects.h"
#include "amt/transport.h"
#include "core/asset/asset.h"
#include "core/base/digest.h"

#define ENDPOINT_PREPARED_MAX 8 /* a device holds 8 policies (3.1) */
#define ENDPOINT_QUEUE_MAX    16

struct act;
struct claims;
struct dispatch;
struct endpoint_memory;
struct err;
struct log;
struct loop;
struct session;
struct slab;
struct wish;

/* Shared by all endpoints; outlives them. */
struct endpoint_parts {
	struct slab *slab;     /* where they live; NULL = ordinary memory */
	struct claims *claims; /* which of them owns which machine */
	struct loop *loop;
	struct log *log;
	struct transport_source source;
	uint32_t precedence;
	uint16_t timeout_min; /* firmware ends a policy of ours by itself after that; 0 = never */
	uint8_t flag_coding;  /* enum sd_flag_coding */
	bool cable_only;      /* a wireless port beside a wired one is left alone */
	uint64_t (*wall_ns)(void); /* NULL: the clocks of devices are not judged */
	uint64_t operation_ns;     /* for all answers of one operation; 0 = without end */
	uint32_t connections_max;  /* endpoints spoken to at once; 0 = 1 */
};

/* A set that is on the device, by what it is and not by what it holds: thousands of endpoints
 * remember theirs. */
struct prepared {
	char name[SD_NAME_BYTES], policy_id[SD_ID_BYTES];
	struct digest_sha256 content;
};

struct endpoint {
	struct endpoint *next;
	const struct endpoint_parts *parts;
	char asset[ASSET_NAME_BYTES];
	/* What the session was opened with: who must answer, and of the rest enough to see a change. */
	char *wanted_uuid, *wanted_realm; /* NULL = not said */
	uint16_t port;
	uint8_t tls; /* enum asset_tls */
	struct digest_sha256 settings;
	char address[ASSET_ADDRESS_BYTES]; /* where: amt's, or where the machine was found again */
	/* Who it was when it first answered, as long as the process lives; "" = not known. */
	char known_uuid[ASSET_UUID_BYTES], known_realm[ASSET_REALM_BYTES];
	/* claims.h: who the machine says it is, and whether it has the asset's MAC. */
	char claim_key[ASSET_REALM_BYTES];
	bool claims, claim_by_mac;
	struct endpoint *next_claim;
	bool another_device;     /* the last act found somebody else there */
	bool unprepared;         /* a preparation failed since the last that was complete */
	uint8_t trouble;         /* enum session_trouble: what the last failed act met */
	struct health health;    /* of the last survey */
	char device[64];         /* for people: "AMT 12.0.67 at 127.0.1.23:16992" */
	struct session *session; /* NULL until the first act */
	struct inventory inventory;
	char session_realm[64]; /* when the inventory was read */
	struct objects objects;
	char *open; /* why the second port did not take our policy when it was last asked; NULL = it did */
	struct prepared *prepared; /* the oldest first */
	size_t prepared_count;
	/* Idle: the port, the objects and what is prepared are in here, and nowhere else. */
	uint8_t *resting;
	size_t resting_bytes;

	struct wish *first; /* the most urgent first */
	struct act *running;
	size_t waiting;
	struct dispatch *dispatch;
	struct dispatch_ticket ticket;
};

struct endpoint *endpoint_new(const struct endpoint_parts *parts, const char *asset);
void endpoint_free(struct endpoint *endpoint); /* acts in flight or waiting get no answer */
/* The asset's settings may have changed since: then the old connection and all memory go. */
int endpoint_open(struct endpoint *endpoint, const struct asset *asset, struct err *err);
void endpoint_forget(struct endpoint *endpoint);
/* Closes the connection; the next goes to address.  Nothing that was learnt of the old place is kept, but who
 * we look for is. */
int endpoint_move(struct endpoint *endpoint, const struct asset *asset, const char *address,
		  struct err *err);
/* The n-th other place where the asset may be found again; NULL if there are no more, or nothing to know the
 * machine by (a realm or a pin). */
const char *endpoint_elsewhere(const struct endpoint *endpoint, const struct asset *asset,
			       unsigned n, char text[IP_TEXT_BYTES]);
/* After the inventory was read: is this the machine we mean? */
int endpoint_recognise(struct endpoint *endpoint, const struct asset *asset, struct err *err);
/* Before each act: another asset may have turned out to own the machine meanwhile. */
int endpoint_check_claim(struct endpoint *endpoint, struct err *err);
/* After the objects were read again: forgets the prepared sets that are no longer there. */
void endpoint_check_prepared(struct endpoint *endpoint);
void endpoint_forget_objects(struct endpoint *endpoint);
void endpoint_name_device(struct endpoint *endpoint);
/* Our own settings keep us from its second port. */
bool endpoint_leaves_beside(const struct endpoint *endpoint);
void endpoint_set_open(struct endpoint *endpoint, const char *why); /* NULL = it is not */
/* True if the digest realm is another than when the inventory was read: somebody provisioned
 * it anew. */
bool endpoint_is_another(const struct endpoint *endpoint);

/* For a survey: what is known of the device and its objects is put aside and learnt anew.  What is prepared stays
 * (see endpoint_check_prepared); take_back drops what was learnt since. */
struct endpoint_memory *endpoint_set_aside(struct endpoint *endpoint);
void endpoint_take_back(struct endpoint *endpoint, struct endpoint_memory *memory);
void endpoint_memory_free(struct endpoint_memory *memory);
/* endpoint_rest.c: the last act has been answered, the next begins. */
void endpoint_rest(struct endpoint *endpoint);
void endpoint_wake(struct endpoint *endpoint);

/* If a set of the same name and content is known to be on the device: true, and its policy's id. */
bool endpoint_prepared(const struct endpoint *endpoint, struct sd_set *wanted);
void endpoint_remember(struct endpoint *endpoint, const struct sd_set *set);

#endif
