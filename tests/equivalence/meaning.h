/* SPDX-License-Identifier: Apache-2.0 */
/* meaning.h - what a channel and a plan let through, said in words of their own: docs/policy.md and
 * core/isolation/filter.h in code, without the compiler and without the firmware. */
#ifndef CORDON_TESTS_EQUIVALENCE_MEANING_H
#define CORDON_TESTS_EQUIVALENCE_MEANING_H

#include <stdbool.h>

struct channel;
struct measure;
struct packet;
struct plan;

bool channel_passes(const struct channel *channel, const struct packet *packet);
/* Whether a measure is about this packet: it counts it, or blocks it. */
bool measure_means(const struct measure *measure, const struct packet *packet);
/* Every filter is asked, and one that drops wins. */
bool plan_passes(const struct plan *plan, const struct packet *packet);

#endif
