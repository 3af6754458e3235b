/* SPDX-License-Identifier: Apache-2.0 */
/* metric.c - three lines a number: help, type, value.
 *
 * Left out: labels, times and floating point numbers; nothing here needs them. */
#include "core/base/metric.h"

#include <string.h>

#include "core/base/buf.h"

uint64_t metric_value(const struct metric *metric, const void *values)
{
	uint64_t value;

	memcpy(&value, (const char *)values + metric->offset, sizeof(value));
	return value;
}

void metric_describe(const struct metric_table *table, const void *values, struct buf *out)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct metric *row = &table->rows[i];
		const char *end = row->is_level ? "" : "_total";

		buf_format(out, "# HELP %s_%s%s %s\n", table->prefix, row->word, end, row->help);
		buf_format(out, "# TYPE %s_%s%s %s\n", table->prefix, row->word, end,
			   row->is_level ? "gauge" : "counter");
		buf_format(out, "%s_%s%s %llu\n", table->prefix, row->word, end,
			   (unsigned long long)metric_value(row, values));
	}
}
