/* SPDX-License-Identifier: Apache-2.0 */
/* Rounds of isolation and release on simulated firmware that fails in every way, each way in one round of twenty: the real
 * response, journal, ledger and client; only time is hurried, twenty seconds in one.  Every round must end where it was meant
 * to, and at the end firmware and ledger say the same.
 *
 * CHAOS_ROUNDS (600; "make chaos": 10,000) and CHAOS_SEED (printed). */
#include "amt/amt.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/loop.h"
#include "core/base/mem.h"
#include "core/base/num.h"
#include "core/base/random.h"
#include "core/store/db.h"
#include "core/store/ledger.h"
#include "core/store/store.h"
#include "tests/torture/rig.h"
#include "tests/unit/isolation/response_bench.h"

#define MACHINES     20
#define HURRY        20
#define TICK_NS      ms_to_ns(4)
#define EACH_PERCENT 5
#define WAVE         400 /* fewer than may be isolated in an hour */
#define TIMEOUT_MS   250

static const char *const kinds[] = { "reset-before", "reset-after", "reset-midway", "401",
				     "html400",      "status 1",    "not-ready",    "truncate",
				     "wrong-length", "empty200",    "garbage",      "blackhole",
				     "lose-answer",  "slow 100",    "status 38" };

enum phase { IDLE, ISOLATING, RELEASING, DONE };

struct machine {
	enum phase phase;
	unsigned rounds;    /* begun */
	uint64_t isolation; /* its number */
	uint8_t told;       /* state, by the last fact */
	uint64_t since_ns;
};

struct chaos {
	struct rig *rig;
	struct loop *loop;
	struct timer *tick, *patience;
	struct amt *amt;
	struct store *store;
	struct policy *policy;
	struct roster *roster;
	struct guard *guard;
	struct governor *governor;
	struct response *response;
	struct machine machines[MACHINES];
	uint64_t random, start_ns, skipped_ns, incidents, facts;
	unsigned rounds, begun, ended, failed, planned, retries, prepared, preparations, policies,
		filters;
	char folder[48], path[64], trouble[256], why[MACHINES][160];
};

static uint64_t now_ns(const struct chaos *chaos)
{
	return BENCH_T0 + chaos->skipped_ns + HURRY * (loop_now_ns(chaos->loop) - chaos->start_ns);
}

static void tell(void *arg, const struct fact *fact)
{
	struct chaos *chaos = arg;
	struct err err = { 0 };

	if (store_fact(chaos->store, fact, &err) < 0)
		snprintf(chaos->trouble, sizeof(chaos->trouble), "%.200s", err.text);
	chaos->facts++;
	if (fact->type != FACT_ISOLATION)
		return;
	for (unsigned n = 0; n < MACHINES; n++)
		if (strcmp(roster_at(chaos->roster, n)->name, fact->isolation->isolation.asset) ==
		    0) {
			chaos->retries += chaos->machines[n].told == ISOLATION_APPLYING &&
					  fact->isolation->isolation.state == ISOLATION_QUEUED;
			chaos->machines[n].told = fact->isolation->isolation.state;
			snprintf(chaos->why[n], sizeof(chaos->why[n]), "%s",
				 fact->isolation->isolation.reason);
			chaos->machines[n].isolation = fact->isolation->isolation.id;
		}
}

static struct roster *make_roster(struct chaos *chaos)
{
	struct roster *roster = roster_new();

	for (unsigned n = 0; n < MACHINES; n++) {
		struct asset asset;

		rig_asset(chaos->rig, n, &asset);
		asset.mac = bench_mac(n);
		asset.ip = bench_host(n).ip;
		snprintf(asset.role, sizeof(asset.role), "workstation");
		roster_add(roster, &asset);
	}
	return roster;
}

static void plan_faults(struct chaos *chaos, unsigned n)
{
	rig_order(chaos->rig, "clear amt-%u", n);
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		if (random_step(&chaos->random) % 100 >= EACH_PERCENT)
			continue;
		rig_order(chaos->rig, "fault amt-%u %s at %u", n, kinds[k],
			  1 + (unsigned)(random_step(&chaos->random) % 6));
		chaos->planned++;
	}
}

static void begin(struct chaos *chaos, unsigned n)
{
	struct incident incident = bench_incident(n, ++chaos->incidents, 20);

	plan_faults(chaos, n);
	chaos->machines[n].phase = ISOLATING;
	chaos->machines[n].rounds++;
	chaos->machines[n].told = ISOLATION_AWAITING_APPROVAL;
	chaos->machines[n].since_ns = now_ns(chaos);
	chaos->begun++;
	response_consider(chaos->response, &incident, now_ns(chaos));
}

