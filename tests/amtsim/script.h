/* SPDX-License-Identifier: Apache-2.0 */
/* script.h - control commands from a file, carried out before the simulator says it is ready. */
#ifndef AMTSIM_SCRIPT_H
#define AMTSIM_SCRIPT_H

#include <stddef.h>
#include <stdint.h>

struct net;
struct rack;

/* 0, or -1 with "file:line: ..." in `why`.  Empty lines and those that start with # are skipped. */
int script_run(const char *path, struct rack *rack, struct net *net, char *why, size_t why_size);

#endif
