/* SPDX-License-Identifier: Apache-2.0 */
/* journal.h - the intent is durable before the act.
 *
 * Before anything is asked of a device the wish is written and synced; when the outcome is known it is settled.  What is
 * found unsettled at start is inspected on the device, then finished or undone.  Implemented by
 * core/store/journal_db. */
#ifndef CORDON_ISOLATION_JOURNAL_H
#define CORDON_ISOLATION_JOURNAL_H

#include <stdint.h>

struct err;
struct isolation;

struct journal {
	void *self;
	/* The isolation's whole state, durable when this returns 0.  Called before every act (the state then
	 * says what is about to be done) and after every outcome. */
	int (*keep)(void *self, const struct isolation *isolation, struct err *err);
	/* Calls each for every isolation that had not ended, oldest first. */
	int (*recall)(void *self, void (*each)(void *arg, const struct isolation *isolation),
		      void *arg, struct err *err);
	/* Calls each for every isolation, ended or not, whose last kept state was never told as a fact: the process died
	 * between keeping and telling.  NULL where nothing outlives the process. */
	int (*untold)(void *self, void (*each)(void *arg, const struct isolation *isolation),
		      void *arg, struct err *err);
};

#endif
