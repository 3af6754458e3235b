/* SPDX-License-Identifier: Apache-2.0 */
/* incidents.c - cordon incidents: what the store knows, newest first, and where it was seen. */
#include <string.h>

#include "core/base/clock.h"
#include "core/base/err.h"
#include "core/cli/command.h"
#include "core/cli/options.h"
#include "core/store/db.h"

/* An origin is "interface eth1", "capture /srv/old.pcap", "pipe", or "" of what an older Cordon wrote. */
#define ORIGIN_IS                                                                            \
	" WHERE ?1 IN ('', origin) OR ?1 = substr(origin, 1, instr(origin || ' ', ' ') - 1)" \
	" OR ?1 = substr(origin, instr(origin, ' ') + 1)"                                    \
	" OR '/' || ?1 = substr(origin, -1 - length(?1))"

static const char listing[] =
	"SELECT id, host, mac, state, kind, log_odds, updated_ns, contacts, origin FROM incidents" ORIGIN_IS
	" ORDER BY id DESC LIMIT 200";

/* A store that nobody has opened for writing since. */
static const char listing_of_old[] =
	"SELECT id, host, mac, state, kind, log_odds, updated_ns, contacts, origin FROM"
	" (SELECT *, '' AS origin FROM incidents)" ORIGIN_IS " ORDER BY id DESC LIMIT 200";

static void show_row(struct db_query *query, FILE *out)
{
	char when[CLOCK_TEXT_BYTES];
	const char *origin = db_text(query, 8);

	clock_text(db_u64(query, 6), when, sizeof(when));
	fprintf(out, "%-5llu %.19s  %-15s  %-17s  %-10s %-15s %6.1f nats  %llu contacts  %s\n",
		(unsigned long long)db_u64(query, 0), when, db_text(query, 1), db_text(query, 2),
		db_text(query, 3), db_text(query, 4), db_real(query, 5),
		(unsigned long long)db_u64(query, 7), *origin ? origin : "-");
}

static struct db_query *prepare(struct db *db, const char *origin, struct err *err)
{
	struct db_query *query;
	uint64_t columns;

	if (db_number(db,
		      "SELECT count(*) FROM pragma_table_info('incidents') WHERE name = 'origin'",
		      &columns, err) < 0)
		return NULL;
	query = db_prepare(db, columns ? listing : listing_of_old, err);
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
