/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/score/verdict.h"

#include <string.h>

/* How soon is soon enough: contacts to conviction, from the project's quality bars. */
static const struct {
	const char *class_name;
	enum level level;
	unsigned contacts;
} bars[] = {
	{ "sweep-arp", LEVEL_MUST, 5 },
	{ "hscan-tcp", LEVEL_MUST, 7 },
};

static const char *const names[OUTCOME_COUNT] = { "ok", "late", "MISS", "FALSE", "ERROR" };

const char *outcome_name(enum outcome outcome)
{
	return names[outcome];
}

unsigned bar_contacts(const char *class_name, enum level level)
{
	size_t i;

	for (i = 0; i < sizeof(bars) / sizeof(bars[0]); i++) {
		if (bars[i].level == level && strcmp(bars[i].class_name, class_name) == 0)
			return bars[i].contacts;
	}
	return 0;
}

static bool is_truth(const struct truth *truth, const struct finding *finding)
{
	if (*finding->ip)
		return strcmp(truth->ip, finding->ip) == 0;
	return *finding->mac && strcasestr(truth->mac, finding->mac);
}

const struct finding *verdict_finding(const struct truth *truth, const struct findings *findings)
{
	size_t i;

	for (i = 0; i < findings->count; i++) {
		if (is_truth(truth, &findings->hosts[i]))
			return &findings->hosts[i];
	}
	return NULL;
}

static size_t count_false(const struct row *row, const struct findings *findings)
{
	size_t count = 0, i, t;

	for (i = 0; i < findings->count; i++) {
		if (!findings->hosts[i].convicted)
			continue;
		for (t = 0; t < row->truth_count; t++) {
			if (is_truth(&row->truths[t], &findings->hosts[i]))
				break;
		}
		count += t == row->truth_count;
	}
	return count;
}

static void judge_truth(struct verdict *v, const struct row *row, const struct truth *truth,
			const struct findings *findings)
{
	const struct finding *finding = verdict_finding(truth, findings);
	double seconds;

	if (!finding || (!finding->convicted && row->level != LEVEL_SHOULD))
		return;
	v->found++;
	if (row->level == LEVEL_MUST && strcmp(finding->kind, "worm") != 0)
		v->other_kind = true;
	if (!finding->convicted)
		return;
	if (finding->contacts > v->contacts)
		v->contacts = finding->contacts;
	if (findings->first_packet < 0 || finding->convicted_at < 0 || truth->first_s < 0)
		return;
	seconds = finding->convicted_at - findings->first_packet - truth->first_s;
	if (seconds > v->seconds)
		v->seconds = seconds;
}

struct verdict verdict_of(const struct row *row, enum run_end end, const struct findings *findings)
{
	struct verdict v = { .outcome = OUTCOME_OK, .seconds = -1 };
	unsigned bar = bar_contacts(row->class_name, row->level);
	size_t t;

	/* A malformed capture may be refused; it may not hurt. */
	if (row->level == LEVEL_ROBUST) {
		if (end == RUN_CRASHED || end == RUN_TIMEOUT)
			v.outcome = OUTCOME_ERROR;
		return v;
	}
	for (t = 0; t < row->truth_count; t++)
		judge_truth(&v, row, &row->truths[t], findings);
	v.false_count = count_false(row, findings);
	if (end != RUN_OK)
		v.outcome = OUTCOME_ERROR;
	else if (v.false_count)
		v.outcome = OUTCOME_FALSE;
	else if (row->level != LEVEL_MAY && row->level != LEVEL_NEVER && v.found < row->truth_count)
		v.outcome = OUTCOME_MISS;
	else if (bar && v.contacts > bar)
		v.outcome = OUTCOME_LATE;
	return v;
}
