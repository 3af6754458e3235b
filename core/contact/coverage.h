/* SPDX-License-Identifier: Apache-2.0 */
/* coverage.h - how much of each VLAN the sensor sees.
 *
 * A sensor that hears only one direction takes every question for a failure.  So silence counts only where an answer
 * would have been heard, and whether it would is learnt from what cannot be otherwise: a client that goes on talking
 * was answered, whether or not the answer was seen; an answer had a question; who sends to a neighbour whose MAC it has
 * just asked for was told it.  What is missing of these is missing of the rest as well.
 *
 * One host can forge such proofs by talking to nobody.  Therefore they count as the VLAN's only when at least two hosts
 * gave them, or when nothing speaks against them.
 *
 * Bounded: the first COVERAGE_VLANS VLANs are kept apart, all further ones share a place.  Times are the packets' own. */
#ifndef CORDON_CONTACT_COVERAGE_H
#define CORDON_CONTACT_COVERAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct coverage;
struct packet;

#define COVERAGE_VLANS 64
/* One packet in so many is counted. */
#define COVERAGE_SAMPLE 64

enum coverage_fault {
	COVERAGE_NO_ANSWERS = 1 << 0,   /* most answers are missing */
	COVERAGE_NO_QUESTIONS = 1 << 1, /* answers are seen whose questions are missing */
	COVERAGE_NO_NEIGHBOR_ANSWERS =
		1 << 2,               /* answers to ARP and neighbour discovery are missing */
	COVERAGE_GROUP_ONLY = 1 << 3, /* broadcasts only: the port is not mirrored at all */
	COVERAGE_LOSSY = 1 << 4,      /* some packets are missing */
	COVERAGE_DEAF = 1 << 5,       /* so many that silence means nothing */
	COVERAGE_TWICE = 1 << 6,      /* packets arrive twice */
};

/* What is known of one VLAN; flat, crosses processes.  Counts are of late: they halve with time. */
struct coverage_view {
	uint16_t vlan;
	uint8_t faults;          /* enum coverage_fault */
	uint8_t missed_percent;  /* of the answers that were surely given: how many were not seen */
	uint8_t dropped_percent; /* of the packets, as the capture itself counts; of all VLANs */
	uint8_t zero[3];
	uint32_t answers_seen, answers_missed, questions_missed;
	uint32_t neighbors_asked, neighbors_answered, neighbors_missed;
	uint32_t direct;             /* contacts whose packets were for one station */
	uint32_t compared, repeated; /* packets: closely looked at, and of them seen before */
	uint64_t packets;            /* about, since the start */
};

struct coverage_sink {
	void *arg;
	/* What can be seen has changed, or a minute has passed (then before, the faults until now, are the same ones).  May be
	 * NULL. */
	void (*told)(void *arg, const struct coverage_view *view, unsigned before);
};

struct coverage *coverage_new(const struct coverage_sink *sink);
void coverage_free(struct coverage *coverage);

/* ---- what the tracker notices; who is a hash of the host that gives the proof */
void coverage_answered(struct coverage *coverage, uint16_t vlan);
void coverage_answer_missed(struct coverage *coverage, uint16_t vlan, uint32_t who);
void coverage_question_missed(struct coverage *coverage, uint16_t vlan, uint32_t who);
/* What seemed to be missing came a moment later. */
void coverage_answer_late(struct coverage *coverage, uint16_t vlan);
void coverage_question_late(struct coverage *coverage, uint16_t vlan);
void coverage_neighbor_asked(struct coverage *coverage, uint16_t vlan, uint32_t who);
void coverage_neighbor_answered(struct coverage *coverage, uint16_t vlan, uint32_t who);
void coverage_neighbor_missed(struct coverage *coverage, uint16_t vlan);
void coverage_direct(struct coverage *coverage, uint16_t vlan);
/* One packet in COVERAGE_SAMPLE: which VLANs there are. */
void coverage_count_packet(struct coverage *coverage, uint16_t vlan);
/* Chosen by what it says, so that both copies of a packet are chosen: about one in 256. */
static inline bool coverage_is_chosen(uint32_t tcp_seq)
{
	return tcp_seq * UINT32_C(0x9e3779b1) >> 24 == 0;
}
/* A chosen TCP segment: has it been seen a moment ago?  Segments without payload are passed over: they repeat. */
void coverage_compare(struct coverage *coverage, const struct packet *packet, uint32_t now_ms);
/* Lets the counts age. */
void coverage_advance(struct coverage *coverage, uint32_t now_ms);
/* What the capture counted since the last call. */
void coverage_losses(struct coverage *coverage, uint64_t delivered, uint64_t dropped);

/* ---- what follows */
unsigned coverage_faults(struct coverage *coverage, uint16_t vlan);
/* Silence on a question over IP means nothing here. */
static inline bool coverage_is_deaf(unsigned faults)
{
	return faults &
	       (COVERAGE_NO_ANSWERS | COVERAGE_NO_QUESTIONS | COVERAGE_GROUP_ONLY | COVERAGE_DEAF);
}
/* Answers to ARP and neighbour discovery have been heard in this VLAN, by at least half of those who ask: on the mirror of one
 * port only its own machine's are. */
bool coverage_hears_neighbors(struct coverage *coverage, uint16_t vlan);
size_t coverage_count(const struct coverage *coverage);
const struct coverage_view *coverage_at(const struct coverage *coverage, size_t index);

/* "full", "one-sided", "lossy", "one-sided,lossy,doubled" ... */
#define COVERAGE_WORDS_BYTES 64
void coverage_words(unsigned faults, char words[COVERAGE_WORDS_BYTES]);
/* What is wrong, what follows from it and what to do, in sentences; the coverage of one VLAN. */
#define COVERAGE_TEXT_BYTES 2048
void coverage_explain(const struct coverage_view *view, struct buf *out);

#endif
