/* SPDX-License-Identifier: Apache-2.0 */
/* week.c - who is switched on, who does what how often.
 *
 * Each habit comes round after a chance time about its period.  Left out: what never touches the detectors that remember
 * for days (mail, video, updates): it would only cost time. */
#include "tests/epidemic/week.h"

#include <netinet/in.h>

#include "core/base/mem.h"
#include "core/base/units.h"
#include "tests/epidemic/lan.h"
#include "tests/epidemic/product.h"
#include "tests/unit/contact/wire.h"

#define HOUR_S   3600
#define DAY_S    (24 * HOUR_S)
#define TICK_S   2
#define PHASES   5 /* each PC's turn comes every ten seconds */
#define PERIOD_S (TICK_S * PHASES)

/* The plan of addresses. */
#define PLACE_BACKUP  3
#define PLACE_PC      10
#define PCS           150
#define PLACE_LAPTOP  165 /* their addresses change daily within a pool */
#define LAPTOPS       20
#define POOL          40
#define PLACE_PRINTER 225
#define PRINTERS      6   /* the last one is taken away on Tuesday */
#define PLACE_GONE    235 /* never seen by the sensor: retired machines */
#define GONE          8

#define SHARES        4
#define HOSTS         (PCS + LAPTOPS)
#define ADMIN         0 /* this PC is the administrator's */
#define WORM          75

struct person {
	uint8_t place; /* today's address */
	bool on, left_on, remembers;
	uint8_t shares[SHARES]; /* colleagues' PCs, as numbers */
	unsigned share_count;
	uint8_t printer, other_printer;
	uint8_t gone[2]; /* retired machines that it still looks for */
	unsigned gone_count;
	struct ip far[4]; /* servers of another site, for visitors */
	unsigned far_count;
	unsigned comes_s, leaves_s; /* today, seconds after midnight */
	unsigned due_s[8];          /* of each habit, since the week began */
	unsigned waiting;           /* shares that are still to be connected, one after the other */
	uint8_t yesterday;
};

/* Laptops have MACs of their own, whatever address they got. */
static struct mac laptop_mac(unsigned number)
{
	return (struct mac){ { 2, 1, 0, 0, 0, (uint8_t)number } };
}

struct week {
	struct lan lan;
	struct ours *ours;
	struct dice *dice;
	struct person people[HOSTS];
	struct week_result *result;
	const struct week_plan *plan;
	unsigned now_s;              /* since Monday, 0:00 */
	uint8_t targets[LAN_PLACES]; /* the worm's */
	unsigned worm_made, worm_due_s;
	uint8_t has[LAN_PLACES]; /* the laptop that has the address, or had it last; 0 = none */
};

/* ---- the wire ---------------------------------------------------------------------------------- */

/* The wire's MACs end like the address. */
static void give_mac(const struct week *week, struct mac *mac)
{
	unsigned place = mac->bytes[5];
	struct ip ip = lan_ip(place);
	struct mac of_place = wire_mac(&ip);

	if (week->has[place] && mac_equal(mac, &of_place))
		*mac = laptop_mac(week->has[place]);
}

static void on_wire(void *arg, const struct packet *packet)
{
	struct week *week = arg;
	struct packet sent = *packet;

	week->result->packets++;
	give_mac(week, &sent.src_mac);
	give_mac(week, &sent.dst_mac);
	give_mac(week, &sent.neighbor.sender_mac);
	give_mac(week, &sent.neighbor.target_mac);
	ours_see(week->ours, &sent);
}

static void pass_until(struct week *week, uint64_t until_ns)
{
	while (lan_due(&week->lan) <= until_ns)
		lan_send(&week->lan, on_wire, week);
	week->lan.now_ns = until_ns;
	ours_advance(week->ours, until_ns);
}

static void reach(struct week *week, const struct person *person, const struct ip *to,
		  unsigned port, unsigned defence)
{
	struct lan_contact contact = { .from = person->place,
				       .to = *to,
				       .proto = IPPROTO_TCP,
				       .port = (uint16_t)port,
				       .defence = (uint8_t)defence };

	lan_reach(&week->lan, &contact);
}

