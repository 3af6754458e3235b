/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/pcapgen/verbs.h"

/* Each verb takes a line as written in pcaps/README.md: first all its words are understood, then, if
 * they all were, it plays its part at once. */

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/pcapgen/calls.h"
#include "tests/pcapgen/frame.h"
#include "tests/pcapgen/lan.h"
#include "tests/pcapgen/line.h"
#include "tests/pcapgen/load.h"
#include "tests/pcapgen/logons.h"
#include "tests/pcapgen/office.h"
#include "tests/pcapgen/sweep.h"
#include "tests/pcapgen/worm.h"

enum { COUNT_MAX = 10 * 1000 * 1000 };

static void verb_seed(struct recipe *r, struct line *line)
{
	char *end;

	line_expect(line, 2, "");
	if (!line_ok(line))
		return;
	dice_init(&r->scene.dice, strtoull(line->words[1], &end, 0));
	if (*end)
		line_fail(line, "\"%s\" is no number", line->words[1]);
}

static void verb_start(struct recipe *r, struct line *line)
{
	struct tm tm = { 0 };
	const char *end;

	line_expect(line, 2, "");
	if (!line_ok(line))
		return;
	end = strptime(line->words[1], "%Y-%m-%dT%H:%M:%SZ", &tm);
	if (!end || *end)
		line_fail(line, "\"%s\" is no time; write 2026-03-02T09:00:00Z", line->words[1]);
	r->options.start_s = (uint64_t)timegm(&tm);
}

static void verb_end(struct recipe *r, struct line *line)
{
	line_expect(line, 1, "at");
	r->options.end_us = line_time_us(line, "at", NULL);
}

static void verb_snaplen(struct recipe *r, struct line *line)
{
	line_expect(line, 1, "bytes");
	r->options.snaplen_bytes = line_count(line, "bytes", NULL, 65535);
	if (r->options.snaplen_bytes < 14)
		line_fail(line, "a snap length below 14 leaves nothing");
}

const struct variable *verbs_variable(const struct recipe *r, const char *name)
{
	size_t length = strlen(name);
	unsigned i;

	for (i = 0; i < r->variable_count; i++) {
		const struct variable *v = &r->variables[i];

		if (v->name_bytes == length && memcmp(v->name, name, length) == 0)
			return v;
	}
	return NULL;
}

/* The first setting wins, so overrides are put in before the recipe is read. */
static void verb_set(struct recipe *r, struct line *line)
{
	line_expect(line, 3, "");
	if (!line_ok(line) || verbs_variable(r, line->words[1]))
		return;
	if (r->variable_count == RECIPE_VARIABLES_MAX) {
		line_fail(line, "more than %d settings", RECIPE_VARIABLES_MAX);
		return;
	}
	r->variables[r->variable_count++] =
		(struct variable){ line->words[1], strlen(line->words[1]), line->words[2] };
}

static void verb_lan(struct recipe *r, struct line *line)
{
	struct lan_plan plan = { 0 };

	line_expect(line, 2, "hosts first gateway dns dhcp server remediation vlan");
	if (!line_ok(line))
		return;
	plan.network = line_parse_network(line, line->words[1], &plan.prefix_bits);
	plan.pcs = line_count(line, "hosts", "0", 500);
	plan.first_pc = plan.network + line_count(line, "first", "20", 65535);
	plan.gateway = line_address(line, "gateway", "");
	plan.dns = line_address(line, "dns", "");
	plan.dhcp = line_address(line, "dhcp", "");
	plan.server = line_address(line, "server", "");
	plan.remediation = line_address(line, "remediation", "");
	plan.vlan = (uint16_t)line_count(line, "vlan", "0", 4094);
	if (!line_ok(line))
		return;
	if (r->lan_count == RECIPE_LANS_MAX) {
		line_fail(line, "more than %d LANs", RECIPE_LANS_MAX);
		return;
	}
	r->scene.lan = lan_new(&plan);
	if (!r->scene.lan) {
		line_fail(line, "a station lies outside %s", line->words[1]);
		return;
	}
	r->lans[r->lan_count++] = r->scene.lan;
}

