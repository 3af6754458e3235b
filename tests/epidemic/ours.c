/* SPDX-License-Identifier: Apache-2.0 */
/* ours.c - the sensor's composition without decoding, ending in the real book. */
#include "tests/epidemic/product.h"

#include "core/base/mem.h"
#include "core/base/units.h"
#include "core/contact/host.h"
#include "core/contact/observation.h"
#include "core/contact/reader.h"
#include "core/contact/tracker.h"
#include "core/detect/engine.h"
#include "core/detect/evidence.h"
#include "core/incident/book.h"
#include "core/incident/incident.h"
#include "detectors/table.h"

#define HOSTS_MAX      8192
#define CONTACTS_MAX   16384
#define BOOK_PERIOD_NS s_to_ns(60)

struct ours {
	struct tracker *tracker;
	struct engine *engine;
	struct reader *reader;
	struct book *book;
	struct verdicts verdicts;
	unsigned contacts[LAN_PLACES];
	uint64_t suspected_ns[LAN_PLACES];
	uint64_t now_ns, book_ns;
};

static void changed(void *arg, const struct incident *incident, enum book_change change)
{
	struct ours *ours = arg;
	unsigned place = lan_place(&incident->host.ip);

	if ((change == BOOK_SUSPECTED || change == BOOK_CONVICTED) && !ours->suspected_ns[place])
		ours->suspected_ns[place] = ours->now_ns;
	if (change != BOOK_CONVICTED)
		return;
	verdict(&ours->verdicts, place, ours->now_ns);
	ours->contacts[place] = incident->contacts;
}

static void said(void *arg, const struct evidence *evidence)
{
	struct ours *ours = arg;

	book_add(ours->book, evidence, ours->now_ns);
}

static const struct host *visitor(void *arg, const struct host *host, uint64_t before_ns)
{
	const struct ours *ours = arg;

	return tracker_visitor(ours->tracker, host, before_ns);
}

static void touched(void *arg, struct host *host, const struct contact *contact)
{
	struct ours *ours = arg;

	engine_see(ours->engine, host, contact);
}

static void spoke(void *arg, const struct observation *observation)
{
	struct ours *ours = arg;
	struct host_key key = host_key_of(&observation->contact.src, observation->contact.vlan);
	struct host *host = hosts_find(tracker_hosts(ours->tracker), &key);
	struct observation told = *observation;

	if (!host)
		host = tracker_meet(ours->tracker, &key);
	told.contact.host = hosts_index(tracker_hosts(ours->tracker), host);
	told.contact.roles = host->roles;
	engine_observe(ours->engine, host, &told);
}

struct ours *ours_new(void)
{
	struct ours *ours = mem_alloc(sizeof(*ours));
	struct engine_config engine = { .detectors = detectors_table };
	struct engine_sink evidence = { .arg = ours, .evidence = said, .visitor = visitor };
	struct tracker_config tracker = { .key = { { 3, 5 } },
					  .hosts_max = HOSTS_MAX,
					  .contacts_max = CONTACTS_MAX };
	struct tracker_sink contacts = { .arg = ours, .contact = touched };
	struct book_config book = { 0 };

	ours->engine = engine_new(&engine, &evidence);
	engine_configure(ours->engine, NULL, NULL);
	ours->tracker = tracker_new(&tracker, &contacts);
	engine_attach(ours->engine, tracker_hosts(ours->tracker));
	ours->reader = reader_new(&tracker.key, 0, spoke, ours);
	ours->book = book_new(&book, changed, ours);
	return ours;
}

void ours_free(struct ours *ours)
{
	book_free(ours->book);
	reader_free(ours->reader);
	tracker_free(ours->tracker);
	engine_free(ours->engine);
	mem_free(ours);
}

void ours_see(struct ours *ours, const struct packet *packet)
{
	ours->now_ns = packet->wall_ns;
	tracker_see(ours->tracker, packet);
	reader_see(ours->reader, packet);
}

void ours_advance(struct ours *ours, uint64_t now_ns)
{
	ours->now_ns = now_ns;
	tracker_advance(ours->tracker, now_ns);
	if (now_ns - ours->book_ns < BOOK_PERIOD_NS)
		return;
	ours->book_ns = now_ns;
	book_advance(ours->book, now_ns);
}

const struct verdicts *ours_verdicts(const struct ours *ours)
{
	return &ours->verdicts;
}

unsigned ours_contacts(const struct ours *ours, unsigned place)
{
	return ours->contacts[place];
}

uint64_t ours_suspected_ns(const struct ours *ours, unsigned place)
{
	return ours->suspected_ns[place];
}
