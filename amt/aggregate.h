/* SPDX-License-Identifier: Apache-2.0 */
/* aggregate.h - fewer filters that match the same packets: a policy holds few (amt-system-defense.md 3.1).
 *
 * Two filters that differ in one thing only become one: where one covers the other, where their prefixes are halves
 * of one prefix, where their port ranges touch or overlap.  Exact, because all that matches any of them meets the same
 * fate; rate limits are left alone, for each counts by itself. */
#ifndef CORDON_AMT_AGGREGATE_H
#define CORDON_AMT_AGGREGATE_H

#include <stddef.h>

struct filter;
struct sd_filter;

/* In place; from (what each filter came from) is kept in step.  Returns how many are left. */
size_t sd_aggregate(struct sd_filter *filters, const struct filter **from, size_t count);

#endif
