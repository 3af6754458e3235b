/* SPDX-License-Identifier: Apache-2.0 */
/* history.c - two ways of paging (amt-out-of-band.md 6.4, 6.5).
 *
 * The event log gives up to 390 records at once, the newest first, and an opaque place to go on from; the audit log ten at a time, the
 * oldest first, by index: of a long one only the latest are read.  Empty logs answer by return values that are errors elsewhere.  A
 * device that pages for ever is left after as many pages as its log could have.
 *
 * Left out: clearing, freezing, signatures of the audit log. */
#include "amt/history.h"

#include <stdio.h>
#include <string.h>

#include "amt/act.h"
#include "amt/cim.h"
#include "amt/endpoint.h"
#include "amt/record.h"
#include "amt/session.h"
#include "amt/transaction.h"
#include "core/base/base64.h"
#include "core/base/mem.h"

#define CLASS_EVENTS "AMT_MessageLog"
#define CLASS_AUDIT  "AMT_AuditLog"
#define EVENTS_MAX   390
#define AUDIT_MAX    200
#define PAGES_MAX    64

_Static_assert(EVENTS_MAX + AUDIT_MAX <= REMEDY_ENTRIES_MAX, "both fit");

/* ReturnValue */
#define NO_RECORD_AT_ALL 2
#define NO_RECORD_THERE  3
#define INVALID_INDEX    35

struct history {
	struct remedy_entry events[EVENTS_MAX]; /* the newest first */
	struct remedy_entry audits[AUDIT_MAX];
	struct remedy_entry all[EVENTS_MAX + AUDIT_MAX];
	size_t event_count, audit_count;
	char place[32]; /* where the event log goes on */
	unsigned audit_pages, refused;
};

void history_free(struct history *history)
{
	mem_free(history);
}

/* Whoever has no time stands behind its neighbour. */
static void merge(struct history *history)
{
	size_t event = history->event_count, audit = 0, count = 0;

	while (event || audit < history->audit_count) {
		const struct remedy_entry *e = event ? &history->events[event - 1] : NULL;
		const struct remedy_entry *a =
			audit < history->audit_count ? &history->audits[audit] : NULL;

		if (e && (!a || e->wall_ns <= a->wall_ns)) {
			history->all[count++] = *e;
			event--;
		} else {
			history->all[count++] = *a;
			audit++;
		}
	}
}

const struct remedy_entry *history_entries(const struct history *history, size_t *count)
{
	*count = history->event_count + history->audit_count;
	return history->all;
}

static bool returned(const struct session_result *result, uint32_t value)
{
	return result->end == SESSION_REFUSED && result->fault.has_status &&
	       result->fault.status == value && strcmp(result->fault.subcode, "ReturnValue") == 0;
}

/* One log that is refused leaves the other. */
static int note_refusal(struct act *act, const char *log, const struct session_result *result,
			struct err *err)
{
	char *did = act->result.did;
	size_t length = strlen(did);

	if (result->end != SESSION_REFUSED || result->locked_out || ++act->history->refused > 1)
		return step_failed(result, err);
	snprintf(did + length, sizeof(act->result.did) - length, "%s is not to be had: %s", log,
		 result->err->text);
	return 0;
}

/* ---- events ------------------------------------------------------------------------------------ */

static bool ask_first(void *arg, uint32_t n, struct session_call *call)
{
	(void)arg;
	(void)n;
	*call = (struct session_call){ .op = WSMAN_INVOKE,
				       .class_name = CLASS_EVENTS,
				       .method = "PositionToFirstRecord" };
	return true;
}

static bool ask_events(void *arg, uint32_t page, struct session_call *call)
{
	const struct act *act = arg;
	struct cim_instance *input = cim_input(CLASS_EVENTS, "GetRecords");

	(void)page;
	cim_add(input, "IterationIdentifier", act->history->place);
	cim_add_u32(input, "MaxReadRecords", EVENTS_MAX);
	*call = (struct session_call){ .op = WSMAN_INVOKE,
				       .class_name = CLASS_EVENTS,
				       .method = "GetRecords",
				       .body = input };
	return true;
}

static void read_events(struct history *history, const struct cim_instance *page, size_t *seen)
{
	uint8_t bytes[RECORD_EVENT_BYTES];
	const char *text;
	size_t length;

	while (*seen < EVENTS_MAX && (text = cim_text(page, "RecordArray", *seen)) != NULL) {
		(*seen)++;
		if (history->event_count < EVENTS_MAX &&
		    base64_read(text, bytes, sizeof(bytes), &length) &&
		    record_read_event(bytes, length, &history->events[history->event_count]))
			history->event_count++;
	}
}

