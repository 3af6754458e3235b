/* SPDX-License-Identifier: Apache-2.0 */
/* The rule, word for word from amt-system-defense.md 3.3: a spoofed transmitted packet is
 * dropped whatever else matches; otherwise every filter of the direction is compared, one drop
 * (or exceeded rate) among the matches drops, any other match passes, no match goes to the
 * default.  CHOICE: a spoofed packet is not shown to the other filters, so it counts nowhere
 * else. */
#include "tests/amtsim/gate.h"

#include <string.h>

#include "tests/amtsim/check.h"
#include "tests/amtsim/frame.h"

#define SECOND_NS   1000000000u
#define EXTRA_SLOTS 3 /* default Tx, default Rx, anti-spoofing: after the filters */

struct meter {
	uint32_t count, shown_count;
	bool matched, shown_matched;
	bool event_sent;
	uint64_t window_ns;
	uint32_t window_count;
};

struct slot {
	struct sd_filter filter;
	struct meter meter;
};

struct gate {
	gate_event_fn *event;
	void *arg;
	struct gate_rules rules;
	struct sd_policy policy; /* id 0: none */
	struct slot *slots;
	struct meter unmatched[2];
	struct meter spoof;
	uint64_t activated_ns, reset_ns;
};

struct gate *gate_new(gate_event_fn *event, void *arg)
{
	struct gate *gate = calloc(1, sizeof(*gate));

	CHECK(gate);
	gate->event = event;
	gate->arg = arg;
	gate->rules.list_defaults = true;
	return gate;
}

void gate_free(struct gate *gate)
{
	if (!gate)
		return;
	free(gate->slots);
	free(gate);
}

void gate_set_rules(struct gate *gate, const struct gate_rules *rules)
{
	gate->rules = *rules;
}

void gate_forget(struct gate *gate, uint64_t now_ns)
{
	size_t i;

	for (i = 0; i < gate->policy.handle_count; i++)
		gate->slots[i].meter = (struct meter){ 0 };
	memset(gate->unmatched, 0, sizeof(gate->unmatched));
	gate->spoof = (struct meter){ 0 };
	gate->activated_ns = gate->reset_ns = now_ns;
}

void gate_activate(struct gate *gate, const struct sd_policy *policy,
		   const struct sd_filter *const *filters, uint64_t now_ns)
{
	size_t i;

	free(gate->slots);
	gate->slots = NULL;
	gate->policy = (struct sd_policy){ 0 };
	if (policy) {
		gate->policy = *policy;
		gate->slots = calloc(policy->handle_count + 1, sizeof(*gate->slots));
		CHECK(gate->slots);
		for (i = 0; i < policy->handle_count; i++)
			gate->slots[i].filter = *filters[i];
	}
	gate_forget(gate, now_ns);
}

uint32_t gate_policy(const struct gate *gate)
{
	return gate->policy.id;
}

static void note(struct meter *meter, bool count)
{
	meter->matched = true;
	if (count)
		meter->count++;
}

static void raise(struct gate *gate, struct meter *meter, const struct gate_event *event)
{
	if (meter->event_sent)
		return;
	meter->event_sent = true;
	if (gate->event)
		gate->event(gate->arg, event);
}

/* Windows of one second start with the first packet after the last window ended. */
static bool over_rate(const struct gate *gate, struct slot *slot, uint64_t now_ns)
{
	struct meter *meter = &slot->meter;

	if (now_ns - meter->window_ns >= SECOND_NS) {
		meter->window_ns = now_ns;
		meter->window_count = 0;
	}
	meter->window_count++;
	return meter->window_count > slot->filter.rate_pps &&
	       meter->window_count - slot->filter.rate_pps > gate->rules.rate_overshoot;
}

