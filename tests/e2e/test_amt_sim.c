/* SPDX-License-Identifier: Apache-2.0 */
/* The AMT client against the firmware simulator, over loopback, as a black box on both sides. */
#include "tests/e2e/amt_bench.h"

static struct plan repair(void)
{
	struct plan plan = { .name = "repair", .drop_transmit = true, .drop_receive = true };

	for (uint8_t way = FILTER_TRANSMIT; way <= FILTER_RECEIVE; way++) {
		struct filter web = { .direction = way,
				      .ethertype = 0x0800,
				      .proto = 6,
				      .has_remote = true,
				      .remote_port_first = 8530,
				      .remote_port_last = 8531,
				      .label = "web" };

		assert_true(prefix_parse("10.0.0.5", &web.remote));
		plan.filters[plan.filter_count++] =
			(struct filter){ .direction = way, .ethertype = 0x0806, .label = "arp" };
		plan.filters[plan.filter_count++] = (struct filter){ .direction = way,
								     .ethertype = 0x0800,
								     .proto = 17,
								     .label = "dhcp",
								     .local_port_first = 68,
								     .local_port_last = 68,
								     .remote_port_first = 67,
								     .remote_port_last = 67 };
		plan.filters[plan.filter_count++] = web;
	}
	return plan;
}

/* An ARP frame, and a TCP SYN to 10.0.0.9 port 445. */
#define ARP_FRAME                                                  \
	"ffffffffffff02000000000108060001080006040001020000000001" \
	"0a010001000000000000"                                     \
	"0a000005"
#define SMB_FRAME                                              \
	"0200000000020200000000010800450000280001000040060000" \
	"0a0100010a000009"                                     \
	"c00001bd00000001000000005002ffff00000000"

static void the_whole_story_costs_what_it_should(void **state)
{
	static const char *const none[] = { NULL };
	struct bench *bench = bench_new(none);
	struct plan plan = repair();
	unsigned writes;

	(void)state;
	assert_int_equal(survey(bench)->rc, 0);
	assert_int_equal(bench->report.grade, AMT_GRADE_C);
	assert_int_equal(bench->report.findings[0].code, AMT_NO_TLS);
	assert_int_equal(bench->report.enforcement, AMT_BY_FIRMWARE);
	assert_string_equal(bench->report.release, "12.0.67");
	assert_int_equal(bench->report.tx_filters_max, 27);
	assert_int_equal(logged(bench, "writes="), 0);

	must(bench, ENFORCER_PREPARE, &plan);
	assert_int_equal(bench->result.writes, 7);
	writes = logged(bench, "writes=");
	assert_int_equal(writes, 7);
	assert_non_null(strstr(order(bench, "frame amt tx " SMB_FRAME), "pass"));
	must(bench, ENFORCER_PREPARE, &plan);
	assert_int_equal(bench->result.writes, 0);

	must(bench, ENFORCER_ISOLATE, &plan);
	assert_true(bench->result.active);
	assert_int_equal(bench->result.writes, 1);
	assert_int_equal(bench->result.reads, 1);
	assert_int_equal(logged(bench, "writes="), writes + 1);
	assert_non_null(strstr(order(bench, "frame amt tx " ARP_FRAME), "pass"));
	for (unsigned i = 0; i < 5; i++)
		assert_non_null(strstr(order(bench, "frame amt tx " SMB_FRAME), "drop"));
	assert_non_null(strstr(order(bench, "frame amt rx " SMB_FRAME), "drop"));

	must(bench, ENFORCER_INSPECT, NULL);
	assert_true(bench->result.active);
	assert_true(bench->result.has_counters);
	assert_int_equal(bench->result.dropped_transmit, 5);
	assert_int_equal(bench->result.dropped_receive, 1);
	assert_int_equal(bench->result.writes, 0);

	must(bench, ENFORCER_RELEASE, NULL);
	assert_int_equal(bench->result.writes, 1);
	assert_int_equal(bench->result.reads, 1);
	assert_int_equal(logged(bench, "writes="), writes + 2);
	assert_non_null(strstr(order(bench, "frame amt tx " SMB_FRAME), "pass"));
	bench_free(bench);
}

