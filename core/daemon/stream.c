/* SPDX-License-Identifier: Apache-2.0 */
/* stream.c - a capture that arrives through a pipe, in one process: frames when they wait, a tick when they do not, the command
 * socket, signals.  Whoever feeds the pipe has the privileges; the wire itself is the supervisor's business. */
#include <signal.h>

#include "core/api/control.h"
#include "core/base/clock.h"
#include "core/base/err.h"
#include "core/base/loop.h"
#include "core/base/units.h"
#include "core/daemon/run.h"
#include "core/daemon/setup.h"
#include "core/daemon/whole.h"
#include "core/net/capture.h"

/* Frames per turn of the loop: enough to be fast, few enough that a device's answer does not wait long. */
#define BATCH 256
/* How stale a deadline may get while the wire is silent. */
#define TICK_MS        50
#define TICKS_PER_LOOK 100

struct stream {
	const struct run *run;
	struct capture *capture;
	struct loop *loop;
	struct whole *whole;
	struct watch *watch;
	struct timer *tick;
	struct control *control;
	struct signal_watch *interrupt, *terminate;
	int link_type;
	unsigned ticks;
	struct err damaged;
};

static void frame_read(void *arg, const struct capture_frame *frame)
{
	struct stream *stream = arg;

	whole_frame(stream->whole, stream->link_type, frame);
}

static void frames_wait(void *arg, int fd, unsigned ready)
{
	struct stream *stream = arg;

	(void)fd;
	(void)ready;
	if (capture_read(stream->capture, BATCH, frame_read, stream, &stream->damaged) < 0)
		loop_stop(stream->loop);
}

static void tick(void *arg)
{
	struct stream *stream = arg;
	struct capture_counts counts;

	if (++stream->ticks % TICKS_PER_LOOK == 0) {
		counts = capture_counts(stream->capture);
		whole_count(stream->whole, &counts);
	}
	whole_advance(stream->whole, clock_wall_ns());
	timer_after_ns(stream->tick, ms_to_ns(TICK_MS));
}

static void asked_to_stop(void *arg, int signal_number)
{
	struct stream *stream = arg;

	(void)signal_number;
	loop_stop(stream->loop);
}

static int command(void *arg, char *const *words, const char *who, struct buf *answer,
		   struct err *err)
{
	struct stream *stream = arg;

	return whole_command(stream->whole, words, who, clock_wall_ns(), answer, err);
}

static int start(struct stream *stream, struct err *err)
{
	const struct config *config = &stream->run->setup->config;

	stream->whole = whole_new(stream->run, stream->loop, err);
	if (!stream->whole)
		return ERR_FAILED;
	if (*config->control) {
		stream->control = control_new(stream->loop, stream->run->log, config->control,
					      command, stream, err);
		if (!stream->control)
			return ERR_FAILED;
	}
	stream->watch = loop_watch(stream->loop, capture_descriptor(stream->capture), LOOP_READ,
				   frames_wait, stream);
	stream->tick = loop_timer(stream->loop, tick, stream);
	stream->interrupt = loop_signal(stream->loop, SIGINT, asked_to_stop, stream);
	stream->terminate = loop_signal(stream->loop, SIGTERM, asked_to_stop, stream);
	timer_after_ns(stream->tick, 0);
	return 0;
}

static void stop(struct stream *stream)
{
	signal_watch_free(stream->terminate);
	signal_watch_free(stream->interrupt);
	timer_free(stream->tick);
	watch_free(stream->watch);
	control_free(stream->control);
	whole_free(stream->whole);
	loop_free(stream->loop);
}

int run_stream(const struct run *run, struct capture *capture, struct err *err)
{
	struct stream stream = { .run = run,
				 .capture = capture,
				 .link_type = capture_link_type(capture) };
	struct capture_counts counts;
	int rc;

	stream.loop = loop_new();
	rc = start(&stream, err);
	if (rc == 0) {
		loop_run(stream.loop);
		counts = capture_counts(capture);
		rc = whole_finish(stream.whole, &counts, err);
	}
	stop(&stream);
	if (rc == 0 && err_is_set(&stream.damaged) && stream.damaged.code != ERR_GONE)
		rc = err_set(err, stream.damaged.code, "%s", stream.damaged.text);
	return rc;
}
