/* SPDX-License-Identifier: Apache-2.0 */
/* account.c - the words of the live account.
 *
 * A line starts with the seconds since the first fact (an analyst thinks in "how long after"), then who, then what.  What was
 * only asked for, what the device confirmed and what is proven are three different words, always. */
#include "core/notify/account.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/num.h"
#include "core/base/units.h"
#include "core/isolation/summary.h"

struct account {
	FILE *stream;
	bool colour;
};

enum tone { TONE_PLAIN, TONE_BAD, TONE_WARN, TONE_GOOD, TONE_DIM };

bool account_wants_colour(FILE *stream)
{
	const char *no_colour = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return isatty(fileno(stream)) && !(no_colour && *no_colour) &&
	       !(terminal && strcmp(terminal, "dumb") == 0);
}

struct account *account_new(FILE *stream, bool colour)
{
	struct account *account = mem_alloc(sizeof(*account));

	account->stream = stream;
	account->colour = colour;
	return account;
}

void account_free(struct account *account)
{
	mem_free(account);
}

static const char *paint(const struct account *account, enum tone tone)
{
	static const char *const codes[] = { "", "\033[1;31m", "\033[1;33m", "\033[1;32m",
					     "\033[2m" };

	return account->colour ? codes[tone] : "";
}

static const char *plain(const struct account *account)
{
	return account->colour ? "\033[0m" : "";
}

/* "14:02:07.123 10.20.0.23  WORD  " */
static void headline(const struct account *account, const struct fact *fact, enum tone tone,
		     const char *word)
{
	char when[CLOCK_TEXT_BYTES], host[IP_TEXT_BYTES];

	clock_text(fact->wall_ns, when, sizeof(when));
	ip_text(&fact->host.ip, host);
	if (fact->type == FACT_NETWORK || fact->type == FACT_SENSOR || fact->type == FACT_GAP)
		snprintf(host, sizeof(host), fact->type == FACT_SENSOR ? "sensor" : "-");
	fprintf(account->stream, "%s%.12s%s %-15s %s%-10s%s ", paint(account, TONE_DIM), when + 11,
		plain(account), host, paint(account, tone), word, plain(account));
}

static void detail(const struct account *account, const char *label, const char *text)
{
	if (text && *text)
		fprintf(account->stream, "%29s%s%s: %s%s\n", "", paint(account, TONE_DIM), label,
			plain(account), text);
}

static void tell_incident(const struct account *account, const struct fact *fact)
{
	const struct incident *incident = fact->incident;
	bool convicted = incident->state == INCIDENT_CONVICTED;
	char why[SUMMARY_BYTES], coverage[COVERAGE_WORDS_BYTES];

	if (incident->state >= INCIDENT_CLEARED) {
		headline(account, fact, TONE_DIM, incident_state_name(incident->state));
		fprintf(account->stream, "incident %llu: %s\n", (unsigned long long)incident->id,
			incident->state == INCIDENT_CLEARED ? "the evidence faded" : "ended");
		return;
	}
	headline(account, fact, convicted ? TONE_BAD : TONE_WARN,
		 convicted ? "CONVICTED" : incident_state_name(incident->state));
	summary_of_incident(incident, why);
	fprintf(account->stream, "%s\n", why);
	if (incident->was_kind != incident->kind)
		fprintf(account->stream, "%29s%sit is now: %s%s (before: %s)\n", "",
			paint(account, TONE_DIM), plain(account),
			evidence_kind_name(incident->kind), evidence_kind_name(incident->was_kind));
	if (incident->outbreak_nats > 0)
		fprintf(account->stream,
			"%29s%soutbreak: %sothers were convicted on this port, that adds %.1f nats\n",
			"", paint(account, TONE_DIM), plain(account), incident->outbreak_nats);
	fprintf(account->stream, "%29s%sevidence: %s%.1f nats after %u contact%s", "",
		paint(account, TONE_DIM), plain(account), incident->log_odds, incident->contacts,
		incident->contacts == 1 ? "" : "s");
	if (convicted && incident->convicted_ns >= incident->first_contact_ns)
		fprintf(account->stream, ", %.2f s after the first",
			ns_to_s(incident->convicted_ns - incident->first_contact_ns));
	fprintf(account->stream, "\n");
	if (incident_coverage(incident)) {
		coverage_words(incident_coverage(incident), coverage);
		detail(account, "coverage", coverage);
	}
	detail(account, "in doubt", evidence_doubt_text(incident->doubt));
	detail(account, "known as", fact->known_as);
}

