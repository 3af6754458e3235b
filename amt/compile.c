/* SPDX-License-Identifier: Apache-2.0 */
/* Plan to System Defense.
 *
 * Each neutral filter becomes one firmware filter; equal ones are merged, and so are those whose packets one
 * filter can match (aggregate.h).  Local and remote become source and destination by direction (2.3).  The meaning
 * is kept because every plan that is let through has, per direction, either pass filters over a drop default or drop
 * filters over a pass default: then "drop wins" and "first match" and "default" agree.  tests/unit/amt/test_compile.c
 * checks that with random packets, tests/equivalence against the simulator's packet engine.
 *
 * Left out: address ranges, MAC and VLAN matches (firmware support is unknown or
 * absent). */
#include "amt/compile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "amt/aggregate.h"
#include "core/base/buf.h"
#include "core/base/digest.h"
#include "core/base/err.h"
#include "core/isolation/plan.h"

#define ETHERTYPE_V4 0x0800
#define ETHERTYPE_V6 0x86dd
#define PROTO_TCP    6
#define PROTO_UDP    17
#define HASH_DIGITS  5
#define TAKERS_TOLD  3

static uint32_t but_one(uint32_t slots)
{
	return slots ? slots - 1 : 0;
}

struct sd_budget sd_budget_of(const struct sd_port_capabilities *capabilities,
			      const struct release *release)
{
	struct sd_budget budget = { .tx_filters = 27,
				    .rx_filters = 31,
				    .tx_counters = 1,
				    .rx_counters = 1,
				    .v6_tx_filters = 27,
				    .v6_rx_filters = 31,
				    .v6_ratio = 1 };

	/* One slot of each direction is the default filter (3.1). */
	if (capabilities->given)
		budget = (struct sd_budget){
			.tx_filters = but_one(capabilities->tx_filters),
			.rx_filters = but_one(capabilities->rx_filters),
			.tx_counters = capabilities->tx_counters,
			.rx_counters = capabilities->rx_counters,
			.v6_tx_filters = but_one(capabilities->v6_tx_filters),
			.v6_rx_filters = but_one(capabilities->v6_rx_filters),
			.v6_ratio = capabilities->v6_ratio ? capabilities->v6_ratio : 1,
		};
	if (release_has(release, RELEASE_NO_IPV6_FILTERS))
		budget.v6_tx_filters = budget.v6_rx_filters = 0;
	return budget;
}

static bool has_ip_fields(const struct filter *filter)
{
	return filter->proto || filter->opening || filter->has_remote || filter->local_port_first ||
	       filter->local_port_last || filter->remote_port_first || filter->remote_port_last;
}

static const char *label_of(const struct filter *filter)
{
	return *filter->label ? filter->label : filter->direction == FILTER_TRANSMIT ? "tx" : "rx";
}

/* 0,0 is "any", and so is the whole range. */
static int take_ports(const char *label, uint16_t first, uint16_t last, struct sd_ports *ports,
		      struct err *err)
{
	if (first > last)
		return err_set(err, ERR_CONFIG, "filter %s: the port range %u-%u is backwards",
			       label, first, last);
	ports->given = last && !(first == 0 && last == UINT16_MAX);
	ports->first = first;
	ports->last = last;
	if (!ports->given)
		ports->first = ports->last = 0;
	return 0;
}

static int check_ports(const struct filter *filter, const struct sd_ports *local,
		       const struct sd_ports *remote, struct err *err)
{
	bool single = local->first == local->last && remote->first == remote->last;

	if (!local->given && !remote->given)
		return 0;
	if (filter->proto != PROTO_TCP && filter->proto != PROTO_UDP)
		return err_set(err, ERR_CONFIG, "filter %s: ports need TCP or UDP",
			       label_of(filter));
	if (local->given && remote->given && !single)
		return err_set(
			err, ERR_CONFIG,
			"filter %s: System Defense takes a port range on one side only; give "
			"single ports or drop one side",
			label_of(filter));
	return 0;
}

