/* SPDX-License-Identifier: Apache-2.0 */
/* arpsweep.c - asking for neighbours that do not exist (worm-detection.md C.7).
 *
 * A Windows worm sends no SYN to a dark neighbour, it broadcasts a question that nobody answers.
 * Darkness is known in three ways: the address book has listened long enough, silence where answers
 * would be heard, or a run of consecutive unknown addresses, which nobody but a router asks for.
 * Only the last works faster than answers travel, so it is granted when the question is seen and
 * taken back when an answer comes.
 *
 * Left out: rate.  A slow sweep is as guilty as a fast one (D.1), so a second, slow walk remembers for days, once the
 * address book has listened for a week: before, who is merely away looks dark, and even the ordinary walk is brief.  What
 * must not gather counts once: a target carries one term however often it is asked for, a live neighbour that is
 * known takes nothing off, and all sleepers together weigh no more than one dark address.  To whom a name led they went for
 * that machine's sake (core/detect/named.h). */
#include "detectors/table.h"

#include <endian.h>
#include <math.h>
#include <string.h>

#include "core/base/units.h"
#include "core/contact/contact.h"
#include "core/contact/host.h"
#include "core/detect/company.h"
#include "core/detect/detector.h"
#include "core/detect/engine.h"
#include "core/detect/evidence.h"
#include "core/detect/known.h"
#include "core/detect/memo.h"
#include "core/detect/param.h"
#include "detectors/arpsweep_settings.h"
#include "detectors/errand.h"

#define JUDGED    24
#define TENTHS    10.0
#define BLIND_RUN 3
#define PEER_SETS 8192 /* 65,536 pairs, 512 KiB */
#define VLAN_SETS 64
/* As long as an answer takes (the tracker's provisional delay). */
#define AT_ONCE_NS (250 * NS_PER_MS)
#define LATELY     64
/* Of a sweep's questions, so many are as dark as the one before. */
#define GOES_ON 0.95
/* What is known before anybody was seen: as many hosts as this, whose chance of a second dark one makes the weight "dark". */
#define PRIOR_HOSTS 20.0
/* Of a new sensor's walks: what is below was another occasion. */
#define FADED_NATS 0.3
#define LEAST      0.4 /* nats of a question that is excused, but counted: more than what has faded */

struct slot {
	struct walk walk, slow;
	uint64_t held_ns; /* opening of the first held question, wall */
	uint16_t held;    /* the last dark target that was not yet granted, 0 = none */
	uint8_t next;
	uint8_t run          : 5; /* targets held: that one and those before it in sequence */
	uint8_t is_at_home   : 1; /* it asks its way along from its own address */
	uint8_t is_scattered : 1; /* it has asked out of order where answers are not seen */
	uint8_t in_company   : 1; /* the run began among neighbours that live */
	uint8_t goes_on : 1; /* it has asked for another one after the first had been silent for long enough */
	uint8_t jumps : 1; /* what its walk counts is out of order */
	uint32_t machine;  /* whose slow walk it is */
	uint16_t judged
		[JUDGED]; /* targets that carry a term; a ring, so an old target may count again */
	uint8_t tenths[JUDGED]; /* of a nat, that they brought */
};

/* Hosts of a new sensor's VLAN that lately asked for a dark neighbour, and how many of them for a second one; convicted ones
 * apart.  Both fade. */
struct habit {
	float first, second;
	uint32_t at_s;
};

struct state {
	struct known_set peers[PEER_SETS]; /* who asked for which neighbour lately */
	struct habit habits[VLAN_SETS];
	struct companies companies;
	struct errands errands;
	uint64_t lately
		[LATELY]; /* who met whom a moment ago: most of what flows tell is told again and again */
};

static uint16_t *find_judged(struct slot *slot, uint16_t tag)
{
	for (unsigned i = 0; i < JUDGED; i++)
		if (slot->judged[i] == tag)
			return &slot->judged[i];
	return NULL;
}

/* Can silence, or what is not in the book, be relied on here? */
static bool can_tell(const struct contact *contact)
{
	return !(contact->flags & CONTACT_BLIND) &&
	       (contact->flags & CONTACT_BOOK_WARM || contact->roles & HOST_UNICAST_SEEN);
}

/* ---- a new sensor ------------------------------------------------------------------------------- */

