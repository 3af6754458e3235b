/* SPDX-License-Identifier: Apache-2.0 */
/* controller_child.c - the process that judges and acts: records from the sensor, answers of devices, people's requests.
 *
 * It starts as if it had died: what isolations there are it learns from the journal, who has a role and what is seen it asks
 * the sensor to tell again. */
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "core/api/control.h"
#include "core/base/clock.h"
#include "core/base/err.h"
#include "core/base/log.h"
#include "core/base/loop.h"
#include "core/base/units.h"
#include "core/daemon/child.h"
#include "core/daemon/pipeline.h"
#include "core/daemon/privileges.h"
#include "core/daemon/rein.h"
#include "core/daemon/setup.h"
#include "core/feed/feed.h"
#include "core/feed/pipe.h"
#include "core/feed/record.h"

/* How stale a deadline may get while nothing is told. */
#define TICK_MS         50
#define TICKS_PER_PULSE (CHILD_PULSE_MS / TICK_MS)
#define ORDERS_BACKLOG  1024
/* An honest sensor sends none. */
#define BAD_MAX   8
#define STEPS_MAX 16384

struct child {
	const struct child_parts *parts;
	struct loop *loop;
	struct feed *told, *orders;
	struct pipeline *pipeline;
	struct watch *line, *rein;
	struct timer *tick;
	struct control *control;
	struct signal_watch *terminate;
	unsigned ticks;
	struct clock_line clock;
	uint64_t wall_ns, monotonic_ns; /* when the clocks were last compared */
	uint64_t bad;                   /* records of this sensor's forerunners */
	bool accused;                   /* this sensor is to be replaced */
	char origin[64];
};

/* By how much the wall clock went forward without time having passed; 0 = it did not. */
static uint64_t set_forward_ns(struct child *child, uint64_t wall_ns, uint64_t monotonic_ns)
{
	uint64_t passed_ns = monotonic_ns - child->monotonic_ns;
	uint64_t due_ns = child->wall_ns + passed_ns;
	bool first = child->wall_ns == 0;

	child->wall_ns = wall_ns;
	child->monotonic_ns = monotonic_ns;
	return !first && wall_ns > due_ns + CLOCK_STEP_NS ? wall_ns - due_ns : 0;
}

static uint64_t now_of(struct child *child)
{
	uint64_t before_ns = child->clock.ahead_ns, wall_ns = clock_wall_ns();
	uint64_t now_ns = clock_line_ns(&child->clock, wall_ns);
	uint64_t forward_ns = set_forward_ns(child, wall_ns, clock_monotonic_ns());

	if (child->clock.ahead_ns > before_ns)
		log_line(child->parts->log, LOG_LEVEL_WARNING, "clock",
			 "set back: times in facts run %.0f s ahead of it until it has caught up",
			 ns_to_s(child->clock.ahead_ns));
	/* What was ahead of a clock that had been set back is forward already. */
	forward_ns = forward_ns > before_ns ? forward_ns - before_ns : 0;
	if (forward_ns > CLOCK_STEP_NS) {
		log_line(child->parts->log, LOG_LEVEL_WARNING, "clock",
			 "set forward by %.0f s: holds and deadlines move with it",
			 ns_to_s(forward_ns));
		pipeline_clock_set(child->pipeline, forward_ns, now_ns);
	}
	return now_ns;
}

static void judge_sensor(struct child *child)
{
	if (child->accused || feed_malformed(child->told) - child->bad < BAD_MAX)
		return;
	child->accused = true;
	log_line(child->parts->log, LOG_LEVEL_ERROR, "sensor",
		 "malformed records=%d latest=%s: asking for a new one", BAD_MAX,
		 wire_fault_name(pipe_latest_fault(child->told)));
	rein_say(child->parts->rein, REIN_RESTART_SENSOR);
}

static void told(void *arg, int fd, unsigned ready)
{
	struct child *child = arg;
	uint64_t now_ns = now_of(child);

	(void)fd;
	(void)ready;
	pipe_set_now(child->told, now_ns);
	pipeline_step(child->pipeline, now_ns);
	pipe_flush(child->orders);
	judge_sensor(child);
}

static void tick(void *arg)
{
	struct child *child = arg;

	pipeline_advance(child->pipeline, now_of(child));
	pipe_flush(child->orders);
	if (child->ticks++ % TICKS_PER_PULSE == 0)
		rein_say(child->parts->rein, REIN_PULSE);
	timer_after_ns(child->tick, ms_to_ns(TICK_MS));
}

static void asked_to_stop(void *arg, int signal_number)
{
	struct child *child = arg;

	(void)signal_number;
	loop_stop(child->loop);
}

/* What the dead sensor still told is heard first, so that its faults are not the next one's: a malformed record ends a step, and
 * a socket does not hold more than a few thousand. */
