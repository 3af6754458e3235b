/* SPDX-License-Identifier: Apache-2.0 */
/* commands.h - what the command "cordon" may ask of the running daemon, as words of one line. */
#ifndef CORDON_DAEMON_COMMANDS_H
#define CORDON_DAEMON_COMMANDS_H

#include <stdint.h>

struct book;
struct buf;
struct err;
struct repairs;
struct response;
struct roster;

/* All borrowed for the call. */
struct commands_asked {
	struct response *response;
	struct repairs *repairs;
	const struct roster *roster;
	const struct book *book;
	char *const *words; /* NULL-terminated, at least one */
	const char *who;    /* login name */
	uint64_t now_ns;
};

/* "isolations" | "isolate PC CHANNEL [WHY...]" (CHANNEL "-": as the policy says) | "approve ID" | "deny ID [REASON...]" |
 * "release ID|PC [REASON...]" | "power PC ACT BOOT CONFIRM [WHY...]" (CONFIRM "-": not said) | "repairs" | "repair ID" | "log PC" |
 * "entries ID" (what "log" has read) | "consent PC [CODE|cancel]" */
int commands_run(const struct commands_asked *asked, struct buf *answer, struct err *err);

#endif
