/* SPDX-License-Identifier: Apache-2.0 */
/* One table; all knobs are uint32_t so that a row is enough.  Words stand for enums. */
#include "tests/amtsim/knobs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/amtsim/text.h"

struct knob {
	const char *name;
	size_t offset;
	uint32_t initial, least, most;
	const char *words; /* "a|b|c" for values 0, 1, 2; NULL for a number */
	const char *help;
};

/* clang-format off */
#define AT(member) #member, offsetof(struct knobs, member)
#define NUMBER(member, initial, least, most, help) { AT(member), initial, least, most, NULL, help }
#define WORDS(member, initial, most, words, help) { AT(member), initial, 0, most, words, help }
#define SWITCH(member, initial, help) WORDS(member, initial, 1, "no|yes", help)
/* clang-format on */

static const struct knob table[] = {
	WORDS(chunking, 0, 4, "firmware|one|tiny|random|length", "how answers are cut into chunks"),
	NUMBER(seed, 1, 0, UINT32_MAX, "seed of boundaries, nonces and lost nonces"),
	WORDS(server_header, 0, 2, "full|short|none", "form of the Server header"),
	SWITCH(plain_port, 0, "plain HTTP even where the release has none (16.1 and later)"),
	SWITCH(web_ui, 1, "GET / redirects to the logon page"),
	NUMBER(max_connections, 3, 1, 1000, "connections at a time; more are closed"),
	NUMBER(idle_s, 20, 0, 3600, "seconds until an idle connection is closed, 0 never"),
	WORDS(chunked_requests, 0, 1, "refuse|accept", "requests with Transfer-Encoding: chunked"),
	WORDS(expect_continue, 0, 2, "silent|answer|refuse", "Expect: 100-continue"),
	NUMBER(slow_ms, 0, 0, 600000, "delay before every answer"),
	NUMBER(slow_max_ms, 0, 0, 600000,
	       "if larger than slow_ms: the delay is random between them"),
	WORDS(overrun, 0, 1, "fault|late", "an answer later than OperationTimeout (at least 30 s)"),
	WORDS(qop, 0, 2, "release|auth|auth-int", "offered quality of protection"),
	SWITCH(stale, 0, "a lost or used-up nonce is answered with stale=\"true\""),
	NUMBER(nonce_loss_percent, 0, 0, 100, "chance that a good nonce is forgotten"),
	SWITCH(old_digest, 0, "digest answers without qop (RFC 2069) are accepted"),
	NUMBER(nonce_uses, 0, 0, UINT32_MAX, "requests one nonce is good for, 0 without limit"),
	NUMBER(lock_after, 5, 0, 1000, "wrong passwords until the account locks, 0 never"),
	NUMBER(lock_s, 60, 1, 86400, "seconds an account stays locked"),
	SWITCH(tls_memory, 1, "over TLS a logged-on connection needs no fresh nonce"),
	SWITCH(realms, 1, "accounts may use only the classes of their realms"),
	NUMBER(denied_http, 400, 400, 599, "HTTP status of AccessDenied"),
	WORDS(tls_least, 0, 4, "release|1.0|1.1|1.2|1.3", "oldest TLS version spoken"),
	WORDS(tls_most, 0, 4, "release|1.0|1.1|1.2|1.3", "newest TLS version spoken"),
	SWITCH(strict_headers, 0, "MessageID, To and an anonymous ReplyTo are required"),
	SWITCH(input_order, 1, "a method's parameters must come in the schema's order"),
	WORDS(optimize, 0, 1, "ignore|honour", "Enumerate with OptimizeEnumeration"),
	NUMBER(page_items, 0, 0, 1000, "most items per Pull, 0 as many as asked"),
	SWITCH(late_end, 0, "EndOfSequence comes only in a further, empty Pull"),
	NUMBER(contexts, 8, 1, 8, "open enumerations; the oldest is forgotten"),
	WORDS(absent_form, 0, 1, "fault|empty", "Enumerate of a feature that is not there"),
	WORDS(no_instance, 0, 1, "destination|selectors", "fault for selectors that match nothing"),
	WORDS(schema_form, 0, 1, "status|schema",
	      "bad property: AMT-STATUS 36 or SchemaValidationError"),
	NUMBER(max_policies, 8, 0, 64, "policies per device"),
	NUMBER(max_filters, 80, 0, 1024, "filters per device"),
	NUMBER(tx_filters, 28, 1, 64, "transmit filters per policy, the default filter included"),
	NUMBER(rx_filters, 32, 1, 64, "receive filters per policy, the default filter included"),
	NUMBER(tx_counters, 16, 0, 64, "transmit counters per policy"),
	NUMBER(rx_counters, 16, 0, 64, "receive counters per policy"),
	NUMBER(ipv6_ratio, 4, 1, 16, "slots one IPv6 filter or counter takes"),
	SWITCH(share_filters, 1, "two policies may name the same filter"),
	WORDS(unsupported, 0, 1, "ignore|refuse", "properties the firmware does not support"),
	SWITCH(put_objects, 0,
	       "Put works on policies (not while enabled) and on filters (not while used)"),
	WORDS(second_binding, 0, 1, "fault|replace", "second policy of one owner on a port"),
	NUMBER(limit_status, 23, 1, 65535, "AMT-STATUS for too many of something"),
	NUMBER(name_status, 12, 1, 65535, "AMT-STATUS for a bad or too long name"),
	NUMBER(property_status, 36, 1, 65535, "AMT-STATUS for a bad or missing property"),
	NUMBER(handle_status, 2053, 1, 65535, "AMT-STATUS for a handle that is none"),
	NUMBER(duplicate_status, 2058, 1, 65535, "AMT-STATUS for a handle named twice"),
	NUMBER(inactive_status, 2068, 0, 65535, "UpdateStatistics of a policy that is not active"),
	NUMBER(status_http, 500, 400, 599, "HTTP status of faults with AMT-STATUS"),
	WORDS(ties, 0, 1, "older|newer", "which of two policies of equal precedence is active"),
	NUMBER(pull_default, 0, 0, 1000, "items of a Pull without MaxElements, 0 all"),
	NUMBER(in_use_status, 16, 1, 65535, "AMT-STATUS for deleting something in use"),
	WORDS(wireless, 0, 2, "absent|unsupported|present", "the wireless port"),
	WORDS(wired, 0, 2, "up|down|none",
	      "the wired port; none: no card, its address is all zeros"),
	SWITCH(wireless_link, 1, "the radio is associated"),
	NUMBER(wireless_filters, 0, 0, 64,
	       "filters per direction at the wireless port, the default included; 0 as wired"),
	NUMBER(wireless_counters, 16, 0, 64, "counters per direction at the wireless port"),
	SWITCH(wireless_driver, 1, "the host's WLAN driver runs and filters as told"),
	WORDS(reached_by, 0, 1, "wired|wireless", "the port that management comes in by"),
	SWITCH(wireless_dark, 0,
	       "a policy on the wireless port cuts off management that comes in by it"),
	SWITCH(default_statistics, 1, "statistics also list the default and anti-spoofing filters"),
	SWITCH(anti_spoofing, 1, "the ports can compare the source of transmitted IPv4"),
	SWITCH(spoof_zero, 0, "0.0.0.0 is spoofed too, so that a host cannot ask for a lease"),
	WORDS(timeout_leaves, 0, 1, "inactive|gone", "what a timeout leaves of the association"),
	WORDS(flag_coding, 0, 1, "bit|mask", "element values of TCPFlagsOn and TCPFlagsOff"),
	NUMBER(rate_overshoot, 2, 0, 1000, "packets a rate limit lets pass too many"),
	NUMBER(encounter_state, 1, 1, 65535, "State of the heuristics after a worm was seen"),
	SWITCH(outside_dark, 0, "outside its network the device is dark"),
	WORDS(sol_host, 0, 1, "echo|silent", "the host behind serial over LAN"),
	NUMBER(meddle_percent, 0, 0, 100, "chance that another console acts after a request"),
	WORDS(meddle_act, 0, 5, "any|add|clash|outrank|unbind|replace", "what it does"),
	WORDS(default_policy, 0, 2, "release|no|yes",
	      "the port can have a default policy (from 6.0)"),
	WORDS(list_singletons, 0, 2, "release|no|yes",
	      "Enumerate works on classes of one instance (not in 10.0)"),
	NUMBER(flash_writes, 0, 0, UINT32_MAX,
	       "writes per window before status 38, 0 without limit"),
	NUMBER(flash_window_s, 2400, 1, 86400, "seconds until a full flash budget is empty again"),
	SWITCH(flash_bindings, 1, "association writes count as flash writes"),
	NUMBER(clock_behind_s, 0, 0, UINT32_MAX, "seconds the firmware's clock is behind"),
	NUMBER(boot_s, 0, 0, 3600, "seconds after start with status 2 for every write"),
	NUMBER(lease_s, 0, 0, UINT32_MAX, "DHCP lease: dark this long after DHCP is cut, 0 never"),
	WORDS(dark_form, 0, 1, "silent|reset", "what a device without address does to connections"),
	NUMBER(subscriptions, 0, 0, 64, "event subscriptions, 0 by release: 6, from 6.0 9"),
	WORDS(audit, 1, 2, "off|on|critical",
	      "audit log; critical: what it audits fails while it is full or locked"),
	NUMBER(audit_records, 2000, 0, 100000, "records the audit log holds"),
	SWITCH(audit_rolls, 1, "a full audit log drops its oldest records"),
	NUMBER(log_page, 390, 1, 390, "records of the event log in one answer"),
	SWITCH(keep_over_reset, 1, "objects and associations survive a reset or loss of power"),
	SWITCH(keep_counters, 0, "so do counters and event latches"),
	SWITCH(keep_over_unprovision, 0, "objects and associations survive unprovisioning"),
	SWITCH(timeout_restarts, 1, "a policy's timeout starts again at a reset"),
};

