/* SPDX-License-Identifier: Apache-2.0 */
/* Log-odds of independent observations add (Wald 1945); those of detectors that watched the same contacts do not.
 * Within a class the strongest therefore counts in full and each further one as a bounded nod of agreement; and so for each
 * destination that several classes hold against the host (worm-detection.md F).  Left out: correlation between classes
 * about different destinations, which nobody has measured. */
#include "core/incident/score.h"

#include <math.h>

#include "core/base/units.h"
#include "core/detect/evidence.h"
#include "core/net/addr.h"

/* What the same list of addresses explains. */
enum side { NO_SIDE, BY_LIST, FAILURE };

/* Which statements are looked at, and how they fade. */
struct view {
	uint64_t now_ns, half_life_ns;
	bool slow;
	enum side weaker;
};

/* UDP below 1024, asked of machines of the site in the order of their addresses. */
static bool is_row_within_site(const struct evidence *item)
{
	return item->detector == DETECTOR_SPRAY && item->port_class == CLASS_SERVICE_PORT &&
	       item->sample_count && ip_is_of_site(&item->samples[0].dst, &item->host.ip);
}

/* Peers, pings and haste convict nobody alone, because innocents with a list do the same: programs dial what peers announce,
 * monitors ping, tools visit and ask by UDP, one after the other, what operators wrote down. */
static enum side side_of(const struct evidence *item)
{
	bool is_capped = item->port_class == CLASS_HIGH_PORT || item->port_class == CLASS_ICMP;

	if (item->detector == DETECTOR_FANOUT || (item->detector == DETECTOR_TRW && is_capped) ||
	    is_row_within_site(item))
		return BY_LIST;
	return item->detector == DETECTOR_TRW || item->detector == DETECTOR_ARPSWEEP ? FAILURE
										     : NO_SIDE;
}

double score_level(const struct evidence *item, uint64_t now_ns, uint64_t half_life_ns)
{
	if (half_life_ns && item->half_life_min)
		half_life_ns = s_to_ns(60) * item->half_life_min;
	if (half_life_ns == 0 || now_ns <= item->stated_ns)
		return item->log_odds;
	return item->log_odds * exp2(-(double)(now_ns - item->stated_ns) / (double)half_life_ns);
}

static double whole_level(const struct view *view, const struct evidence *item)
{
	if (view->slow != (item->half_life_min != 0))
		return 0;
	return score_level(item, view->now_ns, view->half_life_ns);
}

static double level_in(const struct view *view, const struct evidence *item)
{
	double level = whole_level(view, item);

	if (view->weaker == NO_SIDE || side_of(item) != view->weaker)
		return level;
	return fmin(level, SCORE_AGREEMENT_NATS);
}

/* On a list are machines that are gone: the weaker of the two sides is no second witness.  Who makes addresses up needs none. */
static struct view view_of(const struct evidence *items, size_t count, struct score_pace pace,
			   bool slow)
{
	struct view view = { pace.now_ns, pace.half_life_ns, slow, NO_SIDE };
	double sums[FAILURE + 1] = { 0 };

	for (size_t i = 0; i < count; i++)
		sums[side_of(&items[i])] += whole_level(&view, &items[i]);
	view.weaker = sums[BY_LIST] < sums[FAILURE] ? BY_LIST : FAILURE;
	return view;
}

/* Each item as if it only agreed, then the strongest raised to its full level. */
static double class_sum(const struct evidence *items, size_t count, unsigned port_class,
			const struct view *view)
{
	double strongest = 0, agreement = 0;

	for (size_t i = 0; i < count; i++) {
		double level;

		if (items[i].port_class != port_class)
			continue;
		level = level_in(view, &items[i]);
		agreement += fmin(level, SCORE_AGREEMENT_NATS);
		strongest = fmax(strongest, level);
	}
	return agreement - fmin(strongest, SCORE_AGREEMENT_NATS) + strongest;
}

/* ---- one term per contact ---------------------------------------------------------------------- */

/* What a class holds against the host because of one destination. */
struct share {
	const struct ip *dst;
	unsigned port_class;
	double nats;
};

struct shares {
	unsigned count;
	struct share list[EVIDENCE_CLASSES * EVIDENCE_SAMPLES];
};

/* Classes that judge how the host fared with those it reached for.  Names are no destinations, whose name was forged was not
 * reached for, and a chain is about who had come before. */
static bool judges_destinations(unsigned port_class)
{
	return port_class != CLASS_NAME && port_class != CLASS_IDENTITY &&
	       port_class != CLASS_CHAIN;
}