static void reach_place(struct week *week, const struct person *person, unsigned place,
			unsigned port, unsigned defence)
{
	struct ip ip = lan_ip(place);

	if (place != person->place)
		reach(week, person, &ip, port, defence);
}

/* ---- habits ------------------------------------------------------------------------------------ */

static void at_work(struct week *week, struct person *person)
{
	struct ip site =
		ip_from_v4((uint8_t[]){ 198, 51, 100, (uint8_t)(1 + dice_below(week->dice, 60)) });

	/* What it knew of its neighbours has aged. */
	for (unsigned place = 0; place < LAN_PLACES; place++)
		week->lan.knows[person->place][place] = false;
	lan_ask(&week->lan, person->place, &site);
	reach_place(week, person, LAN_SERVER, 445, LAN_ACCEPTS);
	if (dice_percent(week->dice, 20))
		reach_place(week, person, PLACE_BACKUP, 445, LAN_ACCEPTS);
	reach(week, person, &site, 443, dice_percent(week->dice, 4) ? LAN_SILENT : LAN_ACCEPTS);
}

static void stale_shares(struct week *week, struct person *person)
{
	for (unsigned i = 0; i < person->gone_count; i++)
		reach_place(week, person, person->gone[i], 445, LAN_SILENT);
	for (unsigned i = 0; i < person->far_count; i++)
		reach(week, person, &person->far[i], 445, LAN_SILENT);
}

static void colleagues_shares(struct week *week, struct person *person)
{
	(void)week;
	person->waiting = person->share_count;
}

static void connect_share(struct week *week, struct person *person)
{
	unsigned other = person->shares[--person->waiting];

	/* One PC in twelve has its firewall up. */
	reach_place(week, person, week->people[other].place, 445,
		    other % 12 == 5 ? LAN_REFUSES : LAN_ACCEPTS);
}

static void printing(struct week *week, struct person *person)
{
	reach_place(week, person, person->printer, 9100, LAN_ACCEPTS);
	if (dice_percent(week->dice, 20))
		reach_place(week, person, person->other_printer, 631, LAN_ACCEPTS);
}

/* Updates are shared among PCs; who is off does not answer, who does not share refuses. */
static void sharing_updates(struct week *week, struct person *person)
{
	for (unsigned i = 0; i < 4; i++) {
		const struct person *other = &week->people[dice_below(week->dice, HOSTS)];
		unsigned place = dice_percent(week->dice, 30) && other->yesterday ? other->yesterday
										  : other->place;

		reach_place(week, person, place, 7680,
			    dice_percent(week->dice, 60) ? LAN_ACCEPTS : LAN_REFUSES);
	}
}

static void administering(struct week *week, struct person *person)
{
	unsigned other = dice_below(week->dice, HOSTS);

	reach_place(week, person, week->people[other].place,
		    dice_percent(week->dice, 70) ? 3389 : 5985,
		    dice_percent(week->dice, 5) ? LAN_REFUSES : LAN_ACCEPTS);
}

static const struct habit {
	unsigned period_s;
	bool of_admin;
	void (*act)(struct week *week, struct person *person);
} habits[] = {
	{ 15 * 60, false, at_work },
	{ 30 * 60, false, stale_shares },
	{ 40 * 60, false, colleagues_shares },
	{ 3 * HOUR_S, false, printing },
	{ 4 * HOUR_S, false, sharing_updates },
	{ 25 * 60, true, administering },
};

#define HABITS (sizeof(habits) / sizeof(habits[0]))

static unsigned about(struct week *week, unsigned period_s)
{
	return period_s / 2 + dice_below(week->dice, period_s);
}

static void have_turn(struct week *week, unsigned number)
{
	struct person *person = &week->people[number];

	for (unsigned i = 0; person->on && i < HABITS; i++) {
		if (habits[i].of_admin && number != ADMIN)
			continue;
		if (person->due_s[i] > week->now_s)
			continue;
		if (person->due_s[i] + HOUR_S >
		    week->now_s) /* not for what came round in the night */
			habits[i].act(week, person);
		person->due_s[i] = week->now_s + about(week, habits[i].period_s);
	}
	if (person->on && person->waiting)
		connect_share(week, person);
}

