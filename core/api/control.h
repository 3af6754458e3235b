/* SPDX-License-Identifier: Apache-2.0 */
/* control.h - the local socket over which the command "cordon" speaks to the running daemon.
 *
 * One line asks, one line answers ("ok ..." or "error ..."), then the connection closes.  The kernel says who
 * asks (SO_PEERCRED): root and the daemon's own user may, and the members of one group if that is said; nobody
 * else.  At most a few clients at once, each with a short line and little time.  A longer answer becomes an error. */
#ifndef CORDON_API_CONTROL_H
#define CORDON_API_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct control;
struct err;
struct log;
struct loop;

#define CONTROL_LINE_BYTES   512
#define CONTROL_ANSWER_BYTES (4u << 20) /* tens of thousands of isolations */

/* words is the request split at blanks, NULL-terminated; who is the asker's login name.  Writes the answer (without
 * "ok ") into answer, or fills err. */
typedef int control_fn(void *arg, char *const *words, const char *who, struct buf *answer,
		       struct err *err);

/* log: who was refused.  Removes a stale socket of a dead daemon; refuses if another one answers there, or if what lies there
 * is no socket. */
struct control *control_new(struct loop *loop, struct log *log, const char *path, control_fn *fn,
			    void *arg, struct err *err);
/* The members of that group may ask too, each under the own name; the socket is given to it, so the caller must be a member. */
int control_admit(struct control *control, const char *group, struct err *err);
void control_free(struct control *control);

/* The other side: asks and waits at most timeout_ms; 0 and the answer, or err with the daemon's own words. */
int control_ask(const char *path, const char *line, uint32_t timeout_ms, struct buf *answer,
		struct err *err);

/* Whether somebody listens there, or may: a socket that we may not ask counts. */
bool control_is_open(const char *path);

#endif
