/* SPDX-License-Identifier: Apache-2.0 */
/* supervisor.c - keeps two children alive: the sensor, which touches hostile bytes, and the controller, which holds the keys.
 *
 * It reads no packet, no record and no answer of a device: files at start and on SIGHUP, signals, and fixed messages from its
 * children.  A child that dies or hangs is started anew with growing pauses; both keep the ends of one feed, which the supervisor
 * holds, so that what one has said is still there for the other's successor.  Before its first sign of life a child that fails
 * ends everything: then it is a wrong setting and not an accident.
 *
 * New settings are tried by starting children with them.  If one of these fails, the old settings come back. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/err.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/source.h"
#include "core/base/units.h"
#include "core/daemon/child.h"
#include "core/daemon/privileges.h"
#include "core/daemon/rein.h"
#include "core/daemon/run.h"
#include "core/daemon/setup.h"
#include "core/feed/pipe.h"

#define DELAY_LEAST_NS ms_to_ns(100)
#define DELAY_MOST_NS  s_to_ns(10)
/* Who lived that long starts with the shortest pause again. */
#define LIVED_WELL_NS s_to_ns(60)
#define HUNG_NS       s_to_ns(30)
/* Opening a large store and finding isolations again may take a while. */
#define STARTING_NS s_to_ns(120)
/* A child that was asked to end has so long. */
#define PATIENCE_NS s_to_ns(10)
#define WAIT_MS     1000

enum { SENSOR, CONTROLLER, CHILDREN };

struct child {
	const char *name;
	int (*run)(const struct child_parts *parts);
	pid_t pid; /* 0 = not running */
	int rein;  /* our end; -1 = none */
	bool ready, was_ready;
	bool well; /* when the new settings came: only then its failing speaks against them */
	const char *fault; /* why we killed it; NULL if we did not */
	/* all monotonic, 0 = not */
	uint64_t started_ns, pulsed_ns, again_ns, kill_ns;
	uint64_t delay_ns;
};

struct supervisor {
	const struct live *live;
	struct child children[CHILDREN];
	int line[CHILDREN]; /* the feed's ends */
	int signals;
	bool stopping, trying;
	bool trying_sensor;      /* too */
	struct setup before;     /* while trying */
	uint64_t sensor_back_ns; /* monotonic; when it was last started again, 0 = never */
	uint64_t watchdog_ns, patted_ns;
	struct clock_line clock; /* handed to each child, so that all go by one time */
	int code;
};

static void say(const struct supervisor *it, enum log_level level, const struct child *child,
		const char *what)
{
	log_line(it->live->log, level, "supervisor", "%s child=%s pid=%d", what, child->name,
		 (int)child->pid);
}

/* ---- starting ---------------------------------------------------------------------------------- */

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static bool within_pause(const struct supervisor *it)
{
	return it->sensor_back_ns &&
	       clock_monotonic_ns() - it->sensor_back_ns < it->live->setup->config.blind_pause_ns;
}

/* A new controller knows nothing of a sensor that is gone, or has everything to learn. */
static const char *blindness(const struct supervisor *it)
{
	if (it->children[SENSOR].pid == 0)
		return "the sensor is gone";
	return within_pause(it) ? "the sensor was started anew" : NULL;
}

/* In the child: only its own ends stay open, and the supervisor alone is interrupted by Ctrl-C. */
static int become(struct supervisor *it, unsigned which, int rein, pid_t parent)
{
	struct child_parts parts = { .setup = it->live->setup,
				     .log = it->live->log,
				     .account = it->live->account,
				     .parent = parent,
				     .line = it->line[which],
				     .rein = rein,
				     .clock = it->clock,
				     .blind = blindness(it) };
	sigset_t none;

	close(it->signals);
	close(it->line[!which]);
	for (unsigned i = 0; i < CHILDREN; i++)
		close_fd(&it->children[i].rein);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	return it->children[which].run(&parts);
}

static void tell_lost(struct supervisor *it, const char *why)
{
	struct rein message = { .word = REIN_SENSOR_LOST,
				.at_ns = clock_line_ns(&it->clock, clock_wall_ns()) };

	snprintf(message.why, sizeof(message.why), "%s", why);
	if (it->children[CONTROLLER].rein >= 0)
		rein_tell(it->children[CONTROLLER].rein, &message);
}

