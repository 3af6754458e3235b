/* SPDX-License-Identifier: Apache-2.0 */
/* eve.h - facts as EVE-style JSON lines into a file ("-" is standard output). */
#ifndef CORDON_NOTIFY_EVE_H
#define CORDON_NOTIFY_EVE_H

#include <stdbool.h>

#include "core/isolation/fact.h"

struct err;
struct eve;

/* append: what is there stays; otherwise the file begins anew.  Moved away or removed, it is made anew before the next fact.  A
 * named pipe needs its reader first; facts that it does not take are errors of eve_write(), which never waits, and SIGPIPE is
 * ignored for the process from then on. */
struct eve *eve_open(const char *path, bool append, fact_detector_fn *detector_name,
		     struct err *err);
int eve_close(struct eve *eve, struct err *err);
/* A whole line, or none and err (a full disk); also err where the file was moved away, no new one can be made and the line went
 * into the old one. */
int eve_write(struct eve *eve, const struct fact *fact, struct err *err);

#endif
