/* SPDX-License-Identifier: Apache-2.0 */
/* coverage.c - counts of proofs per VLAN, halved as time passes, and faults with two thresholds each, so that a share
 * near one of them does not flap.
 *
 * Numbers: an answer that is missing now and then is loss, from 2 % of the answers on; half of them missing is a
 * direction that is not seen.  From a fifth on silence stops being evidence: of five hosts that answered, one would
 * be taken for dark, and a benign host with ten neighbours would fail twice (worm-detection.md C.1: the test
 * supposes a benign success rate well above the worm's).
 *
 * Left out: telling loss on the wire from loss in the sensor, and gaps in TCP's numbers, which would need a state per
 * connection. */
#include "core/contact/coverage.h"

#include <stdio.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/net/packet.h"

#define HALVE_MS          60000
#define NEIGHBOR_HALVINGS 10 /* those counts halve so many times more slowly */
#define REPEATED_MS       100
#define RING              64 /* a power of two */
#define PROOFS_MIN        4
#define COMPARED_MIN      16
#define LOSSES_MIN        200
#define NEIGHBORS_MIN     16
#define SHARE_MISSING     50
#define SHARE_DEAF        20
#define SHARE_LOSSY       2
#define SHARE_TWICE       25
#define ABOUT_ANSWERS     (COVERAGE_NO_ANSWERS | COVERAGE_DEAF | COVERAGE_LOSSY)

struct place {
	struct coverage_view view;
	uint32_t askers, answerers; /* who gave proofs: one bit of 32 each */
	uint32_t seekers[2],
		told[2]; /* who asked for neighbours, and who was seen to be answered: now, before */
	bool hears_neighbors;
	unsigned by_answers; /* faults that follow from questions and answers */
};

struct seen {
	uint32_t print, at_ms;
	uint16_t vlan;
	uint8_t hop_limit, taken;
};

struct coverage {
	struct coverage_sink sink;
	struct place places[COVERAGE_VLANS];
	size_t count;
	struct place *latest; /* of the VLAN asked for last */
	uint32_t halved_ms, halvings;
	uint64_t delivered, dropped; /* of late */
	uint8_t dropped_percent;
	struct seen ring[RING];
};

void coverage_free(struct coverage *coverage)
{
	mem_free(coverage);
}

size_t coverage_count(const struct coverage *coverage)
{
	return coverage->count;
}

const struct coverage_view *coverage_at(const struct coverage *coverage, size_t index)
{
	return &coverage->places[index].view;
}

static struct place *search(struct coverage *coverage, uint16_t vlan)
{
	struct place *place;

	for (size_t i = 0; i < coverage->count; i++)
		if (coverage->places[i].view.vlan == vlan)
			return coverage->latest = &coverage->places[i];
	if (coverage->count == COVERAGE_VLANS)
		return &coverage->places[COVERAGE_VLANS - 1];
	place = &coverage->places[coverage->count++];
	place->view.vlan = vlan;
	place->view.dropped_percent = coverage->dropped_percent;
	return coverage->latest = place;
}

struct coverage *coverage_new(const struct coverage_sink *sink)
{
	struct coverage *coverage = mem_alloc(sizeof(*coverage));

	coverage->sink = *sink;
	coverage->latest = search(coverage, 0);
	return coverage;
}

static inline struct place *need(struct coverage *coverage, uint16_t vlan)
{
	return coverage->latest->view.vlan == vlan ? coverage->latest : search(coverage, vlan);
}

unsigned coverage_faults(struct coverage *coverage, uint16_t vlan)
{
	return need(coverage, vlan)->view.faults;
}

bool coverage_hears_neighbors(struct coverage *coverage, uint16_t vlan)
{
	return need(coverage, vlan)->hears_neighbors;
}

/* ---- judging ----------------------------------------------------------------------------------- */

static unsigned percent(uint64_t part, uint64_t whole)
{
	return whole ? (unsigned)(part * 100 / whole) : 0;
}

/* Once found, a fault stays until the share falls below half of what it takes. */
static bool is_above(unsigned faults, unsigned fault, unsigned share, unsigned limit)
{
	return share >= (faults & fault ? (limit + 1) / 2 : limit);
}

/* Proofs count when two hosts gave them or nothing speaks against them. */
static bool is_believed(uint32_t proofs, uint32_t givers, uint32_t against)
{
	return proofs >= PROOFS_MIN && (against == 0 || __builtin_popcount(givers) >= 2);
}

