/* SPDX-License-Identifier: Apache-2.0 */
/* evidence.c - the words for kinds and classes that policies, ledger and people use; and what is no evidence at all. */
#include "core/detect/evidence.h"

#include <math.h>

#include "core/contact/contact.h"

bool evidence_is_well_formed(const struct evidence *evidence)
{
	return evidence->detector > 0 && evidence->detector < DETECTOR_IDS_MAX &&
	       evidence->kind < EVIDENCE_KINDS && evidence->port_class < EVIDENCE_CLASSES &&
	       evidence->contact_kind < CONTACT_KINDS && evidence->doubt < EVIDENCE_DOUBTS &&
	       evidence->sample_count <= EVIDENCE_SAMPLES &&
	       evidence->visit_count <= EVIDENCE_VISITS && isfinite(evidence->log_odds) &&
	       evidence->log_odds >= 0;
}

const char *evidence_kind_name(unsigned kind)
{
	static const char *const names[] = { "worm", "reconnaissance", "brute_force", "spoofing",
					     "spam" };

	_Static_assert(sizeof(names) / sizeof(names[0]) == EVIDENCE_KINDS, "every kind has a name");
	return kind < EVIDENCE_KINDS ? names[kind] : "?";
}

const char *evidence_class_name(unsigned port_class)
{
	static const char *const names[] = { "neighbor", "worm-port", "service-port", "high-port",
					     "icmp",     "name",      "content",      "spread",
					     "identity", "chain" };

	_Static_assert(sizeof(names) / sizeof(names[0]) == EVIDENCE_CLASSES,
		       "every class has a name");
	return port_class < EVIDENCE_CLASSES ? names[port_class] : "?";
}

const char *evidence_doubt_text(unsigned doubt)
{
	static const char *const texts[] = {
		"",
		"many hosts began the same at the same time and nobody infected them: forged names, or an outage",
		"the host resets connections that were begun in its name: somebody forges it, or a scanner runs beside its TCP",
	};

	_Static_assert(sizeof(texts) / sizeof(texts[0]) == EVIDENCE_DOUBTS,
		       "every doubt has a text");
	return doubt < EVIDENCE_DOUBTS ? texts[doubt] : "?";
}
