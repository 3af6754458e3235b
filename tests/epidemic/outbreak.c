/* SPDX-License-Identifier: Apache-2.0 */
/* outbreak.c - one generation on virtual time: next contact, next packet, next ordinary moment. */
#include "tests/epidemic/outbreak.h"

#include <netinet/in.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/units.h"
#include "tests/unit/contact/wire.h"

#define MINUTE_NS        s_to_ns(60)
#define AFTERMATH_NS     s_to_ns(90) /* slow verdicts about the last contacts */
#define STEP_NS          ms_to_ns(100)
#define SLOW_STEP_NS     s_to_ns(1) /* for worms below one contact a second */
#define FINE_NS          s_to_ns(6) /* all of the sensor's timers end within */
#define COARSE_NS        s_to_ns(20)
#define CONTACTS_KEPT    65536
#define CAUGHT_BEFORE_NS s_to_ns(5)

struct run {
	const struct outbreak_plan *plan;
	struct outbreak_result *result;
	struct lan lan;
	struct worm_run worm;
	struct ours *ours;
	struct peers *peers;
	uint64_t next_contact_ns, next_moment_ns, caught_ns, end_ns, busy_ns;
	uint64_t infected_ns[LAN_PLACES];
	uint64_t *contact_ns;
	unsigned contacts;
};

static void on_wire(void *arg, const struct packet *packet)
{
	struct run *run = arg;

	run->result->packets++;
	run->busy_ns = packet->wall_ns;
	if (run->plan->broadcast_only && !mac_is_group(&packet->dst_mac))
		return;
	ours_see(run->ours, packet);
	if (run->peers)
		peers_see(run->peers, packet);
}

/* Both processes have timers of their own: time passes without packets too. */
static void pass_time(struct run *run, uint64_t until_ns)
{
	uint64_t fine_ns = run->plan->worm->per_s < 1 ? SLOW_STEP_NS : STEP_NS;

	while (run->lan.now_ns < until_ns) {
		uint64_t step = run->lan.now_ns - run->busy_ns < FINE_NS ? fine_ns : COARSE_NS;

		if (step > until_ns - run->lan.now_ns)
			step = until_ns - run->lan.now_ns;
		run->lan.now_ns += step;
		ours_advance(run->ours, run->lan.now_ns);
		if (run->peers)
			peers_advance(run->peers, run->lan.now_ns);
	}
}

/* A target that lives answers as its owner would; beyond the LAN nearly nobody does. */
static uint8_t defence_of(struct run *run, const struct ip *target)
{
	unsigned place = lan_place(target);

	if (place == 0)
		return dice_percent(&run->lan.dice, 2) ? LAN_REFUSES : LAN_SILENT;
	if (run->worm.worm->choice == WORM_KNOWN)
		return LAN_ACCEPTS;
	if (run->worm.worm->proto == IPPROTO_UDP && run->lan.defence[place] == LAN_ACCEPTS)
		return LAN_SILENT; /* the datagram is the exploit: nothing comes back */
	return run->lan.defence[place];
}

static void make_contact(struct run *run)
{
	const struct worm *worm = run->plan->worm;
	struct lan_contact contact = { .from = run->worm.from,
				       .proto = worm->proto,
				       .port = worm->port };
	uint64_t arrived_ns;
	unsigned place;

	if (!worm_target(&run->worm, &run->lan, &contact.to)) {
		run->next_contact_ns = UINT64_MAX;
		run->end_ns = run->lan.now_ns + AFTERMATH_NS;
		return;
	}
	if (run->contacts < CONTACTS_KEPT)
		run->contact_ns[run->contacts++] = run->lan.now_ns;
	contact.defence = defence_of(run, &contact.to);
	arrived_ns = lan_reach(&run->lan, &contact);
	place = lan_place(&contact.to);
	if (arrived_ns && place && run->lan.vulnerable[place] && !run->infected_ns[place])
		run->infected_ns[place] = arrived_ns + (uint64_t)(worm->exploit_s * 1e9);
	run->next_contact_ns += (uint64_t)(1e9 / worm->per_s);
}

/* How it got the worm, where that was over the wire: a neighbour reached it on the same port. */
static void be_caught(struct run *run)
{
	const struct worm *worm = run->plan->worm;
	struct lan_contact contact = { .to = lan_ip(run->worm.from),
				       .proto = worm->proto,
				       .port = worm->port,
				       .defence = LAN_ACCEPTS };

	contact.from = run->lan.speakers[run->lan.live_count - 1];
	if (contact.from == run->worm.from)
		contact.from = run->lan.speakers[0];
	lan_reach(&run->lan, &contact);
	run->caught_ns = UINT64_MAX;
}

static uint64_t tau_ns(const struct run *run)
{
	return (uint64_t)(run->plan->tau_s * 1e9);
}

/* Everything that the result needs is known: ours has convicted and cut off. */
static bool is_settled(const struct run *run)
{
	uint64_t ours_ns = ours_verdicts(run->ours)->convicted_ns[run->worm.from];

	if (!ours_ns || run->lan.now_ns < ours_ns + tau_ns(run))
		return false;
	for (unsigned i = 0; run->peers && i < PEERS; i++) {
		uint64_t peer_ns = peers_verdicts(run->peers, i)->convicted_ns[run->worm.from];

		if (!peer_ns || run->lan.now_ns < peer_ns + tau_ns(run))
			return false;
	}
	return true;
}

static uint64_t earliest(const struct run *run)
{
	uint64_t next_ns = lan_due(&run->lan);

	if (run->next_contact_ns < next_ns)
		next_ns = run->next_contact_ns;
	if (run->next_moment_ns < next_ns)
		next_ns = run->next_moment_ns;
	if (run->caught_ns < next_ns)
		next_ns = run->caught_ns;
	return next_ns < run->end_ns ? next_ns : run->end_ns;
}

