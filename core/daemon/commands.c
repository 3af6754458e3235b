/* SPDX-License-Identifier: Apache-2.0 */
/* commands.c - operators' requests, each naming who asked: the reason of a release or a denial carries the name into the
 * ledger. */
#include "core/daemon/commands.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/asset/asset.h"
#include "core/asset/roster.h"
#include "core/asset/said.h"
#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/num.h"
#include "core/incident/book.h"
#include "core/incident/incident.h"
#include "core/isolation/repairs.h"
#include "core/isolation/response.h"

struct request {
	const struct commands_asked *asked;
	struct response *response;
	struct buf *answer;
	uint64_t id;      /* of the isolation that was named */
	char reason[192]; /* of a denial or a release */
};

static void describe(const struct isolation *isolation, struct buf *out)
{
	const struct decision *decision = &isolation->decision;
	char ports[MEASURE_TEXT_BYTES];
	char host[IP_TEXT_BYTES] = "-";

	if (!ip_is_unspecified(&isolation->host.ip))
		ip_text(&isolation->host.ip, host);
	buf_format(out, "%llu  %-15s  %-20s  %-17s  %-9s  ", (unsigned long long)isolation->id,
		   host, isolation->asset, isolation_state_name(isolation->state),
		   isolation_truth(isolation->state));
	measure_text(&decision->measure, ports);
	if (verdict_is_measure(decision->verdict))
		buf_format(out, "%s %s", verdict_name(decision->verdict), ports);
	else
		buf_format(out, "channel %s", decision->channel);
	if (*isolation->asked_by)
		buf_format(out, "  by %s%s%s", isolation->asked_by, *isolation->why ? ": " : "",
			   isolation->why);
	if (*isolation->open)
		buf_format(out, "  OPEN: %s", isolation->open);
}

static int run_isolations(struct request *request, struct err *err)
{
	(void)err;
	if (response_count(request->response) == 0)
		buf_text(request->answer, "no isolation is running");
	for (size_t i = 0; i < response_count(request->response); i++) {
		buf_text(request->answer, i ? "\n" : "");
		describe(response_at(request->response, i), request->answer);
	}
	return 0;
}

/* "a b c", or nothing; cut off at the size. */
static void join(char *const *words, char *text, size_t size)
{
	size_t at = 0;

	text[0] = '\0';
	for (char *const *word = words; *word && at < size; word++)
		at += (size_t)snprintf(text + at, size - at, "%s%s", at ? " " : "", *word);
}

/* What the sensor holds against the machine; the most, should it have several addresses. */
static const struct incident *incident_of(const struct commands_asked *asked,
					  const struct asset *asset)
{
	const struct incident *most = NULL;

	for (size_t i = 0; i < book_count(asked->book); i++) {
		const struct incident *incident = book_at(asked->book, i);

		if (roster_find(asked->roster, &incident->host, &incident->mac) == asset &&
		    (!most || incident->log_odds > most->log_odds))
			most = incident;
	}
	return most;
}

static int run_isolate(struct request *request, struct err *err)
{
	const struct commands_asked *asked = request->asked;
	char *const *words = asked->words;
	struct response_wish wish = { .who = asked->who };
	char why[512];

	if (!words[1] || !words[2])
		return err_set(err, ERR_USAGE, "isolate needs a machine and a channel");
	wish.asset = roster_find_said(asked->roster, words[1], err);
	if (!wish.asset)
		return ERR_FAILED;
	join(words + 3, why, sizeof(why));
	wish.why = why;
	wish.channel = strcmp(words[2], "-") == 0 ? NULL : words[2];
	wish.incident = incident_of(asked, wish.asset);
	return response_isolate(request->response, &wish, asked->now_ns, request->answer, err);
}

static int run_approve(struct request *request, struct err *err)
{
	const struct commands_asked *asked = request->asked;
	int rc = response_approve(request->response, request->id, asked->who, asked->now_ns, err);

	if (rc == 0)
		buf_format(request->answer, "isolation %llu approved by %s",
			   (unsigned long long)request->id, asked->who);
	return rc;
}

