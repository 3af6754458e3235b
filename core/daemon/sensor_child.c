/* SPDX-License-Identifier: Apache-2.0 */
/* sensor_child.c - the process that touches hostile bytes: it opens the capture, gives up everything else, and works.
 *
 * The order matters: whatever needs a file or a socket (libpcap, the loop, its signals) is made first; then it becomes
 * nobody in particular; the filter on system calls is the last thing before the first frame.  Records are gathered and sent
 * once a batch, so that a packet costs no system call. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/err.h"
#include "core/base/loop.h"
#include "core/base/mem.h"
#include "core/base/random.h"
#include "core/base/units.h"
#include "core/daemon/child.h"
#include "core/daemon/missed.h"
#include "core/daemon/privileges.h"
#include "core/daemon/rein.h"
#include "core/daemon/sensor.h"
#include "core/daemon/setup.h"
#include "core/feed/feed.h"
#include "core/feed/pipe.h"
#include "core/feed/record.h"
#include "core/net/capture.h"

#define BATCH           256
#define BACKLOG         2048
#define TICK_MS         50
#define TICKS_PER_PULSE (CHILD_PULSE_MS / TICK_MS)
#define PULSES_PER_LOOK 5
#define LAST_WORDS_MS   500

struct child {
	const struct child_parts *parts;
	struct capture *capture;
	struct missed *missed;
	struct loop *loop;
	struct feed *told, *orders;
	struct sensor *sensor;
	struct watch *frames, *line, *rein;
	struct timer *tick;
	struct signal_watch *terminate;
	unsigned ticks;
	struct capture_counts counted; /* when losses were last looked at */
	struct err err;
	struct clock_line clock;
};

static void frame_read(void *arg, const struct capture_frame *frame)
{
	struct child *child = arg;
	struct capture_frame in_line = *frame;

	in_line.wall_ns = clock_line_ns(&child->clock, frame->wall_ns);
	sensor_frame(child->sensor, &in_line);
}

static void frames_wait(void *arg, int fd, unsigned ready)
{
	struct child *child = arg;

	(void)fd;
	(void)ready;
	if (capture_read(child->capture, BATCH, frame_read, child, &child->err) < 0) {
		err_set(&child->err, ERR_GONE, "%s: the interface is gone",
			child->parts->setup->config.interface);
		loop_stop(child->loop);
	}
	pipe_flush(child->told);
}

static void ordered(void *arg, int fd, unsigned ready)
{
	struct child *child = arg;
	struct record order;

	(void)fd;
	(void)ready;
	while (feed_next(child->orders, &order))
		sensor_obey(child->sensor, &order);
	pipe_flush(child->told);
}

static struct capture_counts count(const struct child *child)
{
	struct capture_counts counts = capture_counts(child->capture);

	counts.dropped_interface = missed_count(child->missed);
	return counts;
}

static void look_at_losses(struct child *child)
{
	struct capture_counts now = count(child);
	uint64_t dropped = now.dropped_kernel + now.dropped_interface;
	uint64_t before = child->counted.dropped_kernel + child->counted.dropped_interface;

	sensor_note_losses(child->sensor, now.frames - child->counted.frames, dropped - before);
	child->counted = now;
}

static void pulse(struct child *child)
{
	struct capture_counts counts = count(child);

	sensor_pulse(child->sensor, &counts);
	rein_say(child->parts->rein, REIN_PULSE);
	if (child->ticks % (TICKS_PER_PULSE * PULSES_PER_LOOK) == 0)
		look_at_losses(child);
}

static void tick(void *arg)
{
	struct child *child = arg;

	sensor_advance(child->sensor, clock_line_ns(&child->clock, clock_wall_ns()));
	if (child->ticks++ % TICKS_PER_PULSE == 0)
		pulse(child);
	pipe_flush(child->told);
	timer_after_ns(child->tick, ms_to_ns(TICK_MS));
}

static void asked_to_stop(void *arg, int signal_number)
{
	struct child *child = arg;

	(void)signal_number;
	loop_stop(child->loop);
}

