/* SPDX-License-Identifier: Apache-2.0 */
/* test_repairs.c - people's orders to firmware between fakes: who may, in which sequence it is kept, told and sent, and what a dead
 * process leaves behind.
 *
 * The diary's words:  keep:STATE  (the journal)  r:STATE (a fact)  ACT or ACT/BOOT (asked of the firmware). */
#include "core/isolation/repairs.h"

#include "tests/unit/isolation/response_bench.h"

#define ROWS 80

struct workshop {
	struct bench bench; /* of isolations; its diary is ours */
	struct repairs *repairs;
	struct remedy remedy;
	struct repair_journal journal;
	struct repair rows[ROWS], untold;
	unsigned row_count;
	bool full, dry;     /* the disk; nothing is sent */
	struct repair last; /* fact */
	struct {
		struct remedy_wish wish;
		remedy_done_fn *done;
		void *arg;
		char asset[ASSET_NAME_BYTES];
	} asked[REPAIRS_MAX + 1];
	unsigned asked_count;
	uint8_t power; /* what every machine's register says */
};

static struct buf said;
static struct err refusal;

static void tell(void *arg, const struct fact *fact)
{
	struct workshop *shop = arg;

	assert_int_equal(fact->type, FACT_REPAIR);
	shop->last = *fact->repair;
	bench_note(&shop->bench, "r:", repair_state_name(fact->repair->state));
}

static int keep(void *self, const struct repair *repair, struct err *err)
{
	struct workshop *shop = self;
	unsigned row = 0;

	if (shop->full)
		return err_set(err, ERR_FAILED, "disk full");
	while (row < shop->row_count && shop->rows[row].id != repair->id)
		row++;
	assert_true(row < ROWS);
	shop->row_count += row == shop->row_count;
	shop->rows[row] = *repair;
	bench_note(&shop->bench, "keep:", repair_state_name(repair->state));
	return 0;
}

static int recall(void *self, void (*each)(void *arg, const struct repair *repair), void *arg,
		  struct err *err)
{
	struct workshop *shop = self;

	(void)err;
	for (unsigned i = 0; i < shop->row_count; i++)
		if (shop->rows[i].ended_ns == 0)
			each(arg, &shop->rows[i]);
	return 0;
}

static int untold(void *self, void (*each)(void *arg, const struct repair *repair), void *arg,
		  struct err *err)
{
	struct workshop *shop = self;

	(void)err;
	if (shop->untold.id)
		each(arg, &shop->untold);
	return 0;
}

static void act(void *self, const struct asset *asset, const struct remedy_wish *wish,
		remedy_done_fn *done, void *arg)
{
	struct workshop *shop = self;
	char word[REPAIR_ACT_BYTES];

	snprintf(word, sizeof(word), "%s%s%s", remedy_act_name(wish->act), wish->boot ? "/" : "",
		 wish->boot ? remedy_boot_name(wish->boot) : "");
	bench_note(&shop->bench, word, "");
	assert_true(shop->asked_count <= REPAIRS_MAX);
	shop->asked[shop->asked_count].wish = *wish;
	shop->asked[shop->asked_count].done = done;
	shop->asked[shop->asked_count].arg = arg;
	snprintf(shop->asked[shop->asked_count++].asset, ASSET_NAME_BYTES, "%s", asset->name);
}

static void open_repairs(struct workshop *shop)
{
	struct repairs_parts parts = { .policy = shop->bench.policy,
				       .roster = shop->bench.roster,
				       .guard = shop->bench.guard,
				       .governor = shop->bench.governor,
				       .response = shop->bench.response,
				       .remedy = shop->dry ? NULL : &shop->remedy,
				       .journal = &shop->journal,
				       .facts = { shop, tell },
				       .detector_name = bench_detector };

	shop->repairs = repairs_new(&parts);
}

static void open_shop(struct workshop *shop)
{
	memset(shop, 0, sizeof(*shop));
	bench_init(&shop->bench, 10);
	shop->remedy = (struct remedy){ .self = shop, .act = act };
	shop->journal = (struct repair_journal){ shop, keep, recall, untold };
	shop->power = REMEDY_IS_ON;
	open_repairs(shop);
	buf_init(&said, 4096);
}

