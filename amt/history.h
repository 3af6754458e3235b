/* SPDX-License-Identifier: Apache-2.0 */
/* history.h - what a device has written down: its event log and its audit log, read to their ends and put in one order. */
#ifndef CORDON_AMT_HISTORY_H
#define CORDON_AMT_HISTORY_H

#include <stddef.h>

#include "core/isolation/remedy.h"

struct act;
struct history;

/* Steps that fill act->history; a log that cannot be read is told in what was done, both that cannot are a failure. */
void history_steps(struct act *act);
/* The oldest first; an entry whose time is not known stands where its log has it. */
const struct remedy_entry *history_entries(const struct history *history, size_t *count);
void history_free(struct history *history); /* NULL is fine */

#endif
