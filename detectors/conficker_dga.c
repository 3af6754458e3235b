/* SPDX-License-Identifier: Apache-2.0 */
/* conficker_dga.c - questions for the names that Conficker A, B and C generate for the day
 * (worm-detection.md A.5; weights A.5.6).
 *
 * The names of yesterday, today and tomorrow, by the packets' own time, are kept in two sets, the 500 a day
 * of A and B and the 50,000 of C.  Each is filled a slice at a time, and only once it is wanted by names that
 * could be on its lists.  Names asked before that wait in a small ring until their host is next heard.
 *
 * Only a question makes a hit: an answer is easily forged, and where the sensor hears one direction the
 * question is enough.  That the name does not exist, or leads to a sinkhole, strengthens it.
 *
 * Left out: a list of well-visited sites (it would age; that two or three names are needed stands in for
 * it), sinkhole address lists (they age too). */
#include "detectors/table.h"

#include <limits.h>
#include <stdlib.h>
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
#include "core/net/hash.h"
#include "detectors/conficker_names.h"

#define KNOWN_SETS   512
#define HITTING_SETS 64
#define WAITING      128
/* Names made per packet while the lists are wanted: under a millisecond, a fraction of the capture buffer. */
#define SLICE_NAMES 4096
/* Most days nobody asks for such names, and then no list is made at all.  One is wanted once two different names that
 * could be on it, asked by one host, lead nowhere, or to one address as a sinkhole's do; or when most of many that wait
 * look drawn by chance: each may have its own sinkhole. */
#define WANTED_FAILED     2
#define WANTED_TRAPPED_AB 2 /* the lists are short */
#define WANTED_TRAPPED_C  8
#define WANTED_WAITING    96
#define WANTED_RANDOM     64
#define RANDOM_TENTHS     10 /* letters that look drawn by chance, by a nat or more */
#define SILENT_S          2 /* a question without an answer for so long has failed: answers may pass us by */
#define FORWARDED_S       30
#define SHORT_LETTERS     4 /* C only: so short that real names fall on the list */
#define ENOUGH            6 /* points for conviction: two names of A or B, or three of C */
#define POINTS_AB         3
#define POINTS_C          2

enum group { GROUP_AB, GROUP_C, GROUPS };

static const struct {
	enum conficker_variant first, last;
} group_variants[GROUPS] = {
	[GROUP_AB] = { CONFICKER_A, CONFICKER_B },
	[GROUP_C] = { CONFICKER_C, CONFICKER_C },
};

enum about { ABOUT_COUNTED, ABOUT_STRENGTHENED, ABOUT_ASKED_OF };

struct config {
	double name_ab, name_c, name_c_short, failure, cap_early, cap_server;
	uint64_t half_life_ns, memory_ns;
};

/* A host that asked for a name of the lists. */
struct hitting {
	struct memo memo;
	uint8_t points;
};

/* A question that came before the lists were complete. */
struct waiting {
	struct contact contact;
	char text[CONFICKER_NAME_MAX * 2];
	uint8_t groups; /* bit 1 << enum group: on whose lists it could be; 0 = free */
	bool failed, resolved, is_random, is_shown;
	uint32_t leads_to; /* hash of the address it has, 0 = none */
};

/* One set of lists; a bit 1 << enum group for each. */
struct state {
	struct conficker_set *sets[GROUPS]; /* NULL until the first name that could be on one */
	int32_t today;
	uint8_t wanted, complete;
	uint8_t next_waiting, waiting_count;
	uint16_t who[WAITING]; /* tag of the host of each that waits: the ring is searched often */
	struct known_set known[KNOWN_SETS];
	struct hitting hitting[HITTING_SETS * MEMO_WAYS];
	struct memo_tags hitting_tags[HITTING_SETS];
	struct waiting waiting[WAITING];
};

