/* SPDX-License-Identifier: Apache-2.0 */
/* command.h - one command of "cordon": noun, verb, what it takes, what it does.
 *
 * run gets the words behind noun and verb (argv[0] is the first of them) and answers with an exit code: 0 ok, 1 failure, 2
 * usage, 3 bad configuration or policy; "assets check" also 11 to 15.  Results go to out, complaints to errors. */
#ifndef CORDON_CLI_COMMAND_H
#define CORDON_CLI_COMMAND_H

#include <stdio.h>

/* Where cordond listens unless told otherwise. */
#define CLI_DEFAULT_CONTROL "/run/cordon/control"

typedef int command_fn(int argc, char **argv, FILE *out, FILE *errors);

struct command {
	const char *noun, *verb; /* verb "" = the noun alone */
	const char *takes, *summary;
	command_fn *run;
};

enum { EXIT_CODE_OK = 0, EXIT_CODE_FAILURE = 1, EXIT_CODE_USAGE = 2, EXIT_CODE_CONFIG = 3 };

command_fn cli_policy_check, cli_policy_explain, cli_policy_words;
command_fn cli_ledger_verify, cli_ledger_show;
command_fn cli_health, cli_hosts, cli_stats, cli_outbreak;
command_fn cli_incidents, cli_isolations, cli_approve, cli_deny;
command_fn cli_isolate, cli_release, cli_power, cli_repairs, cli_log, cli_consent;
command_fn cli_detectors, cli_assets, cli_assets_check, cli_assets_codes;

#endif