static void hear_out(struct child *child)
{
	uint64_t bad;
	unsigned steps = 0;

	pipe_set_now(child->told, now_of(child));
	do {
		bad = feed_malformed(child->told);
		pipeline_step(child->pipeline, now_of(child));
	} while (feed_malformed(child->told) != bad && ++steps < STEPS_MAX);
	child->bad = feed_malformed(child->told);
	child->accused = false;
}

static void supervised(void *arg, int fd, unsigned ready)
{
	struct child *child = arg;
	struct rein message;

	(void)fd;
	(void)ready;
	switch (rein_hear(child->parts->rein, &message)) {
	case REIN_GOT:
		if (message.word != REIN_SENSOR_LOST)
			break;
		hear_out(child);
		pipeline_sensor_lost(child->pipeline, message.why, message.at_ns, now_of(child));
		break;
	case REIN_CLOSED:
		loop_stop(child->loop);
		break;
	default:
		break;
	}
}

static int command(void *arg, char *const *words, const char *who, struct buf *answer,
		   struct err *err)
{
	struct child *child = arg;
	int rc = pipeline_command(child->pipeline, words, who, now_of(child), answer, err);

	pipe_flush(child->orders);
	return rc;
}

/* ---- start and end ----------------------------------------------------------------------------- */

static int give_up_privileges(const struct child *child, struct err *err)
{
	const struct config *config = &child->parts->setup->config;
	struct privileges_user user = { .found = false };

	if (geteuid() == 0 && *config->user_controller &&
	    privileges_find_user(config->user_controller, &user, err) < 0)
		return err->code;
	if (privileges_drop(PRIVILEGES_CONTROLLER, &user, err) < 0 ||
	    privileges_end_with(child->parts->parent, SIGTERM, err) < 0)
		return err->code;
	return privileges_confine_controller(err);
}

static int make_pipeline(struct child *child, struct err *err)
{
	struct record repeat = { .type = RECORD_REPEAT };
	struct pipeline_config config = { .setup = child->parts->setup,
					  .loop = child->loop,
					  .log = child->parts->log,
					  .account = child->parts->account,
					  .origin = child->origin,
					  .lasting = true,
					  .apart = true };

	snprintf(child->origin, sizeof(child->origin), "interface %s",
		 child->parts->setup->config.interface);
	child->told = pipe_reader_new(child->parts->line, WIRE_TO_CONTROLLER);
	child->orders = pipe_writer_new(child->parts->line, ORDERS_BACKLOG);
	config.told = child->told;
	config.orders = child->orders;
	child->pipeline = pipeline_new(&config, err);
	if (!child->pipeline)
		return ERR_FAILED;
	/* Before the first record: what the sensor repeats must find automation pausing. */
	if (child->parts->blind)
		pipeline_sensor_lost(child->pipeline, child->parts->blind, now_of(child),
				     now_of(child));
	feed_publish(child->orders, &repeat);
	pipe_flush(child->orders);
	return 0;
}

static int start(struct child *child, struct err *err)
{
	const char *control = child->parts->setup->config.control;
	const char *operators = child->parts->setup->config.user_operators;
	int rc = give_up_privileges(child, err);

	child->loop = loop_new();
	if (rc == 0)
		rc = make_pipeline(child, err);
	if (rc == 0 && *control) {
		child->control =
			control_new(child->loop, child->parts->log, control, command, child, err);
		rc = child->control ? 0 : ERR_FAILED;
	}
	if (rc == 0 && child->control && *operators)
		rc = control_admit(child->control, operators, err);
	if (rc < 0)
		return rc;
	child->line = loop_watch(child->loop, child->parts->line, LOOP_READ, told, child);
	child->rein = loop_watch(child->loop, child->parts->rein, LOOP_READ, supervised, child);
	child->tick = loop_timer(child->loop, tick, child);
	child->terminate = loop_signal(child->loop, SIGTERM, asked_to_stop, child);
	timer_after_ns(child->tick, 0);
	return 0;
}

static void stop(struct child *child)
{
	signal_watch_free(child->terminate);
	timer_free(child->tick);
	watch_free(child->rein);
	watch_free(child->line);
	control_free(child->control);
	pipeline_free(child->pipeline);
	feed_free(child->told);
	feed_free(child->orders);
	loop_free(child->loop);
}

int controller_child(const struct child_parts *parts)
{
	struct child child = { .parts = parts, .clock = parts->clock };
	struct err err = { 0 };

	if (start(&child, &err) == 0) {
		rein_say(parts->rein, REIN_READY);
		loop_run(child.loop);
		hear_out(&child);
		pipeline_finish(child.pipeline, &err);
	}
	if (err_is_set(&err))
		fprintf(stderr, "cordond: %s\n", err.text);
	stop(&child);
	return err_exit_code(&err);
}
