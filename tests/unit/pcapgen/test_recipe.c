/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/pcapgen/recipe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/pcapgen/frame.h"
#include "tests/pcapgen/timeline.h"

#define LAN                                                                                  \
	"lan 10.20.0.0/24 hosts 10 first 20 gateway 10.20.0.1 dns 10.20.0.2 dhcp 10.20.0.2 " \
	"server 10.20.0.10 remediation 10.20.0.5\n"

enum { WORM = 0x0a140017 };

static const uint64_t second_us = 1000000;

typedef bool match_fn(const struct frame *frame);

static struct recipe *parse(const char *text)
{
	struct recipe_error error;
	struct recipe *recipe = recipe_parse("test", text, NULL, &error);

	if (!recipe)
		fail_msg("%s", error.text);
	return recipe;
}

static size_t count(struct recipe *recipe, match_fn *match)
{
	size_t n, i, hits = 0;
	const struct frame *frames = timeline_play(recipe_timeline(recipe), &n);

	for (i = 0; i < n; i++)
		hits += match(&frames[i]);
	return hits;
}

static bool is_arp_request(const struct frame *f)
{
	return f->kind == FRAME_ARP && f->flags == ARP_REQUEST;
}

static bool is_arp_reply(const struct frame *f)
{
	return f->kind == FRAME_ARP && f->flags == ARP_REPLY;
}

static bool is_syn(const struct frame *f)
{
	return f->kind == FRAME_TCP && f->flags == TCP_SYN;
}

static bool is_syn_to_dark(const struct frame *f)
{
	uint32_t host = f->dst_ip & 0xff;

	return is_syn(f) && f->dst_ip >> 8 == 0x0a1400 && (host > 29 || (host > 10 && host < 20));
}

static bool is_rst(const struct frame *f)
{
	return f->kind == FRAME_TCP && f->flags & TCP_RST;
}

static bool is_nd(const struct frame *f)
{
	return f->kind == FRAME_ICMP6;
}

static bool is_tagged(const struct frame *f)
{
	return f->vlan == 30;
}

static bool any(const struct frame *f)
{
	(void)f;
	return true;
}

/* How many frames of a kind a recipe makes, counted by hand from its words. */
static const struct {
	const char *name;
	const char *text;
	match_fn *match;
	size_t expected;
} counts[] = {
	{ "a sweep of 254 asks for all but itself",
	  LAN "sweep arp 10.20.0.23 at 1 to 10.20.0.1 count 254 rate 100\n", is_arp_request, 253 },
	{ "and each live neighbour answers",
	  LAN "sweep arp 10.20.0.23 at 1 to 10.20.0.1 count 254 rate 100\n", is_arp_reply, 13 },
	{ "only the dark are asked again",
	  LAN "sweep arp 10.20.0.23 at 1 to 10.20.0.8 count 4 rate 1 tries 3\n", is_arp_request,
	  10 },
	{ "an ND sweep repeats for the dark and is answered by the live",
	  LAN "sweep nd 10.20.0.23 at 1 count 3 rate 10 tries 2\n", is_nd, 6 },
	{ "a port scan refuses all but three of a thousand",
	  LAN "portscan 10.20.0.23 at 1 target 10.20.0.10 rate 1000\n", is_rst, 997 },
	{ "a flood is its count and nothing else",
	  LAN "synflood 10.20.0.23 target 10.20.0.10 at 1 count 500 rate 1000\n", any, 500 },
	{ "a silent sweep tries each target three times",
	  LAN "sweep tcp 10.20.0.23 at 1 to 10.21.0.1 count 20 rate 10\n", is_syn, 60 },
	{ "a refusing neighbour is tried once by a sweep",
	  LAN "refuse 10.20.0.25\n"
	      "sweep tcp 10.20.0.23 at 1 to 10.20.0.25 count 1 rate 10\n",
	  is_rst, 1 },
	{ "calls on dark neighbours are questions, on live ones connections",
	  LAN "calls tcp 10.20.0.23 at 1 to 10.20.0.28 count 4 rate 1 ports 502\n", is_arp_request,
	  2 + 3 + 3 },
	{ "who refuses is tried on each port",
	  LAN "calls tcp 10.20.0.23 at 1 count 5 rate 1 ports 4662,443,80 refuse 100\n", is_rst,
	  15 },
	{ "who answers is not",
	  LAN "calls tcp 10.20.0.23 at 1 count 5 rate 1 ports 4662,443 live 100\n", is_syn, 5 },
	{ "a session is eight packets and one and a half per segment, here after one ARP exchange",
	  "lan 10.20.0.0/24 hosts 1 gateway 10.20.0.1\n"
	  "sessions at 0 until 1 count 1 segments 8\n",
	  any, 2 + 3 + 2 + 12 + 3 },
	{ "a VLAN tags everything",
	  "lan 10.20.0.0/24 hosts 1 gateway 10.20.0.1 vlan 30\n"
	  "sessions at 0 until 1 count 1 segments 8\n",
	  is_tagged, 22 },
	{ "an outage beyond the gateway takes the answers, not the questions",
	  LAN "outage 10.30.0.0-10.30.0.255 at 1 until 9\n"
	      "sweep tcp 10.20.0.23 at 2 to 10.30.0.10 count 4 rate 1 alive 100\n",
	  is_syn, 12 },
	{ "and all of them",
	  LAN "outage 10.30.0.0-10.30.0.255 at 1 until 9\n"
	      "sweep tcp 10.20.0.23 at 2 to 10.30.0.10 count 4 rate 1 alive 100\n",
	  any, 12 + 2 },
	{ "before and after it everything is as ever",
	  LAN "outage 10.30.0.0-10.30.0.255 at 1 until 2\n"
	      "sweep tcp 10.20.0.23 at 2 to 10.30.0.10 count 4 rate 1 alive 100\n",
	  is_syn, 4 },
	{ "without the gateway nobody beyond it is asked",
	  LAN "outage 10.20.0.1 at 1 until 9\n"
	      "sweep tcp 10.20.0.23 at 2 to 10.30.0.10 count 2 rate 1 alive 100\n",
	  any, 2 * 3 },
	{ "a neighbour that is out is asked for in vain",
	  LAN "outage 10.20.0.25 at 1 until 9\n"
	      "sweep tcp 10.20.0.23 at 2 to 10.20.0.24 count 2 rate 1 tries 3\n",
	  is_arp_reply, 1 },
	{ "a worm sends no SYN to a dark neighbour",
	  LAN "worm 10.20.0.23 conficker at 0 until 30 rate 20 local 100\n", is_syn_to_dark, 0 },
};