static bool spoofed(const struct gate *gate, const struct frame *frame, enum sd_direction direction,
		    const uint8_t host_ipv4[4])
{
	static const uint8_t unknown[4];

	if (gate->policy.spoof == SPOOF_OFF || direction != SD_TX || frame->ip_version != 4)
		return false;
	if (memcmp(host_ipv4, unknown, 4) == 0)
		return false;
	/* 0.0.0.0 is what a DHCP client must send from. */
	if (memcmp(frame->src, unknown, 4) == 0)
		return gate->rules.zero_is_spoofed;
	return memcmp(frame->src, host_ipv4, 4) != 0;
}

static void take_match(struct gate *gate, struct slot *slot, struct verdict *verdict,
		       uint64_t now_ns)
{
	const struct sd_filter *filter = &slot->filter;
	bool rate = filter->profile == SD_RATE_LIMIT && over_rate(gate, slot, now_ns);
	bool drop = rate || filter->profile == SD_DROP || filter->profile == SD_DROP_COUNT;

	struct gate_event event = { filter->handle, filter->direction, drop, rate };

	note(&slot->meter, sd_filter_counts(filter));
	if (filter->event && (filter->profile != SD_RATE_LIMIT || rate))
		raise(gate, &slot->meter, &event);
	if (verdict->reason == VERDICT_NO_POLICY || (drop && !verdict->drop)) {
		verdict->drop = drop;
		verdict->reason = rate ? VERDICT_RATE : VERDICT_FILTER;
		verdict->handle = filter->handle;
	}
}

static struct verdict judge_default(struct gate *gate, enum sd_direction direction)
{
	const struct sd_default *rule = &gate->policy.when_unmatched[direction];
	uint32_t handle = direction == SD_TX ? HANDLE_DEFAULT_TX : HANDLE_DEFAULT_RX;

	struct gate_event event = { handle, direction, rule->drop, false };

	note(&gate->unmatched[direction], rule->count);
	if (rule->event)
		raise(gate, &gate->unmatched[direction], &event);
	return (struct verdict){ rule->drop, VERDICT_DEFAULT, handle };
}

struct verdict gate_judge(struct gate *gate, const struct frame *frame, enum sd_direction direction,
			  const uint8_t host_ipv4[4], uint64_t now_ns)
{
	static const struct gate_event spoof_event = { HANDLE_SPOOF, SD_TX, true, false };
	struct verdict verdict = { false, VERDICT_NO_POLICY, 0 };
	enum sd_spoof spoof = gate->policy.spoof;
	size_t i;

	if (gate->policy.id == 0)
		return verdict;
	if (spoofed(gate, frame, direction, host_ipv4)) {
		note(&gate->spoof, spoof == SPOOF_COUNT || spoof == SPOOF_BOTH);
		if (spoof == SPOOF_EVENT || spoof == SPOOF_BOTH)
			raise(gate, &gate->spoof, &spoof_event);
		return (struct verdict){ true, VERDICT_SPOOF, HANDLE_SPOOF };
	}
	for (i = 0; i < gate->policy.handle_count; i++) {
		struct slot *slot = &gate->slots[i];

		if (slot->filter.direction == direction && sd_filter_matches(&slot->filter, frame))
			take_match(gate, slot, &verdict, now_ns);
	}
	return verdict.reason == VERDICT_NO_POLICY ? judge_default(gate, direction) : verdict;
}

bool gate_would_drop(const struct gate *gate, const struct frame *frame,
		     enum sd_direction direction)
{
	bool matched = false;
	size_t i;

	if (gate->policy.id == 0)
		return false;
	for (i = 0; i < gate->policy.handle_count; i++) {
		const struct sd_filter *filter = &gate->slots[i].filter;

		if (filter->direction != direction || !sd_filter_matches(filter, frame))
			continue;
		if (filter->profile == SD_DROP || filter->profile == SD_DROP_COUNT)
			return true;
		matched = true;
	}
	return !matched && gate->policy.when_unmatched[direction].drop;
}

/* As note() and raise() would have done packet by packet. */
static void add(struct gate *gate, struct meter *meter, uint32_t counted,
		const struct gate_event *event)
{
	meter->matched = true;
	meter->count += counted;
	if (event)
		raise(gate, meter, event);
}

