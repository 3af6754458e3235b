/* SPDX-License-Identifier: Apache-2.0 */
/* The waiting answers in order of asking.  An asset is active from ISOLATE to RELEASE, as on a device that never
 * fails; there are no counters, since nothing was dropped. */
#include "core/isolation/dryrun.h"

#include <stdio.h>
#include <string.h>

#include "core/asset/asset.h"
#include "core/base/mem.h"
#include "core/isolation/plan.h"

struct waiting {
	struct enforcer_result result;
	enforcer_done_fn *done;
	void *arg;
};

struct dryrun {
	struct enforcer enforcer;
	struct waiting *waiting;
	size_t waiting_count, waiting_room;
	char (*active)[ASSET_NAME_BYTES]; /* names of assets that would be isolated now */
	size_t active_count, active_room;
};

static char *find_active(const struct dryrun *dryrun, const char *name)
{
	for (size_t i = 0; i < dryrun->active_count; i++)
		if (strcmp(dryrun->active[i], name) == 0)
			return dryrun->active[i];
	return NULL;
}

static void set_active(struct dryrun *dryrun, const char *name, bool active)
{
	char *place = find_active(dryrun, name);

	if (active && !place) {
		if (dryrun->active_count == dryrun->active_room) {
			dryrun->active_room = 2 * dryrun->active_room + 8;
			dryrun->active = mem_resize(dryrun->active, dryrun->active_room,
						    sizeof(*dryrun->active));
		}
		snprintf(dryrun->active[dryrun->active_count++], ASSET_NAME_BYTES, "%s", name);
	} else if (!active && place) {
		memmove(place, dryrun->active[--dryrun->active_count], ASSET_NAME_BYTES);
	}
}

static void act(void *self, enum enforcer_act what, const struct asset *asset,
		const struct plan *plan, enforcer_done_fn *done, void *arg)
{
	struct dryrun *dryrun = self;
	struct waiting *waiting;

	if (dryrun->waiting_count == dryrun->waiting_room) {
		dryrun->waiting_room = 2 * dryrun->waiting_room + 8;
		dryrun->waiting =
			mem_resize(dryrun->waiting, dryrun->waiting_room, sizeof(*dryrun->waiting));
	}
	if (what == ENFORCER_ISOLATE || what == ENFORCER_RELEASE)
		set_active(dryrun, asset->name, what == ENFORCER_ISOLATE);
	waiting = &dryrun->waiting[dryrun->waiting_count++];
	memset(waiting, 0, sizeof(*waiting));
	waiting->done = done;
	waiting->arg = arg;
	waiting->result.active = find_active(dryrun, asset->name) != NULL;
	snprintf(waiting->result.did, sizeof(waiting->result.did),
		 "nothing: a dry run would have asked to %s%s%s", enforcer_act_name(what),
		 plan ? " with channel " : "", plan ? plan->name : "");
}

struct dryrun *dryrun_new(void)
{
	struct dryrun *dryrun = mem_alloc(sizeof(*dryrun));

	dryrun->enforcer = (struct enforcer){ .name = "dry-run", .self = dryrun, .act = act };
	return dryrun;
}

void dryrun_free(struct dryrun *dryrun)
{
	if (!dryrun)
		return;
	mem_free(dryrun->waiting);
	mem_free(dryrun->active);
	mem_free(dryrun);
}

const struct enforcer *dryrun_enforcer(struct dryrun *dryrun)
{
	return &dryrun->enforcer;
}

/* done() may ask for more, so each answer is taken out before it is given; what is asked meanwhile waits. */
unsigned dryrun_answer(struct dryrun *dryrun)
{
	size_t count = dryrun->waiting_count;

	for (size_t i = 0; i < count; i++) {
		struct waiting waiting = dryrun->waiting[i];

		waiting.done(waiting.arg, &waiting.result);
	}
	dryrun->waiting_count -= count;
	if (count)
		memmove(dryrun->waiting, dryrun->waiting + count,
			dryrun->waiting_count * sizeof(*dryrun->waiting));
	return (unsigned)count;
}
