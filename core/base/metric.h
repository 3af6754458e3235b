/* SPDX-License-Identifier: Apache-2.0 */
/* metric.h - numbers for machines, as Prometheus reads them (text exposition format 0.0.4).
 *
 * A table says where each number lies in a struct of 64-bit numbers, so that a counter that is kept and not told is a row
 * that is missing.  The name is PREFIX_WORD_total of what only grows until the process ends, PREFIX_WORD of a level. */
#ifndef CORDON_BASE_METRIC_H
#define CORDON_BASE_METRIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

struct metric {
	const char *word, *help; /* help: one line, no backslash */
	size_t offset;           /* of a uint64_t */
	bool is_level;           /* goes down, too */
};

#define METRIC_COUNT(type, member, help)                     \
	{                                                    \
#member, help, offsetof(type, member), false \
	}
#define METRIC_LEVEL(type, member, help)                    \
	{                                                   \
#member, help, offsetof(type, member), true \
	}

struct metric_table {
	const char *prefix; /* "cordon_sensor" */
	const struct metric *rows;
	size_t count;
};

uint64_t metric_value(const struct metric *metric, const void *values);
void metric_describe(const struct metric_table *table, const void *values, struct buf *out);

#endif