static int start(struct supervisor *it, unsigned which, struct err *err)
{
	struct child *child = &it->children[which];
	pid_t parent = getpid();
	int ends[2];

	if (rein_pair(ends, err) < 0)
		return err->code;
	fflush(NULL);
	child->pid = fork();
	if (child->pid == 0) {
		close(ends[0]);
		/* Not exit(): what the supervisor registered is not the child's, and the sensor may not open files. */
		int code = become(it, which, ends[1], parent);

		fflush(NULL);
		_exit(code);
	}
	close(ends[1]);
	if (child->pid < 0) {
		child->pid = 0;
		close(ends[0]);
		return err_set_errno(err, errno, "cannot start the %s", child->name);
	}
	child->rein = ends[0];
	child->ready = false;
	child->fault = NULL;
	child->again_ns = child->kill_ns = 0;
	child->started_ns = child->pulsed_ns = clock_monotonic_ns();
	if (which == SENSOR && child->was_ready)
		it->sensor_back_ns = child->started_ns;
	say(it, LOG_LEVEL_INFO, child, "started");
	return 0;
}

/* Without memory for a process now there may be some later. */
static void start_again(struct supervisor *it, unsigned which)
{
	struct child *child = &it->children[which];
	struct err err = { 0 };

	if (start(it, which, &err) == 0)
		return;
	log_line(it->live->log, LOG_LEVEL_ERROR, "supervisor", "%s", err.text);
	child->again_ns = clock_monotonic_ns() + DELAY_MOST_NS;
}

/* ---- ending ------------------------------------------------------------------------------------ */

static void ask_to_end(struct child *child)
{
	if (child->pid == 0 || child->kill_ns)
		return;
	kill(child->pid, SIGTERM);
	child->ready = false;
	child->kill_ns = clock_monotonic_ns() + PATIENCE_NS;
}

/* The sensor first: the controller hears it out. */
static void stop(struct supervisor *it)
{
	struct child *sensor = &it->children[SENSOR], *controller = &it->children[CONTROLLER];

	if (!it->stopping)
		privileges_notify("STOPPING=1");
	it->stopping = true;
	sensor->again_ns = controller->again_ns = 0;
	if (sensor->pid)
		ask_to_end(sensor);
	else
		ask_to_end(controller);
}

static void fail(struct supervisor *it, int code)
{
	if (it->code == 0)
		it->code = code;
	stop(it);
}

static void end_at_once(struct child *child, const char *fault)
{
	child->fault = fault;
	if (child->pid)
		kill(child->pid, SIGKILL);
}

static void describe_end(const struct child *child, int status, char *text, size_t size)
{
	if (child->fault)
		snprintf(text, size, "the %s was ended: %s", child->name, child->fault);
	else if (WIFEXITED(status))
		snprintf(text, size, "the %s ended with exit code %d", child->name,
			 WEXITSTATUS(status));
	else if (WTERMSIG(status) == SIGSYS)
		snprintf(text, size, "the %s did what it must never do (system call): it was ended",
			 child->name);
	else
		snprintf(text, size, "the %s was ended by signal %d", child->name,
			 WTERMSIG(status));
}

/* The settings that were tried do not work: the old ones come back, for both. */
static void take_back(struct supervisor *it, const char *why)
{
	struct setup failed = *it->live->setup;

	fprintf(stderr, "cordond: reload: %s with the new settings; the old ones are back\n", why);
	privileges_notify("STATUS=the new settings do not work, the old ones are back");
	*it->live->setup = it->before;
	setup_fini(&failed);
	it->trying = false;
	it->children[CONTROLLER].delay_ns = 0;
	ask_to_end(&it->children[CONTROLLER]);
	if (!it->trying_sensor)
		return;
	it->children[SENSOR].delay_ns = 0;
	ask_to_end(&it->children[SENSOR]);
}

static void plan_again(struct child *child)
{
	uint64_t now_ns = clock_monotonic_ns();

	if (now_ns - child->started_ns >= LIVED_WELL_NS)
		child->delay_ns = 0;
	child->delay_ns = child->delay_ns ? 2 * child->delay_ns : DELAY_LEAST_NS;
	if (child->delay_ns > DELAY_MOST_NS)
		child->delay_ns = DELAY_MOST_NS;
	child->again_ns = now_ns + child->delay_ns;
}