/* Requests of one isolation counted inside. */
static void an_isolation_is_two_requests_on_the_wire(void **state)
{
	static const char *const none[] = { NULL };
	struct bench *bench = bench_new(none);
	struct plan plan = repair();
	unsigned creates, read_backs, total;

	(void)state;
	must(bench, ENFORCER_PREPARE, &plan);
	creates = logged(bench, " Create=");
	read_backs = logged(bench, " Get=");
	total = logged(bench, "total=");
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_int_equal(logged(bench, " Create="), creates + 1);
	assert_int_equal(logged(bench, " Get="), read_backs + 1);
	assert_int_equal(logged(bench, "total="), total + 2);
	assert_int_equal(bench->result.round_trips, 2);
	bench_free(bench);
}

static void habits_of_firmware_do_no_harm(void **state)
{
	static const struct {
		const char *name;
		const char *options[8];
	} cases[] = {
		{ "tiny chunks", { "--set", "chunking=tiny" } },
		{ "no chunks", { "--set", "chunking=length" } },
		{ "no Server header", { "--set", "server_header=none" } },
		{ "small pages", { "--set", "page_items=1", "--set", "late_end=yes" } },
		{ "nonces vanish", { "--set", "nonce_loss_percent=5" } },
		{ "every nonce is good once", { "--set", "nonce_uses=1" } },
		{ "auth-int", { "--release", "15.0.23", "--set", "qop=auth-int" } },
		{ "other fault for what is gone", { "--set", "no_instance=selectors" } },
		{ "the unsupported is refused", { "--set", "unsupported=refuse" } },
		{ "schema faults", { "--set", "schema_form=schema" } },
		{ "second binding replaces", { "--set", "second_binding=replace" } },
		{ "filters are not shared", { "--set", "share_filters=no" } },
		{ "no statistics of defaults", { "--set", "default_statistics=no" } },
		{ "headers as the standard wants", { "--set", "strict_headers=yes" } },
		{ "no expectations", { "--set", "expect_continue=refuse" } },
		{ "wireless beside", { "--set", "wireless=present" } },
		{ "wireless that takes nothing", { "--set", "wireless=unsupported" } },
		{ "wireless without counters",
		  { "--set", "wireless=present", "--set", "wireless_counters=0" } },
		{ "wireless with few filters",
		  { "--set", "wireless=present", "--set", "wireless_filters=3" } },
		{ "no wired card", { "--set", "wireless=present", "--set", "wired=none" } },
		{ "no cable", { "--set", "wireless=present", "--set", "wired=down" } },
		{ "wireless, old habits",
		  { "--release", "10.0.56", "--set", "wireless=present", "--set",
		    "second_binding=replace" } },
	};
	struct plan plan = repair();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bench *bench = bench_new(cases[i].options);

		for (unsigned kind = ENFORCER_PREPARE; kind <= ENFORCER_RELEASE; kind++) {
			if (act(bench, kind, &plan) < 0)
				fail_msg("%s: %s: %s", cases[i].name, enforcer_act_name(kind),
					 bench->text);
			if (bench->result.active !=
			    (kind == ENFORCER_ISOLATE || kind == ENFORCER_INSPECT))
				fail_msg("%s: active is wrong after %s", cases[i].name,
					 enforcer_act_name(kind));
		}
		bench_free(bench);
	}
}

static unsigned found(const struct amt_report *report, enum amt_code code)
{
	unsigned count = 0;

	for (unsigned i = 0; i < report->finding_count; i++)
		count += report->findings[i].code == code;
	return count;
}

static bool drops(struct bench *bench, const char *way)
{
	char command[256];

	snprintf(command, sizeof(command), "frame amt %s " SMB_FRAME, way);
	return strstr(order(bench, command), "drop") != NULL;
}