static void close_shop(struct workshop *shop)
{
	repairs_free(shop->repairs);
	bench_fini(&shop->bench);
	buf_fini(&said);
}

/* The process dies and another starts. */
static void restart(struct workshop *shop)
{
	repairs_free(shop->repairs);
	shop->asked_count = 0;
	open_repairs(shop);
	assert_int_equal(repairs_recall(shop->repairs, shop->bench.now_ns, NULL), 0);
}

struct words {
	unsigned act, boot;
	const char *confirm, *why;
};

static uint64_t ask(struct workshop *shop, unsigned device, struct words words)
{
	struct repairs_wish wish = { .asset = roster_at(shop->bench.roster, device),
				     .wish = { (uint8_t)words.act, (uint8_t)words.boot, 0 },
				     .confirm = words.confirm ? words.confirm : "",
				     .why = words.why ? words.why : "",
				     .who = "anna" };

	buf_clear(&said);
	err_clear(&refusal);
	return repairs_ask(shop->repairs, &wish, shop->bench.now_ns, &said, &refusal);
}

static void advance(struct workshop *shop)
{
	repairs_advance(shop->repairs, shop->bench.now_ns);
}

/* All that was asked gets this answer; then it is taken. */
static void answer(struct workshop *shop, int rc, bool unknown)
{
	struct err err = { 0 };
	unsigned count = shop->asked_count;

	err_set(&err, ERR_FAILED, "nobody answers");
	shop->asked_count = 0;
	for (unsigned i = 0; i < count; i++) {
		struct remedy_answer told = { .rc = rc,
					      .err = rc < 0 ? &err : NULL,
					      .unknown = unknown,
					      .power = shop->power,
					      .device = "AMT 12 at x",
					      .did = "did it" };

		shop->asked[i].done(shop->asked[i].arg, &told);
	}
	advance(shop);
}

static void isolate(struct workshop *shop, unsigned device)
{
	struct response_wish wish = { .asset = roster_at(shop->bench.roster, device),
				      .who = "bert",
				      .why = "" };

	assert_int_equal(
		response_isolate(shop->bench.response, &wish, shop->bench.now_ns, &said, NULL), 0);
}

static const struct words surely = { REMEDY_RESET, 0, "pc-0", "it hangs" };

static void an_order_is_kept_then_told_then_sent_and_so_is_its_outcome(void **state)
{
	struct workshop shop;

	(void)state;
	open_shop(&shop);
	assert_int_equal(ask(&shop, BENCH_PC, surely), 1);
	bench_expect(&shop.bench, "keep:requested r:requested reset");
	assert_string_equal(said.text, "repair 1 of pc-0: reset");
	assert_string_equal(shop.last.asked_by, "anna");
	assert_string_equal(shop.last.why, "it hangs");
	assert_string_equal(repairs_find(shop.repairs, 1)->asset, "pc-0");
	answer(&shop, 0, false);
	bench_expect(&shop.bench, "keep:done r:done");
	assert_string_equal(shop.last.said, "did it");
	assert_string_equal(shop.last.device, "AMT 12 at x");
	assert_int_equal(shop.last.power, REMEDY_IS_ON);
	assert_int_equal(ask(&shop, BENCH_PC, surely), 2);
	close_shop(&shop);
}

static void looking_is_free_and_leaves_no_trace(void **state)
{
	struct workshop shop;
	uint64_t id;

	(void)state;
	open_shop(&shop);
	shop.power = REMEDY_IS_OFF;
	id = ask(&shop, BENCH_NEVER, (struct words){ .act = REMEDY_LOOK });
	bench_expect(&shop.bench, "state");
	answer(&shop, 0, false);
	bench_expect(&shop.bench, "");
	assert_int_equal(repairs_find(shop.repairs, id)->state, REPAIR_DONE);
	assert_int_equal(repairs_find(shop.repairs, id)->power, REMEDY_IS_OFF);
	assert_null(repairs_after(shop.repairs, 0));
	/* And takes no number of those that the ledger counts. */
	assert_int_equal(ask(&shop, BENCH_PC, surely), 1);
	assert_int_equal(repairs_counts(shop.repairs).asked, 1);
	close_shop(&shop);
}

