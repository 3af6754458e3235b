/* SPDX-License-Identifier: Apache-2.0 */
/* dnsfail.c - sequential test over the registered names that a host looks up (Krishnan, Taylor, Monrose,
 * McHugh 2013; worm-detection.md C.6).
 *
 * A bot that generates names meets many that nobody has registered; a person meets few.  Each registered
 * name is judged once, by its first answer: it exists, or it does not.  An answer counts only to a
 * question that this host was seen asking, because answers are easily forged.
 *
 * A name that looks drawn by chance as well speaks louder.  Only the registered label is looked at: what stands below may
 * be any number that a program hands over.  Names of words, as some bots make them, weigh what they did.
 *
 * Left out: a list of public suffixes: the
 * registered name is taken to be the last two labels, three under short ones such as co.uk. */
#include "detectors/table.h"

#include <ctype.h>
#include <string.h>

#include "core/base/units.h"
#include "core/contact/contact.h"
#include "core/contact/host.h"
#include "core/contact/observation.h"
#include "core/detect/detector.h"
#include "core/detect/evidence.h"
#include "core/detect/known.h"
#include "core/detect/memo.h"
#include "core/detect/param.h"
#include "core/net/dns.h"
#include "detectors/lettering.h"

#define ASKED_SETS   1024 /* questions of the last half minute */
#define JUDGED_SETS  4096
#define FAILING_SETS 128
#define ANSWER_S     30 /* resolvers give up sooner */
#define LABELS_MAX   64
/* One name of a package in 120 looks drawn by so much; of drawn labels with eight letters three in four, with six half. */
#define RANDOM_TENTHS 30
#define DRAWN_LEAST   6

enum about { ABOUT_QUESTION, ABOUT_REGISTERED, ABOUT_LABEL, ABOUT_SUFFIX };

struct config {
	double failure, random, below, success, cap;
	uint64_t half_life_ns, memory_ns;
};

struct state {
	struct known_set asked[ASKED_SETS], judged[JUDGED_SETS];
	struct memo failing[FAILING_SETS * MEMO_WAYS];
	struct memo_tags failing_tags[FAILING_SETS];
};

static const struct param params[] = {
	{ "failure", PARAM_DOUBLE, offsetof(struct config, failure), 0, 10, "1.1",
	  "nats for a registered name that does not exist" },
	{ "random", PARAM_DOUBLE, offsetof(struct config, random), 0, 10, "0.7",
	  "nats more if its letters look drawn by chance" },
	{ "below", PARAM_DOUBLE, offsetof(struct config, below), 0, 10, "0.5",
	  "nats for a missing name below another: the registered one may well exist" },
	{ "success", PARAM_DOUBLE, offsetof(struct config, success), 0, 10, "0.7",
	  "nats taken off for a registered name that exists" },
	{ "cap", PARAM_DOUBLE, offsetof(struct config, cap), 0.1, 40, "9.2",
	  "the most that names can bring: below conviction" },
	{ "half_life", PARAM_DURATION_NS, offsetof(struct config, half_life_ns), 60, 7 * 86400,
	  "1h", "time in which an idle level fades to half" },
	{ "memory", PARAM_DURATION_NS, offsetof(struct config, memory_ns), 60, 7 * 86400, "1h",
	  "time in which a name is not judged again" },
	{ .type = PARAM_END },
};

/* ---- names ------------------------------------------------------------------------------------- */

/* One name taken apart; borrows the text. */
struct parts {
	const char *labels[LABELS_MAX];
	unsigned count;
	const char *registered;          /* to the end of the text */
	char first[OBSERVED_NAME_BYTES]; /* label, not counting www */
	bool has_host;                   /* there is a label in front of the registered name */
};

static size_t label_length(const char *label)
{
	return strcspn(label, ".");
}

static bool label_is(const char *label, const char *word)
{
	size_t length = label_length(label);

	return length == strlen(word) && memcmp(label, word, length) == 0;
}

/* False: more labels than any name in use has. */
static bool split(const char *text, struct parts *parts)
{
	parts->count = 0;
	for (const char *at = text; at; at = strchr(at, '.')) {
		if (*at == '.')
			at++;
		if (parts->count == LABELS_MAX)
			return false;
		parts->labels[parts->count++] = at;
	}
	return true;
}

