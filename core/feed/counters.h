/* SPDX-License-Identifier: Apache-2.0 */
/* counters.h - the words for the sensor's counters, in the order in which they are told everywhere. */
#ifndef CORDON_FEED_COUNTERS_H
#define CORDON_FEED_COUNTERS_H

#include "core/base/metric.h"

/* Of a struct record_sensor; its two times are no counters. */
extern const struct metric_table counters_table;

#endif