static void add_to_filter(struct gate *gate, struct slot *slot, uint32_t packets)
{
	const struct sd_filter *f = &slot->filter;
	bool rate = f->profile == SD_RATE_LIMIT;
	struct gate_event event = { f->handle, f->direction,
				    rate || f->profile == SD_DROP || f->profile == SD_DROP_COUNT,
				    rate };

	add(gate, &slot->meter, sd_filter_counts(f) ? packets : 0, f->event ? &event : NULL);
}

static void add_to_default(struct gate *gate, enum sd_direction direction, uint32_t packets)
{
	const struct sd_default *rule = &gate->policy.when_unmatched[direction];
	struct gate_event event = { direction == SD_TX ? HANDLE_DEFAULT_TX : HANDLE_DEFAULT_RX,
				    direction, rule->drop, false };

	add(gate, &gate->unmatched[direction], rule->count ? packets : 0,
	    rule->event ? &event : NULL);
}

void gate_add(struct gate *gate, uint32_t handle, uint32_t packets)
{
	static const struct gate_event spoofed = { HANDLE_SPOOF, SD_TX, true, false };
	enum sd_spoof spoof = gate->policy.spoof;
	size_t i;

	if (handle == HANDLE_DEFAULT_TX || handle == HANDLE_DEFAULT_RX) {
		add_to_default(gate, handle == HANDLE_DEFAULT_TX ? SD_TX : SD_RX, packets);
		return;
	}
	if (handle == HANDLE_SPOOF) {
		add(gate, &gate->spoof, spoof == SPOOF_COUNT || spoof == SPOOF_BOTH ? packets : 0,
		    spoof == SPOOF_EVENT || spoof == SPOOF_BOTH ? &spoofed : NULL);
		return;
	}
	for (i = 0; i < gate->policy.handle_count; i++)
		if (gate->slots[i].filter.handle == handle)
			add_to_filter(gate, &gate->slots[i], packets);
}

static void publish(struct meter *meter, bool reset)
{
	meter->shown_count = meter->count;
	meter->shown_matched = meter->matched;
	meter->event_sent = false;
	if (reset) {
		meter->count = 0;
		meter->matched = false;
	}
}

void gate_publish(struct gate *gate, bool reset, uint64_t now_ns)
{
	size_t i;

	for (i = 0; i < gate->policy.handle_count; i++)
		publish(&gate->slots[i].meter, reset);
	publish(&gate->unmatched[SD_TX], reset);
	publish(&gate->unmatched[SD_RX], reset);
	publish(&gate->spoof, reset);
	if (reset)
		gate->reset_ns = now_ns;
}

size_t gate_statistics(const struct gate *gate)
{
	size_t extra = gate->rules.list_defaults ? EXTRA_SLOTS : 0;

	if (gate->policy.id == 0)
		return 0;
	if (extra && gate->policy.spoof == SPOOF_OFF)
		extra--;
	return gate->policy.handle_count + extra;
}

void gate_statistic(const struct gate *gate, size_t index, struct gate_statistic *out)
{
	static const uint32_t special[] = { HANDLE_DEFAULT_TX, HANDLE_DEFAULT_RX, HANDLE_SPOOF };
	size_t filters = gate->policy.handle_count;
	const struct meter *meter;

	CHECK(index < filters + EXTRA_SLOTS);
	if (index < filters)
		meter = &gate->slots[index].meter;
	else
		meter = index < filters + 2 ? &gate->unmatched[index - filters] : &gate->spoof;
	*out = (struct gate_statistic){
		.handle = index < filters ? gate->slots[index].filter.handle
					  : special[index - filters],
		.count = meter->shown_count,
		.matched = meter->shown_matched,
		.activated_ns = gate->activated_ns,
		.reset_ns = gate->reset_ns,
		.live_count = meter->count,
	};
}