static const struct param params[] = {
	{ "name_ab", PARAM_DOUBLE, offsetof(struct config, name_ab), 0, 40, "9",
	  "nats for a name of the lists of variants A and B" },
	{ "name_c", PARAM_DOUBLE, offsetof(struct config, name_c), 0, 40, "7",
	  "nats for a name of variant C with five letters or more" },
	{ "name_c_short", PARAM_DOUBLE, offsetof(struct config, name_c_short), 0, 40, "4",
	  "nats for one with four letters: real names fall on that list" },
	{ "failure", PARAM_DOUBLE, offsetof(struct config, failure), 0, 10, "2",
	  "nats more if the name does not exist or leads to a sinkhole" },
	{ "cap_early", PARAM_DOUBLE, offsetof(struct config, cap_early), 0.1, 40, "13",
	  "the most before two names of A or B, or three of C: below conviction" },
	{ "cap_server", PARAM_DOUBLE, offsetof(struct config, cap_server), 0.1, 40, "9.2",
	  "the most for a DNS server or router: it may ask for others" },
	{ "half_life", PARAM_DURATION_NS, offsetof(struct config, half_life_ns), 60, 7 * 86400,
	  "11m", "time in which an idle level fades to half; so two names in ten minutes convict" },
	{ "memory", PARAM_DURATION_NS, offsetof(struct config, memory_ns), 60, 7 * 86400, "1h",
	  "time in which a name counts once" },
	{ .type = PARAM_END },
};

/* ---- the set ----------------------------------------------------------------------------------- */

static int32_t day_of(uint64_t wall_ns)
{
	return (int32_t)(wall_ns / NS_PER_S / 86400);
}

static unsigned groups_of(const char *text)
{
	unsigned shape = conficker_name_shape(text), groups = 0;

	for (unsigned g = 0; g < GROUPS; g++)
		for (unsigned v = group_variants[g].first; v <= group_variants[g].last; v++)
			groups |= (shape >> v & 1) << g;
	return groups;
}

/* Tenths of a nat by which the letters of the longest label in front speak for chance rather than for English: ln(1/26) less
 * the logarithm of the letter's frequency in English text. */
static int randomness(const char *text)
{
	static const int8_t tenths[26] = { -8, 9,  3, -1, -12, 6,  7,  -5, -6, 32, 16, 0, 5,
					   -6, -7, 7, 37, -4,  -5, -9, 3,  14, 5,  32, 7, 40 };
	int sum = 0, most = INT_MIN;

	for (unsigned label = 0; *text && label < 2; text++) {
		if (*text >= 'a' && *text <= 'z') {
			sum += tenths[*text - 'a'];
		} else if (*text == '.') {
			most = sum > most ? sum : most;
			sum = 0;
			label++;
		}
	}
	return most;
}

static void aim_sets(struct state *state, uint64_t wall_ns)
{
	/* Fixed: it decides where names lie, and who wants a wrong hit can look up a right one. */
	static const struct hash_key key = { { UINT64_C(0x636f6e6669636b),
					       UINT64_C(0xa0761d6478bd642f) } };

	if (state->sets[0] && state->today == day_of(wall_ns))
		return;
	if (abs(day_of(wall_ns) - state->today) > 1)
		state->wanted = 0;
	state->complete = 0;
	state->today = day_of(wall_ns);
	for (unsigned g = 0; g < GROUPS; g++) {
		if (!state->sets[g])
			state->sets[g] = conficker_set_new(&key, group_variants[g].first,
							   group_variants[g].last);
		conficker_set_aim(state->sets[g], state->today);
	}
}

static bool find_name(const struct state *state, const char *text, struct conficker_hit *hit)
{
	for (unsigned g = 0; g < GROUPS; g++)
		if (state->sets[g] && conficker_set_find(state->sets[g], text, strlen(text), hit))
			return true;
	return false;
}

/* ---- hits -------------------------------------------------------------------------------------- */

static struct known_table known_of(struct state *state)
{
	return (struct known_table){ .sets = state->known, .count = KNOWN_SETS };
}

static struct hitting *hitting_of(struct state *state, const struct contact *contact, bool take)
{
	struct memo_table table = { state->hitting, sizeof(state->hitting[0]), HITTING_SETS,
				    state->hitting_tags };
	struct memo_key key = { &contact->src, contact->opened_ns, contact->vlan, 0 };

	return take ? memo_need(&table, &key) : memo_find(&table, &key);
}

static double ceiling(const struct config *config, const struct hitting *hitting,
		      const struct contact *contact)
{
	if (contact->roles & (HOST_DNS_SERVER | HOST_ROUTER))
		return config->cap_server;
	return hitting->points < ENOUGH ? config->cap_early : WALK_CAP_NATS;
}