static void a_machine_with_a_cable_and_a_radio_is_cut_off_at_both(void **state)
{
	static const char *const options[] = { "--set", "wireless=present", NULL };
	struct bench *bench = bench_new(options);
	struct plan plan = repair();
	unsigned writes;

	(void)state;
	must(bench, ENFORCER_PREPARE, &plan);
	assert_int_equal(bench->result.writes, 7);
	writes = logged(bench, "writes=");
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_int_equal(logged(bench, "writes="), writes + 2);
	assert_string_equal(bench->result.open, "");
	assert_int_equal(bench->result.round_trips, 4);
	assert_true(drops(bench, "tx"));
	for (unsigned i = 0; i < 3; i++)
		assert_true(drops(bench, "wireless-tx"));
	must(bench, ENFORCER_INSPECT, NULL);
	assert_true(bench->result.active);
	/* A driver's word is told, and is no proof. */
	assert_int_equal(bench->result.dropped_transmit, 1);
	assert_non_null(strstr(bench->result.did, "dropped 3 by wireless"));
	must(bench, ENFORCER_RELEASE, NULL);
	assert_false(drops(bench, "tx"));
	assert_false(drops(bench, "wireless-tx"));
	assert_int_equal(logged(bench, "writes="), writes + 4);
	bench_free(bench);
}

/* Where we speak over the air the driver may cut us off by our own order: the cable is isolated by then, nothing is said
 * to be known that is not, and as soon as the firmware has the radio back all ends as it should. */
static void who_is_cut_off_from_the_firmware_by_its_own_order_comes_back(void **state)
{
	static const char *const options[] = {
		"--set", "wireless=present",  "--set", "reached_by=wireless",
		"--set", "wireless_dark=yes", "--set", "dark_form=reset",
		"--set", "wired=down",        NULL
	};
	struct bench *bench = bench_new(options);
	struct plan plan = repair();

	(void)state;
	survey(bench);
	assert_int_equal(found(&bench->report, AMT_ON_WIRELESS), 1);
	assert_int_equal(bench->report.enforcement, AMT_BY_DRIVER);
	must(bench, ENFORCER_PREPARE, &plan);
	assert_true(act(bench, ENFORCER_ISOLATE, &plan) < 0);
	assert_true(bench->result.unknown);
	assert_true(drops(bench, "tx"));
	assert_true(drops(bench, "wireless-tx"));
	assert_true(act(bench, ENFORCER_INSPECT, NULL) < 0);
	order(bench, "power amt off");
	must(bench, ENFORCER_INSPECT, NULL);
	assert_true(bench->result.active);
	must(bench, ENFORCER_RELEASE, NULL);
	assert_false(drops(bench, "tx"));
	assert_false(drops(bench, "wireless-tx"));
	bench_free(bench);
}

/* Firmware that refuses all it may refuse: in the whole story not one request of ours breaks a
 * rule. */
static void strict_firmware_takes_every_message(void **state)
{
	static const char *const strict[] = {
		"--set", "strict_headers=yes",      "--set", "schema_form=schema",
		"--set", "unsupported=refuse",      "--set", "expect_continue=refuse",
		"--set", "chunked_requests=refuse", NULL,
	};
	static const char *const faults[] = {
		"SchemaValidationError", "MessageInformationHeaderRequired",
		"MustUnderstand",        "ActionNotSupported",
		"InvalidSelectors",      "InvalidEnumerationContext",
		"EncodingLimit",         "AMT-STATUS",
		"ReturnValue="
	};
	struct bench *bench = bench_new(strict);
	struct plan plan = repair();

	(void)state;
	assert_int_equal(survey(bench)->rc, 0);
	for (unsigned kind = ENFORCER_PREPARE; kind <= ENFORCER_RELEASE; kind++)
		must(bench, kind, &plan);
	order(bench, "log amt");
	for (size_t i = 0; i < COUNT(faults); i++)
		if (strstr(bench->answer, faults[i]))
			fail_msg("%s: %s", faults[i], bench->answer);
	assert_non_null(strstr(bench->answer, "Delete AMT_NetworkPortSystemDefensePolicy ok"));
	assert_non_null(strstr(bench->answer, "UpdateStatistics ok"));
	bench_free(bench);
}

