/* SPDX-License-Identifier: Apache-2.0 */
/* Policies on the command line.  "check" is what an editor or a commit hook runs; "explain"
 * answers "what would happen if", with the facts of an incident as options that have the names
 * of conditions. */
#include <stdbool.h>
#include <string.h>

#include "core/asset/asset.h"
#include "core/asset/roster.h"
#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/num.h"
#include "core/base/source.h"
#include "core/cli/command.h"
#include "core/cli/options.h"
#include "core/cli/policy_fit.h"
#include "core/detect/detector.h"
#include "core/detect/evidence.h"
#include "core/policy/decision.h"
#include "core/policy/policy.h"
#include "core/policy/vocabulary.h"
#include "detectors/table.h"

#define POLICY_MAX_BYTES ((size_t)1 << 20)
#define ROSTER_MAX_BYTES ((size_t)4 << 20)
#define TEXT_MAX_BYTES   ((size_t)8 << 20)

/* What the command line said; borrowed. */
struct line {
	const char *command, *file, *assets;
	const char *role, *tag, *kind, *evidence, *log_odds, *contacts, *port, *host, *asset;
	FILE *errors;
};

static int usage(const struct line *line, const char *what, const char *word)
{
	fprintf(line->errors, "%s: %s \"%s\"\n", line->command, what, word);
	return EXIT_CODE_USAGE;
}

static int take_line(struct line *line, const struct cli_option *options, int argc, char **argv)
{
	if (!cli_options(&argc, argv, options, line->errors))
		return EXIT_CODE_USAGE;
	if (argc == 0)
		return usage(line, "which policy? It expects", "FILE");
	if (argc > 1)
		return usage(line, "one policy at a time; what is", argv[1]);
	line->file = argv[0];
	return EXIT_CODE_OK;
}

#define NAMES (DETECTOR_IDS_MAX + 1)

static const char *const *detector_names(const char *names[NAMES])
{
	size_t count = 0;

	for (; detectors_table[count] && count + 1 < NAMES; count++)
		names[count] = detectors_table[count]->name;
	names[count] = NULL;
	return names;
}

static struct source *read_source(const struct line *line, const char *path, size_t max_bytes)
{
	struct err err = { 0 };
	struct source *source = source_read(path, max_bytes, &err);

	if (!source)
		fprintf(line->errors, "%s: %s\n", line->command, err.text);
	return source;
}

/* The roster of --assets; *roster stays NULL without the option. */
static int read_roster(const struct line *line, struct roster **roster)
{
	struct complaints *complaints;
	struct source *source;
	int rc = EXIT_CODE_OK;

	if (!line->assets)
		return EXIT_CODE_OK;
	source = read_source(line, line->assets, ROSTER_MAX_BYTES);
	if (!source)
		return EXIT_CODE_FAILURE;
	complaints = complaints_new();
	*roster = roster_read(source, complaints);
	if (complaints_count(complaints)) {
		complaints_show(complaints, source, line->errors);
		rc = EXIT_CODE_CONFIG;
	}
	complaints_free(complaints);
	source_free(source);
	return rc;
}

static void check_loaded(const struct policy *policy, const struct roster *roster,
			 struct complaints *complaints, size_t *examples)
{
	if (roster)
		policy_check_assets(policy, roster, complaints);
	*examples = policy_run_examples(policy, complaints);
}

/* The policy of the line, or NULL with the exit code in *rc. */
static struct policy *read_policy(const struct line *line, const struct roster *roster,
				  size_t *examples, int *rc)
{
	struct source *source = read_source(line, line->file, POLICY_MAX_BYTES);
	const char *names[NAMES];
	const struct policy_known known = { .detectors = detector_names(names) };
	struct complaints *complaints;
	struct policy *policy;

	*rc = EXIT_CODE_FAILURE;
	if (!source)
		return NULL;
	complaints = complaints_new();
	policy = policy_load(source, &known, complaints);
	if (policy)
		check_loaded(policy, roster, complaints, examples);
	*rc = EXIT_CODE_OK;
	if (complaints_count(complaints)) {
		complaints_show(complaints, source, line->errors);
		policy_free(policy);
		policy = NULL;
		*rc = EXIT_CODE_CONFIG;
	}
	complaints_free(complaints);
	source_free(source);
	return policy;
}

static void print_count(size_t count, const char *noun, FILE *out)
{
	fprintf(out, ", %zu %s%s", count, noun, count == 1 ? "" : "s");
}