static struct station *station(struct recipe *r, struct line *line, uint32_t ip, const char *text)
{
	struct station *station = line_ok(line) ? lan_find(r->scene.lan, ip) : NULL;

	if (!station)
		line_fail(line, "%s is not a station of this LAN", text);
	return station;
}

static uint32_t who(struct recipe *r, struct line *line, const char *text)
{
	uint32_t ip = line_parse_address(line, text);

	station(r, line, ip, text);
	return ip;
}

/* "10.20.0.30" or "10.20.0.30-10.20.0.35" */
static void parse_range(struct line *line, char *text, uint32_t *first, uint32_t *last)
{
	char *dash = strchr(text, '-');

	if (dash)
		*dash = '\0';
	*first = line_parse_address(line, text);
	*last = dash ? line_parse_address(line, dash + 1) : *first;
	if (dash)
		*dash = '-';
	if (*last < *first || *last - *first > 65535)
		line_fail(line, "\"%s\" runs backwards or is too long", text);
}

static void mark(struct recipe *r, struct line *line, void (*as)(struct station *station))
{
	char text[64];
	uint32_t first, last, ip;
	unsigned i;

	for (i = 1; i < line->count && line_ok(line); i++) {
		snprintf(text, sizeof(text), "%s", line->words[i]);
		parse_range(line, text, &first, &last);
		for (ip = first; ip <= last && line_ok(line); ip++) {
			struct station *s = station(r, line, ip, text);

			if (s)
				as(s);
		}
	}
	if (line->count < 2)
		line_fail(line, "\"%s\" needs addresses or ranges", line->words[0]);
}

static void as_refusing(struct station *station)
{
	station->defence = DEFENCE_REFUSES;
}

static void as_silent(struct station *station)
{
	station->defence = DEFENCE_SILENT;
}

static void as_vulnerable(struct station *station)
{
	station->vulnerable = true;
}

static void verb_refuse(struct recipe *r, struct line *line)
{
	mark(r, line, as_refusing);
}

static void verb_silent(struct recipe *r, struct line *line)
{
	mark(r, line, as_silent);
}

static void verb_vulnerable(struct recipe *r, struct line *line)
{
	mark(r, line, as_vulnerable);
}

static void verb_outage(struct recipe *r, struct line *line)
{
	struct outage outage;
	char text[64];

	line_expect(line, 2, "at until");
	if (!line_ok(line))
		return;
	snprintf(text, sizeof(text), "%s", line->words[1]);
	parse_range(line, text, &outage.first, &outage.last);
	outage.at_us = line_time_us(line, "at", NULL);
	outage.until_us = line_time_us(line, "until", NULL);
	if (line_ok(line) && !lan_add_outage(r->scene.lan, &outage))
		line_fail(line, "too many outages");
}

static void need_gateway(struct recipe *r, struct line *line)
{
	if (!lan_plan(r->scene.lan)->gateway)
		line_fail(line, "\"%s\" needs a LAN with a gateway", line->words[0]);
}

static void verb_office(struct recipe *r, struct line *line)
{
	struct office_plan plan;

	line_expect(line, 1, "at until every");
	plan.at_us = line_time_us(line, "at", "0");
	plan.until_us = line_time_us(line, "until", NULL);
	plan.pause_us = line_time_us(line, "every", "4");
	need_gateway(r, line);
	if (!lan_plan(r->scene.lan)->dns)
		line_fail(line, "\"office\" needs a LAN with a dns");
	if (plan.pause_us < 1000)
		line_fail(line, "every must be 1ms at least");
	if (line_ok(line))
		office_day(&r->scene, &plan);
}

static void verb_repair(struct recipe *r, struct line *line)
{
	const struct lan_plan *lan = lan_plan(r->scene.lan);
	uint64_t at_us, until_us;
	uint32_t ip;

	line_expect(line, 2, "at until");
	if (!line_ok(line))
		return;
	ip = who(r, line, line->words[1]);
	at_us = line_time_us(line, "at", NULL);
	until_us = line_time_us(line, "until", NULL);
	if (!lan->dns || !lan->dhcp || !lan->remediation)
		line_fail(line, "\"repair\" needs a LAN with dns, dhcp and remediation");
	if (line_ok(line))
		office_repair(&r->scene, ip, at_us, until_us);
}

