/* SPDX-License-Identifier: Apache-2.0 */
/* "cordon policy ...": what is printed where, and the exit codes that scripts rely on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/cli/command.h"

/* One command run in memory. */
struct run {
	int code;
	char *out, *errors;
	size_t out_size, errors_size;
};

static void run_init(struct run *run, command_fn *command, const char *words)
{
	char copy[512], *rest = copy, *word, *argv[16];
	FILE *out = open_memstream(&run->out, &run->out_size);
	FILE *errors = open_memstream(&run->errors, &run->errors_size);
	int argc = 0;

	snprintf(copy, sizeof(copy), "%s", words);
	while ((word = strsep(&rest, " ")) != NULL)
		if (*word && argc < 16)
			argv[argc++] = word;
	run->code = command(argc, argv, out, errors);
	fclose(out);
	fclose(errors);
}

static void run_fini(struct run *run)
{
	free(run->out);
	free(run->errors);
}

static char policy_path[] = "/tmp/cordon-policy-XXXXXX",
	    assets_path[] = "/tmp/cordon-assets-XXXXXX", wide_path[] = "/tmp/cordon-wide-XXXXXX",
	    many_path[] = "/tmp/cordon-many-XXXXXX";

static void write_file(char *path, const char *text)
{
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

/* A channel that no firmware holds, beside one that does. */
static void write_wide(void)
{
	char text[1024];
	size_t used = (size_t)snprintf(
		text, sizeof(text),
		"channels:\n  six: [arp, dhcp, nd, icmp: { to: 10.0.0.5 }, dns: 'fd00::53']\n"
		"  wide: [arp, dhcp, anti_spoofing");

	for (unsigned i = 0; i < 40; i++) {
		const char *before = i % 20 ? ", " : ", tcp: { to: 10.0.1.1, ports: [";

		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%u%s", before,
					 1000 + 2 * i, i % 20 == 19 ? "] }" : "");
	}
	snprintf(text + used, sizeof(text) - used, "]\nrules: [ { name: a, then: watch } ]\n");
	write_file(wide_path, text);
}

static int make_files(void **state)
{
	(void)state;
	write_wide();
	write_file(many_path,
		   "channels: { s: [arp, dhcp] }\n"
		   "rules:\n"
		   "  - { name: a, when: { port: 445 }, then: { block: { tcp: 445 } } }\n"
		   "  - { name: b, when: { port: 161 }, then: { count: { udp: 161 } } }\n"
		   "  - { name: c, then: { block: { tcp: 445 } } }\n");
	write_file(
		policy_path,
		"channels: { r: [arp, dhcp] }\n"
		"rules:\n"
		"  - name: vip\n    when: { tag: vip, role: server }\n    then: { propose: { channel: r } }\n"
		"expect:\n  - given: { role: server, tags: vip }\n    then: propose\n");
	write_file(assets_path,
		   "assets:\n  - { name: db, ip: 10.0.0.1, role: server, tags: [vip] }\n");
	return 0;
}

static int remove_files(void **state)
{
	(void)state;
	unlink(policy_path);
	unlink(assets_path);
	unlink(wide_path);
	unlink(many_path);
	return 0;
}

/* %P, %A, %W and %M stand for the files. */
static const char *with_paths(const char *words, char *text, size_t size)
{
	size_t used = 0;

	for (; *words && used + 64 < size; words++) {
		const char *path = strncmp(words, "%P", 2) == 0   ? policy_path
				   : strncmp(words, "%A", 2) == 0 ? assets_path
				   : strncmp(words, "%W", 2) == 0 ? wide_path
				   : strncmp(words, "%M", 2) == 0 ? many_path
								  : NULL;

		if (path) {
			used += (size_t)snprintf(text + used, size - used, "%s", path);
			words++;
		} else {
			text[used++] = *words;
		}
	}
	text[used] = '\0';
	return text;
}

