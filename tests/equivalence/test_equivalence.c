/* SPDX-License-Identifier: Apache-2.0 */
/* What a channel means to a person, what its plan says, and what the simulator's packet engine makes of the filters that
 * the client has written for it, packet by packet.
 *
 * Random channels go the whole way: channel, plan, compiler, WS-Management, firmware.  Random packets are judged by the
 * channel's own words and by the plan's here (meaning.h knows neither compiler nor firmware), and there by the firmware's
 * rule.  Either all agree, or the compiler has said why the channel cannot be.  The rungs below isolation, which count or
 * block a port, are tried alike; and what firmware has counted is compared with what was dropped or meant.
 *
 * CORDON_EQUIVALENCE=full ("make equivalence"): 1,000 channels and a million packets for each, each way, with progress;
 * else what takes seconds.  CHANNELS, PACKETS (each way, for each channel) and SEED change that. */
#include "tests/e2e/amt_bench.h"

#include "core/isolation/measure.h"
#include "core/policy/channel.h"
#include "core/policy/decision.h"
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
	unsigned held, transmit_full, receive_full, v6_full, handles_full, too_long;
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

/* What the packets are judged by on this side: a channel's words, or a measure's. */
struct wish {
	struct channel channel; /* of a measure: only the ground to draw packets from */
	const struct decision *measure;
	struct plan plan;
	uint64_t meant; /* packets that a measure was about */
};

static bool wish_passes(struct wish *wish, const struct packet *p)
{
	bool meant;

	if (!wish->measure)
		return channel_passes(&wish->channel, p);
	meant = measure_means(&wish->measure->measure, p);
	wish->meant += meant;
	return !meant || wish->measure->verdict != VERDICT_BLOCK;
}

static void check(const struct batch *batch, struct wish *wish, struct tally *tally)
{
	for (unsigned i = 0; i < batch->count; i++) {
		const struct packet *p = &batch->packets[i];
		bool by_words = wish_passes(wish, p), by_plan = plan_passes(&wish->plan, p),
		     by_firmware = batch_passed(batch, i);
		char text[PACKET_TEXT_BYTES];

		tally->packets[p->transmit]++;
		tally->passed[p->transmit] += by_firmware;
		if (by_words == by_plan && by_plan == by_firmware)
			continue;
		packet_text(p, text);
		fail_msg("round %u: %s: the words %s, the plan %s, firmware %s", tally->held, text,
			 by_words ? "passes" : "drops", by_plan ? "passes" : "drops",
			 by_firmware ? "passes" : "drops");
	}
}

/* The next batch is with the simulator while this one is checked. */
static void compare(struct judge *judge, struct wish *wish, const struct extent *extent,
		    struct tally *tally)
{
	uint64_t seed = extent->seed ^ (uint64_t)(tally->held + 1) << 32;
	struct packet_ground ground;
	uint32_t left = 2 * extent->packets;
	struct batch *batch = &judge->batches[0], *other = &judge->batches[1];

	packet_ground_init(&ground, &wish->channel);
	fill(batch, &ground, &left, &seed);
	batch_ask(judge, batch);
	while (batch->count > 0) {
		struct batch *checked = batch;

		fill(other, &ground, &left, &seed);
		if (other->count > 0)
			batch_ask(judge, other);
		batch_wait(judge, checked);
		check(checked, wish, tally);
		batch = other;
		other = checked;
	}
}

/* A live counter, by the words before it; 0 if it is not there. */
static uint64_t counted(const char *counters, const char *name)
{
	const char *at = strstr(counters, name);
	char digits[12] = "";
	uint32_t value = 0;

	if (!at)
		return 0;
	at = strstr(at, "live=") + strlen("live=");
	snprintf(digits, sizeof(digits), "%.*s", (int)strspn(at, "0123456789"), at);
	assert_true(num_u32_between(digits, 0, UINT32_MAX, &value));
	return value;
}

struct drops {
	uint64_t packets[2]; /* by transmit */
};

static struct drops counted_drops(struct bench *bench)
{
	const char *counters = order(bench, "counters amt");

	return (struct drops){ { counted(counters, "default-rx"),
				 counted(counters, "default-tx") +
					 counted(counters, "anti-spoofing") } };
}

static struct drops seen_drops(const struct tally *tally)
{
	return (struct drops){ { tally->packets[0] - tally->passed[0],
				 tally->packets[1] - tally->passed[1] } };
}

/* What firmware counted as dropped is what was dropped: proof of an isolation rests on it. */
static void compare_and_count(struct bench *bench, struct judge *judge, struct wish *wish,
			      const struct extent *extent, struct tally *tally)
{
	struct drops counted_before = counted_drops(bench), /* the same channel may come twice */
		seen_before = seen_drops(tally), counted_now, seen_now;

	compare(judge, wish, extent, tally);
	counted_now = counted_drops(bench);
	seen_now = seen_drops(tally);
	for (unsigned way = 0; way < 2; way++)
		assert_int_equal(counted_now.packets[way] - counted_before.packets[way],
				 seen_now.packets[way] - seen_before.packets[way]);
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
	else if (strstr(text, "one System Defense policy holds"))
		tally->handles_full++;
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
		"receive filters %u, IPv6 filters %u, handles %u, more than %d filters %u\n",
		tally->held, (unsigned long long)extent->seed, tally->transmit_full,
		tally->receive_full, tally->v6_full, tally->handles_full, PLAN_FILTERS,
		tally->too_long);
}

