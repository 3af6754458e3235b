/* SPDX-License-Identifier: Apache-2.0 */
/* contagion.c - a host does to others what was just done to it, or calls back the one who did it.
 *
 * Destination-source correlation (Gu et al. 2004, worm-detection.md C.11; rank 5 of F): a host whose worm
 * port somebody reached, and which a little later reaches for the same port of others, looks like the next link of a chain;
 * so does one that opens a connection to a high port of its visitor, to fetch the body of the worm.
 * Neither scanners nor peer-to-peer programs do this; machines administered from elsewhere sometimes do,
 * so the level stays below conviction: it takes other evidence as well.
 *
 * One thing weighs more than a visit: to be made to run something (a service, a task, a command by one who uses its shares,
 * too).  Administrators do that to any number of machines, with nothing but a worm's own calls; but a machine that was run by
 * another, for the first time, had never run one itself, and then runs three, is what a worm makes of it.  Who ran others first is
 * where a site is administered from, and stays that.
 *
 * Left out: hosts that many reach for (servers are visited and visit all day), chains over other ports. */
#include "detectors/table.h"

#include <math.h>

#include "core/base/units.h"
#include "core/contact/contact.h"
#include "core/contact/host.h"
#include "core/contact/observation.h"
#include "core/detect/detector.h"
#include "core/detect/evidence.h"
#include "core/detect/memo.h"
#include "core/detect/param.h"
#include "detectors/peers.h"

#define SETS       128
#define HITS       4
#define TARGETS    8
#define TENTHS     10.0
#define SHARE_PORT 445
#define PEER_SETS  2048 /* 16,384 pairs, 128 KiB */

struct config {
	double onward, more, back, run, cap, new_cap;
	uint64_t window_ns, back_window_ns, half_life_ns, peer_ns, learn_ns;
	struct param_ports ports;
};

/* Somebody was accepted on a worm port. */
struct hit {
	struct ip ip;
	uint64_t opened_ns; /* wall */
	uint32_t at_s;      /* wall, of the answer */
	uint16_t by;        /* tag, 0 = free */
	uint16_t port;
	bool called_back, by_suspect;
	bool ran; /* something here */
};

/* Keyed by the host that was reached. */
struct victim {
	struct memo memo;
	struct hit hits[HITS];
	uint16_t targets[TARGETS]; /* that carry a term */
	uint8_t tenths[TARGETS];   /* of a nat, that it is */
	uint8_t next_hit, next_target;
	uint8_t zero[2];
	uint32_t run_s; /* wall, when somebody new ran something here; 0 = never */
};

struct state {
	struct victim victims[SETS * MEMO_WAYS];
	struct memo_tags victim_tags[SETS];
	struct known_set peers[PEER_SETS]; /* who accepted whom lately */
	uint64_t first_ns;                 /* wall, of the first contact of all */
};

static const struct param params[] = {
	{ "onward", PARAM_DOUBLE, offsetof(struct config, onward), 0, 10, "4.0",
	  "nats for the first host reached for on the port on which it was reached" },
	{ "more", PARAM_DOUBLE, offsetof(struct config, more), 0, 10, "1.5",
	  "nats for each further host" },
	{ "back", PARAM_DOUBLE, offsetof(struct config, back), 0, 10, "4.0",
	  "nats for a connection back to a high port (or TFTP) of the visitor" },
	{ "run", PARAM_DOUBLE, offsetof(struct config, run), 0, 20, "4.6",
	  "nats, in place of these, for a host made to run something by one who was made to himself" },
	{ "cap", PARAM_DOUBLE, offsetof(struct config, cap), 0.1, 40, "9.2",
	  "the most that it can bring without run: below conviction" },
	{ "new_cap", PARAM_DOUBLE, offsetof(struct config, new_cap), 0.1, 40, "4.5",
	  "the same until it has learnt: with fanout's 9.2 still below conviction" },
	{ "window", PARAM_DURATION_NS, offsetof(struct config, window_ns), 1, 86400, "10m",
	  "time after a visit in which reaching onward counts" },
	{ "back_window", PARAM_DURATION_NS, offsetof(struct config, back_window_ns), 1, 86400, "1m",
	  "time after a visit in which calling back counts" },
	{ "half_life", PARAM_DURATION_NS, offsetof(struct config, half_life_ns), 60, 7 * 86400,
	  "1h", "time in which an idle level fades to half" },
	{ "ports", PARAM_PORTS, offsetof(struct config, ports), 1, 65535,
	  "445,139,135,3389,22,23,2323,5985,5986,1433,1434,5555,7547", "services that worms use" },
	{ "peer", PARAM_DURATION_NS, offsetof(struct config, peer_ns), 60, 30 * 86400, "7d",
	  "for so long a host that accepted another, or was run by it, is no news to it" },
	{ "learn", PARAM_DURATION_NS, offsetof(struct config, learn_ns), 0, 30 * 86400, "1d",
	  "time in which it learns who deals with whom" },
	{ .type = PARAM_END },
};