static void a_recipe_makes_what_its_words_say(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		struct recipe *recipe = parse(counts[i].text);
		size_t n = count(recipe, counts[i].match);

		recipe_free(recipe);
		if (n != counts[i].expected)
			fail_msg("%s: %zu, not %zu", counts[i].name, n, counts[i].expected);
	}
}

static const struct {
	const char *text;
	const char *error;
} mistakes[] = {
	{ "sed 1\n", "test:1: unknown verb \"sed\"" },
	{ "\n# x\nseed x\n", "test:3: \"x\" is no number" },
	{ "start yesterday\n", "test:1: \"yesterday\" is no time; write 2026-03-02T09:00:00Z" },
	{ "lan 10.20.0.0\n",
	  "test:1: \"10.20.0.0\" is no network; write 10.20.0.0/24 (8 to 30 bits)" },
	{ "lan 10.20.0.1/24\n", "test:1: 10.20.0.1/24 has host bits set" },
	{ "lan 10.20.0.0/24 hosts 300\n", "test:1: a station lies outside 10.20.0.0/24" },
	{ "lan 10.20.0.0/24 gateway 10.21.0.1\n", "test:1: a station lies outside 10.20.0.0/24" },
	{ "lan 10.20.0.0/24 host 3\n",
	  "test:1: unknown key \"host\"; \"lan\" knows: hosts first gateway dns dhcp server "
	  "remediation vlan" },
	{ "lan 10.20.0.0/24 hosts\n", "test:1: \"hosts\" has no value" },
	{ "office until 5\n", "test:1: \"office\" happens on a LAN; put a \"lan\" line before it" },
	{ LAN "office\n", "test:2: \"office\" needs \"until VALUE\"" },
	{ LAN "office until 5m\n", "test:2: \"5m\" is no time; write 6.5, 6.5s or 6500ms" },
	{ LAN "silent 10.20.0.99\n", "test:2: 10.20.0.99 is not a station of this LAN" },
	{ LAN "silent 10.20.0.25-10.20.0.24\n",
	  "test:2: \"10.20.0.25-10.20.0.24\" runs backwards or is too long" },
	{ LAN "worm 10.20.0.23 sasser at 1 until 2\n",
	  "test:2: unknown worm \"sasser\"; only conficker is known" },
	{ LAN "worm 10.20.0.23 conficker at 1 until 2 rate 0\n",
	  "test:2: rate must be above zero" },
	{ LAN "worm 10.20.0.23 conficker at 1 until 2 local 101\n",
	  "test:2: local is a whole number up to 100, not \"101\"" },
	{ "lan 10.20.0.0/24 hosts 9\nworm 10.20.0.20 conficker at 1 until 2\n",
	  "test:2: \"worm\" needs a LAN with a gateway" },
	{ LAN "calls tcp 10.20.0.23 at 1 count 1 rate 1 ports 80,x\n",
	  "test:2: ports are up to 4 numbers with commas between" },
	{ LAN "calls tcp 10.20.0.23 at 1 count 1 rate 1 names maybe\n",
	  "test:2: names is yes or no, not \"maybe\"" },
	{ "snaplen bytes $X\n", "test:1: \"$X\" was never set" },
};

