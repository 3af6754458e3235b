/* SPDX-License-Identifier: Apache-2.0 */
/* whole.c - two queues and who is asked when. */
#include "core/daemon/whole.h"

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/random.h"
#include "core/daemon/pipeline.h"
#include "core/daemon/run.h"
#include "core/daemon/sensor.h"
#include "core/daemon/setup.h"
#include "core/feed/feed.h"
#include "core/feed/record.h"
#include "core/net/capture.h"

#define TOLD_RECORDS   4096
#define ORDERS_RECORDS 1024

struct whole {
	struct feed *told, *orders;
	struct sensor *sensor;
	struct pipeline *pipeline;
	struct capture_counts counted; /* when losses were last looked at */
	uint64_t now_ns;
};

static void make_sensor(struct whole *whole, const struct config *config, bool fixed_key)
{
	struct sensor_config sensor = { .hosts_max = config->hosts_max,
					.contacts_max = config->contacts_max,
					.feed = whole->told,
					.yaml = config->document,
					.detectors = config->detectors };

	if (fixed_key)
		sensor.key = (struct hash_key){ { UINT64_C(0x636f72646f6e0001),
						  UINT64_C(0x9e3779b97f4a7c15) } };
	else
		random_bytes(&sensor.key, sizeof(sensor.key));
	whole->sensor = sensor_new(&sensor);
}

struct whole *whole_new(const struct run *run, struct loop *loop, struct err *err)
{
	struct whole *whole = mem_alloc(sizeof(*whole));
	struct pipeline_config pipeline = { .setup = run->setup,
					    .loop = loop,
					    .log = run->log,
					    .account = run->account,
					    .origin = run->origin };

	whole->told = feed_queue_new(TOLD_RECORDS);
	whole->orders = feed_queue_new(ORDERS_RECORDS);
	make_sensor(whole, &run->setup->config, loop == NULL);
	pipeline.told = whole->told;
	pipeline.orders = whole->orders;
	whole->pipeline = pipeline_new(&pipeline, err);
	if (whole->pipeline)
		return whole;
	whole_free(whole);
	return NULL;
}

void whole_free(struct whole *whole)
{
	if (!whole)
		return;
	pipeline_free(whole->pipeline);
	sensor_free(whole->sensor);
	feed_free(whole->told);
	feed_free(whole->orders);
	mem_free(whole);
}

static void obey(struct whole *whole)
{
	struct record order;

	while (feed_next(whole->orders, &order))
		sensor_obey(whole->sensor, &order);
}

static void note_time(struct whole *whole, uint64_t wall_ns)
{
	if (wall_ns > whole->now_ns)
		whole->now_ns = wall_ns;
}

void whole_frame(struct whole *whole, const struct capture_frame *frame)
{
	note_time(whole, frame->wall_ns);
	sensor_frame(whole->sensor, frame);
	if (feed_is_empty(whole->told) && !pipeline_is_due(whole->pipeline, whole->now_ns))
		return;
	pipeline_step(whole->pipeline, whole->now_ns);
	obey(whole);
}

void whole_advance(struct whole *whole, uint64_t wall_ns)
{
	note_time(whole, wall_ns);
	sensor_advance(whole->sensor, whole->now_ns);
	pipeline_advance(whole->pipeline, whole->now_ns);
	obey(whole);
}

void whole_pulse(struct whole *whole, const struct capture_counts *counts)
{
	sensor_pulse(whole->sensor, counts);
}

void whole_look_at_losses(struct whole *whole, const struct capture_counts *counts)
{
	uint64_t dropped = counts->dropped_kernel + counts->dropped_interface;
	uint64_t before = whole->counted.dropped_kernel + whole->counted.dropped_interface;

	sensor_note_losses(whole->sensor, counts->frames - whole->counted.frames, dropped - before);
	whole->counted = *counts;
}

int whole_finish(struct whole *whole, const struct capture_counts *counts, struct err *err)
{
	sensor_report(whole->sensor, counts);
	pipeline_step(whole->pipeline, whole->now_ns);
	return pipeline_finish(whole->pipeline, err);
}

int whole_command(struct whole *whole, char *const *words, const char *who, uint64_t wall_ns,
		  struct buf *answer, struct err *err)
{
	int rc;

	note_time(whole, wall_ns);
	rc = pipeline_command(whole->pipeline, words, who, whole->now_ns, answer, err);
	obey(whole);
	return rc;
}