static struct memo_table table_of(const struct detector_run *run)
{
	struct state *state = detector_state(run);

	return (struct memo_table){ state->victims, sizeof(state->victims[0]), SETS,
				    state->victim_tags };
}

static struct known_table peers_of(const struct detector_run *run)
{
	struct state *state = detector_state(run);

	return (struct known_table){ state->peers, PEER_SETS };
}

static struct memo_key key_of(const struct contact *contact, const struct ip *ip)
{
	return (struct memo_key){ .ip = ip,
				  .vlan = contact->vlan,
				  .now_ns = contact->opened_ns + us_to_ns(contact->elapsed_us) };
}

/* NULL unless somebody came to it. */
static struct victim *victim_of(const struct detector_run *run, const struct contact *contact)
{
	struct memo_table table = table_of(run);
	struct memo_key key = key_of(contact, &contact->src);

	return memo_find(&table, &key);
}

/* The ceiling: until it has learnt, mutual shares of colleagues look like a chain. */
static double cap_of(const struct detector_run *run, const struct contact *contact)
{
	const struct config *config = detector_config(run);
	const struct state *state = detector_state(run);

	return contact->opened_ns < state->first_ns + config->learn_ns ? config->new_cap
								       : config->cap;
}

/* The visitor's, on any port if port is 0; NULL if it is not remembered. */
static struct hit *hit_by(struct victim *victim, const struct ip *ip, uint16_t port)
{
	uint16_t by = memo_tag(ip);

	for (unsigned i = 0; i < HITS; i++)
		if (victim->hits[i].by == by && (port == 0 || victim->hits[i].port == port))
			return &victim->hits[i];
	return NULL;
}

static struct hit *new_hit(struct victim *victim, const struct contact *contact, uint64_t now_ns)
{
	struct hit *hit = &victim->hits[victim->next_hit];

	victim->next_hit = (uint8_t)((victim->next_hit + 1) % HITS);
	*hit = (struct hit){ .ip = contact->src,
			     .opened_ns = contact->opened_ns,
			     .at_s = (uint32_t)(now_ns / NS_PER_S),
			     .by = memo_tag(&contact->src),
			     .by_suspect = (contact->roles & HOST_SUSPECT) != 0,
			     .port = contact->dst_port };
	return hit;
}

static void visited(struct detector_run *run, const struct contact *contact)
{
	struct memo_table table = table_of(run);
	struct memo_key key = key_of(contact, &contact->dst);
	struct victim *victim = memo_need(&table, &key);
	struct hit *hit = hit_by(victim, &contact->src, contact->dst_port);

	if (!hit) {
		new_hit(victim, contact, key.now_ns);
		return;
	}
	hit->opened_ns = contact->opened_ns;
	hit->at_s = (uint32_t)(key.now_ns / NS_PER_S);
	hit->by_suspect = (contact->roles & HOST_SUSPECT) != 0;
	hit->called_back = false;
}

static bool is_recent(const struct hit *hit, const struct contact *contact, uint64_t window_ns)
{
	uint64_t at_ns = s_to_ns(hit->at_s);

	return contact->opened_ns + NS_PER_S > at_ns &&
	       contact->opened_ns < at_ns + window_ns + NS_PER_S;
}

/* Different visitors on one port in all places: a server in the making, unless it is an outbreak that comes by. */
static bool is_server(const struct victim *victim)
{
	for (unsigned i = 0; i < HITS; i++)
		if (!victim->hits[i].by || victim->hits[i].by_suspect ||
		    victim->hits[i].port != victim->hits[0].port)
			return false;
	return true;
}

/* Nats that the target brought, in tenths; *is_new if it carries no term yet. */
static uint8_t *brought_by(struct victim *victim, uint16_t tag, bool *is_new)
{
	unsigned place = victim->next_target;

	*is_new = false;
	for (unsigned i = 0; i < TARGETS; i++)
		if (victim->targets[i] == tag)
			return &victim->tenths[i];
	*is_new = true;
	victim->next_target = (uint8_t)((place + 1) % TARGETS);
	victim->targets[place] = tag;
	victim->tenths[place] = 0;
	return &victim->tenths[place];
}

static bool is_call_back(const struct contact *contact)
{
	return contact->kind == CONTACT_TCP ? contact->dst_port >= 1024 : contact->dst_port == 69;
}

