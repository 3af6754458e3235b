/* SPDX-License-Identifier: Apache-2.0 */
/* random_channel.h - channels as no administrator would write them, within what the policy language allows: overlapping,
 * touching, halves of one another, both families, single ports to nearly all. */
#ifndef CORDON_TESTS_EQUIVALENCE_RANDOM_CHANNEL_H
#define CORDON_TESTS_EQUIVALENCE_RANDOM_CHANNEL_H

#include <stdint.h>

#include "core/policy/channel.h"

struct channel random_channel(uint64_t *seed);

#endif
