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

/* EVE's form, UTC: 2026-01-31T12:00:00.123456+0000; size at least CLOCK_TEXT_BYTES. */
#define CLOCK_TEXT_BYTES 40
void clock_text(uint64_t wall_ns, char *text, size_t size);

#endif