/* co.uk, com.br, or.jp: under a country, a label that short is a class of names and not one of them. */
static unsigned suffix_labels(const struct parts *parts)
{
	const char *country = parts->labels[parts->count - 1];

	if (parts->count < 3 || label_length(country) != 2)
		return 1;
	return label_length(parts->labels[parts->count - 2]) <= 3 ? 2 : 1;
}

static void take_apart(struct parts *parts)
{
	unsigned at = parts->count - suffix_labels(parts) - 1, host = 0;
	size_t length;

	parts->registered = parts->labels[at];
	if (at > 0 && label_is(parts->labels[0], "www"))
		host = 1;
	parts->has_host = host < at;
	length = label_length(parts->labels[host]);
	memcpy(parts->first, parts->labels[host], length);
	parts->first[length] = '\0';
}

/* Names of one's own site, not of the Internet (RFC 6761, RFC 6762 appendix G, RFC 8375), and reverse zones. */
static bool is_local_suffix(const char *label)
{
	static const char *const words[] = { "arpa",    "local",   "localdomain", "localhost",
					     "lan",     "home",    "internal",    "intranet",
					     "corp",    "private", "test",        "invalid",
					     "example", "onion",   "workgroup",   "domain" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (label_is(label, words[i]))
			return true;
	return false;
}

static bool is_number(const char *label)
{
	size_t length = label_length(label);

	for (size_t i = 0; i < length; i++)
		if (!isdigit((unsigned char)label[i]))
			return false;
	return length > 0;
}

/* Block lists are asked by the address, reversed: 4.3.2.1.list.example, or nibble by nibble. */
static bool is_block_list(const struct parts *parts)
{
	bool digits = true, nibbles = true;

	if (parts->count < 6)
		return false;
	for (unsigned i = 0; i < 4; i++) {
		digits &= is_number(parts->labels[i]);
		nibbles &= label_length(parts->labels[i]) == 1;
	}
	return digits || nibbles;
}

/* Asked by programs on their own account, whether or not it exists. */
static bool is_exempt(const struct parts *parts)
{
	if (parts->count < 2 || is_local_suffix(parts->labels[parts->count - 1]) ||
	    is_block_list(parts))
		return true;
	for (unsigned i = 0; i < parts->count; i++)
		if (parts->labels[i][0] == '_' || label_is(parts->labels[i], "isatap") ||
		    label_is(parts->labels[i], "wpad") || label_length(parts->labels[i]) == 0)
			return true;
	return false;
}

/* ---- what it looks like ------------------------------------------------------------------------ */

/* Under a suffix of one's own site stand the random names with which browsers test the resolver.  Public are countries,
 * the five oldest and most used others, and those under which a name was found lately. */
static bool is_public(const char *suffix)
{
	static const char *const words[] = { "com", "net", "org", "info", "biz" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(suffix, words[i]) == 0)
			return true;
	return strlen(suffix) == 2;
}

/* Punycode (RFC 3492) and abbreviations look drawn and are not. */
static bool looks_drawn(const char *label)
{
	return label_length(label) >= DRAWN_LEAST && strncmp(label, "xn--", 4) != 0 &&
	       lettering_randomness(label, label_length(label)) >= RANDOM_TENTHS;
}

/* ---- the test ---------------------------------------------------------------------------------- */

static struct known_table table_of(struct known_set *sets, uint32_t count)
{
	return (struct known_table){ .sets = sets, .count = count };
}

/* Judges a name the first time only.  The same label under several suffixes is a search list at work
 * (RFC 1535), or one word tried under com, net and org. */
static bool is_new(struct state *state, const struct host_key *host, const struct parts *parts,
		   uint32_t now_s, uint32_t stay_s, bool failed)
{
	struct known_table judged = table_of(state->judged, JUDGED_SETS);
	bool was_judged = known_add(&judged, known_text(host, parts->registered, ABOUT_REGISTERED),
				    now_s, stay_s);

	if (failed)
		was_judged |= known_add(&judged, known_text(host, parts->first, ABOUT_LABEL), now_s,
					stay_s);
	return !was_judged;
}

static void judge(struct detector_run *run, const struct contact *contact, const struct term *term)
{
	const struct config *config = detector_config(run);
	struct state *state = detector_state(run);
	struct memo_table table = { state->failing, sizeof(state->failing[0]), FAILING_SETS,
				    state->failing_tags };
	struct memo_key key = { &contact->src, contact->opened_ns, contact->vlan, 0 };
	struct memo *failing = term->nats > 0 ? memo_need(&table, &key) : memo_find(&table, &key);

	if (!failing)
		return;
	walk_fade(&failing->walk, contact, config->half_life_ns);
	detector_walk(run, &failing->walk, contact, term);
}

/* Blocked by a filter, or given a place on the site itself: tells nothing. */
static bool has_public_address(const struct observed_name *name)
{
	for (unsigned i = 0; i < name->address_count; i++)
		if (!ip_is_private(&name->addresses[i]) && !ip_is_unspecified(&name->addresses[i]))
			return true;
	return false;
}

static uint64_t suffix_of(const struct parts *parts)
{
	static const struct host_key anybody;

	return known_text(&anybody, parts->labels[parts->count - 1], ABOUT_SUFFIX);
}

static double nats_of_failure(struct detector_run *run, const struct parts *parts, uint32_t now_s)
{
	const struct config *config = detector_config(run);
	struct state *state = detector_state(run);
	struct known_table judged = table_of(state->judged, JUDGED_SETS);

	if (parts->has_host)
		return config->below;
	return looks_drawn(parts->registered) && (is_public(parts->labels[parts->count - 1]) ||
						  known_has(&judged, suffix_of(parts), now_s))
		       ? config->failure + config->random
		       : config->failure;
}

static void answered(struct detector_run *run, const struct contact *contact,
		     const struct observed_name *name, const struct parts *parts)
{
	const struct config *config = detector_config(run);
	struct host_key host = host_key_of(&contact->src, contact->vlan);
	bool failed = name->rcode == DNS_NXDOMAIN;
	struct term term = { .port_class = CLASS_NAME, .cap_nats = config->cap };
	struct state *state = detector_state(run);
	struct known_table judged = table_of(state->judged, JUDGED_SETS);
	uint32_t now_s = (uint32_t)(contact->opened_ns / NS_PER_S);
	uint32_t memory_s = (uint32_t)(config->memory_ns / NS_PER_S);

	if (!failed && (name->rcode != DNS_NOERROR || !has_public_address(name)))
		return;
	if (!is_new(state, &host, parts, now_s, memory_s, failed))
		return;
	if (!failed && !is_public(parts->labels[parts->count - 1]))
		known_add(&judged, suffix_of(parts), now_s, memory_s);
	term.nats = failed ? nats_of_failure(run, parts, now_s) : -config->success;
	judge(run, contact, &term);
}

static void observe(struct detector_run *run, void *slot, const struct observation *observation)
{
	const struct contact *contact = &observation->contact;
	const struct observed_name *name = &observation->name;
	struct state *state = detector_state(run);
	struct known_table asked = table_of(state->asked, ASKED_SETS);
	struct host_key host = host_key_of(&contact->src, contact->vlan);
	uint32_t now_s = (uint32_t)(contact->opened_ns / NS_PER_S);
	uint64_t question;
	struct parts parts;

	(void)slot;
	if (observation->kind != OBSERVED_NAME || (name->type != DNS_A && name->type != DNS_AAAA))
		return;
	if (contact->roles & (HOST_DNS_SERVER | HOST_ROUTER))
		return; /* asks for others */
	question = known_text(&host, name->text, ABOUT_QUESTION);
	if (name->rcode == OBSERVED_UNANSWERED) {
		known_add(&asked, question, now_s, ANSWER_S);
		return;
	}
	if (!known_has(&asked, question, now_s) || !split(name->text, &parts) || is_exempt(&parts))
		return;
	take_apart(&parts);
	answered(run, contact, name, &parts);
}

const struct detector detector_dnsfail = {
	.name = "dnsfail",
	.summary = "names that nobody has registered, one after another",
	.id = DETECTOR_DNSFAIL,
	.kind = EVIDENCE_WORM,
	.feeds = FEED_OBSERVED,
	.observes = 1 << OBSERVED_NAME,
	.params = params,
	.config_size = sizeof(struct config),
	.state_size = sizeof(struct state),
	.observe = observe,
};
