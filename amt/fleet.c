/* SPDX-License-Identifier: Apache-2.0 */
/* The enforcer: acts queue at their endpoint, run one after the other as transactions, and are
 * answered.
 *
 * What waits is small; an act's room is made when its turn comes (dispatch.h).  Every answer is
 * given from the loop, never from inside the call that asked.  A failed act makes the endpoint forget what it knew, so that
 * the next one reads before it writes. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "amt/act.h"
#include "amt/claims.h"
#include "amt/cim.h"
#include "amt/dispatch.h"
#include "amt/endpoint.h"
#include "amt/fleet.h"
#include "amt/history.h"
#include "amt/readiness.h"
#include "amt/session.h"
#include "amt/transaction.h"
#include "amt/wish.h"
#include "core/base/err.h"
#include "core/base/fnv.h"
#include "core/base/log.h"
#include "core/base/loop.h"
#include "core/base/mem.h"
#include "core/base/slab.h"
#include "core/base/units.h"
#include "core/isolation/plan.h"

struct fleet {
	struct endpoint_parts parts;
	struct enforcer enforcer;
	struct remedy remedy;
	struct dispatch *dispatch;
	struct endpoint **buckets; /* by asset name */
	size_t bucket_count, endpoint_count;
	struct fleet_plan *last_plan; /* most recently asked for; in use for that */
};

void act_free(struct act *act)
{
	if (!act)
		return;
	transaction_free(act->transaction);
	cim_reference_free(act->old_port);
	cim_free(act->boot_settings);
	history_free(act->history);
	endpoint_memory_free(act->set_aside);
	wish_drop_plan(act->shared);
	stale_fini(&act->stale);
	mem_free(act);
}

static const char *act_name(const struct act *act)
{
	static const char *const names[] = { "prepare", "isolate", "inspect",
					     "release", "survey",  "power" };

	return names[act->kind];
}

static void log_end(const struct act *act)
{
	const struct enforcer_result *result = &act->result;
	struct log *log = act->endpoint->parts->log;

	if (result->rc < 0)
		log_line(log, LOG_LEVEL_WARNING, "amt", "%s failed asset=%s unknown=%d why=\"%s\"",
			 act_name(act), act->asset.name, result->unknown, result->err->text);
	else
		log_line(log, LOG_LEVEL_INFO, "amt",
			 "%s done asset=%s device=\"%s\" writes=%u reads=%u did=\"%s\"%s%s%s",
			 act_name(act), act->asset.name, result->device, result->writes,
			 result->reads, result->did, *result->open ? " open=\"" : "", result->open,
			 *result->open ? "\"" : "");
}

/* Gives the place back, and waits for another if there is more to do. */
static void leave(struct endpoint *endpoint, bool heard)
{
	endpoint->running = NULL;
	dispatch_end(endpoint->dispatch, &endpoint->ticket);
	endpoint->ticket.suspect = !heard;
	if (endpoint->first)
		dispatch_want(endpoint->dispatch, &endpoint->ticket,
			      wish_class(endpoint->first->kind));
}

static bool answer_was_heard(const struct act *act, const struct err *err)
{
	return !err || !err_is_set(err) || act->result.round_trips > 0;
}

static void answer_power(const struct act *act)
{
	struct remedy_answer answer = { .rc = act->result.rc,
					.err = act->result.err,
					.unknown = act->result.unknown,
					.power = act->power_state,
					.device = act->result.device,
					.did = act->result.did };

	if (act->history)
		answer.entries = history_entries(act->history, &answer.entry_count);
	act->power_done(act->arg, &answer);
}

/* The last thing done with an act, and the caller may ask for the next from inside. */
static void answer(struct act *act, const struct err *err)
{
	struct endpoint *endpoint = act->endpoint;
	struct amt_report report;

	leave(endpoint, answer_was_heard(act, err));
	snprintf(act->result.device, sizeof(act->result.device), "%s", endpoint->device);
	log_end(act);
	if (act->kind == ACT_SURVEY) {
		readiness_report(endpoint, err, loop_now_ns(endpoint->parts->loop), &report);
		act->report(act->arg, &report);
	} else if (act->kind == ACT_POWER) {
		answer_power(act);
	} else {
		act->done(act->arg, &act->result);
	}
	if (!endpoint->first)
		endpoint_rest(endpoint);
	act_free(act);
}

static void answer_error(struct act *act, const struct err *err)
{
	act->result.rc = err->code;
	act->result.err = err;
	answer(act, err);
}

static void add_steps(struct act *act);
static void on_end(void *arg, const struct transaction_end *end);

