/* SPDX-License-Identifier: Apache-2.0 */
/* One write per line, so that lines of two processes on one stream do not mix.  Bytes that could forge
 * a line or drive a terminal are replaced here, once, instead of trusting every caller.  Left out:
 * files, rotation and syslog, which systemd does for whatever we write to standard error. */
#include "core/base/log.h"

#include <stdarg.h>
#include <stdbool.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/printable.h"
#include "core/base/units.h"

#define LINE_MAX_BYTES  1024
#define LIMIT_WINDOW_NS (60 * NS_PER_S)
#define LIMIT_BURST     10

struct log {
	FILE *stream;
	enum log_level most;
};

struct log *log_new(FILE *stream, enum log_level most)
{
	struct log *log = mem_alloc(sizeof(*log));

	log->stream = stream;
	log->most = most;
	return log;
}

void log_free(struct log *log)
{
	mem_free(log);
}

static const char *level_word(enum log_level level)
{
	static const char *const words[] = { "error", "warning", "notice", "info", "debug" };

	return words[level];
}

void log_line(struct log *log, enum log_level level, const char *topic, const char *format, ...)
{
	char time_text[CLOCK_TEXT_BYTES], message[LINE_MAX_BYTES];
	va_list args;

	if (!log || level > log->most)
		return;
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	printable(message, '?');
	clock_text(clock_wall_ns(), time_text, sizeof(time_text));
	fprintf(log->stream, "%s %s %s %s\n", time_text, level_word(level), topic, message);
	fflush(log->stream);
}

/* A window that ended with lines suppressed opens the next one with a single line that says how
 * many; a window in which all lines got through opens a fresh burst. */
void log_limited(struct log *log, struct log_limit *limit, uint64_t now_ns, enum log_level level,
		 const char *topic, const char *text)
{
	bool window_over = now_ns - limit->window_start_ns >= LIMIT_WINDOW_NS;
	uint32_t suppressed = limit->suppressed;

	if (window_over) {
		limit->window_start_ns = now_ns;
		limit->in_window = suppressed ? LIMIT_BURST - 1 : 0;
		limit->suppressed = 0;
	}
	if (limit->in_window >= LIMIT_BURST) {
		limit->suppressed++;
		return;
	}
	limit->in_window++;
	if (window_over && suppressed)
		log_line(log, level, topic, "%s suppressed=%u", text, suppressed);
	else
		log_line(log, level, topic, "%s", text);
}
