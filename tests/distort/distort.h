/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_DISTORT_DISTORT_H
#define TESTS_DISTORT_DISTORT_H

/* What badly placed and overloaded sensors make of the traffic on a wire: the same frames seen in one direction
 * only, twice, or with gaps.  Deterministic: equal input gives equal output. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct capture_frame;
struct distortion;

typedef void distort_fn(void *arg, const struct capture_frame *frame);

/* mode is one of distort_modes(), with ":NUMBER" where it takes one ("thin:10"); NULL if it is none. */
struct distortion *distort_new(const char *mode, int link_type);
void distort_free(struct distortion *distortion);
/* First pass over all frames: whom a mirrored port belongs to. */
void distort_survey(struct distortion *distortion, const struct capture_frame *frame);
/* Second pass: emits what is left of the frame, in order of time; distort_end() emits what is still held back. */
void distort_frame(struct distortion *distortion, const struct capture_frame *frame,
		   distort_fn *emit, void *arg);
void distort_end(struct distortion *distortion, distort_fn *emit, void *arg);
/* One line per mode, for people. */
const char *distort_modes(void);

#endif
