/* SPDX-License-Identifier: Apache-2.0 */
/* One row per word.  Adding a word means a row here and its meaning in load and eval; help,
 * documentation, suggestions and bounds follow.  Lists that belong to others (roles, kinds) are
 * asked for there, never repeated. */
#include "core/policy/vocabulary.h"

#include <string.h>

#include "core/asset/asset.h"
#include "core/base/buf.h"
#include "core/base/invariant.h"
#include "core/detect/evidence.h"
#include "core/policy/decision.h"

#define MINUTE_S 60.0
#define DAY_S    86400.0

/* clang-format off */
static const struct word words[] = {
	{ .section = SECTION_FILE, .name = "version", .least = 1, .most = 1, .form = "1",
	  .help = "version of this language; may be left out" },
	{ .section = SECTION_FILE, .name = "name", .form = "text",
	  .help = "name of the policy, for people" },
	{ .section = SECTION_FILE, .name = "addresses",
	  .form = "{ NAME: ADDRESS or list, ... }",
	  .help = "names for addresses and prefixes that channels use" },
	{ .section = SECTION_FILE, .name = "channels", .form = "{ NAME: [ITEM, ...], ... }",
	  .help = "what an isolated machine may still reach" },
	{ .section = SECTION_FILE, .name = "rules", .form = "list",
	  .help = "the rules in order; the first that fires decides, and if none does we watch" },
	{ .section = SECTION_FILE, .name = "expect", .form = "list",
	  .help = "examples that must hold, or the policy is refused" },

	{ .section = SECTION_CHANNEL, .name = "arp", .form = "arp",
	  .help = "address resolution of IPv4; every channel needs it" },
	{ .section = SECTION_CHANNEL, .name = "dhcp", .form = "dhcp",
	  .help = "leases of IPv4; every channel needs it, else the firmware loses its address" },
	{ .section = SECTION_CHANNEL, .name = "nd", .form = "nd",
	  .help = "neighbour discovery, the ARP of IPv6; needed to reach any IPv6 address" },
	{ .section = SECTION_CHANNEL, .name = "eapol", .form = "eapol",
	  .help = "802.1X log-in to the switch; needed where ports are authenticated" },
	{ .section = SECTION_CHANNEL, .name = "anti_spoofing", .form = "anti_spoofing",
	  .help = "opens nothing: its IPv4 packets must bear its own address, where the firmware can" },
	{ .section = SECTION_CHANNEL, .name = "dns", .form = "PLACE, address or list",
	  .help = "name service at these servers" },
	{ .section = SECTION_CHANNEL, .name = "tcp", .form = "{ to: ..., ports: [...] }",
	  .help = "TCP connections to these addresses and ports" },
	{ .section = SECTION_CHANNEL, .name = "udp", .form = "{ to: ..., ports: [...] }",
	  .help = "UDP to these addresses and ports" },
	{ .section = SECTION_CHANNEL, .name = "icmp", .form = "{ to: ... }",
	  .help = "ping and its relatives to these addresses" },

	{ .section = SECTION_TARGET, .name = "to", .form = "PLACE, address, prefix or list",
	  .help = "a PLACE is a name under addresses: or one that the site knows, such as relay" },
	{ .section = SECTION_TARGET, .name = "ports", .least = 1, .most = 65535,
	  .form = "443 or [80, \"8000-8010\"]",
	  .help = "ports at the far end; not for icmp" },

	{ .section = SECTION_RULE, .name = "name", .form = "text",
	  .help = "shown to people and kept in the ledger; at most 63 bytes, no two alike" },
	{ .section = SECTION_RULE, .name = "when", .form = "{ CONDITION, ... }",
	  .help = "all must hold; left out: always" },
	{ .section = SECTION_RULE, .name = "then", .form = "{ ANSWER: { ... } }",
	  .help = "exactly one answer" },

	{ .section = SECTION_WHEN, .name = "confidence", .subject = SUBJECT_CONFIDENCE,
	  .most = 1, .form = "\">= 0.9999\", \"0.5..0.9\" or list",
	  .help = "how sure we are that the host misbehaves: 1 / (1 + e^-log_odds)" },
	{ .section = SECTION_WHEN, .name = "log_odds", .subject = SUBJECT_LOG_ODDS,
	  .least = -1000, .most = 1000, .form = "\">= 13.8\", \"3..9\" or list",
	  .help = "the same in nats, as detectors state it" },
	{ .section = SECTION_WHEN, .name = "contacts", .subject = SUBJECT_CONTACTS,
	  .most = 4294967295.0, .form = "\">= 5\", \"2..10\" or list",
	  .help = "hosts reached for, as far as it went" },
	{ .section = SECTION_WHEN, .name = "kind", .subject = SUBJECT_KIND,
	  .choices = CHOICES_KIND, .form = "one or list",
	  .help = "what the strongest evidence points to" },
	{ .section = SECTION_WHEN, .name = "role", .subject = SUBJECT_ROLE,
	  .choices = CHOICES_ROLE, .form = "one or list",
	  .help = "role of the asset; unknown if we do not answer for the host" },
	{ .section = SECTION_WHEN, .name = "tag", .subject = SUBJECT_TAG, .form = "one or list",
	  .help = "the asset carries at least one of these tags" },
	{ .section = SECTION_WHEN, .name = "tags", .subject = SUBJECT_TAGS,
	  .form = "one or list",
	  .help = "the asset carries all of these tags" },
	{ .section = SECTION_WHEN, .name = "asset", .subject = SUBJECT_ASSET,
	  .form = "one or list",
	  .help = "name of the asset" },
	{ .section = SECTION_WHEN, .name = "host", .subject = SUBJECT_HOST,
	  .form = "address, prefix or list",
	  .help = "address of the host" },
	{ .section = SECTION_WHEN, .name = "port", .subject = SUBJECT_PORT, .most = 65535,
	  .form = "445, \"8000-8010\" or list",
	  .help = "the port that most contacts went to" },
	{ .section = SECTION_WHEN, .name = "evidence", .subject = SUBJECT_EVIDENCE,
	  .form = "{ any: [...], all: [...], none: [...] }",
	  .help = "which detectors have spoken; each given list must hold" },
	{ .section = SECTION_WHEN, .name = "time", .subject = SUBJECT_TIME,
	  .form = "{ days: [mon..fri], from: \"08:00\", to: \"18:00\" }",
	  .help = "day and time of the decision, UTC; a time zone cannot be given yet" },
	{ .section = SECTION_WHEN, .name = "not", .subject = SUBJECT_NOT,
	  .form = "{ CONDITION, ... }",
	  .help = "holds unless all of these conditions hold" },

	{ .section = SECTION_EVIDENCE, .name = "any", .form = "[DETECTOR, ...]",
	  .help = "at least one of them has spoken" },
	{ .section = SECTION_EVIDENCE, .name = "all", .form = "[DETECTOR, ...]",
	  .help = "each of them has spoken" },
	{ .section = SECTION_EVIDENCE, .name = "none", .form = "[DETECTOR, ...]",
	  .help = "none of them has spoken" },

	{ .section = SECTION_TIME, .name = "days", .choices = CHOICES_DAY,
	  .form = "[mon..fri, sun]",
	  .help = "days of the week on which the span begins; left out: every day" },
	{ .section = SECTION_TIME, .name = "from", .form = "\"08:00\"",
	  .help = "first minute of the span; left out: midnight" },
	{ .section = SECTION_TIME, .name = "to", .form = "\"18:00\"",
	  .help = "first minute after it; earlier than from: the span goes past midnight" },

	{ .section = SECTION_THEN, .name = "isolate", .form = "{ channel, for, witness }",
	  .help = "cut the machine off at once" },
	{ .section = SECTION_THEN, .name = "propose",
	  .form = "{ channel, approvals, expires, for }",
	  .help = "ask people, cut off when enough of them agree" },
	{ .section = SECTION_THEN, .name = "count", .form = "{ tcp or udp, for }",
	  .help = "let its firmware count what it sends to a port; nothing is held up" },
	{ .section = SECTION_THEN, .name = "limit", .form = "{ tcp or udp, per_second, for }",
	  .help = "let it open only so many connections a second to a port" },
	{ .section = SECTION_THEN, .name = "block", .form = "{ tcp or udp, for }",
	  .help = "drop what it sends to a port; the rest goes on" },
	{ .section = SECTION_THEN, .name = "watch", .form = "{}", .help = "tell, do nothing" },
	{ .section = SECTION_THEN, .name = "ignore", .form = "{}", .help = "keep quiet about it" },

	{ .section = SECTION_ISOLATE, .name = "channel", .form = "NAME",
	  .help = "what it may still reach; a name under channels:" },
	{ .section = SECTION_ISOLATE, .name = "for", .least = MINUTE_S, .most = 30 * DAY_S,
	  .form = "4h",
	  .help = "released by itself after this time; left out: by people only" },
	{ .section = SECTION_ISOLATE, .name = "witness", .choices = CHOICES_WITNESS,
	  .form = "none, before or after",
	  .help = "ask the machine's own firmware to count the worm's packets; left out: none" },

	{ .section = SECTION_PROPOSE, .name = "channel", .form = "NAME",
	  .help = "what it may still reach; a name under channels:" },
	{ .section = SECTION_PROPOSE, .name = "approvals", .least = 1, .most = 5,
	  .form = "1 to 5",
	  .help = "how many people must agree; left out: 1" },
	{ .section = SECTION_PROPOSE, .name = "expires", .least = MINUTE_S, .most = 7 * DAY_S,
	  .form = "30m",
	  .help = "how long the proposal stands; left out: 30m" },
	{ .section = SECTION_PROPOSE, .name = "for", .least = MINUTE_S, .most = 30 * DAY_S,
	  .form = "4h",
	  .help = "released by itself after this time; left out: by people only" },

	{ .section = SECTION_MEASURE, .name = "tcp", .least = 1, .most = 65535,
	  .form = "445 or \"8000-8010\"", .help = "port or ports at the far end; this or udp" },
	{ .section = SECTION_MEASURE, .name = "udp", .least = 1, .most = 65535,
	  .form = "161 or \"8000-8010\"", .help = "the same for UDP" },
	{ .section = SECTION_MEASURE, .name = "for", .least = MINUTE_S, .most = 30 * DAY_S,
	  .form = "4h",
	  .help = "ends by itself after this time; left out: by people only" },

	{ .section = SECTION_LIMIT, .name = "tcp", .least = 1, .most = 65535,
	  .form = "445 or \"8000-8010\"",
	  .help = "port or ports at the far end; new connections count; this or udp" },
	{ .section = SECTION_LIMIT, .name = "udp", .least = 1, .most = 65535,
	  .form = "161 or \"8000-8010\"", .help = "the same for UDP; packets count" },
	{ .section = SECTION_LIMIT, .name = "per_second", .least = 1, .most = 100000,
	  .form = "5", .help = "what goes through in a second, roughly" },
	{ .section = SECTION_LIMIT, .name = "for", .least = MINUTE_S, .most = 30 * DAY_S,
	  .form = "4h",
	  .help = "ends by itself after this time; left out: by people only" },

	{ .section = SECTION_EXAMPLE, .name = "name", .form = "text", .help = "for people" },
	{ .section = SECTION_EXAMPLE, .name = "given", .form = "{ FACT, ... }",
	  .help = "an incident that might happen" },
	{ .section = SECTION_EXAMPLE, .name = "then", .choices = CHOICES_VERDICT,
	  .form = "isolate, propose, block, limit, count, watch or ignore",
	  .help = "the answer it must get" },
	{ .section = SECTION_EXAMPLE, .name = "rule", .form = "NAME",
	  .help = "the rule that must fire; may be left out" },
	{ .section = SECTION_EXAMPLE, .name = "channel", .form = "NAME",
	  .help = "the channel that must be chosen; may be left out" },

	{ .section = SECTION_GIVEN, .name = "role", .subject = SUBJECT_ROLE,
	  .choices = CHOICES_ROLE, .form = "one",
	  .help = "left out: unknown" },
	{ .section = SECTION_GIVEN, .name = "tags", .subject = SUBJECT_TAGS,
	  .form = "one or list",
	  .help = "left out: none; at most 8" },
	{ .section = SECTION_GIVEN, .name = "kind", .subject = SUBJECT_KIND,
	  .choices = CHOICES_KIND, .form = "one",
	  .help = "left out: worm" },
	{ .section = SECTION_GIVEN, .name = "contacts", .subject = SUBJECT_CONTACTS,
	  .most = 4294967295.0, .form = "5",
	  .help = "left out: 0" },
	{ .section = SECTION_GIVEN, .name = "port", .subject = SUBJECT_PORT, .most = 65535,
	  .form = "445",
	  .help = "left out: 0, no port" },
	{ .section = SECTION_GIVEN, .name = "host", .subject = SUBJECT_HOST, .form = "address",
	  .help = "left out: no address, so that no prefix holds" },
	{ .section = SECTION_GIVEN, .name = "asset", .subject = SUBJECT_ASSET, .form = "NAME",
	  .help = "left out: a host we do not answer for" },
	{ .section = SECTION_GIVEN, .name = "evidence", .subject = SUBJECT_EVIDENCE,
	  .form = "[ { detector: trw, log_odds: 9 } ]",
	  .help = "left out: none; at most 16" },
	{ .section = SECTION_GIVEN, .name = "log_odds", .subject = SUBJECT_LOG_ODDS,
	  .least = -1000, .most = 1000, .form = "14",
	  .help = "left out: the sum of the evidence" },
	{ .section = SECTION_GIVEN, .name = "time", .subject = SUBJECT_TIME,
	  .form = "\"mon 09:30\"",
	  .help = "UTC; left out: Monday noon" },

	{ .section = SECTION_STATEMENT, .name = "detector", .form = "NAME",
	  .help = "which detector speaks" },
	{ .section = SECTION_STATEMENT, .name = "log_odds", .least = 0, .most = 1000,
	  .form = "14",
	  .help = "how strongly, in nats" },
};
/* clang-format on */