static unsigned missing_answers(const struct place *place)
{
	const struct coverage_view *view = &place->view;
	unsigned missed = view->missed_percent, before = place->by_answers, faults = 0;

	if (!(before & ABOUT_ANSWERS) &&
	    !is_believed(view->answers_missed, place->askers, view->answers_seen))
		return 0;
	if (view->answers_missed + view->answers_seen < PROOFS_MIN)
		return before & ABOUT_ANSWERS;
	if (is_above(before, COVERAGE_NO_ANSWERS, missed, SHARE_MISSING))
		return COVERAGE_NO_ANSWERS;
	if (is_above(before, COVERAGE_DEAF, missed, SHARE_DEAF))
		faults |= COVERAGE_DEAF;
	if (is_above(before, COVERAGE_LOSSY, missed, SHARE_LOSSY))
		faults |= COVERAGE_LOSSY;
	return faults;
}

static unsigned missing_questions(const struct place *place)
{
	const struct coverage_view *view = &place->view;
	uint64_t all = (uint64_t)view->questions_missed + view->answers_seen;
	unsigned before = place->by_answers & COVERAGE_NO_QUESTIONS;

	if (!before && !is_believed(view->questions_missed, place->answerers, view->answers_seen))
		return 0;
	if (all < PROOFS_MIN)
		return before;
	return is_above(before, COVERAGE_NO_QUESTIONS, percent(view->questions_missed, all),
			SHARE_MISSING)
		       ? COVERAGE_NO_QUESTIONS
		       : 0;
}

static bool hears(const struct place *place)
{
	int seekers = __builtin_popcount(place->seekers[0] | place->seekers[1]);
	int told = __builtin_popcount(place->told[0] | place->told[1]);

	return told > 0 && told * 2 >= seekers &&
	       place->view.neighbors_answered >= place->view.neighbors_missed;
}

static unsigned neighbor_faults(const struct place *place)
{
	const struct coverage_view *view = &place->view;
	unsigned faults = 0;

	if (view->neighbors_asked < NEIGHBORS_MIN)
		return view->faults & (COVERAGE_GROUP_ONLY | COVERAGE_NO_NEIGHBOR_ANSWERS);
	/* Switches flood a frame to an unknown station now and then. */
	if (view->direct + view->answers_seen < view->neighbors_asked / 8 &&
	    view->neighbors_answered == 0)
		return COVERAGE_GROUP_ONLY;
	if (!place->hears_neighbors)
		faults |= COVERAGE_NO_NEIGHBOR_ANSWERS;
	return faults;
}

static unsigned capture_faults(const struct coverage_view *view)
{
	unsigned faults = 0;

	if (is_above(view->faults, COVERAGE_LOSSY, view->dropped_percent, SHARE_LOSSY))
		faults |= COVERAGE_LOSSY;
	if (is_above(view->faults, COVERAGE_DEAF, view->dropped_percent, SHARE_DEAF))
		faults |= COVERAGE_DEAF;
	if (view->compared < COMPARED_MIN)
		faults |= view->faults & COVERAGE_TWICE;
	else if (is_above(view->faults, COVERAGE_TWICE, percent(view->repeated, view->compared),
			  SHARE_TWICE))
		faults |= COVERAGE_TWICE;
	return faults;
}

static void judge(struct coverage *coverage, struct place *place)
{
	struct coverage_view *view = &place->view;
	unsigned before = view->faults;

	view->missed_percent = (uint8_t)percent(
		view->answers_missed, (uint64_t)view->answers_missed + view->answers_seen);
	view->dropped_percent = coverage->dropped_percent;
	place->by_answers = missing_answers(place) | missing_questions(place);
	view->faults = (uint8_t)(place->by_answers | neighbor_faults(place) | capture_faults(view));
	if (view->faults != before && coverage->sink.told)
		coverage->sink.told(coverage->sink.arg, view, before);
}

/* ---- counting ---------------------------------------------------------------------------------- */

static void count(uint32_t *counter)
{
	if (*counter != UINT32_MAX)
		(*counter)++;
}

void coverage_answered(struct coverage *coverage, uint16_t vlan)
{
	struct place *place = need(coverage, vlan);

	count(&place->view.answers_seen);
	if (place->view.faults &
	    (COVERAGE_NO_ANSWERS | COVERAGE_NO_QUESTIONS | COVERAGE_DEAF | COVERAGE_GROUP_ONLY))
		judge(coverage, place);
}

void coverage_answer_missed(struct coverage *coverage, uint16_t vlan, uint32_t who)
{
	struct place *place = need(coverage, vlan);

	count(&place->view.answers_missed);
	place->askers |= UINT32_C(1) << (who & 31);
	judge(coverage, place);
}

void coverage_question_missed(struct coverage *coverage, uint16_t vlan, uint32_t who)
{
	struct place *place = need(coverage, vlan);

	count(&place->view.questions_missed);
	place->answerers |= UINT32_C(1) << (who & 31);
	judge(coverage, place);
}

static void uncount(struct coverage *coverage, struct place *place, uint32_t *counter)
{
	if (*counter > 0)
		(*counter)--;
	judge(coverage, place);
}