static void who_may_not_is_told_what_to_do_and_the_ledger_knows(void **state)
{
	static const struct {
		unsigned device;
		struct words words;
		const char *says;
	} cases[] = {
		{ BENCH_PC, { REMEDY_OFF, 0, "pc-0", "" }, "say why with --reason" },
		{ BENCH_PC, { REMEDY_OFF, 0, "", "fire" }, "say --confirm pc-0" },
		{ BENCH_PC, { REMEDY_OFF, 0, "pc-1", "fire" }, "the machine is pc-0" },
		{ BENCH_PC, { REMEDY_ON, REMEDY_BOOT_NETWORK, "", "image" }, "say --confirm" },
		{ BENCH_SERVER, { REMEDY_OFF, 0, "pc-2", "fire" }, "\"cordon isolate pc-2\" first" },
		{ BENCH_NEVER, { REMEDY_RESET, 0, "pc-3", "fire" }, "If it must be, go there" },
	};
	struct workshop shop;

	(void)state;
	open_shop(&shop);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(ask(&shop, cases[i].device, cases[i].words), 0);
		if (!strstr(refusal.text, cases[i].says))
			fail_msg("%zu: %s", i, refusal.text);
		bench_expect(&shop.bench, "r:refused");
		assert_string_equal(shop.last.said, refusal.text);
		assert_int_equal(shop.last.id, 0);
	}
	assert_int_equal(repairs_counts(shop.repairs).refused, 6);
	assert_int_equal(governor_used(shop.bench.governor, shop.bench.now_ns), 0);
	close_shop(&shop);
}

static void switching_on_disturbs_nobody(void **state)
{
	struct workshop shop;

	(void)state;
	open_shop(&shop);
	assert_int_equal(ask(&shop, BENCH_NEVER, (struct words){ .act = REMEDY_ON }), 1);
	assert_int_equal(governor_used(shop.bench.governor, shop.bench.now_ns), 0);
	close_shop(&shop);
}

static void an_isolated_machine_need_not_be_named_twice(void **state)
{
	static const struct words cycle = { REMEDY_CYCLE, REMEDY_BOOT_NETWORK, "", "new image" };
	struct workshop shop;

	(void)state;
	open_shop(&shop);
	isolate(&shop, BENCH_PC);
	assert_int_equal(ask(&shop, BENCH_PC, cycle), 0);
	assert_non_null(strstr(refusal.text, "isolation 1 of pc-0 is not in force (applying)"));
	bench_settle(&shop.bench);
	assert_int_equal(governor_used(shop.bench.governor, shop.bench.now_ns), 1);
	assert_int_equal(ask(&shop, BENCH_PC, cycle), 1);
	assert_int_equal(shop.last.isolation, 1);
	assert_non_null(strstr(said.text, "next start from network (isolation 1 holds)"));
	/* It counts once. */
	assert_int_equal(governor_used(shop.bench.governor, shop.bench.now_ns), 1);
	close_shop(&shop);
}

