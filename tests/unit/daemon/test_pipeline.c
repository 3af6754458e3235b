/* SPDX-License-Identifier: Apache-2.0 */
/* test_pipeline.c - the controller with a sensor made of records: what blindness holds up, and what goes back to the sensor. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/units.h"
#include "core/contact/contact.h"
#include "core/contact/host.h"
#include "core/daemon/pipeline.h"
#include "core/daemon/setup.h"
#include "core/feed/feed.h"
#include "core/feed/record.h"

#define T0   UINT64_C(1772452800000000000)
#define S(n) (T0 + s_to_ns(n))

static const char policy[] =
	"version: 1\nname: t\nchannels:\n  repair: [arp, dhcp]\nrules:\n"
	"  - name: worm\n    when: { confidence: \">= 0.9999\", role: workstation }\n"
	"    then: { isolate: { channel: repair, for: 1h } }\n"
	"  - name: watch\n    then: { watch: {} }\n";
static const char assets[] =
	"assets:\n"
	"  - { name: pc-23, ip: 10.20.0.23, role: workstation, amt: { address: 127.0.0.1, tls: none, password: "
	"\"env:NONE\" } }\n"
	"  - { name: pc-24, ip: 10.20.0.24, role: workstation, amt: { address: 127.0.0.2, tls: none, password: "
	"\"env:NONE\" } }\n";

struct stage {
	char folder[64], policy[96], assets[96], eve[96];
	struct setup setup;
	struct feed *told, *orders;
	struct pipeline *pipeline;
};

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/* eve: where facts go; NULL = into the folder */
static void open_stage_at(struct stage *stage, const char *eve)
{
	struct setup_paths paths = { .policy = stage->policy,
				     .assets = stage->assets,
				     .eve = stage->eve };
	struct pipeline_config config = { .setup = &stage->setup, .apart = true };
	struct err err = { 0 };

	snprintf(stage->folder, sizeof(stage->folder), "/tmp/cordon-pipeline-XXXXXX");
	assert_non_null(mkdtemp(stage->folder));
	snprintf(stage->policy, sizeof(stage->policy), "%s/policy.yaml", stage->folder);
	snprintf(stage->assets, sizeof(stage->assets), "%s/assets.yaml", stage->folder);
	snprintf(stage->eve, sizeof(stage->eve), "%s/eve.json", stage->folder);
	if (eve)
		snprintf(stage->eve, sizeof(stage->eve), "%s", eve);
	write_file(stage->policy, policy);
	write_file(stage->assets, assets);
	if (setup_read(&stage->setup, &paths, stderr, &err) < 0)
		fail_msg("%s", err.text);
	config.told = stage->told = feed_queue_new(64);
	config.orders = stage->orders = feed_queue_new(64);
	stage->pipeline = pipeline_new(&config, &err);
	if (!stage->pipeline)
		fail_msg("%s", err.text);
	pipeline_step(stage->pipeline, T0);
}

static void open_stage(struct stage *stage)
{
	open_stage_at(stage, NULL);
}

static void take_down(struct stage *stage)
{
	pipeline_free(stage->pipeline);
	feed_free(stage->told);
	feed_free(stage->orders);
	setup_fini(&stage->setup);
	unlink(stage->policy);
	unlink(stage->assets);
	if (strncmp(stage->eve, stage->folder, strlen(stage->folder)) == 0)
		unlink(stage->eve);
	rmdir(stage->folder);
}

static void close_stage(struct stage *stage)
{
	assert_int_equal(pipeline_finish(stage->pipeline, NULL), 0);
	take_down(stage);
}

static void state(struct stage *stage, const char *host, double level, uint64_t now_ns)
{
	struct record record = { .type = RECORD_EVIDENCE,
				 .wall_ns = now_ns,
				 .hosts = 100,
				 .evidence = { .detector = DETECTOR_TRW,
					       .port_class = CLASS_WORM_PORT,
					       .port = 445,
					       .contact_kind = CONTACT_TCP,
					       .log_odds = level,
					       .contacts = 5,
					       .failed = 5,
					       .first_contact_ns = now_ns - s_to_ns(1),
					       .last_contact_ns = now_ns,
					       .stated_ns = now_ns } };

	assert_true(ip_parse(host, &record.evidence.host.ip));
	feed_publish(stage->told, &record);
	pipeline_step(stage->pipeline, now_ns);
}

static void pulse(struct stage *stage, uint64_t frames, uint64_t now_ns)
{
	struct record record = { .type = RECORD_PULSE,
				 .wall_ns = now_ns,
				 .pulse = { frames, 0, 0 } };

	feed_publish(stage->told, &record);
	pipeline_advance(stage->pipeline, now_ns);
}

static unsigned told(const struct stage *stage, const char *what, const char *also)
{
	FILE *file = fopen(stage->eve, "r");
	char line[8192];
	unsigned count = 0;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		count += strstr(line, what) && strstr(line, also);
	fclose(file);
	return count;
}