static void ended(struct supervisor *it, unsigned which, int status)
{
	struct child *child = &it->children[which];
	bool was_asked = child->kill_ns && (WIFEXITED(status) ? WEXITSTATUS(status) == 0
							      : WTERMSIG(status) == SIGTERM);
	bool was_working = child->ready;
	char why[REIN_WHY_BYTES];

	describe_end(child, status, why, sizeof(why));
	/* Who fails at the first start has said why itself. */
	say(it, was_asked || !child->was_ready ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR, child, why);
	child->pid = 0;
	child->kill_ns = 0;
	child->ready = false;
	close_fd(&child->rein);
	if (it->stopping) {
		if (!was_asked)
			it->code = it->code            ? it->code
				   : WIFEXITED(status) ? WEXITSTATUS(status)
						       : 1;
		stop(it);
		return;
	}
	if (!child->was_ready) {
		if (WIFSIGNALED(status))
			fprintf(stderr, "cordond: %s\n", why);
		fail(it, WIFEXITED(status) && WEXITSTATUS(status) ? WEXITSTATUS(status) : 1);
		return;
	}
	if (which == SENSOR)
		tell_lost(it, was_asked ? "the sensor is being started with new settings" : why);
	if (it->trying && child->well && !was_working && !was_asked)
		take_back(it, why);
	if (was_asked)
		child->delay_ns = 0;
	plan_again(child);
}

static void reap(struct supervisor *it)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (unsigned i = 0; i < CHILDREN; i++)
			if (it->children[i].pid == pid)
				ended(it, i, status);
}

/* ---- settings ---------------------------------------------------------------------------------- */

static bool same_text(const struct source *a, const struct source *b)
{
	size_t a_length = 0, b_length = 0;
	const char *a_text = a ? source_text(a, &a_length) : "";
	const char *b_text = b ? source_text(b, &b_length) : "";

	return a_length == b_length && memcmp(a_text, b_text, a_length) == 0;
}

/* A bad file leaves everything as it is.  With good ones a new controller starts; the sensor, which would have to learn the
 * network anew, only when cordon.yaml itself has changed. */
static void reload(struct supervisor *it)
{
	struct err err = { 0 };
	struct setup fresh;

	if (it->stopping || it->trying)
		return;
	privileges_notify("RELOADING=1");
	if (it->live->reload(it->live->arg, &fresh, &err) < 0) {
		fprintf(stderr, "cordond: reload: %s; what ran goes on as it was\n", err.text);
		setup_fini(&fresh);
		privileges_notify(
			"READY=1\nSTATUS=the new settings are bad, the old ones are in force");
		return;
	}
	for (unsigned i = 0; i < CHILDREN; i++)
		it->children[i].well = it->children[i].ready;
	it->trying_sensor = !same_text(fresh.config_source, it->live->setup->config_source);
	if (it->trying_sensor)
		ask_to_end(&it->children[SENSOR]);
	it->before = *it->live->setup;
	*it->live->setup = fresh;
	it->trying = true;
	ask_to_end(&it->children[CONTROLLER]);
	log_line(it->live->log, LOG_LEVEL_NOTICE, "supervisor", "reload: trying the new settings");
}

/* ---- signs of life ----------------------------------------------------------------------------- */

/* A sensor whose interface was gone before does not hold up new settings. */
static bool all_ready(const struct supervisor *it)
{
	for (unsigned i = 0; i < CHILDREN; i++)
		if (!it->children[i].ready && !(it->trying && !it->children[i].well))
			return false;
	return true;
}

static void became_ready(struct supervisor *it, unsigned which)
{
	struct child *child = &it->children[which];

	/* The last words of one that is being replaced. */
	if (child->kill_ns)
		return;
	child->ready = child->was_ready = true;
	say(it, LOG_LEVEL_INFO, child, "ready");
	if (!all_ready(it))
		return;
	if (it->trying)
		setup_fini(&it->before);
	it->trying = false;
	privileges_notify("READY=1\nSTATUS=watching");
}

static void hear(struct supervisor *it, unsigned which)
{
	struct child *child = &it->children[which];
	struct rein message;

	switch (rein_hear(child->rein, &message)) {
	case REIN_CLOSED: /* it ends, or is no child of ours any more */
		close_fd(&child->rein);
		if (child->pid)
			kill(child->pid, SIGKILL);
		break;
	case REIN_GOT:
		child->pulsed_ns = clock_monotonic_ns();
		if (message.word == REIN_READY && !child->ready)
			became_ready(it, which);
		if (message.word == REIN_RESTART_SENSOR && which == CONTROLLER)
			end_at_once(&it->children[SENSOR], "what it told was malformed");
		break;
	default:
		break;
	}
}

