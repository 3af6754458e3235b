/* SPDX-License-Identifier: Apache-2.0 */
/* company.h - credit in advance for those who have met the living.
 *
 * Who has a list of machines (monitors, backups, clusters, control systems) meets those that live and now and then a few in a row
 * that are gone.  Who makes addresses up meets the gone first, in most networks.  A walk that falls to zero and no further
 * forgets that; an unbounded one lets a good past be spent on a bad end (worm-detection.md C.1, C.3).  So the credit is small,
 * brief, and given only for what was new to the host.
 *
 * A zeroed part of a detector's state: in its slots every ordinary host would have some. */
#ifndef CORDON_DETECT_COMPANY_H
#define CORDON_DETECT_COMPANY_H

#include <stdbool.h>
#include <stdint.h>

struct contact;

#define COMPANY_PLACES \
	4096 /* 48 KiB; places are shared by chance, and then the latest one's is kept */

struct company {
	uint32_t check, met_s; /* wall, of the latest one met */
	float credit;          /* nats; below zero for the first few */
};

struct companies {
	struct company places[COMPANY_PLACES];
};

struct company_rule {
	double met_nats; /* for each; the first three are met by everybody and bring nothing */
	double cap_nats;
	uint64_t keep_ns; /* forgotten when so long nobody new was met */
	unsigned about;   /* credit of different sorts, as of different ports, is kept apart */
};

/* The host of the contact met one, and nats of it were not needed at once (met_nats, or what is too much of a term that is taken
 * back). */
void company_gain(struct companies *companies, const struct contact *contact,
		  const struct company_rule *rule, double nats);
/* How many of the nats that are held against the host its credit bears; they are spent. */
double company_use(struct companies *companies, const struct contact *contact,
		   const struct company_rule *rule, double nats);
bool company_has(const struct companies *companies, const struct contact *contact,
		 const struct company_rule *rule);

#endif