static void what_a_log_says_is_kept_until_it_is_heard(void **state)
{
	const struct remedy_entry entries[] = {
		{ .wall_ns = BENCH_T0, .severity = 16, .text = "10 failed logons" },
		{ .log = REMEDY_AUDIT, .text = "user added" },
	};
	struct remedy_answer told = {
		.device = "x", .did = "", .entries = entries, .entry_count = 2
	};
	struct workshop shop;
	struct buf line;
	size_t count;
	uint64_t id;

	(void)state;
	open_shop(&shop);
	id = ask(&shop, BENCH_NEVER, (struct words){ .act = REMEDY_READ_LOG });
	bench_expect(&shop.bench, "log");
	assert_null(repairs_entries(shop.repairs, id, &count));
	shop.asked[0].done(shop.asked[0].arg, &told);
	advance(&shop);
	bench_expect(&shop.bench, "");
	assert_int_equal(repairs_find(shop.repairs, id)->state, REPAIR_DONE);
	assert_non_null(repairs_entries(shop.repairs, id, &count));
	assert_int_equal(count, 2);
	buf_init(&line, 256);
	remedy_entry_text(&repairs_entries(shop.repairs, id, &count)[0], &line);
	assert_string_equal(line.text, "2023-11-14 22:13:20  event  critical  10 failed logons");
	buf_clear(&line);
	remedy_entry_text(&repairs_entries(shop.repairs, id, &count)[1], &line);
	assert_string_equal(line.text, "time not known       audit            user added");
	buf_fini(&line);
	repairs_drop_entries(shop.repairs, id);
	assert_null(repairs_entries(shop.repairs, id, &count));
	assert_int_equal(count, 0);
	close_shop(&shop);
}

static void a_consent_is_kept_without_its_code(void **state)
{
	static const struct {
		const char *word;
		unsigned act, code;
	} good[] = { { "", REMEDY_ASK_CONSENT, 0 },
		     { "cancel", REMEDY_END_CONSENT, 0 },
		     { "012345", REMEDY_GIVE_CODE, 12345 } };
	static const char *const bad[] = { "12345", "1234567", "12345x", "-12345", "stop" };
	struct repairs_wish wish = { .confirm = "", .why = "", .who = "anna" };
	struct workshop shop;
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_true(remedy_consent_of(good[i].word, &wish.wish, &err));
		assert_int_equal(wish.wish.act, good[i].act);
		assert_int_equal(wish.wish.code, good[i].code);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct remedy_wish none;

		assert_false(remedy_consent_of(bad[i], &none, &err));
	}
	open_shop(&shop);
	wish.asset = roster_at(shop.bench.roster, BENCH_NEVER);
	assert_int_equal(repairs_ask(shop.repairs, &wish, BENCH_T0, &said, &refusal), 1);
	bench_expect(&shop.bench, "keep:requested r:requested code");
	assert_int_equal(shop.asked[0].wish.code, 12345);
	assert_int_equal(shop.rows[0].wish.code, 0);
	assert_int_equal(shop.last.wish.code, 0);
	assert_int_equal(governor_used(shop.bench.governor, BENCH_T0), 0);
	answer(&shop, 0, false);
	bench_expect(&shop.bench, "keep:done r:done");
	close_shop(&shop);
}

/* Two have agreed to that; a third party is not needed. */
static void a_server_that_two_have_isolated_is_switched_by_one(void **state)
{
	struct workshop shop;

	(void)state;
	open_shop(&shop);
	isolate(&shop, BENCH_SERVER);
	assert_int_equal(response_approve(shop.bench.response, 1, "carl", shop.bench.now_ns, NULL),
			 0);
	bench_settle(&shop.bench);
	assert_int_equal(ask(&shop, BENCH_SERVER, (struct words){ REMEDY_OFF, 0, "", "fire" }), 1);
	close_shop(&shop);
}

static void what_people_switch_off_counts_for_automation(void **state)
{
	struct workshop shop;

	(void)state;
	open_shop(&shop);
	for (unsigned i = 0; i < 10; i++)
		governor_count(shop.bench.governor, shop.bench.now_ns);
	assert_int_equal(ask(&shop, BENCH_PC, surely), 1);
	assert_non_null(strstr(said.text, "note, for what the policy wants from now on: "));
	assert_int_equal(governor_used(shop.bench.governor, shop.bench.now_ns), 11);
	close_shop(&shop);
}

