/* SPDX-License-Identifier: Apache-2.0 */
/* policy.h - quarantine policies: load, decide, explain, run their own examples.
 *
 * A policy is an ordered list of rules; the first match decides (architecture.md section 7).
 * Deciding is a pure function of policy and input.  A bad file never becomes a policy: all
 * mistakes are in the complaints. */
#ifndef CORDON_POLICY_POLICY_H
#define CORDON_POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/net/addr.h"

struct asset;
struct buf;
struct channel;
struct complaints;
struct decision;
struct incident;
struct policy;
struct roster;
struct source;

/* Names of places that a channel may use instead of an address ("relay"), given by the site's
 * settings. */
struct policy_place {
	const char *name;
	struct ip ip;
};

struct policy_input_evidence {
	const char *detector; /* name */
	double log_odds;
};

/* Everything a rule may ask.  Borrowed texts. */
struct policy_input {
	double log_odds;
	const char *kind; /* "worm", ... */
	uint32_t contacts;
	uint16_t port;
	struct host_key host;
	const char *asset;   /* name, "" if we do not answer for the host */
	const char *role;    /* "unknown" if no asset */
	const char *tags[8]; /* NULL-terminated unless full */
	struct policy_input_evidence evidence[16];
	size_t evidence_count;
	uint64_t wall_ns;
};

/* detector_name maps ids to names, NULL-terminated by id order of the caller's table. */
typedef const char *policy_detector_fn(unsigned detector_id);
/* asset may be NULL. */
void policy_input_from(struct policy_input *input, const struct incident *incident,
		       const struct asset *asset, policy_detector_fn *name, uint64_t wall_ns);

struct policy_known {
	/* NULL-terminated names that evidence conditions may use; NULL = any. */
	const char *const *detectors;
	/* Ends with name NULL; may be NULL.  A policy's own "addresses:" win over a place of the
	 * same name. */
	const struct policy_place *places;
};

/* NULL when anything was complained of.  known may be NULL. */
struct policy *policy_load(const struct source *source, const struct policy_known *known,
			   struct complaints *complaints);
void policy_free(struct policy *policy);

void policy_decide(const struct policy *policy, const struct policy_input *input,
		   struct decision *decision);
/* For a machine that a person wants isolated: the first rule that could isolate it, or propose that, at this time and whatever
 * it was seen to do.  False if there is none; then the policy leaves it to the person. */
bool policy_decide_by_hand(const struct policy *policy, const struct policy_input *input,
			   struct decision *decision);
/* Why each rule did or did not fire, in words, a line each.  What it means: decision_sentence(). */
void policy_explain(const struct policy *policy, const struct policy_input *input, struct buf *out);

const struct channel *policy_channel(const struct policy *policy, const char *name); /* or NULL */
size_t policy_channel_count(const struct policy *policy);
const struct channel *policy_channel_at(const struct policy *policy, size_t index);
/* What a rule answers when it fires. */
const struct decision *policy_rule_answer(const struct policy *policy, size_t index);
size_t policy_rule_count(const struct policy *policy);

/* Complains about names of assets and tags in conditions that no asset of the roster has. */
void policy_check_assets(const struct policy *policy, const struct roster *roster,
			 struct complaints *complaints);

/* Runs the "expect:" examples; each failed one is a complaint at its position.  Returns how many
 * ran. */
size_t policy_run_examples(const struct policy *policy, struct complaints *complaints);

#endif
