/* SPDX-License-Identifier: Apache-2.0 */
/* A statement is a level, not an increment, so adding is replacing: repeated and late statements fall out by themselves.
 * How levels add up is score.h's business; here are the order, the kind, the doubt and the numbers that people are told. */
#include "core/incident/weigh.h"

#include <math.h>
#include <string.h>

#include "core/base/units.h"
#include "core/detect/evidence.h"
#include "core/incident/alarm.h"
#include "core/incident/incident.h"
#include "core/incident/score.h"
#include "core/net/addr.h"

#define KIND_NATS 1.0
/* An incident that never became suspicious is forgotten when next to nothing is left of it. */
#define FORGET_NATS 1.0

struct evidence *weigh_find(struct incident *incident, const struct evidence *evidence)
{
	for (size_t i = 0; i < incident->evidence_count; i++) {
		struct evidence *item = &incident->evidence[i];

		if (item->detector == evidence->detector &&
		    item->port_class == evidence->port_class &&
		    !item->half_life_min == !evidence->half_life_min)
			return item;
	}
	return NULL;
}

bool weigh_place(const struct scale *scale, struct incident *incident,
		 const struct evidence *evidence)
{
	struct evidence *item = weigh_find(incident, evidence);

	if (item &&
	    (evidence->stated_ns < item->stated_ns || memcmp(evidence, item, sizeof(*item)) == 0))
		return false;
	if (!item && incident->evidence_count < INCIDENT_EVIDENCE)
		item = &incident->evidence[incident->evidence_count++];
	if (!item) {
		item = &incident->evidence[INCIDENT_EVIDENCE - 1];
		if (score_level(item, evidence->stated_ns, scale->half_life_ns) >=
		    evidence->log_odds)
			return false;
	}
	*item = *evidence;
	return true;
}

/* Strongest first as of now; of equals the lower detector, then class, then the ordinary before the slow one. */
static bool goes_before(const struct evidence *a, const struct evidence *b, uint64_t now_ns,
			uint64_t half_life_ns)
{
	double level_a = score_level(a, now_ns, half_life_ns),
	       level_b = score_level(b, now_ns, half_life_ns);

	if (level_a > level_b || level_a < level_b)
		return level_a > level_b;
	if (a->detector != b->detector)
		return a->detector < b->detector;
	if (a->port_class != b->port_class)
		return a->port_class < b->port_class;
	return a->half_life_min < b->half_life_min;
}

static void sort_items(const struct scale *scale, struct incident *incident, uint64_t now_ns)
{
	for (size_t i = 1; i < incident->evidence_count; i++) {
		struct evidence moving = incident->evidence[i];
		size_t at = i;

		for (; at && goes_before(&moving, &incident->evidence[at - 1], now_ns,
					 scale->half_life_ns);
		     at--)
			incident->evidence[at] = incident->evidence[at - 1];
		incident->evidence[at] = moving;
	}
}

static void note_mac(struct incident *incident, const struct mac *mac)
{
	if (mac_is_zero(mac))
		return;
	if (mac_is_zero(&incident->mac))
		incident->mac = *mac;
	else if (!mac_equal(&incident->mac, mac))
		incident->mac_conflict = true;
}

static bool convicts(const struct scale *scale, const struct incident *incident, size_t count,
		     uint64_t now_ns)
{
	struct score_pace pace = { now_ns, scale->half_life_ns, incident->outbreak_nats };

	return score_convicts(incident->evidence, count, scale->convict_nats, &pace);
}

bool weigh_convicts(const struct scale *scale, const struct incident *incident, uint64_t now_ns)
{
	return convicts(scale, incident, incident->evidence_count, now_ns);
}

double weigh_recent(const struct scale *scale, const struct incident *incident)
{
	return score_recent(incident->evidence, incident->evidence_count, incident->updated_ns,
			    scale->half_life_ns);
}

/* An address passes from one machine to another within days: a slow sum ends with its machine. */
static void end_slow_sums(struct incident *incident, const struct mac *mac)
{
	for (size_t i = 0; !mac_is_zero(mac) && i < incident->evidence_count; i++) {
		struct evidence *item = &incident->evidence[i];

		if (item->half_life_min && !mac_is_zero(&item->mac) && !mac_equal(&item->mac, mac))
			item->log_odds = 0;
	}
}

void weigh_mac(struct incident *incident, const struct mac *mac)
{
	end_slow_sums(incident, mac);
	note_mac(incident, mac);
}

/* How many of the strongest items it takes to convict; all that speak if they do not. */
static size_t needed_items(const struct scale *scale, const struct incident *incident,
			   uint64_t now_ns)
{
	size_t speaking = incident_speaking(incident);

	for (size_t needed = 1; needed < speaking; needed++)
		if (convicts(scale, incident, needed, now_ns))
			return needed;
	return speaking;
}

void weigh_contacts(const struct scale *scale, struct incident *incident, uint64_t now_ns)
{
	size_t needed = needed_items(scale, incident, now_ns);

	if (incident->state == INCIDENT_CONVICTED)
		return;
	incident->contacts = incident_contacts(incident, needed);
	incident->first_contact_ns = 0;
	for (size_t i = 0; i < needed; i++) {
		uint64_t first_ns = incident->evidence[i].first_contact_ns;

		if (first_ns &&
		    (incident->first_contact_ns == 0 || first_ns < incident->first_contact_ns))
			incident->first_contact_ns = first_ns;
	}
}

