/* SPDX-License-Identifier: Apache-2.0 */
/* weigh.h - what the evidence of one incident amounts to: its items in order, its kind, level, doubt and contacts.
 *
 * Pure functions of the incident, the scale and the time; what follows from a level is the book's. */
#ifndef CORDON_INCIDENT_WEIGH_H
#define CORDON_INCIDENT_WEIGH_H

#include <stdbool.h>
#include <stdint.h>

struct alarm;
struct evidence;
struct incident;
struct mac;

struct scale {
	double suspect_nats, convict_nats;
	uint64_t half_life_ns;
	const struct alarm *alarm; /* borrowed; what convictions of others add */
};

/* The item of the same detector, class and pace; NULL if there is none. */
struct evidence *weigh_find(struct incident *incident, const struct evidence *evidence);
/* Puts the statement in its detector's place, for weigh_anew(); false if it says nothing new. */
bool weigh_place(const struct scale *scale, struct incident *incident,
		 const struct evidence *evidence);
/* It was stated about the host with this MAC; zero if unknown. */
void weigh_mac(struct incident *incident, const struct mac *mac);
/* After a change of items: order, kind and level. */
void weigh_anew(const struct scale *scale, struct incident *incident, uint64_t now_ns);
/* After time has passed: level and doubt. */
void weigh(const struct scale *scale, struct incident *incident, uint64_t now_ns);
/* Numbers "so far" until the conviction; those of the conviction stay. */
void weigh_contacts(const struct scale *scale, struct incident *incident, uint64_t now_ns);

bool weigh_convicts(const struct scale *scale, const struct incident *incident, uint64_t now_ns);
/* What may be another's doing convicts nobody; what is convicted stays so. */
bool weigh_is_held_back(const struct incident *incident);
/* The level of what is going on right now (score_recent), as of updated_ns. */
double weigh_recent(const struct scale *scale, const struct incident *incident);
/* Next to nothing is left of it, or of what is going on; a conviction does not fade. */
bool weigh_has_faded(const struct scale *scale, const struct incident *incident);
/* But the sum that gathers for days is worth keeping. */
bool weigh_has_slow_sum(const struct scale *scale, const struct incident *incident);
/* The port of a worm's strongest evidence that has one: neighbours that are asked for have none.  0 = none. */
uint16_t weigh_port(const struct incident *incident);

#endif
