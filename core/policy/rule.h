/* SPDX-License-Identifier: Apache-2.0 */
/* rule.h - a loaded policy as values; shared by the files of this folder and by nobody else.
 *
 * Everything hangs on policy->keep and is constant after load.  What a complaint may have to
 * point at later keeps its position. */
#ifndef CORDON_POLICY_RULE_H
#define CORDON_POLICY_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/net/addr.h"
#include "core/policy/channel.h"
#include "core/policy/decision.h"
#include "core/policy/keep.h"
#include "core/policy/policy.h"
#include "core/policy/vocabulary.h"

struct position {
	unsigned line, column, length;
};

struct interval {
	double low, high;         /* may be infinite */
	bool low_open, high_open; /* the bound itself is outside */
};

struct texts {
	size_t count;
	const char **items;
};

struct evidence_wanted {
	struct texts any, all, none;
};

struct time_span {
	uint8_t days; /* bit 0 = Monday */
	/* Of the day; to is outside; from > to: past midnight. */
	uint16_t from_minute, to_minute;
};

struct condition;

struct when {
	size_t count;
	struct condition *conditions; /* all must hold */
};

/* Which member counts follows from the word's subject. */
struct condition {
	const struct word *word;
	struct position at;
	size_t count;               /* of intervals or prefixes: any of them */
	struct interval *intervals; /* confidence, log_odds, contacts, port */
	struct prefix *prefixes;    /* host */
	struct texts texts;         /* kind, role, asset, tag: any; tags: all */
	struct evidence_wanted evidence;
	struct time_span time;
	struct when inner; /* not */
};

struct rule {
	struct position at; /* of its name */
	struct position channel_at;
	bool incomplete; /* there were complaints about it */
	struct when when;
	struct decision answer; /* complete: deciding is copying it */
};

struct channel_at {
	struct position at; /* of its name */
	bool incomplete;
};

struct example {
	struct position at; /* of its "then" */
	struct position rule_at, channel_at;
	struct policy_input given;
	uint8_t verdict;
	const char *rule, *channel; /* NULL = any */
};

struct policy {
	struct keep keep;
	const char *name;
	size_t rule_count, channel_count, example_count;
	struct rule *rules;
	struct channel *channels;
	struct channel_at *channels_at;
	struct example *examples;
};

struct complaints;
/* Complains at a remembered position. */
void position_complain(const struct position *at, struct complaints *complaints, const char *hint,
		       const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
