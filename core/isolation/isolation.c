/* SPDX-License-Identifier: Apache-2.0 */
/* One function per event; each looks at the state, changes the isolation and says what to do.  At most one act is asked
 * at a time ("asked"), and nothing ends while its answer is awaited.
 *
 * Three rules carry the rest.  An act whose outcome is unknown is not repeated before the device was read: every
 * write wears its flash.  Repeating stops after ISOLATION_ATTEMPTS_MAX; only a release goes on hourly, because a
 * machine that is cut off must not be forgotten.  What is open beside an isolation in force is tried to be closed as often.  And what was proven is read again hourly, because a
 * firmware can be reset behind our back.
 *
 * Left out: durable storage and telling; the response does both around each step. */
#include "core/isolation/isolation.h"

#include <stdio.h>
#include <string.h>

#include "core/base/invariant.h"
#include "core/base/num.h"
#include "core/base/units.h"

#define SILENCE_NS s_to_ns(5)
#define HOURLY_NS  s_to_ns(3600)
/* A machine that should be silent was heard (perhaps through its channel): look, at most this often. */
#define HEARD_NS      s_to_ns(60)
#define LAPSED_NS     s_to_ns(2)
#define DOUBT_SLOW_NS s_to_ns(600)

#define COUNT(array)  (sizeof(array) / sizeof((array)[0]))

static uint64_t back_off_ns(unsigned failures)
{
	static const uint64_t steps_s[] = { 1, 5, 30, 120 };
	unsigned at = failures ? failures - 1 : 0;

	return s_to_ns(steps_s[at < COUNT(steps_s) ? at : COUNT(steps_s) - 1]);
}

/* From one attempt to cut off what is still open to the next. */
static uint64_t close_again_ns(unsigned closings)
{
	static const uint64_t steps_s[] = { 0, 30, 300 };

	return closings < COUNT(steps_s) ? s_to_ns(steps_s[closings]) : HOURLY_NS;
}

/* From applied to the first look, then from look to look. */
static uint64_t look_again_ns(unsigned inspections)
{
	static const uint64_t steps_s[] = { 2, 5, 10, 30, 60 };

	return s_to_ns(steps_s[inspections < COUNT(steps_s) ? inspections : COUNT(steps_s) - 1]);
}

static void count_up(uint8_t *counter)
{
	if (*counter < UINT8_MAX)
		++*counter;
}

static void set_reason(struct isolation *isolation, const char *reason)
{
	if (reason)
		snprintf(isolation->reason, sizeof(isolation->reason), "%s", reason);
}

static void set_due(struct isolation *isolation, uint64_t due_ns)
{
	isolation->due_ns = due_ns;
	/* What ends by itself is looked at right afterwards, and asked for anew. */
	if (isolation->lapses_ns && isolation->lapses_ns + LAPSED_NS < isolation->due_ns)
		isolation->due_ns = isolation->lapses_ns + LAPSED_NS;
	if (isolation->hold_until_ns && isolation->hold_until_ns < isolation->due_ns)
		isolation->due_ns = isolation->hold_until_ns;
}

static enum isolation_action ask(struct isolation *isolation, enum isolation_action action)
{
	isolation->asked = (uint8_t)action;
	isolation->due_ns = 0;
	return action;
}

static void set_open(struct isolation *isolation, const char *open)
{
	snprintf(isolation->open, sizeof(isolation->open), "%s", open ? open : "");
	if (!open)
		isolation->closings = 0;
}

static enum isolation_action end(struct isolation *isolation, enum isolation_state state,
				 const char *reason, uint64_t now_ns)
{
	INVARIANT(isolation->asked == ISOLATION_DO_NOTHING);
	isolation->state = (uint8_t)state;
	isolation->ended_ns = now_ns;
	isolation->due_ns = 0;
	set_reason(isolation, reason);
	set_open(isolation, NULL);
	return ISOLATION_DO_NOTHING;
}

