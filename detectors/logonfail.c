/* SPDX-License-Identifier: Apache-2.0 */
/* logonfail.c - guessing of passwords (worm-detection.md A.7).
 *
 * What counts is a user name refused by a target for the first time: a forgotten password or a stale service
 * account repeats one and the same pair, a guesser goes through names or through targets.  One mistake in a while is
 * everybody's and weighs nothing, and being let in earns another one.  Who tries many
 * passwords of one name is seen by the account being locked out.  Whoever is let in under the name that was refused
 * had mistyped: the refusal is taken back.  Over SSH and RDP the answers are encrypted; there the
 * rate of new sessions towards one server speaks as well, and it speaks softly.
 *
 * Below a dictionary of names it never convicts alone: scripts log on to many targets, people for several users.  A
 * dictionary does, unless its reader serves many himself: terminal servers and mail gateways log on for their users. */
#include "detectors/table.h"

#include "core/base/units.h"
#include "core/contact/contact.h"
#include "core/contact/host.h"
#include "core/contact/observation.h"
#include "core/detect/detector.h"
#include "core/detect/evidence.h"
#include "core/detect/memo.h"
#include "core/detect/param.h"

#define PAIRS    8
#define TARGETS  4
#define SERVED   4
#define WINDOW_S 60

struct config {
	double pair, target, locked, session, success, credit, cap;
	uint64_t half_life_ns;
	uint32_t sessions_free, names_free;
};

struct slot {
	struct walk walk;
	uint16_t pairs[PAIRS]; /* tags of user and target already refused */
	uint16_t targets[TARGETS];
	uint16_t server; /* tag of the SSH or RDP server, and its latest session's port */
	uint16_t session_port;
	uint32_t window_s;
	uint16_t sessions;       /* in that minute */
	uint16_t served[SERVED]; /* tags of user and target already let in */
	uint8_t next_pair, next_target, next_served;
	uint64_t names; /* refused with nobody let in: a bit for each, two of which may share one */
	int16_t spent_tenths; /* nats of the credit; below zero: earned beyond it */
	uint32_t spent_s;     /* wall, when that changed */
};

static const struct param params[] = {
	{ "failure", PARAM_DOUBLE, offsetof(struct config, pair), 0, 10, "1.75",
	  "nats for a user refused by a target for the first time" },
	{ "target", PARAM_DOUBLE, offsetof(struct config, target), 0, 10, "1.75",
	  "nats more if the target had refused nobody before" },
	{ "locked_out", PARAM_DOUBLE, offsetof(struct config, locked), 0, 10, "2.4",
	  "nats for a user found locked out, in place of failure" },
	{ "session", PARAM_DOUBLE, offsetof(struct config, session), 0, 10, "0.5",
	  "nats for each SSH or RDP session to one server beyond those that are free" },
	{ "sessions_free", PARAM_U32, offsetof(struct config, sessions_free), 1, 1000, "10",
	  "SSH or RDP sessions to one server within a minute that mean nothing" },
	{ "success", PARAM_DOUBLE, offsetof(struct config, success), 0, 10, "1.75",
	  "nats taken off for a user let in by a target, besides what its refusal there had brought" },
	{ "credit", PARAM_DOUBLE, offsetof(struct config, credit), 0, 40, "3.5",
	  "nats of refusals that weigh nothing: one mistake; as much again is earned by being let in" },
	{ "cap", PARAM_DOUBLE, offsetof(struct config, cap), 0.1, 40, "9.2",
	  "the most that guessing can bring: below conviction" },
	{ "names_free", PARAM_U32, offsetof(struct config, names_free), 1, 64, "20",
	  "different names refused with nobody let in, beyond which the ceiling rises with each" },
	{ "half_life", PARAM_DURATION_NS, offsetof(struct config, half_life_ns), 1, 86400, "5m",
	  "time in which an idle level fades to half" },
	{ .type = PARAM_END },
};

/* True if it was not there. */
static bool remember(uint16_t *tags, unsigned count, uint8_t *next, uint16_t tag)
{
	for (unsigned i = 0; i < count; i++)
		if (tags[i] == tag)
			return false;
	tags[*next] = tag;
	*next = (uint8_t)((*next + 1u) % count);
	return true;
}

/* Nobody knows twenty names but who has them from a list. */
static double ceiling(const struct config *config, const struct slot *slot,
		      const struct contact *contact)
{
	bool is_for_others = contact->roles & (HOST_SERVER | HOST_MAIL_SERVER | HOST_NAT);

	unsigned names = (unsigned)__builtin_popcountll(slot->names);

	if (is_for_others || names <= config->names_free)
		return config->cap;
	return config->cap + (names - config->names_free) * config->pair;
}

static void add(struct detector_run *run, struct slot *slot, const struct contact *contact,
		double nats)
{
	const struct config *config = detector_config(run);
	struct term term = { .nats = nats,
			     .port_class = CLASS_CONTENT,
			     .cap_nats = ceiling(config, slot, contact) };

	detector_walk(run, &slot->walk, contact, &term);
}

/* ---- credit --------------------------------------------------------------------------------------- */

#define TENTHS 10.0

static double spent(const struct config *config, const struct slot *slot, uint32_t now_s)
{
	bool is_old = now_s - slot->spent_s > config->half_life_ns / NS_PER_S;

	return is_old ? 0 : slot->spent_tenths / TENTHS;
}

