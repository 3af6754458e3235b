/* SPDX-License-Identifier: Apache-2.0 */
/* cover.h - whether conditions follow from others.
 *
 * Both answers are one-sided: true is certain, false means "not seen", so that a rule is never
 * called dead that is not. */
#ifndef CORDON_POLICY_COVER_H
#define CORDON_POLICY_COVER_H

#include <stdbool.h>

struct when;

/* Every input that satisfies narrow satisfies wide. */
bool cover_implies(const struct when *narrow, const struct when *wide);
/* No input satisfies when: it contradicts itself. */
bool cover_impossible(const struct when *when);

#endif
