/* SPDX-License-Identifier: Apache-2.0 */
/* power.h - what "cordon power" was asked for, shared by its two ways to the firmware. */
#ifndef CORDON_CLI_POWER_H
#define CORDON_CLI_POWER_H

#include <stdint.h>
#include <stdio.h>

#include "core/isolation/remedy.h"

/* Borrowed. */
struct power_wish {
	const char *pc;
	struct remedy_wish wish;
	const char *confirm, *why; /* "" = not said */
	const char *control;
	uint64_t wait_ns;
	/* Past the daemon. */
	const char *roster, *store; /* NULL = not said */
	const char *authorities, *certificate, *key_ref;
	FILE *out, *errors;
};

/* Speaks to the firmware itself, if no daemon does; an exit code. */
int power_direct(const struct power_wish *wish);

#endif
