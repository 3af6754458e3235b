/* SPDX-License-Identifier: Apache-2.0 */
/* live.c - the wire on the loop: frames when they wait, a tick when they do not, the command socket, signals. */
#include <signal.h>

#include "core/api/control.h"
#include "core/base/clock.h"
#include "core/base/err.h"
#include "core/base/log.h"
#include "core/base/loop.h"
#include "core/base/units.h"
#include "core/daemon/pipeline.h"
#include "core/daemon/run.h"
#include "core/daemon/setup.h"
#include "core/net/capture.h"

/* Frames per turn of the loop: enough to be fast, few enough that a device's answer does not wait long. */
#define BATCH 256
/* How stale a deadline may get while the wire is silent. */
#define TICK_MS        50
#define TICKS_PER_LOOK 100

struct live {
	const struct run *run;
	struct loop *loop;
	struct pipeline *pipeline;
	struct watch *watch;
	struct timer *tick;
	struct control *control;
	struct signal_watch *interrupt, *terminate;
	int link_type;
	unsigned ticks;
	struct capture_counts counted; /* when losses were last looked at */
	struct err damaged;
};

static void frame_read(void *arg, const struct capture_frame *frame)
{
	struct live *live = arg;

	pipeline_frame(live->pipeline, live->link_type, frame);
}

static void frames_wait(void *arg, int fd, unsigned ready)
{
	struct live *live = arg;

	(void)fd;
	(void)ready;
	if (capture_read(live->run->capture, BATCH, frame_read, live, &live->damaged) < 0)
		loop_stop(live->loop);
}

static void look_at_losses(struct live *live)
{
	struct capture_counts now = capture_counts(live->run->capture);
	uint64_t dropped = now.dropped_kernel + now.dropped_interface;
	uint64_t before = live->counted.dropped_kernel + live->counted.dropped_interface;

	pipeline_note_losses(live->pipeline, now.frames - live->counted.frames, dropped - before);
	live->counted = now;
}

static void tick(void *arg)
{
	struct live *live = arg;

	if (++live->ticks % TICKS_PER_LOOK == 0)
		look_at_losses(live);
	pipeline_advance(live->pipeline, clock_wall_ns());
	timer_after_ns(live->tick, ms_to_ns(TICK_MS));
}

static void asked_to_stop(void *arg, int signal_number)
{
	struct live *live = arg;

	(void)signal_number;
	loop_stop(live->loop);
}

static int command(void *arg, char *const *words, const char *who, struct buf *answer,
		   struct err *err)
{
	struct live *live = arg;

	return pipeline_command(live->pipeline, words, who, clock_wall_ns(), answer, err);
}

static int start(struct live *live, struct err *err)
{
	const struct setup *setup = live->run->setup;
	struct pipeline_config config = { .setup = setup,
					  .loop = live->loop,
					  .log = live->run->log,
					  .account = live->run->account };

	live->pipeline = pipeline_new(&config, err);
	if (!live->pipeline)
		return ERR_FAILED;
	if (*setup->config.control) {
		live->control = control_new(live->loop, live->run->log, setup->config.control,
					    command, live, err);
		if (!live->control)
			return ERR_FAILED;
	}
	live->watch = loop_watch(live->loop, capture_descriptor(live->run->capture), LOOP_READ,
				 frames_wait, live);
	live->tick = loop_timer(live->loop, tick, live);
	live->interrupt = loop_signal(live->loop, SIGINT, asked_to_stop, live);
	live->terminate = loop_signal(live->loop, SIGTERM, asked_to_stop, live);
	timer_after_ns(live->tick, 0);
	return 0;
}

static void stop(struct live *live)
{
	signal_watch_free(live->terminate);
	signal_watch_free(live->interrupt);
	timer_free(live->tick);
	watch_free(live->watch);
	control_free(live->control);
	pipeline_free(live->pipeline);
	loop_free(live->loop);
}

int run_live(const struct run *run, struct err *err)
{
	struct live live = { .run = run, .link_type = capture_link_type(run->capture) };
	struct capture_counts counts;
	int rc;

	live.loop = loop_new();
	rc = start(&live, err);
	if (rc == 0) {
		loop_run(live.loop);
		counts = capture_counts(run->capture);
		rc = pipeline_finish(live.pipeline, &counts, err);
	}
	stop(&live);
	if (rc == 0 && err_is_set(&live.damaged) && live.damaged.code != ERR_GONE)
		rc = err_set(err, live.damaged.code, "%s", live.damaged.text);
	return rc;
}
