/* SPDX-License-Identifier: Apache-2.0 */
/* response_bench.h - a response between fakes, for the tests of this folder: a site of few machines, a real policy, firmware
 * that is obeyed or not, a journal in memory, and one diary of all that happened, in order.
 *
 * The diary's words:  keep:STATE  ISOLATE INSPECT RELEASE PREPARE (asked of the enforcer)  and facts as
 * d:VERDICT (d:VERDICT! if refused)  i:STATE. */
#ifndef CORDON_TESTS_RESPONSE_BENCH_H
#define CORDON_TESTS_RESPONSE_BENCH_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/asset/asset.h"
#include "core/asset/roster.h"
#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/source.h"
#include "core/base/units.h"
#include "core/incident/incident.h"
#include "core/isolation/enforcer.h"
#include "core/isolation/isolation.h"
#include "core/isolation/journal.h"
#include "core/isolation/plan.h"
#include "core/isolation/response.h"
#include "core/safety/governor.h"
#include "core/safety/guard.h"

#define BENCH_T0   s_to_ns(1700000000)
#define BENCH_ROWS 64

enum { BENCH_PC, BENCH_PC2, BENCH_SERVER, BENCH_NEVER, BENCH_WITNESS, BENCH_LAB, BENCH_PCS = 30 };

struct bench_device {
	bool active;
	unsigned applied;
	uint64_t dropped, counted;
	char plan[32];
};

struct bench {
	struct response *response;
	struct policy *policy;
	struct roster *roster;
	struct guard *guard;
	struct governor *governor;
	struct enforcer enforcer;
	struct journal journal;
	uint64_t now_ns;
	char diary[16384];
	struct fact_isolation last; /* of the last isolation fact */
	char last_refused[640];
	/* the firmware */
	struct bench_device devices[BENCH_PCS];
	int failure;        /* code of the error while dead; 0 = ERR_FAILED */
	bool dead;          /* no answer ever reaches a device; it fails */
	bool unknown;       /* the device obeys but the answer is lost */
	unsigned acts_left; /* then the power goes: no further act is taken; 0 = never */
	bool power_gone;
	/* one question at a time is enough for these tests, a second is queued */
	struct bench_question {
		enum enforcer_act act;
		unsigned device;
		enforcer_done_fn *done;
		void *arg;
		char plan[32];
	} asked[128];
	unsigned asked_count, complete; /* plans that were said to be the last */
	/* the journal */
	struct isolation rows[BENCH_ROWS];
	unsigned row_count, keeps_left; /* keeps until the journal dies; UINT32_MAX = never */
};

static inline void bench_note(struct bench *bench, const char *what, const char *of)
{
	size_t length = strlen(bench->diary);

	snprintf(bench->diary + length, sizeof(bench->diary) - length, "%s%s%s", length ? " " : "",
		 what, of);
}

static inline const char *bench_detector(unsigned id)
{
	return id == DETECTOR_ARPSWEEP ? "arpsweep" : "trw";
}

static inline void bench_tell(void *arg, const struct fact *fact)
{
	struct bench *bench = arg;
	char word[40];

	if (fact->type == FACT_DECISION) {
		snprintf(word, sizeof(word), "%s%s", verdict_name(fact->decision->decision.verdict),
			 fact->decision->refused ? "!" : "");
		snprintf(bench->last_refused, sizeof(bench->last_refused), "%s",
			 fact->decision->refused ? fact->decision->refused : "");
		bench_note(bench, "d:", word);
	} else if (fact->type == FACT_ISOLATION) {
		bench->last = *fact->isolation;
		bench_note(bench, "i:", isolation_state_name(fact->isolation->isolation.state));
	}
}

static inline int bench_keep(void *self, const struct isolation *isolation, struct err *err)
{
	struct bench *bench = self;
	unsigned row = 0;

	if (bench->power_gone)
		return 0;
	if (bench->keeps_left == 0)
		return err_set(err, ERR_FAILED, "disk full");
	if (bench->keeps_left != UINT32_MAX)
		bench->keeps_left--;
	while (row < bench->row_count && bench->rows[row].id != isolation->id)
		row++;
	if (row == bench->row_count)
		bench->row_count++;
	assert_true(row < BENCH_ROWS);
	bench->rows[row] = *isolation;
	bench_note(bench, "keep:", isolation_state_name(isolation->state));
	return 0;
}

/* As a store gives it back: what is worth nothing after a restart is gone. */
static inline int bench_recall(void *self,
			       void (*each)(void *arg, const struct isolation *isolation),
			       void *arg, struct err *err)
{
	struct bench *bench = self;

	(void)err;
	for (unsigned i = 0; i < bench->row_count; i++) {
		struct isolation row = bench->rows[i];

		row.asked = 0;
		row.doubt = false;
		row.inspections = 0;
		row.superseded_by = row.counted = 0;
		if (row.ended_ns == 0)
			each(arg, &row);
	}
	return 0;
}

