/* SPDX-License-Identifier: Apache-2.0 */
/* What a channel means to a person, what its plan says, and what the simulator's packet engine makes of the filters that
 * the client has written for it, packet by packet.
 *
 * Random channels go the whole way: channel, plan, compiler, WS-Management, firmware.  Random packets are judged by the
 * channel's own words and by the plan's here (meaning.h knows neither compiler nor firmware), and there by the firmware's
 * rule.  Either all agree, or the compiler has said why the channel cannot be.
 *
 * CORDON_EQUIVALENCE=full ("make equivalence"): 1,000 channels and a million packets for each, each way, with progress;
 * else what takes seconds.  CHANNELS, PACKETS (each way, for each channel) and SEED change that. */
#include "tests/e2e/amt_bench.h"

#include "core/policy/channel.h"
#include "tests/equivalence/judge.h"
#include "tests/equivalence/meaning.h"
#include "tests/equivalence/packet.h"
#include "tests/equivalence/random_channel.h"

#define DEFAULT_SEED 20260102

struct extent {
	uint32_t channels, packets; /* packets: each way, for each channel */
	uint64_t seed;
	bool progress;
};

struct tally {
	uint64_t packets[2], passed[2]; /* by transmit */
	uint64_t started_ns;
	unsigned held, transmit_full, receive_full, v6_full, too_long;
};

static uint32_t setting(const char *name, uint32_t otherwise)
{
	const char *text = getenv(name);
	uint32_t value = otherwise;

	if (text && *text && !num_u32_between(text, 1, UINT32_MAX, &value))
		fail_msg("%s is no number: %s", name, text);
	return value;
}

static struct extent wanted_extent(void)
{
	const char *said = getenv("CORDON_EQUIVALENCE");
	bool full = said && strcmp(said, "full") == 0;

	return (struct extent){ .channels = setting("CHANNELS", full ? 1000 : 60),
				.packets = setting("PACKETS", full ? 1000000 : 10000),
				.seed = setting("SEED", DEFAULT_SEED),
				.progress = full };
}

static void fill(struct batch *batch, const struct packet_ground *ground, uint32_t *left,
		 uint64_t *seed)
{
	batch->count = 0;
	while (*left > 0 && batch->count < JUDGE_BATCH) {
		struct packet packet = packet_random(ground, *left & 1, seed);

		batch_add(batch, &packet);
		(*left)--;
	}
}

static void check(const struct batch *batch, const struct channel *channel, const struct plan *plan,
		  struct tally *tally)
{
	for (unsigned i = 0; i < batch->count; i++) {
		const struct packet *p = &batch->packets[i];
		bool by_channel = channel_passes(channel, p), by_plan = plan_passes(plan, p),
		     by_firmware = batch_passed(batch, i);
		char text[PACKET_TEXT_BYTES];

		tally->packets[p->transmit]++;
		tally->passed[p->transmit] += by_firmware;
		if (by_channel == by_plan && by_plan == by_firmware)
			continue;
		packet_text(p, text);
		fail_msg("channel %u: %s: the channel %s, the plan %s, firmware %s", tally->held,
			 text, by_channel ? "passes" : "drops", by_plan ? "passes" : "drops",
			 by_firmware ? "passes" : "drops");
	}
}

/* The next batch is with the simulator while this one is checked. */
static void compare(struct judge *judge, const struct channel *channel, const struct plan *plan,
		    const struct extent *extent, struct tally *tally)
{
	uint64_t seed = extent->seed ^ (uint64_t)(tally->held + 1) << 32;
	struct packet_ground ground;
	uint32_t left = 2 * extent->packets;
	struct batch *batch = &judge->batches[0], *other = &judge->batches[1];

	packet_ground_init(&ground, channel);
	fill(batch, &ground, &left, &seed);
	batch_ask(judge, batch);
	while (batch->count > 0) {
		struct batch *checked = batch;

		fill(other, &ground, &left, &seed);
		if (other->count > 0)
			batch_ask(judge, other);
		batch_wait(judge, checked);
		check(checked, channel, plan, tally);
		batch = other;
		other = checked;
	}
}

/* The only excuses there are, and they are explained. */
static void count_excuse(const char *text, struct tally *tally)
{
	bool told = strstr(text, " fit") != NULL;

	if (told && strstr(text, " transmit filters") && strstr(text, "take"))
		tally->transmit_full++;
	else if (told && strstr(text, " receive filters") && strstr(text, "take"))
		tally->receive_full++;
	else if (told && strstr(text, " IPv6 "))
		tally->v6_full++;
	else
		fail_msg("%s", text);
}

static void tell(const struct tally *tally, const struct extent *extent)
{
	double seconds = (double)(clock_monotonic_ns() - tally->started_ns) / 1e9;
	uint64_t packets = tally->packets[0] + tally->packets[1];

	fprintf(stderr, "# channel %u of %u, %.1f million packets agree, %.1f million a second\n",
		tally->held, extent->channels, (double)packets / 1e6,
		(double)packets / 1e6 / (seconds > 0 ? seconds : 1));
}

static void tell_all(const struct tally *tally, const struct extent *extent)
{
	for (unsigned way = 2; way-- > 0;)
		print_message("%s: %llu packets, %llu pass, %llu drop\n",
			      way ? "transmitted" : "received",
			      (unsigned long long)tally->packets[way],
			      (unsigned long long)tally->passed[way],
			      (unsigned long long)(tally->packets[way] - tally->passed[way]));
	print_message(
		"%u channels (seed %llu); refused besides, each with its reason: transmit filters %u, "
		"receive filters %u, IPv6 filters %u, more than %d filters %u\n",
		tally->held, (unsigned long long)extent->seed, tally->transmit_full,
		tally->receive_full, tally->v6_full, PLAN_FILTERS, tally->too_long);
}

/* Isolates with the next channel that fits. */
static void isolate_with_random(struct bench *bench, struct channel *channel, struct plan *plan,
				struct tally *tally, uint64_t *seed)
{
	for (;;) {
		struct err err = { .code = 0 };

		*channel = random_channel(seed);
		if (plan_from_channel(channel, plan, &err) < 0) {
			assert_non_null(strstr(err.text, "needs more than"));
			tally->too_long++;
			continue;
		}
		if (act(bench, ENFORCER_ISOLATE, plan) == 0)
			return;
		count_excuse(bench->text, tally);
	}
}

static void a_channel_its_plan_and_firmware_agree_on_each_packet(void **state)
{
	static const char *const options[] = { "--ip", PACKET_OWN_V4, NULL };
	const struct extent extent = wanted_extent();
	struct bench *bench = bench_new(options);
	struct judge *judge = judge_new(bench->control);
	struct tally tally = { .started_ns = clock_monotonic_ns() };
	uint64_t seed = extent.seed;

	(void)state;
	while (tally.held < extent.channels) {
		struct channel channel;
		struct plan plan;

		isolate_with_random(bench, &channel, &plan, &tally, &seed);
		assert_true(bench->result.active);
		compare(judge, &channel, &plan, &extent, &tally);
		tally.held++;
		/* As a change of policy would: what is not used any more goes. */
		must(bench, ENFORCER_PREPARE, &plan);
		if (extent.progress && tally.held % 20 == 0)
			tell(&tally, &extent);
	}
	tell_all(&tally, &extent);
	for (unsigned way = 0; way < 2; way++)
		assert_in_range(tally.passed[way], tally.packets[way] / 20,
				tally.packets[way] * 19 / 20);
	judge_free(judge);
	bench_free(bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_channel_its_plan_and_firmware_agree_on_each_packet),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