/* Until the book has listened for a week, who is merely away looks dark, and how much a second dark neighbour says about a
 * host depends on how many others go on to a second one: ln(P(sweep goes on) / P(an ordinary host does)).  In an office that
 * a sensor watches coming to work every fourth does, on a quiet network nobody. */
static struct habit *habit_of(struct detector_run *run, const struct contact *contact)
{
	const struct arpsweep_config *config = detector_config(run);
	struct state *state = detector_state(run);
	struct habit *habit = &state->habits[contact->vlan % VLAN_SETS];
	uint32_t now_s = (uint32_t)(contact->opened_ns / NS_PER_S);

	if (now_s > habit->at_s) {
		float left = exp2f(
			-(float)((double)(now_s - habit->at_s) / ns_to_s(config->half_life_ns)));

		habit->first *= left;
		habit->second *= left;
		habit->at_s = now_s;
	}
	return habit;
}

static void add_to(float *count, float change)
{
	*count = fmaxf(0, *count + change);
}

static bool is_new_sensor(const struct contact *contact)
{
	return !(contact->flags & CONTACT_BOOK_FULL);
}

/* The walk is as it was before this dark one. */
static void note_habit(struct detector_run *run, const struct slot *slot,
		       const struct contact *contact)
{
	if (!is_new_sensor(contact))
		return;
	if (slot->walk.contacts == 0)
		add_to(&habit_of(run, contact)->first, 1);
	else if (slot->walk.contacts == 1)
		add_to(&habit_of(run, contact)->second, 1);
}

/* The neighbour answered after all. */
static void take_back_habit(struct detector_run *run, const struct slot *slot,
			    const struct contact *contact)
{
	if (!is_new_sensor(contact))
		return;
	if (slot->walk.contacts == 1)
		add_to(&habit_of(run, contact)->first, -1);
	else if (slot->walk.contacts == 2)
		add_to(&habit_of(run, contact)->second, -1);
}

/* It was a sweep, which says nothing about ordinary hosts. */
static void forget_habit(struct detector_run *run, const struct slot *slot,
			 const struct contact *contact)
{
	if (!is_new_sensor(contact))
		return;
	if (slot->walk.contacts >= 1)
		add_to(&habit_of(run, contact)->first, -1);
	if (slot->walk.contacts >= 2)
		add_to(&habit_of(run, contact)->second, -1);
}

static double dark_of(struct detector_run *run, const struct slot *slot,
		      const struct contact *contact)
{
	const struct arpsweep_config *config = detector_config(run);
	double prior = PRIOR_HOSTS * GOES_ON * exp(-config->dark), first, second;
	const struct habit *habit;

	if (!is_new_sensor(contact))
		return config->dark;
	habit = habit_of(run, contact);
	first = fmax(0, (double)habit->first - (slot->walk.contacts >= 1));
	second = fmax(0, (double)habit->second - (slot->walk.contacts >= 2));
	return fmin(config->dark, fmax(0, log(GOES_ON * (PRIOR_HOSTS + first) / (prior + second))));
}

/* ---- what it wants of those that live (detectors/errand.h) --------------------------------------- */

static struct errand_rule errand_rule(const struct arpsweep_config *config,
				      const struct contact *contact)
{
	return (struct errand_rule){ .keep_ns = config->errand_ns,
				     .is_worm_port = param_ports_has(&config->worm_ports,
								     contact->dst_port) };
}

static bool has_errand(const struct detector_run *run, const struct contact *contact)
{
	const struct arpsweep_config *config = detector_config(run);
	struct errand_rule rule = errand_rule(config, contact);
	const struct state *state = detector_state(run);

	return errand_is_known(&state->errands, contact, &rule);
}

static bool weighs_steps(const struct slot *slot, const struct contact *contact)
{
	return contact->flags & CONTACT_BLIND && slot->is_scattered;
}

static double weight_of(struct detector_run *run, const struct slot *slot,
			const struct contact *contact)
{
	const struct arpsweep_config *config = detector_config(run);

	if (has_errand(run, contact))
		return config->listed;
	if (weighs_steps(slot, contact))
		return config->step;
	if (contact->flags & CONTACT_SEQUENTIAL && !slot->in_company)
		return config->dark +
		       (can_tell(contact) && !slot->is_at_home ? config->sequential : 0);
	return dark_of(run, slot, contact);
}

/* What is remembered for days: only what is certainly dark. */
static bool counts_slowly(const struct contact *contact)
{
	return !(contact->flags & CONTACT_BLIND) && contact->flags & CONTACT_DARK &&
	       contact->flags & CONTACT_BOOK_FULL;
}