static void let_loose(struct run *run)
{
	while (run->lan.now_ns < run->end_ns && !is_settled(run)) {
		uint64_t next_ns = earliest(run);

		pass_time(run, next_ns);
		if (next_ns == lan_due(&run->lan)) {
			lan_send(&run->lan, on_wire, run);
		} else if (next_ns == run->caught_ns) {
			be_caught(run);
		} else if (next_ns == run->next_contact_ns) {
			make_contact(run);
		} else if (next_ns == run->next_moment_ns) {
			lan_live(&run->lan);
			run->next_moment_ns += run->plan->worm->background_ns / run->plan->live;
		}
	}
}

static unsigned contacts_until(const struct run *run, uint64_t until_ns)
{
	unsigned made = 0;

	for (unsigned i = 0; i < run->contacts; i++)
		made += run->contact_ns[i] <= until_ns;
	return made;
}

static void count(struct run *run, unsigned product, uint64_t convicted_ns)
{
	struct outbreak_result *result = run->result;
	uint64_t cut_ns = convicted_ns ? convicted_ns + tau_ns(run) : UINT64_MAX;

	result->convicted[product] = convicted_ns != 0;
	result->contacts[product] = contacts_until(run, convicted_ns);
	if (convicted_ns && run->contacts)
		result->latency_s[product] = ns_to_s(convicted_ns - run->contact_ns[0]);
	for (unsigned place = 1; place <= LAN_ADDRESSES; place++)
		result->infected[product] += run->infected_ns[place] != 0 &&
					     run->infected_ns[place] <= cut_ns;
}

static unsigned innocents(const struct run *run, const struct verdicts *verdicts)
{
	unsigned found = 0;

	for (unsigned place = 0; place < LAN_PLACES; place++)
		found += place != run->worm.from && verdicts->convicted_ns[place] != 0;
	return found;
}

static void sum_up(struct run *run)
{
	const struct verdicts *ours = ours_verdicts(run->ours);

	count(run, PRODUCT_OURS, ours->convicted_ns[run->worm.from]);
	run->result->suspected = ours_suspected_ns(run->ours, run->worm.from) != 0;
	run->result->suspected_contacts =
		contacts_until(run, ours_suspected_ns(run->ours, run->worm.from));
	run->result->own_contacts = ours_contacts(run->ours, run->worm.from);
	run->result->innocents = innocents(run, ours);
	for (unsigned i = 0; run->peers && i < PEERS; i++) {
		const struct verdicts *peer = peers_verdicts(run->peers, i);

		count(run, PRODUCT_PEER + i, peer->convicted_ns[run->worm.from]);
		run->result->innocents_of_peers += innocents(run, peer);
	}
}

/* A sensor that has been there for a week knows who exists.  Of that week we spare it everything but its first moment and
 * one question a minute. */
static void listen_for_a_week(struct run *run)
{
	uint64_t end_ns = run->lan.now_ns + s_to_ns(7 * 86400);
	struct ip gateway = lan_ip(LAN_GATEWAY), server = lan_ip(LAN_SERVER);

	for (unsigned i = 0; i < run->plan->live; i++)
		lan_live(&run->lan);
	while (lan_due(&run->lan) != UINT64_MAX)
		lan_send(&run->lan, on_wire, run);
	for (run->lan.now_ns += MINUTE_NS; run->lan.now_ns < end_ns; run->lan.now_ns += MINUTE_NS) {
		struct packet asked = wire_arp(0, &gateway, &server),
			      told = wire_arp_reply(0, &server, &gateway);

		asked.wall_ns = run->lan.now_ns;
		told.wall_ns = run->lan.now_ns + ms_to_ns(1);
		ours_advance(run->ours, run->lan.now_ns);
		ours_see(run->ours, &asked);
		ours_see(run->ours, &told);
	}
	lan_announce(&run->lan);
}

static unsigned index_case(const struct lan *lan)
{
	for (unsigned i = 0; i < lan->live_count; i++)
		if (lan->vulnerable[lan->speakers[i]])
			return lan->speakers[i];
	return LAN_SERVER;
}

void outbreak_run(const struct outbreak_plan *plan, struct outbreak_result *result)
{
	struct run *run = mem_alloc(sizeof(*run));
	struct lan_plan lan = { .live = plan->live,
				.vulnerable = plan->vulnerable,
				.seed = plan->seed };

	memset(result, 0, sizeof(*result));
	run->plan = plan;
	run->result = result;
	run->contact_ns = mem_array(CONTACTS_KEPT, sizeof(uint64_t));
	lan_init(&run->lan, &lan);
	run->ours = ours_new();
	run->peers = plan->only_ours ? NULL : peers_new();
	if (!plan->new_sensor)
		listen_for_a_week(run);
	run->next_moment_ns = run->lan.now_ns;
	run->next_contact_ns = run->lan.now_ns + plan->warm_up_minutes * MINUTE_NS;
	run->caught_ns = plan->worm->caught ? run->next_contact_ns - CAUGHT_BEFORE_NS : UINT64_MAX;
	run->end_ns = UINT64_MAX;
	worm_start(&run->worm, plan->worm, &run->lan, index_case(&run->lan));
	run->lan.vulnerable[run->worm.from] = false; /* infected already */
	let_loose(run);
	sum_up(run);
	if (run->peers)
		peers_free(run->peers);
	ours_free(run->ours);
	lan_fini(&run->lan);
	mem_free(run->contact_ns);
	mem_free(run);
}
