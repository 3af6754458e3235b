/* SPDX-License-Identifier: Apache-2.0 */
/* reconcile.h - what is on the device already, and what of ours may go: pure comparison,
 * nothing is asked or written. */
#ifndef CORDON_AMT_RECONCILE_H
#define CORDON_AMT_RECONCILE_H

#include <stdbool.h>
#include <stddef.h>

#include "amt/compile.h"
#include "amt/objects.h"

struct err;

/* True if the whole set is there; its ids and handles are then filled. */
bool reconcile_find_set(const struct objects *objects, struct sd_set *set);
/* Fills the ids of filters that are there and in no policy, "" for the others. */
void reconcile_take_filters(const struct objects *objects, struct sd_set *set);
/* A filter on the device that is the wanted one and in no policy; NULL if there is none. */
const struct sd_filter *reconcile_find_filter(const struct objects *objects,
					      const struct sd_filter *wanted);
/* A policy of the wanted name and content; NULL if there is none.  Its handles must be filled. */
const struct sd_policy *reconcile_find_policy(const struct objects *objects,
					      const struct sd_policy *wanted);
int reconcile_fill_handles(struct sd_set *set, const char *device, struct err *err);

struct sd_id {
	char text[SD_ID_BYTES];
};

#define STALE_MAX 128

struct stale {
	struct sd_id *policies, *filters; /* owned */
	size_t policy_count, filter_count;
};

/* Which channels besides the set's own are cleaned. */
struct stale_rule {
	bool others;
	const struct sd_id *keep; /* with others: policies that stay */
	size_t keep_count;
	const char *beside; /* the name of another that is wanted as well; "" = none */
};

/* Ours, bound to nothing, and of an older content of this channel, or in no policy; with
 * others, of any channel.  At most STALE_MAX of each: firmware holds 8 and 80, and what tells of more may have the rest
 * taken away by later acts. */
void reconcile_list_stale(const struct objects *objects, const struct sd_set *set,
			  const struct stale_rule *rule, struct stale *stale);
void stale_fini(struct stale *stale);

#endif