#define WORDS (sizeof(words) / sizeof(words[0]))

static const char *const titles[SECTIONS] = {
	[SECTION_FILE] = "Top level",
	[SECTION_CHANNEL] = "Items of a channel",
	[SECTION_TARGET] = "Inside tcp, udp and icmp",
	[SECTION_RULE] = "Rules",
	[SECTION_WHEN] = "Conditions: when",
	[SECTION_EVIDENCE] = "Inside evidence",
	[SECTION_TIME] = "Inside time",
	[SECTION_THEN] = "Answers: then",
	[SECTION_ISOLATE] = "Inside isolate",
	[SECTION_PROPOSE] = "Inside propose",
	[SECTION_MEASURE] = "Inside count and block",
	[SECTION_LIMIT] = "Inside limit",
	[SECTION_EXAMPLE] = "Examples: expect",
	[SECTION_GIVEN] = "Facts of an example: given",
	[SECTION_STATEMENT] = "Inside given evidence",
};

const struct word *vocabulary_find(enum word_section section, const char *name)
{
	for (size_t i = 0; i < WORDS; i++)
		if (words[i].section == section && strcmp(words[i].name, name) == 0)
			return &words[i];
	return NULL;
}

const char *const *vocabulary_keys(enum word_section section, const char *keys[VOCABULARY_KEYS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < WORDS; i++) {
		if (words[i].section != section)
			continue;
		INVARIANT(count + 1 < VOCABULARY_KEYS_MAX);
		keys[count++] = words[i].name;
	}
	keys[count] = NULL;
	return keys;
}

