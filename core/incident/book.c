/* SPDX-License-Identifier: Apache-2.0 */
/* The open incidents in order of id, and a chained table from host to incident, both of fixed size.
 *
 * What the evidence of one amounts to is weigh.h's business; here is its life: opened, told, closed.  Evidence comes from
 * another process and is not trusted to be well-formed.  Left out: writing incidents down, which is the ledger's business, and merging two addresses of one machine, which the asset tells. */
#include "core/incident/book.h"

#include <math.h>
#include <string.h>

#include "core/base/invariant.h"
#include "core/base/mem.h"
#include "core/base/units.h"
#include "core/contact/contact.h"
#include "core/incident/alarm.h"
#include "core/incident/fault.h"
#include "core/incident/incident.h"
#include "core/incident/score.h"
#include "core/incident/weigh.h"
#include "core/net/hash.h"

#define DEFAULT_SUSPECT_NATS 6.9
#define DEFAULT_CONVICT_NATS 13.8
#define DEFAULT_HALF_LIFE_NS s_to_ns(30 * 60)
#define DEFAULT_INCIDENTS    4096
#define STRONGER_NATS        1.0
/* As long as a fault takes to be seen. */
#define FAULT_SHOWS_NS s_to_ns(10)
/* Closed lately: an old statement that comes again opens nothing. */
#define CLOSED_REMEMBERED 1024

struct entry {
	struct incident incident;
	struct entry *next; /* same bucket */
	double told_nats;   /* level when the incident was last told */
	bool doubt_told;
	uint8_t told_kind; /* EVIDENCE_KINDS = none yet */
};

struct closed_host {
	struct host_key host;
	uint64_t closed_ns;
};

struct book {
	struct book_config config;
	struct scale scale; /* from config */
	book_fn *changed;
	void *arg;
	struct entry **entries; /* in order of id */
	size_t count;
	struct entry **buckets;
	size_t bucket_mask;
	uint64_t next_id;
	struct closed_host closed[CLOSED_REMEMBERED];
	size_t closed_next;
	struct alarm alarm;
	struct fault *fault;
	unsigned live; /* hosts heard; 0 = unknown */
	struct book_counts counts;
};

static void set_defaults(struct book_config *config)
{
	if (config->suspect_nats <= 0)
		config->suspect_nats = DEFAULT_SUSPECT_NATS;
	if (config->convict_nats <= 0)
		config->convict_nats = DEFAULT_CONVICT_NATS;
	if (config->half_life_ns == 0)
		config->half_life_ns = DEFAULT_HALF_LIFE_NS;
	if (config->incidents_max == 0)
		config->incidents_max = DEFAULT_INCIDENTS;
}

struct book *book_new(const struct book_config *config, book_fn *changed, void *arg)
{
	struct book *book = mem_alloc(sizeof(*book));
	size_t buckets = 16;

	book->config = *config;
	set_defaults(&book->config);
	book->scale = (struct scale){ .suspect_nats = book->config.suspect_nats,
				      .convict_nats = book->config.convict_nats,
				      .half_life_ns = book->config.half_life_ns,
				      .alarm = &book->alarm };
	while (buckets < book->config.incidents_max)
		buckets *= 2;
	book->changed = changed;
	book->arg = arg;
	book->fault = fault_new();
	book->entries = mem_array(book->config.incidents_max, sizeof(struct entry *));
	book->buckets = mem_array(buckets, sizeof(struct entry *));
	book->bucket_mask = buckets - 1;
	book->next_id = config->first_id ? config->first_id : 1;
	return book;
}

void book_free(struct book *book)
{
	if (!book)
		return;
	for (size_t i = 0; i < book->count; i++)
		mem_free(book->entries[i]);
	mem_free(book->entries);
	mem_free(book->buckets);
	fault_free(book->fault);
	mem_free(book);
}

/* ---- finding ----------------------------------------------------------------------------------- */

/* A fixed key will do: with all entries in one bucket a search is still bounded by incidents_max. */
static struct entry **bucket_of(const struct book *book, const struct host_key *host)
{
	static const struct hash_key key = { { UINT64_C(0x626f6f6b),
					       UINT64_C(0x9e3779b97f4a7c15) } };
	uint64_t words[3];

