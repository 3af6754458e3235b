/* SPDX-License-Identifier: Apache-2.0 */
/* console.h - the control socket: lines in, lines out (docs/amtsim.md, "Control protocol").
 *
 * console_line() is the whole protocol without a socket, for tests. */
#ifndef AMTSIM_CONSOLE_H
#define AMTSIM_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rack;
struct net;
struct text;
struct console;

/* What a command may reach besides the devices. */
struct console_host {
	uint64_t now_ns;
	uint64_t advance_ns; /* set by `clock`: to add to the clock */
	bool quit;           /* set by `quit` */
};

/* Answers one line (without its newline; may be changed in place). */
void console_line(struct rack *rack, struct console_host *host, char *line, struct text *out);
void console_help(struct text *out);

struct console *console_new(struct net *net, struct rack *rack);
/* The net must be freed first. */
void console_free(struct console *console);
/* 0, or -1 with errno set. */
int console_listen(struct console *console, const char *path);

#endif
