/* SPDX-License-Identifier: Apache-2.0 */
/* clock.h - time as a value.
 *
 * Logic takes times as arguments.  Two kinds: now_ns, monotonic, for intervals; and wall_ns,
 * nanoseconds since 1970 UTC, for what people and other machines read.  Only the composition root and the
 * loop read the machine's clocks. */
#ifndef CORDON_BASE_CLOCK_H
#define CORDON_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

uint64_t clock_monotonic_ns(void);
uint64_t clock_wall_ns(void);

/* The wall clock without its steps back.  After one of more than CLOCK_STEP_NS time goes on from where it was, ahead of the
 * clock, and a little slower until the clock has caught up; less than that comes of packets that had to wait, and passes as it
 * is.  Zeroed at the start; a copy goes on where the other stood. */
#define CLOCK_STEP_NS (60 * UINT64_C(1000000000))
struct clock_line {
	uint64_t last_ns, ahead_ns;
	uint64_t clock_ns; /* the latest wall_ns since the last step */
};
uint64_t clock_line_ns(struct clock_line *line, uint64_t wall_ns);

/* EVE's form, UTC: 2026-01-31T12:00:00.123456+0000; size at least CLOCK_TEXT_BYTES. */
#define CLOCK_TEXT_BYTES 40
void clock_text(uint64_t wall_ns, char *text, size_t size);

#endif
