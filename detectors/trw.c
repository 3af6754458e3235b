/* SPDX-License-Identifier: Apache-2.0 */
/* trw.c - sequential test over first contacts that fail (Jung et al. 2004; on-line form with reset
 * of Schechter et al. 2004: worm-detection.md C.1, C.2; weights F).
 *
 * Each class of services has a walk of its own, because failing means different things: on ports
 * that worms use and nobody guesses, much; on high ports where peer-to-peer programs live, little,
 * and never enough alone.  A destination carries at most one term, the strongest: so many ports of
 * one host (a vertical scan) weigh no more than one.
 *
 * On worm ports a second, slow walk remembers for days, because slow worms are not safer (E.4); it begins when we have
 * watched for as long.  So that nothing innocent gathers in such a time, destinations of worm ports are kept apart from
 * those of browsing, and a failure says nothing about one that accepted the host before or serves many: it is down.
 * Left out: scans that succeed (hit lists, stolen credentials).  No failure test sees them. */
#include "detectors/table.h"

#include <math.h>

#include "core/base/units.h"
#include "core/contact/contact.h"
#include "core/contact/host.h"
#include "core/detect/company.h"
#include "core/detect/delays.h"
#include "core/detect/detector.h"
#include "core/detect/evidence.h"
#include "core/detect/memo.h"
#include "core/detect/param.h"
#include "detectors/judged.h"
#include "detectors/peers.h"
#include "detectors/quiet.h"
#include "detectors/trw_class.h"
#include "detectors/trw_settings.h"
#include "detectors/trw_weights.h"
#include "detectors/waiting.h"

#define SNMP_PORT     161
#define RUN_PAUSE_S   1
#define ROW_FREE      3 /* operators number their servers in a row; */
#define ROW_FREE_SITE 2 /* line testers ping those of the Internet */
#define ROW_MOST      6
#define CREDITED      4
#define COUNTED_NATS  0.4 /* of a failure that is excused: it counts as a contact */
#define FIRST_CLASS   CLASS_WORM_PORT
#define CLASSES       (CLASS_ICMP - FIRST_CLASS + 1)
#define TENTHS        10.0
#define PEER_SETS     8192 /* 65,536 pairs, 512 KiB */
#define PATIENCE      4    /* times as long for what weighs less */

struct slot {
	struct walk walks[CLASSES], slow;
	struct waitings waiting; /* within the site */
	uint32_t run_s[CLASSES]; /* when the run was last added to, wall */
	struct judged_rings judged;
	uint16_t credited[CREDITED]; /* destinations whose success was counted already */
	uint8_t next_credited;
	uint32_t machine;   /* whose slow walk it is */
	struct quiet quiet; /* networks of the Internet that it pinged */
};

struct state {
	struct known_set peers[PEER_SETS]; /* who accepted whom on a worm port lately */
	struct delays delays;
	struct companies companies;
	struct echoes echoes;
	uint64_t first_ns; /* wall, of the first contact of all */
};

static bool is_bare(const struct contact *contact)
{
	return contact->kind == CONTACT_TCP && contact->flags & CONTACT_BARE_SYN;
}

/* Sent there by a name: its silence says more about that machine than about who reached for it. */
static bool is_named(const struct detector_run *run, const struct contact *contact)
{
	return !is_bare(contact) && detector_is_named(run, contact);
}

/* A peer-to-peer program tries the ports of browsing as well, where firewalls let it out, and some of its peers have chosen
 * a port that is exposed: what fails there after several peers have failed elsewhere is one more peer. */
static bool seeks_peers(const struct trw_config *config, const struct slot *slot)
{
	return (double)slot->walks[CLASS_HIGH_PORT - FIRST_CLASS].level > 2 * config->high;
}

/* port_class: trw_class_of() it. */
static unsigned class_of_failure(const struct trw_config *config, const struct slot *slot,
				 const struct contact *contact, unsigned port_class)
{
	if (seeks_peers(config, slot) && contact->kind == CONTACT_TCP && !is_bare(contact) &&
	    !param_ports_has(&config->worm_ports, contact->dst_port))
		return CLASS_HIGH_PORT;
	return port_class;
}

/* What services and other ports bring together is bounded as well. */
static double high_cap(const struct trw_config *config, const struct slot *slot)
{
	double left =
		config->high_cap - (double)slot->walks[CLASS_SERVICE_PORT - FIRST_CLASS].level;

	return left > config->high ? left : config->high;
}