/* A prefix of no bits is "any address". */
static int take_remote(const struct filter *filter, bool v6, struct sd_address *address,
		       struct err *err)
{
	unsigned skip = v6 ? 0 : 12, bits = filter->remote.bits;

	if (!filter->has_remote)
		return 0;
	if (ip_is_v4(&filter->remote.ip) == v6)
		return err_set(err, ERR_CONFIG, "filter %s: its address is not of its IP version",
			       label_of(filter));
	if (bits > 128 || bits < skip * 8)
		return err_set(err, ERR_CONFIG, "filter %s: its prefix length is out of bounds",
			       label_of(filter));
	bits -= skip * 8;
	address->given = bits > 0;
	for (unsigned i = 0; address->given && i < 16 - skip; i++) {
		unsigned in_byte = bits > 8 * i ? bits - 8 * i : 0;

		address->mask[i] = (uint8_t)(in_byte >= 8 ? 0xff : 0xff00 >> in_byte);
		address->bytes[i] = filter->remote.ip.bytes[skip + i] & address->mask[i];
	}
	return 0;
}

/* SYN set and ACK clear. */
static int take_flags(const struct filter *filter, unsigned coding, struct sd_filter *out,
		      struct err *err)
{
	if (!filter->opening || (coding == SD_FLAGS_UNKNOWN && filter->action == FILTER_RATE_LIMIT))
		return 0;
	if (filter->proto != PROTO_TCP)
		return err_set(err, ERR_CONFIG, "filter %s: only TCP opens connections",
			       label_of(filter));
	if (coding == SD_FLAGS_UNKNOWN)
		return err_set(
			err, ERR_CONFIG,
			"filter %s: this firmware's coding of TCP flags is not known; set amt.tcp_flags",
			label_of(filter));
	out->flags_on = coding == SD_FLAGS_BITS ? 1 : 0x02;
	out->flags_off = coding == SD_FLAGS_BITS ? 4 : 0x10;
	return 0;
}

static int take_ip(const struct filter *filter, unsigned coding, struct sd_filter *out,
		   struct err *err)
{
	bool transmit = filter->direction == FILTER_TRANSMIT,
	     v6 = filter->ethertype == ETHERTYPE_V6;
	struct sd_ports *local = transmit ? &out->source_ports : &out->destination_ports;
	struct sd_ports *remote = transmit ? &out->destination_ports : &out->source_ports;
	int rc;

	if (filter->ethertype != ETHERTYPE_V4 && !v6)
		return err_set(err, ERR_CONFIG,
			       "filter %s: IP fields need EtherType 0x0800 or 0x86dd, not 0x%04x",
			       label_of(filter), filter->ethertype);
	out->ip_version = v6 ? 6 : 4;
	out->proto = filter->proto;
	rc = take_remote(filter, v6, transmit ? &out->destination : &out->source, err);
	if (rc == 0)
		rc = take_ports(label_of(filter), filter->local_port_first, filter->local_port_last,
				local, err);
	if (rc == 0)
		rc = take_ports(label_of(filter), filter->remote_port_first,
				filter->remote_port_last, remote, err);
	if (rc == 0)
		rc = check_ports(filter, local, remote, err);
	return rc == 0 ? take_flags(filter, coding, out, err) : rc;
}

/* Under "drop wins" these change nothing, so whoever wrote them expected something else. */
static int check_sense(const struct plan *plan, const struct filter *filter, struct err *err)
{
	bool drop = filter->direction == FILTER_TRANSMIT ? plan->drop_transmit : plan->drop_receive;

	if (filter->action == FILTER_DROP && drop)
		return err_set(
			err, ERR_CONFIG,
			"filter %s drops what the default drops already, and would beat every "
			"pass filter; remove it or narrow the pass filters",
			label_of(filter));
	if (filter->action == FILTER_PASS && !drop && !filter->count)
		return err_set(
			err, ERR_CONFIG,
			"filter %s passes what the default passes already (a pass filter cannot "
			"make a hole in a drop filter); set the default to drop",
			label_of(filter));
	if (filter->action == FILTER_RATE_LIMIT && !filter->rate_per_s)
		return err_set(err, ERR_CONFIG, "filter %s limits to 0 packets a second; use drop",
			       label_of(filter));
	return 0;
}

