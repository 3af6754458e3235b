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
#include <string.h>

#include "amt/aggregate.h"
#include "amt/budget.h"
#include "core/base/buf.h"
#include "core/base/digest.h"
#include "core/base/err.h"
#include "core/isolation/plan.h"

#define ETHERTYPE_V4 0x0800
#define ETHERTYPE_V6 0x86dd
#define PROTO_TCP    6
#define PROTO_UDP    17
#define HASH_DIGITS  5

static bool has_ip_fields(const struct filter *filter)
{
	return filter->proto || filter->opening || filter->has_remote || filter->local_port_first ||
	       filter->local_port_last || filter->remote_port_first || filter->remote_port_last;
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
			       sd_label_of(filter));
	if (local->given && remote->given && !single)
		return err_set(
			err, ERR_CONFIG,
			"filter %s: System Defense takes a port range on one side only; give "
			"single ports or drop one side",
			sd_label_of(filter));
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
			       sd_label_of(filter));
	if (bits > 128 || bits < skip * 8)
		return err_set(err, ERR_CONFIG, "filter %s: its prefix length is out of bounds",
			       sd_label_of(filter));
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
			       sd_label_of(filter));
	if (coding == SD_FLAGS_UNKNOWN)
		return err_set(
			err, ERR_CONFIG,
			"filter %s: this firmware's coding of TCP flags is not known; set amt.tcp_flags",
			sd_label_of(filter));
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
			       sd_label_of(filter), filter->ethertype);
	out->ip_version = v6 ? 6 : 4;
	out->proto = filter->proto;
	rc = take_remote(filter, v6, transmit ? &out->destination : &out->source, err);
	if (rc == 0)
		rc = take_ports(sd_label_of(filter), filter->local_port_first,
				filter->local_port_last, local, err);
	if (rc == 0)
		rc = take_ports(sd_label_of(filter), filter->remote_port_first,
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
			sd_label_of(filter));
	if (filter->action == FILTER_PASS && !drop && !filter->count)
		return err_set(
			err, ERR_CONFIG,
			"filter %s passes what the default passes already (a pass filter cannot "
			"make a hole in a drop filter); set the default to drop",
			sd_label_of(filter));
	if (filter->action == FILTER_RATE_LIMIT && !filter->rate_per_s)
		return err_set(err, ERR_CONFIG, "filter %s limits to 0 packets a second; use drop",
			       sd_label_of(filter));
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
			       sd_label_of(filter));
	out->ethernet = true;
	out->ethertype = filter->ethertype;
	return 0;
}

static bool same(const struct sd_filter *a, const struct sd_filter *b)
{
	/* Both come from take_filter(), which zeroes first: bytes decide. */
	return memcmp(a, b, sizeof(*a)) == 0;
}

static int draft_of(const struct plan *plan, const struct sd_budget *budget, struct sd_draft *draft,
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
	if (set->policy.anti_spoofing)
		buf_format(&text, ",s%u", set->policy.anti_spoofing);
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

static int name_plan(const struct plan *plan, int rc, struct err *err)
{
	char text[ERR_TEXT_MAX_BYTES];

	if (rc != ERR_LIMIT || !err) {
		err_prefix(err, "channel \"%s\"", plan->name);
		return rc;
	}
	snprintf(text, sizeof(text), "%s", err->text);
	err_clear(err);
	return err_set(err, rc, "channel \"%s\" %s", plan->name, text);
}

int sd_compile(const struct plan *plan, const struct sd_budget *budget, uint32_t precedence,
	       struct sd_set *set, struct err *err)
{
	/* The event tells once that the machine still tries to talk; on receive it would tell of others (3.3). */
	struct sd_default transmit = { plan->drop_transmit, plan->drop_transmit,
				       plan->drop_transmit };
	struct sd_default receive = { plan->drop_receive, false, plan->drop_receive };
	struct sd_draft draft;
	int rc;

	memset(set, 0, sizeof(*set));
	set->policy.transmit = transmit;
	set->policy.receive = receive;
	set->unguarded = plan->anti_spoofing && !budget->anti_spoofing;
	if (plan->anti_spoofing && budget->anti_spoofing)
		set->policy.anti_spoofing = SD_SPOOF_COUNT_EVENT;
	rc = draft_of(plan, budget, &draft, err);
	if (rc == 0)
		rc = sd_budget_check(&draft, budget, &set->policy, err);
	if (rc < 0)
		return name_plan(plan, rc, err);
	memcpy(set->filters, draft.filters, draft.count * sizeof(set->filters[0]));
	set->count = (uint8_t)draft.count;
	set->widened = draft.widened;
	set->policy.precedence = precedence;
	set->policy.handle_count = set->count;
	name_set(set, plan->name);
	return 0;
}
