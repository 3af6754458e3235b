/* SPDX-License-Identifier: Apache-2.0 */
/* db.c - SQLite behind a narrow door.
 *
 * WAL, so that "cordon" may read while the daemon writes; synchronous=FULL, because the journal's promise is that an
 * intent survives a power cut once keep() has returned.  The schema's number is SQLite's user_version; a
 * newer one than ours is refused instead of guessed at. */
#include "core/store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/invariant.h"
#include "core/base/mem.h"

#define SCHEMA_VERSION  3
#define OLDEST_READABLE 1
#define CLAIM_TRIES     10
#define CLAIM_PAUSE_NS  100000000

struct db {
	sqlite3 *handle;
	char *path;
	int claim; /* the locked descriptor of the only owner, else -1 */
};

struct db_query {
	struct db *db;
	sqlite3_stmt *statement;
};

static const char schema[] =
	"BEGIN;"
	"CREATE TABLE ledger(sequence INTEGER PRIMARY KEY, json TEXT NOT NULL, hash BLOB NOT NULL);"
	"CREATE TABLE incidents(id INTEGER PRIMARY KEY, host TEXT NOT NULL, vlan INTEGER NOT NULL, mac TEXT NOT NULL,"
	" state TEXT NOT NULL, kind TEXT NOT NULL, log_odds REAL NOT NULL, contacts INTEGER NOT NULL,"
	" opened_ns INTEGER NOT NULL, updated_ns INTEGER NOT NULL, convicted_ns INTEGER NOT NULL, json TEXT NOT NULL);"
	"CREATE TABLE isolations(id INTEGER PRIMARY KEY, incident INTEGER NOT NULL, host TEXT NOT NULL, vlan INTEGER NOT NULL,"
	" mac TEXT NOT NULL, asset TEXT NOT NULL, verdict INTEGER NOT NULL, witness INTEGER NOT NULL,"
	" approvals_needed INTEGER NOT NULL, rule INTEGER NOT NULL, rule_name TEXT NOT NULL, channel TEXT NOT NULL,"
	" hold_ns INTEGER NOT NULL, expires_ns INTEGER NOT NULL, state INTEGER NOT NULL, approvals INTEGER NOT NULL,"
	" attempts INTEGER NOT NULL, asked_ns INTEGER NOT NULL, applied_ns INTEGER NOT NULL, proven_ns INTEGER NOT NULL,"
	" ended_ns INTEGER NOT NULL, due_ns INTEGER NOT NULL, hold_until_ns INTEGER NOT NULL,"
	" dropped_transmit INTEGER NOT NULL, dropped_receive INTEGER NOT NULL, last_contact_ns INTEGER NOT NULL,"
	" reason TEXT NOT NULL, approved_by TEXT NOT NULL);"
	"CREATE INDEX isolations_open ON isolations(ended_ns) WHERE ended_ns = 0;"
	/* Was a copy of the roster that nobody read. */
	"CREATE TABLE assets(name TEXT PRIMARY KEY, role TEXT NOT NULL, mac TEXT NOT NULL, ip TEXT NOT NULL,"
	" amt TEXT NOT NULL);"
	"PRAGMA user_version = 1;"
	"COMMIT;";

/* From version n to n + 1. */
static const char *const upgrades[SCHEMA_VERSION] = {
	schema,
	"BEGIN;"
	"CREATE TABLE infections(incident INTEGER PRIMARY KEY, parent INTEGER NOT NULL, port INTEGER NOT NULL,"
	" contact_ns INTEGER NOT NULL, attack_ns INTEGER NOT NULL, why TEXT NOT NULL);"
	"PRAGMA user_version = 2;"
	"COMMIT;",
	/* Which isolations were on paper only, the ledger knows. */
	"BEGIN;"
	"ALTER TABLE incidents ADD COLUMN origin TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE isolations ADD COLUMN dry_run INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE isolations ADD COLUMN asked_by TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE isolations ADD COLUMN why TEXT NOT NULL DEFAULT '';"
	"UPDATE isolations SET dry_run = 1 WHERE id IN (SELECT CASE WHEN json_valid(json)"
	" AND json_extract(json, '$.isolation.dry_run') = 1 THEN json_extract(json, '$.isolation.id') END"
	" FROM ledger);"
	"PRAGMA user_version = 3;"
	"COMMIT;",
};

