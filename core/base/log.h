/* SPDX-License-Identifier: Apache-2.0 */
/* log.h - lines for the operator: time, level, topic, event, key=value.
 *
 * Logging happens where an error is handled, once.  The log is a value handed to whoever logs;
 * a NULL log swallows everything.  Secrets have no printer, so they cannot get here.  Lines a stranger can
 * trigger go through log_limited(), which lets through a burst, then one line a minute with the
 * number suppressed. */
#ifndef CORDON_BASE_LOG_H
#define CORDON_BASE_LOG_H

#include <stdint.h>
#include <stdio.h>

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_NOTICE,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};

struct log;

/* Writes to stream (borrowed, outlives the log).  Never NULL: aborts when memory is out. */
struct log *log_new(FILE *stream, enum log_level most);
void log_free(struct log *log);

/* event and the rest are one printf text, by convention "event key=value key=value". */
void log_line(struct log *log, enum log_level level, const char *topic, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* State of one rate-limited message; zero-initialised, owned by the caller. */
struct log_limit {
	uint64_t window_start_ns;
	uint32_t in_window;
	uint32_t suppressed;
};
void log_limited(struct log *log, struct log_limit *limit, uint64_t now_ns, enum log_level level,
		 const char *topic, const char *text);

#endif