static void one_order_at_a_time_for_each_machine(void **state)
{
	struct workshop shop;

	(void)state;
	open_shop(&shop);
	assert_int_equal(ask(&shop, BENCH_PC, surely), 1);
	assert_int_equal(ask(&shop, BENCH_PC, surely), 0);
	assert_non_null(
		strstr(refusal.text, "repair 1 of pc-0 is under way (reset, asked by anna)"));
	assert_true(ask(&shop, BENCH_PC, (struct words){ .act = REMEDY_LOOK }) > 0);
	assert_int_equal(
		ask(&shop, BENCH_PC2, (struct words){ REMEDY_RESET, 0, "pc-1", "it hangs" }), 2);
	assert_int_equal(repairs_counts(shop.repairs).running, 2);
	answer(&shop, 0, false);
	assert_int_equal(repairs_counts(shop.repairs).running, 0);
	assert_int_equal(repairs_after(shop.repairs, 0)->id, 1);
	assert_int_equal(repairs_after(shop.repairs, 1)->id, 2);
	assert_null(repairs_after(shop.repairs, 2));
	close_shop(&shop);
}

static void nothing_is_sent_that_is_not_kept(void **state)
{
	struct workshop shop;

	(void)state;
	open_shop(&shop);
	shop.full = true;
	assert_int_equal(ask(&shop, BENCH_PC, surely), 0);
	assert_non_null(strstr(refusal.text, "journal cannot be written, so nothing was sent"));
	bench_expect(&shop.bench, "r:refused");
	shop.full = false;
	assert_int_equal(ask(&shop, BENCH_PC, surely), 1);
	close_shop(&shop);
}

static void without_enforcing_nothing_is_sent(void **state)
{
	struct workshop shop;

	(void)state;
	open_shop(&shop);
	repairs_free(shop.repairs);
	shop.dry = true;
	shop.rows[shop.row_count++] = (struct repair){ .id = 7 };
	open_repairs(&shop);
	assert_int_equal(repairs_recall(shop.repairs, shop.bench.now_ns, NULL), 0);
	assert_int_equal(ask(&shop, BENCH_PC, (struct words){ .act = REMEDY_ON }), 0);
	assert_non_null(strstr(refusal.text, "without --enforce"));
	bench_expect(&shop.bench, "r:refused");
	close_shop(&shop);
}

static void an_answer_that_is_lost_is_unknown_and_one_that_refuses_is_failed(void **state)
{
	static const struct {
		bool unknown;
		const char *diary;
	} cases[] = { { true, "keep:unknown r:unknown" }, { false, "keep:failed r:failed" } };
	struct workshop shop;

	(void)state;
	open_shop(&shop);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(ask(&shop, BENCH_PC, surely), i + 1);
		shop.bench.diary[0] = '\0';
		answer(&shop, ERR_FAILED, cases[i].unknown);
		bench_expect(&shop.bench, cases[i].diary);
		assert_non_null(strstr(shop.last.said, "nobody answers"));
		assert_int_equal(strstr(shop.last.said, "may have obeyed") != NULL,
				 cases[i].unknown);
	}
	assert_int_equal(repairs_counts(shop.repairs).unknown, 1);
	assert_int_equal(repairs_counts(shop.repairs).failed, 1);
	close_shop(&shop);
}

static void it_is_looked_at_each_second_until_it_is_there(void **state)
{
	struct workshop shop;

	(void)state;
	open_shop(&shop);
	ask(&shop, BENCH_PC, (struct words){ REMEDY_OFF, 0, "pc-0", "fire" });
	shop.bench.diary[0] = '\0';
	answer(&shop, 0, false);
	bench_expect(&shop.bench, "keep:ordered r:ordered");
	assert_int_equal(repairs_advance(shop.repairs, shop.bench.now_ns),
			 shop.bench.now_ns + s_to_ns(1));
	bench_expect(&shop.bench, "");
	shop.bench.now_ns += s_to_ns(1);
	advance(&shop);
	bench_expect(&shop.bench, "state");
	/* A look that fails says nothing; the order was taken. */
	answer(&shop, ERR_FAILED, false);
	bench_expect(&shop.bench, "");
	shop.bench.now_ns += s_to_ns(1);
	shop.power = REMEDY_IS_OFF;
	advance(&shop);
	answer(&shop, 0, false);
	bench_expect(&shop.bench, "state keep:done r:done");
	assert_string_equal(shop.last.said, "did it");
	close_shop(&shop);
}