static enum isolation_action wait_until(struct isolation *isolation, uint64_t due_ns)
{
	set_due(isolation, due_ns);
	return ISOLATION_DO_NOTHING;
}

/* ---- isolating --------------------------------------------------------------------------------- */

static enum isolation_action apply(struct isolation *isolation)
{
	isolation->state = ISOLATION_APPLYING;
	isolation->applied_ns = isolation->proven_ns = 0;
	isolation->dropped_transmit = isolation->dropped_receive = isolation->counted = 0;
	isolation->inspections = 0;
	isolation->doubt = false;
	count_up(&isolation->attempts);
	return ask(isolation, ISOLATION_DO_ISOLATE);
}

/* Once more, if that is still allowed. */
static enum isolation_action apply_again(struct isolation *isolation, uint64_t now_ns)
{
	if (isolation->attempts >= ISOLATION_ATTEMPTS_MAX)
		return end(isolation, ISOLATION_FAILED, NULL, now_ns);
	return apply(isolation);
}

static enum isolation_action release(struct isolation *isolation, const char *reason)
{
	set_reason(isolation, reason);
	isolation->state = ISOLATION_RELEASING;
	isolation->doubt = false;
	isolation->attempts = 0;
	isolation->hold_until_ns = 0;
	if (isolation->asked != ISOLATION_DO_NOTHING) {
		/* The release follows the awaited answer. */
		isolation->due_ns = 0;
		return ISOLATION_DO_NOTHING;
	}
	isolation->attempts = 1;
	return ask(isolation, ISOLATION_DO_RELEASE);
}

/* Queued with a doubt: the device may have obeyed, so the hold runs from now. */
static enum isolation_action doubt(struct isolation *isolation, uint64_t now_ns)
{
	isolation->state = ISOLATION_QUEUED;
	isolation->doubt = true;
	if (isolation->hold_until_ns == 0 && isolation->decision.hold_ns)
		isolation->hold_until_ns = now_ns + isolation->decision.hold_ns;
	count_up(&isolation->inspections);
	return wait_until(isolation, now_ns + (isolation->inspections <= ISOLATION_ATTEMPTS_MAX
						       ? back_off_ns(isolation->inspections)
						       : DOUBT_SLOW_NS));
}

static void take_counters(struct isolation *isolation, const struct isolation_event *event)
{
	if (event->has_counted)
		isolation->counted = event->counted;
	if (!event->has_counters)
		return;
	isolation->dropped_transmit = event->dropped_transmit;
	isolation->dropped_receive = event->dropped_receive;
}

static enum isolation_action applied(struct isolation *isolation,
				     const struct isolation_event *event, uint64_t now_ns)
{
	isolation->state = ISOLATION_APPLIED;
	isolation->applied_ns = now_ns;
	isolation->lapses_ns = event->ends_in_s ? now_ns + s_to_ns(event->ends_in_s) : 0;
	isolation->doubt = false;
	isolation->inspections = 0;
	isolation->reason[0] = '\0';
	set_open(isolation, event->open);
	take_counters(isolation, event);
	if (isolation->hold_until_ns == 0 && isolation->decision.hold_ns)
		isolation->hold_until_ns = now_ns + isolation->decision.hold_ns;
	if (event->pretended) {
		isolation->due_ns = isolation->hold_until_ns;
		return ISOLATION_DO_NOTHING;
	}
	return wait_until(isolation, now_ns + look_again_ns(0));
}

static enum isolation_action isolate_answered(struct isolation *isolation,
					      const struct isolation_event *event, uint64_t now_ns)
{
	if (event->ok && event->active)
		return applied(isolation, event, now_ns);
	set_reason(isolation, event->reason ? event->reason
			      : event->ok   ? "the device does not report our policy as active"
					    : "the device did not obey");
	if (event->unknown)
		return doubt(isolation, now_ns);
	if (event->hopeless || isolation->attempts >= ISOLATION_ATTEMPTS_MAX)
		return end(isolation, ISOLATION_FAILED, NULL, now_ns);
	isolation->state = ISOLATION_QUEUED;
	return wait_until(isolation, now_ns + back_off_ns(isolation->attempts));
}

