/* SPDX-License-Identifier: Apache-2.0 */
/* Random policies against an obvious oracle: the model below knows nothing of YAML, intervals or
 * implication.  The same runs test the claim "can never fire": the oracle must not find an input
 * for which the rule would. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/policy/decision.h"
#include "tests/unit/policy/fixture.h"

#define POLICIES 600
#define INPUTS   200
#define RULES    5

static const char *const roles[] = { "workstation", "server", "phone", "unknown" };
static const char *const tags[] = { "a", "b", "c" };
static const char *const detectors[] = { "arpsweep", "trw", "fanout" };
static const char *const days[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };

/* A mask of 0 means that the condition is not there. */
struct model {
	unsigned roles, tag_any, tags_all, any, all, none, days, not_roles, not_tag_any;
	bool has_log_odds, at_most, has_port, has_hours, has_host;
	int log_odds, port_low, port_high, from, to, host_bits, host;
};

struct facts {
	unsigned role, tags, evidence, day, minute, port, host;
	int log_odds;
};

static bool hours_hold(const struct model *m, const struct facts *f)
{
	unsigned week = f->day * 1440 + f->minute;
	int from = m->has_hours ? m->from * 60 : 0, to = m->has_hours ? m->to * 60 : 1440;
	unsigned mask = m->days ? m->days : 127;

	if (!m->days && !m->has_hours)
		return true;
	if (to <= from)
		to += 1440;
	for (unsigned day = 0; day < 7; day++)
		for (int minute = from; mask >> day & 1 && minute < to; minute++)
			if ((day * 1440 + (unsigned)minute) % 10080 == week)
				return true;
	return false;
}

static bool oracle_holds(const struct model *m, const struct facts *f)
{
	bool excepted = (m->not_roles || m->not_tag_any) &&
			(!m->not_roles || m->not_roles >> f->role & 1) &&
			(!m->not_tag_any || m->not_tag_any & f->tags);

	return (!m->roles || m->roles >> f->role & 1) && (!m->tag_any || m->tag_any & f->tags) &&
	       (m->tags_all & f->tags) == m->tags_all && (!m->any || m->any & f->evidence) &&
	       (m->all & f->evidence) == m->all && !(m->none & f->evidence) &&
	       (!m->has_log_odds ||
		(m->at_most ? f->log_odds <= m->log_odds : f->log_odds > m->log_odds)) &&
	       (!m->has_port || ((int)f->port >= m->port_low && (int)f->port <= m->port_high)) &&
	       (!m->has_host ||
		(f->host & 3) >> (2 - m->host_bits) == (unsigned)m->host >> (2 - m->host_bits)) &&
	       hours_hold(m, f) && !excepted;
}

static unsigned random_mask(uint64_t *state, unsigned bits)
{
	return fixture_random(state, 2) ? fixture_random(state, 1u << bits) : 0;
}

static void random_model(uint64_t *state, struct model *m)
{
	*m = (struct model){ .has_log_odds = fixture_random(state, 2) };
	m->log_odds = (int)fixture_random(state, 6);
	m->at_most = fixture_random(state, 2);
	m->roles = random_mask(state, 4);
	if (fixture_random(state, 2) == 0)
		m->tag_any = random_mask(state, 3);
	else
		m->tags_all = random_mask(state, 3);
	if (fixture_random(state, 3) == 0) {
		m->any = random_mask(state, 3);
		m->all = random_mask(state, 3);
		m->none = random_mask(state, 3);
	}
	m->has_port = fixture_random(state, 4) == 0;
	m->port_low = (int)fixture_random(state, 6);
	m->port_high = m->port_low + (int)fixture_random(state, 3);
	m->has_hours = fixture_random(state, 4) == 0;
	m->from = (int)fixture_random(state, 24);
	m->to = (m->from + 1 + (int)fixture_random(state, 22)) % 24;
	if (fixture_random(state, 4) == 0)
		m->days = random_mask(state, 7);
	m->has_host = fixture_random(state, 4) == 0;
	m->host_bits = 1 + (int)fixture_random(state, 2);
	m->host = (int)fixture_random(state, 4) & (m->host_bits == 1 ? 2 : 3);
	if (fixture_random(state, 4) == 0) {
		m->not_roles = random_mask(state, 4);
		m->not_tag_any = random_mask(state, 3);
	}
}

static void write_mask(struct buf *out, const char *before, unsigned mask, const char *const *names)
{
	if (!mask)
		return;
	buf_format(out, "%s[", before);
	for (unsigned i = 0; mask >> i; i++)
		if (mask >> i & 1)
			buf_format(out, "%s, ", names[i]);
	buf_text(out, "], ");
}