static void walk_both(struct detector_run *run, struct slot *slot, const struct contact *contact,
		      struct term *term)
{
	const struct arpsweep_config *config = detector_config(run);

	term->port_class = CLASS_NEIGHBOR;
	detector_walk(run, &slot->walk, contact, term);
	if (term->nats > 0 ? !counts_slowly(contact) : slot->slow.level <= 0)
		return;
	if (slot->machine != detector_machine(run))
		slot->slow = (struct walk){ 0 };
	slot->machine = detector_machine(run);
	term->half_life_ns = config->slow_half_life_ns;
	detector_walk(run, &slot->slow, contact, term);
}

/* ---- the company of the living (core/detect/company.h): among them the order of a list is no sign ---- */

static struct company_rule company_rule(const struct arpsweep_config *config)
{
	return (struct company_rule){ .met_nats = config->live,
				      .cap_nats = config->company_cap,
				      .keep_ns = config->new_half_life_ns };
}

static void gain_company(const struct detector_run *run, const struct contact *contact, double nats)
{
	struct company_rule rule = company_rule(detector_config(run));
	struct state *state = detector_state(run);

	company_gain(&state->companies, contact, &rule, nats);
}

static double use_company(const struct detector_run *run, const struct contact *contact,
			  double nats)
{
	struct company_rule rule = company_rule(detector_config(run));
	struct state *state = detector_state(run);

	return company_use(&state->companies, contact, &rule, nats);
}

static bool has_company(const struct detector_run *run, const struct contact *contact)
{
	struct company_rule rule = company_rule(detector_config(run));
	const struct state *state = detector_state(run);

	return company_has(&state->companies, contact, &rule);
}

static bool keeps_company(const struct detector_run *run, const struct slot *slot,
			  const struct contact *contact)
{
	return slot->walk.level > 0 ? slot->in_company : has_company(run, contact);
}

/* 0 = none. */
static double cap_of(const struct arpsweep_config *config, const struct contact *contact,
		     bool named)
{
	if (named)
		return config->named_cap;
	return contact->roles & (HOST_ROUTER | HOST_DHCP_SERVER | HOST_MONITOR) ? config->role_cap
										: 0;
}

/* A program calls all members of its cluster, or all peers that it was told of, in the same moment, and then the same ones again.
 * Who makes addresses up goes on to others once the first have kept silent. */
static bool is_at_once(const struct arpsweep_config *config, const struct slot *slot,
		       const struct contact *contact)
{
	/* Where answers are not seen, who goes on is weighed step by step. */
	if (contact->flags & CONTACT_BLIND || contact->previous == CONTACT_UNKNOWN)
		return false;
	return is_new_sensor(contact) && slot->jumps && !slot->goes_on &&
	       slot->walk.contacts < config->at_once;
}

static void note_order(struct slot *slot, const struct contact *contact)
{
	if (slot->walk.level <= 0)
		slot->goes_on = slot->jumps = 0;
	else if (!(contact->flags & CONTACT_SEQUENTIAL))
		slot->jumps = 1;
}

static void note_going_on(struct slot *slot, const struct contact *contact)
{
	if (slot->walk.level > 0 && contact->opened_ns >= slot->walk.first_ns + AT_ONCE_NS)
		slot->goes_on = 1;
}

static void grant(struct detector_run *run, struct slot *slot, const struct contact *contact,
		  double nats)
{
	const struct arpsweep_config *config = detector_config(run);
	bool is_met = has_company(run, contact);
	/* Sent there by a name: that it finds nobody says more about that machine. */
	bool named = detector_is_named(run, contact);
	bool was_convicted = (double)slot->walk.level >= CONVICT_NATS;
	struct term term = { .cap_nats = cap_of(config, contact, named) };

	if (named)
		nats = fmin(nats, config->named);
	term.nats = fmax(nats - use_company(run, contact, nats), fmin(nats, LEAST));
	if (slot->walk.level <= 0)
		slot->in_company = is_met;
	if (is_at_once(config, slot, contact) &&
	    (term.cap_nats <= 0 || term.cap_nats > config->at_once_cap))
		term.cap_nats = config->at_once_cap;
	slot->judged[slot->next] = memo_tag(&contact->dst);
	slot->tenths[slot->next] = (uint8_t)(nats * TENTHS + 0.5);
	slot->next = (uint8_t)((slot->next + 1) % JUDGED);
	note_habit(run, slot, contact);
	walk_both(run, slot, contact, &term);
	if (!was_convicted && (double)slot->walk.level >= CONVICT_NATS)
		forget_habit(run, slot, contact);
}

