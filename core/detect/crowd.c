/* SPDX-License-Identifier: Apache-2.0 */
/* crowd.c - for each class the hosts that lately gave evidence and are not excused.
 *
 * It need not hold a whole flood: four that are current are enough, so whoever is longest without a contact gives
 * way. */
#include "core/detect/crowd.h"

#include <string.h>

#include "core/base/mem.h"
#include "core/base/units.h"
#include "core/detect/evidence.h"

#define MEMBERS  16
#define SLACK_NS s_to_ns(10) /* as long as the engine may keep silent about one that goes on */

struct member {
	struct host_key host;
	uint64_t last_ns; /* 0: a free place */
	uint32_t contacts;
};

/* Apart, so that names of the Internet, which nobody can run out of, do not crowd out those that matter. */
enum side { SIDE_PRIVATE, SIDE_PUBLIC, SIDES };

struct crowd {
	struct member members[SIDES][EVIDENCE_CLASSES][MEMBERS];
	struct member slow[SIDES][EVIDENCE_CLASSES][MEMBERS]; /* of the sums that gather for days */
};

struct crowd *crowd_new(void)
{
	return mem_alloc(sizeof(struct crowd));
}

void crowd_free(struct crowd *crowd)
{
	mem_free(crowd);
}

static struct member *find(struct member *members, const struct host_key *host)
{
	for (struct member *m = members; m < members + MEMBERS; m++)
		if (memcmp(&m->host, host, sizeof(*host)) == 0)
			return m;
	return NULL;
}

static struct member *oldest(struct member *members)
{
	struct member *oldest = members;

	for (struct member *m = members + 1; m < members + MEMBERS; m++)
		if (m->last_ns < oldest->last_ns)
			oldest = m;
	return oldest;
}

static struct member *members_of(struct crowd *crowd, const struct evidence *evidence,
				 enum side side)
{
	return evidence->half_life_min ? crowd->slow[side][evidence->port_class]
				       : crowd->members[side][evidence->port_class];
}

static enum side side_of(const struct evidence *evidence)
{
	return ip_is_private(&evidence->host.ip) ? SIDE_PRIVATE : SIDE_PUBLIC;
}

static unsigned count_among(const struct member *members, const struct evidence *evidence,
			    uint32_t contacts_least)
{
	unsigned count = 0;

	for (const struct member *m = members; m < members + MEMBERS; m++)
		count += m->last_ns && m->last_ns + SLACK_NS >= evidence->first_contact_ns &&
			 m->contacts >= contacts_least &&
			 memcmp(&m->host, &evidence->host, sizeof(m->host)) != 0;
	return count;
}

static unsigned count_others(struct crowd *crowd, const struct evidence *evidence,
			     uint32_t contacts_least)
{
	unsigned count = 0;

	for (unsigned side = SIDE_PRIVATE; side <= side_of(evidence); side++)
		count += count_among(members_of(crowd, evidence, side), evidence, contacts_least);
	return count;
}

/* In days every network has some hosts with two contacts; with three there are more of them only where names are forged. */
static bool has_crowd(struct crowd *crowd, const struct evidence *evidence)
{
	if (evidence->half_life_min)
		return count_others(crowd, evidence, 3) >= CROWD_OTHERS ||
		       count_others(crowd, evidence, 2) >= 2 * CROWD_OTHERS;
	return count_others(crowd, evidence, 0) >= CROWD_OTHERS;
}

/* Names come back in answers that the host waited for; identity is the contradiction that names the forger. */
static bool is_beyond_forging(const struct evidence *evidence)
{
	return evidence->port_class == CLASS_NAME || evidence->port_class == CLASS_IDENTITY;
}

/* A single contact is no sign of a common cause, every network has them; a worm's own words are. */
static unsigned least_contacts(const struct evidence *evidence)
{
	return evidence->port_class == CLASS_CONTENT ? 1 : 2;
}

bool crowd_join(struct crowd *crowd, const struct evidence *evidence, bool is_excused)
{
	struct member *members = members_of(crowd, evidence, side_of(evidence));
	struct member *member = find(members, &evidence->host);

	if (is_excused || is_beyond_forging(evidence) || evidence->log_odds <= 0 ||
	    evidence->contacts < least_contacts(evidence)) {
		if (member)
			member->last_ns = 0;
		return false;
	}
	if (!member)
		member = oldest(members);
	*member = (struct member){ .host = evidence->host,
				   .last_ns = evidence->last_contact_ns,
				   .contacts = evidence->contacts };
	return has_crowd(crowd, evidence);
}
