/* SPDX-License-Identifier: Apache-2.0 */
/* meddle.h - another console at work on the same device (amt-system-defense.md 7, item 36). */
#ifndef AMTSIM_MEDDLE_H
#define AMTSIM_MEDDLE_H

#include <stdint.h>

struct device;

enum meddling {
	MEDDLE_ANY,
	MEDDLE_ADD,     /* a filter and a policy of its own, not enabled */
	MEDDLE_CLASH,   /* a filter with the name of an existing one */
	MEDDLE_OUTRANK, /* an agent's policy of the highest precedence is enabled on port 0 */
	MEDDLE_UNBIND,  /* whatever System Defense has on port 0 is disabled */
	MEDDLE_REPLACE, /* and a policy of its own enabled instead */
	MEDDLINGS
};

/* Does it, if the device has room for it. */
void meddle(struct device *device, enum meddling what);
/* By the device's knobs: perhaps, after a request. */
void meddle_perhaps(struct device *device);

#endif
