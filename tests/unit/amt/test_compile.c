/* SPDX-License-Identifier: Apache-2.0 */
#include "amt/compile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "amt/cim.h"
#include "core/base/err.h"
#include "core/base/random.h"
#include "core/isolation/plan.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const struct sd_budget roomy = { .tx_filters = 62,
					.rx_filters = 62,
					.tx_counters = 62,
					.rx_counters = 62,
					.v6_tx_filters = 62,
					.v6_rx_filters = 62,
					.v6_ratio = 1 };

static struct prefix net(const char *text)
{
	struct prefix prefix = { 0 };

	assert_true(prefix_parse(text, &prefix));
	return prefix;
}

static struct plan plan_of(const struct filter *filters, size_t count)
{
	struct plan plan = { .name = "repair", .drop_transmit = true, .drop_receive = true };

	for (size_t i = 0; i < count; i++)
		plan.filters[plan.filter_count++] = filters[i];
	return plan;
}

/* ---- tables ---- */

static void each_filter_becomes_the_documented_properties(void **state)
{
	struct filter filter = { .direction = FILTER_TRANSMIT,
				 .ethertype = 0x0800,
				 .proto = 6,
				 .has_remote = true,
				 .remote = net("10.0.0.5"),
				 .remote_port_first = 8530,
				 .remote_port_last = 8530 };
	struct plan plan = plan_of(&filter, 1);
	struct cim_instance *instance;
	struct sd_set set;

	(void)state;
	assert_int_equal(sd_compile(&plan, &roomy, 1000, &set, NULL), 0);
	instance = sd_filter_write(&set.filters[0]);
	assert_string_equal(instance->class_name, "AMT_IPHeadersFilter");
	assert_string_equal(cim_text(instance, "HdrIPVersion", 0), "4");
	assert_string_equal(cim_text(instance, "HdrDestAddress", 0), "0A000005");
	assert_string_equal(cim_text(instance, "HdrDestMask", 0), "FFFFFFFF");
	assert_string_equal(cim_text(instance, "HdrProtocolID", 0), "6");
	assert_string_equal(cim_text(instance, "HdrDestPortStart", 0), "8530");
	assert_string_equal(cim_text(instance, "HdrDestPortEnd", 0), "8530");
	assert_string_equal(cim_text(instance, "FilterProfile", 0), "3");
	assert_string_equal(cim_text(instance, "FilterDirection", 0), "0");
	assert_null(cim_text(instance, "HdrSrcAddress", 0));
	assert_null(cim_text(instance, "HdrSrcPortStart", 0));
	assert_null(cim_text(instance, "FilterProfileData", 0));
	cim_free(instance);
}

static void receiving_swaps_source_and_destination(void **state)
{
	struct filter filter = { .direction = FILTER_RECEIVE,
				 .ethertype = 0x86dd,
				 .proto = 17,
				 .has_remote = true,
				 .remote = net("2001:db8::/33"),
				 .local_port_first = 68,
				 .local_port_last = 68 };
	struct plan plan = plan_of(&filter, 1);
	struct cim_instance *instance;
	struct sd_set set;

	(void)state;
	assert_int_equal(sd_compile(&plan, &roomy, 1000, &set, NULL), 0);
	instance = sd_filter_write(&set.filters[0]);
	assert_string_equal(cim_text(instance, "HdrSrcAddress", 0),
			    "20010DB8000000000000000000000000");
	assert_string_equal(cim_text(instance, "HdrSrcMask", 0),
			    "FFFFFFFF800000000000000000000000");
	assert_string_equal(cim_text(instance, "HdrDestPortStart", 0), "68");
	assert_string_equal(cim_text(instance, "FilterDirection", 0), "1");
	assert_null(cim_text(instance, "HdrSrcPortStart", 0));
	cim_free(instance);
}