/* So many networks of the Internet more than lists have kept silent, while others of it answer pings. */
static unsigned beyond_lists(const struct detector_run *run, struct slot *slot,
			     const struct contact *contact)
{
	const struct trw_config *config = detector_config(run);
	const struct state *state = detector_state(run);
	unsigned networks;

	if (!trw_is_to_internet(contact) || !echoes_are_heard(&state->echoes, contact))
		return 0;
	networks = quiet_networks(&slot->quiet);
	return networks > config->icmp_networks ? networks - config->icmp_networks : 0;
}

/* Who pings what it was told to meets dead machines here and there, and clusters of servers that never answer; who makes
 * addresses up meets one after the other. */
static void weigh_ping(const struct detector_run *run, struct slot *slot,
		       const struct contact *contact, struct term *term)
{
	const struct trw_config *config = detector_config(run);
	unsigned row = judged_row(&slot->judged, contact, ROW_MOST),
		 row_free = trw_is_to_internet(contact) ? ROW_FREE : ROW_FREE_SITE;

	if (slot->walks[CLASS_ICMP - FIRST_CLASS].level <= 0)
		slot->quiet = (struct quiet){ 0 };
	quiet_note(&slot->quiet, contact);
	term->nats = config->icmp + (row > 1 ? config->icmp_sequential : 0);
	term->cap_nats = config->icmp_cap + (row > row_free ? (row - row_free) * config->icmp : 0) +
			 beyond_lists(run, slot, contact) * config->icmp;
}

static void weigh_plainly(const struct detector_run *run, struct slot *slot,
			  const struct contact *contact, struct term *term)
{
	const struct trw_config *config = detector_config(run);

	term->port_class = class_of_failure(config, slot, contact, term->port_class);
	term->nats = trw_plain_nats(config, term->port_class);
	if (term->port_class == CLASS_ICMP)
		weigh_ping(run, slot, contact, term);
	else if (term->port_class == CLASS_HIGH_PORT)
		term->cap_nats = high_cap(config, slot);
}

/* Into a term that bears trw_class_of() the contact, in place: a copy of it would be waited for each time. */
static void weigh_failure(const struct detector_run *run, struct slot *slot,
			  const struct contact *contact, bool named, struct term *term)
{
	const struct trw_config *config = detector_config(run);

	weigh_plainly(run, slot, contact, term);
	if (is_bare(contact)) { /* whose program makes these is no client, so how often clients fail says nothing */
		term->nats = config->worm;
		term->cap_nats = 0;
	} else if (contact->outcome == CONTACT_UNROUTED) {
		term->nats = config->unrouted;
		term->cap_nats = config->high_cap;
	} else if (contact->kind == CONTACT_UDP && term->port_class != CLASS_WORM_PORT) {
		trw_weigh_datagram(config, contact, term);
	}
	if (!named)
		return;
	term->nats = term->nats < config->service ? term->nats : config->service;
	if (term->cap_nats <= 0 || term->cap_nats > config->named_cap)
		term->cap_nats = config->named_cap;
}

static struct walk *walk_of(struct slot *slot, unsigned port_class)
{
	return &slot->walks[port_class - FIRST_CLASS];
}

/* The same term once more, in the sum that remembers for days. */
static void walk_slowly(struct detector_run *run, struct slot *slot, const struct contact *contact,
			struct term term)
{
	const struct trw_config *config = detector_config(run);

	if (slot->machine != detector_machine(run))
		slot->slow = (struct walk){ 0 };
	slot->machine = detector_machine(run);
	term.half_life_ns = config->slow_half_life_ns;
	detector_walk(run, &slot->slow, contact, &term);
}

/* ---- the company of those that accept (core/detect/company.h): a list is of machines that offer one service ---- */

static struct company_rule company_rule(const struct trw_config *config,
					const struct contact *contact)
{
	return (struct company_rule){ .met_nats = config->success,
				      .cap_nats = config->company_cap,
				      .keep_ns = config->company_ns,
				      .about = contact->dst_port };
}

static bool is_company_kept(const struct contact *contact, unsigned port_class)
{
	return port_class == CLASS_WORM_PORT && !is_bare(contact) &&
	       ip_is_of_site(&contact->dst, &contact->src);
}

