/* SPDX-License-Identifier: Apache-2.0 */
/* test_teller.c - what a full disk takes is missing under its name, in the ledger and in the EVE file.  The disk is a limit on the
 * size of files, which the process sets itself. */
#include "core/daemon/teller.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/units.h"
#include "core/daemon/setup.h"
#include "core/isolation/fact.h"
#include "core/store/db.h"
#include "core/store/ledger.h"

#define T0   UINT64_C(1772452800000000000) /* 2026-03-02T12:00:00 */
#define S(n) (T0 + s_to_ns(n))

struct stage {
	char folder[64], store[96], eve[96];
	struct setup setup;
	struct teller *teller;
};

static void open_stage(struct stage *stage)
{
	struct setup_paths paths = { .store = stage->store, .eve = stage->eve };
	struct teller_config config = { .setup = &stage->setup };
	struct err err = { 0 };

	snprintf(stage->folder, sizeof(stage->folder), "/tmp/cordon-teller-XXXXXX");
	assert_non_null(mkdtemp(stage->folder));
	snprintf(stage->store, sizeof(stage->store), "%s/cordon.db", stage->folder);
	snprintf(stage->eve, sizeof(stage->eve), "%s/eve.json", stage->folder);
	if (setup_read(&stage->setup, &paths, stderr, &err) < 0)
		fail_msg("%s", err.text);
	stage->teller = teller_new(&config, &err);
	if (!stage->teller)
		fail_msg("%s", err.text);
}

static void close_stage(struct stage *stage)
{
	teller_free(stage->teller);
	setup_fini(&stage->setup);
	unlink(stage->store);
	unlink(stage->eve);
	rmdir(stage->folder);
}

static void room(rlim_t bytes)
{
	struct rlimit limit = { bytes, RLIM_INFINITY };

	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void tell(struct stage *stage, unsigned type, uint64_t now_ns)
{
	static const struct fact_sensor sensor = { .state = SENSOR_SEES, .why = "test" };
	static const struct record_sensor stats = { .packets = 1 };
	struct fact fact = { .type = (uint8_t)type, .wall_ns = now_ns };

	if (type == FACT_SENSOR)
		fact.sensor = &sensor;
	else
		fact.stats = &stats;
	teller_tell(stage->teller, &fact);
}

static int add_line(void *arg, uint64_t sequence, const char *json)
{
	(void)sequence;
	buf_format(arg, "%s\n", json);
	return 0;
}

static void read_ledger(const struct stage *stage, struct buf *text)
{
	struct ledger_head head;
	struct err err = { 0 };
	struct db *db = db_open_read_only(stage->store, &err);

	if (!db || ledger_verify(db, &head, &err) < 0 ||
	    ledger_walk(db, 1, add_line, text, &err) < 0)
		fail_msg("%s", err.text);
	db_close(db);
}

static void read_eve(const struct stage *stage, struct buf *text)
{
	FILE *file = fopen(stage->eve, "r");
	char line[4096];

	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		buf_text(text, line);
	fclose(file);
}

/* What the mark begins with; in what follows the system says why. */
static void expect_gap(const char *text, const char *writer, const char *missing)
{
	char mark[512];

	snprintf(
		mark, sizeof(mark),
		"{\"timestamp\":\"2026-03-02T12:00:09.000000+0000\",\"event_type\":\"gap\",\"gap\":{\"writer\":\"%s\","
		"%s,\"from\":\"2026-03-02T12:00:02.000000+0000\",\"until\":\"2026-03-02T12:00:04.000000+0000\","
		"\"why\":\"",
		writer, missing);
	if (!strstr(text, mark))
		fail_msg("no %s in %s", mark, text);
	assert_non_null(strstr(text, "File too large"));
}

static void what_a_full_disk_took_is_marked_where_it_is_missing(void **state)
{
	static const char missing[] = "\"facts\":3,\"missing\":{\"stats\":1,\"sensor\":2}";
	struct stage stage;
	struct buf ledger, eve;

	(void)state;
	open_stage(&stage);
	buf_init(&ledger, 65536);
	buf_init(&eve, 65536);
	tell(&stage, FACT_SENSOR, S(1));
	room(1);
	tell(&stage, FACT_SENSOR, S(2));
	tell(&stage, FACT_STATS, S(3));
	tell(&stage, FACT_SENSOR, S(4));
	room(RLIM_INFINITY);
	assert_int_equal(teller_unwritten(stage.teller), 6);
	tell(&stage, FACT_SENSOR, S(9));
	tell(&stage, FACT_SENSOR, S(10));
	read_ledger(&stage, &ledger);
	read_eve(&stage, &eve);
	expect_gap(eve.text, "eve", missing);
	assert_non_null(strstr(ledger.text, "\"writer\":\"ledger\",\"facts\":3,"));
	/* Once, and in its place. */
	assert_ptr_equal(strstr(strstr(eve.text, "\"gap\"") + 1, "\"event_type\":\"gap\""), NULL);
	assert_true(strstr(eve.text, "12:00:01") < strstr(eve.text, "\"event_type\":\"gap\""));
	assert_true(strstr(eve.text, "12:00:10") > strstr(eve.text, "\"event_type\":\"gap\""));
	buf_fini(&ledger);
	buf_fini(&eve);
	assert_int_equal(teller_close(stage.teller, NULL), ERR_FAILED);
	close_stage(&stage);
}

static void what_is_missing_at_the_end_is_marked_at_the_end(void **state)
{
	struct stage stage;
	struct buf ledger, eve;

	(void)state;
	open_stage(&stage);
	buf_init(&ledger, 65536);
	buf_init(&eve, 65536);
	room(1);
	tell(&stage, FACT_STATS, S(2));
	room(RLIM_INFINITY);
	assert_int_equal(teller_close(stage.teller, NULL), ERR_FAILED);
	read_ledger(&stage, &ledger);
	read_eve(&stage, &eve);
	assert_non_null(strstr(ledger.text, "\"facts\":1,\"missing\":{\"stats\":1},"));
	assert_non_null(strstr(eve.text, "\"facts\":1,\"missing\":{\"stats\":1},"));
	buf_fini(&ledger);
	buf_fini(&eve);
	close_stage(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_full_disk_took_is_marked_where_it_is_missing),
		cmocka_unit_test(what_is_missing_at_the_end_is_marked_at_the_end),
	};

	signal(SIGXFSZ, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