static void ethertypes_become_ethernet_filters(void **state)
{
	struct filter filters[] = { { .direction = FILTER_TRANSMIT, .ethertype = 0x0806 },
				    { .direction = FILTER_RECEIVE, .ethertype = 0x888e } };
	struct plan plan = plan_of(filters, COUNT(filters));
	struct cim_instance *instance;
	struct sd_set set;

	(void)state;
	assert_int_equal(sd_compile(&plan, &roomy, 1000, &set, NULL), 0);
	instance = sd_filter_write(&set.filters[0]);
	assert_string_equal(instance->class_name, "AMT_Hdr8021Filter");
	assert_string_equal(cim_text(instance, "HdrProtocolID8021", 0), "2054");
	assert_null(cim_text(instance, "HdrIPVersion", 0));
	cim_free(instance);
	assert_int_equal(set.filters[1].ethertype, 34958);
}

static void defaults_drop_count_and_tell_once(void **state)
{
	struct plan plan = plan_of(NULL, 0);
	struct cim_instance *instance;
	struct sd_set set;

	(void)state;
	assert_int_equal(sd_compile(&plan, &roomy, 1000, &set, NULL), 0);
	instance = sd_policy_write(&set.policy);
	assert_string_equal(cim_text(instance, "TxDefaultDrop", 0), "true");
	assert_string_equal(cim_text(instance, "TxDefaultCount", 0), "true");
	assert_string_equal(cim_text(instance, "TxDefaultMatchEvent", 0), "true");
	assert_string_equal(cim_text(instance, "RxDefaultDrop", 0), "true");
	assert_string_equal(cim_text(instance, "RxDefaultCount", 0), "true");
	assert_string_equal(cim_text(instance, "RxDefaultMatchEvent", 0), "false");
	assert_string_equal(cim_text(instance, "PolicyPrecedence", 0), "1000");
	cim_free(instance);
}

