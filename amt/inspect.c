/* SPDX-License-Identifier: Apache-2.0 */
/* What is active, and what has it dropped (amt-system-defense.md 4.5, 4.6, 2.6).
 *
 * The packets dropped by the defaults are the witness that the isolated machine still tries to
 * talk.  How firmware names the statistics of its default filters is unknown (dossier 2.4,
 * 3.6), so they are told by the event handles documented for them, by class or by name; where
 * nothing of that applies, by not being one of our filters, all of which pass.  Their
 * direction may then be unknown too: such packets are told as transmitted, and did says so. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "amt/act.h"
#include "amt/cim.h"
#include "amt/endpoint.h"
#include "amt/session.h"
#include "amt/transaction.h"

/* Handles that events carry for filters a policy brings itself (3.6). */
#define HANDLE_RX_DEFAULT    "4294967293"
#define HANDLE_TX_DEFAULT    "4294967292"
#define HANDLE_ANTI_SPOOFING "4294967290"

enum which {
	WHICH_OURS,
	WHICH_OUR_TRANSMIT_DROPS,
	WHICH_OUR_RECEIVE_DROPS,
	WHICH_TRANSMIT,
	WHICH_RECEIVE,
	WHICH_DEFAULT,
	WHICH_OTHER
};

static bool mentions(const char *text, const char *const *words)
{
	for (; *words; words++)
		for (const char *at = text; *at; at++)
			if (strncasecmp(at, *words, strlen(*words)) == 0)
				return true;
	return false;
}

/* What our own filters counted: a blocked port's drops, or packets that were let through.  Their names tell
 * (compile.h). */
static enum which which_of_ours(const struct sd_statistic *statistic)
{
	const char *dash = strrchr(statistic->name, '-');

	if (dash && dash[1] == 'T')
		return WHICH_OUR_TRANSMIT_DROPS;
	return dash && dash[1] == 'R' ? WHICH_OUR_RECEIVE_DROPS : WHICH_OURS;
}

static bool is_our_filter(const struct objects *objects, const struct sd_statistic *statistic)
{
	if (sd_name_is_ours(statistic->name))
		return true;
	/* A named entry that is not ours is not; ids are only asked where there is no name. */
	if (*statistic->name || strcmp(statistic->class_name, "AMT_NetworkFilter") == 0)
		return false;
	return objects_filter_is_ours(objects, statistic->id);
}

static enum which which_is(const struct objects *objects, const struct sd_statistic *statistic)
{
	static const char *const transmit[] = { "tx", "transmit", "spoof", NULL };
	static const char *const receive[] = { "rx", "receive", NULL };
	static const char *const fallback[] = { "default", "else", NULL };
	bool named;

	if (is_our_filter(objects, statistic))
		return which_of_ours(statistic);
	if (strcmp(statistic->id, HANDLE_TX_DEFAULT) == 0 ||
	    strcmp(statistic->id, HANDLE_ANTI_SPOOFING) == 0)
		return WHICH_TRANSMIT;
	if (strcmp(statistic->id, HANDLE_RX_DEFAULT) == 0)
		return WHICH_RECEIVE;
	named = strcmp(statistic->class_name, "AMT_NetworkFilter") == 0 ||
		mentions(statistic->name, fallback);
	if (!named)
		return WHICH_OTHER;
	if (mentions(statistic->name, transmit))
		return WHICH_TRANSMIT;
	return mentions(statistic->name, receive) ? WHICH_RECEIVE : WHICH_DEFAULT;
}

struct sums {
	uint64_t packets[WHICH_OTHER + 1];
	unsigned entries[WHICH_OTHER + 1];
	uint64_t beside; /* dropped at the second port: told in words alone, for a driver's word is no proof */
};

static void tell_beside_drops(struct enforcer_result *result, uint64_t packets)
{
	size_t length = strlen(result->did);

	snprintf(result->did + length, sizeof(result->did) - length,
		 "; the driver says it dropped %llu by wireless", (unsigned long long)packets);
}

static void tell_counters(struct act *act, const struct sums *sums)
{
	bool certain = sums->entries[WHICH_TRANSMIT] || sums->entries[WHICH_RECEIVE] ||
		       sums->entries[WHICH_DEFAULT];
	struct enforcer_result *result = &act->result;

	result->has_counters = certain || sums->entries[WHICH_OTHER];
	result->dropped_transmit = sums->packets[WHICH_TRANSMIT] + sums->packets[WHICH_DEFAULT];
	result->dropped_receive = sums->packets[WHICH_RECEIVE];
	if (!certain)
		result->dropped_transmit = sums->packets[WHICH_OTHER];
	if (sums->entries[WHICH_OUR_TRANSMIT_DROPS] || sums->entries[WHICH_OUR_RECEIVE_DROPS])
		result->has_counters = true;
	result->has_counted = sums->entries[WHICH_OURS] > 0;
	result->counted = sums->packets[WHICH_OURS];
	result->dropped_transmit += sums->packets[WHICH_OUR_TRANSMIT_DROPS];
	result->dropped_receive += sums->packets[WHICH_OUR_RECEIVE_DROPS];
	if (sums->entries[WHICH_DEFAULT] || (!certain && sums->entries[WHICH_OTHER]))
		snprintf(result->did, sizeof(result->did),
			 "read the counters; the firmware does not tell their "
			 "direction, so all drops are told as transmitted");
	if (sums->beside)
		tell_beside_drops(result, sums->beside);
}

