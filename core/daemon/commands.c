/* SPDX-License-Identifier: Apache-2.0 */
/* commands.c - operators' requests, each naming who asked: the reason of a release or a denial carries the name into the
 * ledger. */
#include "core/daemon/commands.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/num.h"
#include "core/isolation/response.h"

struct asked {
	struct response *response;
	char *const *words;
	const char *who;
	uint64_t now_ns;
	struct buf *answer;
	uint64_t id;
	char reason[128];
};

static int run_isolations(struct asked *asked, struct err *err)
{
	(void)err;
	if (response_count(asked->response) == 0)
		buf_text(asked->answer, "no isolation is running");
	for (size_t i = 0; i < response_count(asked->response); i++) {
		const struct isolation *isolation = response_at(asked->response, i);
		const struct decision *decision = &isolation->decision;
		char ports[MEASURE_TEXT_BYTES];
		char host[IP_TEXT_BYTES];

		ip_text(&isolation->host.ip, host);
		buf_format(asked->answer, "%s%llu  %-15s  %-20s  %-17s  %-9s  ", i ? "\n" : "",
			   (unsigned long long)isolation->id, host, isolation->asset,
			   isolation_state_name(isolation->state),
			   isolation_truth(isolation->state));
		measure_text(&decision->measure, ports);
		if (verdict_is_measure(decision->verdict))
			buf_format(asked->answer, "%s %s", verdict_name(decision->verdict), ports);
		else
			buf_format(asked->answer, "channel %s", decision->channel);
	}
	return 0;
}

static int run_approve(struct asked *asked, struct err *err)
{
	int rc = response_approve(asked->response, asked->id, asked->who, asked->now_ns, err);

	if (rc == 0)
		buf_format(asked->answer, "isolation %llu approved by %s",
			   (unsigned long long)asked->id, asked->who);
	return rc;
}

static int run_deny(struct asked *asked, struct err *err)
{
	int rc = response_deny(asked->response, asked->id, asked->reason, asked->now_ns, err);

	if (rc == 0)
		buf_format(asked->answer, "isolation %llu denied", (unsigned long long)asked->id);
	return rc;
}

static int run_release(struct asked *asked, struct err *err)
{
	int rc = response_release(asked->response, asked->id, asked->reason, asked->now_ns, err);

	if (rc == 0)
		buf_format(asked->answer, "isolation %llu is being released",
			   (unsigned long long)asked->id);
	return rc;
}

static const struct request {
	const char *word;
	bool needs_id;
	int (*run)(struct asked *asked, struct err *err);
} requests[] = {
	{ "isolations", false, run_isolations },
	{ "approve", true, run_approve },
	{ "deny", true, run_deny },
	{ "release", true, run_release },
};

/* "cleaned by helpdesk (root)" */
static void join_reason(struct asked *asked)
{
	size_t at = 0;

	for (char *const *word = asked->words + 2; *word && at < sizeof(asked->reason); word++)
		at += (size_t)snprintf(asked->reason + at, sizeof(asked->reason) - at, "%s ",
				       *word);
	if (at < sizeof(asked->reason))
		snprintf(asked->reason + at, sizeof(asked->reason) - at, at ? "(%s)" : "by %s",
			 asked->who);
}

int commands_run(struct response *response, char *const *words, const char *who, uint64_t now_ns,
		 struct buf *answer, struct err *err)
{
	struct asked asked = {
		.response = response, .words = words, .who = who, .now_ns = now_ns, .answer = answer
	};

	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		if (strcmp(words[0], requests[i].word) != 0)
			continue;
		if (requests[i].needs_id && (!words[1] || !num_u64(words[1], &asked.id)))
			return err_set(
				err, ERR_USAGE,
				"%s needs the number of an isolation: see \"cordon isolations\"",
				words[0]);
		if (requests[i].needs_id)
			join_reason(&asked);
		return requests[i].run(&asked, err);
	}
	return err_set(err, ERR_USAGE, "unknown request \"%s\"", words[0]);
}