#define KNOBS (sizeof(table) / sizeof(table[0]))

static uint32_t *slot(struct knobs *knobs, const struct knob *knob)
{
	return (uint32_t *)(void *)((char *)knobs + knob->offset);
}

void knobs_init(struct knobs *knobs)
{
	size_t i;

	for (i = 0; i < KNOBS; i++)
		*slot(knobs, &table[i]) = table[i].initial;
}

/* Position of `word` in "a|b|c", or -1. */
static int word_index(const char *words, const char *word)
{
	size_t len = strlen(word);
	int index = 0;

	while (words) {
		const char *bar = strchr(words, '|');
		size_t this_len = bar ? (size_t)(bar - words) : strlen(words);

		if (this_len == len && memcmp(words, word, len) == 0)
			return index;
		words = bar ? bar + 1 : NULL;
		index++;
	}
	return -1;
}

static const char *set_number(const struct knob *knob, const char *value, uint32_t *out)
{
	unsigned long long n;
	char *end;

	errno = 0;
	n = strtoull(value, &end, 10);
	if (*value < '0' || *value > '9' || *end || errno)
		return "the value must be a whole number";
	if (n < knob->least || n > knob->most)
		return "the value is out of range; `cordon-amtsim --knobs` shows the limits";
	*out = (uint32_t)n;
	return NULL;
}