static bool take_place(struct history *history, const struct cim_instance *answer)
{
	const char *place = cim_text(answer, "IterationIdentifier", 0);

	snprintf(history->place, sizeof(history->place), "%s", place ? place : "");
	return place && strlen(place) < sizeof(history->place);
}

static int take_events(void *arg, uint32_t page, const struct session_result *result,
		       struct err *err);
static const struct step_kind step_events = { ask_events, take_events };

static int take_events(void *arg, uint32_t page, const struct session_result *result,
		       struct err *err)
{
	struct act *act = arg;
	struct history *history = act->history;
	bool last = true;
	size_t seen = 0;

	if (returned(result, NO_RECORD_THERE) ||
	    (result->end == SESSION_DONE && !result->item_count))
		return 0;
	if (result->end != SESSION_DONE)
		return note_refusal(act, "its event log", result, err);
	read_events(history, result->items[0], &seen);
	cim_bool(result->items[0], "NoMoreRecords", &last);
	if (!last && seen && history->event_count < EVENTS_MAX && page < PAGES_MAX &&
	    take_place(history, result->items[0]))
		transaction_then(act->transaction, &step_events, page + 1);
	return 0;
}

static int take_first(void *arg, uint32_t n, const struct session_result *result, struct err *err)
{
	struct act *act = arg;

	(void)n;
	if (returned(result, NO_RECORD_AT_ALL))
		return 0;
	if (result->end != SESSION_DONE)
		return note_refusal(act, "its event log", result, err);
	if (result->item_count && take_place(act->history, result->items[0]))
		transaction_then(act->transaction, &step_events, 0);
	return 0;
}

static const struct step_kind step_first = { ask_first, take_first };

/* ---- audit ------------------------------------------------------------------------------------- */

static bool ask_audit(void *arg, uint32_t index, struct session_call *call)
{
	struct cim_instance *input = cim_input(CLASS_AUDIT, "ReadRecords");

	(void)arg;
	cim_add_u32(input, "StartIndex", index);
	*call = (struct session_call){ .op = WSMAN_INVOKE,
				       .class_name = CLASS_AUDIT,
				       .method = "ReadRecords",
				       .body = input };
	return true;
}

static uint32_t read_audits(struct history *history, const struct cim_instance *page)
{
	uint8_t bytes[RECORD_AUDIT_BYTES];
	uint32_t seen = 0;
	const char *text;
	size_t length;

	while (seen < AUDIT_MAX && (text = cim_text(page, "EventRecords", seen)) != NULL) {
		seen++;
		if (history->audit_count < AUDIT_MAX &&
		    base64_read(text, bytes, sizeof(bytes), &length) &&
		    record_read_audit(bytes, length, &history->audits[history->audit_count]))
			history->audit_count++;
	}
	return seen;
}

static int take_audit(void *arg, uint32_t index, const struct session_result *result,
		      struct err *err);
static const struct step_kind step_audit = { ask_audit, take_audit };

static int take_audit(void *arg, uint32_t index, const struct session_result *result,
		      struct err *err)
{
	struct act *act = arg;
	struct history *history = act->history;
	uint32_t total = 0, seen;

	if (returned(result, INVALID_INDEX) || (result->end == SESSION_DONE && !result->item_count))
		return 0;
	if (result->end != SESSION_DONE)
		return note_refusal(act, "its audit log", result, err);
	cim_u32(result->items[0], "TotalRecordCount", 0, &total);
	if (index == 1 && total > AUDIT_MAX) {
		transaction_then(act->transaction, &step_audit, total - AUDIT_MAX + 1);
		return 0;
	}
	seen = read_audits(history, result->items[0]);
	if (seen && (uint64_t)index + seen <= total && history->audit_count < AUDIT_MAX &&
	    history->audit_pages++ < PAGES_MAX)
		transaction_then(act->transaction, &step_audit, index + seen);
	return 0;
}

static int put_in_order(void *arg, uint32_t n, const struct session_result *result, struct err *err)
{
	struct act *act = arg;

	(void)n;
	(void)result;
	(void)err;
	merge(act->history);
	return 0;
}

static const struct step_kind step_order = { NULL, put_in_order };

void history_steps(struct act *act)
{
	history_free(act->history);
	act->history = mem_alloc(sizeof(*act->history));
	transaction_then(act->transaction, &step_first, 0);
	transaction_then(act->transaction, &step_audit, 1);
	transaction_then(act->transaction, &step_order, 0);
}