static uint8_t profile_of(const struct filter *filter)
{
	if (filter->action == FILTER_RATE_LIMIT)
		return SD_RATE_LIMIT;
	if (filter->action == FILTER_DROP)
		return filter->count ? SD_DROP_COUNT : SD_DROP;
	return filter->count ? SD_PASS_COUNT : SD_PASS;
}

struct source {
	const struct plan *plan;
	unsigned coding; /* enum sd_flag_coding */
};

static int take_filter(const struct source *source, const struct filter *filter,
		       struct sd_filter *out, struct err *err)
{
	int rc = check_sense(source->plan, filter, err);

	if (rc < 0)
		return rc;
	memset(out, 0, sizeof(*out));
	out->direction = filter->direction == FILTER_TRANSMIT ? SD_TRANSMIT : SD_RECEIVE;
	out->profile = profile_of(filter);
	out->rate_per_s = out->profile == SD_RATE_LIMIT ? filter->rate_per_s : 0;
	if (has_ip_fields(filter))
		return take_ip(filter, source->coding, out, err);
	if (!filter->ethertype)
		return err_set(err, ERR_CONFIG,
			       "filter %s matches every packet; set the default instead",
			       label_of(filter));
	out->ethernet = true;
	out->ethertype = filter->ethertype;
	return 0;
}

static uint32_t slots_of(const struct sd_filter *filter, const struct sd_budget *budget)
{
	return !filter->ethernet && filter->ip_version == 6 ? budget->v6_ratio : 1;
}

static bool counts(const struct sd_filter *filter)
{
	return filter->profile == SD_PASS_COUNT || filter->profile == SD_DROP_COUNT ||
	       filter->profile == SD_RATE_LIMIT;
}

struct need {
	uint32_t slots, v6, counters;
};

/* The plan may hold more than a policy, so everything is compiled into room for a whole plan
 * first. */
struct draft {
	struct sd_filter filters[PLAN_FILTERS];
	const struct filter *from[PLAN_FILTERS];
	size_t count;
	bool widened;
};

static struct need need_of(const struct draft *draft, const struct sd_budget *budget,
			   unsigned direction, bool default_counts)
{
	struct need need = { .counters = default_counts ? 1 : 0 };

	for (size_t i = 0; i < draft->count; i++) {
		const struct sd_filter *filter = &draft->filters[i];

		if (filter->direction != direction)
			continue;
		need.slots += slots_of(filter, budget);
		need.v6 += !filter->ethernet && filter->ip_version == 6;
		need.counters += counts(filter) ? slots_of(filter, budget) : 0;
	}
	return need;
}

struct taker {
	char text[PREFIX_TEXT_BYTES];
	uint32_t slots;
};

static int compare_takers(const void *a, const void *b)
{
	const struct taker *x = a, *y = b;

	return x->slots != y->slots ? (x->slots < y->slots) - (x->slots > y->slots)
				    : strcmp(x->text, y->text);
}

/* By destination, because that is what a person can shorten. */
static void name_takers(const struct draft *draft, const struct sd_budget *budget,
			unsigned direction, struct buf *text)
{
	struct taker takers[PLAN_FILTERS];
	size_t count = 0;

	for (size_t i = 0; i < draft->count; i++) {
		char name[PREFIX_TEXT_BYTES];
		size_t at = 0;

		if (draft->filters[i].direction != direction)
			continue;
		if (draft->from[i]->has_remote)
			prefix_text(&draft->from[i]->remote, name);
		else
			snprintf(name, sizeof(name), "%s", label_of(draft->from[i]));
		while (at < count && strcmp(takers[at].text, name) != 0)
			at++;
		if (at == count)
			takers[count++] = (struct taker){ .slots = 0 };
		snprintf(takers[at].text, sizeof(takers[at].text), "%s", name);
		takers[at].slots += slots_of(&draft->filters[i], budget);
	}
	qsort(takers, count, sizeof(takers[0]), compare_takers);
	for (size_t i = 0; i < count && i < TAKERS_TOLD; i++)
		buf_format(text, "%s%s (%u)", i ? ", " : "", takers[i].text, takers[i].slots);
}

