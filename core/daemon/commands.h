/* SPDX-License-Identifier: Apache-2.0 */
/* commands.h - what the command "cordon" may ask of the running daemon, as words of one line. */
#ifndef CORDON_DAEMON_COMMANDS_H
#define CORDON_DAEMON_COMMANDS_H

#include <stdint.h>

struct buf;
struct err;
struct response;

/* "isolations" | "approve ID" | "deny ID [REASON...]" | "release ID [REASON...]" */
int commands_run(struct response *response, char *const *words, const char *who, uint64_t now_ns,
		 struct buf *answer, struct err *err);

#endif
