/* SPDX-License-Identifier: Apache-2.0 */
/* ledger.h - facts in order, each sealed with the hash of the one before.
 *
 * entry hash = SHA-256(previous hash || sequence number as 8 big-endian bytes || fact's JSON).  The first previous hash is 32 zero
 * bytes.  Changing, removing or reordering any entry breaks the chain at that place; cutting the tail is seen only against
 * a head noted elsewhere, which is why the head is printed and logged. */
#ifndef CORDON_STORE_LEDGER_H
#define CORDON_STORE_LEDGER_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/digest.h"

struct db;
struct err;
struct ledger;

struct ledger_head {
	uint64_t entries;
	struct digest_sha256 hash;
};

struct ledger *ledger_new(struct db *db, struct err *err); /* db outlives it */
void ledger_free(struct ledger *ledger);
int ledger_append(struct ledger *ledger, const char *json, size_t length, struct err *err);
struct ledger_head ledger_head(const struct ledger *ledger);
/* What was appended may have been rolled back: the next append looks first, and fails if it cannot. */
void ledger_doubt(struct ledger *ledger);

/* 0 if the whole chain holds; otherwise err names the first broken entry. */
int ledger_verify(struct db *db, struct ledger_head *head, struct err *err);
typedef int ledger_fn(void *arg, uint64_t sequence, const char *json); /* non-zero ends the walk */
int ledger_walk(struct db *db, uint64_t from, ledger_fn *fn, void *arg, struct err *err);

#endif
