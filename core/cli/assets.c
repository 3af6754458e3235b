/* SPDX-License-Identifier: Apache-2.0 */
/* assets.c - cordon assets: the machines we answer for, with the grade that their firmware got when it was last asked.
 * Asking is assets_check.c's. */
#include <string.h>
#include <unistd.h>

#include "core/asset/asset.h"
#include "core/asset/roster.h"
#include "core/base/clock.h"
#include "core/base/err.h"
#include "core/base/source.h"
#include "core/cli/assets.h"
#include "core/cli/command.h"
#include "core/cli/options.h"
#include "core/store/db.h"
#include "core/store/readiness.h"

#define FILE_MAX_BYTES (16u << 20)

struct roster *assets_read(const char *path, FILE *errors, int *code)
{
	struct complaints *list;
	struct roster *roster = NULL;
	struct source *source;
	struct err err = { 0 };

	if (!path) {
		fprintf(errors, "cordon: name the file with the assets\n");
		*code = EXIT_CODE_USAGE;
		return NULL;
	}
	source = source_read(path, FILE_MAX_BYTES, &err);
	if (!source) {
		fprintf(errors, "cordon: %s\n", err.text);
		*code = EXIT_CODE_FAILURE;
		return NULL;
	}
	list = complaints_new();
	roster = roster_read(source, list);
	if (complaints_count(list) > 0) {
		complaints_show(list, source, errors);
		roster_free(roster);
		roster = NULL;
		*code = EXIT_CODE_CONFIG;
	}
	if (roster && roster_count(roster) == 0)
		fprintf(errors, "cordon: %s names no machine\n", path);
	complaints_free(list);
	source_free(source);
	return roster;
}

static void show_grade(void *arg, const struct readiness *readiness)
{
	char when[CLOCK_TEXT_BYTES];

	clock_text(readiness->asked_ns, when, sizeof(when));
	fprintf(arg, "  %s  %-8s  %.19s  %s\n", readiness->grade, readiness->enforcement, when,
		readiness->codes);
}

static void show(const struct asset *asset, struct db *db, FILE *out)
{
	char ip[IP_TEXT_BYTES] = "-", mac[MAC_TEXT_BYTES] = "-", amt[96] = "no AMT";

	if (!ip_is_unspecified(&asset->ip))
		ip_text(&asset->ip, ip);
	if (!mac_is_zero(&asset->mac))
		mac_text(&asset->mac, mac);
	if (asset->amt.present)
		snprintf(amt, sizeof(amt), "AMT %s:%u", asset->amt.address, asset->amt.port);
	fprintf(out, "%-20s %-14s %-15s %-17s %-27s", asset->name, asset->role, ip, mac, amt);
	if (!asset->amt.present)
		fprintf(out, "  F  nobody\n");
	else if (!db || readiness_find(db, asset->name, show_grade, out, NULL) <= 0)
		fprintf(out, "  -  not asked yet\n");
}

int cli_assets(int argc, char **argv, FILE *out, FILE *errors)
{
	const char *path = NULL;
	const struct cli_option options[] = { { "store", &path }, { NULL, NULL } };
	struct roster *roster;
	struct db *db = NULL;
	struct err err = { 0 };
	int code = EXIT_CODE_OK;

	if (!cli_options(&argc, argv, options, errors))
		return EXIT_CODE_USAGE;
	if (argc > 1 && !cli_no_words(argc - 1, argv + 1, errors))
		return EXIT_CODE_USAGE;
	roster = assets_read(argc > 0 ? argv[0] : NULL, errors, &code);
	/* Only a store that was asked for must be there. */
	if (roster && (path || access(CLI_DEFAULT_STORE, R_OK) == 0))
		db = db_open_read_only(path ? path : CLI_DEFAULT_STORE, &err);
	if (path && roster && !db) {
		fprintf(errors, "cordon: %s\n", err.text);
		code = EXIT_CODE_FAILURE;
	}
	for (size_t i = 0; roster && i < roster_count(roster); i++)
		show(roster_at(roster, i), db, out);
	db_close(db);
	roster_free(roster);
	return code;
}
