/* SPDX-License-Identifier: Apache-2.0 */
/* eve.h - facts as EVE-style JSON lines into a file ("-" is standard output). */
#ifndef CORDON_NOTIFY_EVE_H
#define CORDON_NOTIFY_EVE_H

#include <stdbool.h>

#include "core/isolation/fact.h"

struct err;
struct eve;

/* append: what is there stays; otherwise the file begins anew. */
struct eve *eve_open(const char *path, bool append, fact_detector_fn *detector_name,
		     struct err *err);
/* Flushes; a write error met on the way (disk full) is told here at the latest. */
int eve_close(struct eve *eve, struct err *err);
int eve_write(struct eve *eve, const struct fact *fact, struct err *err);

#endif