/* The last third of the channels meet firmware with room for all that one policy may name. */
static void make_roomy(struct bench *bench)
{
	order(bench, "set amt tx_filters 64");
	order(bench, "set amt rx_filters 64");
	order(bench, "set amt ipv6_ratio 1");
	order(bench, "set amt max_filters 200"); /* one policy takes the place of another */
	restart_client(bench);
}

/* Isolates with the next channel that fits. */
static void isolate_with_random(struct bench *bench, struct wish *wish, struct tally *tally,
				uint64_t *seed)
{
	for (;;) {
		struct err err = { .code = 0 };

		wish->channel = random_channel(seed);
		if (plan_from_channel(&wish->channel, &wish->plan, &err) < 0) {
			assert_non_null(strstr(err.text, "needs more than"));
			tally->too_long++;
			continue;
		}
		if (act(bench, ENFORCER_ISOLATE, &wish->plan) == 0)
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
		struct wish wish = { .measure = NULL };

		if (tally.held == extent.channels - extent.channels / 3)
			make_roomy(bench);
		isolate_with_random(bench, &wish, &tally, &seed);
		assert_true(bench->result.active);
		compare_and_count(bench, judge, &wish, &extent, &tally);
		tally.held++;
		/* As a change of policy would: what is not used any more goes. */
		must(bench, ENFORCER_PREPARE, &wish.plan);
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

/* ---- the ladder -------------------------------------------------------------------------------- */

static struct decision random_measure(uint64_t *seed)
{
	static const uint16_t ports[] = { 1, 53, 80, 445, 3389, 8530, 65535 };
	struct decision decision = { .verdict = packet_pick(seed, 2) ? VERDICT_BLOCK
								     : VERDICT_COUNT };
	struct measure *measure = &decision.measure;

	measure->proto = packet_pick(seed, 2) ? IPPROTO_TCP : IPPROTO_UDP;
	measure->port_first = measure->port_last = ports[packet_pick(seed, COUNT(ports))];
	if (packet_pick(seed, 3) == 0)
		measure->port_last = (uint16_t)(measure->port_first +
						packet_pick(seed, 65536u - measure->port_first));
	return decision;
}

/* Packets to anybody in two places, to the ports of the measure and beside them. */
static struct channel ground_of(const struct measure *measure)
{
	static const char *const places[] = { "10.0.0.0/8", "2001:db8::/32" };
	struct channel channel = { .item_count = COUNT(places) };

	for (unsigned i = 0; i < COUNT(places); i++) {
		struct channel_item *item = &channel.items[i];

		item->kind = measure->proto == IPPROTO_TCP ? CHANNEL_TCP : CHANNEL_UDP;
		assert_true(prefix_parse(places[i], &item->to));
		item->port_first = measure->port_first;
		item->port_last = measure->port_last;
	}
	return channel;
}

static uint64_t counted_by_filters(struct bench *bench)
{
	const char *at = order(bench, "counters amt");
	uint64_t all = 0;

	for (; (at = strstr(at, " filter ")) != NULL; at++)
		all += counted(at, " filter ");
	return all;
}

static void a_measure_holds_and_counts_what_it_is_about_and_nothing_else(void **state)
{
	static const char *const options[] = { NULL };
	struct extent extent = wanted_extent();
	struct bench *bench = bench_new(options);
	struct judge *judge = judge_new(bench->control);
	struct tally tally = { .started_ns = clock_monotonic_ns() };
	uint64_t seed = extent.seed, meant = 0;

	(void)state;
	for (extent.channels = extent.channels / 10 + 10; tally.held < extent.channels;
	     tally.held++) {
		struct decision decision = random_measure(&seed);
		struct wish wish = { .channel = ground_of(&decision.measure),
				     .measure = &decision };
		uint64_t before;

		assert_int_equal(plan_from_decision(NULL, &decision, &wish.plan, NULL), 0);
		must(bench, ENFORCER_ISOLATE, &wish.plan);
		before = counted_by_filters(bench); /* the same measure may come twice in a row */
		compare(judge, &wish, &extent, &tally);
		assert_int_equal(counted_by_filters(bench) - before, wish.meant);
		meant += wish.meant;
		must(bench, ENFORCER_PREPARE, &wish.plan);
	}
	print_message("%u measures, %llu packets, %llu counted, %llu of them blocked\n", tally.held,
		      (unsigned long long)(tally.packets[0] + tally.packets[1]),
		      (unsigned long long)meant,
		      (unsigned long long)(tally.packets[1] - tally.passed[1]));
	assert_int_equal(tally.passed[0], tally.packets[0]);
	assert_in_range(meant, tally.packets[1] / 20, tally.packets[1]);
	judge_free(judge);
	bench_free(bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_channel_its_plan_and_firmware_agree_on_each_packet),
		cmocka_unit_test(a_measure_holds_and_counts_what_it_is_about_and_nothing_else),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
