/* SPDX-License-Identifier: Apache-2.0 */
/* dryrun.h - an enforcer that only writes down: every act succeeds at once, nothing is sent.  Results wait
 * until dryrun_answer() is asked for them: never before act returns. */
#ifndef CORDON_ISOLATION_DRYRUN_H
#define CORDON_ISOLATION_DRYRUN_H

#include "core/isolation/enforcer.h"

struct dryrun;

struct dryrun *dryrun_new(void);
void dryrun_free(struct dryrun *dryrun);
const struct enforcer *dryrun_enforcer(struct dryrun *dryrun);
/* Delivers the waiting answers; returns how many. */
unsigned dryrun_answer(struct dryrun *dryrun);

#endif
