/* SPDX-License-Identifier: Apache-2.0 */
/* Log-odds of independent observations add (Wald 1945); those of detectors that watched the same contacts do not.
 * Within a class the strongest therefore counts in full and each further one as a bounded nod of agreement
 * (worm-detection.md F).  Left out: correlation between classes, which nobody has measured. */
#include "core/incident/score.h"

#include <math.h>

#include "core/base/units.h"
#include "core/detect/evidence.h"

/* Which statements are looked at, and how they fade. */
struct view {
	uint64_t now_ns, half_life_ns;
	bool slow;
};

double score_level(const struct evidence *item, uint64_t now_ns, uint64_t half_life_ns)
{
	if (half_life_ns && item->half_life_min)
		half_life_ns = s_to_ns(60) * item->half_life_min;
	if (half_life_ns == 0 || now_ns <= item->stated_ns)
		return item->log_odds;
	return item->log_odds * exp2(-(double)(now_ns - item->stated_ns) / (double)half_life_ns);
}

static double level_in(const struct view *view, const struct evidence *item)
{
	if (view->slow != (item->half_life_min != 0))
		return 0;
	return score_level(item, view->now_ns, view->half_life_ns);
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

static double sum_in(const struct view *view, const struct evidence *items, size_t count)
{
	double sum = 0;

	for (unsigned port_class = 0; port_class < EVIDENCE_CLASSES; port_class++)
		sum += class_sum(items, count, port_class, view);
	return sum;
}

double score_recent(const struct evidence *items, size_t count, uint64_t now_ns,
		    uint64_t half_life_ns)
{
	struct view view = { now_ns, half_life_ns, false };

	return sum_in(&view, items, count);
}

double score_sum(const struct evidence *items, size_t count, uint64_t now_ns, uint64_t half_life_ns)
{
	struct view slow = { now_ns, half_life_ns, true };

	return fmax(score_recent(items, count, now_ns, half_life_ns), sum_in(&slow, items, count));
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
	struct view recent = { pace->now_ns, pace->half_life_ns, false }, slow = recent;

	slow.slow = true;
	return convicts_in(&recent, items, count, threshold_nats - pace->relief_nats) ||
	       convicts_in(&slow, items, count, threshold_nats);
}

double score_confidence(double log_odds)
{
	return 1 / (1 + exp(-log_odds));
}
