/* SPDX-License-Identifier: Apache-2.0 */
/* sensor.c - the sensor's parts, made and joined in order. */
#include "core/daemon/sensor.h"

#include "core/base/mem.h"
#include "core/contact/contact.h"
#include "core/contact/host.h"
#include "core/contact/tracker.h"
#include "core/detect/detector.h"
#include "core/detect/engine.h"
#include "core/detect/evidence.h"
#include "core/feed/feed.h"
#include "core/feed/record.h"
#include "core/net/capture.h"
#include "core/net/decode.h"
#include "core/net/packet.h"
#include "detectors/table.h"

struct sensor {
	struct feed *feed;
	struct engine *engine;
	struct tracker *tracker;
	uint64_t wall_ns;
	struct record_sensor totals;
};

static void on_evidence(void *arg, const struct evidence *evidence)
{
	struct sensor *sensor = arg;
	struct record record = { .type = RECORD_EVIDENCE,
				 .wall_ns = sensor->wall_ns,
				 .evidence = *evidence };

	feed_publish(sensor->feed, &record);
}

static void on_contact(void *arg, struct host *host, const struct contact *contact)
{
	struct sensor *sensor = arg;

	engine_see(sensor->engine, host, contact);
}

static void on_role(void *arg, const struct host *host, unsigned role)
{
	struct sensor *sensor = arg;
	struct record record = {
		.type = RECORD_ROLE,
		.wall_ns = sensor->wall_ns,
		.role = { .host = host->key, .mac = host->mac, .role = (uint16_t)role }
	};

	feed_publish(sensor->feed, &record);
}

struct sensor *sensor_new(const struct sensor_config *config)
{
	struct sensor *sensor = mem_alloc(sizeof(*sensor));
	struct engine_config engine = { .detectors = detectors_table };
	struct engine_sink evidence_sink = { .arg = sensor, .evidence = on_evidence };
	struct tracker_config tracker = { .key = config->key,
					  .hosts_max = config->hosts_max,
					  .contacts_max = config->contacts_max };
	struct tracker_sink contact_sink = { .arg = sensor,
					     .contact = on_contact,
					     .role = on_role };

	sensor->feed = config->feed;
	sensor->engine = engine_new(&engine, &evidence_sink);
	engine_configure(sensor->engine, config->yaml, config->detectors);
	tracker.slot_size = engine_slot_size(sensor->engine);
	sensor->tracker = tracker_new(&tracker, &contact_sink);
	engine_attach(sensor->engine, tracker_hosts(sensor->tracker));
	return sensor;
}

void sensor_free(struct sensor *sensor)
{
	if (!sensor)
		return;
	tracker_free(sensor->tracker);
	engine_free(sensor->engine);
	mem_free(sensor);
}

void sensor_frame(struct sensor *sensor, int link_type, const struct capture_frame *frame)
{
	struct packet packet;

	sensor->wall_ns = frame->wall_ns;
	if (sensor->totals.packets++ == 0)
		sensor->totals.first_packet_ns = frame->wall_ns;
	sensor->totals.last_packet_ns = frame->wall_ns;
	sensor->totals.bytes += frame->on_wire;
	if (decode_frame(link_type, frame->bytes, frame->captured, frame->on_wire, &packet) !=
	    DECODE_OK) {
		sensor->totals.undecoded++;
		return;
	}
	packet.wall_ns = frame->wall_ns;
	tracker_see(sensor->tracker, &packet);
}

void sensor_advance(struct sensor *sensor, uint64_t wall_ns)
{
	if (wall_ns > sensor->wall_ns)
		sensor->wall_ns = wall_ns;
	tracker_advance(sensor->tracker, wall_ns);
}

void sensor_report(struct sensor *sensor, const struct capture_counts *counts)
{
	struct tracker_counts contacts = tracker_counts(sensor->tracker);
	struct hosts_counts hosts = hosts_counts(tracker_hosts(sensor->tracker));
	struct record record = { .type = RECORD_SENSOR,
				 .wall_ns = sensor->wall_ns,
				 .sensor = sensor->totals };

	if (counts)
		record.sensor.dropped = counts->dropped_kernel + counts->dropped_interface;
	record.sensor.contacts = contacts.contacts;
	record.sensor.accepted = contacts.accepted;
	record.sensor.refused = contacts.refused;
	record.sensor.ignored = contacts.ignored;
	record.sensor.contacts_evicted = contacts.contacts_evicted;
	record.sensor.hosts = hosts.live;
	record.sensor.hosts_evicted = hosts.evicted;
	feed_publish(sensor->feed, &record);
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
