/* SPDX-License-Identifier: Apache-2.0 */
/* run.h - the three ways to run: a recorded capture on its own clock, a stream from a pipe, and the wire.
 *
 * The first two are one process; the wire is watched by two, which a supervisor keeps alive. */
#ifndef CORDON_DAEMON_RUN_H
#define CORDON_DAEMON_RUN_H

#include <stdio.h>

struct capture;
struct err;
struct log;
struct setup;

struct run {
	const struct setup *setup;
	struct log *log;
	FILE *account;      /* NULL = quiet */
	const char *origin; /* "capture /srv/old.pcap" or "pipe" */
};

/* A file: as fast as it can be read, time comes from the packets, nothing is ever sent.  Ends early at SIGINT or SIGTERM, with all
 * told that was read until then: interrupt_end() is the caller's. */
int run_replay(const struct run *run, struct capture *capture, struct err *err);
/* A pipe: until its end, SIGINT or SIGTERM. */
int run_stream(const struct run *run, struct capture *capture, struct err *err);

struct live {
	struct setup *
		setup; /* config.interface and config.filter say what to watch; replaced when reloaded */
	struct log *log;
	FILE *account;
	/* SIGHUP: reads everything again into fresh.  Mistakes are told to people here, and summed up in err. */
	int (*reload)(void *arg, struct setup *fresh, struct err *err);
	void *arg;
};

/* The wire: until SIGINT or SIGTERM.  Tells its errors itself and returns the exit code. */
int run_live(const struct live *live);

#endif
