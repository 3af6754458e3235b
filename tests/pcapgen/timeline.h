/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PCAPGEN_TIMELINE_H
#define TESTS_PCAPGEN_TIMELINE_H

/* All frames of a capture.  Behaviours add theirs in any order, one whole conversation after the
 * other; the timeline puts them in the order of time, frames of the same microsecond in the order
 * in which they were added.  Lack of memory ends the program: this is a build tool. */

#include <stddef.h>
#include <stdint.h>

struct frame;
struct timeline;

struct timeline *timeline_new(void);
void timeline_free(struct timeline *timeline);

/* Copies the frame; its payload must live as long as the timeline. */
void timeline_add(struct timeline *timeline, const struct frame *frame);

/* Copies bytes into memory that lives as long as the timeline. */
const void *timeline_keep(struct timeline *timeline, const void *bytes, size_t length);

/* Sorts, numbers the IP headers, and hands out the frames; valid until the next add. */
const struct frame *timeline_play(struct timeline *timeline, size_t *count);

#endif