static void copy_names(const char *(*name)(unsigned), unsigned count, const char **values)
{
	INVARIANT(count < VOCABULARY_KEYS_MAX);
	for (unsigned i = 0; i < count; i++)
		values[i] = name(i);
	values[count] = NULL;
}

static void copy_list(const char *const *list, const char **values)
{
	size_t count = 0;

	for (; list[count]; count++) {
		INVARIANT(count + 1 < VOCABULARY_KEYS_MAX);
		values[count] = list[count];
	}
	values[count] = NULL;
}

const char *const *vocabulary_choices(enum word_choices choices,
				      const char *values[VOCABULARY_KEYS_MAX])
{
	static const char *const days[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL };

	values[0] = NULL;
	switch (choices) {
	case CHOICES_NONE:
		break;
	case CHOICES_ROLE:
		copy_list(asset_roles(), values);
		break;
	case CHOICES_KIND:
		copy_names(evidence_kind_name, EVIDENCE_KINDS, values);
		break;
	case CHOICES_WITNESS:
		copy_names(decision_witness_name, WITNESS_BEFORE + 1, values);
		break;
	case CHOICES_VERDICT:
		copy_names(verdict_name, VERDICTS, values);
		break;
	case CHOICES_DAY:
		copy_list(days, values);
		break;
	}
	return values;
}

