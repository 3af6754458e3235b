/* SPDX-License-Identifier: Apache-2.0 */
/* enforcer.h - the interface that turns plans into facts on a machine.
 *
 * Implementations: amt/ (Intel AMT System Defense) and isolation/dryrun (only writes down).  Asynchronous: done is called
 * exactly once per accepted request, later, never before the call returns.  Requests for one asset are executed
 * one after the other; assets do not wait for each other.  All operations are idempotent. */
#ifndef CORDON_ISOLATION_ENFORCER_H
#define CORDON_ISOLATION_ENFORCER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct asset;
struct err;
struct plan;

enum enforcer_act {
	ENFORCER_PREPARE, /* write the plan's filters and policy, disabled; nothing changes on the wire */
	ENFORCER_ISOLATE, /* enable (preparing first if needed) and read back */
	ENFORCER_INSPECT, /* read what is active, and the counters */
	ENFORCER_RELEASE, /* disable and read back */
};

#define ENFORCER_OPEN_BYTES 224

struct enforcer_result {
	int rc;                /* 0, or a negative err code */
	const struct err *err; /* for rc < 0, with the remedy; borrowed */
	bool unknown;          /* rc < 0: it may have happened; INSPECT will tell */
	bool active;           /* our plan was read back as the active one */
	bool left;           /* INSPECT: not active, and yet enabled in some place: not released */
	bool foreign_active; /* another console's policy is the active one */
	char foreign_name[32];
	/* active, but not everywhere: which way out the machine still has, and why; "" = none that we know of. */
	char open[ENFORCER_OPEN_BYTES];
	bool has_counters;
	uint64_t dropped_transmit,
		dropped_receive; /* packets dropped since activation, by the firmware's counters */
	uint32_t ends_in_s;      /* ISOLATE: the device ends it by itself after that; 0 = never */
	bool has_counted;
	uint64_t counted;       /* packets that counting and limiting filters of ours matched */
	uint32_t writes, reads; /* requests to the device in this act, for the account */
	uint32_t round_trips;
	char device[64]; /* which device, for people: "AMT 12.0.67 at 127.0.1.23:16992" */
	char did[160];   /* in words: "enabled policy crd-repair-1a2b3c on Ethernet port 0" */
};

typedef void enforcer_done_fn(void *arg, const struct enforcer_result *result);

struct enforcer {
	const char *name; /* "amt", "dry-run" */
	void *self;
	/* asset is borrowed for the call and known by its name; plan is copied if needed later; it may be NULL for INSPECT and RELEASE (then: whatever is ours). */
	void (*act)(void *self, enum enforcer_act act, const struct asset *asset,
		    const struct plan *plan, enforcer_done_fn *done, void *arg);
};

const char *enforcer_act_name(unsigned act);

#endif