static void what_cannot_be_is_said_beforehand(void **state)
{
	static const struct {
		const char *options[8];
		uint8_t tls;
		uint8_t grade;
		enum amt_code code;
	} cases[] = {
		{ { "--release", "12.0.67", "--tls" }, ASSET_TLS_PIN, AMT_GRADE_A, AMT_CODES },
		{ { "--release", "16.1", "--tls" }, ASSET_TLS_PIN, AMT_GRADE_A, AMT_CODES },
		{ { "--release", "22.0", "--tls" },
		  ASSET_TLS_PIN,
		  AMT_GRADE_B,
		  AMT_RELEASE_NOT_DOCUMENTED },
		{ { "--release", "11.8.50.3425", "--tls" },
		  ASSET_TLS_LEGACY_PIN,
		  AMT_GRADE_B,
		  AMT_LEGACY_TLS },
		{ { "--release", "11.8.50.3425", "--tls" },
		  ASSET_TLS_PIN,
		  AMT_GRADE_E,
		  AMT_CERTIFICATE_REFUSED },
		{ { "--release", "3.2.1" }, ASSET_TLS_NONE, AMT_GRADE_C, AMT_NO_IPV6_FILTERS },
		{ { "--release", "6.2" }, ASSET_TLS_NONE, AMT_GRADE_C, AMT_NO_TLS },
		{ { "--release", "6.2", "--mode", "ccm" },
		  ASSET_TLS_NONE,
		  AMT_GRADE_F,
		  AMT_CLIENT_CONTROL_MODE },
		{ { "--release", "3.0" }, ASSET_TLS_NONE, AMT_GRADE_F, AMT_RELEASE_TOO_OLD },
		{ { "--mode", "pre" }, ASSET_TLS_NONE, AMT_GRADE_F, AMT_NOT_PROVISIONED },
		{ { "--no-system-defense" }, ASSET_TLS_NONE, AMT_GRADE_F, AMT_NO_SYSTEM_DEFENSE },
		{ { "--no-system-defense", "--set", "absent_form=empty" },
		  ASSET_TLS_NONE,
		  AMT_GRADE_F,
		  AMT_NO_SYSTEM_DEFENSE },
		{ { "--set", "wireless=present" },
		  ASSET_TLS_NONE,
		  AMT_GRADE_C,
		  AMT_WIRELESS_BESIDE },
		{ { "--set", "tx_counters=0", "--set", "rx_counters=0" },
		  ASSET_TLS_NONE,
		  AMT_GRADE_C,
		  AMT_NO_COUNTERS },
		{ { "--set", "max_filters=3" }, ASSET_TLS_NONE, AMT_GRADE_E, AMT_NO_ROOM },
		{ { "--set", "clock_behind_s=1000" }, ASSET_TLS_NONE, AMT_GRADE_C, AMT_CLOCK_WRONG },
		{ { "--set", "audit=critical", "--set", "audit_records=0", "--set",
		    "audit_rolls=no" },
		  ASSET_TLS_NONE,
		  AMT_GRADE_E,
		  AMT_AUDIT_LOG_FULL },
		{ { "--password", "Another1!" },
		  ASSET_TLS_NONE,
		  AMT_GRADE_E,
		  AMT_CREDENTIALS_REFUSED },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bench *bench = bench_with_tls(cases[i].options, cases[i].tls);

		survey(bench);
		if (bench->report.grade != cases[i].grade ||
		    (cases[i].code != AMT_CODES && !found(&bench->report, cases[i].code)))
			fail_msg("case %zu: grade %c: %s", i, amt_grade_letter(bench->report.grade),
				 bench->report.finding_count ? bench->report.findings[0].text
							     : "nothing found");
		bench_free(bench);
	}
}