/* SQLite's "disk I/O error" hides what the system said. */
static int db_error(struct db *db, struct err *err, const char *doing)
{
	int why = sqlite3_system_errno(db->handle);

	if (why && sqlite3_errcode(db->handle) == SQLITE_IOERR)
		return err_set_errno(err, why, "%s: cannot %s", db->path, doing);
	return err_set(err, ERR_FAILED, "%s: cannot %s: %s", db->path, doing,
		       sqlite3_errmsg(db->handle));
}

int db_run(struct db *db, const char *sql, struct err *err)
{
	if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
		return db_error(db, err, "write the store");
	return 0;
}

int db_number(struct db *db, const char *sql, uint64_t *value, struct err *err)
{
	struct db_query *query = db_prepare(db, sql, err);
	int rc;

	*value = 0;
	if (!query)
		return ERR_FAILED;
	rc = db_step(query, err);
	if (rc > 0)
		*value = db_u64(query, 0);
	db_query_free(query);
	return rc < 0 ? rc : 0;
}

static int check_schema(struct db *db, bool may_create, struct err *err)
{
	uint64_t version;

	if (db_number(db, "PRAGMA user_version", &version, err) < 0)
		return ERR_FAILED;
	if (version == SCHEMA_VERSION)
		return 0;
	if (version > SCHEMA_VERSION)
		return err_set(
			err, ERR_FAILED,
			"%s: written by a newer Cordon (schema %u, this one knows %d): upgrade first",
			db->path, (unsigned)version, SCHEMA_VERSION);
	if (!may_create)
		return version >= OLDEST_READABLE
			       ? 0
			       : err_set(err, ERR_FAILED, "%s: is no Cordon store", db->path);
	for (; version < SCHEMA_VERSION; version++)
		if (db_run(db, upgrades[version], err) < 0)
			return ERR_FAILED;
	return 0;
}

static struct db *open_with(const char *path, int flags, struct err *err)
{
	struct db *db = mem_alloc(sizeof(*db));

	db->path = mem_text(path);
	db->claim = -1;
	if (sqlite3_open_v2(path, &db->handle, flags, NULL) != SQLITE_OK) {
		err_set(err, ERR_FAILED, "%s: cannot open the store: %s", path,
			db->handle ? sqlite3_errmsg(db->handle) : "out of memory");
		db_close(db);
		return NULL;
	}
	sqlite3_busy_timeout(db->handle, 5000);
	return db;
}

struct db *db_open(const char *path, struct err *err)
{
	struct db *db;
	/* SQLite would make the file with the umask's mode; its journals inherit the mode of the file. */
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0) {
		err_set_errno(err, errno,
			      errno == ENOENT ? "%s: cannot open the store, make its folder first"
					      : "%s: cannot open the store",
			      path);
		return NULL;
	}
	close(fd);
	db = open_with(path, SQLITE_OPEN_READWRITE, err);
	if (!db)
		return NULL;
	if (db_run(db,
		   "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON",
		   err) < 0 ||
	    check_schema(db, true, err) < 0) {
		db_close(db);
		return NULL;
	}
	return db;
}

/* One that was killed takes a moment to be gone. */
static bool claim(int fd)
{
	const struct timespec pause = { .tv_nsec = CLAIM_PAUSE_NS };

	for (unsigned tries = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; tries++) {
		/* A file system without such locks is taken as it is. */
		if (errno != EWOULDBLOCK)
			return true;
		if (tries == CLAIM_TRIES)
			return false;
		nanosleep(&pause, NULL);
	}
	return true;
}

struct db *db_open_alone(const char *path, struct err *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	struct db *db = NULL;

	if (fd >= 0 && !claim(fd))
		err_set(err, ERR_FAILED,
			"%s: another cordond writes this store: stop that one, or give this one a store of its own",
			path);
	else
		db = db_open(path, err);
	if (db)
		db->claim = fd;
	else if (fd >= 0)
		close(fd);
	return db;
}

/* Even a reader of a WAL store writes its index beside it.  From a folder where nobody may (another user's, a medium of
 * evidence) SQLite reads a store that was closed in order if it is promised that nobody changes it. */
static struct db *open_unchanging(const char *path, struct err *err)
{
	struct buf name;
	struct stat wal;
	struct db *db;

	buf_init(&name, 4 * PATH_MAX);
	buf_format(&name, "%s-wal", path);
	if (stat(name.text, &wal) == 0 && wal.st_size > 0) {
		err_set(err, ERR_FAILED,
			"%s: is in use or was not closed in order, and its folder cannot be written: copy it together "
			"with %s-wal to a folder of yours",
			path, path);
		buf_fini(&name);
		return NULL;
	}
	buf_clear(&name);
	buf_text(&name, "file:");
	for (const char *at = path; *at; at++)
		buf_format(&name, strchr("%?#", *at) ? "%%%02X" : "%c", (unsigned char)*at);
	buf_text(&name, "?immutable=1");
	db = open_with(name.text, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, err);
	buf_fini(&name);
	if (db) {
		mem_free(db->path);
		db->path = mem_text(path);
	}
	return db;
}

