/* SPDX-License-Identifier: Apache-2.0 */
/* stream.c - a capture that arrives through a pipe, in one process: frames when they wait, a tick when they do not, the command
 * socket, signals.  Whoever feeds the pipe has the privileges; the wire itself is the supervisor's business.
 *
 * A pipe may bring what is on the wire now or yesterday's capture unpacked.  Watching goes by the packets' clock, which the
 * machine's moves on while none come, so that both are judged alike.  Enforcing goes by the machine's, and refuses packets
 * that are not of now: yesterday's capture must not cut off anybody today. */
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

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
#define TICK_MS         50
#define TICKS_PER_PULSE 20
#define PULSES_PER_LOOK 5

#define STALE_NS        (60 * NS_PER_S)

struct stream {
	const struct run *run;
	struct capture *capture;
	struct loop *loop;
	struct whole *whole;
	struct watch *watch;
	struct timer *tick;
	struct control *control;
	struct signal_watch *interrupt, *terminate;
	unsigned ticks;
	uint64_t packet_ns,
		read_at_ns; /* the latest packet's time, and when it was read (monotonic) */
	struct err damaged;
};

/* 0: before the first packet nothing is known of its clock. */
static uint64_t time_of(const struct stream *stream)
{
	if (stream->run->setup->config.enforce)
		return clock_wall_ns();
	return stream->packet_ns ? stream->packet_ns + (clock_monotonic_ns() - stream->read_at_ns)
				 : 0;
}

static bool is_of_now(struct stream *stream, uint64_t packet_ns)
{
	uint64_t now_ns = clock_wall_ns();
	uint64_t apart_ns = packet_ns > now_ns ? packet_ns - now_ns : now_ns - packet_ns;

	if (apart_ns <= STALE_NS)
		return true;
	err_set(&stream->damaged, ERR_USAGE,
		"the packets are %llu s away from this machine's clock: enforcing needs what is on the wire now; leave "
		"--enforce away to judge a recorded capture",
		(unsigned long long)(apart_ns / NS_PER_S));
	return false;
}

static void frame_read(void *arg, const struct capture_frame *frame)
{
	struct stream *stream = arg;

	if (err_is_set(&stream->damaged))
		return;
	if (stream->packet_ns == 0 && stream->run->setup->config.enforce &&
	    !is_of_now(stream, frame->wall_ns))
		return;
	if (frame->wall_ns > stream->packet_ns)
		stream->packet_ns = frame->wall_ns;
	whole_frame(stream->whole, frame);
}

static void frames_wait(void *arg, int fd, unsigned ready)
{
	struct stream *stream = arg;
	int rc;

	(void)fd;
	(void)ready;
	rc = capture_read(stream->capture, BATCH, frame_read, stream, &stream->damaged);
	stream->read_at_ns = clock_monotonic_ns();
	if (rc < 0 || err_is_set(&stream->damaged))
		loop_stop(stream->loop);
}

static void pulse(struct stream *stream)
{
	struct capture_counts counts = capture_counts(stream->capture);

	whole_pulse(stream->whole, &counts);
	if (stream->ticks % (TICKS_PER_PULSE * PULSES_PER_LOOK) == 0)
		whole_look_at_losses(stream->whole, &counts);
}

static void tick(void *arg)
{
	struct stream *stream = arg;

	if (++stream->ticks % TICKS_PER_PULSE == 0)
		pulse(stream);
	if (time_of(stream))
		whole_advance(stream->whole, time_of(stream));
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

	return whole_command(stream->whole, words, who, time_of(stream), answer, err);
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
		if (*config->user_operators &&
		    control_admit(stream->control, config->user_operators, err) < 0)
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
	struct stream stream = { .run = run, .capture = capture };
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