static void tell_decision(const struct account *account, const struct fact *fact)
{
	const struct fact_decision *told = fact->decision;
	const struct decision *decision = &told->decision;
	char hold[32], ports[MEASURE_TEXT_BYTES];

	headline(account, fact, TONE_PLAIN, "decision");
	fprintf(account->stream, "%s", verdict_name(decision->verdict));
	if (decision->verdict == VERDICT_ISOLATE || decision->verdict == VERDICT_PROPOSE)
		fprintf(account->stream, " with channel \"%s\"", decision->channel);
	if (verdict_is_measure(decision->verdict)) {
		measure_text(&decision->measure, ports);
		fprintf(account->stream, " %s", ports);
	}
	if (decision->verdict == VERDICT_LIMIT)
		fprintf(account->stream, " to %u a second", decision->measure.per_s);
	if (decision->hold_ns) {
		num_duration_text(decision->hold_ns, hold, sizeof(hold));
		fprintf(account->stream, " for %s", hold);
	}
	if (decision->verdict == VERDICT_PROPOSE)
		fprintf(account->stream, ", %u approval%s needed", decision->approvals,
			decision->approvals == 1 ? "" : "s");
	if (decision->rule)
		fprintf(account->stream, " (rule %u \"%s\")", decision->rule, decision->rule_name);
	else if (!told->asked_by)
		fprintf(account->stream, " (no rule matched)");
	fprintf(account->stream, "%s\n", told->dry_run ? " [dry run: nothing is sent]" : "");
	if (told->asked_by)
		fprintf(account->stream, "%29s%sasked by: %s%s%s%s\n", "", paint(account, TONE_DIM),
			plain(account), told->asked_by, *told->why ? ": " : "", told->why);
	else
		fprintf(account->stream, "%29s%sbecause: %s%s is %s, confidence %.6f\n", "",
			paint(account, TONE_DIM), plain(account),
			told->asset && *told->asset ? told->asset : "the host",
			told->asset && *told->asset ? told->role : "not one of our assets",
			told->confidence);
	if (told->refused) {
		headline(account, fact, TONE_WARN, "REFUSED");
		fprintf(account->stream, told->asked_by ? "%s\n" : "not isolated by itself: %s\n",
			told->refused);
	}
}

static const char *isolation_word(const struct isolation *isolation, enum tone *tone)
{
	switch (isolation->state) {
	case ISOLATION_PROVEN:
		*tone = TONE_GOOD;
		return "PROVEN";
	case ISOLATION_APPLIED:
		*tone = TONE_WARN;
		return "APPLIED";
	case ISOLATION_RELEASED:
		*tone = TONE_GOOD;
		return "RELEASED";
	case ISOLATION_FAILED:
		*tone = TONE_BAD;
		return "FAILED";
	case ISOLATION_REFUSED:
		*tone = TONE_WARN;
		return "refused";
	case ISOLATION_AWAITING_APPROVAL:
		*tone = TONE_WARN;
		return "WAITING";
	case ISOLATION_RELEASING:
		*tone = TONE_PLAIN;
		return "releasing";
	default:
		*tone = TONE_PLAIN;
		return "requested";
	}
}

/* "isolation 3", or "block of TCP port 445 (3)". */
static void name_isolation(const struct isolation *isolation, char text[64])
{
	char ports[MEASURE_TEXT_BYTES];

	measure_text(&isolation->decision.measure, ports);
	if (verdict_is_measure(isolation->decision.verdict))
		snprintf(text, 64, "%s of %s (%llu)", verdict_name(isolation->decision.verdict),
			 ports, (unsigned long long)isolation->id);
	else
		snprintf(text, 64, "isolation %llu", (unsigned long long)isolation->id);
}

