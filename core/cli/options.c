/* SPDX-License-Identifier: Apache-2.0 */
/* options.c - takes "--name value" and "--name=value" apart. */
#include "core/cli/options.h"

#include <stddef.h>
#include <string.h>

static const struct cli_option *find(const struct cli_option *options, const char *name,
				     size_t length)
{
	for (const struct cli_option *option = options; option->name; option++)
		if (strlen(option->name) == length && memcmp(option->name, name, length) == 0)
			return option;
	return NULL;
}

static void complain(const char *word, const struct cli_option *options, FILE *errors)
{
	fprintf(errors, "cordon: unknown option %s; valid here:", word);
	for (const struct cli_option *option = options; option->name; option++)
		fprintf(errors, " --%s", option->name);
	fprintf(errors, "%s\n", options->name ? "" : " none");
}

bool cli_options(int *argc, char **argv, const struct cli_option *options, FILE *errors)
{
	int kept = 0;

	for (int i = 0; i < *argc; i++) {
		const char *name = argv[i] + 2, *equals;
		const struct cli_option *option;

		if (strncmp(argv[i], "--", 2) != 0) {
			argv[kept++] = argv[i];
			continue;
		}
		equals = strchr(name, '=');
		option = find(options, name, equals ? (size_t)(equals - name) : strlen(name));
		if (!option) {
			complain(argv[i], options, errors);
			return false;
		}
		if (!equals && i + 1 == *argc) {
			fprintf(errors, "cordon: %s needs a value\n", argv[i]);
			return false;
		}
		*option->value = equals ? equals + 1 : argv[++i];
	}
	*argc = kept;
	return true;
}

bool cli_flag(int *argc, char **argv, const char *name)
{
	bool found = false;
	int kept = 0;

	for (int i = 0; i < *argc; i++) {
		if (strncmp(argv[i], "--", 2) == 0 && strcmp(argv[i] + 2, name) == 0)
			found = true;
		else
			argv[kept++] = argv[i];
	}
	*argc = kept;
	return found;
}

bool cli_no_words(int argc, char **argv, FILE *errors)
{
	if (argc > 0)
		fprintf(errors, "cordon: what is \"%s\"? see --help\n", argv[0]);
	return argc == 0;
}
