/* SPDX-License-Identifier: Apache-2.0 */
/* What was said, in words of observation.h, and what content makes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/detectors/said.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

enum { MUCH = RPC_BIG_STUB_BYTES + 1, LITTLE = 200 };

static struct observation rpc(unsigned server, unsigned interface, unsigned opnum,
			      uint32_t stub_bytes)
{
	struct observation o = said_to(server, 0, OBSERVED_RPC);

	o.rpc = (struct observed_rpc){ .interface = (uint8_t)interface,
				       .opnum = (uint16_t)opnum,
				       .stub_bytes = stub_bytes };
	return o;
}

static struct observation smb(unsigned server, uint64_t ms, unsigned act, bool is_answer)
{
	struct observation o = said_to(server, ms, OBSERVED_SMB);

	o.smb = (struct observed_smb){ .act = (uint8_t)act, .is_answer = is_answer };
	return o;
}

static struct observation datagram(unsigned server, unsigned what)
{
	struct observation o = said_to(server, 0, OBSERVED_DATAGRAM);

	o.datagram = (uint8_t)what;
	return o;
}

static struct observation climbing(struct observation o)
{
	o.rpc.climbs = true;
	return o;
}
static struct observation endless(struct observation o)
{
	o.rpc.endless_server = true;
	return o;
}

static void one_message_that_only_an_exploit_sends_convicts(void **state)
{
	struct observation exploits[] = {
		smb(1, 0, SMB_NT_TRANS_OVERSIZE, false),
		smb(1, 0, SMB_TRANS_CONTRADICTION, false),
		smb(1, 0, SMB_IMPLANT_PING, false),
		climbing(rpc(1, RPC_SRVSVC, 31, LITTLE)),
		rpc(1, RPC_LSARPC, 9, MUCH),
		endless(rpc(1, RPC_ACTIVATION, 4, MUCH)),
		smb(1, 0, SMB_IMPOSSIBLE_SIZE, false),
		smb(1, 0, SMB_IMPOSSIBLE_TOKEN, false),
	};

	(void)state;
	for (size_t i = 0; i < COUNT(exploits); i++) {
		struct scene scene;

		scene_start(&scene);
		scene_said(&scene, &exploits[i]);
		assert_int_equal(scene.convicted, 1);
		assert_int_equal(scene.latest.detector, DETECTOR_CONTENT);
		assert_int_equal(scene.latest.port_class, CLASS_CONTENT);
		assert_int_equal(scene.latest.kind, EVIDENCE_WORM);
		assert_int_equal(scene.contacts_at_conviction, 1);
		scene_stop(&scene);
	}
}

static void what_clients_say_every_day_is_nothing(void **state)
{
	struct observation ordinary[] = {
		rpc(1, RPC_SRVSVC, 31, LITTLE),       rpc(1, RPC_SRVSVC, 15, MUCH),
		rpc(1, RPC_LSARPC, 9, LITTLE),        rpc(1, RPC_LSARPC, 15, MUCH),
		rpc(1, RPC_ACTIVATION, 4, MUCH),      rpc(1, RPC_SVCCTL, 12, LITTLE),
		smb(1, 0, SMB_ADMIN_SHARE, false),    smb(1, 0, SMB_IMPLANT_ANSWER, true),
		smb(1, 0, SMB_PEEK_PIPE_PROBE, true), smb(2, 0, SMB_ADMIN_WRITE, false),
	};
	struct scene scene;

	(void)state;
	scene_start(&scene);
	for (size_t i = 0; i < COUNT(ordinary); i++)
		scene_said(&scene, &ordinary[i]);
	assert_int_equal(scene.statements, 0);
	scene_stop(&scene);
}

static void a_single_packet_that_may_be_forged_needs_a_second_target(void **state)
{
	(void)state;
	for (unsigned what = 0; what < DATAGRAMS; what++) {
		struct observation one = datagram(1, what), two = datagram(2, what);
		struct scene scene;

		scene_start(&scene);
		for (unsigned n = 0; n < 20; n++)
			scene_said(&scene, &one);
		assert_int_equal(scene.convicted, 0);
		assert_true(scene.highest >= SUSPECT_NATS);
		scene_said(&scene, &two);
		assert_int_equal(scene.convicted, 1);
		scene_stop(&scene);
	}
}

static void what_is_wrong_with_a_call_convicts_at_once_but_for_one(void **state)
{
	(void)state;
	for (unsigned wrong = 1; wrong < RPC_WRONGS; wrong++) {
		struct scene scene;

		scene_start(&scene);
		for (unsigned server = 1; server < 9; server++) {
			struct observation call = rpc(server, RPC_SPOOLSS, 89, LITTLE);

			call.rpc.wrong = (uint8_t)wrong;
			scene_said(&scene, &call);
			if (server == 1)
				assert_int_equal(scene.convicted, wrong != RPC_DISTANT_DRIVER);
		}
		assert_true(scene.highest >= SUSPECT_NATS);
		assert_int_equal(scene.highest >= CONVICT_NATS, wrong != RPC_DISTANT_DRIVER);
		scene_stop(&scene);
	}
}

static void what_administrators_and_scanners_do_never_convicts(void **state)
{
	static const unsigned acts[] = { SMB_NT_TRANS_RESERVED, SMB_PEEK_PIPE_PROBE,
					 SMB_ADMIN_WRITE };

	(void)state;
	for (size_t i = 0; i < COUNT(acts); i++) {
		struct scene scene;

		scene_start(&scene);
		for (unsigned server = 1; server < 60; server++) {
			struct observation first = smb(server, 0, acts[i], false),
					   call = rpc(server, RPC_SVCCTL, 12, LITTLE);

			scene_said(&scene, &first);
			scene_said(&scene, &call);
			scene_said(&scene, &call);
			if (server == 1)
				assert_true(scene.highest < SUSPECT_NATS);
		}
		assert_true(scene.highest >= SUSPECT_NATS && scene.highest < 9.3);
		scene_stop(&scene);
	}
}

static void a_service_call_counts_after_a_write_to_that_server_not_long_ago(void **state)
{
	static const struct {
		unsigned written, called;
		uint64_t later_ms;
		bool counts;
	} cases[] = {
		{ 1, 1, 1000, true },
		{ 1, 1, 599000, true },
		{ 1, 1, 700000, false },
		{ 1, 2, 1000, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct observation write = smb(cases[i].written, 0, SMB_ADMIN_WRITE, false);
		struct observation call = rpc(cases[i].called, RPC_ATSVC, 0, LITTLE);
		struct scene scene;

		scene_start(&scene);
		call.contact.opened_ns = wire_ns(cases[i].later_ms);
		scene_said(&scene, &write);
		scene_said(&scene, &call);
		assert_int_equal(scene.statements > 0, cases[i].counts);
		scene_stop(&scene);
	}
}

/* A call by 10.0.0.5 that has the nth server run something. */
static struct observation running(unsigned server, uint64_t ms, unsigned how)
{
	struct observation o = said_to(server, ms, OBSERVED_RPC);