/* Queued and in doubt: has the last write reached the device? */
static enum isolation_action doubt_answered(struct isolation *isolation,
					    const struct isolation_event *event, uint64_t now_ns)
{
	if (event->ok && event->active)
		return applied(isolation, event, now_ns);
	if (event->ok)
		return apply_again(isolation, now_ns);
	set_reason(isolation, event->reason);
	return doubt(isolation, now_ns);
}

/* ---- proving ----------------------------------------------------------------------------------- */

/* The filters of a measure count what they match; those of a channel only let pass. */
static bool has_moved(const struct isolation *isolation, const struct isolation_event *event)
{
	if (event->has_counters && (event->dropped_transmit > isolation->dropped_transmit ||
				    event->dropped_receive > isolation->dropped_receive))
		return true;
	return verdict_is_measure(isolation->decision.verdict) && event->has_counted &&
	       event->counted > isolation->counted;
}

static bool is_silent(const struct isolation *isolation, uint64_t now_ns)
{
	uint64_t since_ns = isolation->applied_ns;

	if (verdict_is_measure(isolation->decision.verdict))
		return false;
	if (isolation->last_contact_ns > since_ns)
		since_ns = isolation->last_contact_ns;
	return now_ns >= since_ns && now_ns - since_ns >= SILENCE_NS;
}

static enum isolation_action inspected(struct isolation *isolation,
				       const struct isolation_event *event, uint64_t now_ns)
{
	bool moved = has_moved(isolation, event);

	if (isolation->lapses_ns && isolation->lapses_ns <= now_ns)
		isolation->lapses_ns = 0;
	if (event->ok && !event->active) {
		set_reason(isolation, event->reason ? event->reason
						    : "the device no longer has our policy active");
		return apply_again(isolation, now_ns);
	}
	count_up(&isolation->inspections);
	if (!event->ok)
		return wait_until(isolation, now_ns + look_again_ns(isolation->inspections));
	take_counters(isolation, event);
	set_open(isolation, event->open);
	if (isolation->state == ISOLATION_APPLIED && !event->pretended &&
	    (moved || (!event->blind && !event->open && is_silent(isolation, now_ns)))) {
		isolation->state = ISOLATION_PROVEN;
		isolation->proven_ns = now_ns;
		isolation->attempts = 0;
	}
	if (isolation->state == ISOLATION_PROVEN) {
		isolation->inspections = 0;
		return wait_until(isolation, now_ns + HOURLY_NS);
	}
	return wait_until(isolation, now_ns + look_again_ns(isolation->inspections));
}

/* ---- releasing --------------------------------------------------------------------------------- */

/* Why people wanted the release stays in front of why it has not come yet. */
#define NOT_YET "; not yet: "

static void forget_failure(struct isolation *isolation)
{
	char *mark = strstr(isolation->reason, NOT_YET);

	if (mark)
		*mark = '\0';
}

static void note_failure(struct isolation *isolation, const char *failure)
{
	size_t length;

	forget_failure(isolation);
	length = strlen(isolation->reason);
	snprintf(isolation->reason + length, sizeof(isolation->reason) - length, NOT_YET "%s",
		 failure);
}

static enum isolation_action release_failed(struct isolation *isolation,
					    const struct isolation_event *event, uint64_t now_ns)
{
	note_failure(isolation, event->reason ? event->reason
					      : "the device still reports our policy as active");
	isolation->doubt = event->unknown || isolation->doubt;
	if (event->hopeless || isolation->attempts >= ISOLATION_ATTEMPTS_MAX)
		return wait_until(isolation, now_ns + HOURLY_NS);
	return wait_until(isolation, now_ns + back_off_ns(isolation->attempts));
}

