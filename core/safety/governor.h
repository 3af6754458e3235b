/* SPDX-License-Identifier: Apache-2.0 */
/* governor.h - how many automatic isolations an hour, and none while the sensor is blind.
 *
 * Sliding window over the last hour.  Default cap: 10 an hour; a site raises it knowingly.  Isolations that people ask
 * for are counted but never refused by the cap. */
#ifndef CORDON_SAFETY_GOVERNOR_H
#define CORDON_SAFETY_GOVERNOR_H

#include <stdbool.h>
#include <stdint.h>

#define GOVERNOR_DEFAULT_PER_HOUR 10
#define GOVERNOR_MAX_PER_HOUR     1000
#define GOVERNOR_REASON_BYTES     160

struct governor;

struct governor *governor_new(uint32_t per_hour); /* 0 forbids all automatic isolation */
void governor_free(struct governor *governor);
bool governor_allows(struct governor *governor, uint64_t now_ns,
		     char reason[GOVERNOR_REASON_BYTES]);
void governor_count(struct governor *governor, uint64_t now_ns); /* an isolation was started */
/* At restart: an isolation started at that time, from the journal. */
void governor_recall(struct governor *governor, uint64_t started_ns);
/* While the sensor cannot see, nothing is isolated automatically: why for people, copied; NULL = it sees again. */
void governor_set_blind(struct governor *governor, const char *why);
bool governor_is_blind(const struct governor *governor);
uint32_t governor_used(const struct governor *governor, uint64_t now_ns);

#endif