static void spend(struct slot *slot, double nats, uint32_t now_s)
{
	slot->spent_tenths = (int16_t)(nats * TENTHS + (nats < 0 ? -0.5 : 0.5));
	slot->spent_s = now_s;
}

/* What is left of a refusal's weight. */
static double charge(const struct config *config, struct slot *slot, const struct contact *contact,
		     double nats)
{
	uint32_t now_s = (uint32_t)(contact->opened_ns / NS_PER_S);
	double before = spent(config, slot, now_s), left = config->credit - before;
	double used = nats < left ? nats : left;

	if (used > 0)
		spend(slot, before + used, now_s);
	return used > 0 ? nats - used : nats;
}

/* What is left of a success when nothing is to be taken off any more. */
static void earn(const struct config *config, struct slot *slot, const struct contact *contact,
		 double nats)
{
	uint32_t now_s = (uint32_t)(contact->opened_ns / NS_PER_S);
	double after = spent(config, slot, now_s) - nats;

	spend(slot, after < -config->credit ? -config->credit : after, now_s);
}

/* ---- answers -------------------------------------------------------------------------------------- */

static void count_name(struct slot *slot, uint32_t user_hash)
{
	if (slot->walk.level <= 0)
		slot->names = 0;
	if (user_hash)
		slot->names |= UINT64_C(1) << (user_hash * UINT32_C(0x9e3779b1) >> 26);
}

static void refused(struct detector_run *run, struct slot *slot,
		    const struct observation *observation)
{
	const struct config *config = detector_config(run);
	const struct contact *contact = &observation->contact;
	uint32_t salt = observation->logon.user_hash * 2 + observation->logon.locked_out;
	double nats = observation->logon.locked_out ? config->locked : config->pair;

	if (!remember(slot->pairs, PAIRS, &slot->next_pair, memo_tag_with(&contact->dst, salt)))
		return;
	if (remember(slot->targets, TARGETS, &slot->next_target, memo_tag(&contact->dst)))
		nats += config->target;
	count_name(slot, observation->logon.user_hash);
	if (!observation->logon.locked_out)
		nats = charge(config, slot, contact, nats);
	if (nats > 0)
		add(run, slot, contact, nats);
}

/* True if it was there. */
static bool forget(uint16_t *tags, unsigned count, uint16_t tag)
{
	for (unsigned i = 0; i < count; i++)
		if (tags[i] == tag) {
			tags[i] = 0;
			return true;
		}
	return false;
}

/* The same user at the same target again is no further sign of good faith: one account could buy a guesser any number of them. */
static void accepted(struct detector_run *run, struct slot *slot,
		     const struct observation *observation)
{
	const struct config *config = detector_config(run);
	const struct contact *contact = &observation->contact;
	uint16_t tag = memo_tag_with(&contact->dst, observation->logon.user_hash * 2);
	double nats = 0, level = slot->walk.level;

	if (remember(slot->served, SERVED, &slot->next_served, tag)) {
		nats += config->success;
		slot->names = 0;
	}
	if (forget(slot->pairs, PAIRS, tag)) {
		nats += config->pair;
		if (forget(slot->targets, TARGETS, memo_tag(&contact->dst)))
			nats += config->target;
	}
	if (level > 0 && nats > 0)
		add(run, slot, contact, -nats);
	if (nats > level)
		earn(config, slot, contact, nats - level);
}

/* Frames that a mirror repeats have the port of the session before. */
static void sealed(struct detector_run *run, struct slot *slot, const struct contact *contact)
{
	const struct config *config = detector_config(run);
	uint16_t tag = memo_tag_with(&contact->dst, contact->dst_port);
	uint32_t now_s = (uint32_t)(contact->opened_ns / NS_PER_S);

	if (slot->server != tag || now_s - slot->window_s > WINDOW_S) {
		slot->server = tag;
		slot->window_s = now_s;
		slot->sessions = 0;
	} else if (slot->session_port == contact->src_port) {
		return;
	}
	slot->session_port = contact->src_port;
	if (slot->sessions < UINT16_MAX)
		slot->sessions++;
	if (slot->sessions > config->sessions_free)
		add(run, slot, contact, config->session);
}

static void observe(struct detector_run *run, void *memory, const struct observation *observation)
{
	const struct config *config = detector_config(run);
	struct slot *slot = memory;

	/* Who logs on through an address translator is not known. */
	if (observation->kind != OBSERVED_LOGON || observation->contact.roles & HOST_ROUTER)
		return;
	walk_fade(&slot->walk, &observation->contact, config->half_life_ns);
	if (observation->logon.sealed)
		sealed(run, slot, &observation->contact);
	else if (!observation->logon.accepted)
		refused(run, slot, observation);
	else
		accepted(run, slot, observation);
}

const struct detector detector_logonfail = {
	.name = "logonfail",
	.summary =
		"users refused by many targets, many users refused, or SSH and RDP sessions in quick succession",
	.id = DETECTOR_LOGONFAIL,
	.kind = EVIDENCE_BRUTE_FORCE,
	.feeds = FEED_OBSERVED,
	.observes = 1 << OBSERVED_LOGON,
	.params = params,
	.config_size = sizeof(struct config),
	.slot_size = sizeof(struct slot),
	.observe = observe,
};