void coverage_answer_late(struct coverage *coverage, uint16_t vlan)
{
	struct place *place = need(coverage, vlan);

	uncount(coverage, place, &place->view.answers_missed);
}

void coverage_question_late(struct coverage *coverage, uint16_t vlan)
{
	struct place *place = need(coverage, vlan);

	uncount(coverage, place, &place->view.questions_missed);
}

void coverage_neighbor_asked(struct coverage *coverage, uint16_t vlan, uint32_t who)
{
	struct place *place = need(coverage, vlan);

	count(&place->view.neighbors_asked);
	place->seekers[0] |= UINT32_C(1) << (who & 31);
	place->hears_neighbors = hears(place);
	if (place->view.neighbors_asked % NEIGHBORS_MIN == 0)
		judge(coverage, place);
}

void coverage_neighbor_answered(struct coverage *coverage, uint16_t vlan, uint32_t who)
{
	struct place *place = need(coverage, vlan);

	count(&place->view.neighbors_answered);
	place->told[0] |= UINT32_C(1) << (who & 31);
	place->hears_neighbors = hears(place);
	if (place->view.faults & (COVERAGE_GROUP_ONLY | COVERAGE_NO_NEIGHBOR_ANSWERS))
		judge(coverage, place);
}

void coverage_neighbor_missed(struct coverage *coverage, uint16_t vlan)
{
	struct place *place = need(coverage, vlan);

	count(&place->view.neighbors_missed);
	place->hears_neighbors = hears(place);
	judge(coverage, place);
}

void coverage_direct(struct coverage *coverage, uint16_t vlan)
{
	struct place *place = need(coverage, vlan);

	count(&place->view.direct);
	if (place->view.faults & COVERAGE_GROUP_ONLY)
		judge(coverage, place);
}

void coverage_count_packet(struct coverage *coverage, uint16_t vlan)
{
	need(coverage, vlan)->view.packets += COVERAGE_SAMPLE;
}

static uint32_t print_of(const struct packet *packet)
{
	uint32_t words[4], print = packet->payload_length;

	memcpy(words, packet->dst.bytes, sizeof(words));
	for (unsigned i = 0; i < 4; i++)
		print = (print ^ words[i]) * UINT32_C(0x85ebca6b);
	print = (print ^ packet->tcp_seq) * UINT32_C(0xc2b2ae35);
	print = (print ^ packet->tcp_ack ^ ((uint32_t)packet->src_port << 16 | packet->dst_port)) *
		UINT32_C(0x85ebca6b);
	return print ^ print >> 15;
}

/* Through a router from one VLAN to another a packet is rightly seen twice. */
static bool is_repeated(const struct seen *seen, const struct packet *packet, uint32_t print,
			uint32_t now_ms)
{
	return seen->taken && seen->print == print && now_ms - seen->at_ms <= REPEATED_MS &&
	       (seen->vlan == packet->vlan || seen->hop_limit == packet->hop_limit);
}

void coverage_compare(struct coverage *coverage, const struct packet *packet, uint32_t now_ms)
{
	uint32_t print = print_of(packet);
	struct seen *seen = &coverage->ring[print % RING];
	struct place *place;

	if (packet->payload_length == 0)
		return;
	place = need(coverage, packet->vlan);
	count(&place->view.compared);
	if (is_repeated(seen, packet, print, now_ms)) {
		count(&place->view.repeated);
		seen->taken = 0;
	} else {
		*seen = (struct seen){ print, now_ms, packet->vlan, packet->hop_limit, 1 };
	}
	judge(coverage, place);
}

/* ---- time and losses --------------------------------------------------------------------------- */

/* One answer from a neighbour once heard proves the way for a long time: quiet networks ask rarely. */
static void halve_neighbors(struct place *place)
{
	struct coverage_view *view = &place->view;

	view->neighbors_asked /= 2;
	view->neighbors_missed /= 2;
	view->neighbors_answered -= view->neighbors_answered / 2;
	view->direct -= view->direct / 2;
	if (!place->told[0])
		return;
	place->seekers[1] = place->seekers[0];
	place->told[1] = place->told[0];
	place->seekers[0] = place->told[0] = 0;
}

static void halve(struct coverage *coverage)
{
	for (size_t i = 0; i < coverage->count; i++) {
		struct place *place = &coverage->places[i];
		struct coverage_view *view = &place->view;

		view->answers_seen /= 2;
		view->answers_missed /= 2;
		view->questions_missed /= 2;
		view->compared /= 2;
		view->repeated /= 2;
		if (view->answers_missed == 0)
			place->askers = 0;
		if (view->questions_missed == 0)
			place->answerers = 0;
		if (coverage->halvings % NEIGHBOR_HALVINGS == 0)
			halve_neighbors(place);
	}
}

