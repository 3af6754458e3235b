/* SPDX-License-Identifier: Apache-2.0 */
/* ledger.c - cordon ledger verify, cordon ledger show. */
#include <string.h>

#include "core/base/err.h"
#include "core/base/num.h"
#include "core/cli/command.h"
#include "core/cli/options.h"
#include "core/store/db.h"
#include "core/store/ledger.h"

/* What is whole may still lack what a full disk had no room for. */
static int tell_gaps(struct db *db, FILE *out, struct err *err)
{
	uint64_t gaps;

	if (db_number(db, "SELECT count(*) FROM ledger WHERE json LIKE '%\"event_type\":\"gap\"%'",
		      &gaps, err) < 0)
		return ERR_FAILED;
	if (gaps)
		fprintf(out,
			"%llu times facts could not be written; what is missing, from when to when: cordon ledger show "
			"| grep '\"gap\"'\n",
			(unsigned long long)gaps);
	return 0;
}

int cli_ledger_verify(int argc, char **argv, FILE *out, FILE *errors)
{
	const char *path = CLI_DEFAULT_STORE;
	const struct cli_option options[] = { { "store", &path }, { NULL, NULL } };
	char hash[2 * DIGEST_SHA256_BYTES + 1];
	struct ledger_head head;
	struct err err = { 0 };
	struct db *db;
	int rc;

	if (!cli_options(&argc, argv, options, errors) || !cli_no_words(argc, argv, errors))
		return EXIT_CODE_USAGE;
	db = db_open_read_only(path, &err);
	rc = db ? ledger_verify(db, &head, &err) : ERR_FAILED;
	if (rc == 0) {
		digest_sha256_text(&head.hash, hash);
		fprintf(out, "%s: the chain holds, %llu entries, head %s\n", path,
			(unsigned long long)head.entries, hash);
		rc = tell_gaps(db, out, &err);
	}
	db_close(db);
	if (rc < 0)
		fprintf(errors, "cordon: %s\n", err.text);
	return rc < 0 ? EXIT_CODE_FAILURE : EXIT_CODE_OK;
}

static int show_entry(void *arg, uint64_t sequence, const char *json)
{
	return fprintf(arg, "%llu %s\n", (unsigned long long)sequence, json) < 0;
}

int cli_ledger_show(int argc, char **argv, FILE *out, FILE *errors)
{
	const char *path = CLI_DEFAULT_STORE, *from_text = "1";
	const struct cli_option options[] = { { "store", &path },
					      { "from", &from_text },
					      { NULL, NULL } };
	struct err err = { 0 };
	struct db *db;
	uint64_t from;
	int rc;

	if (!cli_options(&argc, argv, options, errors) || !cli_no_words(argc, argv, errors))
		return EXIT_CODE_USAGE;
	if (!num_u64(from_text, &from)) {
		fprintf(errors, "cordon: --from needs the number of an entry, not \"%s\"\n",
			from_text);
		return EXIT_CODE_USAGE;
	}
	db = db_open_read_only(path, &err);
	rc = db ? ledger_walk(db, from, show_entry, out, &err) : ERR_FAILED;
	db_close(db);
	if (rc < 0)
		fprintf(errors, "cordon: %s\n", err.text);
	return rc < 0 ? EXIT_CODE_FAILURE : EXIT_CODE_OK;
}