static bool needs_its_folder(struct db *db)
{
	int why = sqlite3_exec(db->handle, "PRAGMA user_version", NULL, NULL, NULL);

	return why == SQLITE_READONLY || why == SQLITE_CANTOPEN;
}

struct db *db_open_read_only(const char *path, struct err *err)
{
	struct stat status;
	struct db *db;

	if (access(path, R_OK) != 0) {
		err_set_errno(err, errno, "%s: cannot read the store", path);
		return NULL;
	}
	if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
		err_set(err, ERR_FAILED, "%s: is a directory; name the store in it", path);
		return NULL;
	}
	db = open_with(path, SQLITE_OPEN_READONLY, err);
	if (db && needs_its_folder(db)) {
		db_close(db);
		db = open_unchanging(path, err);
	}
	if (db && check_schema(db, false, err) < 0) {
		db_close(db);
		return NULL;
	}
	return db;
}

void db_close(struct db *db)
{
	if (!db)
		return;
	/* Fails only while queries are alive: a bug of ours. */
	INVARIANT(sqlite3_close(db->handle) == SQLITE_OK);
	/* Only now: closing any descriptor of a file drops the process's own record locks on it, SQLite's too. */
	if (db->claim >= 0)
		close(db->claim);
	mem_free(db->path);
	mem_free(db);
}

int db_begin(struct db *db, struct err *err)
{
	return db_run(db, "BEGIN IMMEDIATE", err);
}

int db_commit(struct db *db, struct err *err)
{
	return db_run(db, "COMMIT", err);
}

void db_rollback(struct db *db)
{
	/* Fails when the error already rolled back: fine. */
	(void)sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

struct db_query *db_prepare(struct db *db, const char *sql, struct err *err)
{
	struct db_query *query = mem_alloc(sizeof(*query));

	query->db = db;
	if (sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &query->statement,
			       NULL) != SQLITE_OK) {
		db_error(db, err, "read the store");
		mem_free(query);
		return NULL;
	}
	return query;
}

void db_query_free(struct db_query *query)
{
	if (!query)
		return;
	sqlite3_finalize(query->statement);
	mem_free(query);
}

/* Times and counters fit in 63 bits until the year 2262. */
void db_bind_u64(struct db_query *query, int place, uint64_t value)
{
	INVARIANT(value <= INT64_MAX);
	INVARIANT(sqlite3_bind_int64(query->statement, place, (sqlite3_int64)value) == SQLITE_OK);
}

void db_bind_real(struct db_query *query, int place, double value)
{
	INVARIANT(sqlite3_bind_double(query->statement, place, value) == SQLITE_OK);
}

void db_bind_text(struct db_query *query, int place, const char *text)
{
	INVARIANT(sqlite3_bind_text(query->statement, place, text, -1, SQLITE_TRANSIENT) ==
		  SQLITE_OK);
}

void db_bind_bytes(struct db_query *query, int place, const void *bytes, size_t length)
{
	INVARIANT(sqlite3_bind_blob64(query->statement, place, bytes, length, SQLITE_TRANSIENT) ==
		  SQLITE_OK);
}

void db_reset(struct db_query *query)
{
	sqlite3_reset(query->statement);
	sqlite3_clear_bindings(query->statement);
}

int db_step(struct db_query *query, struct err *err)
{
	int rc = sqlite3_step(query->statement);

	if (rc == SQLITE_ROW)
		return 1;
	if (rc != SQLITE_DONE)
		db_error(query->db, err, "use the store");
	db_reset(query);
	return rc == SQLITE_DONE ? 0 : ERR_FAILED;
}

uint64_t db_u64(struct db_query *query, int column)
{
	return (uint64_t)sqlite3_column_int64(query->statement, column);
}

double db_real(struct db_query *query, int column)
{
	return sqlite3_column_double(query->statement, column);
}

const char *db_text(struct db_query *query, int column)
{
	const unsigned char *text = sqlite3_column_text(query->statement, column);

	return text ? (const char *)text : "";
}

const void *db_bytes(struct db_query *query, int column, size_t *length)
{
	const void *bytes = sqlite3_column_blob(query->statement, column);

	*length = (size_t)sqlite3_column_bytes(query->statement, column);
	return bytes;
}