static void plans_that_would_change_meaning_are_refused(void **state)
{
	static const struct {
		const char *name;
		bool drop;
		struct filter filter;
		const char *word;
	} cases[] = {
		{ "drop over drop",
		  true,
		  { .ethertype = 0x0806, .action = FILTER_DROP },
		  "drops already" },
		{ "pass over pass", false, { .ethertype = 0x0806 }, "passes already" },
		{ "everything", true, { .ethertype = 0 }, "every packet" },
		{ "ports without a protocol",
		  true,
		  { .ethertype = 0x0800, .remote_port_first = 80, .remote_port_last = 80 },
		  "TCP or UDP" },
		{ "ports of ICMP",
		  true,
		  { .ethertype = 0x0800,
		    .proto = 1,
		    .remote_port_first = 80,
		    .remote_port_last = 80 },
		  "TCP or UDP" },
		{ "two ranges",
		  true,
		  { .ethertype = 0x0800,
		    .proto = 6,
		    .remote_port_first = 80,
		    .remote_port_last = 90,
		    .local_port_first = 5,
		    .local_port_last = 6 },
		  "one side" },
		{ "a range and a single port",
		  true,
		  { .ethertype = 0x0800,
		    .proto = 6,
		    .remote_port_first = 80,
		    .remote_port_last = 90,
		    .local_port_first = 5,
		    .local_port_last = 5 },
		  "one side" },
		{ "backwards",
		  true,
		  { .ethertype = 0x0800,
		    .proto = 6,
		    .remote_port_first = 90,
		    .remote_port_last = 80 },
		  "backwards" },
		{ "IP fields on ARP", true, { .ethertype = 0x0806, .proto = 6 }, "EtherType" },
		{ "IP fields on nothing", true, { .proto = 6 }, "EtherType" },
		{ "rate of nothing",
		  true,
		  { .ethertype = 0x0806, .action = FILTER_RATE_LIMIT },
		  "use drop" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct plan plan = plan_of(&cases[i].filter, 1);
		struct err err = { 0 };
		struct sd_set set;

		plan.drop_transmit = plan.drop_receive = cases[i].drop;
		if (sd_compile(&plan, &roomy, 1000, &set, &err) == 0 ||
		    !strstr(err.text, cases[i].word))
			fail_msg("%s: %s", cases[i].name, err.text);
		assert_non_null(strstr(err.text, "repair"));
	}
}

static void the_address_must_be_of_the_ip_version(void **state)
{
	struct filter filter = { .ethertype = 0x86dd,
				 .has_remote = true,
				 .remote = net("10.0.0.0/8") };
	struct plan plan = plan_of(&filter, 1);
	struct sd_set set;

	(void)state;
	assert_true(sd_compile(&plan, &roomy, 1000, &set, NULL) < 0);
	plan.filters[0].ethertype = 0x0800;
	assert_int_equal(sd_compile(&plan, &roomy, 1000, &set, NULL), 0);
}

static void names_fit_are_safe_and_change_with_the_content(void **state)
{
	struct filter filter = { .ethertype = 0x0806 };
	struct plan plan = plan_of(&filter, 1), other = plan;
	struct sd_set a, b;

	(void)state;
	snprintf(plan.name, sizeof(plan.name), "rep\xc3\xa4ir it now");
	snprintf(other.name, sizeof(other.name), "rep\xc3\xa4ir it now");
	assert_int_equal(sd_compile(&plan, &roomy, 1000, &a, NULL), 0);
	assert_int_equal(sd_compile(&other, &roomy, 1000, &b, NULL), 0);
	assert_string_equal(a.policy.name, b.policy.name);
	assert_int_equal(strlen(a.policy.name), 16);
	assert_int_equal(strspn(a.policy.name,
				"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
			 16);
	assert_true(strncmp(a.policy.name, "crd-rep__i-", 11) == 0);
	assert_true(strncmp(a.filters[0].name + 4, a.policy.name + 11, 5) == 0);
	other.filters[0].ethertype = 0x888e;
	assert_int_equal(sd_compile(&other, &roomy, 1000, &b, NULL), 0);
	assert_string_not_equal(a.policy.name, b.policy.name);
	assert_string_equal(a.filters[0].name + 9, "-t00");
	other.filters[0].action = FILTER_DROP;
	other.drop_transmit = other.drop_receive = false;
	assert_int_equal(sd_compile(&other, &roomy, 1000, &b, NULL), 0);
	assert_string_equal(b.filters[0].name + 9, "-T00");
	assert_int_equal(sd_compile(&plan, &roomy, 1001, &b, NULL), 0);
	assert_string_not_equal(a.policy.name, b.policy.name);
}

static void equal_filters_are_written_once(void **state)
{
	struct filter filters[] = { { .ethertype = 0x0806, .label = "a" },
				    { .ethertype = 0x0806, .label = "b" },
				    { .ethertype = 0x0806, .direction = FILTER_RECEIVE } };
	struct plan plan = plan_of(filters, COUNT(filters));
	struct sd_set set;

	(void)state;
	assert_int_equal(sd_compile(&plan, &roomy, 1000, &set, NULL), 0);
	assert_int_equal(set.count, 2);
}

static struct plan servers(unsigned count, const char *base, uint16_t ethertype)
{
	struct plan plan = { .name = "repair", .drop_transmit = true, .drop_receive = true };
	char text[64];

	for (unsigned i = 0; i < count; i++) {
		struct filter filter = { .direction = FILTER_RECEIVE,
					 .ethertype = ethertype,
					 .proto = 6,
					 .has_remote = true,
					 .remote_port_first = (uint16_t)(80 + 2 * i),
					 .remote_port_last = (uint16_t)(80 + 2 * i) };

		snprintf(text, sizeof(text), "%s%u", base, i < 20 ? 5u : 6u);
		filter.remote = net(text);
		plan.filters[plan.filter_count++] = filter;
	}
	return plan;
}

static void a_budget_error_says_what_takes_most(void **state)
{
	struct sd_port_capabilities capabilities = { .given = true,
						     .tx_filters = 28,
						     .rx_filters = 32,
						     .tx_counters = 4,
						     .rx_counters = 4,
						     .v6_tx_filters = 28,
						     .v6_rx_filters = 32,
						     .v6_ratio = 4 };
	const struct release new = { 12, 0 };
	struct sd_budget budget = sd_budget_of(&capabilities, &new);
	struct plan fits = servers(31, "10.0.0.", 0x0800), over = servers(35, "10.0.0.", 0x0800);
	struct plan v6 = servers(8, "2001:db8::", 0x86dd);
	struct err err = { 0 };
	struct sd_set set;

	(void)state;
	assert_int_equal(sd_compile(&fits, &budget, 1000, &set, NULL), 0);
	assert_true(sd_compile(&over, &budget, 1000, &set, &err) < 0);
	assert_int_equal(err.code, ERR_LIMIT);
	assert_non_null(strstr(err.text, "needs 35 receive filters, 31 fit"));
	assert_non_null(strstr(err.text, "10.0.0.5 (20), 10.0.0.6 (15)"));
	for (unsigned i = 0; i < over.filter_count; i++)
		over.filters[i].remote.ip.bytes[15] = (uint8_t)(2 * i + i / 8);
	err_clear(&err);
	assert_true(sd_compile(&over, &budget, 1000, &set, &err) < 0);
	assert_non_null(
		strstr(err.text, "31 fit; no destination takes more than one; use prefixes"));
	/* Eight IPv6 filters take four slots each. */
	err_clear(&err);
	assert_true(sd_compile(&v6, &budget, 1000, &set, &err) < 0);
	assert_non_null(strstr(
		err.text,
		"channel \"repair\" needs 32 receive filters, 31 fit (one for IPv6 takes the room of 4); "));
	v6.filter_count = 7;
	assert_int_equal(sd_compile(&v6, &budget, 1000, &set, NULL), 0);
}

static void anti_spoofing_takes_two_slots_and_a_counter_if_there_is_one(void **state)
{
	static const struct {
		uint32_t filters; /* transmit */
		bool wanted, capable;
		uint32_t counters;
		uint8_t written;
		bool fits, unguarded;
	} cases[] = {
		{ 25, true, true, 4, SD_SPOOF_COUNT_EVENT, true, false },
		{ 26, true, true, 4, 0, false, false },
		{ 27, true, false, 4, SD_SPOOF_OFF, true, true },
		{ 27, false, true, 4, SD_SPOOF_OFF, true, false },
		{ 25, true, true, 1, SD_SPOOF_EVENT, true, false }, /* the default counts */
		{ 25, true, true, 0, SD_SPOOF_EVENT, true, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sd_budget budget = { 27, 31, cases[i].counters, 4, 27,
					    31, 4,  cases[i].capable,  0 };
		struct plan plan = servers((unsigned)cases[i].filters, "10.0.0.", 0x0800);
		struct err err = { 0 };
		struct sd_set set;

		for (unsigned k = 0; k < plan.filter_count; k++)
			plan.filters[k].direction = FILTER_TRANSMIT;
		plan.anti_spoofing = cases[i].wanted;
		if ((sd_compile(&plan, &budget, 1000, &set, &err) == 0) != cases[i].fits)
			fail_msg("case %zu: %s", i, err.text);
		if (!cases[i].fits) {
			assert_non_null(strstr(err.text, "needs 28 transmit filters, 27 fit"));
			assert_non_null(strstr(err.text, "anti_spoofing (2)"));
			continue;
		}
		assert_int_equal(set.policy.anti_spoofing, cases[i].written);
		assert_int_equal(set.unguarded, cases[i].unguarded);
	}
}

static void anti_spoofing_changes_the_name_and_is_read_back(void **state)
{
	struct filter filter = { .ethertype = 0x0806 };
	struct plan plan = plan_of(&filter, 1);
	struct sd_budget budget = roomy;
	struct cim_instance *instance;
	struct sd_policy found;
	struct sd_set plain, guarded;

	(void)state;
	budget.anti_spoofing = true;
	assert_int_equal(sd_compile(&plan, &budget, 1000, &plain, NULL), 0);
	plan.anti_spoofing = true;
	assert_int_equal(sd_compile(&plan, &budget, 1000, &guarded, NULL), 0);
	assert_string_not_equal(plain.policy.name, guarded.policy.name);
	instance = sd_policy_write(&guarded.policy);
	assert_string_equal(cim_text(instance, "AntiSpoofingSupport", 0), "3");
	cim_add(instance, "InstanceID", "1");
	assert_true(sd_policy_read(instance, &found));
	assert_true(sd_policy_agrees(&guarded.policy, &found));
	found.anti_spoofing = SD_SPOOF_OFF; /* somebody has changed it */
	assert_false(sd_policy_agrees(&guarded.policy, &found));
	found.anti_spoofing = SD_SPOOF_NOT_TOLD; /* the name vouches for it */
	assert_true(sd_policy_agrees(&guarded.policy, &found));
	cim_free(instance);
}

static void flags_are_written_where_their_coding_is_known(void **state)
{
	struct filter limit = { .direction = FILTER_TRANSMIT,
				.action = FILTER_RATE_LIMIT,
				.count = true,
				.ethertype = 0x0800,
				.proto = 6,
				.opening = true,
				.rate_per_s = 5,
				.remote_port_first = 445,
				.remote_port_last = 445 };
	static const char *const on[] = { NULL, "1", "2" }, *const off[] = { NULL, "4", "16" };
	struct plan plan = { .name = "l445", .filter_count = 1, .filters = { limit } };
	struct sd_budget budget = roomy;
	char names[3][SD_NAME_BYTES];
	struct sd_filter read;
	struct sd_set set;

	(void)state;
	for (uint8_t coding = SD_FLAGS_UNKNOWN; coding <= SD_FLAGS_MASKS; coding++) {
		struct cim_instance *instance;
		const char *said;

		budget.flag_coding = coding;
		assert_int_equal(sd_compile(&plan, &budget, 1000, &set, NULL), 0);
		assert_int_equal(set.widened, coding == SD_FLAGS_UNKNOWN);
		assert_int_equal(set.filters[0].profile, SD_RATE_LIMIT);
		instance = sd_filter_write(&set.filters[0]);
		assert_string_equal(cim_text(instance, "FilterProfileData", 0), "5");
		said = cim_text(instance, "TCPFlagsOn", 0);
		assert_true(on[coding] ? said && strcmp(said, on[coding]) == 0 : !said);
		said = cim_text(instance, "TCPFlagsOff", 0);
		assert_true(off[coding] ? said && strcmp(said, off[coding]) == 0 : !said);
		assert_true(sd_filter_read(instance, &read) &&
			    sd_filter_agrees(&set.filters[0], &read));
		cim_free(instance);
		memcpy(names[coding], set.policy.name, SD_NAME_BYTES);
	}
	/* Another coding is another content. */
	assert_string_not_equal(names[0], names[1]);
	assert_string_not_equal(names[1], names[2]);
	/* Only a limit may be widened: to block or to count all for new connections would be another act. */
	plan.filters[0].action = FILTER_DROP;
	plan.filters[0].rate_per_s = 0;
	budget.flag_coding = SD_FLAGS_UNKNOWN;
	assert_true(sd_compile(&plan, &budget, 1000, &set, NULL) < 0);
}

static void old_releases_filter_no_ipv6(void **state)
{
	const struct sd_port_capabilities unsaid = { 0 };
	const struct release five = { 5, 0 }, six = { 6, 0 };
	struct sd_budget old = sd_budget_of(&unsaid, &five), young = sd_budget_of(&unsaid, &six);
	struct plan v6 = servers(1, "2001:db8::", 0x86dd);
	struct err err = { 0 };
	struct sd_set set;

	(void)state;
	assert_int_equal(sd_compile(&v6, &young, 1000, &set, NULL), 0);
	assert_true(sd_compile(&v6, &old, 1000, &set, &err) < 0);
	assert_non_null(strstr(err.text, "needs 1 IPv6 receive filters, 0 fit"));
}

static void without_counters_the_default_does_not_count(void **state)
{
	struct sd_budget budget = roomy;
	struct filter filter = { .ethertype = 0x0806, .count = true };
	struct plan plan = plan_of(&filter, 1);
	struct sd_set set;

	(void)state;
	assert_int_equal(sd_compile(&plan, &budget, 1000, &set, NULL), 0);
	assert_int_equal(set.filters[0].profile, SD_PASS_COUNT);
	budget.tx_counters = 1;
	assert_true(sd_compile(&plan, &budget, 1000, &set, NULL) < 0);
	plan.filters[0].count = false;
	budget.tx_counters = 0;
	assert_int_equal(sd_compile(&plan, &budget, 1000, &set, NULL), 0);
	assert_false(set.policy.transmit.count);
	assert_true(set.policy.transmit.drop);
	assert_true(set.policy.receive.count);
}

/* ---- the meaning of a plan against the meaning of its compilation, packet by packet ---- */

struct packet {
	uint8_t direction;
	uint16_t ethertype;
	uint8_t proto;
	struct ip local, remote;
	uint16_t local_port, remote_port;
};

/* What a person reads in a plan: does the filter name this packet? */
static bool plan_names(const struct filter *f, const struct packet *p)
{
	return f->direction == p->direction && (!f->ethertype || f->ethertype == p->ethertype) &&
	       (!f->proto || f->proto == p->proto) &&
	       (!f->has_remote || prefix_contains(&f->remote, &p->remote)) &&
	       ((!f->local_port_first && !f->local_port_last) ||
		(p->local_port >= f->local_port_first && p->local_port <= f->local_port_last)) &&
	       ((!f->remote_port_first && !f->remote_port_last) ||
		(p->remote_port >= f->remote_port_first && p->remote_port <= f->remote_port_last));
}

static bool plan_passes(const struct plan *plan, const struct packet *p)
{
	bool drop = p->direction == FILTER_TRANSMIT ? plan->drop_transmit : plan->drop_receive;

	for (size_t i = 0; i < plan->filter_count; i++)
		if (plan_names(&plan->filters[i], p) &&
		    plan->filters[i].action == (drop ? FILTER_PASS : FILTER_DROP))
			return drop;
	return !drop;
}

static bool masked(const struct sd_address *a, const struct ip *ip, bool v6)
{
	for (unsigned i = 0; a->given && i < (v6 ? 16u : 4u); i++)
		if ((ip->bytes[(v6 ? 0 : 12) + i] & a->mask[i]) != a->bytes[i])
			return false;
	return true;
}

static bool in_ports(const struct sd_ports *ports, uint16_t port)
{
	return !ports->given || (port >= ports->first && port <= ports->last);
}

/* The dossier's 2.2 and 2.3, from the firmware's side. */
static bool sd_matches(const struct sd_filter *f, const struct packet *p)
{
	bool transmit = p->direction == FILTER_TRANSMIT, v6 = p->ethertype == 0x86dd;

	if (f->direction != (transmit ? SD_TRANSMIT : SD_RECEIVE))
		return false;
	if (f->ethernet)
		return f->ethertype == p->ethertype;
	if (p->ethertype != (f->ip_version == 6 ? 0x86dd : 0x0800) ||
	    (f->proto && f->proto != p->proto))
		return false;
	return masked(&f->source, transmit ? &p->local : &p->remote, v6) &&
	       masked(&f->destination, transmit ? &p->remote : &p->local, v6) &&
	       in_ports(&f->source_ports, transmit ? p->local_port : p->remote_port) &&
	       in_ports(&f->destination_ports, transmit ? p->remote_port : p->local_port);
}

/* The dossier's 3.3: every filter is compared, any drop drops, the default only where nothing
 * matched. */
static bool sd_passes(const struct sd_set *set, const struct packet *p)
{
	bool matched = false;

	for (unsigned i = 0; i < set->count; i++) {
		if (!sd_matches(&set->filters[i], p))
			continue;
		if (set->filters[i].profile == SD_DROP || set->filters[i].profile == SD_DROP_COUNT)
			return false;
		matched = true;
	}
	return matched || !(p->direction == FILTER_TRANSMIT ? set->policy.transmit.drop
							    : set->policy.receive.drop);
}

static uint32_t pick(uint64_t *seed, uint32_t below)
{
	return (uint32_t)(random_step(seed) >> 33) % below;
}

/* Few values, so that filters and packets meet often. */
static struct ip some_ip(uint64_t *seed, bool v6)
{
	static struct ip parsed[2][6];
	static bool known;
	static const char *const texts[2][6] = {
		{ "10.0.0.4", "10.0.0.5", "10.0.1.5", "10.128.0.1", "192.168.1.1", "0.0.0.0" },
		{ "2001:db8::4", "2001:db8::5", "2001:db8:8000::1", "fe80::1", "::1", "::2" },
	};

	for (unsigned i = 0; i < 12 && !known; i++)
		assert_true(ip_parse(texts[i / 6][i % 6], &parsed[i / 6][i % 6]));
	known = true;
	return parsed[v6][pick(seed, 6)];
}

static struct filter some_filter(uint64_t *seed, bool tx_drop, bool rx_drop)
{
	static const uint16_t types[] = { 0x0800, 0x0800, 0x86dd, 0x0806, 0x888e };
	struct filter f = { .direction = (uint8_t)pick(seed, 2),
			    .ethertype = types[pick(seed, COUNT(types))] };
	bool v6 = f.ethertype == 0x86dd, drop = f.direction == FILTER_TRANSMIT ? tx_drop : rx_drop;

	f.action = drop ? FILTER_PASS : FILTER_DROP;
	f.count = pick(seed, 4) == 0;
	if (f.ethertype == 0x0806 || f.ethertype == 0x888e || pick(seed, 6) == 0)
		return f;
	f.proto = pick(seed, 3) ? 6 : 17;
	if (pick(seed, 2)) {
		static const uint8_t v4_bits[] = { 128, 127, 120, 105, 96 },
				     v6_bits[] = { 128, 127, 64, 33, 0 };

		f.has_remote = true;
		f.remote = (struct prefix){ some_ip(seed, v6),
					    (v6 ? v6_bits : v4_bits)[pick(seed, 5)] };
	}
	switch (pick(seed, 4)) {
	case 0:
		f.local_port_first = f.local_port_last = 68;
		f.remote_port_first = f.remote_port_last = 67;
		break;
	case 1:
		f.remote_port_first = (uint16_t)(60 + pick(seed, 10));
		f.remote_port_last = (uint16_t)(f.remote_port_first + pick(seed, 10));
		break;
	case 2:
		f.local_port_first = (uint16_t)(60 + pick(seed, 10));
		f.local_port_last = UINT16_MAX;
		break;
	default:
		break;
	}
	return f;
}

static struct packet some_packet(uint64_t *seed)
{
	static const uint16_t types[] = { 0x0800, 0x0800, 0x86dd, 0x0806, 0x888e, 0x88cc };
	struct packet p = { .direction = (uint8_t)pick(seed, 2),
			    .ethertype = types[pick(seed, COUNT(types))] };
	bool v6 = p.ethertype == 0x86dd;

	if (p.ethertype != 0x0800 && !v6)
		return p;
	p.proto = pick(seed, 4) ? (pick(seed, 2) ? 6 : 17) : 1;
	p.local = some_ip(seed, v6);
	p.remote = some_ip(seed, v6);
	if (p.proto == 1)
		return p;
	p.local_port = (uint16_t)(58 + pick(seed, 20));
	p.remote_port = (uint16_t)(58 + pick(seed, 20));
	return p;
}

/* CORDON_EQUIVALENCE=full: 1,000 plans and a million packets for each, each way; else as much as takes a second. */
static bool is_full(void)
{
	const char *said = getenv("CORDON_EQUIVALENCE");

	return said && strcmp(said, "full") == 0;
}

static void the_compiled_set_means_what_the_plan_means(void **state)
{
	uint64_t first_seed = 20260101, seed = first_seed, passed = 0, packets = 0, joined = 0;
	const unsigned plans = 1000, each = is_full() ? 2000000 : 1000;

	(void)state;
	for (unsigned round = 0; round < plans; round++) {
		struct plan plan = { .name = "random",
				     .drop_transmit = pick(&seed, 4) > 0,
				     .drop_receive = pick(&seed, 4) > 0 };
		struct err err = { 0 };
		struct sd_set set;

		plan.filter_count = (uint16_t)pick(&seed, 20);
		for (unsigned i = 0; i < plan.filter_count; i++)
			plan.filters[i] = some_filter(&seed, plan.drop_transmit, plan.drop_receive);
		if (sd_compile(&plan, &roomy, 1, &set, &err) < 0)
			fail_msg("seed %llu round %u: %s", (unsigned long long)first_seed, round,
				 err.text);
		joined += (uint64_t)plan.filter_count - set.count;
		for (unsigned i = 0; i < each; i++, packets++) {
			struct packet p = some_packet(&seed);
			bool passes = plan_passes(&plan, &p);

			if (passes != sd_passes(&set, &p))
				fail_msg("seed %llu round %u packet %u",
					 (unsigned long long)first_seed, round, i);
			passed += passes;
		}
	}
	print_message("%u plans, %llu packets, %llu passed, %llu filters saved\n", plans,
		      (unsigned long long)packets, (unsigned long long)passed,
		      (unsigned long long)joined);
	/* Else the packets would not have tried both answers, or nothing was joined. */
	assert_in_range(passed, packets / 10, packets * 9 / 10);
	assert_true(joined > 100);
}

static bool same_parts(const struct sd_filter *a, const struct sd_filter *b)
{
	return memcmp(&a->source, &b->source, sizeof(a->source)) == 0 &&
	       memcmp(&a->destination, &b->destination, sizeof(a->destination)) == 0 &&
	       memcmp(&a->source_ports, &b->source_ports, sizeof(a->source_ports)) == 0 &&
	       memcmp(&a->destination_ports, &b->destination_ports, sizeof(a->source_ports)) == 0;
}

/* Somebody has changed it, or made another of the same name. */
static void expect_no_other_agrees(const struct sd_filter *wanted, const struct sd_filter *found)
{
#define NUMBER(member) offsetof(struct sd_filter, member), SIZE_MAX
#define PART(part, member) \
	offsetof(struct sd_filter, part.member), offsetof(struct sd_filter, part.given)
	static const struct {
		size_t byte, given; /* given: which says that the byte counts */
	} parts[] = {
		{ NUMBER(ethernet) },
		{ NUMBER(event) },
		{ NUMBER(profile) },
		{ NUMBER(direction) },
		{ NUMBER(rate_per_s) },
		{ NUMBER(ethertype) },
		{ NUMBER(ip_version) },
		{ NUMBER(proto) },
		{ NUMBER(flags_on) },
		{ NUMBER(flags_off) },
		{ PART(source, bytes) },
		{ PART(source, mask) },
		{ PART(destination, bytes) },
		{ PART(destination, mask) },
		{ PART(source_ports, first) },
		{ PART(source_ports, last) },
		{ PART(destination_ports, first) },
		{ PART(destination_ports, last) },
	};
#undef NUMBER
#undef PART

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct sd_filter other = *found;

		if (parts[i].given != SIZE_MAX)
			((uint8_t *)&other)[parts[i].given] = true;
		/* Truths have one bit; elsewhere one that leaves no 0, which would mean: not given. */
		((uint8_t *)&other)[parts[i].byte] ^= i < 2 ? 1 : 0x40;
		if (sd_filter_agrees(wanted, &other))
			fail_msg("another byte at %zu is taken for the same", parts[i].byte);
	}
}

static void what_is_written_is_read_back_the_same(void **state)
{
	uint64_t seed = 7;

	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		struct filter filter = some_filter(&seed, true, true);
		struct plan plan = plan_of(&filter, 1);
		struct cim_instance *instance;
		struct sd_filter found;
		struct sd_set set;

		assert_int_equal(sd_compile(&plan, &roomy, 1, &set, NULL), 0);
		instance = sd_filter_write(&set.filters[0]);
		assert_true(sd_filter_read(instance, &found));
		assert_true(sd_filter_agrees(&set.filters[0], &found));
		assert_true(same_parts(&set.filters[0], &found));
		expect_no_other_agrees(&set.filters[0], &found);
		cim_free(instance);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_filter_becomes_the_documented_properties),
		cmocka_unit_test(receiving_swaps_source_and_destination),
		cmocka_unit_test(ethertypes_become_ethernet_filters),
		cmocka_unit_test(defaults_drop_count_and_tell_once),
		cmocka_unit_test(plans_that_would_change_meaning_are_refused),
		cmocka_unit_test(the_address_must_be_of_the_ip_version),
		cmocka_unit_test(names_fit_are_safe_and_change_with_the_content),
		cmocka_unit_test(equal_filters_are_written_once),
		cmocka_unit_test(a_budget_error_says_what_takes_most),
		cmocka_unit_test(anti_spoofing_takes_two_slots_and_a_counter_if_there_is_one),
		cmocka_unit_test(anti_spoofing_changes_the_name_and_is_read_back),
		cmocka_unit_test(flags_are_written_where_their_coding_is_known),
		cmocka_unit_test(old_releases_filter_no_ipv6),
		cmocka_unit_test(without_counters_the_default_does_not_count),
		cmocka_unit_test(the_compiled_set_means_what_the_plan_means),
		cmocka_unit_test(what_is_written_is_read_back_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