/* The walk needs no more than its level. */
static void gain_company(struct detector_run *run, struct slot *slot, const struct contact *contact,
			 double nats)
{
	struct company_rule rule = company_rule(detector_config(run), contact);
	struct state *state = detector_state(run);
	double level = (double)walk_of(slot, CLASS_WORM_PORT)->level;

	if (is_company_kept(contact, CLASS_WORM_PORT) && nats > level)
		company_gain(&state->companies, contact, &rule, nats - level);
}

static double use_company(struct detector_run *run, const struct contact *contact,
			  const struct term *term)
{
	struct company_rule rule = company_rule(detector_config(run), contact);
	struct state *state = detector_state(run);

	if (!is_company_kept(contact, term->port_class))
		return 0;
	return fmin(company_use(&state->companies, contact, &rule, term->nats),
		    fmax(0, term->nats - COUNTED_NATS));
}

static void take_back(struct detector_run *run, struct slot *slot, struct judged *judged,
		      const struct contact *contact)
{
	struct contact earlier = *contact;
	struct term term = { .nats = -judged->tenths / TENTHS,
			     .port_class = judged->port_class,
			     .takes_back = true };

	earlier.dst_port = judged->port;
	earlier.kind = judged->kind;
	judged_drop(&slot->judged, judged);
	if (term.port_class == CLASS_WORM_PORT)
		gain_company(run, slot, &earlier, -term.nats);
	detector_walk(run, walk_of(slot, term.port_class), &earlier, &term);
	if (judged->slow)
		walk_slowly(run, slot, &earlier, term);
}

/* ---- strangers --------------------------------------------------------------------------------- */

static struct known_table peers_of(const struct detector_run *run)
{
	struct state *state = detector_state(run);

	return (struct known_table){ state->peers, PEER_SETS };
}

/* Accepted it before: its silence now says that the machine is off. */
static bool is_peer(const struct detector_run *run, const struct contact *contact)
{
	struct known_table peers = peers_of(run);

	return peers_know(&peers, contact);
}

/* False if it was one before. */
static bool make_peer(const struct detector_run *run, const struct contact *contact)
{
	const struct trw_config *config = detector_config(run);
	struct known_table peers = peers_of(run);

	return peers_meet(&peers, contact, config->peer_ns);
}

/* Only who has watched for so long can tell strangers. */
static bool remembers(const struct detector_run *run, const struct contact *contact)
{
	const struct trw_config *config = detector_config(run);
	const struct state *state = detector_state(run);

	return contact->opened_ns >= state->first_ns + config->peer_ns;
}

/* Does a failure to reach it say anything?  Whom a machine of the site lets in (file sharing, a remote logon) has business
 * there: when another of its services is closed, that is no address made up.  Bare SYNs are sent by no operating system,
 * whoever gets them. */
static bool is_excused(const struct detector_run *run, const struct contact *contact,
		       unsigned port_class)
{
	if (port_class == CLASS_ICMP || is_bare(contact))
		return false;
	if (port_class != CLASS_WORM_PORT)
		return ip_is_private(&contact->dst) && is_peer(run, contact);
	return contact->flags & CONTACT_TO_POPULAR || is_peer(run, contact);
}

/* The same peer at another of its ports: to browsing's ports a program turns when the others have failed. */
static bool is_tried_elsewhere(const struct judged *judged, const struct contact *contact,
			       const struct term *term)
{
	return judged->port_class == CLASS_HIGH_PORT && term->port_class == CLASS_SERVICE_PORT &&
	       !is_bare(contact);
}

static uint8_t tenths_of(double nats)
{
	return (uint8_t)(nats * TENTHS + 0.5);
}

/* The most that failing there could weigh: names, peers and datagrams only make it less. */
static double most_nats(const struct trw_config *config, const struct contact *contact,
			unsigned port_class)
{
	if (contact->kind == CONTACT_ICMP)
		return config->icmp + config->icmp_sequential;
	if (is_bare(contact))
		return config->worm;
	return trw_plain_nats(config, port_class);
}

/* The contact whose term it may be has ended. */
static void settled(struct detector_run *run, const struct judged *judged,
		    const struct contact *contact)
{
	if (!judged_is_of(judged, contact))
		return;
	detector_settled(run, contact, judged->port_class);
	if (judged->slow)
		detector_settled_slowly(run, contact, judged->port_class);
}