static void isolation_sentence(const struct account *account, const struct fact_isolation *told)
{
	const struct isolation *isolation = &told->isolation;
	FILE *out = account->stream;
	unsigned long long dropped =
		(unsigned long long)(isolation->dropped_transmit + isolation->dropped_receive);
	char name[64];

	name_isolation(isolation, name);
	switch (isolation->state) {
	case ISOLATION_AWAITING_APPROVAL:
		fprintf(out, "%s waits for %u approval(s): cordon approve %llu\n", name,
			isolation->decision.approvals, (unsigned long long)isolation->id);
		break;
	case ISOLATION_QUEUED:
	case ISOLATION_APPLYING:
		fprintf(out, "%s of %s through %s\n", name, isolation->asset, told->enforcer);
		break;
	case ISOLATION_APPLIED:
		fprintf(out,
			told->dry_run
				? "on paper only: a dry run sends nothing\n"
				: "the firmware reads back our policy as active; not yet proven\n");
		break;
	case ISOLATION_PROVEN:
		if (dropped)
			fprintf(out,
				"the firmware has dropped %llu packets (%llu sent by the host, %llu sent to it)\n",
				dropped, (unsigned long long)isolation->dropped_transmit,
				(unsigned long long)isolation->dropped_receive);
		else if (isolation->counted)
			fprintf(out, "the firmware has counted %llu packets\n",
				(unsigned long long)isolation->counted);
		else
			fprintf(out,
				"the policy is active and the sensor hears nothing more of the host\n");
		break;
	default:
		fprintf(out, "%s%s%s\n", name, *isolation->reason ? ": " : "", isolation->reason);
	}
}

static void tell_isolation(const struct account *account, const struct fact *fact)
{
	const struct fact_isolation *told = fact->isolation;
	enum tone tone;
	const char *word = isolation_word(&told->isolation, &tone);

	headline(account, fact, tone, word);
	isolation_sentence(account, told);
	detail(account, "device", told->device);
	detail(account, "did", told->did);
	detail(account, "open", *told->isolation.open ? told->isolation.open : NULL);
	if (told->writes || told->reads)
		fprintf(account->stream, "%29s%srequests: %s%u write%s, %u read-back%s\n", "",
			paint(account, TONE_DIM), plain(account), told->writes,
			told->writes == 1 ? "" : "s", told->reads, told->reads == 1 ? "" : "s");
}

static void tell_infection(const struct account *account, const struct fact *fact)
{
	const struct outbreak_link *link = fact->infection;
	char parent[IP_TEXT_BYTES], zero[IP_TEXT_BYTES];

	ip_text(&link->parent_host.ip, parent);
	ip_text(&link->patient_zero_host.ip, zero);
	headline(account, fact, TONE_WARN, "infected");
	fprintf(account->stream,
		"by %s, which reached it on port %u %.1f s before its own first attack%s\n", parent,
		(unsigned)link->port, ns_to_s(link->attack_ns - link->contact_ns),
		link->why == OUTBREAK_CALLED_BACK ? " and was called back" : "");
	fprintf(account->stream, "%29s%soutbreak: %sgeneration %u, patient zero %s\n", "",
		paint(account, TONE_DIM), plain(account), (unsigned)link->generation, zero);
}

static void tell_network(const struct account *account, const struct fact *fact)
{
	const struct fault_state *state = fact->network;

	headline(account, fact, TONE_WARN, state->broken ? "network" : "recovered");
	if (state->broken)
		fprintf(account->stream,
			"%u of %u hosts fail at once on different ports: the network is broken%s, scoring pauses%s\n",
			state->hosts, state->live, state->is_for_all ? "" : " or names are forged",
			state->is_for_all ? "" : " for them");
	else
		fprintf(account->stream,
			"scoring goes on; what %u hosts did meanwhile is not held against them\n",
			state->hosts);
}

static void tell_sensor(const struct account *account, const struct fact *fact)
{
	const struct fact_sensor *told = fact->sensor;

	headline(account, fact, told->state == SENSOR_SEES ? TONE_GOOD : TONE_WARN,
		 fact_sensor_word(told->state));
	switch (told->state) {
	case SENSOR_BLIND:
		fprintf(account->stream, "%s: automatic isolation pauses\n", told->why);
		break;
	case SENSOR_BACK:
		fprintf(account->stream,
			"after %.1f s of which nothing is known; automatic isolation goes on in %.0f s\n",
			ns_to_s(told->until_ns - told->since_ns),
			ns_to_s(told->resumes_ns - told->until_ns));
		break;
	default:
		fputs("automatic isolation goes on\n", account->stream);
	}
}