static inline void bench_act(void *self, enum enforcer_act act, const struct asset *asset,
			     const struct plan *plan, enforcer_done_fn *done, void *arg)
{
	static const char *const words[] = { "PREPARE", "ISOLATE", "INSPECT", "RELEASE" };
	struct bench *bench = self;
	unsigned device = 0;

	while (strcmp(roster_at(bench->roster, device)->name, asset->name) != 0)
		device++;
	assert_true(plan || act == ENFORCER_INSPECT || act == ENFORCER_RELEASE);
	bench_note(bench, words[act], "");
	assert_true(bench->asked_count < 128);
	bench->asked[bench->asked_count] = (struct bench_question){ act, device, done, arg, "" };
	bench->complete += plan && plan->complete;
	if (plan)
		snprintf(bench->asked[bench->asked_count].plan, 32, "%s", plan->name);
	bench->asked_count++;
}

static inline void bench_obey(struct bench *bench, const struct bench_question *question)
{
	struct bench_device *device = &bench->devices[question->device];

	if (bench->dead || bench->power_gone)
		return;
	if (bench->acts_left && --bench->acts_left == 0)
		bench->power_gone = true;
	if (question->act == ENFORCER_ISOLATE) {
		device->applied += !device->active;
		device->active = true;
		snprintf(device->plan, sizeof(device->plan), "%s", question->plan);
	} else if (question->act == ENFORCER_RELEASE) {
		device->active = false;
	}
}

/* The firmware obeys what it was asked, and answers. */
static inline void bench_answer(struct bench *bench)
{
	unsigned count = bench->asked_count;
	struct bench_question asked[128];
	struct err err = { 0 };

	memcpy(asked, bench->asked, sizeof(asked));
	bench->asked_count = 0;
	err_set(&err, bench->failure ? bench->failure : ERR_FAILED, "the device does not answer");
	for (unsigned i = 0; i < count; i++) {
		const struct bench_device *device = &bench->devices[asked[i].device];
		struct enforcer_result result = {
			.device = "AMT 12 at x", .did = "did it", .writes = 1, .reads = 1
		};

		bench_obey(bench, &asked[i]);
		if (bench->power_gone)
			return;
		result.active = device->active;
		result.has_counters = device->active;
		result.dropped_transmit = device->dropped;
		result.has_counted = device->active;
		result.counted = device->counted;
		if (bench->dead || bench->unknown)
			result = (struct enforcer_result){ .rc = err.code,
							   .err = &err,
							   .unknown = bench->unknown };
		asked[i].done(asked[i].arg, &result);
	}
}

static const char bench_policy_text[] =
	"version: 1\n"
	"name: bench\n"
	"channels:\n"
	"  repair:\n"
	"    - arp\n"
	"    - dhcp\n"
	"    - tcp: { to: 10.0.0.200, ports: [8530] }\n"
	"rules:\n"
	"  - name: witness first\n"
	"    when: { confidence: '>= 0.99', role: kiosk }\n"
	"    then: { isolate: { channel: repair, for: 1h, witness: before } }\n"
	"  - name: lab worm\n"
	"    when: { confidence: '>= 0.999999', role: lab }\n"
	"    then: { isolate: { channel: repair, for: 4h } }\n"
	"  - name: lab block\n"
	"    when: { confidence: '>= 0.9999', role: lab }\n"
	"    then: { block: { tcp: 445, for: 2h } }\n"
	"  - name: lab count\n"
	"    when: { confidence: '>= 0.99', role: lab }\n"
	"    then: { count: { tcp: 445 } }\n"
	"  - name: servers need two people\n"
	"    when: { confidence: '>= 0.99', role: server }\n"
	"    then: { propose: { channel: repair, approvals: 2, expires: 30m } }\n"
	"  - name: worm\n"
	"    when: { confidence: '>= 0.999999' }\n"
	"    then: { isolate: { channel: repair, for: 4h } }\n"
	"  - name: perhaps a worm\n"
	"    when: { confidence: '>= 0.99' }\n"
	"    then: { propose: { channel: repair, approvals: 2, expires: 30m } }\n"
	"  - name: otherwise\n"
	"    then: { watch: {} }\n";

static inline struct policy *bench_policy(void)
{
	struct source *source =
		source_from_text("bench.yaml", bench_policy_text, strlen(bench_policy_text));
	struct complaints *complaints = complaints_new();
	struct policy *policy = policy_load(source, NULL, complaints);
	struct buf out;

	if (!policy) {
		buf_init(&out, 8192);
		complaints_print(complaints, source, &out);
		fail_msg("%s", out.text);
	}
	complaints_free(complaints);
	source_free(source);
	return policy;
}

