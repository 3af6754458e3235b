/* SPDX-License-Identifier: Apache-2.0 */
/* sensor.c - the sensor's parts, made and joined in order. */
#include "core/daemon/sensor.h"

#include "core/base/mem.h"
#include "core/base/units.h"
#include "core/contact/contact.h"
#include "core/contact/coverage.h"
#include "core/contact/host.h"
#include "core/contact/observation.h"
#include "core/contact/reader.h"
#include "core/contact/roles.h"
#include "core/contact/tracker.h"
#include "core/detect/blocks.h"
#include "core/detect/detector.h"
#include "core/detect/engine.h"
#include "core/detect/evidence.h"
#include "core/feed/feed.h"
#include "core/feed/record.h"
#include "core/feed/said.h"
#include "core/net/capture.h"
#include "core/net/decode.h"
#include "core/net/fragments.h"
#include "core/net/packet.h"
#include "detectors/table.h"

/* A suspect that was last told of in that second; another one may take the place. */
struct heard {
	uint32_t host, second;
};

#define HEARD_PLACES 256
/* Statements kept to be repeated. */
#define SAID 1024

struct sensor {
	struct feed *feed;
	struct said *said; /* NULL where nobody asks again */
	struct engine *engine;
	struct tracker *tracker;
	struct reader *reader;
	struct fragments *fragments;
	struct packet packet; /* the latest; the reader may be looking at it */
	uint64_t wall_ns;
	struct record_sensor totals;
	struct heard heard[HEARD_PLACES];
};

static void publish(struct sensor *sensor, struct record *record)
{
	record->wall_ns = sensor->wall_ns;
	record->hosts = (uint32_t)hosts_counts(tracker_hosts(sensor->tracker)).live;
	feed_publish(sensor->feed, record);
}

static void on_evidence(void *arg, const struct evidence *evidence)
{
	struct sensor *sensor = arg;
	struct record record = { .type = RECORD_EVIDENCE, .evidence = *evidence };

	if (sensor->said)
		said_note(sensor->said, evidence);
	publish(sensor, &record);
}

/* Silence is proof only if every contact would have been told. */
static void tell_heard(struct sensor *sensor, const struct host *host)
{
	struct record record;
	uint32_t index = hosts_index(tracker_hosts(sensor->tracker), host);
	uint32_t second = (uint32_t)(sensor->wall_ns / NS_PER_S);
	struct heard *heard = &sensor->heard[index % HEARD_PLACES];

	if (heard->host == index && heard->second == second)
		return;
	*heard = (struct heard){ index, second };
	/* Not before: clearing so many bytes for each contact of a scan costs more than all else here. */
	record = (struct record){ .type = RECORD_HEARD, .heard = host->key };
	publish(sensor, &record);
}

static const struct host *find_visitor(void *arg, const struct host *host, uint64_t before_ns)
{
	const struct sensor *sensor = arg;

	return tracker_visitor(sensor->tracker, host, before_ns);
}

/* A source's first contact may be told later (novices.h), by another packet. */
static bool is_opened_by(const struct contact *contact, const struct packet *packet)
{
	return contact->kind == CONTACT_UDP && contact->outcome == CONTACT_PENDING &&
	       packet->kind == PACKET_UDP && packet->dst_port == contact->dst_port &&
	       packet->src_port == contact->src_port && packet->vlan == contact->vlan &&
	       ip_equal(&packet->dst, &contact->dst) && ip_equal(&packet->src, &contact->src);
}

static void on_contact(void *arg, struct host *host, const struct contact *contact)
{
	struct sensor *sensor = arg;
	bool is_opened = is_opened_by(contact, &sensor->packet);

	if (host->roles & HOST_SUSPECT && contact->outcome == CONTACT_PENDING)
		tell_heard(sensor, host);
	if (is_opened)
		engine_lend(sensor->engine, sensor->packet.payload, sensor->packet.payload_length);
	engine_see(sensor->engine, host, contact);
	if (is_opened)
		engine_lend(sensor->engine, NULL, 0);
}

static bool is_beyond(const struct sensor *sensor, const struct host *host)
{
	const struct packet *packet = &sensor->packet;
	const struct mac *mac = ip_equal(&packet->src, &host->key.ip) ? &packet->src_mac
								      : &packet->dst_mac;

	return packet->marks & PACKET_HAS_MACS &&
	       tracker_is_beyond(sensor->tracker, &host->key, mac);
}

/* Was it said by another than the one whose name it bears? */
static bool is_forged(const struct sensor *sensor, const struct host_key *key,
		      const struct host *host)
{
	const struct packet *packet = &sensor->packet;

	if (!(packet->marks & PACKET_HAS_MACS) || !ip_equal(&packet->src, &key->ip))
		return false;
	return !(host && mac_equal(&host->mac, &packet->src_mac)) &&
	       tracker_is_forged(sensor->tracker, key, &packet->src_mac);
}