static void ask(struct stage *stage, const char *word, struct buf *answer, uint64_t now_ns)
{
	char *words[2] = { NULL, NULL };

	words[0] = strdup(word);
	buf_clear(answer);
	assert_int_equal(pipeline_command(stage->pipeline, words, "test", now_ns, answer, NULL), 0);
	free(words[0]);
}

static void while_the_sensor_is_gone_people_decide_and_afterwards_it_goes_on(void **unused)
{
	struct stage stage;

	(void)unused;
	open_stage(&stage);
	pulse(&stage, 10, S(0));
	pipeline_sensor_lost(stage.pipeline, "killed", S(1), S(1));
	state(&stage, "10.20.0.23", 16, S(2)); /* still in the feed when it died */
	assert_int_equal(told(&stage, "\"event_type\":\"decision\"", "the sensor is blind: killed"),
			 1);
	assert_int_equal(told(&stage, "\"event_type\":\"isolation\"", "\"awaiting_approval\""), 1);
	assert_int_equal(told(&stage, "\"event_type\":\"isolation\"", "\"applied\""), 0);
	pulse(&stage, 1, S(3));
	assert_int_equal(told(&stage, "\"event_type\":\"sensor\"", "\"state\":\"back\""), 1);
	state(&stage, "10.20.0.23", 17.5, S(10));
	assert_int_equal(told(&stage, "\"event_type\":\"isolation\"", "\"applied\""), 0);
	pulse(&stage, 2, S(64));
	assert_int_equal(told(&stage, "\"event_type\":\"sensor\"", "\"state\":\"sees\""), 1);
	state(&stage, "10.20.0.24", 16, S(65));
	assert_int_equal(told(&stage, "\"event_type\":\"isolation\"", "\"applied\""), 1);
	close_stage(&stage);
}

static void a_controller_that_was_held_up_does_not_blame_the_sensor(void **unused)
{
	struct record waits = { .type = RECORD_PULSE, .wall_ns = S(1), .pulse = { 20, 0, 0 } };
	struct stage stage;

	(void)unused;
	open_stage(&stage);
	pulse(&stage, 10, S(0));
	feed_publish(stage.told, &waits);
	pipeline_advance(stage.pipeline, S(20)); /* a slow disk */
	assert_int_equal(told(&stage, "\"event_type\":\"sensor\"", "\"blind\""), 0);
	pipeline_advance(stage.pipeline, S(26));
	assert_int_equal(told(&stage, "\"event_type\":\"sensor\"", "the sensor is silent"), 1);
	close_stage(&stage);
}

static void what_waits_for_people_is_told_by_health(void **unused)
{
	struct stage stage;
	struct buf answer;

	(void)unused;
	open_stage(&stage);
	buf_init(&answer, 4096);
	ask(&stage, "health", &answer, S(1));
	assert_null(strstr(answer.text, "blind"));
	pipeline_sensor_lost(stage.pipeline, "killed", S(1), S(1));
	ask(&stage, "health", &answer, S(2));
	assert_non_null(strstr(answer.text, "automatic isolation pauses: killed"));
	buf_fini(&answer);
	close_stage(&stage);
}

static void what_a_full_disk_swallowed_is_told_by_health(void **unused)
{
	struct stage stage;
	struct buf answer;

	(void)unused;
	open_stage_at(&stage, "/dev/full");
	buf_init(&answer, 4096);
	ask(&stage, "health", &answer, S(1));
	assert_null(strstr(answer.text, "unwritten"));
	state(&stage, "10.20.0.23", 8, S(1)); /* suspected: an incident and a decision */
	ask(&stage, "health", &answer, S(9));
	assert_non_null(strstr(answer.text, "unwritten 2 times since 2026-03-02T12:00:01"));
	assert_non_null(strstr(answer.text, "/dev/full: cannot write: No space left on device"));
	buf_fini(&answer);
	assert_true(pipeline_finish(stage.pipeline, NULL) < 0);
	take_down(&stage);
}

static void a_release_is_an_order_to_forget(void **unused)
{
	struct stage stage;
	struct record order;
	struct buf answer;
	char *words[] = { (char[]){ "release" }, (char[]){ "1" }, NULL };

	(void)unused;
	open_stage(&stage);
	buf_init(&answer, 4096);
	state(&stage, "10.20.0.23", 16, S(1));
	assert_int_equal(told(&stage, "\"event_type\":\"isolation\"", "\"applied\""), 1);
	assert_false(feed_next(stage.orders, &order));
	assert_int_equal(pipeline_command(stage.pipeline, words, "test", S(5), &answer, NULL), 0);
	pipeline_advance(stage.pipeline, S(6));
	assert_true(feed_next(stage.orders, &order));
	assert_int_equal(order.type, RECORD_FORGET);
	assert_int_equal(order.forget.ip.bytes[15], 23);
	buf_fini(&answer);
	close_stage(&stage);
}

/* Answers "ok ..." or the refusal. */
static const char *command(struct stage *stage, const char *line, uint64_t now_ns)
{
	static char said[2048];
	char copy[256], *rest = copy, *words[16] = { NULL };
	struct err err = { 0 };
	struct buf answer;

	snprintf(copy, sizeof(copy), "%s", line);
	for (size_t i = 0; i < 15 && (words[i] = strsep(&rest, " ")) != NULL; i++)
		;
	buf_init(&answer, sizeof(said));
	if (pipeline_command(stage->pipeline, words, "anna", now_ns, &answer, &err) == 0)
		snprintf(said, sizeof(said), "ok %s", answer.length ? answer.text : "");
	else
		snprintf(said, sizeof(said), "%s", err.text);
	buf_fini(&answer);
	return said;
}