static void grant_own(struct detector_run *run, struct slot *slot, const struct contact *contact)
{
	note_order(slot, contact);
	grant(run, slot, contact, weight_of(run, slot, contact));
}

/* The questions before this one opened the run: they are dark for the same reason. */
static void grant_held(struct detector_run *run, struct slot *slot, const struct contact *contact)
{
	const struct arpsweep_config *config = detector_config(run);
	unsigned held = slot->run, last = contact->dst.bytes[15];
	double nats = has_errand(run, contact) ? config->listed : config->dark;
	struct contact before = *contact;

	for (int step = -1; step <= 1; step += 2) {
		before.dst.bytes[15] = (uint8_t)((int)last + step);
		if (slot->held == 0 || memo_tag(&before.dst) != slot->held)
			continue;
		slot->held = 0;
		before.opened_ns = slot->held_ns;
		before.flags &= (uint8_t)~CONTACT_SEQUENTIAL;
		for (unsigned i = held; i > 0; i--) {
			before.dst.bytes[15] = (uint8_t)((int)last + step * (int)i);
			grant(run, slot, &before, nats);
		}
	}
}

static void hold(struct slot *slot, const struct contact *contact, unsigned run)
{
	slot->held = memo_tag(&contact->dst);
	slot->run = run & 31;
	if (run == 1)
		slot->held_ns = contact->opened_ns;
}

/* Where answers are not seen, two servers side by side are as dark as anybody: only the third in a row is a run. */
static bool is_run(const struct slot *slot, const struct contact *contact)
{
	return !(contact->flags & CONTACT_BLIND) || slot->walk.level > 0 ||
	       (slot->held && slot->run >= BLIND_RUN - 1);
}

/* ---- neighbours that exist --------------------------------------------------------------------- */

enum about { ABOUT_LIVE, ABOUT_ASLEEP, ABOUT_SERVICE };

/* False if it was asked for in the same condition lately. */
static bool is_news(const struct detector_run *run, const struct contact *contact, enum about about)
{
	const struct arpsweep_config *config = detector_config(run);
	struct state *state = detector_state(run);
	struct known_table peers = { state->peers, PEER_SETS };
	struct host_key host = host_key_of(&contact->src, contact->vlan);

	return !known_add(&peers, known_address(&host, &contact->dst, about),
			  (uint32_t)(contact->opened_ns / NS_PER_S),
			  (uint32_t)(config->peer_ns / NS_PER_S));
}

/* Takes no place among the dark ones: if it answers after all, the credit for a live one undoes it. */
static void asleep(struct detector_run *run, struct slot *slot, const struct contact *contact)
{
	const struct arpsweep_config *config = detector_config(run);
	struct term term = { .nats = config->asleep, .cap_nats = config->asleep_cap };

	if (is_news(run, contact, ABOUT_ASLEEP))
		walk_both(run, slot, contact, &term);
}

/* "Already known peer 0" (C.7): whoever asks for its router again and again is no better for it. */
static void live(struct detector_run *run, struct slot *slot, const struct contact *contact)
{
	const struct arpsweep_config *config = detector_config(run);
	struct errand_rule rule = errand_rule(config, contact);
	struct state *state = detector_state(run);
	struct term term = { .nats = -config->live };

	if (!is_news(run, contact, ABOUT_LIVE))
		return;
	errand_meet(&state->errands, contact, &rule);
	if (config->live > (double)slot->walk.level)
		gain_company(run, contact, config->live - (double)slot->walk.level);
	if (slot->walk.level > 0 || slot->slow.level > 0)
		walk_both(run, slot, contact, &term);
}

/* ---- the order of questions -------------------------------------------------------------------- */

/* Where answers are not seen nobody is known to be dark: only the order speaks, and a router that passes on what others ask
 * for hits neighbours now and then.  So whoever has asked out of order is weighed step by step:
 * 7 of 8 targets of a sweep follow the one before, of a router's one in ten (ln(0.88/0.12), ln(0.1/0.9)). */