static bool in_order(struct line *line, const char *fallback)
{
	const char *order = line_word(line, "order", fallback);

	if (strcmp(order, "sequential") != 0 && strcmp(order, "random") != 0)
		line_fail(line, "order is sequential or random, not \"%s\"", order);
	return order[0] == 's';
}

static void verb_worm(struct recipe *r, struct line *line)
{
	struct worm_plan plan;

	line_expect(line, 3, "at until rate order local port incubation victims-until");
	if (!line_ok(line))
		return;
	if (strcmp(line->words[2], "conficker") != 0)
		line_fail(line, "unknown worm \"%s\"; only conficker is known", line->words[2]);
	plan.who = who(r, line, line->words[1]);
	plan.at_us = line_time_us(line, "at", NULL);
	plan.until_us = line_time_us(line, "until", NULL);
	plan.targets_per_s = line_number(line, "rate", "12");
	plan.in_order = in_order(line, "random");
	plan.local_percent = line_count(line, "local", "60", 100);
	plan.port = (uint16_t)line_count(line, "port", "445", 65535);
	plan.incubation_us = line_time_us(line, "incubation", "3");
	plan.victims_until_us = line_time_us(line, "victims-until", line_word(line, "until", "0"));
	need_gateway(r, line);
	if (plan.targets_per_s > 1e5)
		line_fail(line, "rate is 100000 targets per second at most");
	if (line_ok(line))
		worm_run(&r->scene, &plan);
}

static enum sweep_kind sweep_kind(struct line *line)
{
	static const char *const names[] = { "arp", "nd", "tcp", "udp", "icmp" };
	unsigned i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(line->words[1], names[i]) == 0)
			return (enum sweep_kind)i;
	}
	line_fail(line, "unknown sweep \"%s\"; arp, nd, tcp, udp or icmp", line->words[1]);
	return SWEEP_ARP;
}

static void verb_sweep(struct recipe *r, struct line *line)
{
	struct sweep_plan plan;

	line_expect(line, 3, "at to count rate port tries alive order");
	if (!line_ok(line))
		return;
	plan.kind = sweep_kind(line);
	plan.who = who(r, line, line->words[2]);
	plan.at_us = line_time_us(line, "at", NULL);
	plan.to = line_address(line, "to", plan.kind == SWEEP_ND ? "" : NULL);
	plan.count = line_count(line, "count", NULL, 1 << 20);
	plan.targets_per_s = line_number(line, "rate", NULL);
	plan.port = (uint16_t)line_count(line, "port", "445", 65535);
	plan.tries = line_count(line, "tries", "1", 10);
	plan.alive_percent = line_count(line, "alive", "0", 100);
	plan.in_order = in_order(line, "sequential");
	if (line_ok(line) && plan.kind != SWEEP_ND && !lan_on_link(r->scene.lan, plan.to))
		need_gateway(r, line);
	if (line_ok(line) && plan.count)
		sweep_run(&r->scene, &plan);
}

static uint8_t scan_flags(struct line *line)
{
	static const struct {
		const char *name;
		uint8_t flags;
	} kinds[] = {
		{ "syn", TCP_SYN }, { "null", 0 },
		{ "fin", TCP_FIN }, { "xmas", TCP_FIN | TCP_PSH | TCP_URG },
		{ "ack", TCP_ACK }, { "maimon", TCP_FIN | TCP_ACK },
	};
	const char *by = line_word(line, "by", "syn");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(by, kinds[i].name) == 0)
			return kinds[i].flags;
	line_fail(line, "by is syn, null, fin, xmas, ack or maimon");
	return 0;
}

static void verb_portscan(struct recipe *r, struct line *line)
{
	struct portscan_plan plan;

	line_expect(line, 2, "at target first last rate by");
	if (!line_ok(line))
		return;
	plan.who = who(r, line, line->words[1]);
	plan.target = who(r, line, line_word(line, "target", ""));
	plan.first_port = (uint16_t)line_count(line, "first", "1", 65535);
	plan.last_port = (uint16_t)line_count(line, "last", "1000", 65535);
	plan.ports_per_s = line_number(line, "rate", NULL);
	plan.flags = scan_flags(line);
	plan.at_us = line_time_us(line, "at", NULL);
	if (plan.last_port < plan.first_port)
		line_fail(line, "last is below first");
	if (line_ok(line))
		portscan_run(&r->scene, &plan);
}

