/* SPDX-License-Identifier: Apache-2.0 */
/* decision.h - the answer of a policy about one incident.
 *
 * Between watching and isolating stand three measures, each about one range of ports: count the machine's packets
 * to it, limit them, block them.  They are steps of one ladder: a machine climbs it as an incident grows. */
#ifndef CORDON_POLICY_DECISION_H
#define CORDON_POLICY_DECISION_H

#include <stdbool.h>
#include <stdint.h>

struct buf;

/* Numbers are kept in journals: new ones go to the end. */
enum verdict {
	VERDICT_IGNORE,
	VERDICT_WATCH,
	VERDICT_PROPOSE,
	VERDICT_ISOLATE,
	VERDICT_COUNT,
	VERDICT_LIMIT,
	VERDICT_BLOCK,
	VERDICTS
};
enum decision_witness { WITNESS_NONE, WITNESS_AFTER, WITNESS_BEFORE };

/* COUNT, LIMIT, BLOCK: packets that the machine sends to these ports of anybody. */
struct measure {
	uint8_t proto; /* 6 TCP, 17 UDP */
	uint16_t port_first, port_last;
	uint32_t per_s; /* LIMIT; of TCP: new connections, else packets */
};

struct decision {
	uint8_t verdict;   /* enum verdict */
	uint8_t witness;   /* enum decision_witness */
	uint8_t approvals; /* PROPOSE: how many people must agree */
	uint8_t zero;
	uint32_t rule; /* 1-based; 0 = no rule matched (then WATCH) */
	char rule_name[64];
	char channel[32];       /* PROPOSE, ISOLATE */
	struct measure measure; /* COUNT, LIMIT, BLOCK */
	uint64_t hold_ns;       /* how long it holds; 0 = until released */
	uint64_t expires_ns;    /* PROPOSE: how long the proposal stands */
};

bool verdict_is_measure(unsigned verdict);
/* Something is done to a machine, now or when people agree. */
bool verdict_acts(unsigned verdict);
/* The rung of the ladder: the higher cuts off more. */
unsigned verdict_rung(unsigned verdict);
bool measure_equal(const struct measure *a, const struct measure *b);
#define MEASURE_TEXT_BYTES 32
/* "TCP port 445", "UDP ports 8000-8010" */
void measure_text(const struct measure *measure, char text[MEASURE_TEXT_BYTES]);
const char *verdict_name(unsigned verdict); /* "isolate", ... */
const char *decision_witness_name(unsigned witness);
/* What it means, for people: "watch it, says rule 3 "otherwise watch"." */
void decision_sentence(const struct decision *decision, struct buf *out);

#endif