/* What the strongest hit makes of this contact; 0 = nothing. */
static double nats_of(const struct config *config, const struct victim *victim,
		      const struct contact *contact)
{
	uint16_t dst = memo_tag(&contact->dst);
	bool onward = false;

	for (unsigned i = 0; i < HITS; i++)
		if (victim->hits[i].by == dst)
			return is_call_back(contact) &&
					       !param_ports_has(&config->ports,
								contact->dst_port) &&
					       is_recent(&victim->hits[i], contact,
							 config->back_window_ns)
				       ? config->back
				       : 0;
	for (unsigned i = 0; i < HITS; i++)
		onward |= victim->hits[i].port == contact->dst_port &&
			  is_recent(&victim->hits[i], contact, config->window_ns);
	if (!onward)
		return 0;
	return victim->memo.walk.level > 0 ? config->more : config->onward;
}

/* Whoever came on the port, or is called back now: one of them brought it. */
static unsigned list_visits(const struct victim *victim, const struct contact *contact,
			    struct evidence_visit visits[EVIDENCE_VISITS])
{
	uint16_t dst = memo_tag(&contact->dst);
	unsigned count = 0;

	_Static_assert(HITS <= EVIDENCE_VISITS, "all hits can be told");
	for (unsigned i = 0; i < HITS; i++) {
		const struct hit *hit = &victim->hits[i];

		if (hit->by && (hit->by == dst || hit->ran || hit->port == contact->dst_port))
			visits[count++] =
				(struct evidence_visit){ .by = hit->ip,
							 .at_ns = hit->opened_ns,
							 .port = hit->port,
							 .called_back = hit->called_back };
	}
	return count;
}

static __attribute__((noinline)) void reached(struct detector_run *run, struct victim *victim,
					      const struct contact *contact)
{
	const struct config *config = detector_config(run);
	struct known_table peers = peers_of(run);
	struct evidence_visit visits[EVIDENCE_VISITS];
	struct term term = { .port_class = CLASS_CHAIN, .cap_nats = cap_of(run, contact) };
	uint8_t *tenths;
	double room;
	bool is_new;

	if (is_server(victim) || peers_know(&peers, contact))
		return;
	walk_fade(&victim->memo.walk, contact, config->half_life_ns);
	term.nats = nats_of(config, victim, contact);
	if (term.nats <= 0)
		return;
	tenths = brought_by(victim, memo_tag(&contact->dst), &is_new);
	if (!is_new)
		return;
	room = fmax(0, term.cap_nats - (double)victim->memo.walk.level);
	*tenths = (uint8_t)(fmin(term.nats, room) * TENTHS + 0.5);
	for (unsigned i = 0; i < HITS; i++)
		victim->hits[i].called_back |= victim->hits[i].by == memo_tag(&contact->dst);
	term.visits = visits;
	term.visit_count = list_visits(victim, contact, visits);
	detector_walk(run, &victim->memo.walk, contact, &term);
}

/* Who serves many is visited by many, and a router stands for many. */
static bool is_passage(const struct contact *contact)
{
	return contact->flags & CONTACT_FROM_ROUTER ||
	       contact->roles & (HOST_ROUTER | HOST_DNS_SERVER | HOST_DHCP_SERVER);
}

/* ---- what is run ------------------------------------------------------------------------------- */

/* In the table of peers, whose own pairs are about nothing (detectors/peers.h). */
enum about { ABOUT_RUNS = 1, ABOUT_MANAGERS };

static uint64_t pair_of(const struct contact *contact, const struct ip *ip, enum about about)
{
	struct host_key host = host_key_of(&contact->src, contact->vlan);

	return known_address(&host, ip, about);
}

/* True if that was known already. */
static bool keep(const struct detector_run *run, const struct contact *contact, uint64_t pair)
{
	const struct config *config = detector_config(run);
	struct known_table peers = peers_of(run);

	return known_add(&peers, pair, (uint32_t)(contact->opened_ns / NS_PER_S),
			 (uint32_t)(config->peer_ns / NS_PER_S));
}

static bool was_run_lately(const struct detector_run *run, const struct victim *victim,
			   const struct contact *contact)
{
	const struct config *config = detector_config(run);
	uint64_t run_ns = s_to_ns(victim->run_s);

	return victim->run_s && contact->opened_ns + NS_PER_S > run_ns &&
	       contact->opened_ns < run_ns + config->window_ns + NS_PER_S;
}

/* Its own target is no third party: agents report to who installed them. */
static bool ran_here(struct victim *victim, const struct ip *by)
{
	const struct hit *hit = hit_by(victim, by, 0);

	return hit && hit->ran;
}