/* The device's certificate is pinned; the realm and the UUID are its identity. */
static void nothing_is_written_to_the_wrong_machine(void **state)
{
	static const struct {
		const char *name;
		bool wrong_pin, wrong_realm, wrong_uuid;
		enum amt_code code;
	} cases[] = {
		{ "all right", false, false, false, AMT_CODES },
		{ "another certificate", true, false, false, AMT_CERTIFICATE_REFUSED },
		{ "another realm", false, true, false, AMT_ANOTHER_DEVICE },
		{ "another UUID", false, false, true, AMT_ANOTHER_DEVICE },
	};
	static const char *const options[] = { "--release", "16.1", "--tls", NULL };
	struct plan plan = repair();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bench *bench = bench_with_tls(options, ASSET_TLS_PIN);
		struct asset_amt *amt = &bench->asset.amt;

		survey(bench);
		assert_int_equal(bench->report.rc, 0);
		snprintf(amt->realm, sizeof(amt->realm), "%s", bench->report.realm);
		snprintf(amt->uuid, sizeof(amt->uuid), "%.36s", bench->report.uuid);
		restart_client(bench);
		amt->pin_sha256[0] ^= cases[i].wrong_pin;
		amt->realm[10] ^= cases[i].wrong_realm ? 1 : 0;
		amt->uuid[0] = cases[i].wrong_uuid ? (amt->uuid[0] == '1' ? '2' : '1')
						   : amt->uuid[0];
		act(bench, ENFORCER_ISOLATE, &plan);
		if ((bench->result.rc == 0) != (cases[i].code == AMT_CODES))
			fail_msg("%s: %s", cases[i].name, bench->text);
		assert_int_equal(logged(bench, "writes=") > 0, cases[i].code == AMT_CODES);
		survey(bench);
		assert_int_equal(found(&bench->report, cases[i].code), cases[i].code != AMT_CODES);
		bench_free(bench);
	}
}

static void a_foreign_policy_that_outranks_ours_is_named(void **state)
{
	static const char *const none[] = { NULL };
	struct bench *bench = bench_new(none);
	struct plan plan = repair();

	(void)state;
	must(bench, ENFORCER_PREPARE, &plan);
	order(bench, "foreign amt precedence 5000 owner agent action pass name Antivirus");
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_false(bench->result.active);
	assert_true(bench->result.foreign_active);
	assert_string_equal(bench->result.foreign_name, "Antivirus");
	must(bench, ENFORCER_RELEASE, NULL);
	assert_non_null(strstr(order(bench, "objects amt"), "Antivirus"));
	bench_free(bench);
}

/* The second failure would lock the account for a minute. */
static void a_wrong_password_is_tried_once(void **state)
{
	static const char *const strict[] = { "--set", "lock_after=2", NULL };
	struct bench *bench = bench_new(strict);
	struct plan plan = repair();

	(void)state;
	setenv("CORDON_TEST_PASSWORD", "wrong", 1);
	assert_true(act(bench, ENFORCER_ISOLATE, &plan) < 0);
	assert_int_equal(logged(bench, "challenges="), 2); /* for a nonce, and the refusal */
	for (unsigned i = 0; i < 5; i++)
		assert_true(act(bench, ENFORCER_ISOLATE, &plan) < 0);
	assert_int_equal(logged(bench, "challenges="), 2);
	assert_non_null(strstr(bench->text, "amt.password"));
	setenv("CORDON_TEST_PASSWORD", "wrong too", 1); /* one more failure, and another... */
	order(bench, "set amt lock_after 3");
	assert_true(act(bench, ENFORCER_ISOLATE, &plan) < 0);
	assert_int_equal(logged(bench, "challenges="), 4);
	setenv("CORDON_TEST_PASSWORD", "P@ssw0rd", 1); /* seen without a restart */
	must(bench, ENFORCER_ISOLATE, &plan);
	bench_free(bench);
}