/* How much of the level targets in the Internet brought, as far as the samples tell. */
static double share_of_the_internet(const struct evidence *item)
{
	unsigned all = 0, beyond = 0;

	for (unsigned i = 0; i < item->sample_count; i++) {
		all += item->samples[i].tenths;
		if (!ip_is_private(&item->samples[i].dst))
			beyond += item->samples[i].tenths;
	}
	return all ? (double)beyond / all : 0;
}

/* What keeps the neighbours of many from answering, or their answers from us, has no part in how the Internet answers:
 * where only the way there is mirrored, half an office may ask for printers that the sensor never hears.  And who
 * forges questions in many names gains nothing by it: he could forge the rest in one name alone. */
static bool convicts_beyond(const struct scale *scale, const struct incident *incident,
			    uint64_t now_ns)
{
	struct evidence beyond[INCIDENT_EVIDENCE];
	struct score_pace pace = { now_ns, scale->half_life_ns, 0 };
	size_t count = 0;

	for (size_t i = 0; i < incident->evidence_count; i++) {
		const struct evidence *item = &incident->evidence[i];

		if (item->doubt && item->log_odds > 0 && item->port_class != CLASS_NEIGHBOR)
			return false;
		beyond[count] = *item;
		beyond[count].log_odds *= item->doubt ? 0 : share_of_the_internet(item);
		count++;
	}
	return score_convicts(beyond, count, scale->convict_nats, &pace);
}

static uint8_t doubt_of(const struct scale *scale, const struct incident *incident, uint64_t now_ns)
{
	for (size_t i = 0; i < incident->evidence_count; i++)
		if (incident->evidence[i].doubt && incident->evidence[i].log_odds > 0)
			return convicts_beyond(scale, incident, now_ns)
				       ? DOUBT_NONE
				       : incident->evidence[i].doubt;
	return DOUBT_NONE;
}

bool weigh_is_held_back(const struct incident *incident)
{
	return incident->doubt && incident->state < INCIDENT_CONVICTED;
}

/* One of a crowd is a suspect like the others, a single one is nearly convicted: people are asked. */
static double ceiling_of(const struct scale *scale, const struct incident *incident)
{
	return incident->doubt == DOUBT_CROWD ? scale->suspect_nats : 0.99 * scale->convict_nats;
}

void weigh(const struct scale *scale, struct incident *incident, uint64_t now_ns)
{
	incident->doubt = doubt_of(scale, incident, now_ns);
	incident->log_odds = score_sum(incident->evidence, incident->evidence_count, now_ns,
				       scale->half_life_ns);
	incident->updated_ns = now_ns;
	incident->outbreak_nats =
		alarm_relief(scale->alarm, incident->evidence, incident->evidence_count, now_ns);
	if (incident->outbreak_nats > 0)
		incident->log_odds = fmax(incident->log_odds,
					  weigh_recent(scale, incident) + incident->outbreak_nats);
	if (weigh_is_held_back(incident))
		incident->log_odds = fmin(incident->log_odds, ceiling_of(scale, incident));
}

/* ---- kind -------------------------------------------------------------------------------------- */

static double strongest_of(const struct incident *incident, unsigned kind)
{
	for (size_t i = 0; i < incident->evidence_count; i++)
		if (incident->evidence[i].kind == kind)
			return incident->evidence[i].log_odds;
	return 0;
}

/* The kind of the strongest evidence, but not to and fro by a hair; and who was convicted as a worm stays one. */
static void choose_kind(struct incident *incident)
{
	const struct evidence *first = &incident->evidence[0];

	if (incident->kind == first->kind)
		return;
	if (incident->state >= INCIDENT_SUSPECTED &&
	    first->log_odds < strongest_of(incident, incident->kind) + KIND_NATS)
		return;
	if (incident->state == INCIDENT_CONVICTED && first->kind != EVIDENCE_WORM)
		return;
	incident->kind = first->kind;
}

void weigh_anew(const struct scale *scale, struct incident *incident, uint64_t now_ns)
{
	sort_items(scale, incident, now_ns);
	choose_kind(incident);
	weigh(scale, incident, now_ns);
}

uint16_t weigh_port(const struct incident *incident)
{
	for (size_t i = 0; incident->kind == EVIDENCE_WORM && i < incident_speaking(incident); i++)
		if (incident->evidence[i].port)
			return incident->evidence[i].port;
	return 0;
}

/* ---- fading ------------------------------------------------------------------------------------ */

bool weigh_has_faded(const struct scale *scale, const struct incident *incident)
{
	switch (incident->state) {
	case INCIDENT_OPEN:
		return incident->log_odds < fmin(FORGET_NATS, scale->suspect_nats / 2);
	case INCIDENT_SUSPECTED:
		return weigh_recent(scale, incident) < scale->suspect_nats / 2;
	default:
		return false;
	}
}

bool weigh_has_slow_sum(const struct scale *scale, const struct incident *incident)
{
	return incident->log_odds >= FORGET_NATS &&
	       incident->log_odds > weigh_recent(scale, incident);
}
