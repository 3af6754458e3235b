/* SPDX-License-Identifier: Apache-2.0 */
/* Slots are counted as the port counts them: an IPv6 filter takes as many as the port's ratio says, anti-spoofing two
 * of the transmit direction, a default one that was taken off before. */
#include "amt/budget.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/err.h"

#define TAKERS_TOLD 3

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
			.anti_spoofing = capabilities->anti_spoofing,
		};
	if (release_has(release, RELEASE_NO_IPV6_FILTERS))
		budget.v6_tx_filters = budget.v6_rx_filters = 0;
	return budget;
}

const char *sd_label_of(const struct filter *filter)
{
	return *filter->label ? filter->label : filter->direction == FILTER_TRANSMIT ? "tx" : "rx";
}

/* ---- what is needed ---------------------------------------------------------------------------- */

static uint32_t slots_of(const struct sd_filter *filter, const struct sd_budget *budget)
{
	return !filter->ethernet && filter->ip_version == 6 ? budget->v6_ratio : 1;
}

static bool counts(const struct sd_filter *filter)
{
	return filter->profile == SD_PASS_COUNT || filter->profile == SD_DROP_COUNT ||
	       filter->profile == SD_RATE_LIMIT;
}

/* One direction of a draft and of a device. */
struct side {
	const struct sd_draft *draft;
	const struct sd_budget *budget;
	unsigned direction; /* enum sd_direction */
	const char *word;
	uint32_t spoof_slots;
	struct {
		uint32_t slots, v6, counters;
	} need, fit;
};

static struct side side_of(const struct sd_draft *draft, const struct sd_budget *budget,
			   unsigned direction)
{
	struct side side = { .draft = draft, .budget = budget, .direction = direction };
	bool transmit = direction == SD_TRANSMIT;

	side.word = transmit ? "transmit" : "receive";
	side.fit.slots = transmit ? budget->tx_filters : budget->rx_filters;
	side.fit.v6 = transmit ? budget->v6_tx_filters : budget->v6_rx_filters;
	side.fit.counters = transmit ? budget->tx_counters : budget->rx_counters;
	for (size_t i = 0; i < draft->count; i++) {
		const struct sd_filter *filter = &draft->filters[i];

		if (filter->direction != direction)
			continue;
		side.need.slots += slots_of(filter, budget);
		side.need.v6 += !filter->ethernet && filter->ip_version == 6;
		side.need.counters += counts(filter) ? slots_of(filter, budget) : 0;
	}
	return side;
}

/* Better isolate without a counter, and be proven by silence alone, than not at all. */
static void need_default(struct side *side, struct sd_default *fallback)
{
	if (!side->fit.counters)
		fallback->count = false;
	side->need.counters += fallback->count;
}

static void need_anti_spoofing(struct side *side, struct sd_policy *policy)
{
	if (policy->anti_spoofing == SD_SPOOF_OFF)
		return;
	side->spoof_slots = SD_SPOOF_SLOTS;
	side->need.slots += SD_SPOOF_SLOTS;
	if (side->need.counters < side->fit.counters)
		side->need.counters++;
	else
		policy->anti_spoofing = SD_SPOOF_EVENT;
}

/* ---- in words ---------------------------------------------------------------------------------- */

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

/* A label without its direction, "tx-" or "rx-". */
static const char *bare_label(const struct filter *from)
{
	const char *label = sd_label_of(from), *dash = strchr(label, '-');

	return dash && dash - label == 2 && dash[1] ? dash + 1 : label;
}

static void name_taker(const struct filter *from, char text[PREFIX_TEXT_BYTES])
{
	if (from->has_remote && from->remote.bits == 128)
		ip_text(&from->remote.ip, text);
	else if (from->has_remote)
		prefix_text(&from->remote, text);
	else
		snprintf(text, PREFIX_TEXT_BYTES, "%s", bare_label(from));
}

/* By destination, because that is what a person can shorten. */
static size_t list_takers(const struct side *side, struct taker *takers)
{
	const struct sd_draft *draft = side->draft;
	size_t count = 0;

	if (side->spoof_slots)
		takers[count++] =
			(struct taker){ .text = "anti_spoofing", .slots = side->spoof_slots };
	for (size_t i = 0; i < draft->count; i++) {
		char name[PREFIX_TEXT_BYTES];
		size_t at = 0;

		if (draft->filters[i].direction != side->direction)
			continue;
		name_taker(draft->from[i], name);
		while (at < count && strcmp(takers[at].text, name) != 0)
			at++;
		if (at == count)
			takers[count++] = (struct taker){ .slots = 0 };
		memcpy(takers[at].text, name, sizeof(name));
		takers[at].slots += slots_of(&draft->filters[i], side->budget);
	}
	return count;
}

/* Whoever takes more than one, the largest first; or that nobody does. */
static void tell_takers(const struct side *side, struct buf *text)
{
	struct taker takers[PLAN_FILTERS + 1];
	size_t count = list_takers(side, takers);

	qsort(takers, count, sizeof(takers[0]), compare_takers);
	if (takers[0].slots == 1)
		buf_text(text, "no destination takes more than one; use prefixes");
	else
		buf_text(text, "the largest takers are ");
	for (size_t i = 0; i < count && i < TAKERS_TOLD && takers[0].slots > 1; i++)
		buf_format(text, "%s%s (%u)", i ? ", " : "", takers[i].text, takers[i].slots);
	if (takers[0].slots > 1)
		buf_text(text, "; use port ranges");
}

static int over_filters(const struct side *side, struct err *err)
{
	char ratio[64] = "";
	struct buf text;
	int rc;

	buf_init(&text, 300);
	tell_takers(side, &text);
	if (side->need.v6 && side->budget->v6_ratio > 1)
		snprintf(ratio, sizeof(ratio), " (one for IPv6 takes the room of %u)",
			 side->budget->v6_ratio);
	rc = err_set(err, ERR_LIMIT,
		     "needs %u %s filters, %u fit%s; %s, fewer servers, or one relay",
		     side->need.slots, side->word, side->fit.slots, ratio, text.text);
	buf_fini(&text);
	return rc;
}

static int check_side(const struct side *side, struct err *err)
{
	if (side->need.slots > side->fit.slots)
		return over_filters(side, err);
	if (side->need.v6 > side->fit.v6)
		return err_set(err, ERR_LIMIT,
			       "needs %u IPv6 %s filters, %u fit; use IPv4 for the repair servers",
			       side->need.v6, side->word, side->fit.v6);
	if (side->need.counters > side->fit.counters)
		return err_set(err, ERR_LIMIT, "needs %u %s counters, %u fit; count fewer filters",
			       side->need.counters, side->word, side->fit.counters);
	return 0;
}

int sd_budget_check(const struct sd_draft *draft, const struct sd_budget *budget,
		    struct sd_policy *policy, struct err *err)
{
	struct side transmit = side_of(draft, budget, SD_TRANSMIT),
		    receive = side_of(draft, budget, SD_RECEIVE);

	need_default(&transmit, &policy->transmit);
	need_default(&receive, &policy->receive);
	need_anti_spoofing(&transmit, policy);
	if (check_side(&transmit, err) < 0 || check_side(&receive, err) < 0)
		return ERR_LIMIT;
	if (draft->count > SD_HANDLES_MAX)
		return err_set(err, ERR_LIMIT,
			       "needs %zu filters, and one System Defense policy holds %d",
			       draft->count, SD_HANDLES_MAX);
	return 0;
}
