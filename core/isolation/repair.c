/* SPDX-License-Identifier: Apache-2.0 */
/* repair.c - the states of a repair; nothing here asks anybody.
 *
 * After a crash an order that may have gone out is never given again: if the machine is where a switch would have put it, that is
 * as good as done; of a new start nothing can be known, and that is said. */
#include "core/isolation/repair.h"

#include <stdio.h>
#include <string.h>

#include "core/base/err.h"
#include "core/base/invariant.h"

const char *repair_state_name(unsigned state)
{
	static const char *const names[REPAIR_STATES] = { "requested", "ordered", "done",   "late",
							  "failed",    "unknown", "refused" };

	INVARIANT(state < REPAIR_STATES);
	return names[state];
}

bool repair_has_ended(const struct repair *repair)
{
	return repair->state > REPAIR_ORDERED;
}

void repair_act_text(const struct remedy_wish *wish, char text[REPAIR_ACT_BYTES])
{
	bool boot = wish->boot != REMEDY_BOOT_USUAL;

	snprintf(text, REPAIR_ACT_BYTES, "%s%s%s", remedy_act_name(wish->act),
		 boot ? ", next start from " : "", boot ? remedy_boot_name(wish->boot) : "");
}

static void end(struct repair *repair, enum repair_state state, uint64_t now_ns)
{
	repair->state = (uint8_t)state;
	repair->ended_ns = now_ns;
}

static const char *reason_of(const struct remedy_answer *answer)
{
	return answer->err ? answer->err->text : "the firmware did not answer as it should";
}

static void note(struct repair *repair, const struct remedy_answer *answer)
{
	if (answer->device && *answer->device)
		snprintf(repair->device, sizeof(repair->device), "%s", answer->device);
	if (answer->rc >= 0)
		repair->power = answer->power;
}

void repair_take(struct repair *repair, const struct remedy_answer *answer, uint64_t now_ns)
{
	bool ordered = repair->state == REPAIR_ORDERED;

	note(repair, answer);
	/* Of one that took the order, a look that fails says nothing new; it is looked again. */
	if (answer->rc < 0 && ordered)
		return;
	if (answer->rc < 0) {
		snprintf(repair->said, sizeof(repair->said), "%.*s%s",
			 (int)sizeof(repair->said) - 80, reason_of(answer),
			 answer->unknown ? "; it may have obeyed all the same: look at its state"
					 : "");
		end(repair, answer->unknown ? REPAIR_UNKNOWN : REPAIR_FAILED, now_ns);
		return;
	}
	if (!ordered && answer->did)
		snprintf(repair->said, sizeof(repair->said), "%s", answer->did);
	if (remedy_is_there(&repair->wish, answer->power))
		end(repair, REPAIR_DONE, now_ns);
	else
		repair->state = REPAIR_ORDERED;
}

static bool only_switches(const struct remedy_wish *wish)
{
	return (wish->act == REMEDY_ON || wish->act == REMEDY_OFF) &&
	       wish->boot == REMEDY_BOOT_USUAL;
}

void repair_take_look(struct repair *repair, const struct remedy_answer *answer, uint64_t now_ns)
{
	bool there = answer->rc >= 0 && remedy_is_there(&repair->wish, answer->power);

	note(repair, answer);
	if (there && only_switches(&repair->wish)) {
		snprintf(repair->said, sizeof(repair->said),
			 "cordond ended meanwhile; it was found %s",
			 remedy_power_name(repair->power));
		end(repair, REPAIR_DONE, now_ns);
		return;
	}
	if (answer->rc < 0)
		snprintf(
			repair->said, sizeof(repair->said),
			"cordond ended before the outcome was known, and it cannot be looked at: %.*s",
			(int)sizeof(repair->said) - 100, reason_of(answer));
	else
		snprintf(
			repair->said, sizeof(repair->said),
			"cordond ended before the outcome was known: it may have obeyed; it is %s now%s%s: look",
			remedy_power_name(repair->power), *answer->did ? ", and " : "",
			answer->did);
	end(repair, REPAIR_UNKNOWN, now_ns);
}

void repair_give_up(struct repair *repair, uint64_t now_ns)
{
	size_t length = strlen(repair->said);

	snprintf(repair->said + length, sizeof(repair->said) - length,
		 "%sit took the order and is not there yet: look again", length ? "; " : "");
	end(repair, REPAIR_LATE, now_ns);
}