static enum isolation_action release_once_more(struct isolation *isolation)
{
	isolation->doubt = false;
	if (isolation->attempts < ISOLATION_ATTEMPTS_MAX)
		isolation->attempts++;
	return ask(isolation, ISOLATION_DO_RELEASE);
}

static enum isolation_action releasing_answered(struct isolation *isolation,
						enum isolation_action asked,
						const struct isolation_event *event,
						uint64_t now_ns)
{
	/* Asked before the release was: the answer no longer matters. */
	if (asked == ISOLATION_DO_ISOLATE || (asked == ISOLATION_DO_INSPECT && !isolation->doubt))
		return release_once_more(isolation);
	take_counters(isolation, event);
	if (event->ok && !event->active && !event->left) {
		forget_failure(isolation);
		return end(isolation, ISOLATION_RELEASED, NULL, now_ns);
	}
	if (asked == ISOLATION_DO_RELEASE || !event->ok)
		return release_failed(isolation, event, now_ns);
	return release_once_more(isolation);
}

/* ---- events ------------------------------------------------------------------------------------ */

static enum isolation_action on_start(struct isolation *isolation, uint64_t now_ns)
{
	if (isolation->state != ISOLATION_AWAITING_APPROVAL)
		return ISOLATION_DO_NOTHING;
	if (isolation->asked_ns == 0)
		isolation->asked_ns = now_ns;
	if (isolation->approvals >= isolation->decision.approvals)
		return apply(isolation);
	if (isolation->decision.expires_ns)
		isolation->due_ns = isolation->asked_ns + isolation->decision.expires_ns;
	return ISOLATION_DO_NOTHING;
}

static enum isolation_action on_approve(struct isolation *isolation)
{
	if (isolation->state != ISOLATION_AWAITING_APPROVAL || isolation->asked_ns == 0)
		return ISOLATION_DO_NOTHING;
	count_up(&isolation->approvals);
	return isolation->approvals >= isolation->decision.approvals ? apply(isolation)
								     : ISOLATION_DO_NOTHING;
}

static enum isolation_action end_superseded(struct isolation *isolation, uint64_t now_ns)
{
	char reason[64];

	if (isolation->asked != ISOLATION_DO_NOTHING)
		return ISOLATION_DO_NOTHING;
	snprintf(reason, sizeof(reason), "isolation %llu holds in its place",
		 (unsigned long long)isolation->superseded_by);
	return end(isolation, ISOLATION_RELEASED, reason, now_ns);
}

static enum isolation_action on_superseded(struct isolation *isolation, uint64_t by,
					   uint64_t now_ns)
{
	isolation->superseded_by = by;
	isolation->due_ns = 0;
	return end_superseded(isolation, now_ns);
}

static enum isolation_action on_answer(struct isolation *isolation,
				       const struct isolation_event *event, uint64_t now_ns)
{
	enum isolation_action asked = isolation->asked;

	if (asked == ISOLATION_DO_NOTHING)
		return ISOLATION_DO_NOTHING;
	isolation->asked = ISOLATION_DO_NOTHING;
	if (isolation->superseded_by)
		return end_superseded(isolation, now_ns);
	switch (isolation->state) {
	case ISOLATION_APPLYING:
		return isolate_answered(isolation, event, now_ns);
	case ISOLATION_QUEUED:
		return doubt_answered(isolation, event, now_ns);
	case ISOLATION_APPLIED:
	case ISOLATION_PROVEN:
		return inspected(isolation, event, now_ns);
	case ISOLATION_RELEASING:
		return releasing_answered(isolation, asked, event, now_ns);
	default:
		INVARIANT(isolation->state ==
			  ISOLATION_RELEASING); /* nobody else awaits an answer */
		return ISOLATION_DO_NOTHING;
	}
}

static enum isolation_action expire(struct isolation *isolation, uint64_t now_ns)
{
	char within[32], reason[96];

	num_duration_text(isolation->decision.expires_ns, within, sizeof(within));
	snprintf(reason, sizeof(reason), "expired: %u of %u approvals within %s",
		 isolation->approvals, isolation->decision.approvals, within);
	return end(isolation, ISOLATION_REFUSED, reason, now_ns);
}

