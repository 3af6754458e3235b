/* SPDX-License-Identifier: Apache-2.0 */
/* child.h - the two processes under the supervisor. */
#ifndef CORDON_DAEMON_CHILD_H
#define CORDON_DAEMON_CHILD_H

#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "core/base/clock.h"

struct log;
struct setup;

struct child_parts {
	struct setup *setup; /* its own copy, by fork */
	struct log *log;
	FILE *account;
	pid_t parent;
	int line; /* its end of the feed, both ways */
	int rein;
	struct clock_line clock; /* the time that the supervisor goes by */
	const char *blind; /* controller: why the sensor is not to be trusted yet; NULL if it is */
};

/* Watches the wire until SIGTERM.  Returns the exit code; errors were told.  Knows no secret: of the setup it keeps what
 * detection needs. */
int sensor_child(const struct child_parts *parts);
/* Judges and acts until SIGTERM. */
int controller_child(const struct child_parts *parts);

/* Both: how often they show signs of life. */
#define CHILD_PULSE_MS 1000

#endif
