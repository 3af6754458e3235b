/* SPDX-License-Identifier: Apache-2.0 */
/* privileges.h - giving up what a process does not need, and talking to the service manager.
 *
 * The one file that knows libseccomp, libcap-ng and libsystemd.  What is given up cannot be had back. */
#ifndef CORDON_DAEMON_PRIVILEGES_H
#define CORDON_DAEMON_PRIVILEGES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct err;

/* The part of a process in the whole: what it keeps. */
enum privileges_part {
	PRIVILEGES_SENSOR,     /* no capability */
	PRIVILEGES_CONTROLLER, /* none, but root may go on reading files of others */
};

struct privileges_user {
	bool found;
	uid_t uid;
	gid_t gid;
};

/* "" stands for the first that exists of "cordon" and "nobody".  ERR_CONFIG if there is no such user. */
int privileges_find_user(const char *name, struct privileges_user *user, struct err *err);
/* Becomes the user (if found, and we are root), gives up capabilities, takes no new ones, leaves no core file.  Ends with the
 * parent: death_signal comes when that dies. */
int privileges_drop(enum privileges_part part, const struct privileges_user *user, struct err *err);
int privileges_end_with(pid_t parent, int death_signal, struct err *err);
/* The last thing before the work begins: memory, time, and reading and writing what is open; nothing can be sent into mute_fd,
 * the capture.  Opening a file is refused; what only an intruder would try (a socket, a program, another process) is the end of
 * the process, so that it is noticed. */
int privileges_confine_sensor(int mute_fd, struct err *err);
/* No programs, no tracing, no kernel administration. */
int privileges_confine_controller(struct err *err);

/* To systemd, if it started us: "READY=1", "STATUS=...". */
void privileges_notify(const char *words);
/* How often it wants to hear "WATCHDOG=1"; 0 = never. */
uint64_t privileges_watchdog_ns(void);

#endif
