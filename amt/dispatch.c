/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of waiting tickets, one per class and suspicion, and a list of the running ones that is
 * looked through four times a second while somebody waits.
 *
 * How long an answer may take before its machine counts as stuck is learnt from the others: what is
 * long on a quiet fleet is normal when thousands answer at once.  Left out: places per subnet or
 * switch. */
#include "amt/dispatch.h"

#include "core/base/invariant.h"
#include "core/base/loop.h"
#include "core/base/mem.h"
#include "core/base/units.h"

#define LIVELY_MAX     512
#define LOOK_NS        ms_to_ns(125)
#define PATIENCE_NS    ms_to_ns(500)
#define PATIENCE_MOST  s_to_ns(4)
#define PATIENCE_TIMES 4
#define CROWD          64 /* so many at once leave memory behind that is worth giving back */
#define QUIET_NS       s_to_ns(1)
#define LINES          (DISPATCH_CLASSES * 2) /* of each class first the trusted, then the suspects */

struct line {
	struct dispatch_ticket *first, *last;
};

struct dispatch {
	struct loop *loop;
	struct dispatch_owner owner;
	struct timer *turn, *look, *quiet;
	struct line lines[LINES], running;
	size_t waiting, total, stuck, suspects, background;
	size_t most; /* ran at once since memory was last given back */
	size_t total_max, lively_max, background_max, suspects_max;
	uint64_t usual_ns; /* how long a step takes, smoothed */
};

static void append(struct line *line, struct dispatch_ticket *ticket)
{
	ticket->next = NULL;
	ticket->previous = line->last;
	if (line->last)
		line->last->next = ticket;
	else
		line->first = ticket;
	line->last = ticket;
}

static void take_out(struct line *line, struct dispatch_ticket *ticket)
{
	if (ticket->previous)
		ticket->previous->next = ticket->next;
	else
		line->first = ticket->next;
	if (ticket->next)
		ticket->next->previous = ticket->previous;
	else
		line->last = ticket->previous;
	ticket->next = ticket->previous = NULL;
}

static struct line *line_of(struct dispatch *dispatch, const struct dispatch_ticket *ticket)
{
	return &dispatch->lines[2 * ticket->class + ticket->suspect];
}

/* ---- turns ---- */

static bool has_place(const struct dispatch *dispatch, const struct dispatch_ticket *ticket)
{
	size_t lively = dispatch->total - dispatch->stuck;

	if (dispatch->total >= dispatch->total_max || lively >= dispatch->lively_max)
		return false;
	if (ticket->suspect && dispatch->suspects >= dispatch->suspects_max)
		return false;
	return ticket->class != DISPATCH_BACKGROUND ||
	       dispatch->background < dispatch->background_max;
}

static struct dispatch_ticket *next_ticket(struct dispatch *dispatch)
{
	for (size_t i = 0; i < LINES; i++) {
		struct dispatch_ticket *ticket = dispatch->lines[i].first;

		if (ticket && has_place(dispatch, ticket))
			return ticket;
	}
	return NULL;
}

/* Adds one or takes one away, in all counts that the ticket is part of. */
static void count(struct dispatch *dispatch, const struct dispatch_ticket *ticket, size_t one)
{
	dispatch->total += one;
	if (ticket->stuck)
		dispatch->stuck += one;
	if (ticket->suspect)
		dispatch->suspects += one;
	if (ticket->class == DISPATCH_BACKGROUND && !ticket->stuck)
		dispatch->background += one;
}

static void start(struct dispatch *dispatch, struct dispatch_ticket *ticket)
{
	take_out(line_of(dispatch, ticket), ticket);
	dispatch->waiting--;
	append(&dispatch->running, ticket);
	ticket->state = DISPATCH_RUNNING;
	ticket->stuck = false;
	ticket->since_ns = loop_now_ns(dispatch->loop);
	count(dispatch, ticket, 1);
	dispatch->most = dispatch->total > dispatch->most ? dispatch->total : dispatch->most;
	dispatch->owner.go(dispatch->owner.arg, ticket);
	if (ticket->state == DISPATCH_RUNNING)
		ticket->progress = dispatch->owner.progress(dispatch->owner.arg, ticket);
}

static void on_turn(void *arg)
{
	struct dispatch *dispatch = arg;
	struct dispatch_ticket *ticket;

	while ((ticket = next_ticket(dispatch)) != NULL)
		start(dispatch, ticket);
	if (dispatch->waiting && !timer_is_running(dispatch->look))
		timer_after_ns(dispatch->look, LOOK_NS);
}

static void turn_soon(struct dispatch *dispatch)
{
	if (dispatch->waiting && !timer_is_running(dispatch->turn))
		timer_after_ns(dispatch->turn, 0);
}