/* The first failure would lock the account. */
static void a_stale_nonce_is_no_wrong_password(void **state)
{
	static const char *const said[] = { "stale=no", "stale=yes" };
	struct plan plan = repair();

	(void)state;
	for (unsigned i = 0; i < COUNT(said); i++) {
		const char *const strict[] = { "--set", "lock_after=1", "--set", "lock_s=3600",
					       "--set", said[i],        NULL };
		struct bench *bench = bench_new(strict);
		unsigned challenges;

		must(bench, ENFORCER_PREPARE, &plan);
		challenges = logged(bench, "challenges=");
		order(bench, "nonces amt");
		must(bench, ENFORCER_ISOLATE, &plan);
		assert_int_equal(logged(bench, "challenges="), challenges + 1);
		/* Every nonce good once: each request but the first meets a 401. */
		order(bench, "set amt nonce_uses 1");
		must(bench, ENFORCER_RELEASE, NULL);
		must(bench, ENFORCER_ISOLATE, &plan);
		assert_true(logged(bench, "challenges=") > challenges + 2);
		bench_free(bench);
	}
}

/* Every write of a preparation and of an isolation, cut in several ways, on a device that goes
 * on living. */
static void cut_connections_leave_nothing_double_and_nothing_behind(void **state)
{
	static const char *const kinds[] = { "reset-before", "reset-after", "reset-midway",
					     "truncate",     "garbage",     "html400",
					     "empty200",     "401",         "not-ready" };
	static const char *const none[] = { NULL };
	struct plan plan = repair();
	char command[128];

	(void)state;
	for (size_t kind = 0; kind < COUNT(kinds); kind++) {
		struct bench *bench = bench_new(none);

		for (unsigned at = 1; at <= 8; at++) {
			const char *objects;

			snprintf(command, sizeof(command), "fault amt %s at %u match create",
				 kinds[kind], at);
			order(bench, command);
			if (act(bench, ENFORCER_PREPARE, &plan) < 0)
				must(bench, ENFORCER_PREPARE, &plan);
			if (act(bench, ENFORCER_ISOLATE, &plan) < 0)
				must(bench, ENFORCER_ISOLATE, &plan);
			assert_true(bench->result.active);
			order(bench, "clear amt");
			must(bench, ENFORCER_PREPARE, &plan);
			objects = order(bench, "objects amt");
			if (mentions(objects, "crd-repair-") < 1 || mentions(objects, "-t0") != 3 ||
			    mentions(objects, "-r0") != 3)
				fail_msg("%s at create %u:\n%s", kinds[kind], at, objects);
			must(bench, ENFORCER_RELEASE, NULL);
			order(bench, "unprovision amt");
			order(bench, "mode amt acm");
			restart_client(bench);
		}
		bench_free(bench);
	}
}

/* A UDP datagram to 10.0.0.9 port 53, and a TCP packet with ACK to port 445. */
#define DNS_FRAME                                              \
	"0200000000020200000000010800450000200001000040110000" \
	"0a0100010a000009"                                     \
	"c0000035000c000041424344"
#define SMB_ACK_FRAME                                          \
	"0200000000020200000000010800450000280001000040060000" \
	"0a0100010a000009"                                     \
	"c00001bd00000001000000005010ffff00000000"

static struct plan measure(enum filter_action action, bool opening)
{
	struct plan plan = { .name = "m445" };

	for (unsigned i = 0; i < 2; i++)
		plan.filters[plan.filter_count++] =
			(struct filter){ .direction = FILTER_TRANSMIT,
					 .action = (uint8_t)action,
					 .count = true,
					 .ethertype = i ? 0x86dd : 0x0800,
					 .proto = 6,
					 .opening = opening,
					 .rate_per_s = action == FILTER_RATE_LIMIT ? 5 : 0,
					 .remote_port_first = 445,
					 .remote_port_last = 445,
					 .label = "m" };
	return plan;
}

