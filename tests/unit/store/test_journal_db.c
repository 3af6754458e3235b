/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/err.h"
#include "core/base/random.h"
#include "core/isolation/isolation.h"
#include "core/store/db.h"
#include "core/store/journal_db.h"

static char path[64];

static struct journal_db *open_journal(struct db **db)
{
	struct err err = { 0 };
	int fd;

	snprintf(path, sizeof(path), "/tmp/cordon-journal-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	*db = db_open(path, &err);
	assert_non_null(*db);
	return journal_db_new(*db, false, &err);
}

static void close_journal(struct journal_db *journal, struct db *db)
{
	char extra[80];

	journal_db_free(journal);
	db_close(db);
	unlink(path);
	snprintf(extra, sizeof(extra), "%s-wal", path);
	unlink(extra);
	snprintf(extra, sizeof(extra), "%s-shm", path);
	unlink(extra);
}

/* Every number filled with something of its own width, so that a field forgotten in the table shows. */
static struct isolation random_isolation(uint64_t id, uint64_t *seed)
{
	struct isolation isolation;

	memset(&isolation, 0, sizeof(isolation));
	isolation.id = id;
	isolation.incident = random_step(seed) >> 1;
	assert_true(ip_parse("2001:db8::17", &isolation.host.ip));
	isolation.host.vlan = (uint16_t)(random_step(seed) & 0xfff);
	assert_true(mac_parse("02:c0:4d:00:00:17", &isolation.mac));
	snprintf(isolation.asset, sizeof(isolation.asset), "pc-%u", (unsigned)random_step(seed));
	isolation.decision.verdict = VERDICT_BLOCK;
	isolation.decision.measure = (struct measure){ 17, 161, 162, 9 };
	isolation.decision.witness = WITNESS_AFTER;
	isolation.decision.approvals = (uint8_t)random_step(seed);
	isolation.decision.rule = (uint32_t)random_step(seed);
	snprintf(isolation.decision.rule_name, sizeof(isolation.decision.rule_name), "rule %u",
		 isolation.decision.rule);
	snprintf(isolation.decision.channel, sizeof(isolation.decision.channel), "repair");
	isolation.decision.hold_ns = random_step(seed) >> 10;
	isolation.decision.expires_ns = random_step(seed) >> 10;
	isolation.state = (uint8_t)(random_step(seed) % ISOLATION_RELEASED);
	isolation.approvals = (uint8_t)random_step(seed);
	isolation.attempts = (uint8_t)random_step(seed);
	isolation.asked_ns = random_step(seed) >> 1;
	isolation.applied_ns = random_step(seed) >> 1;
	isolation.proven_ns = random_step(seed) >> 1;
	isolation.due_ns = random_step(seed) >> 1;
	isolation.hold_until_ns = random_step(seed) >> 1;
	isolation.dropped_transmit = random_step(seed) >> 1;
	isolation.dropped_receive = random_step(seed) >> 1;
	isolation.last_contact_ns = random_step(seed) >> 1;
	snprintf(isolation.reason, sizeof(isolation.reason),
		 "it's \"quoted\"; DROP TABLE isolations --");
	snprintf(isolation.approved_by, sizeof(isolation.approved_by), "anna, bert");
	snprintf(isolation.asked_by, sizeof(isolation.asked_by), "anna");
	snprintf(isolation.why, sizeof(isolation.why), "ransom note on the screen");
	return isolation;
}

struct recalled {
	size_t count;
	struct isolation isolations[8];
};

static void remember(void *arg, const struct isolation *isolation)
{
	struct recalled *recalled = arg;

	assert_true(recalled->count < 8);
	recalled->isolations[recalled->count++] = *isolation;
}

static void what_was_kept_comes_back_to_the_byte(void **state)
{
	struct recalled recalled = { 0 };
	struct isolation kept[4];
	struct err err = { 0 };
	uint64_t seed = 20260101;
	const struct journal *journal;
	struct journal_db *rooms;
	struct db *db;

	(void)state;
	rooms = open_journal(&db);
	journal = journal_db_interface(rooms);
	for (size_t i = 0; i < 4; i++) {
		kept[i] = random_isolation(i + 1, &seed);
		assert_int_equal(journal->keep(journal->self, &kept[i], &err), 0);
	}
	assert_int_equal(journal->recall(journal->self, remember, &recalled, &err), 0);
	assert_int_equal(recalled.count, 4);
	for (size_t i = 0; i < 4; i++)
		assert_memory_equal(&recalled.isolations[i], &kept[i], sizeof(kept[i]));
	close_journal(rooms, db);
}

static void what_was_kept_and_not_told_is_found_even_if_it_has_ended(void **state)
{
	struct recalled recalled = { 0 };
	struct isolation isolation;
	struct err err = { 0 };
	uint64_t seed = 7;
	const struct journal *journal;
	struct journal_db *rooms;
	struct db *db;

	(void)state;
	rooms = open_journal(&db);
	journal = journal_db_interface(rooms);
	isolation = random_isolation(1, &seed);
	isolation.state = ISOLATION_RELEASING;
	assert_int_equal(journal->keep(journal->self, &isolation, &err), 0);
	assert_int_equal(journal_db_told(rooms, &isolation, &err), 0);
	assert_int_equal(journal->untold(journal->self, remember, &recalled, &err), 0);
	assert_int_equal(recalled.count, 0);
	isolation.state = ISOLATION_RELEASED;
	isolation.ended_ns = 5;
	assert_int_equal(journal->keep(journal->self, &isolation, &err), 0);
	assert_int_equal(journal->untold(journal->self, remember, &recalled, &err), 0);
	assert_int_equal(recalled.count, 1);
	assert_int_equal(recalled.isolations[0].state, ISOLATION_RELEASED);
	assert_int_equal(journal_db_told(rooms, &isolation, &err), 0);
	recalled.count = 0;
	assert_int_equal(journal->untold(journal->self, remember, &recalled, &err), 0);
	assert_int_equal(recalled.count, 0);
	close_journal(rooms, db);
}

static void an_ended_isolation_is_not_recalled(void **state)
{
	struct recalled recalled = { 0 };
	struct isolation isolation;
	struct err err = { 0 };
	uint64_t seed = 7;
	const struct journal *journal;
	struct journal_db *rooms;
	struct db *db;

	(void)state;
	rooms = open_journal(&db);
	journal = journal_db_interface(rooms);
	isolation = random_isolation(1, &seed);
	assert_int_equal(journal->keep(journal->self, &isolation, &err), 0);
	isolation.state = ISOLATION_RELEASED;
	isolation.ended_ns = 5;
	assert_int_equal(journal->keep(journal->self, &isolation, &err), 0);
	assert_int_equal(journal->recall(journal->self, remember, &recalled, &err), 0);
	assert_int_equal(recalled.count, 0);
	close_journal(rooms, db);
}

static void a_row_edited_by_hand_is_refused_with_its_number(void **state)
{
	static const char *const edits[] = {
		"host = 'nobody'",
		"mac = ''",
		"state = 200",
		"verdict = 7",
		"verdict = 1",
		"verdict = 258",
		"witness = 3",
		"vlan = 65537",
		"asked_ns = -1",
		"due_ns = -9223372036854775807",
		"attempts = 300",
		"incident = -2",
		"hold_ns = 9000000000000000000",
		"rule = -1",
		"expires_ns = -1",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		struct recalled recalled = { 0 };
		struct err err = { 0 };
		uint64_t seed = 8;
		struct db *db;
		struct journal_db *rooms = open_journal(&db);
		const struct journal *journal = journal_db_interface(rooms);
		struct isolation isolation = random_isolation(3, &seed);
		char sql[128];

		assert_int_equal(journal->keep(journal->self, &isolation, &err), 0);
		snprintf(sql, sizeof(sql), "UPDATE isolations SET %s", edits[i]);
		assert_int_equal(db_run(db, sql, &err), 0);
		if (journal->recall(journal->self, remember, &recalled, &err) >= 0)
			fail_msg("%s", edits[i]);
		assert_non_null(strstr(err.text, "isolation 3"));
		assert_int_equal(recalled.count, 0);
		close_journal(rooms, db);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_kept_comes_back_to_the_byte),
		cmocka_unit_test(what_was_kept_and_not_told_is_found_even_if_it_has_ended),
		cmocka_unit_test(an_ended_isolation_is_not_recalled),
		cmocka_unit_test(a_row_edited_by_hand_is_refused_with_its_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