/* port_class: trw_class_of() it. */
static void grant_share(struct detector_run *run, struct slot *slot, const struct contact *contact,
			unsigned port_class, double share)
{
	const struct trw_config *config = detector_config(run);
	uint16_t tag = trw_what_fails(contact);
	struct judged *judged = judged_find(&slot->judged, tag);
	struct term term = { .port_class = port_class };
	uint8_t tenths;
	bool named;

	/* In a scan most have their term by now, and nothing that could be looked up would raise it. */
	if (judged && judged->tenths >= tenths_of(most_nats(config, contact, port_class) * share)) {
		settled(run, judged, contact);
		return;
	}
	named = is_named(run, contact);
	weigh_failure(run, slot, contact, named, &term);
	term.nats *= share;
	tenths = tenths_of(term.nats);
	if (judged && (judged->tenths >= tenths || is_tried_elsewhere(judged, contact, &term))) {
		settled(run, judged, contact);
		return;
	}
	if (is_excused(run, contact, term.port_class))
		return;
	if (judged)
		take_back(run, slot, judged, contact);
	judged = judged_take(&slot->judged, tag, term.port_class);
	*judged = (struct judged){ .port = contact->dst_port,
				   .port_class = term.port_class & 15,
				   .kind = contact->kind & 7u,
				   .slow = remembers(run, contact) &&
					   term.port_class == CLASS_WORM_PORT && !named,
				   .tenths = tenths };
	if (tenths == 0)
		return;
	term.nats -= use_company(run, contact, &term);
	detector_walk(run, walk_of(slot, term.port_class), contact, &term);
	if (judged->slow)
		walk_slowly(run, slot, contact, term);
}

/* The term this very contact carries, if any. */
static struct judged *own_term(struct slot *slot, const struct contact *contact)
{
	struct judged *judged = judged_find(&slot->judged, memo_tag(&contact->dst));

	return judged && judged_is_of(judged, contact) ? judged : NULL;
}

static void credit(struct detector_run *run, struct slot *slot, const struct contact *contact)
{
	const struct trw_config *config = detector_config(run);
	struct term term = { .nats = -config->success,
			     .port_class = trw_class_of(config, contact) };
	uint16_t tag = memo_tag(&contact->dst);
	bool is_worm = term.port_class == CLASS_WORM_PORT,
	     is_news = !is_worm || make_peer(run, contact);

	if (contact->flags & CONTACT_TO_POPULAR || !is_news)
		return;
	if (is_worm)
		gain_company(run, slot, contact, config->success);
	if (is_worm && slot->slow.level > 0)
		walk_slowly(run, slot, contact, term);
	if (walk_of(slot, term.port_class)->level <= 0)
		return;
	for (unsigned i = 0; i < CREDITED; i++)
		if (slot->credited[i] == tag)
			return;
	slot->credited[slot->next_credited] = tag;
	slot->next_credited = (uint8_t)((slot->next_credited + 1) % CREDITED);
	detector_walk(run, walk_of(slot, term.port_class), contact, &term);
}

static void hear_echo(const struct detector_run *run, struct slot *slot,
		      const struct contact *contact)
{
	struct state *state = detector_state(run);

	echoes_hear(&state->echoes, contact);
	quiet_answered(&slot->quiet);
}

static void accepted(struct detector_run *run, struct slot *slot, const struct contact *contact)
{
	struct judged *judged = own_term(slot, contact);

	if (is_bare(contact))
		return; /* a raw-socket scan that found something is still a scan */
	if (judged)
		take_back(run, slot, judged, contact);
	if (contact->kind == CONTACT_ICMP && trw_is_to_internet(contact))
		hear_echo(run, slot, contact);
	credit(run, slot, contact);
}

/* How much of a failure it is before any answer could come: no operating system sends a SYN without options, and nobody has
 * business with file sharing or remote procedures of the public Internet.  Remote logons do go there, and clients of
 * clusters, to several at once when a program does it. */
static double share_at_once(const struct detector_run *run, const struct contact *contact,
			    unsigned port_class)
{
	const struct trw_config *config = detector_config(run);

	if (is_bare(contact))
		return 1;
	if (port_class != CLASS_WORM_PORT || !trw_is_to_internet(contact) || is_named(run, contact))
		return 0;
	if (!param_ports_has(&config->outward_ports, contact->dst_port))
		return 1;
	return contact->flags & CONTACT_BLIND ? 0 : 0.5;
}

