/* SPDX-License-Identifier: Apache-2.0 */
/* The only place that asks the machine for the time.  UTC always: local time has hours that happen twice. */
#include "core/base/clock.h"

#include <stdio.h>
#include <time.h>

#include "core/base/invariant.h"
#include "core/base/units.h"

static uint64_t read_clock(clockid_t id)
{
	struct timespec t;

	INVARIANT(clock_gettime(id, &t) == 0);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

uint64_t clock_monotonic_ns(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

uint64_t clock_wall_ns(void)
{
	return read_clock(CLOCK_REALTIME);
}

/* A sixteenth of what passes: an hour is made up for in two thirds of a day, and no deadline is late by more. */
static void fall_back(struct clock_line *line, uint64_t passed_ns)
{
	uint64_t less_ns = passed_ns / 16;

	line->ahead_ns -= less_ns < line->ahead_ns ? less_ns : line->ahead_ns;
}

uint64_t clock_line_ns(struct clock_line *line, uint64_t wall_ns)
{
	if (wall_ns >= line->last_ns) {
		line->ahead_ns = 0;
	} else if (wall_ns + line->ahead_ns + CLOCK_STEP_NS < line->last_ns) {
		line->ahead_ns = line->last_ns - wall_ns;
		line->clock_ns = wall_ns;
	}
	if (wall_ns > line->clock_ns) {
		if (line->ahead_ns)
			fall_back(line, wall_ns - line->clock_ns);
		line->clock_ns = wall_ns;
	}
	if (wall_ns + line->ahead_ns > line->last_ns)
		line->last_ns = wall_ns + line->ahead_ns;
	return wall_ns + line->ahead_ns;
}

void clock_text(uint64_t wall_ns, char *text, size_t size)
{
	time_t seconds = (time_t)(wall_ns / NS_PER_S);
	unsigned us = (unsigned)(wall_ns % NS_PER_S / NS_PER_US);
	struct tm utc;

	INVARIANT(size >= CLOCK_TEXT_BYTES);
	INVARIANT(gmtime_r(&seconds, &utc));
	snprintf(text, size, "%04d-%02d-%02dT%02d:%02d:%02d.%06u+0000", utc.tm_year + 1900,
		 utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, us);
}