static const struct {
	command_fn *command;
	const char *words;
	int code;
	const char *out, *errors; /* a part of what is printed; NULL = nothing is */
} cases[] = {
	{ cli_policy_check, "policies/office.yaml", 0,
	  "policies/office.yaml: ok, 6 rules, 1 channel, 11 examples hold\n", NULL },
	{ cli_policy_check, "policies/watch-only.yaml", 0,
	  "ok, 2 rules, 0 channels, 2 examples hold\n", NULL },
	{ cli_policy_check, "%P", 0, ": ok, 1 rule, 1 channel, 1 example holds\n", NULL },
	{ cli_policy_check, "%P", 0,
	  "channel \"r\" takes 2 of 27 transmit and 2 of 31 receive filters\n", NULL },
	{ cli_policy_check, "policies/office.yaml", 0,
	  "channel \"repair\" names a place whose address is not known here\n", NULL },
	{ cli_policy_check, "%W", 0,
	  "; 4 each way are for IPv6, and firmware may count each several",
	  "warning: channel \"wide\" needs 44 transmit filters, 27 fit; the largest takers are "
	  "10.0.1.1 (40), anti_spoofing (2), arp (1); use port ranges, fewer" },
	{ cli_policy_check, "%M", 0,
	  "all channels and measures together take 3 of 8 policies and 8 of 80 filters\n", NULL },
	{ cli_policy_check, "%P --assets %A", 0, ": ok, ", NULL },
	{ cli_policy_check, "--assets=%A %P", 0, ": ok, ", NULL },
	{ cli_policy_check, "policies/office.yaml --assets %A", 3, NULL,
	  ": unknown tag \"scanner\"" },
	{ cli_policy_check, "%A", 3, NULL, ":1:1: unknown key \"assets\"" },
	{ cli_policy_check, "%P --assets %P", 3, NULL, "unknown key \"channels\"" },
	{ cli_policy_check, "/nowhere/p.yaml", 1, NULL,
	  "cannot read /nowhere/p.yaml: No such file" },
	{ cli_policy_check, "%P --assets /nowhere/a.yaml", 1, NULL, "/nowhere/a.yaml" },
	{ cli_policy_check, "", 2, NULL, "FILE" },
	{ cli_policy_check, "%P %A", 2, NULL, "one policy at a time" },
	{ cli_policy_check, "%P --asets %A", 2, NULL, "--assets" },
	{ cli_policy_check, "%P --assets", 2, NULL, "--assets needs a value" },

	{ cli_policy_explain, "%P --role server --tag a,vip", 0, "rule 1 \"vip\" fires: ", NULL },
	{ cli_policy_explain, "%P --role server --tag a,vip", 0,
	  "\nDecision: propose quarantine with channel \"r\", until people release it; 1 person must agree within 30m, says rule 1 \"vip\".\n",
	  NULL },
	{ cli_policy_explain, "%P", 0, "\nDecision: watch it, because no rule fires.\n", NULL },
	{ cli_policy_explain, "%P --asset db --assets %A", 0, "Decision: propose", NULL },
	{ cli_policy_explain, "%P --asset db --assets %A --role lab", 0, "role lab is not server",
	  NULL },
	{ cli_policy_explain, "policies/office.yaml --role workstation --evidence arpsweep=9,trw=1",
	  0, "Decision: quarantine at once", NULL },
	{ cli_policy_explain,
	  "policies/office.yaml --role workstation --evidence arpsweep=9,trw=1 --log-odds 3", 0,
	  "Decision: watch", NULL },
	{ cli_policy_explain,
	  "policies/office.yaml --role server --kind spam --log-odds 9 --contacts 3 --port 25 --host 10.0.0.1",
	  0, "Decision: propose", NULL },
	{ cli_policy_explain, "%P --asset nobody --assets %A", 2, NULL, "no such asset" },
	{ cli_policy_explain, "%P --role clown", 2, NULL,
	  "unknown role \"clown\"; one of workstation, server" },
	{ cli_policy_explain, "%P --kind flu", 2, NULL, "unknown kind \"flu\"; one of worm," },
	{ cli_policy_explain, "%P --evidence arpsweep", 2, NULL, "DETECTOR=LOG_ODDS" },
	{ cli_policy_explain, "%P --evidence nose=3", 2, NULL,
	  "unknown detector \"nose\"; one of arpsweep, " },
	{ cli_policy_explain, "%P --evidence trw=x", 2, NULL, "\"x\"" },
	{ cli_policy_explain, "%P --log-odds high", 2, NULL, "--log-odds is a number" },
	{ cli_policy_explain, "%P --contacts -1", 2, NULL, "--contacts is a whole number" },
	{ cli_policy_explain, "%P --port 70000", 2, NULL, "--port is 0 to 65535" },
	{ cli_policy_explain, "%P --host pc", 2, NULL, "--host is an address" },
	{ cli_policy_explain, "%P --tag a,b,c,d,e,f,g,h,i", 2, NULL, "too many tags" },
	{ cli_policy_explain, "%P --colour red", 2, NULL, "--log-odds" },
	{ cli_policy_explain, "%A", 3, NULL, "unknown key" },
	{ cli_policy_explain, "/nowhere/p.yaml", 1, NULL, "cannot read" },

	{ cli_policy_words, "", 0, "Conditions: when\n", NULL },
	{ cli_policy_words, "--markdown", 0, "| `confidence` |", NULL },
	{ cli_policy_words, "--html", 2, NULL, "--markdown" },
};

static bool is_said(const char *said, const char *part)
{
	return part ? strstr(said, part) != NULL : *said == '\0';
}

static void each_command_line_has_its_answer_and_exit_code(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char words[512];
		struct run run;

		run_init(&run, cases[i].command, with_paths(cases[i].words, words, sizeof(words)));
		if (run.code != cases[i].code || !is_said(run.out, cases[i].out) ||
		    !is_said(run.errors, cases[i].errors)) {
			print_error("\"%s\" gives %d:\n%s%s", cases[i].words, run.code, run.out,
				    run.errors);
			wrong++;
		}
		run_fini(&run);
	}
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_command_line_has_its_answer_and_exit_code),
	};

	return cmocka_run_group_tests(tests, make_files, remove_files);
}
