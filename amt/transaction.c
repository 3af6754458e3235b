/* SPDX-License-Identifier: Apache-2.0 */
/* The step engine.  It knows nothing of System Defense: acts are lists of steps, and a
 * crash-proof act is one whose first steps read what is there and whose later steps only add
 * what is missing. */
#include "amt/transaction.h"

#include <string.h>

#include "amt/session.h"
#include "core/base/invariant.h"
#include "core/base/loop.h"
#include "core/base/mem.h"

/* Far above any act: 62 creates, as many undos, 80 + 8 deletes, 13 reads. */
#define STEPS_MAX 512

struct step {
	const struct step_kind *kind;
	uint32_t n;
};

struct transaction {
	struct session *session;
	struct loop *loop;
	void *act;
	transaction_done_fn *done;

	struct step *waiting, *undo;
	size_t waiting_count, waiting_room, insert_at;
	size_t undo_count, undo_room;
	struct step running;

	bool undoing, left_behind, yields;
	struct err err;
	uint32_t writes, reads, round_trips_before;
};

static void advance(struct transaction *transaction);

struct transaction *transaction_new(struct session *session, struct loop *loop, void *act,
				    transaction_done_fn *done)
{
	struct transaction *transaction = mem_alloc(sizeof(*transaction));

	transaction->session = session;
	transaction->loop = loop;
	transaction->act = act;
	transaction->done = done;
	transaction->round_trips_before = session_round_trips(session);
	return transaction;
}

void transaction_free(struct transaction *transaction)
{
	if (!transaction)
		return;
	mem_free(transaction->waiting);
	mem_free(transaction->undo);
	mem_free(transaction);
}

/* Most acts have a handful of steps, and thousands of acts run at once. */
static void make_room(struct step **steps, size_t *room, size_t count)
{
	INVARIANT(count < STEPS_MAX);
	if (count < *room)
		return;
	*room = *room ? 2 * *room : 8;
	*steps = mem_resize(*steps, *room, sizeof(**steps));
}

void transaction_then(struct transaction *transaction, const struct step_kind *kind, uint32_t n)
{
	struct step *at;

	make_room(&transaction->waiting, &transaction->waiting_room, transaction->waiting_count);
	at = transaction->waiting + transaction->insert_at;
	memmove(at + 1, at, (transaction->waiting_count - transaction->insert_at) * sizeof(*at));
	*at = (struct step){ .kind = kind, .n = n };
	transaction->waiting_count++;
	transaction->insert_at++;
}

void transaction_undo(struct transaction *transaction, const struct step_kind *kind, uint32_t n)
{
	make_room(&transaction->undo, &transaction->undo_room, transaction->undo_count);
	transaction->undo[transaction->undo_count++] = (struct step){ .kind = kind, .n = n };
}

void transaction_keep(struct transaction *transaction)
{
	transaction->undo_count = 0;
}

void transaction_drop_waiting(struct transaction *transaction)
{
	transaction->waiting_count = 0;
	transaction->insert_at = 0;
}

int step_failed(const struct session_result *result, struct err *err)
{
	int code = result->err->code < 0 ? result->err->code : ERR_FAILED;

	return err_set(err, code, "%s", result->err->text);
}

static void end(struct transaction *transaction)
{
	struct transaction_end told = {
		.rc = transaction->err.code,
		.err = &transaction->err,
		.clean = !transaction->left_behind,
		.yielded = transaction->yields && transaction->waiting_count > 0,
		.writes = transaction->writes,
		.reads = transaction->reads,
		.round_trips =
			session_round_trips(transaction->session) - transaction->round_trips_before,
	};

	transaction->done(transaction->act, &told);
}

static void fail(struct transaction *transaction, const struct err *err)
{
	transaction->err = *err;
	transaction->undoing = true;
	transaction_drop_waiting(transaction);
	while (transaction->undo_count) {
		struct step *step = &transaction->undo[--transaction->undo_count];

		transaction_then(transaction, step->kind, step->n);
	}
}

/* What goes wrong on the way back does not change why we went. */
static void undo_failed(struct transaction *transaction, const struct session_result *result)
{
	transaction->left_behind = true;
	if (!result || result->end != SESSION_REFUSED || result->locked_out)
		transaction_drop_waiting(transaction);
}

static void take(struct transaction *transaction, const struct session_result *result)
{
	const struct step step = transaction->running;
	struct err err = { 0 };
	int rc;

	transaction->insert_at = 0;
	if (step.kind->take)
		rc = step.kind->take(transaction->act, step.n, result, &err);
	else
		rc = result && result->end != SESSION_DONE ? step_failed(result, &err) : 0;
	if (rc >= 0)
		return;
	if (transaction->undoing) {
		undo_failed(transaction, result);
		return;
	}
	fail(transaction, &err);
	/* Going back needs the same credentials, and asking again would lock the account. */
	if (result && result->locked_out && transaction->waiting_count)
		undo_failed(transaction, result);
}

static void on_result(void *arg, const struct session_result *result)
{
	struct transaction *transaction = arg;

	take(transaction, result);
	advance(transaction);
}

/* True if the device was asked: the result comes later. */
static bool ask(struct transaction *transaction)
{
	const struct step_kind *kind = transaction->running.kind;
	struct session_client client = { .done = on_result, .arg = transaction };
	struct session_result refused = { .end = SESSION_NOT_SENT };
	struct session_call call = { 0 };
	struct err err = { 0 };
	bool reads;

	if (!kind->ask || !kind->ask(transaction->act, transaction->running.n, &call)) {
		take(transaction, NULL);
		return false;
	}
	reads = session_call_reads(&call);
	if (session_ask(transaction->session, &call, &client, loop_now_ns(transaction->loop),
			&err) < 0) {
		refused.err = &err;
		take(transaction, &refused);
		return false;
	}
	transaction->reads += reads;
	transaction->writes += !reads;
	return true;
}

static void advance(struct transaction *transaction)
{
	do {
		if (!transaction->waiting_count || transaction->yields) {
			end(transaction);
			return;
		}
		transaction->running = transaction->waiting[0];
		transaction->waiting_count--;
		memmove(transaction->waiting, transaction->waiting + 1,
			transaction->waiting_count * sizeof(transaction->waiting[0]));
		transaction->insert_at = 0;
	} while (!ask(transaction));
}

void transaction_yield(struct transaction *transaction)
{
	transaction->yields = true;
}

void transaction_run(struct transaction *transaction)
{
	advance(transaction);
}