static void tell_gap(const struct account *account, const struct fact *fact)
{
	char from[CLOCK_TEXT_BYTES], until[CLOCK_TEXT_BYTES];

	clock_text(fact->gap->from_ns, from, sizeof(from));
	clock_text(fact->gap->until_ns, until, sizeof(until));
	headline(account, fact, TONE_WARN, "gap");
	fprintf(account->stream, "%llu facts from %.8s to %.8s are missing in the %s: %s\n",
		(unsigned long long)fact_gap_count(fact->gap), from + 11, until + 11,
		fact->gap->writer, fact->gap->why);
}

static void tell_repair(const struct account *account, const struct fact *fact)
{
	static const enum tone tones[REPAIR_STATES] = { TONE_PLAIN, TONE_PLAIN, TONE_GOOD,
							TONE_WARN,  TONE_BAD,   TONE_BAD,
							TONE_WARN };
	const struct repair *repair = fact->repair;
	char act[REPAIR_ACT_BYTES];

	headline(account, fact, tones[repair->state], "repair");
	repair_act_text(&repair->wish, act);
	fprintf(account->stream, "%s of %s (%llu) is %s%s%s\n", act, repair->asset,
		(unsigned long long)repair->id, repair_state_name(repair->state),
		*repair->said ? ": " : "", repair->said);
	if (repair->state == REPAIR_REQUESTED || repair->state == REPAIR_REFUSED)
		fprintf(account->stream, "%29s%sasked by: %s%s%s%s\n", "", paint(account, TONE_DIM),
			plain(account), repair->asked_by, *repair->why ? ": " : "", repair->why);
	detail(account, "device", repair->device);
}

static void tell_stats(const struct account *account, const struct fact *fact)
{
	const struct record_sensor *stats = fact->stats;

	fprintf(account->stream,
		"%ssensor: %llu packets, %llu contacts (%llu accepted, %llu refused, %llu ignored), %llu hosts, "
		"%llu frames not decoded, %llu dropped%s\n",
		paint(account, TONE_DIM), (unsigned long long)stats->packets,
		(unsigned long long)stats->contacts, (unsigned long long)stats->accepted,
		(unsigned long long)stats->refused, (unsigned long long)stats->ignored,
		(unsigned long long)stats->hosts, (unsigned long long)stats->undecoded,
		(unsigned long long)stats->dropped, plain(account));
}

static void tell_coverage(const struct account *account, const struct fact *fact)
{
	const struct coverage_view *view = &fact->coverage->view;
	char when[CLOCK_TEXT_BYTES], words[COVERAGE_WORDS_BYTES];
	struct buf text;

	buf_init(&text, COVERAGE_TEXT_BYTES);
	coverage_explain(view, &text);
	coverage_words(view->faults, words);
	clock_text(fact->wall_ns, when, sizeof(when));
	fprintf(account->stream, "%s%.12s%s %-15s %s%-10s%s %s: %s\n", paint(account, TONE_DIM),
		when + 11, plain(account), "sensor",
		paint(account, view->faults ? TONE_WARN : TONE_GOOD), "coverage", plain(account),
		words, text.text);
	buf_fini(&text);
}

static void tell_role(const struct account *account, const struct fact *fact)
{
	struct buf text;

	buf_init(&text, COVERAGE_TEXT_BYTES);
	role_explain(fact->role, &text);
	headline(account, fact, TONE_DIM, "role");
	fprintf(account->stream, "%s\n", text.text);
	buf_fini(&text);
}

void account_tell(struct account *account, const struct fact *fact)
{
	switch (fact->type) {
	case FACT_INCIDENT:
		tell_incident(account, fact);
		break;
	case FACT_DECISION:
		tell_decision(account, fact);
		break;
	case FACT_ISOLATION:
		tell_isolation(account, fact);
		break;
	case FACT_INFECTION:
		tell_infection(account, fact);
		break;
	case FACT_NETWORK:
		tell_network(account, fact);
		break;
	case FACT_SENSOR:
		tell_sensor(account, fact);
		break;
	case FACT_GAP:
		tell_gap(account, fact);
		break;
	case FACT_REPAIR:
		tell_repair(account, fact);
		break;
	case FACT_STATS:
		tell_stats(account, fact);
		break;
	case FACT_COVERAGE:
		tell_coverage(account, fact);
		break;
	case FACT_ROLE:
		tell_role(account, fact);
		break;
	}
	fflush(account->stream);
}