static void verb_p2p(struct recipe *r, struct line *line)
{
	struct p2p_plan plan;

	line_expect(line, 2, "at peers port dead rate");
	if (!line_ok(line))
		return;
	plan.who = who(r, line, line->words[1]);
	plan.peers = line_count(line, "peers", NULL, 100000);
	plan.port = (uint16_t)line_count(line, "port", "6346", 65535);
	plan.dead_percent = line_count(line, "dead", "90", 100);
	plan.peers_per_s = line_number(line, "rate", NULL);
	plan.at_us = line_time_us(line, "at", NULL);
	need_gateway(r, line);
	if (line_ok(line))
		p2p_run(&r->scene, &plan);
}

static void verb_synflood(struct recipe *r, struct line *line)
{
	struct flood_plan plan;

	line_expect(line, 2, "at target port count sources spoof rate");
	if (!line_ok(line))
		return;
	plan.via = who(r, line, line->words[1]);
	plan.target = who(r, line, line_word(line, "target", ""));
	plan.port = (uint16_t)line_count(line, "port", "80", 65535);
	plan.count = line_count(line, "count", NULL, COUNT_MAX);
	plan.sources = line_count(line, "sources", "0", COUNT_MAX);
	plan.inside = strcmp(line_word(line, "spoof", "anywhere"), "lan") == 0;
	plan.packets_per_s = line_number(line, "rate", NULL);
	plan.at_us = line_time_us(line, "at", NULL);
	if (line_ok(line))
		flood_run(&r->scene, &plan);
}

static void verb_sessions(struct recipe *r, struct line *line)
{
	struct load_plan plan;

	line_expect(line, 1, "at until count segments servers");
	plan.at_us = line_time_us(line, "at", "0");
	plan.until_us = line_time_us(line, "until", NULL);
	plan.sessions = line_count(line, "count", NULL, COUNT_MAX);
	plan.segments = line_count(line, "segments", "8", 10000);
	plan.servers = line_count(line, "servers", "200", 1 << 17);
	need_gateway(r, line);
	if (line_ok(line) && !lan_plan(r->scene.lan)->pcs)
		line_fail(line, "\"sessions\" needs a LAN with hosts");
	if (plan.until_us < plan.at_us || !plan.servers)
		line_fail(line, "\"sessions\" needs until after at, and servers above zero");
	if (line_ok(line))
		load_run(&r->scene, &plan);
}

static void verb_logons(struct recipe *r, struct line *line)
{
	static const char *const kinds[] = { "ftp", "telnet", "rdp" };
	struct logons_plan plan;
	unsigned kind = 0;

	line_expect(line, 3, "at target targets users count success rate");
	if (!line_ok(line))
		return;
	while (kind < 3 && strcmp(line->words[1], kinds[kind]) != 0)
		kind++;
	if (kind == 3)
		line_fail(line, "unknown logons \"%s\"; ftp, telnet or rdp", line->words[1]);
	plan.kind = (enum logon_kind)kind;
	plan.who = who(r, line, line->words[2]);
	plan.target = who(r, line, line_word(line, "target", ""));
	plan.targets = line_count(line, "targets", "1", 500);
	plan.users = line_count(line, "users", "1", 100);
	plan.count = line_count(line, "count", NULL, 100000);
	plan.success_percent = line_count(line, "success", "0", 100);
	plan.per_s = line_number(line, "rate", NULL);
	plan.at_us = line_time_us(line, "at", NULL);
	if (!plan.targets || !plan.users)
		line_fail(line, "targets and users must be above zero");
	if (line_ok(line))
		logons_run(&r->scene, &plan);
}