static bool is_beside(const struct act *act, const struct sd_statistic *statistic)
{
	const struct inventory *inventory = &act->endpoint->inventory;

	return inventory->port_count > 1 &&
	       strcmp(statistic->port_id, inventory_port_id(inventory, 1)) == 0;
}

static int take_statistics(void *arg, uint32_t n, const struct session_result *result,
			   struct err *err)
{
	struct act *act = arg;
	struct sd_statistic statistic;
	struct sums sums = { 0 };
	enum which which;

	(void)n;
	if (result->end == SESSION_REFUSED && !result->locked_out) {
		snprintf(act->result.did, sizeof(act->result.did),
			 "read what is active; the firmware refused its "
			 "counters");
		return 0;
	}
	if (result->end != SESSION_DONE)
		return step_failed(result, err);
	for (size_t i = 0; i < result->item_count; i++) {
		if (!sd_statistic_read(result->items[i], &statistic))
			continue;
		which = which_is(&act->endpoint->objects, &statistic);
		if (is_beside(act, &statistic)) {
			sums.beside += which == WHICH_OURS ? 0 : statistic.packets;
			continue;
		}
		sums.entries[which]++;
		sums.packets[which] += statistic.packets;
	}
	tell_counters(act, &sums);
	return 0;
}

static bool ask_statistics(void *arg, uint32_t n, struct session_call *call)
{
	(void)arg;
	(void)n;
	*call = (struct session_call){ .op = WSMAN_ENUMERATE, .class_name = SD_CLASS_STATISTICS };
	return true;
}

/* Without it the counters are those of the last time somebody asked (4.6). */
static bool ask_update(void *arg, uint32_t n, struct session_call *call)
{
	struct act *act = arg;
	const struct endpoint *endpoint = act->endpoint;
	const struct sd_binding *active =
		objects_active(&endpoint->objects, inventory_port_id(&endpoint->inventory, n));
	struct cim_instance *input;

	if (!active)
		return false;
	input = cim_input(SD_CLASS_POLICY, "UpdateStatistics");
	cim_add_reference(input, "NetworkInterface",
			  cim_reference_copy(endpoint->inventory.ports[n].reference));
	cim_add_bool(input, "ResetOnRead", false);
	*call = (struct session_call){ .op = WSMAN_INVOKE,
				       .class_name = SD_CLASS_POLICY,
				       .method = "UpdateStatistics",
				       .body = input,
				       .selectors = sd_by_id(SD_CLASS_POLICY, active->policy_id) };
	return true;
}

static int take_update(void *arg, uint32_t n, const struct session_result *result, struct err *err)
{
	(void)arg;
	(void)n;
	/* Stale counters are better than none. */
	if (result && result->end != SESSION_DONE &&
	    (result->end != SESSION_REFUSED || result->locked_out))
		return step_failed(result, err);
	return 0;
}

static const struct step_kind step_update = { ask_update, take_update };
static const struct step_kind step_statistics = { ask_statistics, take_statistics };

static int think_counters(void *arg, uint32_t n, const struct session_result *result,
			  struct err *err)
{
	struct act *act = arg;

	(void)n;
	(void)result;
	(void)err;
	tell_beside(act);
	if (!act->result.active)
		return 0;
	snprintf(act->result.did, sizeof(act->result.did), "read what is active and its counters");
	transaction_then(act->transaction, &step_update, 0);
	if (act->endpoint->inventory.port_count > 1 && beside_is_active(act))
		transaction_then(act->transaction, &step_update, 1);
	transaction_then(act->transaction, &step_statistics, 0);
	return 0;
}

static const struct step_kind step_think_counters = { NULL, think_counters };

static int think_active(void *arg, uint32_t n, const struct session_result *result, struct err *err)
{
	struct act *act = arg;

	(void)n;
	(void)result;
	(void)err;
	snprintf(act->result.did, sizeof(act->result.did), "no policy of ours is active on %s",
		 inventory_port_words(&act->endpoint->inventory, 0));
	tell_active(act);
	transaction_then(act->transaction, &step_think_counters, 0);
	return 0;
}

static const struct step_kind step_think_active = { NULL, think_active };

static int think_fresh(void *arg, uint32_t n, const struct session_result *result, struct err *err)
{
	struct act *act = arg;

	(void)n;
	(void)result;
	(void)err;
	if (!act->bindings_fresh)
		bindings_steps(act);
	transaction_then(act->transaction, &step_think_active, 0);
	return 0;
}

static const struct step_kind step_think_fresh = { NULL, think_fresh };

void inspect_steps(struct act *act)
{
	survey_steps(act, false);
	transaction_then(act->transaction, &step_think_fresh, 0);
}