static int run_deny(struct request *request, struct err *err)
{
	int rc = response_deny(request->response, request->id, request->reason,
			       request->asked->now_ns, err);

	if (rc == 0)
		buf_format(request->answer, "isolation %llu denied",
			   (unsigned long long)request->id);
	return rc;
}

static int release(struct request *request, uint64_t id, struct err *err)
{
	int rc = response_release(request->response, id, request->reason, request->asked->now_ns,
				  err);

	if (rc == 0)
		buf_format(request->answer, "%sisolation %llu is being released",
			   request->answer->length ? "\n" : "", (unsigned long long)id);
	return rc;
}

/* All that holds or is wanted of the machine: the next one down would not set it free. */
static int release_machine(struct request *request, const struct asset *asset, struct err *err)
{
	uint64_t ids[16];
	size_t count = 0;
	int rc = 0;

	for (size_t i = 0; i < response_count(request->response) && count < 16; i++) {
		const struct isolation *isolation = response_at(request->response, i);

		if (strcmp(isolation->asset, asset->name) == 0)
			ids[count++] = isolation->id;
	}
	if (count == 0)
		return err_set(
			err, ERR_GONE,
			"%s is not isolated, and nothing of it waits: see \"cordon isolations\"",
			asset->name);
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = release(request, ids[i], err);
	return rc;
}

static int run_release(struct request *request, struct err *err)
{
	const struct asset *asset;

	if (num_u64(request->asked->words[1], &request->id))
		return release(request, request->id, err);
	asset = roster_find_said(request->asked->roster, request->asked->words[1], err);
	return asset ? release_machine(request, asset, err) : ERR_FAILED;
}

static int run_power(struct request *request, struct err *err)
{
	const struct commands_asked *asked = request->asked;
	char *const *words = asked->words;
	struct repairs_wish wish = { .who = asked->who };
	char why[512];
	uint64_t id;

	if (!words[1] || !words[2] || !words[3] || !words[4])
		return err_set(err, ERR_USAGE, "power needs a machine and what to do to it");
	if (!remedy_wish_of(words[2], words[3], &wish.wish, err))
		return ERR_USAGE;
	wish.asset = roster_find_said(asked->roster, words[1], err);
	if (!wish.asset)
		return ERR_FAILED;
	join(words + 5, why, sizeof(why));
	wish.why = why;
	wish.confirm = strcmp(words[4], "-") == 0 ? "" : words[4];
	wish.incident = incident_of(asked, wish.asset);
	id = repairs_ask(asked->repairs, &wish, asked->now_ns, request->answer, err);
	return id ? 0 : ERR_FAILED;
}

static void describe_repair(const struct repair *repair, struct buf *out)
{
	char act[REPAIR_ACT_BYTES];

	repair_act_text(&repair->wish, act);
	buf_format(out, "%llu  %-20s  %-9s  %-7s  %s", (unsigned long long)repair->id,
		   repair->asset, repair_state_name(repair->state),
		   remedy_power_name(repair->power), act);
	if (*repair->asked_by)
		buf_format(out, "  by %s%s%s", repair->asked_by, *repair->why ? ": " : "",
			   repair->why);
	if (*repair->said)
		buf_format(out, "  %s", repair->said);
}

static int run_repairs(struct request *request, struct err *err)
{
	const struct repair *repair = repairs_after(request->asked->repairs, 0);

	(void)err;
	if (!repair)
		buf_text(request->answer, "nothing is under way, and nothing was lately");
	while (repair) {
		buf_text(request->answer, request->answer->length ? "\n" : "");
		describe_repair(repair, request->answer);
		repair = repairs_after(request->asked->repairs, repair->id);
	}
	return 0;
}

/* For the command that waits: "STATE POWER DEVICE|SAID". */
static int run_repair(struct request *request, struct err *err)
{
	const struct repair *repair = repairs_find(request->asked->repairs, request->id);

	if (!repair)
		return err_set(err, ERR_GONE,
			       "nothing is known of repair %llu any more: \"cordon ledger show\"",
			       (unsigned long long)request->id);
	buf_format(request->answer, "%s %s %s|%s", repair_state_name(repair->state),
		   remedy_power_name(repair->power), repair->device, repair->said);
	return 0;
}