static void a_person_isolates_and_releases_by_name(void **unused)
{
	struct stage stage;
	struct record order;

	(void)unused;
	open_stage(&stage);
	assert_non_null(
		strstr(command(&stage, "isolate pc-25 -", S(1)), "did you mean \"pc-23\"?"));
	assert_non_null(strstr(command(&stage, "isolate pc-23 lan", S(1)), "it has: repair"));
	assert_non_null(
		strstr(command(&stage, "isolate pc-23 - smells of smoke", S(2)),
		       "ok isolation 1 of pc-23 through channel \"repair\" is requested\n"
		       "as rule 1 \"worm\" says, it ends by itself 1h after it was applied\n"
		       "note: on paper only"));
	assert_int_equal(told(&stage, "\"event_type\":\"decision\"",
			      "\"asked_by\":\"anna\",\"why\":\"smells of smoke\""),
			 1);
	assert_int_equal(told(&stage, "\"event_type\":\"decision\"", "\"confidence\""), 0);
	assert_int_equal(told(&stage, "\"applied\"", "\"asked_by\":\"anna\""), 1);
	assert_non_null(strstr(command(&stage, "isolations", S(3)), "by anna: smells of smoke"));
	assert_non_null(strstr(command(&stage, "isolate 10.20.0.23 -", S(3)), "isolated already"));
	assert_non_null(strstr(command(&stage, "release pc-24", S(4)), "pc-24 is not isolated"));
	assert_string_equal(command(&stage, "release 10.20.0.23 cleaned", S(4)),
			    "ok isolation 1 is being released");
	pipeline_advance(stage.pipeline, S(5));
	assert_int_equal(told(&stage, "\"released\"", "\"reason\":\"cleaned (anna)\""), 1);
	assert_true(feed_next(stage.orders, &order));
	assert_int_equal(order.type, RECORD_FORGET);
	close_stage(&stage);
}

static void by_hand_a_suspect_keeps_its_incident(void **unused)
{
	struct stage stage;

	(void)unused;
	open_stage(&stage);
	state(&stage, "10.20.0.24", 8, S(1));
	assert_non_null(strstr(command(&stage, "isolate pc-24 -", S(2)), "ok isolation 1"));
	assert_int_equal(told(&stage, "\"event_type\":\"isolation\"", "\"id\":1,\"incident\":1,"),
			 2);
	close_stage(&stage);
}

static void counters_are_those_of_the_latest_pulse_and_of_the_controller(void **unused)
{
	static const char *const lines[] = {
		"\ncordon_sensor_packets_total 1234\n",
		"\ncordon_sensor_hosts 56\n",
		"\ncordon_incidents_opened_total 1\n",
		"\ncordon_incidents_convicted_total 1\n",
		"\ncordon_evidence_stale_total 1\n",
		"\ncordon_controller_blind 0\n",
		"\ncordon_controller_incidents_open 1\n",
		"\ncordon_controller_isolations 1\n",
		"\ncordon_controller_facts_unwritten_total 0\n",
		"\ncordon_controller_orders_lost_total 0",
	};
	struct record counts = { .type = RECORD_COUNTS,
				 .wall_ns = S(1),
				 .sensor = { .packets = 1234, .hosts = 56 } };
	struct stage stage;
	struct buf answer;

	(void)unused;
	open_stage(&stage);
	buf_init(&answer, 65536);
	state(&stage, "10.20.0.23", 16, S(1));
	state(&stage, "10.20.0.23", 16, S(1));
	feed_publish(stage.told, &counts);
	pipeline_step(stage.pipeline, S(2));
	ask(&stage, "stats", &answer, S(3));
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (!strstr(answer.text, lines[i]))
			fail_msg("no \"%s\" in %s", lines[i], answer.text);
	pipeline_sensor_lost(stage.pipeline, "killed", S(4), S(4));
	ask(&stage, "stats", &answer, S(5));
	assert_non_null(strstr(answer.text, "\ncordon_controller_blind 1\n"));
	assert_null(strstr(answer.text, "\n\n"));
	buf_fini(&answer);
	close_stage(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(while_the_sensor_is_gone_people_decide_and_afterwards_it_goes_on),
		cmocka_unit_test(a_controller_that_was_held_up_does_not_blame_the_sensor),
		cmocka_unit_test(what_waits_for_people_is_told_by_health),
		cmocka_unit_test(what_a_full_disk_swallowed_is_told_by_health),
		cmocka_unit_test(a_release_is_an_order_to_forget),
		cmocka_unit_test(a_person_isolates_and_releases_by_name),
		cmocka_unit_test(by_hand_a_suspect_keeps_its_incident),
		cmocka_unit_test(counters_are_those_of_the_latest_pulse_and_of_the_controller),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
