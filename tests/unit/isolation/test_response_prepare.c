/* SPDX-License-Identifier: Apache-2.0 */
/* test_response_prepare.c - what is written to each machine before it is needed, who hears what became of it, and when people's consent
 * counts. */
#include "core/isolation/response.h"

#include "tests/unit/isolation/response_bench.h"

/* Two measures of one kind twice, one of another range, one of another kind; isolating is the channel's. */
static const char rules[] = "version: 1\n"
			    "name: measures\n"
			    "channels:\n"
			    "  repair: [arp, dhcp]\n"
			    "  help: [arp, dhcp, { tcp: { to: 10.0.0.200, ports: [443] } }]\n"
			    "rules:\n"
			    "  - name: isolate\n"
			    "    when: { confidence: '>= 0.999999' }\n"
			    "    then: { isolate: { channel: repair, for: 4h } }\n"
			    "  - name: block\n"
			    "    when: { confidence: '>= 0.9999', role: lab }\n"
			    "    then: { block: { tcp: 445, for: 2h } }\n"
			    "  - name: block as well\n"
			    "    when: { confidence: '>= 0.9999', role: server }\n"
			    "    then: { block: { tcp: 445, for: 1h } }\n"
			    "  - name: block another\n"
			    "    when: { confidence: '>= 0.9999', role: kiosk }\n"
			    "    then: { block: { tcp: 139, for: 1h } }\n"
			    "  - name: count\n"
			    "    when: { confidence: '>= 0.99', role: lab }\n"
			    "    then: { count: { tcp: 445 } }\n"
			    "  - name: otherwise\n"
			    "    then: { watch: {} }\n";

struct heard {
	char diary[512];
	unsigned count;
};

static void note(void *arg, const struct asset *asset, const char *channel,
		 const struct enforcer_result *result)
{
	struct heard *heard = arg;
	size_t length = strlen(heard->diary);

	heard->count++;
	assert_int_equal(result->rc < 0, result->err && *result->err->text);
	snprintf(heard->diary + length, sizeof(heard->diary) - length, "%s%s/%s%s",
		 length ? " " : "", asset->name, channel, result->rc < 0 ? "!" : "");
}

/* One machine, and the rules above. */
static void open_bench(struct bench *bench, struct heard *heard)
{
	struct source *source = source_from_text("rules.yaml", rules, strlen(rules));
	struct complaints *complaints = complaints_new();
	struct asset asset = { .name = "pc-0", .role = "lab", .amt = { .present = true } };
	struct response_parts parts;

	memset(heard, 0, sizeof(*heard));
	bench_init(bench, 10);
	policy_free(bench->policy);
	roster_free(bench->roster);
	bench->policy = policy_load(source, NULL, complaints);
	assert_non_null(bench->policy);
	bench->roster = roster_new();
	asset.ip = bench_host(0).ip;
	roster_add(bench->roster, &asset);
	parts = (struct response_parts){ .policy = bench->policy,
					 .roster = bench->roster,
					 .guard = bench->guard,
					 .governor = bench->governor,
					 .enforcer = &bench->enforcer,
					 .facts = { bench, bench_tell },
					 .detector_name = bench_detector,
					 .prepared = note,
					 .prepared_arg = heard };
	response_free(bench->response);
	bench->response = response_new(&parts);
	complaints_free(complaints);
	source_free(source);
}

static void each_channel_and_each_measure_is_prepared_once(void **state)
{
	static const char *const plans[] = { "repair", "help", "b445", "b139", "c445" };
	struct heard heard;
	struct bench bench;

	(void)state;
	open_bench(&bench, &heard);
	assert_int_equal(response_prepare(bench.response), 5);
	assert_int_equal(bench.asked_count, 5);
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(bench.asked[i].act, ENFORCER_PREPARE);
		assert_string_equal(bench.asked[i].plan, plans[i]);
	}
	/* Only the last says that nothing else is wanted on the machine. */
	assert_int_equal(bench.complete, 1);
	bench_fini(&bench);
}

/* Firmware answers when it likes. */
static void each_preparation_is_told_once_when_it_is_answered(void **state)
{
	static const unsigned order[] = { 2, 0, 4, 3, 1 };
	static const char *const told[] = { "pc-0/b445", "pc-0/repair!", "pc-0/c445", "pc-0/b139",
					    "pc-0/help" };
	struct err err = { 0 };
	struct heard heard;
	struct bench bench;

	(void)state;
	open_bench(&bench, &heard);
	response_prepare(bench.response);
	err_set(&err, ERR_FAILED, "the device does not answer");
	for (unsigned i = 0; i < 5; i++) {
		const struct bench_question *asked = &bench.asked[order[i]];
		struct enforcer_result result = { .rc = order[i] ? 0 : ERR_FAILED,
						  .err = order[i] ? NULL : &err };

		heard.diary[0] = '\0';
		asked->done(asked->arg, &result);
		assert_string_equal(heard.diary, "");
		response_advance(bench.response, bench.now_ns);
		assert_string_equal(heard.diary, told[i]);
		response_advance(bench.response, bench.now_ns);
		assert_int_equal(heard.count, i + 1);
	}
	bench_fini(&bench);
}

static void several_are_told_in_one_step(void **state)
{
	struct enforcer_result result = { .rc = 0 };
	struct heard heard;
	struct bench bench;

	(void)state;
	open_bench(&bench, &heard);
	response_prepare(bench.response);
	bench.asked[1].done(bench.asked[1].arg, &result);
	bench.asked[3].done(bench.asked[3].arg, &result);
	response_advance(bench.response, bench.now_ns);
	assert_int_equal(heard.count, 2);
	assert_non_null(strstr(heard.diary, "pc-0/help"));
	assert_non_null(strstr(heard.diary, "pc-0/b139"));
	/* What is still awaited when it ends is nobody's any more. */
	bench_fini(&bench);
}

/* The first agreement cuts nobody off, and a cap that counted it would hold up the next machine for nothing. */
static void an_isolation_counts_when_the_last_person_agrees(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench, 10);
	bench_consider(&bench, BENCH_SERVER, 1, 15);
	assert_int_equal(governor_used(bench.governor, bench.now_ns), 0);
	assert_int_equal(response_approve(bench.response, 1, "anna", bench.now_ns, NULL), 0);
	assert_int_equal(governor_used(bench.governor, bench.now_ns), 0);
	assert_int_equal(response_approve(bench.response, 1, "bert", bench.now_ns, NULL), 0);
	assert_int_equal(governor_used(bench.governor, bench.now_ns), 1);
	bench_fini(&bench);
	/* Who is refused counts for nothing, nor does what the guard forbids meanwhile. */
	bench_init(&bench, 10);
	bench_consider(&bench, BENCH_SERVER, 1, 15);
	assert_int_equal(response_approve(bench.response, 1, "anna", bench.now_ns, NULL), 0);
	assert_true(response_approve(bench.response, 1, "anna", bench.now_ns, NULL) < 0);
	assert_int_equal(governor_used(bench.governor, bench.now_ns), 0);
	guard_never_mac(bench.guard, &(struct mac){ { 2, 0, 0, 0, 0, 10 + BENCH_SERVER } }, "x");
	assert_true(response_approve(bench.response, 1, "bert", bench.now_ns, NULL) < 0);
	assert_int_equal(governor_used(bench.governor, bench.now_ns), 0);
	bench_fini(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_channel_and_each_measure_is_prepared_once),
		cmocka_unit_test(each_preparation_is_told_once_when_it_is_answered),
		cmocka_unit_test(several_are_told_in_one_step),
		cmocka_unit_test(an_isolation_counts_when_the_last_person_agrees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