static bool hold_is_over(const struct isolation *isolation, uint64_t now_ns)
{
	return isolation->hold_until_ns && isolation->hold_until_ns <= now_ns;
}

/* A look; or, where the machine still has a way out, once more the isolation itself: what is in force already costs
 * nothing, and what was refused may have been mended. */
static enum isolation_action look_or_close(struct isolation *isolation, uint64_t now_ns)
{
	if (!*isolation->open || isolation->closings >= ISOLATION_ATTEMPTS_MAX ||
	    now_ns < isolation->close_at_ns)
		return ask(isolation, ISOLATION_DO_INSPECT);
	isolation->closings++;
	isolation->close_at_ns = now_ns + close_again_ns(isolation->closings);
	return ask(isolation, ISOLATION_DO_ISOLATE);
}

static enum isolation_action on_tick(struct isolation *isolation, uint64_t now_ns)
{
	if (isolation->due_ns == 0 || isolation->due_ns > now_ns)
		return ISOLATION_DO_NOTHING;
	switch (isolation->state) {
	case ISOLATION_AWAITING_APPROVAL:
		return expire(isolation, now_ns);
	case ISOLATION_QUEUED:
		if (hold_is_over(isolation, now_ns))
			return release(isolation, "the hold is over");
		return isolation->doubt ? ask(isolation, ISOLATION_DO_INSPECT)
					: apply_again(isolation, now_ns);
	case ISOLATION_APPLIED:
	case ISOLATION_PROVEN:
		if (hold_is_over(isolation, now_ns))
			return release(isolation, "the hold is over");
		return look_or_close(isolation, now_ns);
	case ISOLATION_RELEASING:
		return isolation->doubt ? ask(isolation, ISOLATION_DO_INSPECT)
					: release_once_more(isolation);
	default:
		return ISOLATION_DO_NOTHING;
	}
}

static enum isolation_action on_release(struct isolation *isolation, const char *reason,
					uint64_t now_ns)
{
	switch (isolation->state) {
	case ISOLATION_AWAITING_APPROVAL:
		return end(isolation, ISOLATION_REFUSED, reason, now_ns);
	case ISOLATION_QUEUED:
	case ISOLATION_APPLYING:
	case ISOLATION_APPLIED:
	case ISOLATION_PROVEN:
	case ISOLATION_RELEASING:
		return release(isolation, reason);
	default:
		return ISOLATION_DO_NOTHING;
	}
}

static void on_heard(struct isolation *isolation, uint64_t now_ns)
{
	if (now_ns > isolation->last_contact_ns)
		isolation->last_contact_ns = now_ns;
	if (isolation->state == ISOLATION_PROVEN && isolation->due_ns > now_ns + HEARD_NS)
		isolation->due_ns = now_ns + HEARD_NS;
}

/* After a restart nobody knows which acts were answered: read the device first, whatever was wanted. */
static enum isolation_action on_recalled(struct isolation *isolation)
{
	isolation->asked = ISOLATION_DO_NOTHING;
	isolation->inspections = 0;
	isolation->superseded_by = isolation->counted = isolation->lapses_ns = 0;
	isolation->close_at_ns = 0;
	set_open(isolation, NULL);
	switch (isolation->state) {
	case ISOLATION_AWAITING_APPROVAL:
		/* Approvals without names cannot be told apart from a second one of the same person. */
		if (!*isolation->approved_by)
			isolation->approvals = 0;
		return ISOLATION_DO_NOTHING;
	case ISOLATION_QUEUED:
	case ISOLATION_APPLYING:
		isolation->state = ISOLATION_QUEUED;
		isolation->doubt = true;
		return ask(isolation, ISOLATION_DO_INSPECT);
	case ISOLATION_APPLIED:
	case ISOLATION_PROVEN:
		return ask(isolation, ISOLATION_DO_INSPECT);
	case ISOLATION_RELEASING:
		isolation->doubt = true;
		return ask(isolation, ISOLATION_DO_INSPECT);
	default:
		return ISOLATION_DO_NOTHING;
	}
}

