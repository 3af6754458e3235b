/* SPDX-License-Identifier: Apache-2.0 */
/* ledger.c - a hash chain over the facts' JSON, in the store's own transaction.
 *
 * The chain (Haber and Stornetta 1991, in its plainest form) shows that nothing in the middle was changed.  It does not
 * keep secrets and does not prove who wrote: signing the head is left to whoever takes it elsewhere. */
#include "core/store/ledger.h"

#include <stdbool.h>
#include <string.h>

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/store/db.h"

struct ledger {
	struct db *db; /* borrowed */
	struct db_query *append;
	struct ledger_head head;
	bool doubtful; /* the head may not be what the file says */
};

static void seal(const struct digest_sha256 *previous, uint64_t sequence, const char *json,
		 size_t length, struct digest_sha256 *hash)
{
	size_t size = DIGEST_SHA256_BYTES + 8 + length;
	uint8_t *bytes = mem_alloc(size);

	memcpy(bytes, previous->bytes, DIGEST_SHA256_BYTES);
	for (unsigned i = 0; i < 8; i++)
		bytes[DIGEST_SHA256_BYTES + i] = (uint8_t)(sequence >> (56 - 8 * i));
	memcpy(bytes + DIGEST_SHA256_BYTES + 8, json, length);
	digest_sha256(bytes, size, hash);
	mem_free(bytes);
}

static int read_head(struct db *db, struct ledger_head *head, struct err *err)
{
	struct db_query *query = db_prepare(
		db, "SELECT sequence, hash FROM ledger ORDER BY sequence DESC LIMIT 1", err);
	const void *hash;
	size_t length;
	int rc;

	if (!query)
		return ERR_FAILED;
	rc = db_step(query, err);
	if (rc > 0) {
		head->entries = db_u64(query, 0);
		hash = db_bytes(query, 1, &length);
		if (length == DIGEST_SHA256_BYTES)
			memcpy(head->hash.bytes, hash, length);
		else
			rc = err_set(
				err, ERR_FAILED,
				"ledger: the last entry carries no hash; run \"cordon ledger verify\"");
	}
	db_query_free(query);
	return rc < 0 ? rc : 0;
}

struct ledger *ledger_new(struct db *db, struct err *err)
{
	struct ledger *ledger = mem_alloc(sizeof(*ledger));

	ledger->db = db;
	ledger->append =
		db_prepare(db, "INSERT INTO ledger(sequence, json, hash) VALUES(?, ?, ?)", err);
	if (!ledger->append || read_head(db, &ledger->head, err) < 0) {
		ledger_free(ledger);
		return NULL;
	}
	return ledger;
}

void ledger_free(struct ledger *ledger)
{
	if (!ledger)
		return;
	db_query_free(ledger->append);
	mem_free(ledger);
}

void ledger_doubt(struct ledger *ledger)
{
	ledger->doubtful = true;
}

static int make_sure(struct ledger *ledger, struct err *err)
{
	struct ledger_head head = { 0 };

	if (!ledger->doubtful)
		return 0;
	if (read_head(ledger->db, &head, err) < 0)
		return ERR_FAILED;
	ledger->head = head;
	ledger->doubtful = false;
	return 0;
}

int ledger_append(struct ledger *ledger, const char *json, size_t length, struct err *err)
{
	struct ledger_head next = { 0 };
	int rc;

	if (make_sure(ledger, err) < 0)
		return ERR_FAILED;
	next.entries = ledger->head.entries + 1;
	seal(&ledger->head.hash, next.entries, json, length, &next.hash);
	db_bind_u64(ledger->append, 1, next.entries);
	db_bind_text(ledger->append, 2, json);
	db_bind_bytes(ledger->append, 3, next.hash.bytes, sizeof(next.hash.bytes));
	rc = db_step(ledger->append, err);
	if (rc == 0)
		ledger->head = next;
	return rc;
}

struct ledger_head ledger_head(const struct ledger *ledger)
{
	return ledger->head;
}

static int check_entry(struct db_query *query, struct ledger_head *head, struct err *err)
{
	uint64_t sequence = db_u64(query, 0);
	const char *json = db_text(query, 1);
	struct digest_sha256 expected;
	const void *hash;
	size_t length;

	if (sequence != head->entries + 1)
		return err_set(err, ERR_FAILED, "ledger: entry %llu is missing (%llu follows %llu)",
			       (unsigned long long)head->entries + 1, (unsigned long long)sequence,
			       (unsigned long long)head->entries);
	seal(&head->hash, sequence, json, strlen(json), &expected);
	hash = db_bytes(query, 2, &length);
	if (length != sizeof(expected.bytes) || memcmp(hash, expected.bytes, length) != 0)
		return err_set(
			err, ERR_FAILED,
			"ledger: entry %llu was changed: its hash does not follow from the entry before",
			(unsigned long long)sequence);
	head->entries = sequence;
	head->hash = expected;
	return 0;
}

int ledger_verify(struct db *db, struct ledger_head *head, struct err *err)
{
	struct db_query *query =
		db_prepare(db, "SELECT sequence, json, hash FROM ledger ORDER BY sequence", err);
	int rc;

	memset(head, 0, sizeof(*head));
	if (!query)
		return ERR_FAILED;
	while ((rc = db_step(query, err)) > 0) {
		rc = check_entry(query, head, err);
		if (rc < 0)
			break;
	}
	db_query_free(query);
	return rc;
}

int ledger_walk(struct db *db, uint64_t from, ledger_fn *fn, void *arg, struct err *err)
{
	struct db_query *query = db_prepare(
		db, "SELECT sequence, json FROM ledger WHERE sequence >= ? ORDER BY sequence", err);
	int rc;

	if (!query)
		return ERR_FAILED;
	db_bind_u64(query, 1, from);
	while ((rc = db_step(query, err)) > 0)
		if (fn(arg, db_u64(query, 0), db_text(query, 1)) != 0)
			break;
	db_query_free(query);
	return rc < 0 ? rc : 0;
}