static int over_budget(const struct draft *draft, const struct sd_budget *budget,
		       unsigned direction, uint32_t needs, uint32_t fit, struct err *err)
{
	struct buf text;
	int rc;

	buf_init(&text, 300);
	name_takers(draft, budget, direction, &text);
	rc = err_set(
		err, ERR_LIMIT,
		"the channel needs %u %s filters, %u fit in this firmware; the largest takers are %s; "
		"use port ranges, fewer servers, or one relay",
		needs, direction == SD_TRANSMIT ? "transmit" : "receive", fit,
		text.text ? text.text : "none");
	buf_fini(&text);
	return rc;
}

static int check_direction(const struct draft *draft, const struct sd_budget *budget,
			   unsigned direction, struct sd_default *fallback, struct err *err)
{
	bool transmit = direction == SD_TRANSMIT;
	uint32_t fit = transmit ? budget->tx_filters : budget->rx_filters;
	uint32_t v6_fit = transmit ? budget->v6_tx_filters : budget->v6_rx_filters;
	uint32_t counters = transmit ? budget->tx_counters : budget->rx_counters;
	struct need need;

	/* Better isolate without a counter, and be proven by silence alone, than not at all. */
	if (!counters)
		fallback->count = false;
	need = need_of(draft, budget, direction, fallback->count);
	if (need.slots > fit)
		return over_budget(draft, budget, direction, need.slots, fit, err);
	if (need.v6 > v6_fit)
		return err_set(
			err, ERR_LIMIT,
			"the channel needs %u IPv6 %s filters, %u fit in this firmware; use IPv4 "
			"for the repair servers",
			need.v6, transmit ? "transmit" : "receive", v6_fit);
	if (need.counters > counters)
		return err_set(
			err, ERR_LIMIT,
			"the channel needs %u %s counters, %u fit in this firmware; count fewer "
			"filters",
			need.counters, transmit ? "transmit" : "receive", counters);
	return 0;
}

static bool same(const struct sd_filter *a, const struct sd_filter *b)
{
	/* Both come from take_filter(), which zeroes first: bytes decide. */
	return memcmp(a, b, sizeof(*a)) == 0;
}

static int draft_of(const struct plan *plan, const struct sd_budget *budget, struct draft *draft,
		    struct err *err)
{
	const struct source source = { plan, budget->flag_coding };

	draft->count = 0;
	draft->widened = false;
	for (size_t i = 0; i < plan->filter_count; i++) {
		struct sd_filter *filter = &draft->filters[draft->count];
		size_t twin = 0;
		int rc = take_filter(&source, &plan->filters[i], filter, err);

		if (rc < 0)
			return rc;
		while (!same(&draft->filters[twin], filter))
			twin++;
		draft->widened = draft->widened || (plan->filters[i].opening && !filter->flags_on);
		draft->from[twin] = &plan->filters[i];
		if (twin == draft->count)
			draft->count++;
	}
	draft->count = sd_aggregate(draft->filters, draft->from, draft->count);
	return 0;
}

static void hash_address(struct buf *text, const struct sd_address *address)
{
	buf_char(text, address->given ? 'a' : '-');
	buf_append(text, address->bytes, sizeof(address->bytes));
	buf_append(text, address->mask, sizeof(address->mask));
}

