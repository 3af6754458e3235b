/* SPDX-License-Identifier: Apache-2.0 */
/* Log-odds of independent observations add (Wald 1945); those of detectors that watched the same contacts do not.
 * Within a class the strongest therefore counts in full and each further one as a bounded nod of agreement
 * (worm-detection.md F).  Left out: correlation between classes, which nobody has measured. */
#include "core/incident/score.h"

#include <math.h>

#include "core/detect/evidence.h"

double score_level(const struct evidence *item, uint64_t now_ns, uint64_t half_life_ns)
{
	if (half_life_ns == 0 || now_ns <= item->stated_ns)
		return item->log_odds;
	return item->log_odds * exp2(-(double)(now_ns - item->stated_ns) / (double)half_life_ns);
}

/* Each item as if it only agreed, then the strongest raised to its full level. */
static double class_sum(const struct evidence *items, size_t count, unsigned port_class, uint64_t now_ns,
			uint64_t half_life_ns)
{
	double strongest = 0, agreement = 0;

	for (size_t i = 0; i < count; i++) {
		double level;

		if (items[i].port_class != port_class)
			continue;
		level = score_level(&items[i], now_ns, half_life_ns);
		agreement += fmin(level, SCORE_AGREEMENT_NATS);
		strongest = fmax(strongest, level);
	}
	return agreement - fmin(strongest, SCORE_AGREEMENT_NATS) + strongest;
}

double score_sum(const struct evidence *items, size_t count, uint64_t now_ns, uint64_t half_life_ns)
{
	double sum = 0;

	for (unsigned port_class = 0; port_class < EVIDENCE_CLASSES; port_class++)
		sum += class_sum(items, count, port_class, now_ns, half_life_ns);
	return sum;
}

double score_confidence(double log_odds)
{
	return 1 / (1 + exp(-log_odds));
}