/* ---- contacts in flight ------------------------------------------------------------------------ */

/* A run is what a host opens in one class without a pause, and for as long as its walk stands above zero. */
static void count_opened(struct slot *slot, unsigned port_class, const struct contact *contact)
{
	uint32_t now_s = (uint32_t)(contact->opened_ns / NS_PER_S),
		 *run_s = &slot->run_s[port_class - FIRST_CLASS];
	struct walk *walk = walk_of(slot, port_class);

	if (walk->level <= 0 && now_s > *run_s + RUN_PAUSE_S)
		walk->opened = 0;
	if (walk->opened < UINT16_MAX)
		walk->opened++;
	*run_s = now_s;
}

static void end_run(struct slot *slot, unsigned port_class)
{
	struct walk *walk = walk_of(slot, port_class);

	if (walk->level > 0)
		return;
	walk->opened = 0;
	slot->run_s[port_class - FIRST_CLASS] = 0;
}

/* A network that was never heard may be a branch behind a slow line, where programs that manage machines log on to many at
 * once: until silence is certain it is half a failure, as on the Internet.  Worms on other ports get no such respite. */
static double share_overdue(const struct detector_run *run, const struct contact *late,
			    unsigned port_class)
{
	const struct trw_config *config = detector_config(run);
	const struct state *state = detector_state(run);

	return port_class == CLASS_WORM_PORT &&
			       param_ports_has(&config->outward_ports, late->dst_port) &&
			       !delays_know(&state->delays, late)
		       ? 0.5
		       : 1;
}

/* From when on silence counts. */
static uint64_t overdue_ns(const struct detector_run *run, const struct contact *late,
			   unsigned port_class)
{
	const struct trw_config *config = detector_config(run);
	const struct state *state = detector_state(run);
	unsigned times = port_class == CLASS_WORM_PORT ? 1 : PATIENCE;

	return late->opened_ns +
	       delays_limit_ns(&state->delays, late, times * config->site_answer_ns);
}

static bool is_overdue(const struct detector_run *run, const struct slot *slot,
		       const struct contact *late, unsigned port_class, uint64_t now_ns)
{
	const struct trw_config *config = detector_config(run);

	return class_of_failure(config, slot, late, trw_class_of(config, late)) == port_class &&
	       now_ns >= overdue_ns(run, late, port_class);
}

/* Within a site an answer takes a few milliseconds.  A lone slow server is given its quarter of a second, but whoever
 * goes on to the next host while the last ones keep silent is judged at once (worm-detection.md C.2: what
 * is in flight must not be free). */
static __attribute__((noinline)) void grant_overdue(struct detector_run *run, struct slot *slot,
						    const struct contact *next, unsigned port_class)
{
	const struct trw_config *config = detector_config(run);
	struct contact late;
	unsigned i = 0;

	/* No later one is overdue, either. */
	while (i < slot->waiting.count &&
	       next->opened_ns >= slot->waiting.places[i].opened_ns + config->site_answer_ns) {
		waitings_at(&slot->waiting, i, next, &late);
		if (!is_overdue(run, slot, &late, port_class, next->opened_ns)) {
			i++;
			continue;
		}
		waitings_drop(&slot->waiting, i);
		grant_share(run, slot, &late, trw_class_of(config, &late),
			    share_overdue(run, &late, port_class));
	}
}

/* Silence means something soon only inside the site, where connections and pings are answered without anybody's thinking,
 * and only where answers reach us. */
static bool answers_soon(const struct contact *contact, unsigned port_class)
{
	return (port_class == CLASS_WORM_PORT || port_class == CLASS_ICMP ||
		(port_class == CLASS_SERVICE_PORT && contact->kind == CONTACT_TCP)) &&
	       ip_is_of_site(&contact->dst, &contact->src) &&
	       !(contact->flags & (CONTACT_BLIND | CONTACT_TO_POPULAR));
}

static bool is_waiting(const struct detector_run *run, struct slot *slot,
		       const struct contact *contact, unsigned port_class)
{
	const struct trw_config *config = detector_config(run);
	struct contact other;

	for (unsigned i = 0; i < slot->waiting.count; i++) {
		if (!ip_equal(&slot->waiting.places[i].dst, &contact->dst))
			continue;
		waitings_at(&slot->waiting, i, contact, &other);
		if (class_of_failure(config, slot, &other, trw_class_of(config, &other)) ==
		    port_class)
			return true;
	}
	return false;
}