static void go_on(struct chaos *chaos, unsigned n)
{
	struct machine *machine = &chaos->machines[n];
	bool stays = chaos->begun >= chaos->rounds && n % 2;

	switch (machine->phase) {
	case IDLE:
		if (chaos->begun < chaos->rounds && chaos->begun % WAVE)
			begin(chaos, n);
		break;
	case ISOLATING:
		if (machine->told == ISOLATION_FAILED || machine->told == ISOLATION_REFUSED) {
			chaos->failed++;
			print_message("# machine %u, round %u: %s\n", n, machine->rounds,
				      chaos->why[n]);
			machine->phase = DONE;
		} else if (machine->told == ISOLATION_APPLIED ||
			   machine->told == ISOLATION_PROVEN) {
			plan_faults(chaos, n);
			machine->phase = stays ? DONE : RELEASING;
			if (stays)
				chaos->ended++;
			else
				response_release(chaos->response, machine->isolation, "cleaned",
						 now_ns(chaos), NULL);
		}
		break;
	case RELEASING:
		if (machine->told == ISOLATION_RELEASED) {
			chaos->ended++;
			machine->phase = IDLE;
		}
		break;
	default:
		break;
	}
}

static bool all_idle(const struct chaos *chaos)
{
	for (unsigned n = 0; n < MACHINES; n++)
		if (chaos->machines[n].phase == ISOLATING || chaos->machines[n].phase == RELEASING)
			return false;
	return true;
}

static void on_tick(void *arg)
{
	struct chaos *chaos = arg;

	response_advance(chaos->response, now_ns(chaos));
	for (unsigned n = 0; n < MACHINES; n++)
		go_on(chaos, n);
	response_advance(chaos->response, now_ns(chaos));
	if (all_idle(chaos)) {
		if (chaos->begun >= chaos->rounds) {
			loop_stop(chaos->loop);
			return;
		}
		/* The next wave, an hour later. */
		chaos->skipped_ns += s_to_ns(3700);
		begin(chaos, 0);
	}
	timer_after_ns(chaos->tick, TICK_NS);
}

static const char *detector(unsigned id)
{
	return bench_detector(id);
}

static void on_prepared(void *arg, const struct asset *asset, const char *channel,
			const struct enforcer_result *result)
{
	struct chaos *chaos = arg;

	(void)channel;
	if (result->rc < 0)
		snprintf(chaos->trouble, sizeof(chaos->trouble), "%.40s: %.200s", asset->name,
			 result->err->text);
	chaos->prepared++;
}

static void until_prepared(void *arg)
{
	struct chaos *chaos = arg;

	response_advance(chaos->response, now_ns(chaos));
	if (chaos->prepared == chaos->preparations)
		loop_stop(chaos->loop);
	else
		timer_after_ns(chaos->patience, TICK_NS);
}

static void prepare_all(struct chaos *chaos)
{
	chaos->preparations = (unsigned)response_prepare(chaos->response);
	assert_true(chaos->preparations >= MACHINES);
	chaos->patience = loop_timer(chaos->loop, until_prepared, chaos);
	timer_after_ns(chaos->patience, TICK_NS);
	loop_run(chaos->loop);
	timer_free(chaos->patience);
	assert_string_equal(chaos->trouble, "");
	chaos->policies = rig_mentions(rig_order(chaos->rig, "objects amt-0"), "policy ");
	chaos->filters = rig_mentions(rig_order(chaos->rig, "objects amt-0"), "filter ");
	assert_true(chaos->policies > 0 && chaos->filters >= 6 * chaos->policies / 3);
}

/* Every third machine has a radio beside its cable. */
static unsigned ports_of(unsigned n)
{
	return n % 3 ? 1 : 2;
}

static void chaos_start(struct chaos *chaos)
{
	struct rig_options options = { .devices = MACHINES };
	struct amt_config config = { .answer_timeout_ms = TIMEOUT_MS,
				     .connect_timeout_ms = TIMEOUT_MS };
	struct response_parts parts = { 0 };
	struct err err = { 0 };

	snprintf(chaos->folder, sizeof(chaos->folder),
		 access("/dev/shm", W_OK) == 0 ? "/dev/shm/cordon-chaos-XXXXXX"
					       : "/tmp/cordon-chaos-XXXXXX");
	assert_non_null(mkdtemp(chaos->folder));
	snprintf(chaos->path, sizeof(chaos->path), "%s/db", chaos->folder);
	chaos->rig = rig_new(&options);
	for (unsigned n = 0; n < MACHINES; n++)
		if (ports_of(n) > 1)
			rig_order(chaos->rig, "set amt-%u wireless present", n);
	chaos->loop = loop_new();
	chaos->start_ns = loop_now_ns(chaos->loop);
	chaos->tick = loop_timer(chaos->loop, on_tick, chaos);
	chaos->amt = amt_new(&config, chaos->loop, NULL);
	chaos->store = store_open(&(struct store_terms){ .path = chaos->path,
							 .detector_name = detector,
							 .origin = "" },
				  &err);
	if (!chaos->store)
		fail_msg("%s", err.text);
	chaos->policy = bench_policy();
	chaos->roster = make_roster(chaos);
	chaos->guard = guard_new(0);
	chaos->governor = governor_new(UINT32_MAX);
	parts = (struct response_parts){
		.policy = chaos->policy,
		.roster = chaos->roster,
		.guard = chaos->guard,
		.governor = chaos->governor,
		.enforcer = amt_enforcer(chaos->amt),
		.journal = store_journal(chaos->store),
		.facts = { chaos, tell },
		.detector_name = bench_detector,
		.prepared = on_prepared,
		.prepared_arg = chaos,
	};
	chaos->response = response_new(&parts);
	/* As the daemon does at its start; then nobody's first logon meets a failure, which costs a minute's rest. */
	prepare_all(chaos);
	for (unsigned n = 0; n < MACHINES; n++)
		rig_order(chaos->rig,
			  "foreign amt-%u precedence 10 owner agent action pass name Foreign", n);
}