/* From the beginning, as if it had just been asked for. */
static void run_again(struct act *act)
{
	struct act fresh = { .endpoint = act->endpoint,
			     .kind = act->kind,
			     .asset = act->asset,
			     .plan = act->plan,
			     .shared = act->shared,
			     .done = act->done,
			     .report = act->report,
			     .power_done = act->power_done,
			     .power = act->power,
			     .arg = act->arg,
			     .set_aside = act->set_aside,
			     .elsewhere = act->elsewhere,
			     .asked_stranger = act->asked_stranger,
			     .lost_to_another = act->lost_to_another,
			     .lost = act->lost };

	snprintf(fresh.realm, sizeof(fresh.realm), "%s", act->realm);
	transaction_free(act->transaction);
	cim_reference_free(act->old_port);
	cim_free(act->boot_settings);
	history_free(act->history);
	stale_fini(&act->stale);
	*act = fresh;
	act->transaction =
		transaction_new(act->endpoint->session, act->endpoint->parts->loop, act, on_end);
	add_steps(act);
	transaction_run(act->transaction);
}

/* A new realm at the old place: provisioned anew, or another machine.  Its UUID will tell. */
static bool ask_stranger(struct act *act)
{
	struct endpoint *endpoint = act->endpoint;

	if (act->asked_stranger || act->elsewhere || endpoint->wanted_realm ||
	    !*endpoint->known_uuid)
		return false;
	act->asked_stranger = true;
	snprintf(act->realm, sizeof(act->realm), "%s", endpoint->known_realm);
	endpoint->known_realm[0] = '\0';
	return endpoint_move(endpoint, &act->asset, endpoint->address, NULL) == 0;
}

static bool go_elsewhere(struct act *act)
{
	struct endpoint *endpoint = act->endpoint;
	char text[IP_TEXT_BYTES], left[ASSET_ADDRESS_BYTES];
	const char *place;

	if (*act->realm)
		snprintf(endpoint->known_realm, sizeof(endpoint->known_realm), "%s", act->realm);
	snprintf(left, sizeof(left), "%s", endpoint->address);
	while ((place = endpoint_elsewhere(endpoint, &act->asset, act->elsewhere, text)) != NULL) {
		act->elsewhere++;
		if (strcmp(place, left) != 0)
			return endpoint_move(endpoint, &act->asset, place, NULL) == 0;
	}
	return false;
}

/* A lease may have moved the machine, and with it its firmware.  Only an act that has changed nothing may look for
 * it; true if the act runs again, somewhere else. */
static bool look_for_machine(struct act *act, const struct transaction_end *end)
{
	struct endpoint *endpoint = act->endpoint;
	enum session_trouble trouble = session_trouble(endpoint->session);

	if (act->switched || act->wrote || !end->clean ||
	    (trouble != SESSION_UNREACHABLE && trouble != SESSION_STRANGER &&
	     !endpoint->another_device))
		return false;
	if (!err_is_set(&act->lost)) {
		act->lost = *end->err;
		act->lost_to_another = endpoint->another_device;
		endpoint->trouble = (uint8_t)trouble;
	}
	if ((trouble != SESSION_STRANGER || !ask_stranger(act)) && !go_elsewhere(act)) {
		if (act->elsewhere)
			endpoint_move(endpoint, &act->asset, act->asset.amt.address, NULL);
		endpoint->another_device = act->lost_to_another;
		return false;
	}
	run_again(act);
	return true;
}

static void tell_moved(struct act *act)
{
	const struct endpoint *endpoint = act->endpoint;

	if (act->elsewhere)
		log_line(endpoint->parts->log, LOG_LEVEL_WARNING, "amt",
			 "moved asset=%s: its firmware answers at %s now, not at %s",
			 act->asset.name, endpoint->address, act->asset.amt.address);
}

/* What made a machine unfit may have been a passing refusal, or may have been mended since. */
static void forget_after_failure(struct endpoint *endpoint)
{
	if (inventory_check(&endpoint->inventory, endpoint->device, NULL) < 0)
		endpoint_forget(endpoint);
	else
		endpoint_forget_objects(endpoint);
}

/* Something urgent overtakes a survey: it starts anew behind it, and nothing known before is lost. */
static void survey_later(struct act *act)
{
	struct endpoint *endpoint = act->endpoint;
	struct wish *wish = wish_new(ACT_SURVEY, &act->asset, act->arg), **at = &endpoint->first;

	wish->report = act->report;
	if (!act->elsewhere && !act->asked_stranger) {
		endpoint_take_back(endpoint, act->set_aside);
		act->set_aside = NULL;
	}
	while (*at && wish_class((*at)->kind) != DISPATCH_BACKGROUND)
		at = &(*at)->next;
	wish->next = *at;
	*at = wish;
	endpoint->waiting++;
	leave(endpoint, true);
	act_free(act);
}