static const struct evidence *strongest_of(const struct evidence *items, size_t count,
					   unsigned port_class, const struct view *view)
{
	const struct evidence *strongest = NULL;

	for (size_t i = 0; i < count; i++)
		if (items[i].port_class == port_class &&
		    (!strongest || level_in(view, &items[i]) > level_in(view, strongest)))
			strongest = &items[i];
	return strongest;
}

static void add_share(struct shares *shares, const struct share *share)
{
	for (unsigned i = 0; i < shares->count; i++)
		if (shares->list[i].port_class == share->port_class &&
		    ip_equal(shares->list[i].dst, share->dst)) {
			shares->list[i].nats += share->nats;
			return;
		}
	shares->list[shares->count++] = *share;
}

/* The level of a class, laid on the destinations by what each brought.  The samples stand for those that are not kept. */
static void spread(struct shares *shares, const struct evidence *item, double level)
{
	unsigned tenths = 0;

	for (unsigned i = 0; i < item->sample_count; i++)
		tenths += item->samples[i].tenths;
	for (unsigned i = 0; i < item->sample_count; i++) {
		double part = tenths ? (double)item->samples[i].tenths / tenths
				     : 1.0 / item->sample_count;

		add_share(shares,
			  &(struct share){ &item->samples[i].dst, item->port_class, level * part });
	}
}

/* The strongest share of a destination in full, each further one as a nod. */
static double joint(const struct shares *shares)
{
	double sum = 0;

	for (unsigned i = 0; i < shares->count; i++) {
		double strongest = 0, agreement = 0;
		bool is_first = true;

		for (unsigned k = 0; k < shares->count; k++) {
			const struct share *share = &shares->list[k];

			if (!ip_equal(share->dst, shares->list[i].dst))
				continue;
			is_first = is_first && k >= i;
			agreement += fmin(share->nats, SCORE_AGREEMENT_NATS);
			strongest = fmax(strongest, share->nats);
		}
		if (is_first)
			sum += agreement - fmin(strongest, SCORE_AGREEMENT_NATS) + strongest;
	}
	return sum;
}

static double sum_in(const struct view *view, const struct evidence *items, size_t count)
{
	struct shares shares = { .count = 0 };
	double sum = 0;

	for (unsigned port_class = 0; port_class < EVIDENCE_CLASSES; port_class++) {
		const struct evidence *item = strongest_of(items, count, port_class, view);
		double level = item ? class_sum(items, count, port_class, view) : 0;

		if (level <= 0)
			continue;
		if (item->sample_count && judges_destinations(port_class))
			spread(&shares, item, level);
		else
			sum += level;
	}
	return sum + joint(&shares);
}

static double sum_of(const struct evidence *items, size_t count, struct score_pace pace, bool slow)
{
	struct view view = view_of(items, count, pace, slow);

	return sum_in(&view, items, count);
}

double score_recent(const struct evidence *items, size_t count, uint64_t now_ns,
		    uint64_t half_life_ns)
{
	return sum_of(items, count, (struct score_pace){ now_ns, half_life_ns, 0 }, false);
}

double score_sum(const struct evidence *items, size_t count, uint64_t now_ns, uint64_t half_life_ns)
{
	struct score_pace pace = { now_ns, half_life_ns, 0 };

	return fmax(sum_of(items, count, pace, false), sum_of(items, count, pace, true));
}

/* ---- the verdict ------------------------------------------------------------------------------- */

static bool convicts_in(const struct view *view, const struct evidence *items, size_t count,
			double threshold_nats)
{
	double alone_nats = threshold_nats + (view->slow ? SCORE_SLOW_ALONE_NATS : 0);
	unsigned witnesses = 0;

	if (sum_in(view, items, count) < threshold_nats)
		return false;
	for (size_t i = 0; i < count; i++)
		if (level_in(view, &items[i]) >= alone_nats)
			return true;
	for (unsigned port_class = 0; port_class < EVIDENCE_CLASSES; port_class++)
		witnesses += class_sum(items, count, port_class, view) >= SCORE_WITNESS_NATS;
	return witnesses >= 2;
}

bool score_convicts(const struct evidence *items, size_t count, double threshold_nats,
		    const struct score_pace *pace)
{
	struct view recent = view_of(items, count, *pace, false),
		    slow = view_of(items, count, *pace, true);

	return convicts_in(&recent, items, count, threshold_nats - pace->relief_nats) ||
	       convicts_in(&slow, items, count, threshold_nats);
}

double score_confidence(double log_odds)
{
	return 1 / (1 + exp(-log_odds));
}
