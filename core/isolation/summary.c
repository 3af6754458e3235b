/* SPDX-License-Identifier: Apache-2.0 */
/* One clause per piece of evidence: what was tried, of how many, how fast, how it ended.  Numbers come from the evidence;
 * what only the first few samples show is said of those alone. */
#include "core/isolation/summary.h"

#include <stdio.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/units.h"
#include "core/contact/contact.h"
#include "core/incident/incident.h"

static unsigned flagged(const struct evidence *evidence, unsigned flag)
{
	unsigned count = 0;

	for (unsigned i = 0; i < evidence->sample_count && i < EVIDENCE_SAMPLES; i++)
		count += (evidence->samples[i].flags & flag) != 0;
	return count;
}

/* " in 0.4 s" */
static void say_span(const struct evidence *evidence, struct buf *out)
{
	uint64_t span_ns = 0;

	if (evidence->last_contact_ns > evidence->first_contact_ns)
		span_ns = evidence->last_contact_ns - evidence->first_contact_ns;
	if (evidence->contacts < 2 || evidence->first_contact_ns == 0)
		return;
	if (span_ns < NS_PER_MS)
		buf_text(out, " in less than 1 ms");
	else if (span_ns < ms_to_ns(95))
		buf_format(out, " in %u ms", (unsigned)((span_ns + NS_PER_MS / 2) / NS_PER_MS));
	else if (span_ns < s_to_ns(120))
		buf_format(out, " in %.1f s", ns_to_s(span_ns));
	else
		buf_format(out, " in %u min", (unsigned)(span_ns / s_to_ns(60)));
}

static void say_hosts(const struct evidence *evidence, struct buf *out)
{
	buf_format(out, "%u %s", (unsigned)evidence->contacts,
		   evidence->contacts == 1 ? "host" : "hosts");
}

/* The samples are the earliest contacts; beyond them nothing is known of the order. */
static void say_sequence(const struct evidence *evidence, struct buf *out)
{
	unsigned in_row = flagged(evidence, CONTACT_SEQUENTIAL);

	if (in_row < 2)
		return;
	if (evidence->contacts > evidence->sample_count)
		buf_format(out, ", %u of the first %u in sequence", in_row,
			   (unsigned)evidence->sample_count);
	else
		buf_format(out, ", %u of them in sequence", in_row);
}

static void say_neighbors(const struct evidence *evidence, const char *what, struct buf *out)
{
	bool one = evidence->contacts == 1;
	bool unowned = evidence->sample_count &&
		       flagged(evidence, CONTACT_DARK) == evidence->sample_count;

	buf_format(out, "asked %s for %u %s", what, (unsigned)evidence->contacts,
		   one ? "address" : "addresses");
	if (evidence->failed >= evidence->contacts)
		buf_text(out, unowned ? " nobody owns" : " that nobody answered for");
	say_span(evidence, out);
	if (evidence->failed < evidence->contacts)
		buf_format(out, ", %u of them without an answer", (unsigned)evidence->failed);
	say_sequence(evidence, out);
}

static void say_service(const struct evidence *evidence, const char *verb, struct buf *out)
{
	if (evidence->port)
		buf_format(out, "%s port %u of ", verb, (unsigned)evidence->port);
	else
		buf_format(out, "%s on ", verb);
	say_hosts(evidence, out);
	say_span(evidence, out);
	buf_format(out, ", %u failed", (unsigned)evidence->failed);
	if (evidence->sample_count && flagged(evidence, CONTACT_BARE_SYN) == evidence->sample_count)
		buf_text(out, ", with bare SYNs that no operating system sends");
	if (evidence->contact_kind == CONTACT_TCP && evidence->sample_count &&
	    flagged(evidence, CONTACT_STRANGE) == evidence->sample_count)
		buf_text(out, ", not by the TCP that is its own");
}

static void say_pings(const struct evidence *evidence, struct buf *out)
{
	buf_text(out, "pinged ");
	say_hosts(evidence, out);
	say_span(evidence, out);
	buf_format(out, ", %u did not answer", (unsigned)evidence->failed);
}

static void say_forged(const struct evidence *evidence, struct buf *out)
{
	char mac[MAC_TEXT_BYTES];

	mac_text(&evidence->mac, mac);
	buf_format(out, "forged traffic in the name of %u %s from MAC %s",
		   (unsigned)evidence->contacts, evidence->contacts == 1 ? "address" : "addresses",
		   mac);
}

/* What is not about failing contacts: names, contents, logons, mail, ports of one host. */
static bool say_other(const struct evidence *evidence, struct buf *out)
{
	unsigned count = (unsigned)evidence->contacts;
	const char *s = count == 1 ? "" : "s";

	if (evidence->kind == EVIDENCE_BRUTE_FORCE)
		buf_format(out, "tried to log on %u time%s, at port %u", count, s,
			   (unsigned)evidence->port);
	else if (evidence->kind == EVIDENCE_SPAM)
		buf_format(out, "spoke SMTP to %u mail server%s", count, s);
	else if (evidence->kind == EVIDENCE_SPOOFING)
		say_forged(evidence, out);
	else if (evidence->kind == EVIDENCE_RECONNAISSANCE)
		buf_format(out, "tried %u port%s of one host", count, s);
	else if (evidence->port_class == CLASS_NAME)
		buf_format(out,
			   "looked up %u name%s that only malware makes up or that do not exist",
			   count, s);
	else if (evidence->port_class == CLASS_CHAIN)
		buf_format(out, "reached %u host%s soon after somebody had reached it", count, s);
	else if (evidence->port_class == CLASS_CONTENT)
		buf_format(out, "sent %u message%s to port %u that no ordinary client sends", count,
			   s, (unsigned)evidence->port);
	else
		return false;
	say_span(evidence, out);
	return true;
}

static void say(const struct evidence *evidence, struct buf *out)
{
	if (evidence->contacts == 0) {
		buf_format(out, "gave %.1f nats of evidence for %s", evidence->log_odds,
			   evidence_kind_name(evidence->kind));
		return;
	}
	if (say_other(evidence, out))
		return;
	switch (evidence->contact_kind) {
	case CONTACT_ARP:
		say_neighbors(evidence, "ARP", out);
		break;
	case CONTACT_ND:
		say_neighbors(evidence, "neighbour discovery", out);
		break;
	case CONTACT_UDP:
		say_service(evidence, "tried UDP", out);
		break;
	case CONTACT_ICMP:
		say_pings(evidence, out);
		break;
	default:
		say_service(evidence, "tried TCP", out);
	}
}

/* Less would be told as "0.0 nats". */
#define TELLABLE_NATS 0.05

void summary_of_incident(const struct incident *incident, char text[SUMMARY_BYTES])
{
	const struct evidence *first = &incident->evidence[0];
	struct buf out;

	buf_init(&out, SUMMARY_BYTES - 1);
	if (incident->evidence_count)
		say(first, &out);
	for (unsigned i = 1; i < incident->evidence_count; i++)
		if (incident->evidence[i].port_class != first->port_class &&
		    incident->evidence[i].log_odds >= TELLABLE_NATS) {
			buf_text(&out, "; also ");
			say(&incident->evidence[i], &out);
			break;
		}
	snprintf(text, SUMMARY_BYTES, "%s", out.text ? out.text : "");
	buf_fini(&out);
}