	_Static_assert(sizeof(words) == sizeof(*host), "a host key is three words");
	memcpy(words, host, sizeof(words));
	return &book->buckets[hash_words(&key, words, 3) & book->bucket_mask];
}

static struct entry *find(const struct book *book, const struct host_key *host)
{
	struct entry *entry = *bucket_of(book, host);

	while (entry && memcmp(&entry->incident.host, host, sizeof(*host)) != 0)
		entry = entry->next;
	return entry;
}

/* The place of an id, or count. */
static size_t place_of(const struct book *book, uint64_t id)
{
	size_t low = 0, high = book->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (book->entries[middle]->incident.id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < book->count && book->entries[low]->incident.id == id ? low : book->count;
}

const struct incident *book_find(const struct book *book, const struct host_key *host)
{
	const struct entry *entry = find(book, host);

	return entry ? &entry->incident : NULL;
}

size_t book_count(const struct book *book)
{
	return book->count;
}

const struct incident *book_at(const struct book *book, size_t index)
{
	INVARIANT(index < book->count);
	return &book->entries[index]->incident;
}

struct book_counts book_counts(const struct book *book)
{
	return book->counts;
}

/* ---- opening and closing ----------------------------------------------------------------------- */

static void tell(struct book *book, struct entry *entry, enum book_change change)
{
	entry->told_nats = entry->incident.log_odds;
	entry->incident.was_kind = entry->told_kind < EVIDENCE_KINDS ? entry->told_kind
								     : entry->incident.kind;
	if (entry->incident.state != INCIDENT_OPEN) /* below suspicion nobody listens */
		entry->told_kind = entry->incident.kind;
	if (book->changed)
		book->changed(book->arg, &entry->incident, change);
}

static void unlink_entry(struct book *book, size_t place)
{
	struct entry *entry = book->entries[place];
	struct entry **link = bucket_of(book, &entry->incident.host);

	while (*link != entry)
		link = &(*link)->next;
	*link = entry->next;
	book->count--;
	memmove(book->entries + place, book->entries + place + 1,
		(book->count - place) * sizeof(struct entry *));
}

/* Out of the book first, so that whoever is told may already open another for the host. */
static void end(struct book *book, size_t place, enum incident_state state, uint64_t now_ns)
{
	struct entry *entry = book->entries[place];

	unlink_entry(book, place);
	entry->incident.state = (uint8_t)state;
	entry->incident.updated_ns = now_ns;
	tell(book, entry, state == INCIDENT_CLOSED ? BOOK_CLOSED : BOOK_CLEARED);
	mem_free(entry);
}

/* Room for one more: true at once, or after the weakest unconvicted incident gave way. */
static bool make_room(struct book *book, uint64_t now_ns)
{
	size_t weakest = book->count;

	if (book->count < book->config.incidents_max)
		return true;
	for (size_t i = 0; i < book->count; i++) {
		const struct incident *incident = &book->entries[i]->incident;

		if (incident->state != INCIDENT_CONVICTED &&
		    (weakest == book->count ||
		     incident->log_odds < book->entries[weakest]->incident.log_odds))
			weakest = i;
	}
	if (weakest == book->count)
		return false;
	book->counts.evicted++;
	end(book, weakest, INCIDENT_CLEARED, now_ns);
	return true;
}

static struct entry *open_entry(struct book *book, const struct host_key *host, uint64_t now_ns)
{
	struct entry *entry, **bucket;

	if (!make_room(book, now_ns)) {
		book->counts.refused++;
		return NULL;
	}
	entry = mem_alloc(sizeof(*entry));
	entry->incident.id = book->next_id++;
	entry->incident.host = *host;
	entry->incident.opened_ns = now_ns;
	entry->told_kind = EVIDENCE_KINDS;
	bucket = bucket_of(book, host);
	entry->next = *bucket;
	*bucket = entry;
	book->entries[book->count++] = entry;
	book->counts.opened++;
	return entry;
}

static bool closed_since(const struct book *book, const struct evidence *evidence)
{
	for (size_t i = 0; i < CLOSED_REMEMBERED; i++)
		if (book->closed[i].closed_ns >= evidence->stated_ns &&
		    memcmp(&book->closed[i].host, &evidence->host, sizeof(evidence->host)) == 0)
			return true;
	return false;
}

void book_close(struct book *book, uint64_t id, uint64_t now_ns)
{
	size_t place = place_of(book, id);

	if (place == book->count)
		return;
	book->closed[book->closed_next] =
		(struct closed_host){ .host = book->entries[place]->incident.host,
				      .closed_ns = now_ns };
	book->closed_next = (book->closed_next + 1) % CLOSED_REMEMBERED;
	end(book, place, INCIDENT_CLOSED, now_ns);
}

/* ---- adding evidence --------------------------------------------------------------------------- */

/* The highest step that was newly reached is told; a conviction at one stroke was no suspicion before. */
static void climb(struct book *book, struct entry *entry, uint64_t stated_ns)
{
	struct incident *incident = &entry->incident;

	if (incident->state < INCIDENT_CONVICTED && !weigh_is_held_back(incident) &&
	    weigh_convicts(&book->scale, incident, incident->updated_ns)) {
		incident->state = INCIDENT_CONVICTED;
		incident->was_suspected = true;
		incident->convicted_ns = stated_ns;
		book->counts.convicted++;
		alarm_note(&book->alarm, weigh_port(incident), incident->updated_ns);
		tell(book, entry, BOOK_CONVICTED);
	} else if (incident->state < INCIDENT_SUSPECTED &&
		   weigh_recent(&book->scale, incident) >= book->config.suspect_nats) {
		incident->state = INCIDENT_SUSPECTED;
		incident->was_suspected = true;
		tell(book, entry, BOOK_SUSPECTED);
	} else if (incident->state >= INCIDENT_SUSPECTED && incident->kind != entry->told_kind) {
		tell(book, entry, BOOK_KIND);
	} else if (incident->log_odds >= entry->told_nats + STRONGER_NATS) {
		tell(book, entry, BOOK_STRONGER);
	} else if (incident->log_odds < entry->told_nats) {
		entry->told_nats = incident->log_odds;
	}
}

static void tell_doubt(struct book *book, struct entry *entry, uint64_t now_ns)
{
	const struct incident *incident = &entry->incident;

	if (entry->doubt_told || !weigh_is_held_back(incident) ||
	    score_sum(incident->evidence, incident->evidence_count, now_ns,
		      book->config.half_life_ns) < book->config.convict_nats)
		return;
	entry->doubt_told = true;
	tell(book, entry, BOOK_DOUBTED);
}

/* ---- network faults ---------------------------------------------------------------------------- */

void book_hosts(struct book *book, unsigned live)
{
	book->live = live;
}

static void tell_fault(struct book *book)
{
	struct fault_state state = fault_state(book->fault);
	const struct host_key *hosts;
	size_t count = fault_hosts(book->fault, &hosts);

	if (book->config.fault)
		book->config.fault(book->arg, &state, hosts, count);
}

/* What was gained in the seconds in which the fault showed is taken back; and at its end again, from those who were in doubt
 * only after that. */
static void excuse(struct book *book, uint64_t now_ns)
{
	uint64_t since_ns = fault_state(book->fault).since_ns;
	const struct host_key *hosts;
	size_t count = fault_hosts(book->fault, &hosts);

	for (size_t i = 0; i < count; i++) {
		struct entry *entry = find(book, &hosts[i]);

		if (!entry || entry->incident.state == INCIDENT_CONVICTED)
			continue;
		for (size_t k = 0; k < entry->incident.evidence_count; k++) {
			struct evidence *item = &entry->incident.evidence[k];

			if (item->port_class != CLASS_CONTENT &&
			    item->stated_ns + FAULT_SHOWS_NS >= since_ns)
				item->log_odds = 0;
		}
		weigh_anew(&book->scale, &entry->incident, now_ns);
	}
}

static void pass_fault(struct book *book, uint64_t now_ns)
{
	if (!fault_advance(book->fault, now_ns))
		return;
	excuse(book, now_ns);
	tell_fault(book);
}

/* A message that no ordinary client sends is one in a broken network too. */
static bool is_frozen(struct book *book, const struct evidence *evidence, uint64_t now_ns)
{
	const struct evidence *before;
	struct entry *entry;

	pass_fault(book, now_ns);
	if (evidence->port_class == CLASS_CONTENT)
		return false;
	entry = find(book, &evidence->host);
	before = entry ? weigh_find(&entry->incident, evidence) : NULL;
	if (book->live && evidence->log_odds > (before ? before->log_odds : 0) &&
	    fault_note(book->fault, evidence, book->live, now_ns)) {
		excuse(book, now_ns);
		tell_fault(book);
	}
	return fault_stops(book->fault, evidence);
}

static struct entry *find_or_open(struct book *book, const struct evidence *evidence,
				  uint64_t now_ns, bool *opened)
{
	struct entry *entry = find(book, &evidence->host);

	*opened = false;
	if (entry)
		return entry;
	if (evidence->log_odds <= 0 || closed_since(book, evidence)) {
		book->counts.stale++;
		return NULL;
	}
	*opened = true;
	return open_entry(book, &evidence->host, now_ns);
}

/* A conviction tells something about all others on its port, and so may the next. */
static void reconsider(struct book *book, uint64_t stated_ns, uint64_t now_ns)
{
	uint64_t convicted;

	do {
		convicted = book->counts.convicted;
		for (size_t i = 0; i < book->count; i++) {
			struct entry *entry = book->entries[i];

			if (entry->incident.state == INCIDENT_CONVICTED)
				continue;
			weigh(&book->scale, &entry->incident, now_ns);
			if (!weigh_is_held_back(&entry->incident) &&
			    weigh_convicts(&book->scale, &entry->incident, now_ns)) {
				weigh_contacts(&book->scale, &entry->incident, now_ns);
				climb(book, entry, stated_ns);
			}
		}
	} while (book->counts.convicted > convicted);
}

static void place(struct book *book, struct entry *entry, const struct evidence *evidence,
		  bool opened, uint64_t now_ns)
{
	uint64_t convicted = book->counts.convicted;

	weigh_mac(&entry->incident, &evidence->mac);
	weigh_anew(&book->scale, &entry->incident, now_ns);
	weigh_contacts(&book->scale, &entry->incident, now_ns);
	if (opened)
		tell(book, entry, BOOK_OPENED);
	climb(book, entry, evidence->stated_ns);
	tell_doubt(book, entry, now_ns);
	if (book->counts.convicted > convicted)
		reconsider(book, evidence->stated_ns, now_ns);
}

void book_add(struct book *book, const struct evidence *evidence, uint64_t now_ns)
{
	struct entry *entry;
	bool opened;

	if (!evidence_is_well_formed(evidence)) {
		book->counts.malformed++;
		return;
	}
	if (is_frozen(book, evidence, now_ns)) {
		book->counts.frozen++;
		return;
	}
	entry = find_or_open(book, evidence, now_ns, &opened);
	if (!entry)
		return;
	if (!weigh_place(&book->scale, &entry->incident, evidence)) {
		book->counts.stale++;
		return;
	}
	place(book, entry, evidence, opened, now_ns);
}

/* ---- fading ------------------------------------------------------------------------------------ */

/* People need not look at it any more, but what it did is not forgotten: the next contact of a slow worm adds to it. */
static void rest(struct book *book, struct entry *entry)
{
	entry->incident.state = INCIDENT_CLEARED;
	tell(book, entry, BOOK_CLEARED);
	entry->incident.state = INCIDENT_OPEN;
	entry->incident.was_suspected = false;
	entry->told_kind = EVIDENCE_KINDS;
}

void book_advance(struct book *book, uint64_t now_ns)
{
	pass_fault(book, now_ns);
	for (size_t i = 0; i < book->count;) {
		struct entry *entry = book->entries[i];

		weigh(&book->scale, &entry->incident, now_ns);
		entry->told_nats = fmin(entry->told_nats, entry->incident.log_odds);
		if (!weigh_has_faded(&book->scale, &entry->incident)) {
			i++;
		} else if (weigh_has_slow_sum(&book->scale, &entry->incident)) {
			rest(book, entry);
			i++;
		} else {
			end(book, i, INCIDENT_CLEARED, now_ns);
		}
	}
}
