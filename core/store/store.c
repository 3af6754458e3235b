/* SPDX-License-Identifier: Apache-2.0 */
/* store.c - one fact, one transaction: the ledger entry and the row of its subject appear together or not at all.
 *
 * A rolled back append leaves the ledger's head ahead of the file, so that is doubted after a failure. */
#include "core/store/store.h"

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/store/db.h"
#include "core/store/journal_db.h"
#include "core/store/readiness.h"
#include "core/store/repair_db.h"

#define FACT_MAX_BYTES 65536

struct store {
	struct db *db;
	struct ledger *ledger;
	struct journal_db *journal;
	struct repair_db *repairs;
	struct db_query *incident, *infection;
	struct store_terms terms;
	uint64_t next_incident, next_isolation, next_repair;
};

static int prepare(struct store *store, struct err *err)
{
	store->ledger = ledger_new(store->db, err);
	store->journal = store->ledger ? journal_db_new(store->db, store->terms.dry_run, err)
				       : NULL;
	store->repairs = store->journal ? repair_db_new(store->db, err) : NULL;
	if (!store->repairs)
		return ERR_FAILED;
	store->incident = db_prepare(
		store->db,
		"INSERT OR REPLACE INTO incidents(id, host, vlan, mac, state, kind, log_odds,"
		" contacts, opened_ns, updated_ns, convicted_ns, json, origin)"
		" VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		err);
	store->infection =
		store->incident
			? db_prepare(
				  store->db,
				  "INSERT OR REPLACE INTO infections(incident, parent, port, contact_ns,"
				  " attack_ns, why) VALUES(?, ?, ?, ?, ?, ?)",
				  err)
			: NULL;
	if (!store->infection ||
	    db_number(store->db, "SELECT max(id) FROM incidents", &store->next_incident, err) < 0 ||
	    db_number(store->db, "SELECT max(id) FROM isolations", &store->next_isolation, err) <
		    0 ||
	    db_number(store->db, "SELECT max(id) FROM repairs", &store->next_repair, err) < 0)
		return ERR_FAILED;
	store->next_repair++;
	store->next_incident++;
	store->next_isolation++;
	return 0;
}

struct store *store_open(const struct store_terms *terms, struct err *err)
{
	struct store *store = mem_alloc(sizeof(*store));

	store->terms = *terms;
	store->db = db_open_alone(terms->path, err);
	if (!store->db || prepare(store, err) < 0) {
		store_close(store);
		return NULL;
	}
	return store;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	db_query_free(store->incident);
	db_query_free(store->infection);
	journal_db_free(store->journal);
	repair_db_free(store->repairs);
	ledger_free(store->ledger);
	db_close(store->db);
	mem_free(store);
}

static int write_incident(struct store *store, const struct incident *incident, const char *json,
			  struct err *err)
{
	struct db_query *query = store->incident;
	char host[IP_TEXT_BYTES], mac[MAC_TEXT_BYTES];

	ip_text(&incident->host.ip, host);
	mac_text(&incident->mac, mac);
	db_bind_u64(query, 1, incident->id);
	db_bind_text(query, 2, host);
	db_bind_u64(query, 3, incident->host.vlan);
	db_bind_text(query, 4, mac);
	db_bind_text(query, 5, incident_state_name(incident->state));
	db_bind_text(query, 6, evidence_kind_name(incident->kind));
	db_bind_real(query, 7, incident->log_odds);
	db_bind_u64(query, 8, incident->contacts);
	db_bind_u64(query, 9, incident->opened_ns);
	db_bind_u64(query, 10, incident->updated_ns);
	db_bind_u64(query, 11, incident->convicted_ns);
	db_bind_text(query, 12, json);
	db_bind_text(query, 13, store->terms.origin);
	return db_step(query, err);
}

static int write_infection(struct store *store, const struct outbreak_link *link, struct err *err)
{
	db_bind_u64(store->infection, 1, link->incident);
	db_bind_u64(store->infection, 2, link->parent);
	db_bind_u64(store->infection, 3, link->port);
	db_bind_u64(store->infection, 4, link->contact_ns);
	db_bind_u64(store->infection, 5, link->attack_ns);
	db_bind_text(store->infection, 6, outbreak_why_name(link->why));
	return db_step(store->infection, err);
}

static int write_fact(struct store *store, const struct fact *fact, const struct buf *json,
		      struct err *err)
{
	if (ledger_append(store->ledger, json->text, json->length, err) < 0)
		return ERR_FAILED;
	if (fact->type == FACT_INCIDENT)
		return write_incident(store, fact->incident, json->text, err);
	if (fact->type == FACT_ISOLATION)
		return journal_db_told(store->journal, &fact->isolation->isolation, err);
	if (fact->type == FACT_REPAIR)
		return repair_db_told(store->repairs, fact->repair, err);
	if (fact->type == FACT_INFECTION)
		return write_infection(store, fact->infection, err);
	return 0;
}

static int abandon(struct store *store)
{
	db_rollback(store->db);
	ledger_doubt(store->ledger);
	return ERR_FAILED;
}

int store_fact(struct store *store, const struct fact *fact, struct err *err)
{
	struct json *object = fact_to_json(fact, store->terms.detector_name);
	struct buf json;
	int rc;

	buf_init(&json, FACT_MAX_BYTES);
	json_write(object, &json);
	if (json.overflow) {
		rc = err_set(err, ERR_LIMIT, "a fact of more than %d bytes was not stored",
			     FACT_MAX_BYTES);
		goto out;
	}
	rc = db_begin(store->db, err);
	if (rc < 0)
		goto out;
	rc = write_fact(store, fact, &json, err);
	if (rc == 0)
		rc = db_commit(store->db, err);
	if (rc < 0)
		rc = abandon(store);
out:
	buf_fini(&json);
	json_free(object);
	return rc;
}

const struct journal *store_journal(struct store *store)
{
	return journal_db_interface(store->journal);
}

const struct repair_journal *store_repairs(struct store *store)
{
	return repair_db_interface(store->repairs);
}

int store_readiness(struct store *store, const struct readiness *readiness, struct err *err)
{
	return readiness_keep(store->db, readiness, err);
}

uint64_t store_next_incident(const struct store *store)
{
	return store->next_incident;
}

uint64_t store_next_isolation(const struct store *store)
{
	return store->next_isolation;
}

uint64_t store_next_repair(const struct store *store)
{
	return store->next_repair;
}

int store_ended_starts(struct store *store, uint64_t since_ns,
		       void (*each)(void *arg, uint64_t started_ns), void *arg, struct err *err)
{
	struct db_query *query = db_prepare(
		store->db,
		"SELECT asked_ns FROM isolations WHERE ended_ns <> 0 AND dry_run = 0"
		" AND asked_ns >= ?1 UNION ALL SELECT asked_ns FROM repairs WHERE isolation = 0"
		" AND (act IN (2, 3, 4) OR boot <> 0) AND asked_ns >= ?1 ORDER BY asked_ns",
		err);
	int rc;

	if (!query)
		return ERR_FAILED;
	db_bind_u64(query, 1, since_ns);
	while ((rc = db_step(query, err)) > 0)
		each(arg, db_u64(query, 0));
	db_query_free(query);
	return rc;
}
