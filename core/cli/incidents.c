/* SPDX-License-Identifier: Apache-2.0 */
/* incidents.c - cordon incidents: what the store knows, newest first. */
#include <string.h>

#include "core/base/clock.h"
#include "core/base/err.h"
#include "core/cli/command.h"
#include "core/cli/options.h"
#include "core/store/db.h"

static void show_row(struct db_query *query, FILE *out)
{
	char when[CLOCK_TEXT_BYTES];

	clock_text(db_u64(query, 6), when, sizeof(when));
	fprintf(out, "%-5llu %.19s  %-15s  %-17s  %-10s %-15s %6.1f nats  %llu contacts\n",
		(unsigned long long)db_u64(query, 0), when, db_text(query, 1), db_text(query, 2),
		db_text(query, 3), db_text(query, 4), db_real(query, 5),
		(unsigned long long)db_u64(query, 7));
}

int cli_incidents(int argc, char **argv, FILE *out, FILE *errors)
{
	const char *path = CLI_DEFAULT_STORE;
	const struct cli_option options[] = { { "store", &path }, { NULL, NULL } };
	struct db_query *query = NULL;
	struct err err = { 0 };
	unsigned shown = 0;
	struct db *db;
	int rc = ERR_FAILED;

	if (!cli_options(&argc, argv, options, errors) || !cli_no_words(argc, argv, errors))
		return EXIT_CODE_USAGE;
	db = db_open_read_only(path, &err);
	if (db)
		query = db_prepare(
			db,
			"SELECT id, host, mac, state, kind, log_odds, updated_ns, contacts FROM incidents"
			" ORDER BY id DESC LIMIT 200",
			&err);
	while (query && (rc = db_step(query, &err)) > 0) {
		show_row(query, out);
		shown++;
	}
	if (rc == 0 && shown == 0)
		fprintf(out, "no incidents\n");
	db_query_free(query);
	db_close(db);
	if (rc < 0)
		fprintf(errors, "cordon: %s\n", err.text);
	return rc < 0 ? EXIT_CODE_FAILURE : EXIT_CODE_OK;
}
