/* SPDX-License-Identifier: Apache-2.0 */
/* remedy.h - the interface through which people repair a machine below its operating system.
 *
 * Implemented by amt/.  Asynchronous as enforcer.h: done is called exactly once per request, later, never before the call
 * returns.  Requests for one asset are executed one after the other, together with the enforcer's; nothing is ever
 * ordered twice. */
#ifndef CORDON_ISOLATION_REMEDY_H
#define CORDON_ISOLATION_REMEDY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct asset;
struct buf;
struct err;

enum remedy_act {
	REMEDY_LOOK, /* is it on? */
	REMEDY_ON,
	REMEDY_OFF,
	REMEDY_CYCLE,
	REMEDY_RESET,
	REMEDY_WITHDRAW, /* look; and its next start comes from where it usually does */
	REMEDY_READ_LOG, /* what the firmware has written down */
	/* The person at the screen agrees to another start: a code is shown there, and given back here. */
	REMEDY_ASK_CONSENT,
	REMEDY_GIVE_CODE,
	REMEDY_END_CONSENT,
	REMEDY_ACTS
};

/* Where its next start, and only that, comes from. */
enum remedy_boot {
	REMEDY_BOOT_USUAL,
	REMEDY_BOOT_NETWORK,
	REMEDY_BOOT_DISK,
	REMEDY_BOOT_CD,
	REMEDY_BOOT_SETUP,
	REMEDY_BOOTS
};

enum remedy_power { REMEDY_UNKNOWN, REMEDY_IS_ON, REMEDY_ASLEEP, REMEDY_IS_OFF, REMEDY_POWERS };

struct remedy_wish {
	uint8_t act;   /* enum remedy_act */
	uint8_t boot;  /* enum remedy_boot; only with ON, CYCLE and RESET */
	uint32_t code; /* GIVE_CODE; never kept or told: it is worth something for minutes */
};

/* Who wrote it down: the platform (starts, failures, filters that matched), or the firmware's audit (who changed it). */
enum remedy_log { REMEDY_EVENTS, REMEDY_AUDIT };

struct remedy_entry {
	uint64_t wall_ns; /* by the firmware's clock; 0 = it did not know */
	uint8_t log;      /* enum remedy_log */
	uint8_t severity; /* of events: 0 unspecified, 1 monitor, 2 information, 4 ok, 8, 16, 32 worse and worse */
	char text[192]; /* in words; of one line */
};

#define REMEDY_ENTRIES_MAX 600

struct remedy_answer {
	int rc;                /* 0 or negative */
	const struct err *err; /* for rc < 0, with the remedy; borrowed */
	bool unknown;          /* rc < 0: it may have been switched all the same; look */
	uint8_t power;         /* enum remedy_power, as last read: an order takes seconds to show */
	const char *device, *did;           /* for people; borrowed */
	const struct remedy_entry *entries; /* READ_LOG: the oldest first; borrowed */
	size_t entry_count;
};

typedef void remedy_done_fn(void *arg, const struct remedy_answer *answer);

struct remedy {
	void *self;
	/* asset is borrowed for the call.  The machine is identified as before an isolation. */
	void (*act)(void *self, const struct asset *asset, const struct remedy_wish *wish,
		    remedy_done_fn *done, void *arg);
};

const char *remedy_act_name(unsigned act);     /* "state", "on", "off", "cycle", "reset", ... */
const char *remedy_boot_name(unsigned boot);   /* "usual", "network", "disk", "cd", "setup" */
const char *remedy_power_name(unsigned power); /* "unknown", "on", "asleep", "off" */
/* What people may say; false: no such word, and *wish is as it was.  Of acts and places to start from that go together. */
bool remedy_wish_of(const char *act, const char *boot, struct remedy_wish *wish, struct err *err);
/* "" asks, "cancel" ends, six digits are the code. */
bool remedy_consent_of(const char *word, struct remedy_wish *wish, struct err *err);
/* "2026-03-02 12:00:00  event  critical     10 failed logons", without a line break. */
void remedy_entry_text(const struct remedy_entry *entry, struct buf *out);
/* Neither switches anything nor is kept. */
bool remedy_only_looks(const struct remedy_wish *wish);
/* Whether a machine in that state is where the order wanted it.  That it started anew no register tells. */
bool remedy_is_there(const struct remedy_wish *wish, unsigned power);
/* Whether somebody at the machine would lose something by it: all but looking, and switching on what starts as usual. */
bool remedy_disturbs(const struct remedy_wish *wish);

#endif