static void write_time(struct buf *out, const struct model *m)
{
	if (!m->days && !m->has_hours)
		return;
	buf_text(out, "time: { ");
	write_mask(out, "days: ", m->days, days);
	if (m->has_hours)
		buf_format(out, "from: '%02d:00', to: '%02d:00', ", m->from, m->to);
	buf_text(out, "}, ");
}

static void write_rule(struct buf *out, const struct model *m, unsigned index)
{
	buf_format(out, "  - name: r%u\n    then: ignore\n    when: { ", index);
	if (m->has_log_odds)
		buf_format(out, "log_odds: '%s %d', ", m->at_most ? "<=" : ">", m->log_odds);
	write_mask(out, "role: ", m->roles, roles);
	write_mask(out, "tag: ", m->tag_any, tags);
	write_mask(out, "tags: ", m->tags_all, tags);
	if (m->any || m->all || m->none) {
		buf_text(out, "evidence: { ");
		write_mask(out, "any: ", m->any, detectors);
		write_mask(out, "all: ", m->all, detectors);
		write_mask(out, "none: ", m->none, detectors);
		buf_text(out, "}, ");
	}
	if (m->has_port)
		buf_format(out, "port: %d-%d, ", m->port_low, m->port_high);
	if (m->has_host)
		buf_format(out, "host: 10.0.0.%d/%d, ", m->host, 30 + m->host_bits);
	write_time(out, m);
	if (m->not_roles || m->not_tag_any) {
		buf_text(out, "not: { ");
		write_mask(out, "role: ", m->not_roles, roles);
		write_mask(out, "tag: ", m->not_tag_any, tags);
		buf_text(out, "}, ");
	}
	buf_text(out, "}\n");
}

static void random_facts(uint64_t *state, struct facts *f)
{
	*f = (struct facts){ .role = fixture_random(state, 4),
			     .tags = fixture_random(state, 8),
			     .evidence = fixture_random(state, 8),
			     .day = fixture_random(state, 7),
			     .minute = fixture_random(state, 1440),
			     .port = fixture_random(state, 8),
			     .host = fixture_random(state, 4),
			     .log_odds = (int)fixture_random(state, 8) };
	if (fixture_random(state, 2))
		f->minute -= f->minute % 60; /* hours are where rules change */
}

static void input_of(const struct facts *f, struct policy_input *input)
{
	const uint8_t address[4] = { 10, 0, 0, (uint8_t)f->host };
	size_t count = 0;

	*input = (struct policy_input){ .role = roles[f->role],
					.kind = "worm",
					.asset = "",
					.port = (uint16_t)f->port,
					.log_odds = f->log_odds };
	input->host.ip = ip_from_v4(address);
	input->wall_ns = ((UINT64_C(4) + 7 + f->day) * 1440 + f->minute) * 60 * 1000000000;
	for (unsigned i = 0; i < 3; i++) {
		if (f->tags >> i & 1)
			input->tags[count++] = tags[i];
		if (f->evidence >> i & 1)
			input->evidence[input->evidence_count++] =
				(struct policy_input_evidence){ detectors[i], 1.0 };
	}
}

static unsigned oracle_rule(const struct model *models, unsigned count, const struct facts *f)
{
	for (unsigned i = 0; i < count; i++)
		if (oracle_holds(&models[i], f))
			return i + 1;
	return 0;
}

/* The rule that a complaint calls dead, counted from 1. */
static unsigned dead_rule(const struct complaint *complaint)
{
	const char *name = strstr(complaint->text, "rule \"r");

	if (!name || !strstr(complaint->text, "can never fire"))
		fail_msg("only dead rules may be complained of: %s", complaint->text);
	return (unsigned)(name[strlen("rule \"r")] - '0') + 1;
}

static bool agrees(const struct fixture *f, const struct model *models, unsigned count,
		   uint64_t *state)
{
	struct policy_input input;
	struct decision decision;
	struct facts facts;

	random_facts(state, &facts);
	if (f->policy) {
		input_of(&facts, &input);
		policy_decide(f->policy, &input, &decision);
		return decision.rule == oracle_rule(models, count, &facts);
	}
	for (size_t i = 0; i < complaints_count(f->complaints); i++)
		if (dead_rule(complaints_at(f->complaints, i)) ==
		    oracle_rule(models, count, &facts))
			return false;
	return true;
}

static void random_policies_decide_like_the_oracle_and_dead_rules_are_dead(void **unused)
{
	uint64_t state = UINT64_C(0x9e3779b97f4a7c15);
	unsigned sound = 0, dead = 0;

	(void)unused;
	for (unsigned i = 0; i < POLICIES; i++) {
		unsigned count = 1 + fixture_random(&state, RULES);
		struct model models[RULES];
		struct fixture f;
		struct buf text;

		buf_init(&text, 65536);
		buf_text(&text, "rules:\n");
		for (unsigned k = 0; k < count; k++) {
			random_model(&state, &models[k]);
			write_rule(&text, &models[k], k);
		}
		fixture_init(&f, text.text);
		for (unsigned k = 0; k < INPUTS; k++)
			if (!agrees(&f, models, count, &state))
				fail_msg("policy %u, input %u:\n%s%s", i, k, text.text,
					 f.said.text);
		*(f.policy ? &sound : &dead) += 1;
		fixture_fini(&f);
		buf_fini(&text);
	}
	/* Both halves of the test must have had work. */
	assert_true(sound > POLICIES / 4);
	assert_true(dead > POLICIES / 20);
}