/* It ran others when nobody had just run it, and stays what that makes it while it goes on. */
static bool is_manager(const struct detector_run *run, const struct contact *contact, bool was_run)
{
	uint64_t itself = pair_of(contact, &contact->src, ABOUT_MANAGERS);
	struct known_table peers = peers_of(run);

	if (was_run && !known_has(&peers, itself, (uint32_t)(contact->opened_ns / NS_PER_S)))
		return false;
	keep(run, contact, itself);
	return true;
}

static void runs_another(struct detector_run *run, const struct contact *contact, bool counts)
{
	const struct config *config = detector_config(run);
	struct memo_table table = table_of(run);
	struct memo_key key = key_of(contact, &contact->src);
	struct victim *victim = memo_need(&table, &key);
	struct evidence_visit visits[EVIDENCE_VISITS];
	struct term term = { .port_class = CLASS_CHAIN, .visits = visits };
	uint8_t *tenths;
	bool is_new;

	if (is_manager(run, contact, was_run_lately(run, victim, contact)) || !counts ||
	    ran_here(victim, &contact->dst))
		return;
	walk_fade(&victim->memo.walk, contact, config->half_life_ns);
	tenths = brought_by(victim, memo_tag(&contact->dst), &is_new);
	term.nats = config->run - *tenths / TENTHS;
	term.same_contact = !is_new;
	*tenths = (uint8_t)fmax(*tenths, config->run * TENTHS + 0.5);
	if (term.nats * TENTHS < 1)
		return;
	term.visit_count = list_visits(victim, contact, visits);
	detector_walk(run, &victim->memo.walk, contact, &term);
}

/* What a command does is not known, and inventories and monitors give some to every machine.  They do not use its shares,
 * where tools of intruders and worms bring what is to run, or fetch what it says. */
static bool comes_by_share(const struct detector_run *run, const struct contact *contact)
{
	const struct config *config = detector_config(run);
	struct memo_table table = table_of(run);
	struct memo_key key = key_of(contact, &contact->dst);
	struct victim *victim = memo_find(&table, &key);
	const struct hit *hit = victim ? hit_by(victim, &contact->src, SHARE_PORT) : NULL;

	return hit && is_recent(hit, contact, config->window_ns);
}

static void is_run(const struct detector_run *run, const struct contact *contact)
{
	struct memo_table table = table_of(run);
	struct memo_key key = key_of(contact, &contact->dst);
	struct victim *victim = memo_need(&table, &key);
	struct hit *hit = hit_by(victim, &contact->src, 0);

	/* A monitor that does so every five minutes makes a worm of nobody. */
	if (keep(run, contact, pair_of(contact, &contact->dst, ABOUT_RUNS)))
		return;
	if (!hit)
		hit = new_hit(victim, contact, key.now_ns);
	hit->ran = true;
	victim->run_s = (uint32_t)(key.now_ns / NS_PER_S);
}

static void observe(struct detector_run *run, void *memory, const struct observation *observation)
{
	const struct contact *contact = &observation->contact;
	bool counts;

	(void)memory;
	if (observation->rpc.runs == RUNS_NOTHING || is_passage(contact))
		return;
	counts = observation->rpc.runs == RUNS_JOB || comes_by_share(run, contact);
	runs_another(run, contact, counts);
	if (counts)
		is_run(run, contact);
}

static void see(struct detector_run *run, void *memory, const struct contact *contact)
{
	const struct config *config = detector_config(run);
	struct state *state = detector_state(run);
	struct known_table peers = peers_of(run);
	struct victim *victim;

	(void)memory;
	if (state->first_ns == 0)
		state->first_ns = contact->opened_ns;
	if (contact->flags & CONTACT_TO_POPULAR)
		return;
	if (contact->outcome == CONTACT_ACCEPTED &&
	    param_ports_has(&config->ports, contact->dst_port)) {
		visited(run, contact);
		peers_meet(&peers, contact, config->peer_ns);
	}
	if (contact->outcome != CONTACT_PENDING)
		return;
	if (is_passage(contact))
		return;
	victim = victim_of(run, contact);
	if (victim)
		reached(run, victim, contact);
}

const struct detector detector_contagion = {
	.name = "contagion",
	.summary = "does to others what was just done to it, or calls its visitor back",
	.id = DETECTOR_CONTAGION,
	.kind = EVIDENCE_WORM,
	.feeds = FEED_OPENED | FEED_ACCEPTED | FEED_OBSERVED,
	.kinds = KINDS_PORTS,
	.observes = 1 << OBSERVED_RPC,
	.params = params,
	.config_size = sizeof(struct config),
	.state_size = sizeof(struct state),
	.see = see,
	.observe = observe,
};
