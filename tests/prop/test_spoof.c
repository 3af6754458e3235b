/* SPDX-License-Identifier: Apache-2.0 */
/* test_spoof.c - can one port make the sensor convict the innocent? (worm-detection.md D.3)
 *
 * A thousand machines live ordinarily, their addresses known to the book.  Then one station sends a
 * flood in their names, with its own MAC or with theirs.  No number of forged packets may convict
 * one of them; where its own MAC shows, the forger must be named.
 *
 * CORDON_SPOOF_PACKETS sets the length of each flood (100,000; the bar is 1,000,000). */
#include "tests/prop/town.h"

#define PACKETS_DEFAULT 100000

static struct flood floods[] = {
	{ "SYN to dark hosts in their names, the forger's MAC", DARK_SYN, false, 0, 0 },
	{ "SYN to dark hosts in their names, their MACs", DARK_SYN, true, 0, 0 },
	{ "UDP sprayed in their names, the forger's MAC", UDP_SPRAY, false, 0, 0 },
	{ "UDP sprayed in their names, their MACs", UDP_SPRAY, true, 0, 0 },
	{ "ARP questions in their names, the forger's MAC", ARP_SENDER, false, 0, 0 },
	{ "ARP questions in their names, their MACs", ARP_SENDER, true, 0, 0 },
	{ "SYN in their names, answers to them, the forger's MAC", SYN_ANSWERED, false, 0, 0 },
	{ "SYN in their names, answers to them, their MACs", SYN_ANSWERED, true, 0, 0 },
	{ "UDP in their names, refused to them, the forger's MAC", UDP_UNREACHABLE, false, 0, 0 },
	{ "UDP in their names, refused to them, their MACs", UDP_UNREACHABLE, true, 0, 0 },
};

#define FLOODS (sizeof(floods) / sizeof(floods[0]))

static unsigned long packets_wanted(void)
{
	const char *text = getenv("CORDON_SPOOF_PACKETS");
	unsigned long wanted = text ? strtoul(text, NULL, 10) : 0;

	return wanted ? wanted : PACKETS_DEFAULT;
}

static void convicts_no_innocent(void **state)
{
	const struct flood *flood = *state;
	struct bench bench;

	bench_start(&bench, 1 + (uint64_t)(flood - floods));
	warm_up(&bench);
	assert_int_equal(bench.innocents + bench.suspected, 0); /* ordinary life is ordinary */
	drown(&bench, flood, packets_wanted());
	tell(&bench, flood);
	assert_int_equal(bench.innocents, 0);
	if (flood->pattern == UDP_SPRAY && flood->forged_mac)
		assert_int_equal(bench.suspected,
				 INNOCENTS); /* silence of UDP within the site makes suspects */
	else if (flood->forged_mac)
		/* And people are told why; of those whose targets answer, not all come near a conviction. */
		assert_in_range(bench.in_doubt, INNOCENTS * 2 / 3, INNOCENTS);
	else
		/* The number is told anew after ten seconds. */
		the_forger_is_named(&bench, packets_wanted() < PACKETS_DEFAULT
						    ? INNOCENTS / 2
						    : INNOCENTS * 95 / 100);
	bench_stop(&bench);
}

/* ---- other ways to do it ----------------------------------------------------------------------- */

static struct flood slow_floods[] = {
	{ "one SYN a second in a thousand names", DARK_SYN, true, 0, 1 },
	{ "one ARP question a second in a thousand names", ARP_SENDER, true, 0, 1 },
	{ "one SYN a second in fifty names", DARK_SYN, true, 50, 1 },
	{ "one ARP question a second in fifty names", ARP_SENDER, true, 50, 1 },
	{ "one SYN a second in fifty names, the forger's MAC", DARK_SYN, false, 50, 1 },
	{ "SYN in twenty names, as fast as it goes", DARK_SYN, true, 20, 100000 },
};

/* The rule knows no clock: what is slow is as innocent as what is fast. */
static void a_slow_flood_convicts_nobody_either(void **state)
{
	(void)state;
	for (size_t f = 0; f < sizeof(slow_floods) / sizeof(slow_floods[0]); f++) {
		const struct flood *flood = &slow_floods[f];
		struct bench bench;

		bench_start(&bench, 100 + f);
		warm_up(&bench);
		drown(&bench, flood, 20000);
		tell(&bench, flood);
		assert_int_equal(bench.innocents, 0);
		if (!flood->forged_mac)
			the_forger_is_named(&bench, flood->names);
		bench_stop(&bench);
	}
}

/* A forged frame tells who sent it as long as the MAC is its own, however few names it bears. */
static void one_victim_is_safe_from_another_mac(void **state)
{
	(void)state;
	for (enum pattern p = DARK_SYN; p <= UDP_UNREACHABLE; p++) {
		struct flood flood = { "one name, the forger's MAC", p, false, 1, 100 };
		struct ip own = forger();
		struct host_key key = host_key_of(&own, 0);
		const struct incident *incident;
		struct bench bench;
		bool is_named = false;

		bench_start(&bench, 200 + p);
		warm_up(&bench);
		drown(&bench, &flood, 20000);
		assert_int_equal(bench.innocents, 0);
		assert_true(bench.disputed > 0);
		incident = book_find(bench.book, &key);
		for (unsigned i = 0; incident && i < incident->evidence_count; i++)
			is_named |= incident->evidence[i].detector == DETECTOR_SPOOF;
		assert_true(is_named);
		bench_stop(&bench);
	}
}

/* With the MAC of the one whose name it bears a frame tells nothing; what clears the victim is its own reset of the
 * connections that it never began.  Nothing clears it from silence: see the README. */