static void chaos_end(struct chaos *chaos)
{
	static const char *const tails[] = { "", "-wal", "-shm" };
	char path[96];

	amt_free(chaos->amt);
	response_free(chaos->response);
	store_close(chaos->store);
	guard_free(chaos->guard);
	governor_free(chaos->governor);
	roster_free(chaos->roster);
	policy_free(chaos->policy);
	timer_free(chaos->tick);
	loop_free(chaos->loop);
	rig_free(chaos->rig);
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s%s", chaos->path, tails[i]);
		unlink(path);
	}
	rmdir(chaos->folder);
	mem_free(chaos);
}

/* The ledger's own last word on each machine, not what we were told. */
struct last_words {
	bool enabled[MACHINES], open[MACHINES];
};

static int take_entry(void *arg, uint64_t sequence, const char *json)
{
	struct last_words *words = arg;
	char name[32];

	(void)sequence;
	for (unsigned n = 0; n < MACHINES; n++) {
		snprintf(name, sizeof(name), "\"amt-%u\"", n);
		if (!strstr(json, name))
			continue;
		if (strstr(json, "\"state\":\"applied\"") || strstr(json, "\"state\":\"proven\"") ||
		    strstr(json, "\"state\":\"releasing\""))
			words->enabled[n] = true;
		else if (strstr(json, "\"state\":\"released\"") ||
			 strstr(json, "\"state\":\"applying\""))
			words->enabled[n] = false;
		words->open[n] = strstr(json, "\"open\":") != NULL;
	}
	return 0;
}

static void compare(struct chaos *chaos)
{
	struct last_words words = { 0 };
	struct ledger_head head;
	struct err err = { 0 };
	struct db *db;

	store_close(chaos->store);
	chaos->store = NULL;
	db = db_open(chaos->path, &err);
	if (!db || ledger_verify(db, &head, &err) < 0 ||
	    ledger_walk(db, 1, take_entry, &words, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(head.entries, chaos->facts);
	db_close(db);
	for (unsigned n = 0; n < MACHINES; n++) {
		const char *objects = rig_order(chaos->rig, "objects amt-%u", n);
		unsigned bound;

		/* Neither more nor less than was prepared. */
		if (rig_mentions(objects, "name=Foreign") != 1 ||
		    rig_mentions(objects, "policy ") != chaos->policies + 1 ||
		    rig_mentions(objects, "filter ") != chaos->filters)
			fail_msg("machine %u holds what it should not:\n%s", n, objects);
		/* What a radio has refused by chance is tried again later than the test waits. */
		bound = rig_mentions(objects, "binding sd ");
		if (bound != (words.enabled[n] ? ports_of(n) : 0) &&
		    !(words.enabled[n] && words.open[n] && bound + 1 == ports_of(n)))
			fail_msg("machine %u: the ledger says %s:\n%s", n,
				 words.enabled[n] ? "isolated" : "free", objects);
	}
}

static unsigned number_from(const char *name, unsigned fallback)
{
	const char *text = getenv(name);
	uint32_t value;

	return text && num_u32_between(text, 1, UINT32_MAX, &value) ? value : fallback;
}

static void every_round_converges_and_ledger_and_firmware_agree(void **state)
{
	struct chaos *chaos = mem_alloc(sizeof(*chaos));
	uint32_t seed = number_from("CHAOS_SEED", 1);

	(void)state;
	chaos->rounds = number_from("CHAOS_ROUNDS", 600);
	chaos->random = seed;
	chaos_start(chaos);
	timer_after_ns(chaos->tick, 0);
	loop_run(chaos->loop);
	print_message(
		"# seed %u: %u rounds, %u ended well, %u failed; %u faults planned, %u isolations asked again\n",
		seed, chaos->begun, chaos->ended, chaos->failed, chaos->planned, chaos->retries);
	assert_string_equal(chaos->trouble, "");
	assert_int_equal(chaos->failed, 0);
	assert_int_equal(chaos->ended, chaos->begun);
	/* What an act left behind goes with the next preparation, as at each start of the daemon. */
	for (unsigned n = 0; n < MACHINES; n++)
		rig_order(chaos->rig, "clear amt-%u", n);
	compare(chaos);
	chaos_end(chaos);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_round_converges_and_ledger_and_firmware_agree),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