static void on_observation(void *arg, const struct observation *observation)
{
	struct sensor *sensor = arg;
	struct host_key key = host_key_of(&observation->contact.src, observation->contact.vlan);
	struct host *host = hosts_find(tracker_hosts(sensor->tracker), &key);
	struct observation told = *observation;

	if (is_forged(sensor, &key, host))
		return;
	/* Who speaks without ever having opened a contact is met in the middle: it becomes a host now. */
	if (!host)
		host = tracker_meet(sensor->tracker, &key);
	told.contact.host = hosts_index(tracker_hosts(sensor->tracker), host);
	told.contact.roles = host->roles;
	if (is_beyond(sensor, host))
		told.contact.roles |= HOST_BEYOND;
	told.contact.coverage =
		(uint8_t)coverage_faults(tracker_coverage(sensor->tracker), key.vlan);
	engine_observe(sensor->engine, host, &told);
}

/* Told by the tracker of a host that it holds. */
static void on_forgery(void *arg, struct host *host, const struct observation *observation)
{
	struct sensor *sensor = arg;

	engine_observe(sensor->engine, host, observation);
}

static void on_role(void *arg, const struct host *host, unsigned role)
{
	struct sensor *sensor = arg;
	struct record record = {
		.type = RECORD_ROLE,
		.role = { .host = host->key, .mac = host->mac, .role = (uint16_t)role }
	};

	publish(sensor, &record);
}

static void on_coverage(void *arg, const struct coverage_view *view, unsigned before)
{
	struct sensor *sensor = arg;
	struct record record = { .type = RECORD_COVERAGE, .coverage = { *view, (uint8_t)before } };

	publish(sensor, &record);
}

static void on_standing(void *arg, const struct role_standing *standing)
{
	struct sensor *sensor = arg;
	struct record record = { .type = RECORD_STANDING, .standing = *standing };

	publish(sensor, &record);
}

struct sensor *sensor_new(const struct sensor_config *config)
{
	struct sensor *sensor = mem_alloc(sizeof(*sensor));
	struct engine_config engine = { .detectors = detectors_table };
	struct engine_sink evidence_sink = { .arg = sensor,
					     .evidence = on_evidence,
					     .visitor = find_visitor };
	struct tracker_config tracker = { .key = config->key,
					  .hosts_max = config->hosts_max,
					  .contacts_max = config->contacts_max };
	struct tracker_sink contact_sink = { .arg = sensor,
					     .contact = on_contact,
					     .coverage = on_coverage,
					     .standing = on_standing,
					     .role = on_role,
					     .forged = on_forgery };

	sensor->feed = config->feed;
	if (config->remembers)
		sensor->said = said_new(SAID);
	sensor->engine = engine_new(&engine, &evidence_sink);
	engine_configure(sensor->engine, config->yaml, config->detectors);
	sensor->tracker = tracker_new(&tracker, &contact_sink);
	engine_attach(sensor->engine, tracker_hosts(sensor->tracker));
	sensor->reader = reader_new(&config->key, 0, on_observation, sensor);
	sensor->fragments = fragments_new(&config->key);
	return sensor;
}

void sensor_free(struct sensor *sensor)
{
	if (!sensor)
		return;
	said_free(sensor->said);
	reader_free(sensor->reader);
	fragments_free(sensor->fragments);
	tracker_free(sensor->tracker);
	engine_free(sensor->engine);
	mem_free(sensor);
}

/* The piece completes its datagram, which takes its place. */
static bool becomes_whole(struct sensor *sensor, enum decode_result *result)
{
	struct fragments_whole whole;

	if (!fragments_add(sensor->fragments, &sensor->packet, &whole))
		return false;
	*result = decode_datagram(whole.bytes, whole.length, &sensor->packet);
	return *result == DECODE_OK;
}

void sensor_frame(struct sensor *sensor, const struct capture_frame *frame)
{
	struct packet *packet = &sensor->packet;
	enum decode_result result;

	sensor->wall_ns = frame->wall_ns;
	if (sensor->totals.packets++ == 0)
		sensor->totals.first_packet_ns = frame->wall_ns;
	sensor->totals.last_packet_ns = frame->wall_ns;
	sensor->totals.bytes += frame->on_wire;
	result = decode_frame(frame->link_type, frame->bytes, frame->captured, frame->on_wire,
			      packet);
	if (result > DECODE_PIECE) {
		sensor->totals.undecoded++;
		return;
	}
	packet->wall_ns = frame->wall_ns;
	/* A piece is shown alone and, if it is the last, once more as the whole: who reached for whom is said by the first if it
	 * bears a whole header, and to be told again changes nothing.  One place, so that it is in line for all others. */
	do {
		tracker_see(sensor->tracker, packet);
		reader_see(sensor->reader, packet);
	} while (result == DECODE_PIECE && becomes_whole(sensor, &result));
}