/* What must be seen, so that the one-sided answer is not simply "not seen". */
static void the_usual_mistakes_are_seen(void **unused)
{
	static const struct {
		const char *wide, *narrow;
		int covered;
	} pairs[] = {
		{ "", "role: server", 1 },
		{ "role: server", "", 0 },
		{ "role: [server, phone]", "role: phone", 1 },
		{ "role: phone", "role: [server, phone]", 0 },
		{ "confidence: '>= 0.9'", "confidence: '>= 0.99'", 1 },
		{ "confidence: '>= 0.9'", "confidence: '> 0.9'", 1 },
		{ "confidence: '> 0.9'", "confidence: '>= 0.9'", 0 },
		{ "confidence: '>= 0'", "role: server", 1 },
		{ "port: 0-65535", "", 1 },
		{ "port: [1-10, 20-30]", "port: [2-3, 25]", 1 },
		{ "port: [1-10, 20-30]", "port: 5-25", 0 },
		{ "tag: [a, b]", "tag: a", 1 },
		{ "tag: [a, b]", "tags: [b, c]", 1 },
		{ "tags: a", "tags: [a, b]", 1 },
		{ "tags: [a, b]", "tags: a", 0 },
		{ "tags: a", "tag: a", 1 },
		{ "host: 10.0.0.0/8", "host: [10.1.0.0/16, 10.2.3.4]", 1 },
		{ "host: 10.1.0.0/16", "host: 10.0.0.0/8", 0 },
		{ "host: 10.0.0.0/8", "host: 10.0.0.0/8", 1 },
		{ "log_odds: 3..9", "log_odds: 3..9", 1 },
		{ "log_odds: 3..9", "log_odds: 3..10", 0 },
		{ "log_odds: '<= 9'", "log_odds: '<= 9'", 1 },
		{ "log_odds: '< 9'", "log_odds: '<= 9'", 0 },
		{ "log_odds: '> 9'", "log_odds: '>= 9'", 0 },
		{ "host: 10.0.0.0/16", "host: 10.0.0.0/8", 0 },
		{ "evidence: { any: [trw, fanout] }", "evidence: { all: [trw, arpsweep] }", 1 },
		{ "evidence: { any: [trw, fanout] }", "evidence: { any: trw }", 1 },
		{ "evidence: { all: [trw] }", "evidence: { any: trw }", 1 },
		{ "evidence: { none: [trw] }", "evidence: { none: [trw, fanout] }", 1 },
		{ "evidence: { none: [trw, fanout] }", "evidence: { none: trw }", 0 },
		{ "time: { days: mon..fri }", "time: { days: tue, from: '08:00', to: '09:00' }",
		  1 },
		{ "time: { from: '22:00', to: '06:00' }", "time: { from: '23:00', to: '24:00' }",
		  1 },
		{ "time: { from: '22:00', to: '06:00' }", "time: { from: '05:00', to: '07:00' }",
		  0 },
		{ "not: { role: server }", "role: phone", 1 },
		{ "not: { role: server }", "role: [phone, server]", 0 },
		{ "not: { role: server }", "not: { role: [server, phone] }", 1 },
		{ "not: { role: server, tag: a }", "not: { role: server }", 1 },
		{ "not: { role: server }", "not: { role: server, tag: a }", 0 },
		{ "role: server, port: 445", "role: server, port: 445, tag: a", 1 },
		{ "role: server, port: 445", "role: server", 0 },
	};
	unsigned wrong = 0;

	(void)unused;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		char text[512];
		struct fixture f;

		snprintf(text, sizeof(text),
			 "rules:\n  - { name: r0, when: { %s }, then: watch }\n"
			 "  - { name: r1, when: { %s }, then: watch }\n",
			 pairs[i].wide, pairs[i].narrow);
		fixture_init(&f, text);
		if ((f.policy == NULL) != pairs[i].covered) {
			print_error("%s\n%s", text, f.said.text);
			wrong++;
		}
		if (!f.policy)
			assert_int_equal(dead_rule(complaints_at(f.complaints, 0)), 2);
		fixture_fini(&f);
	}
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_policies_decide_like_the_oracle_and_dead_rules_are_dead),
		cmocka_unit_test(the_usual_mistakes_are_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