static void patience_ends_and_moves_with_the_clock(void **state)
{
	struct workshop shop;
	unsigned looks = 0;

	(void)state;
	open_shop(&shop);
	ask(&shop, BENCH_PC, (struct words){ REMEDY_OFF, 0, "pc-0", "fire" });
	answer(&shop, 0, false);
	shop.bench.now_ns += s_to_ns(3600);
	repairs_clock_set(shop.repairs, s_to_ns(3600));
	while (shop.last.state != REPAIR_LATE && looks++ < 100) {
		shop.bench.now_ns += s_to_ns(1);
		advance(&shop);
		answer(&shop, 0, false);
	}
	assert_int_equal(looks, 20);
	assert_non_null(strstr(shop.last.said, "is not there yet: look again"));
	assert_int_equal(repairs_counts(shop.repairs).unknown, 1);
	close_shop(&shop);
}

/* Whatever may have gone out is never sent again; what may wait for the next start is taken back. */
static void a_restart_looks_and_says_what_it_found(void **state)
{
	static const struct {
		struct remedy_wish wish;
		uint8_t state, power;
		int rc;
		const char *diary, *says;
	} cases[] = {
		{ { REMEDY_OFF, 0, 0 },
		  REPAIR_REQUESTED,
		  REMEDY_IS_OFF,
		  0,
		  "state keep:done r:done",
		  "it was found off" },
		{ { REMEDY_OFF, 0, 0 },
		  REPAIR_REQUESTED,
		  REMEDY_IS_ON,
		  0,
		  "state keep:unknown r:unknown",
		  "it is on now" },
		{ { REMEDY_ON, 0, 0 },
		  REPAIR_ORDERED,
		  REMEDY_IS_ON,
		  0,
		  "state keep:done r:done",
		  "it was found on" },
		{ { REMEDY_RESET, 0, 0 },
		  REPAIR_REQUESTED,
		  REMEDY_IS_ON,
		  0,
		  "state keep:unknown r:unknown",
		  "it may have obeyed; it is on now" },
		{ { REMEDY_RESET, REMEDY_BOOT_NETWORK, 0 },
		  REPAIR_REQUESTED,
		  REMEDY_IS_ON,
		  0,
		  "withdraw keep:unknown r:unknown",
		  "it is on now, and did it: look" },
		{ { REMEDY_RESET, REMEDY_BOOT_NETWORK, 0 },
		  REPAIR_ORDERED,
		  REMEDY_IS_ON,
		  0,
		  "state keep:unknown r:unknown",
		  "may have obeyed" },
		{ { REMEDY_ON, REMEDY_BOOT_CD, 0 },
		  REPAIR_REQUESTED,
		  REMEDY_IS_ON,
		  0,
		  "withdraw keep:unknown r:unknown",
		  "may have obeyed" },
		{ { REMEDY_OFF, 0, 0 },
		  REPAIR_REQUESTED,
		  REMEDY_IS_OFF,
		  ERR_FAILED,
		  "state keep:unknown r:unknown",
		  "cannot be looked at: nobody answers" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct workshop shop;

		open_shop(&shop);
		shop.rows[shop.row_count] = (struct repair){ .id = 7,
							     .wish = cases[i].wish,
							     .state = cases[i].state,
							     .asked_ns = BENCH_T0 };
		snprintf(shop.rows[shop.row_count++].asset, ASSET_NAME_BYTES, "pc-0");
		shop.power = cases[i].power;
		restart(&shop);
		/* Nobody orders anything meanwhile. */
		assert_int_equal(ask(&shop, BENCH_PC, (struct words){ .act = REMEDY_ON }), 0);
		shop.bench.diary[0] = '\0';
		bench_note(&shop.bench, remedy_act_name(shop.asked[0].wish.act), "");
		answer(&shop, cases[i].rc, false);
		bench_expect(&shop.bench, cases[i].diary);
		if (!strstr(shop.last.said, cases[i].says))
			fail_msg("%zu: %s", i, shop.last.said);
		assert_int_equal(ask(&shop, BENCH_PC, (struct words){ .act = REMEDY_ON }), 8);
		close_shop(&shop);
	}
}

static void what_was_kept_and_not_told_is_told_late(void **state)
{
	struct workshop shop;

	(void)state;
	open_shop(&shop);
	shop.untold = (struct repair){ .id = 3, .state = REPAIR_DONE, .ended_ns = BENCH_T0 };
	restart(&shop);
	bench_expect(&shop.bench, "r:done");
	close_shop(&shop);
}

static void a_machine_that_has_left_the_roster_is_unknown(void **state)
{
	struct workshop shop;

	(void)state;
	open_shop(&shop);
	shop.rows[shop.row_count] = (struct repair){ .id = 7, .wish = { .act = REMEDY_OFF } };
	snprintf(shop.rows[shop.row_count++].asset, ASSET_NAME_BYTES, "gone");
	restart(&shop);
	advance(&shop);
	bench_expect(&shop.bench, "keep:unknown r:unknown");
	assert_non_null(strstr(shop.last.said, "asset gone is no longer in the roster"));
	close_shop(&shop);
}

/* The oldest outcomes make room; what runs does not. */
static void there_is_room_for_so_many_and_no_more(void **state)
{
	struct workshop shop;
	struct asset asset = { .amt = { .present = true }, .role = "workstation" };

	(void)state;
	open_shop(&shop);
	for (unsigned i = 0; i <= REPAIRS_MAX; i++) {
		asset.ip = bench_host(100 + i).ip;
		snprintf(asset.name, sizeof(asset.name), "many-%u", i);
		roster_add(shop.bench.roster, &asset);
	}
	for (unsigned i = 0; i < REPAIRS_MAX; i++)
		assert_int_equal(ask(&shop, BENCH_PCS + i, (struct words){ .act = REMEDY_ON }),
				 i + 1);
	assert_int_equal(ask(&shop, BENCH_PCS + REPAIRS_MAX, (struct words){ .act = REMEDY_ON }),
			 0);
	assert_non_null(strstr(refusal.text, "64 repairs are under way at once"));
	answer(&shop, 0, false);
	assert_int_equal(ask(&shop, BENCH_PC, (struct words){ .act = REMEDY_ON }), 65);
	assert_null(repairs_find(shop.repairs, 1));
	assert_non_null(repairs_find(shop.repairs, 2));
	close_shop(&shop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_order_is_kept_then_told_then_sent_and_so_is_its_outcome),
		cmocka_unit_test(looking_is_free_and_leaves_no_trace),
		cmocka_unit_test(who_may_not_is_told_what_to_do_and_the_ledger_knows),
		cmocka_unit_test(switching_on_disturbs_nobody),
		cmocka_unit_test(an_isolated_machine_need_not_be_named_twice),
		cmocka_unit_test(what_a_log_says_is_kept_until_it_is_heard),
		cmocka_unit_test(a_consent_is_kept_without_its_code),
		cmocka_unit_test(a_server_that_two_have_isolated_is_switched_by_one),
		cmocka_unit_test(what_people_switch_off_counts_for_automation),
		cmocka_unit_test(one_order_at_a_time_for_each_machine),
		cmocka_unit_test(nothing_is_sent_that_is_not_kept),
		cmocka_unit_test(without_enforcing_nothing_is_sent),
		cmocka_unit_test(an_answer_that_is_lost_is_unknown_and_one_that_refuses_is_failed),
		cmocka_unit_test(it_is_looked_at_each_second_until_it_is_there),
		cmocka_unit_test(patience_ends_and_moves_with_the_clock),
		cmocka_unit_test(a_restart_looks_and_says_what_it_found),
		cmocka_unit_test(what_was_kept_and_not_told_is_told_late),
		cmocka_unit_test(a_machine_that_has_left_the_roster_is_unknown),
		cmocka_unit_test(there_is_room_for_so_many_and_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
