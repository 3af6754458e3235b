/* SPDX-License-Identifier: Apache-2.0 */
/* wish.c - the order of a queue; nothing here asks any machine. */
#include "amt/wish.h"

#include "amt/act.h"
#include "core/base/mem.h"

void wish_drop_plan(struct fleet_plan *plan)
{
	if (plan && --plan->users == 0)
		mem_free(plan);
}

struct wish *wish_new(unsigned kind, const struct asset *asset, void *arg)
{
	struct wish *wish = mem_alloc(sizeof(*wish));

	wish->kind = kind;
	wish->asset = *asset;
	wish->arg = arg;
	return wish;
}

void wish_free(struct wish *wish)
{
	wish_drop_plan(wish->plan);
	mem_free(wish);
}

enum dispatch_class wish_class(unsigned kind)
{
	switch (kind) {
	case ENFORCER_ISOLATE:
	case ENFORCER_RELEASE:
	case ACT_POWER: /* somebody waits for it */
		return DISPATCH_URGENT;
	case ENFORCER_INSPECT:
		return DISPATCH_NORMAL;
	default:
		return DISPATCH_BACKGROUND;
	}
}

/* Behind what is as urgent, before what can wait; and first it is cut off, then switched. */
struct wish **wish_place(struct wish **first, const struct wish *wish)
{
	bool waits = wish_class(wish->kind) == DISPATCH_BACKGROUND;
	struct wish **at = first, **overtaking = at;

	while (*at && (waits || wish_class((*at)->kind) != DISPATCH_BACKGROUND)) {
		if ((*at)->kind != ACT_POWER)
			overtaking = &(*at)->next;
		at = &(*at)->next;
	}
	return wish->kind == ENFORCER_ISOLATE ? overtaking : at;
}