static void shift(uint64_t *when_ns, uint64_t step_ns)
{
	if (*when_ns)
		*when_ns += step_ns;
}

/* A hold of four hours is four hours, whatever the clock says meanwhile; and the silence of a moment is no silence. */
static void on_clock_set(struct isolation *isolation, uint64_t step_ns)
{
	if (isolation->applied_ns > isolation->last_contact_ns)
		isolation->last_contact_ns = isolation->applied_ns;
	shift(&isolation->last_contact_ns, step_ns);
	shift(&isolation->hold_until_ns, step_ns);
	shift(&isolation->lapses_ns, step_ns);
	shift(&isolation->close_at_ns, step_ns);
	shift(&isolation->due_ns, step_ns);
}

enum isolation_action isolation_step(struct isolation *isolation,
				     const struct isolation_event *event, uint64_t now_ns)
{
	INVARIANT(isolation->state < ISOLATION_STATES);
	if (isolation_has_ended(isolation))
		return ISOLATION_DO_NOTHING;
	switch (event->type) {
	case ISOLATION_START:
		return on_start(isolation, now_ns);
	case ISOLATION_APPROVE:
		return on_approve(isolation);
	case ISOLATION_DENY:
		return isolation->state == ISOLATION_AWAITING_APPROVAL
			       ? end(isolation, ISOLATION_REFUSED, event->reason, now_ns)
			       : ISOLATION_DO_NOTHING;
	case ISOLATION_ACT_DONE:
		return on_answer(isolation, event, now_ns);
	case ISOLATION_TICK:
		return on_tick(isolation, now_ns);
	case ISOLATION_RELEASE_ASKED:
		return on_release(isolation, event->reason, now_ns);
	case ISOLATION_HOST_HEARD:
		on_heard(isolation, now_ns);
		return ISOLATION_DO_NOTHING;
	case ISOLATION_RECALLED:
		return on_recalled(isolation);
	case ISOLATION_CLOCK_SET:
		on_clock_set(isolation, event->step_ns);
		return ISOLATION_DO_NOTHING;
	case ISOLATION_SUPERSEDED:
		return on_superseded(isolation, event->by, now_ns);
	default:
		INVARIANT(event->type <= ISOLATION_SUPERSEDED);
		return ISOLATION_DO_NOTHING;
	}
}

bool isolation_has_ended(const struct isolation *isolation)
{
	return isolation->state == ISOLATION_RELEASED || isolation->state == ISOLATION_FAILED ||
	       isolation->state == ISOLATION_REFUSED;
}

const char *isolation_state_name(unsigned state)
{
	static const char *const names[ISOLATION_STATES] = {
		[ISOLATION_AWAITING_APPROVAL] = "awaiting_approval",
		[ISOLATION_QUEUED] = "queued",
		[ISOLATION_APPLYING] = "applying",
		[ISOLATION_APPLIED] = "applied",
		[ISOLATION_PROVEN] = "proven",
		[ISOLATION_RELEASING] = "releasing",
		[ISOLATION_RELEASED] = "released",
		[ISOLATION_FAILED] = "failed",
		[ISOLATION_REFUSED] = "refused",
	};

	INVARIANT(state < ISOLATION_STATES);
	return names[state];
}

/* A machine that is being released is still cut off until the device says otherwise. */
const char *isolation_truth(unsigned state)
{
	switch (state) {
	case ISOLATION_AWAITING_APPROVAL:
	case ISOLATION_QUEUED:
	case ISOLATION_APPLYING:
		return "requested";
	case ISOLATION_APPLIED:
	case ISOLATION_RELEASING:
		return "applied";
	case ISOLATION_PROVEN:
		return "proven";
	default:
		return "ended";
	}
}
