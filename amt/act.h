/* SPDX-License-Identifier: Apache-2.0 */
/* act.h - one act on one endpoint while it waits and runs: what was asked, and what its steps
 * have found out.
 *
 * The steps of an act live in prepare.c (reading, writing filters and policies), bind.c (isolate), unbind.c (release)
 * and inspect.c; they add themselves to the act's transaction. */
#ifndef CORDON_AMT_ACT_H
#define CORDON_AMT_ACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "amt/amt.h"
#include "amt/compile.h"
#include "amt/reconcile.h"
#include "core/asset/asset.h"
#include "core/base/err.h"
#include "core/isolation/enforcer.h"

struct cim_instance;
struct endpoint;
struct endpoint_memory;
struct fleet_plan;
struct history;
struct transaction;
struct wsman_fault;

#define ACT_SURVEY       (ENFORCER_RELEASE + 1)
#define ACT_POWER        (ENFORCER_RELEASE + 2)
#define ACT_BINDINGS_MAX 4

struct act {
	struct endpoint *endpoint;
	unsigned kind; /* enum enforcer_act or ACT_SURVEY */
	struct asset asset;
	const struct plan *plan;   /* NULL if none was given */
	struct fleet_plan *shared; /* where it is kept */
	bool overflow;             /* the queue was full */
	enforcer_done_fn *done;
	amt_report_fn *report; /* ACT_SURVEY */
	/* ACT_POWER: the wish, and what was found out. */
	remedy_done_fn *power_done;
	struct remedy_wish power;
	uint8_t power_state;                /* enum remedy_power */
	bool power_offered;                 /* the firmware says it can do that now */
	struct cim_instance *boot_settings; /* to be written */
	struct history *history;            /* NULL until its logs are read */
	void *arg;

	/* Looking for a machine that is not where it was. */
	unsigned elsewhere;            /* places tried */
	bool asked_stranger;           /* one with another realm was asked who it is */
	char realm[ASSET_REALM_BYTES]; /* of the machine we look for, meanwhile */
	bool lost_to_another;          /* another machine had taken its place */
	struct err lost;               /* why it was not found at its own place; told if nowhere */

	struct endpoint_memory *set_aside; /* ACT_SURVEY: what was known before */
	struct transaction *transaction;
	struct enforcer_result result;
	/* Which of the inventory's ports the steps are at, and whether all went well at the first. */
	uint8_t port;
	bool held;
	bool same_beside;             /* one policy serves both ports */
	char beside[SD_NAME_BYTES];   /* else: what the other port's is called */
	struct sd_set set;            /* the plan compiled; ids filled as they become known */
	bool created[SD_HANDLES_MAX]; /* by this act, to be undone */
	bool repeated[SD_HANDLES_MAX +
		      1];   /* an uncertain create was asked a second time; the last: the policy */
	struct stale stale; /* of ours, to be removed */
	bool settled;       /* the set is on the device, whole */
	bool twins;         /* a create may have been executed twice */
	unsigned wrote;     /* objects created, for the account in words */
	unsigned wrote_first; /* of them for the first port */

	bool refreshed; /* memory was thrown away and read again in this act */
	bool bindings_fresh;
	unsigned switched; /* orders to enable or disable that may have been executed */
	bool bind_repeated;
	bool rearmed;            /* a lapsed policy was enabled anew */
	struct sd_id old_policy; /* ours, unbound to make room for the new one */
	struct cim_reference
		*old_port; /* where it was bound: the inventory may be read again since */
	struct sd_binding to_release[ACT_BINDINGS_MAX];
	size_t to_release_count;
	struct err refusal; /* the device's words, told if reading back shows it was serious */
};

/* Steps that end with act->set on the device (disabled) and known by id: for the first port. */
void prepare_steps(struct act *act);
/* PREPARE: for every port. */
void prepare_all_steps(struct act *act);
/* prepare_steps() for the second port; false if there is none.  What fails from here on leaves it open, and no more. */
bool prepare_beside_steps(struct act *act);
/* Steps that read what is not known yet: identity and mode, then objects. */
void survey_steps(struct act *act, bool objects_again);
/* Only who and what it is. */
void identify_steps(struct act *act);
void power_steps(struct act *act);
/* What only a survey asks. */
void health_steps(struct act *act);
/* Reads what is bound, into the endpoint's objects. */
void bindings_steps(struct act *act);
void isolate_steps(struct act *act);
void release_steps(struct act *act);
/* swap.c: the new policy (act->set) holds the port as its default while an older one of ours is taken off; then the
 * default goes. */
void hold_steps(struct act *act);
void unhold_steps(struct act *act);
void unhold_all_steps(struct act *act); /* on every port */
/* A default that a swap has left behind goes, where the isolation itself is in force. */
void tidy_default_steps(struct act *act);
void inspect_steps(struct act *act);
/* active.c.  Fills active, foreign_active and foreign_name from the bindings just read, for the first port; may add a
 * step to learn a name. */
void tell_active(struct act *act);
bool beside_is_active(const struct act *act); /* a policy of ours, on the second port */
/* After tell_active: what is not so at the second port. */
void tell_beside(struct act *act);
/* deadman.c: the policy of act->set gets, or is found to have, the timeout that is wanted. */
void timeout_steps(struct act *act, bool is_new);
/* After how many seconds firmware ends it by itself; 0 = never. */
uint32_t timeout_of(const struct act *act);
/* The device says there is no such thing. */
bool fault_means_gone(const struct wsman_fault *fault);

/* fleet.c */
void act_free(struct act *act);

#endif