static void scattered(struct detector_run *run, struct slot *slot, const struct contact *contact)
{
	const struct arpsweep_config *config = detector_config(run);
	struct term term = { .nats = -config->scattered, .port_class = CLASS_NEIGHBOR };

	if (slot->held == 0 && slot->walk.level <= 0)
		return; /* its first */
	slot->is_scattered = true;
	if (slot->walk.level > 0)
		detector_walk(run, &slot->walk, contact, &term);
}

/* The members of a cluster are numbered side by side, so who begins next to itself and goes on from there says no more by its
 * order than by what it asks for. */
static void note_home(struct slot *slot, const struct contact *contact)
{
	size_t last = sizeof(contact->src.bytes) - 1;
	int step = contact->dst.bytes[last] - contact->src.bytes[last];

	if ((step == 1 || step == -1) && memcmp(&contact->src, &contact->dst, last) == 0)
		slot->is_at_home = true;
	else if (!(contact->flags & CONTACT_SEQUENTIAL))
		slot->is_at_home = false;
}

static void opened(struct detector_run *run, struct slot *slot, const struct contact *contact)
{
	uint16_t tag = memo_tag(&contact->dst);

	note_home(slot, contact);
	if (!(contact->flags & CONTACT_DARK)) {
		if (!(contact->flags & CONTACT_ASLEEP))
			live(run, slot, contact);
		return;
	}
	if (find_judged(slot, tag))
		return;
	note_going_on(slot, contact);
	/* In company the order says nothing, so silence has to. */
	if (contact->flags & CONTACT_SEQUENTIAL && keeps_company(run, slot, contact) &&
	    !(contact->flags & CONTACT_BOOK_WARM)) {
		hold(slot, contact, 1);
	} else if (contact->flags & CONTACT_SEQUENTIAL && !is_run(slot, contact)) {
		hold(slot, contact, slot->held ? slot->run + 1u : 1);
	} else if (contact->flags & CONTACT_SEQUENTIAL) {
		if (!weighs_steps(slot, contact))
			grant_held(run, slot, contact);
		grant_own(run, slot, contact);
	} else if (contact->flags & CONTACT_BOOK_WARM) {
		grant_own(run, slot, contact);
	} else {
		if (contact->flags & CONTACT_BLIND)
			scattered(run, slot, contact);
		hold(slot, contact, 1);
	}
}

static void silent(struct detector_run *run, struct slot *slot, const struct contact *contact)
{
	uint16_t tag = memo_tag(&contact->dst);

	if (contact->flags & CONTACT_ASLEEP && can_tell(contact))
		asleep(run, slot, contact);
	if (!(contact->flags & CONTACT_DARK) || !can_tell(contact) || find_judged(slot, tag))
		return;
	if (slot->held == tag)
		slot->held = 0;
	grant_own(run, slot, contact);
}

static void answered(struct detector_run *run, struct slot *slot, const struct contact *contact)
{
	uint16_t tag = memo_tag(&contact->dst), *judged = find_judged(slot, tag);
	struct term term = { .takes_back = true };

	if (slot->held == tag)
		slot->held = 0;
	if (judged) {
		*judged = 0;
		term.nats = -slot->tenths[judged - slot->judged] / TENTHS;
		if (-term.nats > (double)slot->walk.level)
			gain_company(run, contact, -term.nats - (double)slot->walk.level);
		take_back_habit(run, slot, contact);
		walk_both(run, slot, contact, &term);
	}
	if (contact->flags & (CONTACT_DARK | CONTACT_ASLEEP))
		live(run, slot, contact);
}

/* ---- services of neighbours -------------------------------------------------------------------- */

/* How large the network is nobody told us.  Most are no larger than this; beyond, whoever it has asked for and was let in by. */
static inline bool is_near(const struct contact *contact)
{
	uint64_t src[2], dst[2], differs;

	memcpy(src, &contact->src, sizeof(src));
	memcpy(dst, &contact->dst, sizeof(dst));
	differs = be64toh(src[1] ^ dst[1]);
	return src[0] == dst[0] && (differs <= UINT8_MAX || !ip_is_v4(&contact->dst));
}

/* By chance it is said of a few that have not; those count for nothing. */
static inline bool have_met(struct state *state, const struct contact *contact)
{
	uint64_t src, dst, pair, *place;

	memcpy(&src, contact->src.bytes + 8, sizeof(src));
	memcpy(&dst, contact->dst.bytes + 8, sizeof(dst));
	pair = (src * UINT64_C(0x9e3779b97f4a7c15) ^ dst) * UINT64_C(0x2545f4914f6cdd1d);
	place = &state->lately[pair >> 58];
	if (*place == pair)
		return true;
	*place = pair;
	return false;
}