int cli_policy_check(int argc, char **argv, FILE *out, FILE *errors)
{
	struct line line = { .command = "cordon policy check", .errors = errors };
	const struct cli_option options[] = { { "assets", &line.assets }, { NULL, NULL } };
	struct roster *roster = NULL;
	struct policy *policy = NULL;
	size_t examples = 0;
	int rc = take_line(&line, options, argc, argv);

	if (rc == EXIT_CODE_OK)
		rc = read_roster(&line, &roster);
	if (rc == EXIT_CODE_OK)
		policy = read_policy(&line, roster, &examples, &rc);
	if (policy) {
		fprintf(out, "%s: ok", line.file);
		print_count(policy_rule_count(policy), "rule", out);
		print_count(policy_channel_count(policy), "channel", out);
		print_count(examples, "example", out);
		fprintf(out, "%s\n", examples == 1 ? " holds" : examples ? " hold" : "");
		policy_fit_print(policy, out, errors);
	}
	policy_free(policy);
	roster_free(roster);
	return rc;
}

static bool is_choice(const char *word, enum word_choices choices)
{
	const char *values[VOCABULARY_KEYS_MAX];

	vocabulary_choices(choices, values);
	for (size_t i = 0; values[i]; i++)
		if (strcmp(values[i], word) == 0)
			return true;
	return false;
}

static int bad_choice(const struct line *line, const char *option, const char *word,
		      enum word_choices choices)
{
	const char *values[VOCABULARY_KEYS_MAX];

	fprintf(line->errors, "%s: unknown %s \"%s\"; one of", line->command, option, word);
	vocabulary_choices(choices, values);
	for (size_t i = 0; values[i]; i++)
		fprintf(line->errors, "%s %s", i ? "," : "", values[i]);
	fprintf(line->errors, "\n");
	return EXIT_CODE_USAGE;
}

static int take_choices(const struct line *line, struct policy_input *input)
{
	if (line->role && !is_choice(line->role, CHOICES_ROLE))
		return bad_choice(line, "role", line->role, CHOICES_ROLE);
	if (line->kind && !is_choice(line->kind, CHOICES_KIND))
		return bad_choice(line, "kind", line->kind, CHOICES_KIND);
	input->role = line->role ? line->role : input->role;
	input->kind = line->kind ? line->kind : input->kind;
	return EXIT_CODE_OK;
}

static int take_numbers(const struct line *line, struct policy_input *input)
{
	uint32_t port = 0;

	if (line->contacts && !num_u32_between(line->contacts, 0, UINT32_MAX, &input->contacts))
		return usage(line, "--contacts is a whole number, not", line->contacts);
	if (line->port && !num_u32_between(line->port, 0, UINT16_MAX, &port))
		return usage(line, "--port is 0 to 65535, not", line->port);
	input->port = (uint16_t)port;
	if (line->log_odds && !num_double(line->log_odds, &input->log_odds))
		return usage(line, "--log-odds is a number, not", line->log_odds);
	if (line->host && !ip_parse(line->host, &input->host.ip))
		return usage(line, "--host is an address, not", line->host);
	return EXIT_CODE_OK;
}

static int bad_detector(const struct line *line, const char *word, const char *const *names)
{
	fprintf(line->errors, "%s: unknown detector \"%s\"; one of", line->command, word);
	for (size_t i = 0; names[i]; i++)
		fprintf(line->errors, "%s %s", i ? "," : "", names[i]);
	fprintf(line->errors, "\n");
	return EXIT_CODE_USAGE;
}

/* One "detector=nats", cut in two in place. */
static int take_statement(const struct line *line, char *statement, struct policy_input *input)
{
	const size_t most = sizeof(input->evidence) / sizeof(input->evidence[0]);
	struct policy_input_evidence *out = &input->evidence[input->evidence_count];
	char *equals = strchr(statement, '=');
	const char *names[NAMES];
	size_t known = 0;

	if (input->evidence_count == most)
		return usage(line, "too much evidence at", statement);
	if (!equals)
		return usage(line, "write --evidence DETECTOR=LOG_ODDS, not", statement);
	*equals = '\0';
	detector_names(names);
	while (names[known] && strcmp(names[known], statement) != 0)
		known++;
	if (!names[known])
		return bad_detector(line, statement, names);
	if (!num_double(equals + 1, &out->log_odds))
		return usage(line, "not a number of nats:", equals + 1);
	out->detector = names[known];
	input->log_odds += out->log_odds;
	input->evidence_count++;
	return EXIT_CODE_OK;
}

static int take_evidence(const struct line *line, struct policy_input *input)
{
	char *copy = mem_text(line->evidence), *rest = copy, *word;
	int rc = EXIT_CODE_OK;

	while (rc == EXIT_CODE_OK && (word = strsep(&rest, ",")) != NULL)
		rc = take_statement(line, word, input);
	mem_free(copy);
	return rc;
}