/* Holds at the first port, and the second is not to be had: that is told, and is no failure.  Only of what the device has
 * refused; an outcome that is not known is a doubt about the whole. */
static bool is_open_beside(struct act *act, const struct transaction_end *end)
{
	const struct endpoint *endpoint = act->endpoint;

	return act->held && end->rc < 0 && end->clean &&
	       session_trouble(endpoint->session) == SESSION_FINE;
}

static void settle_beside(struct act *act, const struct transaction_end *end)
{
	struct endpoint *endpoint = act->endpoint;

	if (end->rc == 0 && act->held && act->kind == ENFORCER_ISOLATE)
		endpoint_set_open(endpoint, NULL);
	if (!is_open_beside(act, end))
		return;
	snprintf(act->result.open, sizeof(act->result.open), "%.32s is not cut off: %.170s",
		 endpoint->inventory.ports[1].by_driver
			 ? "the wireless port"
			 : inventory_port_words(&endpoint->inventory, 1),
		 end->err->text);
	endpoint_set_open(endpoint, act->result.open);
	/* What was written for it was taken back. */
	if (act->wrote != act->wrote_first)
		endpoint_forget_objects(endpoint);
}

static void on_failure(struct act *act, const struct transaction_end *end)
{
	struct enforcer_result *result = &act->result;

	act->endpoint->unprepared |= act->kind == ENFORCER_PREPARE;
	result->active = false;
	result->unknown = act->switched > 0 || (!end->clean && (act->kind == ENFORCER_ISOLATE ||
								act->kind == ENFORCER_RELEASE));
	forget_after_failure(act->endpoint);
}

static void on_end(void *arg, const struct transaction_end *end)
{
	struct act *act = arg;
	struct enforcer_result *result = &act->result;
	bool failed = end->rc < 0 && !is_open_beside(act, end);
	struct err err = { 0 };

	if (end->yielded) {
		survey_later(act);
		return;
	}
	if (failed && look_for_machine(act, end))
		return;
	settle_beside(act, end);
	/* Survives the transaction, which goes with the act. */
	if (failed)
		err = err_is_set(&act->lost) ? act->lost : *end->err;
	result->rc = failed ? end->rc : 0;
	result->err = failed ? &err : NULL;
	result->writes = end->writes;
	result->reads = end->reads;
	result->round_trips = end->round_trips;
	if (!failed) {
		act->endpoint->trouble = SESSION_FINE;
		if (act->kind == ACT_SURVEY)
			endpoint_check_prepared(act->endpoint);
		tell_moved(act);
	} else if (!err_is_set(&act->lost)) {
		act->endpoint->trouble = (uint8_t)session_trouble(act->endpoint->session);
	}
	if (failed)
		on_failure(act, end);
	answer(act, &err);
}

static void add_steps(struct act *act)
{
	switch (act->kind) {
	case ENFORCER_PREPARE:
		prepare_all_steps(act);
		break;
	case ENFORCER_ISOLATE:
		isolate_steps(act);
		break;
	case ENFORCER_INSPECT:
		inspect_steps(act);
		break;
	case ENFORCER_RELEASE:
		release_steps(act);
		break;
	case ACT_POWER:
		power_steps(act);
		break;
	default:
		/* A survey is asked to see what is, not what was; if it has to give way, what was is good enough. */
		if (!act->set_aside)
			act->set_aside = endpoint_set_aside(act->endpoint);
		survey_steps(act, true);
		health_steps(act);
	}
}

