/* SPDX-License-Identifier: Apache-2.0 */
/* console_commands.h - the commands of the control socket, called by the table in console.c.
 *
 * `args` is the rest of the line and may be changed.  False means refused: the command wrote an
 * "error" line, or nothing, then its usage is shown.  DEVICE may be `*` for all where it acts. */
#ifndef AMTSIM_CONSOLE_COMMANDS_H
#define AMTSIM_CONSOLE_COMMANDS_H

#include <stdbool.h>

struct console_host;
struct rack;
struct text;

#define CONSOLE_COMMAND(name)                                                         \
	bool console_##name(struct rack *rack, struct console_host *host, char *args, \
			    struct text *out)

CONSOLE_COMMAND(devices);
CONSOLE_COMMAND(status);
CONSOLE_COMMAND(objects);
CONSOLE_COMMAND(counters);
CONSOLE_COMMAND(events);
CONSOLE_COMMAND(log);
CONSOLE_COMMAND(fault);
CONSOLE_COMMAND(faults);
CONSOLE_COMMAND(clear);
CONSOLE_COMMAND(foreign);
CONSOLE_COMMAND(unbind);
CONSOLE_COMMAND(set);
CONSOLE_COMMAND(knobs);
CONSOLE_COMMAND(mode);
CONSOLE_COMMAND(reset);
CONSOLE_COMMAND(unprovision);
CONSOLE_COMMAND(nonces);
CONSOLE_COMMAND(clock);

/* console_frames.c */
CONSOLE_COMMAND(frames);

/* console_life.c */
CONSOLE_COMMAND(subscriptions);
CONSOLE_COMMAND(agents);
CONSOLE_COMMAND(power);
CONSOLE_COMMAND(boot);
CONSOLE_COMMAND(consent);
CONSOLE_COMMAND(record);
CONSOLE_COMMAND(domain);
CONSOLE_COMMAND(meddle);
CONSOLE_COMMAND(move);

#endif
