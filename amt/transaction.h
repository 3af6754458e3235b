/* SPDX-License-Identifier: Apache-2.0 */
/* transaction.h - steps on one device, in order, with a way back.
 *
 * A step asks the device for one operation and takes the result, or only thinks.  Taking may
 * add steps (they run before the ones already waiting, in the order they were added), and may
 * note how to undo what was just done.  When a step fails, the waiting steps are dropped and
 * the noted undo steps run, last first; if the device is gone there is no use in that, and
 * what stays behind is found by name at the next act.  After transaction_keep() nothing before
 * is undone any more. */
#ifndef CORDON_AMT_TRANSACTION_H
#define CORDON_AMT_TRANSACTION_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"

struct loop;
struct session;
struct session_call;
struct session_result;
struct transaction;

struct step_kind {
	/* Fills call; false if there is nothing to ask after all.  NULL for a step that only thinks. */
	bool (*ask)(void *act, uint32_t n, struct session_call *call);
	/* result is NULL if nothing was asked.  Negative ends the transaction.  NULL: any failure does. */
	int (*take)(void *act, uint32_t n, const struct session_result *result, struct err *err);
};

struct transaction_end {
	int rc;
	const struct err *err;
	bool clean;   /* rc < 0: everything was undone, the device is as before */
	bool yielded; /* ended early because transaction_yield() asked for it */
	uint32_t writes, reads, round_trips;
};

typedef void transaction_done_fn(void *act, const struct transaction_end *end);

/* act is handed to the steps.  Nothing is asked before transaction_run(). */
struct transaction *transaction_new(struct session *session, struct loop *loop, void *act,
				    transaction_done_fn *done);
void transaction_free(
	struct transaction *transaction); /* only while nothing is in flight, or after done */
void transaction_then(struct transaction *transaction, const struct step_kind *kind, uint32_t n);
void transaction_undo(struct transaction *transaction, const struct step_kind *kind, uint32_t n);
void transaction_keep(struct transaction *transaction);
/* Drops what waits: the rest turned out to be needless. */
void transaction_drop_waiting(struct transaction *transaction);
/* Ends it when the device has answered what it was asked.  Only for steps that read. */
void transaction_yield(struct transaction *transaction);
/* done may be called before this returns if no step has anything to ask. */
void transaction_run(struct transaction *transaction);

/* The error of a result that is not DONE; returns its code. */
int step_failed(const struct session_result *result, struct err *err);

#endif
