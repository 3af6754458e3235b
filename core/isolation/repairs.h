/* SPDX-License-Identifier: Apache-2.0 */
/* repairs.h - what people want done to machines below their operating system, from the wish to the outcome.
 *
 * The path of an isolation by hand: who asked is known, the guard has its no, the order is durable before the firmware hears
 * of it, the outcome is a fact, and what a dead controller left open is looked at and told.  At most one order runs per
 * machine; looking is free, and neither kept nor told.  The remedy's answers are taken in repairs_advance(). */
#ifndef CORDON_ISOLATION_REPAIRS_H
#define CORDON_ISOLATION_REPAIRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/isolation/fact.h"
#include "core/isolation/repair.h"
#include "core/policy/policy.h"

struct asset;
struct buf;
struct err;
struct governor;
struct guard;
struct incident;
struct repairs;
struct response;
struct roster;

/* All borrowed for the life of the repairs. */
struct repairs_parts {
	const struct policy *policy;
	const struct roster *roster;
	const struct guard *guard;
	struct governor *governor;
	const struct response *response;
	const struct remedy *remedy;          /* NULL: nothing is ever sent */
	const struct repair_journal *journal; /* NULL: nothing is kept */
	struct fact_sink facts;
	policy_detector_fn *detector_name;
	uint64_t first_id; /* 0 = 1 */
};

#define REPAIRS_MAX \
	64 /* that run; of those that have ended as many as there is room for beside them */

struct repairs *repairs_new(const struct repairs_parts *parts);
void repairs_free(struct repairs *repairs);
/* After start: looks at what the journal still holds. */
int repairs_recall(struct repairs *repairs, uint64_t now_ns, struct err *err);

/* What a person wants.  Borrowed for the call. */
struct repairs_wish {
	const struct asset *asset;       /* of the roster */
	const struct incident *incident; /* what is held against it; NULL = nothing */
	struct remedy_wish wish;
	const char *confirm; /* the asset's name said once more; "" = not */
	const char *who, *why;
};

/* The number of the repair that was begun; 0 and err if it was refused, with what to do.  said gets what is to be known about
 * it, for people. */
uint64_t repairs_ask(struct repairs *repairs, const struct repairs_wish *wish, uint64_t now_ns,
		     struct buf *said, struct err *err);
/* Takes answers, looks again where it is time; returns when it wants to be called again (wall), 0 = when something happens. */
uint64_t repairs_advance(struct repairs *repairs, uint64_t now_ns);
/* The wall clock was set forward by so much. */
void repairs_clock_set(struct repairs *repairs, uint64_t step_ns);

/* Running, or ended not long ago; NULL: no such number is remembered. */
const struct repair *repairs_find(const struct repairs *repairs, uint64_t id);
/* The same in order of number; NULL behind the last.  Without those who only looked. */
const struct repair *repairs_after(const struct repairs *repairs, uint64_t id);

/* What READ_LOG has found; NULL: nothing is there, or it was given away already. */
const struct remedy_entry *repairs_entries(const struct repairs *repairs, uint64_t id,
					   size_t *count);
/* They are heard, and need no more room. */
void repairs_drop_entries(struct repairs *repairs, uint64_t id);

struct repairs_counts {
	uint64_t running, asked, refused, done, failed, unknown; /* unknown: late ones, too */
};
struct repairs_counts repairs_counts(const struct repairs *repairs);

#endif