static double weight(const struct config *config, const struct conficker_hit *hit)
{
	if (hit->variants & (1u << CONFICKER_A | 1u << CONFICKER_B))
		return config->name_ab;
	return hit->letters <= SHORT_LETTERS ? config->name_c_short : config->name_c;
}

static void walk(struct detector_run *run, struct hitting *hitting, const struct contact *contact,
		 struct term *term)
{
	const struct config *config = detector_config(run);

	term->port_class = CLASS_NAME;
	term->cap_nats = ceiling(config, hitting, contact);
	walk_fade(&hitting->memo.walk, contact, config->half_life_ns);
	detector_walk(run, &hitting->memo.walk, contact, term);
}

static void count(struct detector_run *run, const struct contact *contact,
		  const struct conficker_hit *hit)
{
	const struct config *config = detector_config(run);
	struct hitting *hitting = hitting_of(detector_state(run), contact, true);
	struct term term = { .nats = weight(config, hit) };
	bool is_ab = hit->variants & (1u << CONFICKER_A | 1u << CONFICKER_B);

	/* Faded to little: the names of then do not make up for those missing now. */
	if (hitting->memo.walk.level <= 0 ||
	    contact->opened_ns > hitting->memo.walk.last_ns + config->half_life_ns)
		hitting->points = 0;
	hitting->points = (uint8_t)(hitting->points + (is_ab ? POINTS_AB : POINTS_C));
	if (hitting->points > ENOUGH)
		hitting->points = ENOUGH;
	walk(run, hitting, contact, &term);
}

/* A server that passes on what it was asked; the asker is the one. */
static bool is_forwarded(struct state *state, const struct contact *contact, const char *text)
{
	struct known_table known = known_of(state);
	struct host_key asker = host_key_of(&contact->src, contact->vlan),
			asked = host_key_of(&contact->dst, contact->vlan);
	uint32_t now_s = (uint32_t)(contact->opened_ns / NS_PER_S);

	known_add(&known, known_text(&asked, text, ABOUT_ASKED_OF), now_s, FORWARDED_S);
	return known_has(&known, known_text(&asker, text, ABOUT_ASKED_OF), now_s);
}

/* False if it is on no list made so far. */
static bool question(struct detector_run *run, const struct contact *contact, const char *text)
{
	const struct config *config = detector_config(run);
	struct state *state = detector_state(run);
	struct known_table known = known_of(state);
	struct host_key host = host_key_of(&contact->src, contact->vlan);
	struct conficker_hit hit;

	if (!find_name(state, text, &hit))
		return false;
	if (is_forwarded(state, contact, text))
		return true;
	if (!known_add(&known, known_text(&host, text, ABOUT_COUNTED),
		       (uint32_t)(contact->opened_ns / NS_PER_S),
		       (uint32_t)(config->memory_ns / NS_PER_S)))
		count(run, contact, &hit);
	return true;
}

/* An address that no registered name of the Internet has: a resolver was told to lie. */
static bool is_sinkhole(const struct observed_name *name)
{
	for (unsigned i = 0; i < name->address_count; i++)
		if (ip_is_private(&name->addresses[i]) || ip_is_unspecified(&name->addresses[i]))
			return true;
	return false;
}

static void answer(struct detector_run *run, const struct contact *contact,
		   const struct observed_name *name)
{
	const struct config *config = detector_config(run);
	struct state *state = detector_state(run);
	struct known_table known = known_of(state);
	struct host_key host = host_key_of(&contact->src, contact->vlan);
	uint32_t now_s = (uint32_t)(contact->opened_ns / NS_PER_S);
	struct hitting *hitting = hitting_of(state, contact, false);
	struct term term = { .nats = config->failure, .same_contact = true };

	if (!hitting || hitting->memo.walk.level <= 0)
		return;
	if (name->rcode != DNS_NXDOMAIN && !is_sinkhole(name))
		return;
	if (!known_has(&known, known_text(&host, name->text, ABOUT_COUNTED), now_s))
		return;
	if (!known_add(&known, known_text(&host, name->text, ABOUT_STRENGTHENED), now_s,
		       (uint32_t)(config->memory_ns / NS_PER_S)))
		walk(run, hitting, contact, &term);
}

