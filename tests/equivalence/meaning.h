/* SPDX-License-Identifier: Apache-2.0 */
/* meaning.h - what a channel and a plan let through, said in words of their own: docs/policy.md and
 * core/isolation/filter.h in code, without the compiler and without the firmware. */
#ifndef CORDON_TESTS_EQUIVALENCE_MEANING_H
#define CORDON_TESTS_EQUIVALENCE_MEANING_H

#include <stdbool.h>

struct channel;
struct packet;
struct plan;

bool channel_passes(const struct channel *channel, const struct packet *packet);
/* Of a plan whose filters all pass over drop defaults. */
bool plan_passes(const struct plan *plan, const struct packet *packet);

#endif