static int run_log(struct request *request, struct err *err)
{
	const struct commands_asked *asked = request->asked;
	struct repairs_wish wish = {
		.wish = { .act = REMEDY_READ_LOG }, .confirm = "", .why = "", .who = asked->who
	};

	if (!asked->words[1])
		return err_set(err, ERR_USAGE, "log needs a machine");
	wish.asset = roster_find_said(asked->roster, asked->words[1], err);
	if (!wish.asset)
		return ERR_FAILED;
	wish.incident = incident_of(asked, wish.asset);
	return repairs_ask(asked->repairs, &wish, asked->now_ns, request->answer, err) ? 0
										       : ERR_FAILED;
}

static int run_consent(struct request *request, struct err *err)
{
	const struct commands_asked *asked = request->asked;
	const char *code = asked->words[1] && asked->words[2] ? asked->words[2] : "";
	struct repairs_wish wish = { .confirm = "", .why = "", .who = asked->who };

	if (!asked->words[1])
		return err_set(err, ERR_USAGE, "consent needs a machine");
	if (!remedy_consent_of(code, &wish.wish, err))
		return ERR_USAGE;
	wish.asset = roster_find_said(asked->roster, asked->words[1], err);
	if (!wish.asset)
		return ERR_FAILED;
	wish.incident = incident_of(asked, wish.asset);
	return repairs_ask(asked->repairs, &wish, asked->now_ns, request->answer, err) ? 0
										       : ERR_FAILED;
}

/* Once: then they are gone from here. */
static int run_entries(struct request *request, struct err *err)
{
	size_t count;
	const struct remedy_entry *entries =
		repairs_entries(request->asked->repairs, request->id, &count);

	(void)err;
	for (size_t i = 0; i < count; i++) {
		buf_text(request->answer, i ? "\n" : "");
		remedy_entry_text(&entries[i], request->answer);
	}
	repairs_drop_entries(request->asked->repairs, request->id);
	return 0;
}

enum takes { NOTHING, PC, ID, ID_OR_PC };

static const struct {
	const char *word;
	enum takes takes;
	int (*run)(struct request *request, struct err *err);
} requests[] = {
	{ "isolations", NOTHING, run_isolations },
	{ "isolate", PC, run_isolate },
	{ "approve", ID, run_approve },
	{ "deny", ID, run_deny },
	{ "release", ID_OR_PC, run_release },
	{ "power", PC, run_power },
	{ "repairs", NOTHING, run_repairs },
	{ "repair", ID, run_repair },
	{ "log", PC, run_log },
	{ "consent", PC, run_consent },
	{ "entries", ID, run_entries },
};

static int check_words(char *const *words, enum takes takes, uint64_t *id, struct err *err)
{
	if (takes == ID && (!words[1] || !num_u64(words[1], id)))
		return err_set(
			err, ERR_USAGE,
			(strcmp(words[0], "repair") == 0 || strcmp(words[0], "entries") == 0)
				? "%s needs its number: see \"cordon repairs\""
				: "%s needs the number of an isolation: see \"cordon isolations\"",
			words[0]);
	if (takes == ID_OR_PC && !words[1])
		return err_set(
			err, ERR_USAGE,
			"%s needs a machine, or the number of an isolation: see \"cordon isolations\"",
			words[0]);
	return 0;
}

/* "cleaned by helpdesk (root)" */
static void sign(struct request *request)
{
	char words[128];

	join(request->asked->words + 2, words, sizeof(words));
	snprintf(request->reason, sizeof(request->reason), *words ? "%s (%s)" : "%sby %s", words,
		 request->asked->who);
}

int commands_run(const struct commands_asked *asked, struct buf *answer, struct err *err)
{
	struct request request = { .asked = asked, .response = asked->response, .answer = answer };

	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		if (strcmp(asked->words[0], requests[i].word) != 0)
			continue;
		if (check_words(asked->words, requests[i].takes, &request.id, err) < 0)
			return ERR_USAGE;
		if (requests[i].takes == ID || requests[i].takes == ID_OR_PC)
			sign(&request);
		return requests[i].run(&request, err);
	}
	return err_set(err, ERR_USAGE, "unknown request \"%s\"", asked->words[0]);
}