static bool may_start(struct act *act, struct err *err)
{
	struct endpoint *endpoint = act->endpoint;

	if (act->overflow)
		return err_set(err, ERR_LIMIT,
			       "asset %s: %d acts wait for its firmware already; wait for their answers",
			       act->asset.name, ENDPOINT_QUEUE_MAX) == 0;
	if ((act->kind == ENFORCER_PREPARE || act->kind == ENFORCER_ISOLATE) && !act->plan)
		return err_set(err, ERR_FAILED, "asset %s: there is no plan to %s", act->asset.name,
			       act_name(act)) == 0;
	if (endpoint_open(endpoint, &act->asset, err) < 0)
		return false;
	/* A survey and a release read anew, or undo. */
	if (act->kind != ACT_SURVEY && act->kind != ENFORCER_RELEASE &&
	    endpoint_check_claim(endpoint, err) < 0)
		return false;
	if (session_is_locked_out(endpoint->session, loop_now_ns(endpoint->parts->loop)))
		return err_set(err, ERR_FAILED,
			       "%s refused our user and password; correct amt.user and amt.password of asset "
			       "%s (or, if they were good before, wait until the account is unlocked)",
			       endpoint->device, act->asset.name) == 0;
	/* What is only made ready can wait; an isolation or a release is tried all the same. */
	if (act->kind == ENFORCER_PREPARE &&
	    session_flash_protected_ns(endpoint->session, loop_now_ns(endpoint->parts->loop)))
		return err_set(err, ERR_FAILED,
			       "%s protects its flash: nothing is prepared on it for %llu more minutes",
			       endpoint->device,
			       (unsigned long long)session_flash_protected_ns(
				       endpoint->session, loop_now_ns(endpoint->parts->loop)) /
					       s_to_ns(60) +
				       1) == 0;
	return true;
}

static struct act *act_of(struct endpoint *endpoint, const struct wish *wish)
{
	struct act *act = mem_alloc(sizeof(*act));

	act->endpoint = endpoint;
	act->kind = wish->kind;
	act->asset = wish->asset;
	act->overflow = wish->overflow;
	act->done = wish->done;
	act->report = wish->report;
	act->power_done = wish->power_done;
	act->power = wish->power;
	act->arg = wish->arg;
	if (wish->plan) {
		act->shared = wish->plan;
		act->shared->users++;
		act->plan = &act->shared->plan;
	}
	return act;
}

static struct act *take_first(struct endpoint *endpoint)
{
	struct wish *wish = endpoint->first;
	struct act *act = act_of(endpoint, wish);

	endpoint->first = wish->next;
	endpoint->waiting--;
	wish_free(wish);
	return act;
}

static struct endpoint *endpoint_of_ticket(const struct dispatch_ticket *ticket)
{
	return (struct endpoint *)((uintptr_t)ticket - offsetof(struct endpoint, ticket));
}

static void go(void *arg, struct dispatch_ticket *ticket)
{
	struct endpoint *endpoint = endpoint_of_ticket(ticket);
	struct act *act = take_first(endpoint);
	struct err err = { 0 };

	(void)arg;
	endpoint_wake(endpoint);
	endpoint->running = act;
	endpoint->another_device = false;
	if (!may_start(act, &err)) {
		answer_error(act, &err);
		return;
	}
	if (endpoint_is_another(endpoint))
		endpoint_forget(endpoint);
	act->transaction = transaction_new(endpoint->session, endpoint->parts->loop, act, on_end);
	add_steps(act);
	transaction_run(act->transaction);
}

static uint32_t progress(void *arg, const struct dispatch_ticket *ticket)
{
	const struct endpoint *endpoint = endpoint_of_ticket(ticket);

	(void)arg;
	return endpoint->session ? session_round_trips(endpoint->session) : 0;
}

static void quiet(void *arg)
{
	struct fleet *fleet = arg;

	if (fleet->parts.source.rest)
		fleet->parts.source.rest(fleet->parts.source.arg);
}

/* Names come from the roster, not from strangers. */
static size_t bucket_of(const struct fleet *fleet, const char *name)
{
	return fnv(name, strlen(name)) & (fleet->bucket_count - 1);
}

static void grow(struct fleet *fleet)
{
	struct endpoint **old = fleet->buckets;
	size_t old_count = fleet->bucket_count;

	fleet->bucket_count = old_count ? 2 * old_count : 64;
	fleet->buckets = mem_array(fleet->bucket_count, sizeof(struct endpoint *));
	for (size_t i = 0; i < old_count; i++)
		for (struct endpoint *endpoint = old[i], *next; endpoint; endpoint = next) {
			struct endpoint **bucket =
				&fleet->buckets[bucket_of(fleet, endpoint->asset)];

			next = endpoint->next;
			endpoint->next = *bucket;
			*bucket = endpoint;
		}
	mem_free(old);
}

static struct endpoint *endpoint_of(struct fleet *fleet, const char *asset)
{
	struct endpoint *endpoint, **bucket;

	for (endpoint = fleet->buckets[bucket_of(fleet, asset)]; endpoint;
	     endpoint = endpoint->next)
		if (strcmp(endpoint->asset, asset) == 0)
			return endpoint;
	if (fleet->endpoint_count++ == fleet->bucket_count)
		grow(fleet);
	bucket = &fleet->buckets[bucket_of(fleet, asset)];
	endpoint = endpoint_new(&fleet->parts, asset);
	endpoint->dispatch = fleet->dispatch;
	endpoint->next = *bucket;
	*bucket = endpoint;
	return endpoint;
}