static bool is_neighbor(const struct detector_run *run, const struct contact *contact)
{
	struct state *state = detector_state(run);
	struct known_table peers = { state->peers, PEER_SETS };
	struct host_key host = host_key_of(&contact->src, contact->vlan);

	if (is_near(contact))
		return true;
	return contact->outcome == CONTACT_ACCEPTED &&
	       ip_is_of_site(&contact->dst, &contact->src) &&
	       known_has(&peers, known_address(&host, &contact->dst, ABOUT_LIVE),
			 (uint32_t)(contact->opened_ns / NS_PER_S));
}

/* What was granted before it was known weighs as if it had been. */
static void weigh_anew(struct detector_run *run, struct slot *slot, const struct contact *contact)
{
	const struct arpsweep_config *config = detector_config(run);
	uint8_t listed = (uint8_t)(config->listed * TENTHS + 0.5);
	struct contact question = *contact;
	struct term term = { 0 };

	for (unsigned i = 0; i < JUDGED; i++)
		if (slot->judged[i] && slot->tenths[i] > listed) {
			term.nats -= (slot->tenths[i] - listed) / TENTHS;
			slot->tenths[i] = listed;
		}
	question.kind = ip_is_v4(&contact->dst) ? CONTACT_ARP : CONTACT_ND;
	question.dst_port = 0;
	if (slot->walk.level > 0 && (double)slot->walk.level < CONVICT_NATS)
		walk_both(run, slot, &question, &term);
}

static __attribute__((noinline)) void let_in(struct detector_run *run, struct slot *slot,
					     const struct contact *contact)
{
	struct errand_rule rule = errand_rule(detector_config(run), contact);
	struct state *state = detector_state(run);

	if (is_neighbor(run, contact) && is_news(run, contact, ABOUT_SERVICE) &&
	    errand_let_in(&state->errands, contact, &rule))
		weigh_anew(run, slot, contact);
}

/* In its first ten minutes only haste speaks. */
static uint64_t memory_of(const struct arpsweep_config *config, const struct contact *contact)
{
	if (contact->flags & CONTACT_BOOK_FULL)
		return config->half_life_ns;
	return contact->flags & CONTACT_BOOK_WARM ? config->new_half_life_ns
						  : config->cold_half_life_ns;
}

static void see_neighbor(struct detector_run *run, struct slot *slot, const struct contact *contact)
{
	const struct arpsweep_config *config = detector_config(run);

	walk_fade(&slot->walk, contact, memory_of(config, contact));
	walk_fade(&slot->slow, contact, config->slow_half_life_ns);
	if (is_new_sensor(contact) && slot->walk.level < (float)FADED_NATS &&
	    !slot->walk.stated_quarters)
		slot->walk = (struct walk){ 0 };
	if (contact->outcome == CONTACT_PENDING)
		opened(run, slot, contact);
	else if (contact->outcome == CONTACT_OUTSTANDING)
		silent(run, slot, contact);
	else if (contact->outcome == CONTACT_ACCEPTED)
		answered(run, slot, contact);
	else
		detector_settled(run, contact, CLASS_NEIGHBOR);
}

static void see(struct detector_run *run, void *slot, const struct contact *contact)
{
	/* Routers ask on behalf of others, DHCP servers probe before they offer. */
	if (contact->roles & HOST_ESTABLISHED)
		return;
	if (contact->kind == CONTACT_ARP || contact->kind == CONTACT_ND)
		see_neighbor(run, slot, contact);
	else if (!(contact->flags & CONTACT_TO_POPULAR) && !have_met(detector_state(run), contact))
		let_in(run, slot, contact);
}

const struct detector detector_arpsweep = {
	.name = "arpsweep",
	.summary = "asks for neighbours that do not exist (ARP, neighbour discovery)",
	.id = DETECTOR_ARPSWEEP,
	.kind = EVIDENCE_WORM,
	.feeds = FEED_OPENED | FEED_OUTSTANDING | FEED_SETTLED,
	.kinds = KINDS_PORTS | KINDS_NEIGHBORS,
	.flow_feeds = FEED_ACCEPTED,
	.params = arpsweep_params,
	.config_size = sizeof(struct arpsweep_config),
	.state_size = sizeof(struct state),
	.slot_size = sizeof(struct slot),
	.see = see,
};