	o.rpc.interface = how == RUNS_JOB ? RPC_SVCCTL : RPC_WMI;
	o.rpc.runs = (uint8_t)how;
	return o;
}

/* Below three nats nothing is stated, so a service made elsewhere comes on top. */
static void what_is_run_without_a_file_weighs_little_however_often(void **state)
{
	static const struct {
		const char *what;
		unsigned share_of, act, runs;
		uint64_t later_ms;
		double level;
	} cases[] = {
		{ "a service", 9, SMB_ADMIN_SHARE, RUNS_JOB, 1000, 4.5 },
		{ "a method", 9, SMB_ADMIN_SHARE, RUNS_COMMAND, 1000, 0 },
		{ "a method, its server's share open", 1, SMB_ADMIN_SHARE, RUNS_COMMAND, 1000,
		  4.5 },
		{ "the share of long ago", 1, SMB_ADMIN_SHARE, RUNS_COMMAND, 700000, 0 },
		{ "a method, after a file", 1, SMB_ADMIN_WRITE, RUNS_COMMAND, 1000, 4.6 },
		{ "a service, after a file", 1, SMB_ADMIN_WRITE, RUNS_JOB, 1000, 4.6 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct observation share = smb(cases[i].share_of, 0, cases[i].act, false);
		struct observation call = running(1, cases[i].later_ms, cases[i].runs);
		struct scene scene;
		double level;

		scene_start(&scene);
		scene_said(&scene, &share);
		scene_said(&scene, &call);
		call = running(2, cases[i].later_ms, RUNS_JOB);
		scene_said(&scene, &call);
		level = scene.highest_by[DETECTOR_CONTENT];
		if (level < cases[i].level - 0.05 || level > cases[i].level + 0.05)
			fail_msg("%s: %.2f nats", cases[i].what, level);
		for (unsigned server = 3; server < 60; server++) {
			call = running(server, cases[i].later_ms + server, RUNS_JOB);
			scene_said(&scene, &call);
		}
		assert_true(scene.highest_by[DETECTOR_CONTENT] < 4.7);
		scene_stop(&scene);
	}
}

/* Lowercase: its share is written to; uppercase: a service is called there. */
static void the_last_four_servers_written_to_are_remembered(void **state)
{
	static const struct {
		const char *story;
		unsigned runs; /* servers on which a program was run */
	} cases[] = {
		{ "aA", 1 },          { "abcdABCD", 4 },   { "abcdeEDCB", 4 }, { "abcdeA", 0 },
		{ "aaaabcdABCD", 4 }, { "abacadABCD", 4 }, { "abbbcdAD", 2 },  { "aAbBA", 2 },
		{ "abacdeB", 1 },     { "abcdaeA", 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;
		unsigned runs = 0;

		scene_start(&scene);
		for (const char *s = cases[i].story; *s; s++) {
			bool is_write = *s >= 'a';
			unsigned server = (unsigned)(*s - (is_write ? 'a' : 'A')) + 1;
			struct observation o = is_write ? smb(server, 0, SMB_ADMIN_WRITE, false)
							: rpc(server, RPC_ATSVC, 0, LITTLE);
			unsigned before = scene.statements;

			scene_said(&scene, &o);
			runs += scene.statements > before;
		}
		/* From the third on the ceiling is reached, and nothing new is stated. */
		if (runs != (cases[i].runs < 2 ? cases[i].runs : 2) && runs != cases[i].runs)
			fail_msg("%s: %u", cases[i].story, runs);
		scene_stop(&scene);
	}
}

static void each_of_several_servers_counts_once(void **state)
{
	struct scene scene;

	(void)state;
	scene_start(&scene);
	for (unsigned round = 0; round < 5; round++)
		for (unsigned server = 1; server <= 2; server++) {
			struct observation o = smb(server, (round * 2 + server) * UINT64_C(20000),
						   SMB_TRANS_CONTRADICTION, false);

			scene_said(&scene, &o);
		}
	assert_true(scene.highest > 27.9 && scene.highest < 28.1);
	scene_stop(&scene);
}

static void a_request_of_a_web_worm_makes_a_suspect(void **state)
{
	struct observation o = said_to(1, 0, OBSERVED_REQUEST);
	struct scene scene;

	(void)state;
	scene_start(&scene);
	o.request = REQUEST_WEB_WORM;
	scene_said(&scene, &o);
	assert_true(scene.highest > 6.9 && scene.highest < 7.1);
	scene_stop(&scene);
}

static void of_one_server_only_the_worst_fact_counts(void **state)
{
	struct observation probe = smb(1, 0, SMB_PEEK_PIPE_PROBE, false),
			   exploit = smb(1, 0, SMB_TRANS_CONTRADICTION, false);
	struct scene scene;
	unsigned statements;

	(void)state;
	scene_start(&scene);
	scene_said(&scene, &probe);
	scene_said(&scene, &exploit);
	assert_int_equal(scene.contacts_at_conviction, 1);
	statements = scene.statements;
	assert_true(scene.highest < 14.1);
	for (unsigned n = 0; n < 10; n++) {
		scene_said(&scene, &exploit);
		scene_said(&scene, &probe);
	}
	assert_true(scene.highest < 14.1);
	assert_int_equal(scene.statements, statements);
	scene_stop(&scene);
}

static struct observation asked(const char *name, unsigned resolver, unsigned rcode)
{
	struct observation o = said_to(resolver, 0, OBSERVED_NAME);

	snprintf(o.name.text, sizeof(o.name.text), "%s", name);
	o.name.type = 1;
	o.name.rcode = (uint8_t)rcode;
	o.contact.dst_port = 53;
	return o;
}

/* Nobody has seen it answer yet, so that it serves names is not known. */
static void a_resolver_that_passes_the_question_on_is_no_worm(void **state)
{
	static const char *const name = "www.iuqerfsodp9ifjaposdfjhgosurijfaewrwergwea.com";
	struct observation question = asked(name, 53, OBSERVED_UNANSWERED),
			   passed_on = asked(name, 8, OBSERVED_UNANSWERED),
			   answer_above = asked(name, 8, 0), answer = asked(name, 53, 0);
	struct scene scene;

	(void)state;
	for (unsigned later_s = 0; later_s <= 60; later_s += 60) {
		passed_on.contact.src = answer_above.contact.src = question.contact.dst;
		passed_on.contact.opened_ns += later_s * UINT64_C(1000000000);
		answer_above.contact.opened_ns += later_s * UINT64_C(1000000000);
		scene_start(&scene);
		scene_said(&scene, &question);
		scene_said(&scene, &passed_on);
		scene_said(&scene, &answer_above);
		assert_int_equal(scene.convicted, later_s > 0); /* of its own accord */
		scene_said(&scene, &answer);
		assert_int_equal(scene.convicted, 1 + (later_s > 0));
		scene_stop(&scene);
	}
}

/* Behind a mirror of the way to the Internet nobody sees whom it answers. */
static void who_finds_answers_itself_is_no_worm(void **state)
{
	static const char *const name = "www.iuqerfsodp9ifjaposdfjhgosurijfaewrwergwea.com";
	static const struct {
		unsigned servers, minutes_apart;
		bool convicted;
	} cases[] = { { 0, 0, true }, { 3, 0, true }, { 6, 0, false }, { 6, 5, true } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct observation lookup = asked(name, 1, OBSERVED_UNANSWERED),
				   answer = asked(name, 1, 0);
		struct scene scene;

		scene_start(&scene);
		for (unsigned n = 0; n < cases[i].servers; n++) {
			struct observation other = asked("www.example.com", 1, OBSERVED_UNANSWERED);

			other.contact.dst = scene_ip("81.2.3.0", n * 7);
			other.contact.opened_ns +=
				n * cases[i].minutes_apart * UINT64_C(60000000000);
			lookup.contact.opened_ns = other.contact.opened_ns;
			answer.contact.opened_ns = other.contact.opened_ns;
			scene_said(&scene, &other);
		}
		lookup.contact.dst = answer.contact.dst = wire_ip("81.2.9.1");
		scene_said(&scene, &lookup);
		scene_said(&scene, &answer);
		if ((scene.convicted > 0) != cases[i].convicted)
			fail_msg("%u servers, %u minutes apart", cases[i].servers,
				 cases[i].minutes_apart);
		scene_stop(&scene);
	}
}

static void asking_for_the_kill_switch_convicts_when_the_answer_comes(void **state)
{
	static const char *const main_name = "www.iuqerfsodp9ifjaposdfjhgosurijfaewrwergwea.com";
	static const struct {
		const char *what, *name;
		bool is_asked;
		unsigned rcode;
		uint16_t roles;
		bool suspect, convict;
	} cases[] = {
		{ "it exists", main_name, true, 0, 0, true, true },
		{ "it is blocked here", main_name, true, 3, 0, true, true },
		{ "no answer", main_name, true, OBSERVED_UNANSWERED, 0, true, false },
		{ "an answer that nobody asked for", main_name, false, 0, 0, false, false },
		{ "a variant's", "www.ifferfsodp9ifjaposdfjhgosurijfaewrwergwea.com", true, 0, 0,
		  true, true },
		{ "another variant's", "iuqssfsodp9ifjaposdfjhgosurijfaewrwergwea.com", true, 3, 0,
		  true, true },
		{ "the resolver asks", main_name, true, 0, HOST_DNS_SERVER, false, false },
		{ "another name", "www.iuqerfsodp9ifjaposdfjhgosurijfaewrwergwea.com.example", true,
		  0, 0, false, false },
		{ "an ordinary name", "www.example.com", true, 0, 0, false, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct observation question = asked(cases[i].name, 53, OBSERVED_UNANSWERED),
				   answer = asked(cases[i].name, 53, cases[i].rcode);
		struct scene scene;

		question.contact.roles = answer.contact.roles = cases[i].roles;
		scene_start(&scene);
		for (unsigned n = 0; n < 3; n++) {
			if (cases[i].is_asked)
				scene_said(&scene, &question);
			scene_said(&scene, &answer);
		}
		if ((scene.highest_by[DETECTOR_CONTENT] >= SUSPECT_NATS) != cases[i].suspect ||
		    (scene.highest_by[DETECTOR_CONTENT] >= CONVICT_NATS) != cases[i].convict)
			fail_msg("%s: %.1f nats", cases[i].what,
				 scene.highest_by[DETECTOR_CONTENT]);
		scene_stop(&scene);
	}
}

static void an_attacker_out_in_the_internet_is_shown_and_not_convicted(void **state)
{
	struct scene scene;

	(void)state;
	scene_start(&scene);
	for (unsigned server = 1; server < 9; server++) {
		struct observation exploit = climbing(rpc(server, RPC_SRVSVC, 31, LITTLE));

		exploit.contact.roles = HOST_BEYOND;
		scene_said(&scene, &exploit);
	}
	assert_true(scene.highest >= SUSPECT_NATS && scene.highest < 9.3);
	scene_stop(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_run_without_a_file_weighs_little_however_often),
		cmocka_unit_test(one_message_that_only_an_exploit_sends_convicts),
		cmocka_unit_test(what_clients_say_every_day_is_nothing),
		cmocka_unit_test(a_single_packet_that_may_be_forged_needs_a_second_target),
		cmocka_unit_test(what_is_wrong_with_a_call_convicts_at_once_but_for_one),
		cmocka_unit_test(what_administrators_and_scanners_do_never_convicts),
		cmocka_unit_test(a_service_call_counts_after_a_write_to_that_server_not_long_ago),
		cmocka_unit_test(a_resolver_that_passes_the_question_on_is_no_worm),
		cmocka_unit_test(who_finds_answers_itself_is_no_worm),
		cmocka_unit_test(asking_for_the_kill_switch_convicts_when_the_answer_comes),
		cmocka_unit_test(an_attacker_out_in_the_internet_is_shown_and_not_convicted),
		cmocka_unit_test(the_last_four_servers_written_to_are_remembered),
		cmocka_unit_test(each_of_several_servers_counts_once),
		cmocka_unit_test(a_request_of_a_web_worm_makes_a_suspect),
		cmocka_unit_test(of_one_server_only_the_worst_fact_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
