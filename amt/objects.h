/* SPDX-License-Identifier: Apache-2.0 */
/* objects.h - the System Defense objects a device holds, as last read: everybody's, ours told
 * by name.
 *
 * Kept true by whoever writes to the device.  Like inventory.h, a fixed list of reads that
 * somebody else asks. */
#ifndef CORDON_AMT_OBJECTS_H
#define CORDON_AMT_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "amt/sysdefense.h"

struct err;
struct session_call;
struct session_result;

enum objects_read {
	OBJECTS_POLICIES,
	OBJECTS_ETHERNET_FILTERS,
	OBJECTS_IP_FILTERS,
	OBJECTS_BINDINGS,
	OBJECTS_DEFAULT_BINDINGS,
	OBJECTS_READS
};

struct objects {
	bool known;
	struct sd_policy *policies;
	size_t policy_count;
	struct sd_filter *filters;
	size_t filter_count;
	struct sd_binding *bindings; /* of every owner; default policies last */
	size_t binding_count;
};

void objects_fini(struct objects *objects); /* empty again */
/* Drops the filters where the policies tell which filters are theirs: they are read again before anything is written. */
void objects_thin_out(struct objects *objects);
void objects_call(enum objects_read read, struct session_call *call);
int objects_take(struct objects *objects, enum objects_read read,
		 const struct session_result *result, struct err *err);

void objects_add_policy(struct objects *objects, const struct sd_policy *policy);
void objects_add_filter(struct objects *objects, const struct sd_filter *filter);
/* As just read: what else was active on its port is so no more if this one is. */
void objects_put_binding(struct objects *objects, const struct sd_binding *binding);
void objects_remove_policy(struct objects *objects, const char *id);
void objects_remove_filter(struct objects *objects, const char *id);
void objects_remove_binding(struct objects *objects, const char *port_id, const char *policy_id);
void objects_add_default(struct objects *objects, const char *port_id, const char *policy_id);
void objects_remove_default(struct objects *objects, const char *port_id);

/* NULL if there is none. */
const struct sd_policy *objects_policy(const struct objects *objects, const char *id);
bool objects_policy_is_ours(const struct objects *objects, const char *id);
bool objects_policy_is_bound(const struct objects *objects,
			     const char *id); /* by any owner on any port */
/* The filter of this id belongs to a policy of ours, or is named as ours. */
bool objects_filter_is_ours(const struct objects *objects, const char *id);
/* Some policy names this filter; where firmware does not tell handles, a policy of ours with
 * the same hash. */
bool objects_filter_is_used(const struct objects *objects, const struct sd_filter *filter);
/* What the owner "System Defense" has enabled on the port; NULL if nothing. */
const struct sd_binding *objects_binding(const struct objects *objects, const char *port_id);
/* The port's default policy, as last read; NULL if there is none. */
const struct sd_binding *objects_default(const struct objects *objects, const char *port_id);
const struct sd_binding *objects_active(const struct objects *objects, const char *port_id);

#endif