const char *knobs_set(struct knobs *knobs, const char *name, const char *value)
{
	size_t i;
	int index;

	for (i = 0; i < KNOBS && strcmp(table[i].name, name) != 0; i++)
		continue;
	if (i == KNOBS)
		return "there is no such knob; `cordon-amtsim --knobs` lists them";
	if (!table[i].words)
		return set_number(&table[i], value, slot(knobs, &table[i]));
	index = word_index(table[i].words, value);
	if (index < 0)
		return "the value is none of the knob's words; see `cordon-amtsim --knobs`";
	*slot(knobs, &table[i]) = (uint32_t)index;
	return NULL;
}

static void list_value(const struct knob *knob, uint32_t value, struct text *out)
{
	const char *word = knob->words;
	uint32_t skip;

	if (!word) {
		text_printf(out, "%-19s %-10u %u-%u", knob->name, value, knob->least, knob->most);
		return;
	}
	for (skip = 0; skip < value; skip++)
		word = strchr(word, '|') + 1;
	text_printf(out, "%-19s %-10.*s %s", knob->name, (int)strcspn(word, "|"), word,
		    knob->words);
}

void knobs_list(const struct knobs *knobs, struct text *out)
{
	size_t i;

	for (i = 0; i < KNOBS; i++) {
		uint32_t value;

		memcpy(&value, (const char *)knobs + table[i].offset, sizeof(value));
		list_value(&table[i], value, out);
		text_printf(out, "  (%s)\n", table[i].help);
	}
}
