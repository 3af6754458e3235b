/* SPDX-License-Identifier: Apache-2.0 */
/* decision.h - the answer of a policy about one incident. */
#ifndef CORDON_POLICY_DECISION_H
#define CORDON_POLICY_DECISION_H

#include <stdint.h>

struct buf;

enum verdict { VERDICT_IGNORE, VERDICT_WATCH, VERDICT_PROPOSE, VERDICT_ISOLATE, VERDICTS };
enum decision_witness { WITNESS_NONE, WITNESS_AFTER, WITNESS_BEFORE };

struct decision {
	uint8_t verdict;               /* enum verdict */
	uint8_t witness;               /* enum decision_witness */
	uint8_t approvals;             /* PROPOSE: how many people must agree */
	uint8_t zero;
	uint32_t rule;                 /* 1-based; 0 = no rule matched (then WATCH) */
	char rule_name[64];
	char channel[32];              /* PROPOSE, ISOLATE */
	uint64_t hold_ns;              /* how long to isolate; 0 = until released */
	uint64_t expires_ns;           /* PROPOSE: how long the proposal stands */
};

const char *verdict_name(unsigned verdict);        /* "isolate", ... */
const char *decision_witness_name(unsigned witness);
/* What it means, for people: "watch it, says rule 3 "otherwise watch"." */
void decision_sentence(const struct decision *decision, struct buf *out);

#endif