/* Another port of a host that carries a term of the class already, or waits: Windows tries 139 beside 445, bots a dozen. */
static bool is_counted(const struct detector_run *run, struct slot *slot,
		       const struct contact *contact, unsigned port_class)
{
	const struct judged *judged = judged_find(&slot->judged, memo_tag(&contact->dst));

	return (judged && judged->port_class == port_class && judged->port != contact->dst_port) ||
	       is_waiting(run, slot, contact, port_class);
}

/* port_class: trw_class_of() it. */
static void opened(struct detector_run *run, struct slot *slot, const struct contact *contact,
		   unsigned port_class)
{
	unsigned failing = class_of_failure(detector_config(run), slot, contact, port_class);
	double share = share_at_once(run, contact, failing);

	if (!is_counted(run, slot, contact, failing))
		count_opened(slot, failing, contact);
	if (share > 0) {
		grant_share(run, slot, contact, port_class, share);
	} else if (answers_soon(contact, failing)) {
		grant_overdue(run, slot, contact, failing);
		waitings_add(&slot->waiting, contact);
	}
}

/* The target's silence is explained.  But that a network of the site is not there, its router knows and clients do, too: who
 * reaches for one after the other makes them up. */
static void no_failure(struct detector_run *run, struct slot *slot, const struct contact *contact,
		       unsigned port_class)
{
	struct judged *judged = own_term(slot, contact);

	if (judged && share_at_once(run, contact, port_class) < 1)
		take_back(run, slot, judged, contact);
	if (contact->outcome == CONTACT_UNROUTED && port_class == CLASS_WORM_PORT &&
	    ip_is_v4(&contact->dst) && ip_is_private(&contact->dst) && !is_named(run, contact))
		grant_share(run, slot, contact, port_class, 1);
}

static void fade(const struct trw_config *config, struct slot *slot, const struct contact *contact,
		 unsigned port_class)
{
	walk_fade(walk_of(slot, port_class), contact, config->half_life_ns);
	if (port_class == CLASS_WORM_PORT)
		walk_fade(&slot->slow, contact, config->slow_half_life_ns);
}

static void see(struct detector_run *run, void *memory, const struct contact *contact)
{
	const struct trw_config *config = detector_config(run);
	struct slot *slot = memory;
	struct state *state = detector_state(run);
	unsigned port_class = trw_class_of(config, contact);

	if (state->first_ns == 0)
		state->first_ns = contact->opened_ns;
	if (ip_is_loopback(&contact->dst))
		return; /* all of 127/8 is the machine itself: clusters under test have an address for each node */
	if (contact->roles & HOST_DNS_SERVER && contact->dst_port == 53)
		return; /* a resolver asks many servers, and many are dead */
	if (contact->roles & HOST_MONITOR &&
	    (contact->kind == CONTACT_ICMP || contact->dst_port == SNMP_PORT))
		return; /* what a monitor polls may be switched off; elsewhere it is judged like anybody */
	delays_hear(&state->delays, contact);
	fade(config, slot, contact, port_class);
	if (contact->outcome != CONTACT_PENDING)
		waitings_remove(&slot->waiting, contact);
	switch (contact->outcome) {
	case CONTACT_PENDING:
		opened(run, slot, contact, port_class);
		break;
	case CONTACT_OUTSTANDING:
	case CONTACT_IGNORED:
	case CONTACT_REFUSED:
		grant_share(run, slot, contact, port_class, 1);
		break;
	case CONTACT_ACCEPTED:
		accepted(run, slot, contact);
		end_run(slot, port_class);
		break;
	case CONTACT_UNROUTED:
	case CONTACT_UNKNOWN:
		no_failure(run, slot, contact, port_class);
		break;
	default:
		break;
	}
}

const struct detector detector_trw = {
	.name = "trw",
	.summary = "first contacts that fail: refused, unanswered, or sent by no operating system",
	.id = DETECTOR_TRW,
	.kind = EVIDENCE_WORM,
	.feeds = FEED_OPENED | FEED_OUTSTANDING | FEED_SETTLED,
	.kinds = KINDS_FLOWS,
	.params = trw_params,
	.config_size = sizeof(struct trw_config),
	.state_size = sizeof(struct state),
	.slot_size = sizeof(struct slot),
	.check = trw_check,
	.see = see,
};