/* ---- what one machine does to all -------------------------------------------------------------- */

/* The administrator's inventory, on the second Wednesday at three: one machine after another, retired ones too. */
static void inventory(struct week *week, unsigned step)
{
	const struct person *admin = &week->people[ADMIN];

	if (!admin->on || step > HOSTS)
		return;
	if (step == HOSTS)
		reach_place(week, admin, PLACE_GONE, 135, LAN_SILENT);
	else if (step != ADMIN)
		reach_place(week, admin, week->people[step].place, 135,
			    step % 30 == 7 ? LAN_REFUSES : LAN_ACCEPTS);
}

/* The backup server, every night at ten: most are off.  Not in the first two: to a sensor that has not heard those machines
 * yet, it sweeps an empty network. */
static void backup(struct week *week, unsigned step)
{
	struct person server = { .place = PLACE_BACKUP };

	if (step < HOSTS)
		reach_place(week, &server, week->people[step].place, 445, LAN_ACCEPTS);
}

static void timetable(struct week *week)
{
	unsigned day = week->now_s / DAY_S, second = week->now_s % DAY_S;

	if (day == 7 + 2 && second >= 15 * HOUR_S)
		inventory(week, (second - 15 * HOUR_S) / TICK_S);
	if (day >= 2 && second >= 22 * HOUR_S)
		backup(week, (second - 22 * HOUR_S) / TICK_S);
	if (day == 1 && second == 9 * HOUR_S)
		week->lan.live[PLACE_PRINTER + PRINTERS - 1] = false;
	/* A printer without power for the afternoon. */
	if (second == 13 * HOUR_S)
		week->lan.live[PLACE_PRINTER + day % 3] = false;
	if (second == 17 * HOUR_S)
		week->lan.live[PLACE_PRINTER + day % 3] = true;
}

static void slow_worm(struct week *week)
{
	struct person *person = &week->people[WORM];
	unsigned place;

	if (!week->plan->worm || week->now_s < (7 + 3) * DAY_S + 10 * HOUR_S ||
	    week->now_s < week->worm_due_s || !person->on)
		return;
	if (ours_verdicts(week->ours)->convicted_ns[person->place]) {
		if (week->result->worm_contacts == 0)
			week->result->worm_contacts = week->worm_made;
		return;
	}
	place = week->targets[week->worm_made++ % LAN_ADDRESSES];
	week->worm_due_s = week->now_s + 600;
	reach_place(week, person, place, 445, dice_below(week->dice, 3));
}

/* ---- people come and go ------------------------------------------------------------------------ */

static void plan_day(struct week *week, struct person *person, unsigned day)
{
	bool works = day % 7 < 5 ? !dice_percent(week->dice, 10) : dice_percent(week->dice, 5);

	person->comes_s = works ? 7 * HOUR_S + dice_below(week->dice, 3 * HOUR_S) : DAY_S;
	person->leaves_s = works ? 16 * HOUR_S + dice_below(week->dice, 3 * HOUR_S) : 0;
	person->left_on = dice_percent(week->dice, 12);
}

/* A visitor looks for what its own network has: neighbours, if that is numbered like this one, else servers far away. */
static void bring_memories(struct week *week, struct person *person)
{
	person->remembers = true;
	person->gone_count = person->far_count = person->share_count = 0;
	if (dice_percent(week->dice, 50)) {
		person->gone_count = dice_below(week->dice, 3);
		for (unsigned i = 0; i < person->gone_count; i++)
			person->gone[i] = (uint8_t)(PLACE_GONE + dice_below(week->dice, GONE));
	} else {
		person->far_count = dice_below(week->dice, 4);
		for (unsigned i = 0; i < person->far_count; i++)
			person->far[i] =
				ip_from_v4((uint8_t[]){ 192, 168, 7, (uint8_t)(2 + 9 * i) });
	}
}

static void new_address(struct week *week, struct person *person)
{
	unsigned place;

	do
		place = PLACE_LAPTOP + dice_below(week->dice, POOL);
	while (week->lan.live[place]);
	person->yesterday = person->place;
	person->place = (uint8_t)place;
	week->has[place] = (uint8_t)(person - week->people);
}

