/* SPDX-License-Identifier: Apache-2.0 */
/* outbreak.c - cordon outbreak: who infected whom, as a tree of text, for Graphviz, or as JSON.
 *
 * Reads the store, so it works beside a running daemon, after a replay, and on a copy.  Each tree begins with a patient
 * zero: the first that we saw, which is not always the first that there was. */
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/err.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/cli/command.h"
#include "core/cli/options.h"
#include "core/cli/origin.h"
#include "core/net/addr.h"
#include "core/store/db.h"

#define HOSTS_MAX      4096
#define DEPTH_MAX      64
#define JSON_MAX_BYTES (4 * 1024 * 1024)

struct infected {
	uint64_t incident, parent; /* parent 0 = patient zero */
	uint64_t contact_ns, attack_ns, convicted_ns;
	uint64_t port;
	char host[IP_TEXT_BYTES];
	char state[16], why[16];
	size_t parent_at, generation, children;
};

struct tree {
	struct infected *hosts; /* in order of incident */
	size_t count;
	bool cut; /* there were more */
};

/* ---- reading ----------------------------------------------------------------------------------- */

/* Convicted worms, and everybody who is a link of a chain. */
static const char query_format[] =
	"SELECT i.id, i.host, i.state, i.convicted_ns, coalesce(n.parent, 0), coalesce(n.port, 0), coalesce(n.contact_ns, 0),"
	" coalesce(n.attack_ns, 0), coalesce(n.why, '') FROM %s i LEFT JOIN infections n ON n.incident = i.id"
	" WHERE (n.parent IS NOT NULL OR i.id IN (SELECT parent FROM infections) OR (i.convicted_ns <> 0 AND i.kind = 'worm'))"
	" AND " ORIGIN_IS " ORDER BY i.id LIMIT ?2";

static struct db_query *prepare(struct db *db, const char *origin, struct err *err)
{
	struct db_query *query = NULL;
	struct buf text;
	bool kept;

	buf_init(&text, sizeof(query_format) + 64);
	if (origin_is_kept(db, &kept, err) == 0) {
		buf_format(&text, query_format,
			   kept ? "incidents" : "(SELECT *, '' AS origin FROM incidents)");
		query = db_prepare(db, text.text, err);
	}
	buf_fini(&text);
	if (query) {
		db_bind_text(query, 1, origin);
		db_bind_u64(query, 2, HOSTS_MAX + 1);
	}
	return query;
}

static void read_row(struct tree *tree, struct db_query *query)
{
	struct infected *host = &tree->hosts[tree->count++];

	host->incident = db_u64(query, 0);
	snprintf(host->host, sizeof(host->host), "%s", db_text(query, 1));
	snprintf(host->state, sizeof(host->state), "%s", db_text(query, 2));
	host->convicted_ns = db_u64(query, 3);
	host->parent = db_u64(query, 4);
	host->port = db_u64(query, 5);
	host->contact_ns = db_u64(query, 6);
	host->attack_ns = db_u64(query, 7);
	snprintf(host->why, sizeof(host->why), "%s", db_text(query, 8));
}

static int compare(const void *key, const void *element)
{
	uint64_t id = *(const uint64_t *)key, other = ((const struct infected *)element)->incident;

	return id < other ? -1 : id > other;
}

/* A parent that is not among them, or a store that was tampered with, makes a patient zero. */
static void join(struct tree *tree)
{
	for (size_t i = 0; i < tree->count; i++) {
		struct infected *host = &tree->hosts[i], *parent;
		size_t steps = 0;

		parent = bsearch(&host->parent, tree->hosts, tree->count, sizeof(*host), compare);
		for (struct infected *up = parent; up && steps <= tree->count; steps++)
			up = bsearch(&up->parent, tree->hosts, tree->count, sizeof(*up), compare);
		if (!parent || steps > tree->count) {
			host->parent = 0;
			continue;
		}
		host->parent_at = (size_t)(parent - tree->hosts);
		host->generation = steps;
		parent->children++;
	}
}

static int read_tree(struct tree *tree, const char *path, const char *origin, struct err *err)
{
	struct db *db = db_open_read_only(path, err);
	struct db_query *query = db ? prepare(db, origin, err) : NULL;
	int rc = ERR_FAILED;

	tree->hosts = mem_array(HOSTS_MAX, sizeof(*tree->hosts));
	if (query) {
		while ((rc = db_step(query, err)) > 0) {
			tree->cut = tree->count == HOSTS_MAX;
			if (tree->cut)
				break;
			read_row(tree, query);
		}
	}
	db_query_free(query);
	db_close(db);
	join(tree);
	return rc < 0 ? rc : 0;
}

/* ---- text -------------------------------------------------------------------------------------- */

static const char *time_of(uint64_t wall_ns, char when[CLOCK_TEXT_BYTES])
{
	clock_text(wall_ns, when, CLOCK_TEXT_BYTES);
	return when + 11;
}

static void show_host(const struct infected *host, FILE *out)
{
	char contact[CLOCK_TEXT_BYTES], attack[CLOCK_TEXT_BYTES], convicted[CLOCK_TEXT_BYTES];

	fprintf(out, "%s  %s", host->host, host->state);
	if (host->parent)
		fprintf(out, "; port %llu at %.12s, attacks since %.12s",
			(unsigned long long)host->port, time_of(host->contact_ns, contact),
			time_of(host->attack_ns, attack));
	if (host->convicted_ns)
		fprintf(out, "; convicted %.12s", time_of(host->convicted_ns, convicted));
	fprintf(out, " (incident %llu)\n", (unsigned long long)host->incident);
}