/* The tags lie in the line's own copy, which the caller frees after the input. */
static int take_tags(const struct line *line, char *copy, struct policy_input *input)
{
	const size_t most = sizeof(input->tags) / sizeof(input->tags[0]);
	size_t count = 0;
	char *word;

	if (copy)
		memset(input->tags, 0, sizeof(input->tags));
	while ((word = strsep(&copy, ",")) != NULL) {
		if (count == most)
			return usage(line, "too many tags at", word);
		input->tags[count++] = word;
	}
	return EXIT_CODE_OK;
}

static int take_asset(const struct line *line, const struct roster *roster,
		      struct policy_input *input)
{
	const struct asset *asset;
	size_t tags = 0;

	if (!line->asset)
		return EXIT_CODE_OK;
	input->asset = line->asset;
	if (!roster)
		return EXIT_CODE_OK;
	asset = roster_find_name(roster, line->asset);
	if (!asset)
		return usage(line, "no such asset in the file of --assets:", line->asset);
	input->role = asset->role;
	input->host.ip = asset->ip;
	for (size_t i = 0; i < ASSET_TAGS; i++)
		if (*asset->tags[i])
			input->tags[tags++] = asset->tags[i];
	return EXIT_CODE_OK;
}

static int take_facts(const struct line *line, const struct roster *roster, char *tags,
		      struct policy_input *input)
{
	int rc = take_asset(line, roster, input);

	if (rc == EXIT_CODE_OK)
		rc = take_tags(line, tags, input);
	if (rc == EXIT_CODE_OK)
		rc = take_choices(line, input);
	if (rc == EXIT_CODE_OK)
		rc = take_evidence(line, input);
	/* Behind the evidence: --log-odds replaces its sum. */
	return rc == EXIT_CODE_OK ? take_numbers(line, input) : rc;
}

static void explain(const struct policy *policy, const struct policy_input *input, FILE *out)
{
	struct decision decision;
	struct buf text;

	buf_init(&text, TEXT_MAX_BYTES);
	policy_explain(policy, input, &text);
	policy_decide(policy, input, &decision);
	buf_text(&text, "Decision: ");
	decision_sentence(&decision, &text);
	fprintf(out, "%s\n", text.text);
	buf_fini(&text);
}

/* The options are facts of the incident, by the names of the conditions that ask for them. */
int cli_policy_explain(int argc, char **argv, FILE *out, FILE *errors)
{
	struct line line = { .command = "cordon policy explain", .errors = errors };
	const struct cli_option options[] = {
		{ "role", &line.role },
		{ "tag", &line.tag },
		{ "kind", &line.kind },
		{ "evidence", &line.evidence },
		{ "log-odds", &line.log_odds },
		{ "contacts", &line.contacts },
		{ "port", &line.port },
		{ "host", &line.host },
		{ "asset", &line.asset },
		{ "assets", &line.assets },
		{ NULL, NULL },
	};
	struct policy_input input = { .kind = evidence_kind_name(EVIDENCE_WORM),
				      .role = "unknown",
				      .asset = "",
				      .wall_ns = clock_wall_ns() };
	struct roster *roster = NULL;
	struct policy *policy = NULL;
	char *tags = NULL;
	size_t examples;
	int rc = take_line(&line, options, argc, argv);

	if (rc == EXIT_CODE_OK)
		rc = read_roster(&line, &roster);
	if (rc == EXIT_CODE_OK) {
		tags = mem_text(line.tag);
		rc = take_facts(&line, roster, tags, &input);
	}
	if (rc == EXIT_CODE_OK)
		policy = read_policy(&line, roster, &examples, &rc);
	if (policy)
		explain(policy, &input, out);
	mem_free(tags);
	policy_free(policy);
	roster_free(roster);
	return rc;
}

int cli_policy_words(int argc, char **argv, FILE *out, FILE *errors)
{
	bool markdown = argc == 1 && strcmp(argv[0], "--markdown") == 0;
	struct buf text;

	if (argc > 0 && !markdown) {
		fprintf(errors, "cordon policy words: unknown word \"%s\"\noptions: --markdown\n",
			argv[0]);
		return EXIT_CODE_USAGE;
	}
	buf_init(&text, TEXT_MAX_BYTES);
	if (markdown)
		vocabulary_markdown(&text);
	else
		vocabulary_print(&text);
	fprintf(out, "%s", text.text);
	buf_fini(&text);
	return EXIT_CODE_OK;
}