static inline struct host_key bench_host(unsigned device)
{
	uint8_t four[4] = { 10, 0, 0, (uint8_t)(10 + device) };
	struct ip ip = ip_from_v4(four);

	return host_key_of(&ip, 0);
}

static inline struct mac bench_mac(unsigned device)
{
	return (struct mac){ { 2, 0, 0, 0, 0, (uint8_t)(10 + device) } };
}

static inline struct roster *bench_roster(void)
{
	struct roster *roster = roster_new();

	for (unsigned i = 0; i < BENCH_PCS; i++) {
		struct asset asset = { .mac = bench_mac(i),
				       .ip = bench_host(i).ip,
				       .amt = { .present = true } };

		snprintf(asset.name, sizeof(asset.name), "pc-%u", i);
		snprintf(asset.role, sizeof(asset.role), "%s",
			 i == BENCH_SERVER    ? "server"
			 : i == BENCH_WITNESS ? "kiosk"
			 : i == BENCH_LAB     ? "lab"
					      : "workstation");
		asset.never_isolate = i == BENCH_NEVER;
		roster_add(roster, &asset);
	}
	return roster;
}

static inline void bench_start(struct bench *bench)
{
	struct response_parts parts = {
		.policy = bench->policy,
		.roster = bench->roster,
		.guard = bench->guard,
		.governor = bench->governor,
		.enforcer = &bench->enforcer,
		.journal = &bench->journal,
		.facts = { bench, bench_tell },
		.detector_name = bench_detector,
	};

	bench->response = response_new(&parts);
}

static inline void bench_init(struct bench *bench, unsigned per_hour)
{
	memset(bench, 0, sizeof(*bench));
	bench->now_ns = BENCH_T0;
	bench->keeps_left = UINT32_MAX;
	bench->policy = bench_policy();
	bench->roster = bench_roster();
	bench->guard = guard_new(0);
	bench->governor = governor_new(per_hour);
	bench->enforcer = (struct enforcer){ .name = "fake", .self = bench, .act = bench_act };
	bench->journal =
		(struct journal){ .self = bench, .keep = bench_keep, .recall = bench_recall };
	bench_start(bench);
}

static inline void bench_fini(struct bench *bench)
{
	response_free(bench->response);
	policy_free(bench->policy);
	roster_free(bench->roster);
	guard_free(bench->guard);
	governor_free(bench->governor);
}

/* The process dies and another starts; the firmware and the journal's rows stay. */
static inline void bench_restart(struct bench *bench)
{
	response_free(bench->response);
	governor_free(bench->governor);
	bench->governor = governor_new(10);
	bench->asked_count = 0;
	bench->power_gone = false;
	bench->acts_left = 0;
	bench_start(bench);
	assert_int_equal(response_recall(bench->response, bench->now_ns, NULL), 0);
}

static inline struct incident bench_incident(unsigned device, uint64_t id, double nats)
{
	struct incident incident = {
		.id = id,
		.host = bench_host(device),
		.mac = bench_mac(device),
		.log_odds = nats,
		.contacts = 5,
		.state = nats >= 13.8 ? INCIDENT_CONVICTED : INCIDENT_SUSPECTED,
		.evidence_count = 1,
	};

	incident.evidence[0] =
		(struct evidence){ .detector = DETECTOR_ARPSWEEP, .log_odds = nats, .contacts = 5 };
	return incident;
}

static inline void bench_consider(struct bench *bench, unsigned device, uint64_t id, double nats)
{
	struct incident incident = bench_incident(device, id, nats);

	response_consider(bench->response, &incident, bench->now_ns);
}

/* Answers what is asked until nobody asks, without letting time pass. */
static inline void bench_settle(struct bench *bench)
{
	do {
		response_advance(bench->response, bench->now_ns);
		bench_answer(bench);
	} while (!bench->power_gone && bench->asked_count);
	response_advance(bench->response, bench->now_ns);
}

/* Lets time pass to each moment that the response asks for, at most until then. */
static inline void bench_pass(struct bench *bench, unsigned seconds)
{
	uint64_t until_ns = bench->now_ns + s_to_ns(seconds), due_ns;

	bench_settle(bench);
	while ((due_ns = response_advance(bench->response, bench->now_ns)) && due_ns <= until_ns &&
	       !bench->power_gone) {
		if (due_ns > bench->now_ns)
			bench->now_ns = due_ns;
		bench_settle(bench);
	}
	bench->now_ns = until_ns;
	if (!bench->power_gone)
		bench_settle(bench);
}

static inline void bench_expect(struct bench *bench, const char *diary)
{
	assert_string_equal(bench->diary, diary);
	bench->diary[0] = '\0';
}

#endif