void sensor_advance(struct sensor *sensor, uint64_t wall_ns)
{
	if (wall_ns > sensor->wall_ns)
		sensor->wall_ns = wall_ns;
	tracker_advance(sensor->tracker, wall_ns);
	engine_rest(sensor->engine);
}

static void forget(struct sensor *sensor, const struct host_key *key)
{
	struct host *host = hosts_find(tracker_hosts(sensor->tracker), key);

	if (host)
		engine_forget(sensor->engine, host, sensor->wall_ns);
	if (sensor->said)
		said_forget(sensor->said, key);
}

static void tell_coverage(struct sensor *sensor)
{
	struct coverage *coverage = tracker_coverage(sensor->tracker);

	for (size_t i = 0; i < coverage_count(coverage); i++)
		on_coverage(sensor, coverage_at(coverage, i), coverage_at(coverage, i)->faults);
}

static void tell_standings(struct sensor *sensor)
{
	const struct role_standing *standing;
	uint32_t index = 0;

	while ((standing = roles_next(tracker_standings(sensor->tracker), &index)) != NULL)
		on_standing(sensor, standing);
}

static void tell_evidence(struct sensor *sensor)
{
	const struct evidence *evidence;
	uint32_t index = 0;

	while (sensor->said && (evidence = said_next(sensor->said, &index)) != NULL) {
		struct record record = { .type = RECORD_EVIDENCE, .evidence = *evidence };

		publish(sensor, &record);
	}
}

void sensor_obey(struct sensor *sensor, const struct record *order)
{
	if (order->type == RECORD_FORGET)
		forget(sensor, &order->forget);
	if (order->type == RECORD_REPEAT) {
		tell_standings(sensor);
		tell_coverage(sensor);
		/* Whom nobody may isolate is known by now. */
		tell_evidence(sensor);
	}
}

void sensor_note_losses(struct sensor *sensor, uint64_t delivered, uint64_t dropped)
{
	coverage_losses(tracker_coverage(sensor->tracker), delivered, dropped);
}

static void count_contacts(const struct sensor *sensor, struct record_sensor *into)
{
	struct tracker_counts contacts = tracker_counts(sensor->tracker);
	struct hosts_counts hosts = hosts_counts(tracker_hosts(sensor->tracker));

	into->contacts = contacts.contacts + contacts.held;
	into->accepted = contacts.accepted;
	into->refused = contacts.refused;
	into->ignored = contacts.ignored;
	into->unrouted = contacts.unrouted;
	into->borrowed = contacts.borrowed;
	into->contacts_evicted = contacts.contacts_evicted;
	into->time_steps_back = contacts.time_steps_back;
	into->hosts = hosts.live;
	into->hosts_evicted = hosts.evicted;
	into->suspects_evicted = hosts.evicted_suspects;
}

static struct record_sensor count(const struct sensor *sensor, const struct capture_counts *capture)
{
	struct reader_counts reader = reader_counts(sensor->reader);
	struct blocks_counts memory = engine_memory(sensor->engine);
	struct record_sensor counts = sensor->totals;

	count_contacts(sensor, &counts);
	counts.dropped = capture->dropped_kernel + capture->dropped_interface;
	counts.observations = reader.observations;
	counts.streams = reader.streams;
	counts.streams_given_up = reader.streams_given_up;
	counts.gaps = reader.gaps;
	counts.memories = memory.taken;
	counts.memories_given_up = memory.given_up;
	counts.suspects_given_up = memory.suspects_given_up;
	counts.records_lost = feed_lost(sensor->feed);
	return counts;
}

void sensor_pulse(struct sensor *sensor, const struct capture_counts *counts)
{
	struct record record = { .type = RECORD_PULSE,
				 .pulse = { .frames = counts->frames,
					    .dropped = counts->dropped_kernel +
						       counts->dropped_interface,
					    .lost = feed_lost(sensor->feed) } };
	struct record so_far = { .type = RECORD_COUNTS, .sensor = count(sensor, counts) };

	publish(sensor, &record);
	publish(sensor, &so_far);
}

void sensor_report(struct sensor *sensor, const struct capture_counts *counts)
{
	struct record record = { .type = RECORD_SENSOR };

	while (engine_rest(sensor->engine))
		continue;
	record.sensor = count(sensor, counts);
	publish(sensor, &record);
	tell_coverage(sensor);
}

const char *sensor_detector_name(unsigned detector_id)
{
	for (const struct detector *const *d = detectors_table; *d; d++)
		if ((*d)->id == detector_id)
			return (*d)->name;
	return "?";
}

void sensor_detector_names(const char **names)
{
	for (const struct detector *const *d = detectors_table; *d; d++)
		*names++ = (*d)->name;
	*names = NULL;
}