static void a_mistake_is_named_with_its_line(void **state)
{
	struct recipe_error error;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		assert_null(recipe_parse("test", mistakes[i].text, NULL, &error));
		assert_string_equal(error.text, mistakes[i].error);
	}
}

static void an_override_wins_over_the_recipes_own_setting(void **state)
{
	const char *overrides[] = { "COUNT=7" };
	struct recipe_settings settings = { overrides, 1 };
	struct recipe_error error;
	struct recipe *recipe =
		recipe_parse("test",
			     "set COUNT 9\n" LAN
			     "synflood 10.20.0.23 target 10.20.0.10 at 1 count $COUNT rate 10\n",
			     &settings, &error);

	(void)state;
	assert_non_null(recipe);
	assert_int_equal(count(recipe, any), 7);
	recipe_free(recipe);
}

static void random_worm_targets_have_octets_two_and_four_below_128(void **state)
{
	struct recipe *recipe =
		parse(LAN "worm 10.20.0.23 conficker at 0 until 40 rate 50 local 0\n");
	const struct frame *frames;
	size_t n, i, seen = 0;

	(void)state;
	frames = timeline_play(recipe_timeline(recipe), &n);
	for (i = 0; i < n; i++) {
		if (!is_syn(&frames[i]))
			continue;
		assert_int_equal(frames[i].dst_ip & 0x00800080, 0);
		assert_int_equal(frames[i].dst_port, 445);
		seen++;
	}
	assert_true(seen > 4000);
	recipe_free(recipe);
}

static void a_dark_neighbour_is_asked_thrice_a_second_apart(void **state)
{
	struct recipe *recipe = parse(
		LAN "worm 10.20.0.23 conficker at 0 until 30 rate 5 local 100 order sequential\n");
	const struct frame *frames;
	uint64_t last_us = 0;
	size_t n, i, asked = 0;

	(void)state;
	frames = timeline_play(recipe_timeline(recipe), &n);
	for (i = 0; i < n; i++) {
		if (!is_arp_request(&frames[i]) || frames[i].dst_ip != 0x0a140003)
			continue;
		if (asked++)
			assert_in_range(frames[i].at_us - last_us, 950000, 1050000);
		last_us = frames[i].at_us;
	}
	assert_int_equal(asked, 3);
	recipe_free(recipe);
}

/* Touched on 445, calls back to its attacker, and only then scans itself. */
static void a_vulnerable_neighbour_calls_back_and_then_scans(void **state)
{
	struct recipe *recipe = parse(
		LAN "vulnerable 10.20.0.25\n"
		    "worm 10.20.0.23 conficker at 1 until 20 rate 20 local 100 order sequential "
		    "incubation 2\n");
	uint64_t touched_us = 0, called_us = 0, scanned_us = 0;
	const struct frame *frames;
	size_t n, i;

	(void)state;
	frames = timeline_play(recipe_timeline(recipe), &n);
	for (i = 0; i < n; i++) {
		const struct frame *f = &frames[i];

		if (!touched_us && is_syn(f) && f->src_ip == WORM && f->dst_ip == WORM + 2)
			touched_us = f->at_us;
		if (!called_us && is_syn(f) && f->src_ip == WORM + 2 && f->dst_ip == WORM) {
			called_us = f->at_us;
			assert_true(f->dst_port >= 1024);
		}
		if (!scanned_us && is_arp_request(f) && f->src_ip == WORM + 2)
			scanned_us = f->at_us;
	}
	assert_true(touched_us && called_us > touched_us);
	assert_true(called_us - touched_us < 2 * second_us);
	assert_in_range(scanned_us - called_us, 2 * second_us, 3 * second_us);
	recipe_free(recipe);
}

