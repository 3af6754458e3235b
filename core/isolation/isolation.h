/* SPDX-License-Identifier: Apache-2.0 */
/* isolation.h - the life of one isolation as a pure step function.
 *
 *   proposed -> awaiting_approval -> queued -> applying -> applied (unproven) -> proven -> released
 *                                      ^         |            |
 *                                      +--retry--+            +-> releasing -> released
 *   any -> failed with a reason
 *
 * A measure (count, limit, block) lives the same life; it is proven by its counters alone, for the machine goes on
 * talking.  One that another isolation of the asset has taken the place of ends without an act.
 *
 * Three states of truth: requested (queued, applying), applied (read back as active), proven (active and: the
 * firmware's drop counter moved, or the sensor sees silence and nothing is told to be open).  Time is an argument; the step does nothing
 * itself, it says what to do next. */
#ifndef CORDON_ISOLATION_ISOLATION_H
#define CORDON_ISOLATION_ISOLATION_H

#include <stdbool.h>
#include <stdint.h>

#include "core/asset/asset.h"
#include "core/net/addr.h"
#include "core/policy/decision.h"

enum isolation_state {
	ISOLATION_AWAITING_APPROVAL,
	ISOLATION_QUEUED,
	ISOLATION_APPLYING,
	ISOLATION_APPLIED,
	ISOLATION_PROVEN,
	ISOLATION_RELEASING,
	ISOLATION_RELEASED,
	ISOLATION_FAILED,
	ISOLATION_REFUSED,
	ISOLATION_STATES
};

#define ISOLATION_NAMES_BYTES 128
#define ISOLATION_WHO_BYTES   64
#define ISOLATION_WHY_BYTES   160
#define ISOLATION_OPEN_BYTES  224
#define ISOLATION_ATTEMPTS_MAX \
	6 /* of one act, then it has failed (a release: hourly from then on) */

struct isolation {
	uint64_t id;       /* 1, 2, ... */
	uint64_t incident; /* its incident's id; 0 = a person asked, and nothing was held against it */
	struct host_key host;
	struct mac mac;
	char asset[ASSET_NAME_BYTES];
	struct decision decision;
	uint8_t state;                                      /* enum isolation_state */
	uint8_t approvals;                                  /* given so far */
	uint8_t attempts;                                   /* of the current act */
	uint64_t asked_ns, applied_ns, proven_ns, ended_ns; /* wall; 0 = not yet */
	uint64_t due_ns;        /* wall: when the step wants to be woken; 0 = never */
	uint64_t hold_until_ns; /* automatic release; 0 = none */
	uint64_t dropped_transmit, dropped_receive; /* last counters read */
	uint64_t last_contact_ns; /* last evidence seen of the host, for "silence" */
	char reason[160];         /* of failed, refused, released, and of the last failed attempt */
	char approved_by[ISOLATION_NAMES_BYTES]; /* "anna, bert"; each person counts once */
	char asked_by[ISOLATION_WHO_BYTES];      /* the person who wanted it; "" = the policy did */
	char why[ISOLATION_WHY_BYTES];           /* in that person's words; "" = not said */
	/* What follows is worth nothing after a restart: RECALLED sets it anew. */
	uint8_t asked;       /* enum isolation_action whose answer is awaited; 0 = none */
	bool doubt;          /* the last act's outcome is unknown: inspect before repeating it */
	uint8_t inspections; /* in a row, for the distance to the next */
	uint64_t lapses_ns;  /* wall: the device ends it by itself then; 0 = never or not known */
	uint64_t counted;    /* packets that a measure's filters matched, as last read */
	/* Applied, but this way out the machine still has ("the wireless port is not cut off: ..."); "" = none known.  Its
	 * silence then proves nothing: it may speak elsewhere. */
	char open[ISOLATION_OPEN_BYTES];
	uint8_t closings;     /* how often that was tried to be cut off, too */
	uint64_t close_at_ns; /* wall: not again before that */
	uint64_t superseded_by; /* the isolation that took its place in the firmware; ends when nothing is awaited */
};

enum isolation_event_type {
	ISOLATION_START, /* allowed by policy, guard and governor */
	ISOLATION_APPROVE,
	ISOLATION_DENY,
	ISOLATION_ACT_DONE, /* the enforcer answered the act that was asked for */
	ISOLATION_TICK,     /* due_ns has come */
	ISOLATION_RELEASE_ASKED,
	ISOLATION_HOST_HEARD, /* the sensor saw a new contact of the isolated host */
	ISOLATION_RECALLED,   /* found in the journal at start */
	ISOLATION_CLOCK_SET,  /* the wall clock was set forward: nothing is nearer for that */
	ISOLATION_SUPERSEDED, /* another one of the same asset holds now, and cuts off more */
};

struct isolation_event {
	uint8_t type;                           /* enum isolation_event_type */
	bool ok, unknown, active, has_counters; /* ACT_DONE */
	bool hopeless;  /* ACT_DONE: repeating cannot help (a setting is wrong) */
	bool pretended; /* ACT_DONE: a dry run; it can be applied on paper, never proven */
	bool blind;     /* ACT_DONE: the sensor does not see, so silence proves nothing */
	uint64_t dropped_transmit, dropped_receive;
	uint32_t ends_in_s; /* ACT_DONE of an isolate: the device ends it by itself; 0 = never */
	bool has_counted;   /* ACT_DONE */
	uint64_t counted;
	bool left;        /* ACT_DONE of an inspect: not active, but not gone everywhere either */
	const char *open; /* ACT_DONE of an isolate or inspect: what is not cut off; NULL = all is */
	uint64_t by;      /* SUPERSEDED: the other's id */
	uint64_t step_ns;   /* CLOCK_SET: by how much */
	const char *reason; /* of a denial, failure or release; may be NULL */
};

/* What the step wants done now. */
enum isolation_action {
	ISOLATION_DO_NOTHING,
	ISOLATION_DO_ISOLATE,
	ISOLATION_DO_INSPECT,
	ISOLATION_DO_RELEASE
};

/* Any event may come in any state; what makes no sense there changes nothing. */
enum isolation_action isolation_step(struct isolation *isolation,
				     const struct isolation_event *event, uint64_t now_ns);
bool isolation_has_ended(const struct isolation *isolation);
const char *isolation_state_name(unsigned state); /* "awaiting_approval", "queued", ... */
/* "requested", "applied", "proven", "ended": what a person should believe. */
const char *isolation_truth(unsigned state);

#endif
