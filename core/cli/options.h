/* SPDX-License-Identifier: Apache-2.0 */
/* options.h - "--name value" of the commands, the same everywhere. */
#ifndef CORDON_CLI_OPTIONS_H
#define CORDON_CLI_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

/* Rows end with name NULL.  value gets the text behind the option. */
struct cli_option {
	const char *name; /* without the dashes */
	const char **value;
};

/* Takes the options out of argv (in place) and lets *argc count what is left.  Complains to errors and returns false about an
 * unknown option (naming the valid ones) or a missing value. */
bool cli_options(int *argc, char **argv, const struct cli_option *options, FILE *errors);

/* Takes an option without a value out of argv (before the others are taken); true if it was there. */
bool cli_flag(int *argc, char **argv, const char *name);

#endif
