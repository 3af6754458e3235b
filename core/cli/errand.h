/* SPDX-License-Identifier: Apache-2.0 */
/* errand.h - something that cordond does at a machine's firmware and that takes its time: begun with one question, followed with more.
 *
 * So a slow firmware keeps no place of the socket from those who approve and release. */
#ifndef CORDON_CLI_ERRAND_H
#define CORDON_CLI_ERRAND_H

#include <stdint.h>

struct buf;
struct err;

struct errand_outcome {
	char state[16]; /* core/isolation/repair.h: "done", "failed", ... */
	char power[16]; /* "on", ... */
	char device[72], said[400];
};

/* line is the request; said gets what cordond answers, for people. */
int errand_begin(const char *control, const char *line, uint64_t *id, struct buf *said,
		 struct err *err);
/* Waits until it is over, also for a daemon that is being started anew. */
int errand_await(const char *control, uint64_t id, uint64_t wait_ns, struct errand_outcome *outcome,
		 struct err *err);
/* What "log" has read, a line each. */
int errand_entries(const char *control, uint64_t id, struct buf *entries, struct err *err);

#endif
