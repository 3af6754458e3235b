/* SPDX-License-Identifier: Apache-2.0 */
/* options.h - the words of the commands, "--name value" above all, the same everywhere. */
#ifndef CORDON_CLI_OPTIONS_H
#define CORDON_CLI_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

/* Where the packaged service keeps its store: what --store says unless it is given. */
#define CLI_DEFAULT_STORE "/var/lib/cordon/cordon.db"

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

/* Where a command takes no further word: complains about the first that is left, and returns false. */
bool cli_no_words(int argc, char **argv, FILE *errors);

#endif
