/* SPDX-License-Identifier: Apache-2.0 */
/* response.h - the one place where evidence becomes action: incident -> policy -> safety -> isolation.
 *
 * Owns the running isolations.  Asks, in this order: policy (pure), guard, governor; keeps the intent in the journal; asks the
 * enforcer; steps the isolation with what comes back; tells facts.  Never two isolations of one asset.
 *
 * What guard forbids is refused.  What only the governor forbids becomes a proposal: people may go beyond the brakes,
 * automation may not.  The enforcer's answers are taken in response_advance(), so call that after an answer. */
#ifndef CORDON_ISOLATION_RESPONSE_H
#define CORDON_ISOLATION_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/isolation/fact.h"
#include "core/policy/policy.h"

struct asset;
struct buf;
struct enforcer;
struct err;
struct governor;
struct guard;
struct incident;
struct journal;
struct response;
struct roster;

/* All borrowed for the life of the response. */
struct response_parts {
	const struct policy *policy;
	const struct roster *roster;
	struct guard *guard;
	struct governor *governor;
	const struct enforcer *enforcer;
	const struct journal *journal; /* NULL: nothing is kept (replay) */
	struct fact_sink facts;
	policy_detector_fn *detector_name;
	bool dry_run;      /* decide and tell, but the enforcer only writes down */
	uint64_t first_id; /* 0 = 1; after a restart the store says where ids go on */
	/* What became of one asset's preparation for one channel; may be NULL.  Called from response_advance() or, for a
	 * channel that gives no plan, from response_prepare(). */
	void (*prepared)(void *arg, const struct asset *asset, const char *channel,
			 const struct enforcer_result *result);
	void *prepared_arg;
};

struct response *response_new(const struct response_parts *parts);
void response_free(struct response *response);
/* After start: takes up what the journal still holds. */
int response_recall(struct response *response, uint64_t now_ns, struct err *err);

/* An incident became suspected, convicted or stronger.  Decides again; acts when the verdict changed. */
void response_consider(struct response *response, const struct incident *incident, uint64_t now_ns);
/* The sensor saw a new contact or evidence of this host. */
void response_heard(struct response *response, const struct host_key *host, uint64_t now_ns);
/* The wall clock was set forward by so much, and now_ns is after that: holds, deadlines and back-offs move with it. */
void response_clock_set(struct response *response, uint64_t step_ns, uint64_t now_ns);
/* Steps what is due; returns when it wants to be called again (wall), 0 = never. */
uint64_t response_advance(struct response *response, uint64_t now_ns);

/* Writes each asset's filters and disabled policies before they are needed (architecture.md section 8); returns how many
 * were asked of the enforcer. */
size_t response_prepare(struct response *response);

/* What a person wants cut off.  Borrowed for the call. */
struct response_wish {
	const struct asset *asset;       /* of the roster */
	const struct incident *incident; /* what is held against it; NULL = nothing */
	const char *channel;             /* NULL = as the policy says */
	const char *who, *why;           /* login name; why "" = not said */
};
/* By hand: the same path as what the policy wants, with the same guard.  The policy says how long it holds and how many must
 * agree (who asks counts as the first); the governor counts it and does not refuse it.  said gets, for people, what was
 * begun and what is to be known about it. */
int response_isolate(struct response *response, const struct response_wish *wish, uint64_t now_ns,
		     struct buf *said, struct err *err);

/* who: the person's login name; each counts once. */
int response_approve(struct response *response, uint64_t isolation, const char *who,
		     uint64_t now_ns, struct err *err);
int response_deny(struct response *response, uint64_t isolation, const char *reason,
		  uint64_t now_ns, struct err *err);
int response_release(struct response *response, uint64_t isolation, const char *reason,
		     uint64_t now_ns, struct err *err);
/* Of what is wanted or holds of an asset, what cuts off most; NULL if nothing.  Borrowed until the next call. */
const struct isolation *response_of(const struct response *response, const char *asset);
size_t response_count(const struct response *response); /* not ended */
const struct isolation *response_at(const struct response *response, size_t index);

#endif