static void switch_on(struct week *week, unsigned number)
{
	struct person *person = &week->people[number];

	if (number >= PCS) {
		new_address(week, person);
		if (number % 4 == 0 && !person->remembers)
			bring_memories(week, person);
	}
	person->on = week->lan.live[person->place] = true;
	for (unsigned i = 0; i < HABITS; i++)
		person->due_s[i] = week->now_s + dice_below(week->dice, habits[i].period_s / 4);
}

static void come_and_go(struct week *week, unsigned number)
{
	struct person *person = &week->people[number];
	unsigned second = week->now_s % DAY_S;

	if (second < PERIOD_S)
		plan_day(week, person, week->now_s / DAY_S);
	if (!person->on && second >= person->comes_s && second < person->leaves_s) {
		switch_on(week, number);
	} else if (person->on && second >= person->leaves_s && !(person->left_on && number < PCS)) {
		person->on = week->lan.live[person->place] = false;
	}
}

static void settle(struct week *week, unsigned number)
{
	struct person *person = &week->people[number];

	person->place = (uint8_t)(number < PCS ? PLACE_PC + number : PLACE_LAPTOP + number - PCS);
	person->printer = (uint8_t)(PLACE_PRINTER + dice_below(week->dice, PRINTERS));
	person->other_printer = (uint8_t)(PLACE_PRINTER + dice_below(week->dice, PRINTERS + 2));
	if (dice_percent(week->dice, 25))
		person->share_count = 1 + dice_below(week->dice, SHARES);
	for (unsigned i = 0; i < person->share_count; i++)
		person->shares[i] = (uint8_t)dice_below(week->dice, PCS);
	if (dice_percent(week->dice, 30))
		person->gone_count = 1 + dice_below(week->dice, 2);
	for (unsigned i = 0; i < person->gone_count; i++)
		person->gone[i] = (uint8_t)(PLACE_GONE + dice_below(week->dice, GONE));
	/* A day that has begun when the sensor does. */
	plan_day(week, person, 0);
}

static void move_in(struct week *week)
{
	struct lan_plan plan = { .live = 2, .seed = week->plan->seed };

	lan_init(&week->lan, &plan);
	week->dice = &week->lan.dice;
	week->lan.live[PLACE_BACKUP] = true;
	for (unsigned i = 0; i < PRINTERS; i++)
		week->lan.live[PLACE_PRINTER + i] = true;
	for (unsigned i = 0; i < HOSTS; i++)
		settle(week, i);
	for (unsigned i = 0; i < LAN_ADDRESSES; i++) {
		unsigned j = dice_below(week->dice, i + 1);

		week->targets[i] = week->targets[j];
		week->targets[j] = (uint8_t)(i + 1);
	}
}

/* ---- the week ---------------------------------------------------------------------------------- */

static void live_on(struct week *week)
{
	uint64_t midnight_ns = week->lan.now_ns;
	unsigned end_s = week->plan->days * DAY_S;

	for (week->now_s = week->plan->first_hour * HOUR_S; week->now_s < end_s;
	     week->now_s += TICK_S) {
		pass_until(week, midnight_ns + s_to_ns(week->now_s));
		for (unsigned i = week->now_s / TICK_S % PHASES; i < HOSTS; i += PHASES) {
			come_and_go(week, i);
			have_turn(week, i);
		}
		timetable(week);
		slow_worm(week);
	}
}

void week_run(const struct week_plan *plan, struct week_result *result)
{
	struct week *week = mem_alloc(sizeof(*week));
	const struct verdicts *verdicts;
	unsigned worm;

	*result = (struct week_result){ 0 };
	week->plan = plan;
	week->result = result;
	week->ours = ours_new();
	move_in(week);
	live_on(week);
	verdicts = ours_verdicts(week->ours);
	worm = plan->worm ? week->people[WORM].place : 0;
	for (unsigned place = 1; place < LAN_PLACES; place++) {
		if (place == worm)
			continue;
		result->suspected += ours_suspected_ns(week->ours, place) != 0;
		result->convicted += verdicts->convicted_ns[place] != 0;
	}
	ours_free(week->ours);
	lan_fini(&week->lan);
	mem_free(week);
}