static void enqueue(struct endpoint *endpoint, struct wish *wish)
{
	bool waits = wish_class(wish->kind) == DISPATCH_BACKGROUND;
	struct wish **at = wish_place(&endpoint->first, wish);

	wish->overflow = endpoint->waiting >= ENDPOINT_QUEUE_MAX;
	wish->next = *at;
	*at = wish;
	endpoint->waiting++;
	if (!endpoint->running)
		dispatch_want(endpoint->dispatch, &endpoint->ticket,
			      wish_class(endpoint->first->kind));
	else if (!waits && endpoint->running->kind == ACT_SURVEY)
		transaction_yield(endpoint->running->transaction);
}

static struct fleet_plan *share_plan(struct fleet *fleet, const struct plan *plan)
{
	if (!fleet->last_plan || memcmp(&fleet->last_plan->plan, plan, sizeof(*plan)) != 0) {
		wish_drop_plan(fleet->last_plan);
		fleet->last_plan = mem_alloc(sizeof(*fleet->last_plan));
		memcpy(&fleet->last_plan->plan, plan, sizeof(*plan));
		fleet->last_plan->users = 1;
	}
	fleet->last_plan->users++;
	return fleet->last_plan;
}

static void enforce(void *self, enum enforcer_act kind, const struct asset *asset,
		    const struct plan *plan, enforcer_done_fn *done, void *arg)
{
	struct wish *wish = wish_new(kind, asset, arg);
	struct fleet *fleet = self;

	wish->done = done;
	if (plan && (kind == ENFORCER_PREPARE || kind == ENFORCER_ISOLATE))
		wish->plan = share_plan(fleet, plan);
	enqueue(endpoint_of(fleet, asset->name), wish);
}

void fleet_survey(struct fleet *fleet, const struct asset *asset, amt_report_fn *done, void *arg)
{
	struct wish *wish = wish_new(ACT_SURVEY, asset, arg);

	wish->report = done;
	enqueue(endpoint_of(fleet, asset->name), wish);
}

static void remedy(void *self, const struct asset *asset, const struct remedy_wish *asked,
		   remedy_done_fn *done, void *arg)
{
	struct wish *wish = wish_new(ACT_POWER, asset, arg);
	struct fleet *fleet = self;

	wish->power_done = done;
	wish->power = *asked;
	enqueue(endpoint_of(fleet, asset->name), wish);
}

struct fleet *fleet_new(const struct endpoint_parts *parts)
{
	struct fleet *fleet = mem_alloc(sizeof(*fleet));
	struct dispatch_owner owner = {
		.arg = fleet, .go = go, .progress = progress, .quiet = quiet
	};

	fleet->parts = *parts;
	fleet->parts.slab = slab_new();
	fleet->parts.claims = claims_new();
	fleet->dispatch = dispatch_new(parts->loop,
				       parts->connections_max ? parts->connections_max : 1, &owner);
	grow(fleet);
	fleet->enforcer = (struct enforcer){ .name = "amt", .self = fleet, .act = enforce };
	fleet->remedy = (struct remedy){ .self = fleet, .act = remedy };
	return fleet;
}

/* Acts in flight or waiting get no answer. */
static void close_endpoint(struct endpoint *endpoint)
{
	dispatch_end(endpoint->dispatch, &endpoint->ticket);
	while (endpoint->first) {
		struct wish *wish = endpoint->first;

		endpoint->first = wish->next;
		wish_free(wish);
	}
	endpoint_free(endpoint);
}

void fleet_free(struct fleet *fleet)
{
	if (!fleet)
		return;
	for (size_t i = 0; i < fleet->bucket_count; i++)
		for (struct endpoint *endpoint = fleet->buckets[i], *next; endpoint;
		     endpoint = next) {
			next = endpoint->next;
			close_endpoint(endpoint);
		}
	dispatch_free(fleet->dispatch);
	claims_free(fleet->parts.claims);
	slab_free(fleet->parts.slab);
	wish_drop_plan(fleet->last_plan);
	mem_free(fleet->buckets);
	mem_free(fleet);
}

const struct enforcer *fleet_enforcer(struct fleet *fleet)
{
	return &fleet->enforcer;
}

const struct remedy *fleet_remedy(struct fleet *fleet)
{
	return &fleet->remedy;
}
