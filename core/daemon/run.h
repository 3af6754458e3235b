/* SPDX-License-Identifier: Apache-2.0 */
/* run.h - the two ways to run: a capture file on its own clock, or the wire on the machine's. */
#ifndef CORDON_DAEMON_RUN_H
#define CORDON_DAEMON_RUN_H

#include <stdio.h>

struct capture;
struct err;
struct log;
struct setup;

struct run {
	const struct setup *setup;
	struct capture *capture; /* borrowed */
	struct log *log;
	FILE *account; /* NULL = quiet */
};

/* A file: as fast as it can be read, time comes from the packets, nothing is ever sent. */
int run_replay(const struct run *run, struct err *err);
/* An interface or a pipe: until the end of the pipe, SIGINT or SIGTERM. */
int run_live(const struct run *run, struct err *err);

#endif