/* ---- names that came too early ----------------------------------------------------------------- */

static uint16_t tag_of_host(const struct contact *contact)
{
	return (uint16_t)(memo_tag(&contact->src) + contact->vlan);
}

/* The waiting name at this place if it is one of the host's. */
static struct waiting *waiting_of(struct state *state, unsigned place, uint16_t tag,
				  const struct contact *contact)
{
	struct waiting *waiting = &state->waiting[place];

	if (state->who[place] != tag || !waiting->groups)
		return NULL;
	return waiting->contact.vlan == contact->vlan &&
			       ip_equal(&waiting->contact.src, &contact->src)
		       ? waiting
		       : NULL;
}

static struct waiting *find_waiting(struct state *state, const struct contact *contact,
				    const char *text)
{
	uint16_t tag = tag_of_host(contact);

	for (unsigned n = 0; state->waiting_count && n < WAITING; n++) {
		struct waiting *waiting = waiting_of(state, n, tag, contact);

		if (waiting && strcmp(waiting->text, text) == 0)
			return waiting;
	}
	return NULL;
}

static void want_what_most_ask_for(struct state *state)
{
	for (unsigned g = 0; g < GROUPS; g++) {
		unsigned random = 0;

		for (unsigned n = 0; n < WAITING; n++)
			random += state->waiting[n].is_random && state->waiting[n].groups >> g & 1;
		if (random >= WANTED_RANDOM)
			state->wanted |= (uint8_t)(1u << g);
	}
}

/* The oldest gives way. */
static void keep_waiting(struct state *state, const struct contact *contact, const char *text,
			 unsigned groups)
{
	unsigned place = state->next_waiting;
	struct waiting *waiting = &state->waiting[place];
	size_t length = strlen(text);

	if (length >= sizeof(waiting->text) || find_waiting(state, contact, text))
		return; /* too long to be one of them, even with a label in front; or asked before */
	state->next_waiting = (uint8_t)((place + 1) % WAITING);
	if (!waiting->groups)
		state->waiting_count++;
	*waiting = (struct waiting){ .contact = *contact,
				     .groups = (uint8_t)groups,
				     .is_random = randomness(text) >= RANDOM_TENTHS };
	memcpy(waiting->text, text, length + 1);
	state->who[place] = tag_of_host(contact);
	if (state->waiting_count >= WANTED_WAITING && place % 8 == 0)
		want_what_most_ask_for(state);
}

static void free_waiting(struct state *state, struct waiting *waiting)
{
	*waiting = (struct waiting){ 0 };
	state->waiting_count--;
}

/* Only names that are on a list stay, or could be on one that is not made. */
static void drop_innocent(struct state *state)
{
	struct conficker_hit hit;

	for (struct waiting *waiting = state->waiting; waiting < state->waiting + WAITING;
	     waiting++)
		if (waiting->groups && !(waiting->groups & ~state->complete) &&
		    !find_name(state, waiting->text, &hit))
			free_waiting(state, waiting);
}

static void build_some(struct state *state)
{
	for (unsigned g = 0; g < GROUPS; g++) {
		uint8_t bit = (uint8_t)(1u << g);

		if (!(state->wanted & ~state->complete & bit))
			continue;
		if (!conficker_set_build_some(state->sets[g], SLICE_NAMES))
			return;
		state->complete |= bit;
		drop_innocent(state);
	}
}

static bool is_silent(const struct waiting *waiting, const struct contact *contact)
{
	return !waiting->resolved &&
	       contact->opened_ns > waiting->contact.opened_ns + s_to_ns(SILENT_S);
}

static void add_groups(unsigned *counts, const struct waiting *waiting)
{
	for (unsigned g = 0; g < GROUPS; g++)
		counts[g] += waiting->groups >> g & 1;
}