static void look_after(struct supervisor *it, unsigned which, uint64_t now_ns)
{
	struct child *child = &it->children[which];
	uint64_t patience_ns = child->ready ? HUNG_NS : STARTING_NS;

	if (child->pid == 0 && child->again_ns && child->again_ns <= now_ns)
		start_again(it, which);
	if (child->pid && child->kill_ns && child->kill_ns <= now_ns)
		kill(child->pid, SIGKILL);
	if (child->pid && now_ns > child->pulsed_ns && now_ns - child->pulsed_ns > patience_ns) {
		child->pulsed_ns = now_ns;
		end_at_once(child, "it gave no sign of life");
	}
	/* The controller first starts when the sensor has shown that it can. */
	if (which == CONTROLLER && child->pid == 0 && child->started_ns == 0 && !it->stopping &&
	    it->children[SENSOR].ready)
		start_again(it, which);
}

static void pat_watchdog(struct supervisor *it, uint64_t now_ns)
{
	if (!it->watchdog_ns || now_ns - it->patted_ns < it->watchdog_ns)
		return;
	it->patted_ns = now_ns;
	privileges_notify("WATCHDOG=1");
}

/* ---- the loop ---------------------------------------------------------------------------------- */

static void take_signals(struct supervisor *it)
{
	struct signalfd_siginfo info;

	while (read(it->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		switch ((int)info.ssi_signo) {
		case SIGCHLD:
			break; /* reaped in any case */
		case SIGHUP:
			reload(it);
			break;
		default:
			stop(it);
		}
	reap(it);
}

static int wait_ms(const struct supervisor *it)
{
	uint64_t now_ns = clock_monotonic_ns(), least_ns = ms_to_ns(WAIT_MS);

	for (unsigned i = 0; i < CHILDREN; i++) {
		uint64_t again_ns = it->children[i].again_ns;

		if (again_ns && again_ns <= now_ns)
			return 0;
		if (again_ns && again_ns - now_ns < least_ns)
			least_ns = again_ns - now_ns;
	}
	if (it->watchdog_ns && it->watchdog_ns < least_ns)
		least_ns = it->watchdog_ns;
	return (int)(least_ns / ms_to_ns(1)) + 1;
}

static void turn(struct supervisor *it)
{
	struct pollfd fds[1 + CHILDREN] = { { .fd = it->signals, .events = POLLIN } };
	uint64_t now_ns;

	clock_line_ns(&it->clock, clock_wall_ns());
	for (unsigned i = 0; i < CHILDREN; i++)
		fds[1 + i] = (struct pollfd){ .fd = it->children[i].rein, .events = POLLIN };
	if (poll(fds, 1 + CHILDREN, wait_ms(it)) < 0 && errno != EINTR)
		log_line(it->live->log, LOG_LEVEL_ERROR, "supervisor", "poll: errno=%d", errno);
	for (unsigned i = 0; i < CHILDREN; i++)
		if (fds[1 + i].revents && it->children[i].rein == fds[1 + i].fd)
			hear(it, i);
	take_signals(it);
	now_ns = clock_monotonic_ns();
	for (unsigned i = 0; i < CHILDREN; i++)
		look_after(it, i, now_ns);
	pat_watchdog(it, now_ns);
}

static bool is_over(const struct supervisor *it)
{
	return it->stopping && it->children[SENSOR].pid == 0 && it->children[CONTROLLER].pid == 0;
}

static int take_over_signals(struct supervisor *it, struct err *err)
{
	sigset_t ours;

	sigemptyset(&ours);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGTERM);
	sigaddset(&ours, SIGHUP);
	sigaddset(&ours, SIGCHLD);
	sigprocmask(SIG_BLOCK, &ours, NULL);
	it->signals = signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK);
	return it->signals < 0 ? err_set_errno(err, errno, "no descriptor for signals") : 0;
}

static int supervise(struct supervisor *it, struct err *err)
{
	/* What somebody left open is nobody's business here. */
	close_range(STDERR_FILENO + 1, ~0u, 0);
	if (take_over_signals(it, err) < 0 || pipe_pair(it->line, err) < 0 ||
	    start(it, SENSOR, err) < 0)
		return err->code;
	while (!is_over(it))
		turn(it);
	close(it->line[SENSOR]);
	close(it->line[CONTROLLER]);
	close(it->signals);
	if (it->trying)
		setup_fini(&it->before);
	return 0;
}

int run_live(const struct live *live)
{
	struct supervisor it = {
		.live = live,
		.children = { [SENSOR] = { .name = "sensor", .run = sensor_child, .rein = -1 },
			      [CONTROLLER] = { .name = "controller",
					       .run = controller_child,
					       .rein = -1 } },
		.watchdog_ns = privileges_watchdog_ns(),
	};
	struct err err = { 0 };

	if (supervise(&it, &err) < 0) {
		fprintf(stderr, "cordond: %s\n", err.text);
		return err_exit_code(&err);
	}
	return it.code;
}
