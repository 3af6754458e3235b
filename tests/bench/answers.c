/* SPDX-License-Identifier: Apache-2.0 */
/* What one answer of a firmware costs the response while thousands of isolations run: taken up from a journal, answered one
 * by one, released by people one by one.
 *
 * usage: cordon-bench-answers [COUNT]   default 10000; exit code 1 if a step costs more than BAR_US, which it does by far
 * where each walks through all of them */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/asset/asset.h"
#include "core/asset/roster.h"
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/num.h"
#include "core/base/source.h"
#include "core/base/units.h"
#include "core/incident/incident.h"
#include "core/isolation/enforcer.h"
#include "core/isolation/isolation.h"
#include "core/isolation/journal.h"
#include "core/isolation/response.h"
#include "core/policy/policy.h"
#include "core/safety/governor.h"
#include "core/safety/guard.h"
#include "tests/bench/stopwatch.h"

#define T0     s_to_ns(1700000000)
#define FEW    1000
#define MOST   100000
#define BAR_US 100

static const char policy_text[] = "version: 1\n"
				  "name: bench\n"
				  "channels:\n"
				  "  repair: [ arp, dhcp ]\n"
				  "rules:\n"
				  "  - name: otherwise\n"
				  "    then: { watch: {} }\n";

struct question {
	enforcer_done_fn *done;
	void *arg;
	bool release;
};

struct bench {
	struct response *response;
	struct policy *policy;
	struct roster *roster;
	struct guard *guard;
	struct governor *governor;
	struct enforcer enforcer;
	struct journal journal;
	uint32_t count;
	struct question *questions; /* one per machine at most */
	uint32_t asked, answered;
	uint64_t now_ns, facts;
};

struct cost {
	double answer_us, release_us, heard_us;
};

static void tell(void *arg, const struct fact *fact)
{
	struct bench *bench = arg;

	(void)fact;
	bench->facts++;
}

static int keep(void *self, const struct isolation *isolation, struct err *err)
{
	(void)self;
	(void)isolation;
	(void)err;
	return 0;
}

static struct host_key host_of(uint32_t n)
{
	struct host_key host = { 0 };
	char text[16];

	snprintf(text, sizeof(text), "10.%u.%u.%u", n >> 16 & 255, n >> 8 & 255, n & 255);
	ip_parse(text, &host.ip);
	return host;
}

static void name_of(uint32_t n, char *name, size_t size)
{
	snprintf(name, size, "pc-%u", n);
}

static int recall(void *self, void (*each)(void *arg, const struct isolation *isolation), void *arg,
		  struct err *err)
{
	const struct bench *bench = self;

	(void)err;
	for (uint32_t n = 0; n < bench->count; n++) {
		struct isolation isolation = { .id = n + 1,
					       .incident = n + 1,
					       .host = host_of(n),
					       .state = ISOLATION_APPLIED,
					       .asked_ns = T0,
					       .applied_ns = T0,
					       .decision = { .verdict = VERDICT_ISOLATE } };

		name_of(n, isolation.asset, sizeof(isolation.asset));
		snprintf(isolation.decision.channel, sizeof(isolation.decision.channel), "repair");
		each(arg, &isolation);
	}
	return 0;
}

static void act(void *self, enum enforcer_act kind, const struct asset *asset,
		const struct plan *plan, enforcer_done_fn *done, void *arg)
{
	struct bench *bench = self;

	(void)asset;
	(void)plan;
	bench->questions[bench->asked++ % bench->count] =
		(struct question){ done, arg, kind == ENFORCER_RELEASE };
}

static void answer_one(struct bench *bench)
{
	struct question question = bench->questions[bench->answered++ % bench->count];
	struct enforcer_result result = { .device = "AMT", .did = "it" };

	result.active = result.has_counters = !question.release;
	result.dropped_transmit = bench->answered;
	question.done(question.arg, &result);
	response_advance(bench->response, bench->now_ns);
}

static struct policy *load_policy(void)
{
	struct source *source = source_from_text("bench.yaml", policy_text, strlen(policy_text));
	struct complaints *complaints = complaints_new();
	struct policy *policy = policy_load(source, NULL, complaints);

	complaints_free(complaints);
	source_free(source);
	if (!policy)
		exit(2);
	return policy;
}

static void open_bench(struct bench *bench, uint32_t count)
{
	struct err err = { 0 };

	*bench = (struct bench){ .count = count, .now_ns = T0 + s_to_ns(10) };
	bench->policy = load_policy();
	bench->roster = roster_new();
	for (uint32_t n = 0; n < count; n++) {
		struct asset asset = { .ip = host_of(n).ip };

		name_of(n, asset.name, sizeof(asset.name));
		snprintf(asset.role, sizeof(asset.role), "workstation");
		roster_add(bench->roster, &asset);
	}
	bench->guard = guard_new(0);
	bench->governor = governor_new(UINT32_MAX);
	bench->enforcer = (struct enforcer){ .name = "bench", .self = bench, .act = act };
	bench->journal = (struct journal){ .self = bench, .keep = keep, .recall = recall };
	bench->questions = mem_array(count, sizeof(*bench->questions));
	bench->response =
		response_new(&(struct response_parts){ .policy = bench->policy,
						       .roster = bench->roster,
						       .guard = bench->guard,
						       .governor = bench->governor,
						       .enforcer = &bench->enforcer,
						       .journal = &bench->journal,
						       .facts = { .arg = bench, .tell = tell } });
	if (response_recall(bench->response, bench->now_ns, &err) < 0 ||
	    response_count(bench->response) != count || bench->asked != count) {
		fprintf(stderr, "cordon-bench-answers: %s\n", err.text);
		exit(2);
	}
}

static void close_bench(struct bench *bench)
{
	response_free(bench->response);
	governor_free(bench->governor);
	guard_free(bench->guard);
	roster_free(bench->roster);
	policy_free(bench->policy);
	mem_free(bench->questions);
}

static struct cost measure(uint32_t count)
{
	struct bench bench;
	struct cost cost;
	struct err err = { 0 };
	double began;

	open_bench(&bench, count);
	began = 1e6 * seconds();
	for (uint32_t n = 0; n < count; n++)
		answer_one(&bench);
	cost.answer_us = (1e6 * seconds() - began) / count;
	began = 1e6 * seconds();
	for (uint32_t n = 0; n < count; n++) {
		struct host_key host = host_of(n);

		response_heard(bench.response, &host, bench.now_ns);
	}
	cost.heard_us = (1e6 * seconds() - began) / count;
	began = 1e6 * seconds();
	for (uint32_t n = 0; n < count; n++) {
		response_release(bench.response, n + 1, "repaired", bench.now_ns, &err);
		while (bench.answered < bench.asked)
			answer_one(&bench);
	}
	cost.release_us = (1e6 * seconds() - began) / count;
	if (response_count(bench.response) != 0) {
		fprintf(stderr, "cordon-bench-answers: %zu of %u are left\n",
			response_count(bench.response), count);
		exit(1);
	}
	printf("%6u isolations: an answer %.1f us, a host heard %.1f us, a release %.1f us\n",
	       count, cost.answer_us, cost.heard_us, cost.release_us);
	close_bench(&bench);
	return cost;
}

int main(int argc, char **argv)
{
	struct cost cost;
	uint32_t count = 10000;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 1 && !num_u32_between(argv[1], FEW, MOST, &count))
		return 2;
	measure(FEW);
	cost = measure(count);
	if (cost.answer_us > BAR_US || cost.heard_us > BAR_US || cost.release_us > BAR_US) {
		printf("MISSED: a step may cost %d us\n", BAR_US);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
