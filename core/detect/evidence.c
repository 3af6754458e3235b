/* SPDX-License-Identifier: Apache-2.0 */
/* evidence.c - the words for kinds and classes that policies, ledger and people use. */
#include "core/detect/evidence.h"

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
