/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - the command "cordon": a table of nouns and verbs. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/base/standard.h"
#include "core/cli/command.h"

/* Goes on under the word behind "takes:". */
#define NEXT "\n                            "

static const struct command commands[] = {
	{ "policy", "check", "FILE [--assets FILE]", "check a policy and run its examples",
	  cli_policy_check },
	{ "policy", "explain",
	  "FILE [--role R] [--tag T,T] [--kind K] [--evidence D=NATS,...] [--log-odds N]" NEXT
	  "[--contacts N] [--port N] [--host IP] [--asset NAME --assets FILE]",
	  "why each rule fires or not", cli_policy_explain },
	{ "policy", "words", "[--markdown]", "every word a rule may use", cli_policy_words },
	{ "incidents", "", "[--store FILE] [--origin interface | capture | pipe | person | NAME]",
	  "what was suspected and convicted, and where it was seen", cli_incidents },
	{ "health", "", "[--control PATH]",
	  "how much the sensor sees of each VLAN, and what to do about what it does not",
	  cli_health },
	{ "hosts", "", "[--control PATH]",
	  "gateways, servers, NAT boxes, monitors, and how that is known", cli_hosts },
	{ "stats", "", "[--control PATH]", "every counter, as Prometheus reads it", cli_stats },
	{ "outbreak", "",
	  "[--store FILE] [--origin interface | capture | pipe | NAME] [--dot | --json]",
	  "who infected whom", cli_outbreak },
	{ "isolations", "", "[--control PATH]", "who is isolated now, and what is proven",
	  cli_isolations },
	{ "approve", "", "ID [--control PATH]", "agree to a proposed isolation", cli_approve },
	{ "deny", "", "ID [REASON...] [--control PATH]", "refuse a proposed isolation", cli_deny },
	{ "isolate", "", "PC [--channel NAME] [--why TEXT] [--control PATH]",
	  "cut a machine off by hand; PC: its name, address or MAC", cli_isolate },
	{ "release", "", "PC | ID [REASON...] [--control PATH]",
	  "end an isolation, or all of a machine", cli_release },
	{ "power", "",
	  "PC [on | off | cycle | reset] [--boot network | disk | cd | setup] [--reason TEXT]" NEXT
	  "[--confirm PC] [--wait 60s] [--control PATH]; without a daemon: --direct ASSETS" NEXT
	  "[--store FILE] [--authorities PEM] [--certificate PEM --key REFERENCE]",
	  "is a machine on; switch it through its firmware, isolated or not", cli_power },
	{ "repairs", "", "[--control PATH]", "what was ordered with power, and what became of it",
	  cli_repairs },
	{ "consent", "",
	  "PC [CODE | cancel] [--wait 60s] [--control PATH]; without a daemon: --direct ASSETS" NEXT
	  "[--authorities PEM] [--certificate PEM --key REFERENCE]",
	  "where firmware wants the person at the screen to agree before another start",
	  cli_consent },
	{ "log", "",
	  "PC [--wait 60s] [--control PATH]; without a daemon: --direct ASSETS" NEXT
	  "[--authorities PEM] [--certificate PEM --key REFERENCE]",
	  "what its firmware has written down: starts, failures, filters that matched, who changed it",
	  cli_log },
	{ "assets", "check",
	  "FILE [NAME...] [--policy FILE] [--store FILE] [--json] [--accept GRADE]" NEXT
	  "[--timeout 10s] [--authorities PEM] [--certificate PEM --key REFERENCE]",
	  "ask each machine's firmware whether it can be isolated, and grade it",
	  cli_assets_check },
	{ "assets", "codes", "", "every reason a grade may have, and its remedy",
	  cli_assets_codes },
	{ "assets", "", "FILE [--store FILE]",
	  "list the machines we answer for, with their last grade", cli_assets },
	{ "detectors", "", "", "what is looked for, with all settings", cli_detectors },
	{ "ledger", "verify", "[--store FILE]", "prove that no entry was changed or removed",
	  cli_ledger_verify },
	{ "ledger", "show", "[--store FILE] [--from N]", "print the entries", cli_ledger_show },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void describe(const struct command *command, FILE *out)
{
	char words[128];

	snprintf(words, sizeof(words), "%s%s%s", command->noun, *command->verb ? " " : "",
		 command->verb);
	fprintf(out, "  %-16s %s\n", words, command->summary);
	if (*command->takes)
		fprintf(out, "  %-16s   takes: %s\n", "", command->takes);
}

static void usage(FILE *out)
{
	fprintf(out, "usage: cordon NOUN [VERB] [arguments]\n\n");
	for (size_t i = 0; i < COMMANDS; i++)
		describe(&commands[i], out);
	fprintf(out,
		"\n  --help, also behind a noun or verb; --version\n\n"
		"Exit codes: 0 ok, 1 failure, 2 wrong usage, 3 bad configuration or policy.\n"
		"assets check: 0 all A (or as --accept says), else 11 to 15 for the worst grade, B to F.\n"
		"See also: cordon(1), cordond(8).\n");
}

/* The longest match wins: "assets check" before "assets". */
static const struct command *find(int argc, char **argv, int *used)
{
	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(argv[1], commands[i].noun) != 0)
			continue;
		if (*commands[i].verb && (argc < 3 || strcmp(argv[2], commands[i].verb) != 0))
			continue;
		*used = *commands[i].verb ? 3 : 2;
		return &commands[i];
	}
	return NULL;
}