static void show_branch(const struct tree *tree, size_t at, char *indent, size_t depth, FILE *out)
{
	size_t left = tree->hosts[at].children;

	for (size_t i = 0; left && i < tree->count; i++) {
		const struct infected *child = &tree->hosts[i];

		if (!child->parent || child->parent_at != at)
			continue;
		left--;
		indent[2 * depth] = '\0';
		fprintf(out, "%s%s ", indent, left ? "|-" : "`-");
		show_host(child, out);
		if (depth + 1 >= DEPTH_MAX)
			continue;
		memcpy(indent + 2 * depth, left ? "| " : "  ", 2);
		show_branch(tree, i, indent, depth + 1, out);
	}
}

static void show_text(const struct tree *tree, FILE *out)
{
	char indent[2 * DEPTH_MAX + 1];
	size_t trees = 0;

	for (size_t i = 0; i < tree->count; i++) {
		if (tree->hosts[i].parent)
			continue;
		if (trees++)
			fprintf(out, "\n");
		fprintf(out, tree->hosts[i].children ? "patient zero: " : "nobody else known: ");
		show_host(&tree->hosts[i], out);
		show_branch(tree, i, indent, 0, out);
	}
	if (tree->count == 0)
		fprintf(out, "no worm was convicted\n");
	if (tree->cut)
		fprintf(out, "\nonly the first %d hosts are shown\n", HOSTS_MAX);
}

/* ---- Graphviz and JSON ------------------------------------------------------------------------- */

/* Names of nodes are numbers of incidents; hosts are addresses, which need no quoting. */
static void show_dot(const struct tree *tree, FILE *out)
{
	char when[CLOCK_TEXT_BYTES];

	fprintf(out, "digraph outbreak {\n\trankdir=LR;\n\tnode [shape=box];\n");
	for (size_t i = 0; i < tree->count; i++) {
		const struct infected *host = &tree->hosts[i];

		fprintf(out, "\ti%llu [label=\"%s\\n%s\"%s];\n", (unsigned long long)host->incident,
			host->host, host->state, host->parent ? "" : ", style=bold");
	}
	for (size_t i = 0; i < tree->count; i++) {
		const struct infected *host = &tree->hosts[i];

		if (host->parent)
			fprintf(out, "\ti%llu -> i%llu [label=\"%llu\\n%.12s\"];\n",
				(unsigned long long)host->parent,
				(unsigned long long)host->incident, (unsigned long long)host->port,
				time_of(host->contact_ns, when));
	}
	fprintf(out, "}\n");
}

static struct json *host_json(const struct tree *tree, const struct infected *host)
{
	struct json *object = json_object_new();

	json_set_u64(object, "incident", host->incident);
	json_set_text(object, "host", host->host);
	json_set_text(object, "state", host->state);
	json_set_u64(object, "generation", host->generation);
	json_set_time(object, "convicted_at", host->convicted_ns);
	if (host->parent) {
		json_set_u64(object, "parent", host->parent);
		json_set_text(object, "parent_host", tree->hosts[host->parent_at].host);
		json_set_u64(object, "port", host->port);
		json_set_time(object, "contact_at", host->contact_ns);
		json_set_time(object, "attack_at", host->attack_ns);
		json_set_text(object, "why", host->why);
	}
	return object;
}

static void show_json(const struct tree *tree, FILE *out)
{
	struct json *object = json_object_new(), *hosts = json_array_new();
	struct buf line;

	for (size_t i = 0; i < tree->count; i++)
		json_push(hosts, host_json(tree, &tree->hosts[i]));
	json_set(object, "hosts", hosts);
	if (tree->cut)
		json_set_bool(object, "cut", true);
	buf_init(&line, JSON_MAX_BYTES);
	json_write(object, &line);
	fprintf(out, "%s\n", line.text);
	buf_fini(&line);
	json_free(object);
}

int cli_outbreak(int argc, char **argv, FILE *out, FILE *errors)
{
	const char *path = CLI_DEFAULT_STORE, *origin = "";
	bool dot = cli_flag(&argc, argv, "dot"), json = cli_flag(&argc, argv, "json");
	const struct cli_option options[] = { { "store", &path },
					      { "origin", &origin },
					      { NULL, NULL } };
	struct tree tree = { 0 };
	struct err err = { 0 };
	int rc;

	if (!cli_options(&argc, argv, options, errors) || !cli_no_words(argc, argv, errors))
		return EXIT_CODE_USAGE;
	if (dot && json) {
		fprintf(errors, "cordon: either --dot or --json\n");
		return EXIT_CODE_USAGE;
	}
	rc = read_tree(&tree, path, origin, &err);
	if (rc < 0)
		fprintf(errors, "cordon: %s\n", err.text);
	else if (dot)
		show_dot(&tree, out);
	else if (json)
		show_json(&tree, out);
	else
		show_text(&tree, out);
	mem_free(tree.hosts);
	return rc < 0 ? EXIT_CODE_FAILURE : EXIT_CODE_OK;
}
