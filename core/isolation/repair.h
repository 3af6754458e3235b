/* SPDX-License-Identifier: Apache-2.0 */
/* repair.h - one order of a person to a machine's firmware, and what became of it.
 *
 *   requested -> (ordered ->) done
 *       |            +-> late: it took the order and was not seen there in time
 *       +-> failed: nothing was ordered, or what was begun was taken back
 *       +-> unknown: it may have obeyed; somebody must look
 *   refused: nothing was asked of the machine
 *
 * "done" is what its power register says afterwards; that it started anew, or from where it should, no register tells. */
#ifndef CORDON_ISOLATION_REPAIR_H
#define CORDON_ISOLATION_REPAIR_H

#include <stdbool.h>
#include <stdint.h>

#include "core/asset/asset.h"
#include "core/isolation/isolation.h"
#include "core/isolation/remedy.h"
#include "core/net/addr.h"

struct err;

/* Numbers are kept in journals: new ones go to the end. */
enum repair_state {
	REPAIR_REQUESTED, /* durable; the firmware may not have heard of it yet */
	REPAIR_ORDERED,   /* it said yes and is not there yet */
	REPAIR_DONE,
	REPAIR_LATE,
	REPAIR_FAILED,
	REPAIR_UNKNOWN,
	REPAIR_REFUSED,
	REPAIR_STATES
};

#define REPAIR_SAID_BYTES   384
#define REPAIR_DEVICE_BYTES 64

struct repair {
	uint64_t id; /* 1, 2, ...; 0 of what was refused */
	struct host_key host;
	struct mac mac;
	char asset[ASSET_NAME_BYTES];
	struct remedy_wish wish;
	uint8_t state;               /* enum repair_state */
	uint8_t power;               /* enum remedy_power, as last read */
	bool direct;                 /* past the daemon, by the command itself */
	uint64_t isolation;          /* that cut it off when this was asked; 0 = it was not */
	uint64_t asked_ns, ended_ns; /* wall; 0 = not yet */
	char asked_by[ISOLATION_WHO_BYTES], why[ISOLATION_WHY_BYTES];
	char said[REPAIR_SAID_BYTES]; /* what was done, or why not, in words */
	char device[REPAIR_DEVICE_BYTES];
};

/* The order is durable before the firmware hears of it.  Implemented by core/store/repair_db. */
struct repair_journal {
	void *self;
	int (*keep)(void *self, const struct repair *repair, struct err *err);
	/* Calls each for whatever has not ended, oldest first. */
	int (*recall)(void *self, void (*each)(void *arg, const struct repair *repair), void *arg,
		      struct err *err);
	/* Calls each for every one whose last kept state was never told as a fact. */
	int (*untold)(void *self, void (*each)(void *arg, const struct repair *repair), void *arg,
		      struct err *err);
};

const char *repair_state_name(unsigned state); /* "requested", "ordered", "done", ... */
bool repair_has_ended(const struct repair *repair);
/* "reset, next start from network" */
#define REPAIR_ACT_BYTES 48
void repair_act_text(const struct remedy_wish *wish, char text[REPAIR_ACT_BYTES]);
/* What the firmware's answer makes of it; a look is ordered nothing and so is done or failed. */
void repair_take(struct repair *repair, const struct remedy_answer *answer, uint64_t now_ns);
/* The same of what was only looked at because a process died over it. */
void repair_take_look(struct repair *repair, const struct remedy_answer *answer, uint64_t now_ns);
/* Patience is over. */
void repair_give_up(struct repair *repair, uint64_t now_ns);

#endif
