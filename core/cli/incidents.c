/* SPDX-License-Identifier: Apache-2.0 */
/* incidents.c - cordon incidents: what the store knows, newest first, and where it was seen. */
#include <string.h>

#include "core/base/clock.h"
#include "core/base/err.h"
#include "core/cli/command.h"
#include "core/cli/options.h"
#include "core/cli/origin.h"
#include "core/isolation/isolation.h"
#include "core/store/db.h"

#define WHERE_AND_ORDER " WHERE " ORIGIN_IS " ORDER BY updated_ns DESC, id DESC LIMIT 200"

/* The last that people asked for, should there be several for one incident. */
static const char listing[] =
	"SELECT * FROM (SELECT incidents.id, incidents.host, incidents.mac, incidents.state, kind, log_odds,"
	" updated_ns, contacts, origin, coalesce(max(isolations.id), 0), coalesce(asked_by, ''), coalesce(why, '')"
	" FROM incidents LEFT JOIN isolations ON incident = incidents.id AND asked_by <> ''"
	" GROUP BY incidents.id"
	" UNION ALL SELECT 0, host, mac, state, '', 0, asked_ns, 0, 'person', id, asked_by, why"
	" FROM isolations WHERE incident = 0 AND asked_by <> '')" WHERE_AND_ORDER;

/* A store that nobody has opened for writing since. */
static const char listing_of_old[] =
	"SELECT * FROM (SELECT id, host, mac, state, kind, log_odds, updated_ns, contacts, '' AS origin, 0, '', ''"
	" FROM incidents)" WHERE_AND_ORDER;

enum { ID, HOST, MAC, STATE, KIND, NATS, UPDATED, CONTACTS, ORIGIN, ISOLATION, ASKED_BY, WHY };

static void show_person(struct db_query *query, FILE *out)
{
	char who[64], why[256];

	if (!db_u64(query, ISOLATION))
		return;
	snprintf(who, sizeof(who), "%s", db_text(query, ASKED_BY));
	snprintf(why, sizeof(why), "%s", db_text(query, WHY));
	fprintf(out, "  isolation %llu by %s%s%s", (unsigned long long)db_u64(query, ISOLATION),
		who, *why ? ": " : "", why);
}

static void show_row(struct db_query *query, FILE *out)
{
	const char *host = db_text(query, HOST);
	char when[CLOCK_TEXT_BYTES];

	clock_text(db_u64(query, UPDATED), when, sizeof(when));
	fprintf(out, "%-5llu %.19s  %-15s  %-17s  ", (unsigned long long)db_u64(query, ID), when,
		strcmp(host, "::") == 0 ? "-" : host, db_text(query, MAC));
	if (db_u64(query, ID))
		fprintf(out, "%-10s %-15s %6.1f nats  %llu contacts  %s", db_text(query, STATE),
			db_text(query, KIND), db_real(query, NATS),
			(unsigned long long)db_u64(query, CONTACTS),
			*db_text(query, ORIGIN) ? db_text(query, ORIGIN) : "-");
	else if (db_u64(query, STATE) < ISOLATION_STATES)
		fprintf(out, "%-10s by a person, nothing was held against it",
			isolation_state_name((unsigned)db_u64(query, STATE)));
	show_person(query, out);
	fputc('\n', out);
}

static struct db_query *prepare(struct db *db, const char *origin, struct err *err)
{
	struct db_query *query;
	bool kept;

	if (origin_is_kept(db, &kept, err) < 0)
		return NULL;
	query = db_prepare(db, kept ? listing : listing_of_old, err);
	if (query)
		db_bind_text(query, 1, origin);
	return query;
}

static int list(struct db *db, const char *origin, FILE *out, struct err *err)
{
	struct db_query *query = prepare(db, origin, err);
	unsigned shown = 0;
	int rc = ERR_FAILED;

	while (query && (rc = db_step(query, err)) > 0) {
		show_row(query, out);
		shown++;
	}
	if (rc == 0 && shown == 0)
		fprintf(out, *origin ? "no incidents of %s\n" : "no incidents\n", origin);
	db_query_free(query);
	return rc;
}

int cli_incidents(int argc, char **argv, FILE *out, FILE *errors)
{
	const char *path = CLI_DEFAULT_STORE, *origin = "";
	const struct cli_option options[] = { { "store", &path },
					      { "origin", &origin },
					      { NULL, NULL } };
	struct err err = { 0 };
	struct db *db;
	int rc;

	if (!cli_options(&argc, argv, options, errors) || !cli_no_words(argc, argv, errors))
		return EXIT_CODE_USAGE;
	db = db_open_read_only(path, &err);
	rc = db ? list(db, origin, out, &err) : ERR_FAILED;
	db_close(db);
	if (rc < 0)
		fprintf(errors, "cordon: %s\n", err.text);
	return rc < 0 ? EXIT_CODE_FAILURE : EXIT_CODE_OK;
}