/* What is known stays known while nothing is heard: only what is heard later speaks against it. */
void coverage_advance(struct coverage *coverage, uint32_t now_ms)
{
	if (now_ms - coverage->halved_ms < HALVE_MS)
		return;
	coverage->halved_ms = now_ms;
	coverage->halvings++;
	for (size_t i = 0; i < coverage->count && coverage->sink.told; i++)
		coverage->sink.told(coverage->sink.arg, &coverage->places[i].view,
				    coverage->places[i].view.faults);
	halve(coverage);
}

void coverage_losses(struct coverage *coverage, uint64_t delivered, uint64_t dropped)
{
	coverage->delivered = coverage->delivered / 2 + delivered;
	coverage->dropped = coverage->dropped / 2 + dropped;
	if (coverage->delivered + coverage->dropped < LOSSES_MIN)
		return; /* a lost packet of ten is an accident */
	coverage->dropped_percent =
		(uint8_t)percent(coverage->dropped, coverage->delivered + coverage->dropped);
	for (size_t i = 0; i < coverage->count; i++)
		judge(coverage, &coverage->places[i]);
}

/* ---- words ------------------------------------------------------------------------------------- */

static const struct {
	unsigned faults;
	const char *word;
} words[] = {
	{ COVERAGE_NO_ANSWERS | COVERAGE_NO_QUESTIONS, "one-sided" },
	{ COVERAGE_GROUP_ONLY, "broadcasts-only" },
	{ COVERAGE_NO_NEIGHBOR_ANSWERS, "no-arp-answers" },
	{ COVERAGE_LOSSY, "lossy" },
	{ COVERAGE_TWICE, "doubled" },
};

void coverage_words(unsigned faults, char text[COVERAGE_WORDS_BYTES])
{
	size_t at = 0;

	snprintf(text, COVERAGE_WORDS_BYTES, "full");
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (faults & words[i].faults)
			at += (size_t)snprintf(text + at, COVERAGE_WORDS_BYTES - at, "%s%s",
					       at ? "," : "", words[i].word);
}

static void explain_losses(const struct coverage_view *view, struct buf *out)
{
	const char *what = view->faults & COVERAGE_DEAF ? "silence there is not counted as failure"
							: "some failures may be none";

	if (view->dropped_percent >= SHARE_LOSSY)
		buf_format(
			out,
			"the sensor loses %u%% of the packets: %s; give it a faster machine or less traffic",
			view->dropped_percent, what);
	else
		buf_format(
			out,
			"about %u%% of the answers are lost on their way to the sensor: %s; the mirror port is "
			"overloaded or the capture has gaps",
			view->missed_percent, what);
}

static void explain_fault(const struct coverage_view *view, unsigned fault, struct buf *out)
{
	switch (fault) {
	case COVERAGE_NO_ANSWERS:
		buf_text(
			out,
			"the mirror shows only one direction: answers are missing, failures there are not counted as "
			"failures; mirror both directions (rx and tx) of the port or VLAN");
		break;
	case COVERAGE_NO_QUESTIONS:
		buf_text(
			out,
			"the mirror shows only one direction: answers are seen without their questions, so hosts there "
			"cannot be judged by failures; mirror both directions (rx and tx) of the port or VLAN");
		break;
	case COVERAGE_GROUP_ONLY:
		buf_text(
			out,
			"only broadcasts reach the sensor: it judges questions for neighbours by their order and nothing "
			"else; connect it to a mirror port");
		break;
	case COVERAGE_NO_NEIGHBOR_ANSWERS:
		buf_text(
			out,
			"answers to ARP and neighbour discovery are not seen: unanswered questions for neighbours are not "
			"counted as failures; mirror the whole VLAN, not one port of it");
		break;
	case COVERAGE_LOSSY:
		explain_losses(view, out);
		break;
	case COVERAGE_TWICE:
		buf_text(
			out,
			"the same packets are seen twice, which costs time but judges nobody wrongly; mirror one direction "
			"of every port or both of one, not both of all");
		break;
	default:
		break;
	}
}

void coverage_explain(const struct coverage_view *view, struct buf *out)
{
	bool first = true;

	for (unsigned fault = 1; fault <= COVERAGE_TWICE; fault *= 2) {
		if (!(view->faults & fault) || fault == COVERAGE_DEAF)
			continue;
		if (fault == COVERAGE_NO_QUESTIONS && view->faults & COVERAGE_NO_ANSWERS)
			continue; /* the same mirror, the same remedy */
		if (view->vlan)
			buf_format(out, "%sVLAN %u: ", first ? "" : "; ", view->vlan);
		else if (!first)
			buf_text(out, "; ");
		explain_fault(view, fault, out);
		first = false;
	}
	if (first)
		buf_text(out, "both directions are seen");
}