/* Nothing is ever said to the sensor this way: what arrives is the supervisor's end. */
static void supervisor_gone(void *arg, int fd, unsigned ready)
{
	(void)fd;
	(void)ready;
	asked_to_stop(arg, 0);
}

/* ---- start ------------------------------------------------------------------------------------- */

static void make_sensor(struct child *child)
{
	const struct config *config = &child->parts->setup->config;
	struct sensor_config sensor = { .hosts_max = config->hosts_max,
					.contacts_max = config->contacts_max,
					.remembers = true,
					.yaml = config->document,
					.detectors = config->detectors };

	random_bytes(&sensor.key, sizeof(sensor.key));
	child->told = pipe_writer_new(child->parts->line, BACKLOG);
	child->orders = pipe_reader_new(child->parts->line, WIRE_TO_SENSOR);
	sensor.feed = child->told;
	child->sensor = sensor_new(&sensor);
}

static void make_loop(struct child *child)
{
	child->loop = loop_new();
	child->frames = loop_watch(child->loop, capture_descriptor(child->capture), LOOP_READ,
				   frames_wait, child);
	child->line = loop_watch(child->loop, child->parts->line, LOOP_READ, ordered, child);
	child->rein =
		loop_watch(child->loop, child->parts->rein, LOOP_READ, supervisor_gone, child);
	child->tick = loop_timer(child->loop, tick, child);
	child->terminate = loop_signal(child->loop, SIGTERM, asked_to_stop, child);
	timer_after_ns(child->tick, 0);
}

/* Facts go out of the controller's standard output, and passwords may come out of the environment. */
static int forget_the_rest(struct child *child, struct err *err)
{
	extern char **environ;
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(nothing, STDOUT_FILENO) < 0)
		return err_set_errno(err, errno, "/dev/null: cannot be opened");
	close(nothing);
	for (char **word = environ; word && *word; word++)
		mem_wipe(*word, strlen(*word));
	clearenv();
	setup_forget_assets(child->parts->setup);
	return 0;
}

static int start(struct child *child, struct err *err)
{
	const struct config *config = &child->parts->setup->config;
	struct privileges_user user = { .found = false };
	int rc;

	if (geteuid() == 0 && privileges_find_user(config->user_sensor, &user, err) < 0)
		return err->code;
	child->capture = capture_open_live(config->interface,
					   *config->filter ? config->filter : NULL,
					   config->buffer_mib << 20, err);
	if (!child->capture)
		return err->code;
	child->missed = missed_new("/sys/class/net", config->interface);
	make_sensor(child);
	make_loop(child);
	rc = forget_the_rest(child, err);
	if (rc == 0)
		rc = privileges_drop(PRIVILEGES_SENSOR, &user, err);
	if (rc == 0)
		rc = privileges_end_with(child->parts->parent, SIGKILL, err);
	if (rc == 0)
		rc = privileges_confine_sensor(capture_descriptor(child->capture), err);
	return rc;
}

/* Counters and what still waits; the controller has half a second to make room. */
static void last_words(struct child *child)
{
	struct pollfd line = { .fd = child->parts->line, .events = POLLOUT };
	struct capture_counts counts = count(child);
	uint64_t until_ns = clock_monotonic_ns() + ms_to_ns(LAST_WORDS_MS);

	sensor_report(child->sensor, &counts);
	while (pipe_flush(child->told) > 0 && clock_monotonic_ns() < until_ns)
		poll(&line, 1, TICK_MS);
}

int sensor_child(const struct child_parts *parts)
{
	struct child child = { .parts = parts, .clock = parts->clock };

	if (start(&child, &child.err) == 0) {
		rein_say(parts->rein, REIN_READY);
		loop_run(child.loop);
		last_words(&child);
	}
	/* Everything goes with the process. */
	if (err_is_set(&child.err))
		dprintf(STDERR_FILENO, "cordond: %s\n", child.err.text);
	return err_exit_code(&child.err);
}