static bool is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* "cordon policy --help", "cordon policy check FILE --help": false if there is no such noun. */
static bool help_with(const struct command *command, const char *noun, FILE *out)
{
	bool found = false;

	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(noun, commands[i].noun) != 0)
			continue;
		if (command && *command->verb && command != &commands[i])
			continue;
		describe(&commands[i], out);
		found = true;
	}
	return found;
}

/* A noun alone, where only its verbs mean something. */
static bool is_noun(const char *word)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(word, commands[i].noun) == 0)
			return true;
	return false;
}

static int complain(int argc, char **argv)
{
	bool noun = is_noun(argv[1]);
	const char *alike = "; these begin alike:";

	if (noun && argc == 2)
		fprintf(stderr, "cordon: \"%s\" needs a word behind it:", argv[1]);
	else
		fprintf(stderr, "cordon: unknown command \"%s%s%s\"", argv[1], argc > 2 ? " " : "",
			argc > 2 ? argv[2] : "");
	for (size_t i = 0; i < COMMANDS; i++) {
		if (noun ? strcmp(argv[1], commands[i].noun) != 0
			 : argv[1][0] != commands[i].noun[0])
			continue;
		fprintf(stderr, "%s \"%s%s%s\"", noun && argc == 2 ? "" : alike, commands[i].noun,
			*commands[i].verb ? " " : "", commands[i].verb);
		alike = "";
	}
	fprintf(stderr, "; see cordon --help\n");
	return EXIT_CODE_USAGE;
}

/* "cordon help", "cordon help ledger", "cordon help ledger verify" */
static int help(int argc, char **argv)
{
	int used;

	if (argc < 2)
		usage(stdout);
	else if (!help_with(find(argc, argv, &used), argv[1], stdout))
		return complain(argc, argv);
	return EXIT_CODE_OK;
}

static int run(int argc, char **argv)
{
	const struct command *command;
	int used = 2;

	if (argc < 2) {
		usage(stderr);
		return EXIT_CODE_USAGE;
	}
	if (is_help(argv[1]) || strcmp(argv[1], "help") == 0)
		return help(argc - 1, argv + 1);
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		puts("cordon " CORDON_VERSION);
		return EXIT_CODE_OK;
	}
	command = find(argc, argv, &used);
	if (argc > used && is_help(argv[argc - 1]) && help_with(command, argv[1], stdout))
		return EXIT_CODE_OK;
	if (!command)
		return complain(argc, argv);
	return command->run(argc - used, argv + used, stdout, stderr);
}

int main(int argc, char **argv)
{
	standard_open();
	return standard_end("cordon", run(argc, argv));
}
