/* SPDX-License-Identifier: Apache-2.0 */
/* dispatch.h - whose turn it is: how many machines are spoken to at once, and which of the
 * waiting ones next.
 *
 * Three rules.  The urgent overtake everything that has not begun, and a quarter of the places is
 * never given to what can wait.  A machine that keeps its place without answering for much longer
 * than the others take stops counting as busy, so that dead machines do not delay living ones; it
 * still counts against the total, which bounds sockets and memory.  Machines that did not answer
 * last time wait behind those that did, and take at most half of the total.
 *
 * A ticket lives in its owner's storage, zeroed before first use. */
#ifndef CORDON_AMT_DISPATCH_H
#define CORDON_AMT_DISPATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dispatch;
struct loop;

enum dispatch_class { DISPATCH_URGENT, DISPATCH_NORMAL, DISPATCH_BACKGROUND, DISPATCH_CLASSES };
enum dispatch_state { DISPATCH_IDLE, DISPATCH_WAITING, DISPATCH_RUNNING };

struct dispatch_ticket {
	struct dispatch_ticket *next, *previous;
	uint64_t since_ns; /* running: when it last got on */
	uint32_t progress; /* running: as last asked */
	uint8_t state;     /* enum dispatch_state */
	uint8_t class;     /* enum dispatch_class */
	bool suspect;      /* set by the owner while idle: did not answer last time */
	bool stuck;
};

struct dispatch_owner {
	void *arg;
	/* Its turn has come: runs from the loop until dispatch_end(). */
	void (*go)(void *arg, struct dispatch_ticket *ticket);
	/* A number that changes whenever the machine has answered something. */
	uint32_t (*progress)(void *arg, const struct dispatch_ticket *ticket);
	/* A crowd has gone and nobody has been spoken to for a second.  May be NULL. */
	void (*quiet)(void *arg);
};

struct dispatch *dispatch_new(struct loop *loop, uint32_t total_max,
			      const struct dispatch_owner *owner);
void dispatch_free(struct dispatch *dispatch); /* tickets are idle */
/* An idle ticket waits from now; a waiting one may become more urgent.  Never while running. */
void dispatch_want(struct dispatch *dispatch, struct dispatch_ticket *ticket,
		   enum dispatch_class class);
/* Running or waiting no more. */
void dispatch_end(struct dispatch *dispatch, struct dispatch_ticket *ticket);
size_t dispatch_running(const struct dispatch *dispatch);

#endif