/* Wants the lists of which this host asked names that lead nowhere, or where the latest leads as well. */
static void want_what_fails(struct state *state, const struct contact *contact, uint32_t leads_to)
{
	uint16_t tag = tag_of_host(contact);
	static const unsigned wanted_trapped[GROUPS] = {
		[GROUP_AB] = WANTED_TRAPPED_AB, [GROUP_C] = WANTED_TRAPPED_C
	};
	unsigned failed[GROUPS] = { 0 }, trapped[GROUPS] = { 0 };

	for (unsigned n = 0; n < WAITING; n++) {
		const struct waiting *waiting = waiting_of(state, n, tag, contact);

		if (!waiting)
			continue;
		if (waiting->failed || is_silent(waiting, contact))
			add_groups(failed, waiting);
		else if (waiting->is_random && leads_to && waiting->leads_to == leads_to)
			add_groups(trapped, waiting);
	}
	for (unsigned g = 0; g < GROUPS; g++)
		if (failed[g] >= WANTED_FAILED || trapped[g] >= wanted_trapped[g])
			state->wanted |= (uint8_t)(1u << g);
}

static void note_answer(struct state *state, const struct contact *contact,
			const struct observed_name *name)
{
	struct waiting *waiting = find_waiting(state, contact, name->text);

	if (!waiting)
		return;
	waiting->failed = name->rcode == DNS_NXDOMAIN || is_sinkhole(name);
	waiting->resolved = !waiting->failed;
	if (name->address_count)
		waiting->leads_to = (uint32_t)memo_tag(&name->addresses[0]) + 1;
	if (waiting->failed || waiting->is_random)
		want_what_fails(state, contact, waiting->leads_to);
}

/* A host is judged only while it is heard (its walk speaks for it), so its names wait for that. */
static __attribute__((noinline)) void search_waiting(struct detector_run *run,
						     const struct contact *contact)
{
	struct state *state = detector_state(run);
	uint16_t tag = tag_of_host(contact);

	for (unsigned n = 0; n < WAITING; n++) {
		struct waiting *waiting =
			waiting_of(state, (state->next_waiting + n) % WAITING, tag, contact);

		if (waiting && question(run, &waiting->contact, waiting->text))
			free_waiting(state, waiting);
	}
}

static void look_back(struct detector_run *run, const struct contact *contact)
{
	struct state *state = detector_state(run);

	if (state->wanted & ~state->complete)
		build_some(state);
	if (state->wanted && state->waiting_count)
		search_waiting(run, contact);
}

/* The rest of the lists, then the hosts that wait for them. */
static bool rest(struct detector_run *run, struct contact *about)
{
	struct state *state = detector_state(run);
	struct conficker_hit hit;

	if (state->wanted & ~state->complete) {
		build_some(state);
		return true;
	}
	for (unsigned n = 0; state->wanted && state->waiting_count && n < WAITING; n++) {
		struct waiting *waiting = &state->waiting[n];

		if (!waiting->groups || waiting->is_shown || !find_name(state, waiting->text, &hit))
			continue;
		waiting->is_shown = true;
		*about = waiting->contact;
		return true;
	}
	return false;
}

static void see(struct detector_run *run, void *slot, const struct contact *contact)
{
	(void)slot;
	look_back(run, contact);
}

static void observe(struct detector_run *run, void *slot, const struct observation *observation)
{
	const struct contact *contact = &observation->contact;
	const struct observed_name *name = &observation->name;
	struct state *state = detector_state(run);
	unsigned groups;

	(void)slot;
	look_back(run, contact);
	groups = observation->kind == OBSERVED_NAME ? groups_of(name->text) : 0;
	if (!groups)
		return;
	if (name->rcode != OBSERVED_UNANSWERED) {
		note_answer(state, contact, name);
		answer(run, contact, name);
		return;
	}
	aim_sets(state, contact->opened_ns);
	if (question(run, contact, name->text) || !(groups & ~state->complete))
		return;
	keep_waiting(state, contact, name->text, groups);
	want_what_fails(state, contact, 0);
}

static void fini(void *memory)
{
	struct state *state = memory;

	for (unsigned g = 0; g < GROUPS; g++)
		conficker_set_free(state->sets[g]);
}

const struct detector detector_conficker_dga = {
	.name = "conficker_dga",
	.summary = "questions for names that Conficker A, B or C generates for the day",
	.id = DETECTOR_CONFICKER_DGA,
	.kind = EVIDENCE_WORM,
	.feeds = FEED_OPENED | FEED_OBSERVED,
	.observes = 1 << OBSERVED_NAME,
	.params = params,
	.config_size = sizeof(struct config),
	.state_size = sizeof(struct state),
	.see = see,
	.observe = observe,
	.rest = rest,
	.fini = fini,
};
