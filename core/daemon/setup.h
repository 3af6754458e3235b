/* SPDX-License-Identifier: Apache-2.0 */
/* setup.h - everything the daemon is told: settings, policy, assets.  Read once, then constant; all mistakes of all files are
 * shown before anything starts. */
#ifndef CORDON_DAEMON_SETUP_H
#define CORDON_DAEMON_SETUP_H

#include <stdio.h>

#include "core/daemon/config.h"

struct err;
struct policy;
struct roster;
struct source;

struct setup {
	struct config config;
	struct policy *policy;
	struct roster *roster;
	struct source *config_source; /* its text is borrowed by config */
};

/* What the command line says; it wins over the file.  NULL = not said. */
struct setup_paths {
	const char *config, *policy, *assets, *store, *eve, *control;
};

/* Complaints go to errors, each with its line and a caret; err then says how many.  setup_fini() after either. */
int setup_read(struct setup *setup, const struct setup_paths *paths, FILE *errors, struct err *err);
/* Forgets assets and policy: the sensor has no business with them. */
void setup_forget_assets(struct setup *setup);
void setup_fini(struct setup *setup);

#endif