static bool is_yes(struct line *line, const char *key)
{
	const char *word = line_word(line, key, "no");

	if (strcmp(word, "yes") != 0 && strcmp(word, "no") != 0)
		line_fail(line, "%s is yes or no, not \"%s\"", key, word);
	return word[0] == 'y';
}

/* "443,80" */
static void parse_ports(struct line *line, const char *text, struct calls_plan *plan)
{
	for (plan->ports = 0; plan->ports < CALL_PORTS_MAX; text++) {
		char *end;
		unsigned long port = strtoul(text, &end, 10);

		if (end == text || port > 65535)
			break;
		plan->port[plan->ports++] = (uint16_t)port;
		text = end;
		if (*text != ',')
			break;
	}
	if (*text || !plan->ports)
		line_fail(line, "ports are up to %d numbers with commas between", CALL_PORTS_MAX);
}

static enum call_kind call_kind(struct line *line)
{
	static const char *const names[] = { "tcp", "udp", "ping", "name" };

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(line->words[1], names[i]) == 0)
			return (enum call_kind)i;
	line_fail(line, "unknown calls \"%s\"; tcp, udp, ping or name", line->words[1]);
	return CALL_TCP;
}

static void verb_calls(struct recipe *r, struct line *line)
{
	struct calls_plan plan;

	line_expect(line, 3,
		    "at to row count rate ports live refuse order names late letters suffix");
	if (!line_ok(line))
		return;
	plan.kind = call_kind(line);
	plan.who = who(r, line, line->words[2]);
	plan.at_us = line_time_us(line, "at", NULL);
	plan.to = line_address(line, "to", "");
	plan.row = line_count(line, "row", "1", 50);
	plan.count = line_count(line, "count", NULL, 1 << 16);
	plan.per_s = line_number(line, "rate", NULL);
	parse_ports(line, line_word(line, "ports", "443"), &plan);
	plan.live_percent = line_count(line, "live", "0", 100);
	plan.refuse_percent = line_count(line, "refuse", "0", 100);
	plan.in_order = in_order(line, "sequential");
	plan.named = is_yes(line, "names") || plan.kind == CALL_NAME;
	plan.letters = line_count(line, "letters", "10", 30);
	plan.suffix = line_word(line, "suffix", "");
	if (!plan.suffix[0])
		plan.suffix = NULL;
	else if (strlen(plan.suffix) > 30)
		line_fail(line, "the suffix is too long");
	plan.late_us = line_time_us(line, "late", "0");
	need_gateway(r, line);
	if (plan.named && !lan_plan(r->scene.lan)->dns)
		line_fail(line, "names need a LAN with a dns");
	if (!plan.row || !(plan.per_s > 0))
		line_fail(line, "row and rate must be above zero");
	if (line_ok(line) && plan.count)
		calls_run(&r->scene, &plan);
}

static const struct {
	const char *name;
	bool on_lan; /* a "lan" line must come first */
	void (*run)(struct recipe *r, struct line *line);
} verbs[] = {
	{ "seed", false, verb_seed },
	{ "start", false, verb_start },
	{ "end", false, verb_end },
	{ "snaplen", false, verb_snaplen },
	{ "set", false, verb_set },
	{ "lan", false, verb_lan },
	{ "refuse", true, verb_refuse },
	{ "silent", true, verb_silent },
	{ "vulnerable", true, verb_vulnerable },
	{ "outage", true, verb_outage },
	{ "office", true, verb_office },
	{ "repair", true, verb_repair },
	{ "worm", true, verb_worm },
	{ "sweep", true, verb_sweep },
	{ "calls", true, verb_calls },
	{ "portscan", true, verb_portscan },
	{ "logons", true, verb_logons },
	{ "p2p", true, verb_p2p },
	{ "synflood", true, verb_synflood },
	{ "sessions", true, verb_sessions },
};

void verbs_run(struct recipe *r, struct line *line)
{
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(line->words[0], verbs[i].name) != 0)
			continue;
		if (verbs[i].on_lan && !r->scene.lan)
			line_fail(line, "\"%s\" happens on a LAN; put a \"lan\" line before it",
				  line->words[0]);
		else
			verbs[i].run(r, line);
		return;
	}
	line_fail(line, "unknown verb \"%s\"", line->words[0]);
}