/* Handshakes in parallel take a hundred times what idle machines need, and malloc keeps it. */
static void on_quiet(void *arg)
{
	struct dispatch *dispatch = arg;

	if (dispatch->total || dispatch->waiting)
		return;
	if (dispatch->owner.quiet)
		dispatch->owner.quiet(dispatch->owner.arg);
	mem_give_back();
	dispatch->most = 0;
}

static void look_for_quiet(struct dispatch *dispatch)
{
	if (!dispatch->total && !dispatch->waiting && dispatch->most >= CROWD)
		timer_after_ns(dispatch->quiet, QUIET_NS);
}

/* ---- who is stuck ---- */

static uint64_t patience_ns(const struct dispatch *dispatch)
{
	uint64_t times_ns = PATIENCE_TIMES * dispatch->usual_ns;

	if (times_ns < PATIENCE_NS)
		return PATIENCE_NS;
	return times_ns < PATIENCE_MOST ? times_ns : PATIENCE_MOST;
}

static void set_stuck(struct dispatch *dispatch, struct dispatch_ticket *ticket, bool stuck)
{
	count(dispatch, ticket, (size_t)-1);
	ticket->stuck = stuck;
	count(dispatch, ticket, 1);
}

/* Who was thought stuck says nothing of what is usual. */
static void got_on(struct dispatch *dispatch, struct dispatch_ticket *ticket, uint64_t now_ns)
{
	if (!ticket->stuck)
		dispatch->usual_ns = (7 * dispatch->usual_ns + (now_ns - ticket->since_ns)) / 8;
	ticket->since_ns = now_ns;
	set_stuck(dispatch, ticket, false);
}

static void on_look(void *arg)
{
	struct dispatch *dispatch = arg;
	uint64_t now_ns = loop_now_ns(dispatch->loop), patience = patience_ns(dispatch);

	for (struct dispatch_ticket *ticket = dispatch->running.first; ticket;
	     ticket = ticket->next) {
		uint32_t progress = dispatch->owner.progress(dispatch->owner.arg, ticket);

		if (progress != ticket->progress) {
			ticket->progress = progress;
			got_on(dispatch, ticket, now_ns);
		} else if (!ticket->stuck && now_ns - ticket->since_ns > patience) {
			set_stuck(dispatch, ticket, true);
		}
	}
	on_turn(dispatch);
}

/* ---- from outside ---- */

struct dispatch *dispatch_new(struct loop *loop, uint32_t total_max,
			      const struct dispatch_owner *owner)
{
	struct dispatch *dispatch = mem_alloc(sizeof(*dispatch));

	INVARIANT(total_max > 0);
	dispatch->loop = loop;
	dispatch->owner = *owner;
	dispatch->total_max = total_max;
	dispatch->lively_max = total_max < LIVELY_MAX ? total_max : LIVELY_MAX;
	dispatch->background_max = dispatch->lively_max - dispatch->lively_max / 4;
	dispatch->suspects_max = total_max - total_max / 2;
	dispatch->turn = loop_timer(loop, on_turn, dispatch);
	dispatch->look = loop_timer(loop, on_look, dispatch);
	dispatch->quiet = loop_timer(loop, on_quiet, dispatch);
	return dispatch;
}

void dispatch_free(struct dispatch *dispatch)
{
	if (!dispatch)
		return;
	INVARIANT(dispatch->total == 0 && dispatch->waiting == 0);
	timer_free(dispatch->turn);
	timer_free(dispatch->look);
	timer_free(dispatch->quiet);
	mem_free(dispatch);
}

void dispatch_want(struct dispatch *dispatch, struct dispatch_ticket *ticket,
		   enum dispatch_class class)
{
	INVARIANT(ticket->state != DISPATCH_RUNNING);
	if (ticket->state == DISPATCH_WAITING) {
		if (ticket->class <= class)
			return;
		take_out(line_of(dispatch, ticket), ticket);
		dispatch->waiting--;
	}
	ticket->class = (uint8_t) class;
	ticket->state = DISPATCH_WAITING;
	append(line_of(dispatch, ticket), ticket);
	dispatch->waiting++;
	turn_soon(dispatch);
}

void dispatch_end(struct dispatch *dispatch, struct dispatch_ticket *ticket)
{
	if (ticket->state == DISPATCH_WAITING) {
		take_out(line_of(dispatch, ticket), ticket);
		dispatch->waiting--;
	} else if (ticket->state == DISPATCH_RUNNING) {
		take_out(&dispatch->running, ticket);
		count(dispatch, ticket, (size_t)-1);
		turn_soon(dispatch);
		look_for_quiet(dispatch);
	}
	ticket->state = DISPATCH_IDLE;
}

size_t dispatch_running(const struct dispatch *dispatch)
{
	return dispatch->total;
}