/* Behind the help: the closed list, where the form does not spell it out. */
static void print_choices(const struct word *word, struct buf *out)
{
	const char *values[VOCABULARY_KEYS_MAX];

	if (word->choices == CHOICES_NONE || word->choices == CHOICES_WITNESS ||
	    word->choices == CHOICES_VERDICT)
		return;
	vocabulary_choices(word->choices, values);
	for (size_t i = 0; values[i]; i++)
		buf_format(out, "%s%s", i ? ", " : ": ", values[i]);
}

void vocabulary_print(struct buf *out)
{
	for (unsigned section = 0; section < SECTIONS; section++) {
		buf_format(out, "%s%s\n", section ? "\n" : "", titles[section]);
		for (size_t i = 0; i < WORDS; i++) {
			if (words[i].section != section)
				continue;
			buf_format(out, "  %-10s  %s\n              %s", words[i].name,
				   words[i].form, words[i].help);
			print_choices(&words[i], out);
			buf_char(out, '\n');
		}
	}
}

void vocabulary_markdown(struct buf *out)
{
	for (unsigned section = 0; section < SECTIONS; section++) {
		buf_format(out, "### %s\n\n| word | written | meaning |\n|---|---|---|\n",
			   titles[section]);
		for (size_t i = 0; i < WORDS; i++) {
			if (words[i].section != section)
				continue;
			buf_format(out, "| `%s` | `%s` | %s", words[i].name, words[i].form,
				   words[i].help);
			print_choices(&words[i], out);
			buf_text(out, " |\n");
		}
		buf_char(out, '\n');
	}
}