static void hash_filter(struct buf *text, const struct sd_filter *f)
{
	buf_format(text, "|%d,%u,%u,%d,%u,%u,%u,%u", f->ethernet, f->profile, f->direction,
		   f->event, f->rate_per_s, f->ethertype, f->ip_version, f->proto);
	if (f->flags_on || f->flags_off)
		buf_format(text, ",f%u/%u", f->flags_on, f->flags_off);
	hash_address(text, &f->source);
	hash_address(text, &f->destination);
	buf_format(text, "%d,%u-%u,%d,%u-%u", f->source_ports.given, f->source_ports.first,
		   f->source_ports.last, f->destination_ports.given, f->destination_ports.first,
		   f->destination_ports.last);
}

static void hash_set(struct sd_set *set)
{
	const struct sd_default *tx = &set->policy.transmit, *rx = &set->policy.receive;
	struct buf text;

	buf_init(&text, 65536);
	buf_format(&text, "1,%u,%d%d%d,%d%d%d", set->policy.precedence, tx->drop, tx->event,
		   tx->count, rx->drop, rx->event, rx->count);
	for (unsigned i = 0; i < set->count; i++)
		hash_filter(&text, &set->filters[i]);
	digest_sha256(text.text, text.length, &set->content);
	buf_fini(&text);
}

/* Capitals drop: whoever reads counters by the filter's name need not remember the filter. */
static char name_letter(const struct sd_filter *filter)
{
	bool drops = filter->profile == SD_DROP || filter->profile == SD_DROP_COUNT;

	if (filter->direction == SD_TRANSMIT)
		return drops ? 'T' : 't';
	return drops ? 'R' : 'r';
}

/* The safe characters of names in firmware (3.1). */
static void name_set(struct sd_set *set, const char *plan_name)
{
	char digits[65], part[7];
	size_t length = 0;

	for (const char *c = plan_name; *c && length < sizeof(part) - 1; c++) {
		bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
			     (*c >= '0' && *c <= '9') || *c == '_';

		part[length++] = plain ? *c : '_';
	}
	part[length] = '\0';
	hash_set(set);
	digest_sha256_text(&set->content, digits);
	snprintf(set->policy.name, sizeof(set->policy.name), SD_NAME_PREFIX "%s-%.*s",
		 length ? part : "plan", HASH_DIGITS, digits);
	for (unsigned i = 0; i < set->count; i++)
		snprintf(set->filters[i].name, sizeof(set->filters[i].name),
			 SD_NAME_PREFIX "%.*s-%c%02u", HASH_DIGITS, digits,
			 name_letter(&set->filters[i]), i % 100);
}

int sd_compile(const struct plan *plan, const struct sd_budget *budget, uint32_t precedence,
	       struct sd_set *set, struct err *err)
{
	/* The event tells once that the machine still tries to talk; on receive it would tell of others (3.3). */
	struct sd_default transmit = { plan->drop_transmit, plan->drop_transmit,
				       plan->drop_transmit };
	struct sd_default receive = { plan->drop_receive, false, plan->drop_receive };
	struct draft draft;
	int rc;

	memset(set, 0, sizeof(*set));
	rc = draft_of(plan, budget, &draft, err);
	if (rc == 0)
		rc = check_direction(&draft, budget, SD_TRANSMIT, &transmit, err);
	if (rc == 0)
		rc = check_direction(&draft, budget, SD_RECEIVE, &receive, err);
	if (rc == 0 && draft.count > SD_HANDLES_MAX)
		rc = err_set(err, ERR_LIMIT,
			     "the channel needs %zu filters; one System Defense policy holds %d",
			     draft.count, SD_HANDLES_MAX);
	if (rc < 0) {
		err_prefix(err, "channel \"%s\"", plan->name);
		return rc;
	}
	memcpy(set->filters, draft.filters, draft.count * sizeof(set->filters[0]));
	set->count = (uint8_t)draft.count;
	set->widened = draft.widened;
	set->policy.precedence = precedence;
	set->policy.transmit = transmit;
	set->policy.receive = receive;
	set->policy.handle_count = set->count;
	name_set(set, plan->name);
	return 0;
}