static void repair_traffic_reaches_the_remediation_server(void **state)
{
	struct recipe *recipe = parse(LAN "repair 10.20.0.23 at 1 until 4\n");
	size_t n, i, renewals = 0, answers = 0, fetches = 0, accepted = 0;
	const struct frame *frames;

	(void)state;
	frames = timeline_play(recipe_timeline(recipe), &n);
	for (i = 0; i < n; i++) {
		const struct frame *f = &frames[i];

		renewals += f->kind == FRAME_UDP && f->dst_port == 67;
		answers += f->kind == FRAME_UDP && f->src_port == 53;
		fetches += is_syn(f) && f->dst_port == 8530;
		accepted += f->kind == FRAME_TCP && f->flags == (TCP_SYN | TCP_ACK) &&
			    f->src_port == 8530;
	}
	assert_in_range(renewals, 3, 4);
	assert_int_equal(answers, renewals);
	assert_int_equal(fetches, renewals);
	assert_int_equal(accepted, renewals);
	recipe_free(recipe);
}

static void time_never_runs_backwards(void **state)
{
	struct recipe *recipe = parse(LAN "office until 60\n"
					  "worm 10.20.0.23 conficker at 5 until 20\n");
	const struct frame *frames;
	size_t n, i;

	(void)state;
	frames = timeline_play(recipe_timeline(recipe), &n);
	assert_true(n > 1000);
	for (i = 1; i < n; i++)
		assert_true(frames[i - 1].at_us <= frames[i].at_us);
	recipe_free(recipe);
}

/* Writes the recipe's capture and reads it back whole; the caller frees. */
static uint8_t *capture(const char *text, size_t *length)
{
	char path[] = "/tmp/cordon-pcapgen-XXXXXX";
	struct recipe *recipe = parse(text);
	const struct frame *frames;
	uint8_t *bytes = malloc(16 << 20);
	int fd = mkstemp(path);
	FILE *file;
	size_t n;

	assert_true(fd >= 0 && bytes);
	close(fd);
	frames = timeline_play(recipe_timeline(recipe), &n);
	assert_true(savefile_write(path, frames, n, recipe_options(recipe)) >= 0);
	file = fopen(path, "rb");
	assert_non_null(file);
	*length = fread(bytes, 1, 16 << 20, file);
	fclose(file);
	unlink(path);
	recipe_free(recipe);
	return bytes;
}

#define OUTBREAK                                      \
	LAN "vulnerable 10.20.0.25\noffice until 8\n" \
	    "worm 10.20.0.23 conficker at 2 until 8 incubation 1\n"

static void the_same_recipe_gives_the_same_bytes_and_another_seed_others(void **state)
{
	size_t length, again_length, other_length;
	uint8_t *bytes = capture("seed 7\n" OUTBREAK, &length);
	uint8_t *again = capture("seed 7\n" OUTBREAK, &again_length);
	uint8_t *other = capture("seed 8\n" OUTBREAK, &other_length);

	(void)state;
	assert_true(length > 100000);
	assert_int_equal(length, again_length);
	assert_memory_equal(bytes, again, length);
	assert_true(length != other_length || memcmp(bytes, other, length) != 0);
	free(bytes);
	free(again);
	free(other);
}

static void a_capture_starts_cuts_and_ends_as_told(void **state)
{
	static const uint8_t head[24] = { 0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, [16] = 64, [20] = 1 };
	size_t length;
	uint8_t *bytes = capture("start 2001-09-09T01:46:40Z\nend at 3.5\nsnaplen bytes 64\n" LAN
				 "sweep tcp 10.20.0.23 at 3 to 10.21.0.1 count 1 rate 1\n",
				 &length);

	(void)state;
	/* ARP exchange (60 bytes each) and one SYN of 66 cut to 64; the repetition is too late. */
	assert_int_equal(length, 24 + 3 * 16 + 2 * 60 + 64);
	assert_memory_equal(bytes, head, sizeof(head));
	assert_memory_equal(bytes + 24, "\x03\xca\x9a\x3b\0\0\0\0\x3c\0\0\0\x3c\0\0\0", 16);
	assert_memory_equal(bytes + 24 + 152 + 8, "\x40\0\0\0\x42\0\0\0", 8);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_recipe_makes_what_its_words_say),
		cmocka_unit_test(a_mistake_is_named_with_its_line),
		cmocka_unit_test(an_override_wins_over_the_recipes_own_setting),
		cmocka_unit_test(random_worm_targets_have_octets_two_and_four_below_128),
		cmocka_unit_test(a_dark_neighbour_is_asked_thrice_a_second_apart),
		cmocka_unit_test(a_vulnerable_neighbour_calls_back_and_then_scans),
		cmocka_unit_test(repair_traffic_reaches_the_remediation_server),
		cmocka_unit_test(time_never_runs_backwards),
		cmocka_unit_test(the_same_recipe_gives_the_same_bytes_and_another_seed_others),
		cmocka_unit_test(a_capture_starts_cuts_and_ends_as_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