static unsigned passed_of(struct bench *bench, const char *frame, unsigned count)
{
	char command[256];
	unsigned passed = 0;

	snprintf(command, sizeof(command), "frame amt tx %s", frame);
	for (unsigned i = 0; i < count; i++)
		passed += strncmp(order(bench, command), "pass", 4) == 0;
	return passed;
}

static void each_rung_of_the_ladder_does_what_it_says(void **state)
{
	static const struct {
		const char *name;
		enum filter_action action;
		unsigned smb_least, smb_most, dropped, counted;
	} cases[] = {
		{ "count", FILTER_PASS, 20, 20, 0, 20 },
		{ "limit", FILTER_RATE_LIMIT, 5, 7, 0, 20 },
		{ "block", FILTER_DROP, 0, 0, 20, 0 },
	};
	static const char *const none[] = { NULL };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bench *bench = bench_new(none);
		struct plan plan = measure(cases[i].action, false), all = repair();

		must(bench, ENFORCER_PREPARE, &plan);
		must(bench, ENFORCER_ISOLATE, &plan);
		assert_true(bench->result.active);
		assert_int_equal(bench->result.writes, 1);
		assert_in_range(passed_of(bench, SMB_FRAME, 20), cases[i].smb_least,
				cases[i].smb_most);
		assert_int_equal(passed_of(bench, DNS_FRAME, 5), 5);
		must(bench, ENFORCER_INSPECT, NULL);
		assert_int_equal(bench->result.dropped_transmit, cases[i].dropped);
		assert_int_equal(bench->result.counted, cases[i].counted);
		/* Up to the top: the isolation takes the measure's place. */
		must(bench, ENFORCER_ISOLATE, &all);
		assert_int_equal(passed_of(bench, DNS_FRAME, 3), 0);
		must(bench, ENFORCER_RELEASE, NULL);
		assert_int_equal(passed_of(bench, SMB_FRAME, 3), 3);
		bench_free(bench);
	}
}

/* The firmware's coding of TCP flags must be known: then connections that are open go on. */
static void a_limit_of_new_connections_spares_open_ones(void **state)
{
	static const struct {
		const char *options[3];
		uint8_t coding;
		bool spared;
	} cases[] = {
		{ { "--set", "flag_coding=bit" }, AMT_FLAGS_BITS, true },
		{ { "--set", "flag_coding=mask" }, AMT_FLAGS_MASKS, true },
		{ { "--set", "flag_coding=bit" }, AMT_FLAGS_UNKNOWN, false },
	};
	struct plan plan = measure(FILTER_RATE_LIMIT, true);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bench *bench = bench_new(cases[i].options);
		struct amt_config config = { .answer_timeout_ms = 2000,
					     .tcp_flags = cases[i].coding };

		amt_free(bench->amt);
		bench->amt = amt_new(&config, bench->loop, NULL);
		bench->enforcer = amt_enforcer(bench->amt);
		must(bench, ENFORCER_ISOLATE, &plan);
		assert_int_equal(strstr(bench->result.did, "limits all packets") != NULL,
				 !cases[i].spared);
		assert_in_range(passed_of(bench, SMB_FRAME, 20), 5, 7);
		assert_int_equal(passed_of(bench, SMB_ACK_FRAME, 20) == 20, cases[i].spared);
		bench_free(bench);
	}
}

/* The firmware ends it by itself; whoever still lives enables it anew, whatever the lapse has left. */
/* A TCP SYN to the repair server, from the given address. */
#define REPAIR_FRAME(from)                                                     \
	"0200000000020200000000010800450000280001000040060000" from "0a000005" \
	"c00021520000000100000000"                                             \
	"5002ffff00000000"