static void one_victim_clears_itself_by_its_resets(void **state)
{
	unsigned convicted = 0;

	(void)state;
	for (unsigned seed = 0; seed < 50; seed++) {
		struct flood flood = { "one name, its MAC", SYN_ANSWERED, true, 1, 100 };
		struct bench bench;

		bench_start(&bench, 300 + seed);
		warm_up(&bench);
		drown(&bench, &flood, 200);
		convicted += bench.innocents;
		bench_stop(&bench);
	}
	printf("# one name, its MAC, half of the SYNs answered: %u of 50 convicted before the first reset\n",
	       convicted);
	assert_true(convicted <= 5); /* five refusals in a row: 1 in 32 */
}

/* A PC that has lived for some minutes, by the TCP of its operating system. */
static void connect_as(struct bench *bench, const struct ip *who, const struct ip *to,
		       const uint8_t *options, uint8_t option_bytes, bool answered)
{
	struct packet syn = wire_tcp(0, who, to, 445, TCP_SYN);

	if (option_bytes == 0)
		syn.marks &= (uint8_t)~PACKET_TCP_OPTIONS;
	syn.payload = options + option_bytes;
	syn.tcp_option_bytes = option_bytes;
	syn.hop_limit = 128;
	syn.tcp_seq = 7000;
	wire(bench, syn);
	if (answered) {
		struct packet answer = wire_answer(0, &syn, TCP_SYN | TCP_ACK);

		answer.tcp_ack = 7001;
		wire(bench, answer);
	}
}

/* What convicts it was made by another program than its TCP, and that is known: its firmware is asked before anything is
 * done.  When it sweeps itself, nobody needs to be asked. */
static void one_victim_of_a_common_tool_is_asked_for_its_witness(void **state)
{
	static const uint8_t windows[] = { 2, 4, 5, 180, 1, 3, 3, 8, 1, 1, 4, 2 };
	static const uint8_t scan_tool[] = { 2, 4, 5, 180 };
	static const struct {
		const uint8_t *options;
		uint8_t bytes;
		bool strange;
	} cases[] = { { scan_tool, 0, true }, { scan_tool, 4, true }, { windows, 12, false } };
	struct ip victim = innocent(7);
	struct host_key key = host_key_of(&victim, 0);

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct bench bench;

		bench_start(&bench, 400 + c);
		warm_up(&bench);
		for (unsigned n = 0; n < 10; n++) {
			struct ip to = innocent(20 + n);

			bench.now_ns += s_to_ns(15);
			connect_as(&bench, &victim, &to, windows, sizeof(windows), true);
		}
		for (unsigned n = 0; n < 12; n++) {
			struct ip to = dark(&bench);

			bench.now_ns += ms_to_ns(300);
			connect_as(&bench, &victim, &to, cases[c].options, cases[c].bytes, false);
		}
		tracker_advance(bench.tracker, bench.now_ns + s_to_ns(10));
		assert_int_equal(bench.innocents, 1);
		assert_int_equal(incident_is_strange(book_find(bench.book, &key)),
				 cases[c].strange);
		bench_stop(&bench);
	}
}

/* ---- and not at the worms' advantage ----------------------------------------------------------- */

/* The cure must not be that nobody is convicted any more. */
static void who_sweeps_in_its_own_name_is_convicted(void **state)
{
	static const enum pattern patterns[] = { DARK_SYN, ARP_SENDER };
	struct flood honest = { .name = "its own", .forged_mac = true };
	struct ip sweeper = innocent(7);

	(void)state;
	for (unsigned p = 0; p < 2; p++) {
		struct bench bench;

		bench_start(&bench, 99);
		warm_up(&bench);
		honest.pattern = patterns[p];
		for (unsigned i = 0; i < 10; i++) {
			bench.now_ns += ms_to_ns(100);
			forge_as(&bench, &honest, &sweeper);
		}
		tracker_advance(bench.tracker, bench.now_ns + s_to_ns(10));
		assert_int_equal(bench.innocents, 1);
		assert_int_equal(bench.disputed, 0);
		bench_stop(&bench);
	}
}

/* Who forges while it sweeps in its own name as well gains nothing by it. */
static void a_worm_does_not_hide_behind_forged_names(void **state)
{
	struct flood names = { "names", DARK_SYN, false, 0, 0 },
		     honest = { .pattern = DARK_SYN, .forged_mac = true };
	struct ip own = forger();
	struct bench bench;

	(void)state;
	bench_start(&bench, 98);
	warm_up(&bench);
	for (unsigned i = 0; i < 2000; i++) {
		bench.now_ns += ms_to_ns(1);
		if (i % 10)
			forge(&bench, &names);
		else
			forge_as(&bench, &honest, &own);
	}
	assert_int_equal(bench.innocents, 0);
	the_forger_is_named(&bench, 500);
	bench_stop(&bench);
}

int main(void)
{
	struct CMUnitTest tests[FLOODS + 6] = {
		[FLOODS] = cmocka_unit_test(a_slow_flood_convicts_nobody_either),
		[FLOODS + 1] = cmocka_unit_test(one_victim_is_safe_from_another_mac),
		[FLOODS + 2] = cmocka_unit_test(who_sweeps_in_its_own_name_is_convicted),
		[FLOODS + 4] = cmocka_unit_test(one_victim_clears_itself_by_its_resets),
		[FLOODS + 5] =
			cmocka_unit_test(one_victim_of_a_common_tool_is_asked_for_its_witness),
		[FLOODS + 3] = cmocka_unit_test(a_worm_does_not_hide_behind_forged_names),
	};

	for (unsigned i = 0; i < FLOODS; i++)
		tests[i] = (struct CMUnitTest){ .name = floods[i].name,
						.test_func = convicts_no_innocent,
						.initial_state = &floods[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