static void a_forged_source_is_dropped_where_the_port_can(void **state)
{
	static const char *const can[] = { "--ip", "10.1.0.1", NULL };
	static const char *const cannot[] = { "--ip", "10.1.0.1", "--set", "anti_spoofing=no",
					      NULL };
	struct bench *bench = bench_new(can);
	struct plan plan = repair();

	(void)state;
	plan.anti_spoofing = true;
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_non_null(strstr(order(bench, "frame amt tx " REPAIR_FRAME("0a010001")), "pass"));
	assert_non_null(strstr(order(bench, "frame amt tx " REPAIR_FRAME("0a010009")),
			       "drop anti-spoofing"));
	must(bench, ENFORCER_INSPECT, &plan);
	assert_true(bench->result.active);
	/* What is there is known again: flash is spared. */
	restart_client(bench);
	must(bench, ENFORCER_PREPARE, &plan);
	assert_int_equal(bench->result.writes, 0);
	plan.anti_spoofing = false;
	must(bench, ENFORCER_PREPARE, &plan);
	assert_int_equal(bench->result.writes, 7);
	bench_free(bench);

	bench = bench_new(cannot);
	plan.anti_spoofing = true;
	must(bench, ENFORCER_ISOLATE, &plan);
	assert_non_null(strstr(bench->result.did, "without anti-spoofing"));
	assert_non_null(strstr(order(bench, "frame amt tx " REPAIR_FRAME("0a010009")), "pass"));
	bench_free(bench);
}

static void what_has_lapsed_is_enabled_anew(void **state)
{
	static const char *const leaves[][3] = { { "--set", "timeout_leaves=inactive" },
						 { "--set", "timeout_leaves=gone" } };
	struct plan plan = repair();

	(void)state;
	for (size_t i = 0; i < COUNT(leaves); i++) {
		struct bench *bench = bench_new(leaves[i]);
		struct amt_config config = { .answer_timeout_ms = 2000, .dead_man_min = 2 };

		amt_free(bench->amt);
		bench->amt = amt_new(&config, bench->loop, NULL);
		bench->enforcer = amt_enforcer(bench->amt);
		must(bench, ENFORCER_ISOLATE, &plan);
		assert_int_equal(bench->result.ends_in_s, 120);
		for (unsigned round = 0; round < 3; round++) {
			assert_int_equal(passed_of(bench, SMB_FRAME, 3), 0);
			order(bench, "clock 121");
			assert_int_equal(passed_of(bench, SMB_FRAME, 3), 3);
			must(bench, ENFORCER_INSPECT, NULL);
			assert_false(bench->result.active);
			must(bench, ENFORCER_ISOLATE, &plan);
			assert_true(bench->result.active);
		}
		must(bench, ENFORCER_RELEASE, NULL);
		assert_int_equal(passed_of(bench, SMB_FRAME, 3), 3);
		bench_free(bench);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_rung_of_the_ladder_does_what_it_says),
		cmocka_unit_test(what_has_lapsed_is_enabled_anew),
		cmocka_unit_test(a_forged_source_is_dropped_where_the_port_can),
		cmocka_unit_test(a_limit_of_new_connections_spares_open_ones),
		cmocka_unit_test(the_whole_story_costs_what_it_should),
		cmocka_unit_test(an_isolation_is_two_requests_on_the_wire),
		cmocka_unit_test(habits_of_firmware_do_no_harm),
		cmocka_unit_test(a_machine_with_a_cable_and_a_radio_is_cut_off_at_both),
		cmocka_unit_test(who_is_cut_off_from_the_firmware_by_its_own_order_comes_back),
		cmocka_unit_test(strict_firmware_takes_every_message),
		cmocka_unit_test(what_cannot_be_is_said_beforehand),
		cmocka_unit_test(nothing_is_written_to_the_wrong_machine),
		cmocka_unit_test(a_foreign_policy_that_outranks_ours_is_named),
		cmocka_unit_test(a_wrong_password_is_tried_once),
		cmocka_unit_test(a_stale_nonce_is_no_wrong_password),
		cmocka_unit_test(cut_connections_leave_nothing_double_and_nothing_behind),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
