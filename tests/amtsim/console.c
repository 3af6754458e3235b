/* SPDX-License-Identifier: Apache-2.0 */
/* Every command is a row: name, arguments, help, function.  `frame` answers with exactly one line
 * and is meant to be pipelined; every other command ends with a line "ok" or "error ...". */
#include "tests/amtsim/console.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/amtsim/check.h"
#include "tests/amtsim/console_commands.h"
#include "tests/amtsim/device.h"
#include "tests/amtsim/rack.h"
#include "tests/amtsim/net.h"
#include "tests/amtsim/text.h"

#define LINE_MAX_BYTES   65536
#define ANSWER_MAX_BYTES (16u << 20)
#define FRAME_MAX_BYTES  16384

/* --- frames: the fast path --- */

static void print_verdict(const struct verdict *verdict, struct text *out)
{
	text_puts(out, verdict->drop ? "drop " : "pass ");
	switch (verdict->reason) {
	case VERDICT_FILTER:
		text_printf(out, "filter %u\n", verdict->handle);
		break;
	case VERDICT_RATE:
		text_printf(out, "rate %u\n", verdict->handle);
		break;
	case VERDICT_DEFAULT:
		text_puts(out, "default\n");
		break;
	case VERDICT_SPOOF:
		text_puts(out, "anti-spoofing\n");
		break;
	case VERDICT_HEURISTICS:
		text_puts(out, "heuristics\n");
		break;
	case VERDICT_NO_POLICY:
	default:
		text_puts(out, "no-policy\n");
		break;
	}
}

static bool way_of(const char *way, bool *wireless)
{
	*wireless = strncmp(way, "wireless-", 9) == 0;
	way += *wireless ? 9 : 0;
	return strcmp(way, "tx") == 0 || strcmp(way, "rx") == 0;
}

static bool do_frame(struct rack *rack, struct console_host *host, char *args, struct text *out)
{
	char *name = text_word(&args), *way = text_word(&args), *hex = text_word(&args);
	struct device *device = name ? rack_find(rack, name) : NULL;
	uint8_t bytes[FRAME_MAX_BYTES];
	struct verdict verdict;
	bool wireless;
	size_t len;

	if (!device || !hex || !way_of(way, &wireless)) {
		text_puts(out, device ? "error frame DEVICE tx|rx|wireless-tx|wireless-rx HEX\n"
				      : "error no such device\n");
		return true;
	}
	len = text_hex(hex, bytes, sizeof(bytes));
	if (len < 14) {
		text_puts(out, "error a frame is at least 14 bytes of hex\n");
		return true;
	}
	device_tick(device, host->now_ns);
	verdict = (wireless ? device_judge_wireless : device_judge)(
		device, bytes, len, way[strlen(way) - 2] == 't' ? SD_TX : SD_RX);
	print_verdict(&verdict, out);
	return true;
}

/* --- the table --- */

static bool do_help(struct rack *rack, struct console_host *host, char *args, struct text *out)
{
	(void)rack;
	(void)host;
	(void)args;
	console_help(out);
	return true;
}

static bool do_quit(struct rack *rack, struct console_host *host, char *args, struct text *out)
{
	(void)rack;
	(void)args;
	(void)out;
	host->quit = true;
	return true;
}

struct command {
	const char *name, *args, *help;
	bool bare; /* writes its own last line */
	bool (*run)(struct rack *rack, struct console_host *host, char *args, struct text *out);
};

static const struct command commands[] = {
	{ "frame", "DEVICE [wireless-]tx|rx HEX",
	  "judge a frame: `pass WHY` or `drop WHY`, one line", true, do_frame },
	{ "frames", "DEVICE FILE", "judge all frames of a file in place (docs/amtsim.md)", false,
	  console_frames },
	{ "devices", "", "name, address, port of every device", false, console_devices },
	{ "status", "DEVICE", "mode, active policies, lock, clock", false, console_status },
	{ "objects", "DEVICE", "filters, policies and bindings", false, console_objects },
	{ "counters", "DEVICE", "counters of the active policies, live and as published", false,
	  console_counters },
	{ "events", "DEVICE", "filter events raised since start (the last 64)", false,
	  console_events },
	{ "subscriptions", "DEVICE", "who is told of alerts, how many were delivered, lost", false,
	  console_subscriptions },
	{ "agents", "DEVICE", "watchdogs of agent presence and their states", false,
	  console_agents },
	{ "power", "DEVICE on|off", "the host leaves S0 or comes back; the firmware runs on", false,
	  console_power },
	{ "boot", "DEVICE", "what the host did at its last start, and shall do at its next", false,
	  console_boot },
	{ "consent", "DEVICE", "state of the user's consent, and the code on the local screen",
	  false, console_consent },
	{ "record", "DEVICE event|audit HEX",
	  "its event log or audit log gets a record of these bytes", false, console_record },
	{ "domain", "DEVICE [SUFFIX]", "what the DHCP of its network gives as domain, or nothing",
	  false, console_domain },
	{ "log", "DEVICE", "operations: totals, then the last 128", false, console_log },
	{ "fault", "DEVICE KIND [VALUE] [at K] [times N] [rate PERCENT] [match VERB|CLASS|METHOD]",
	  "plan a mishap: at the K-th matching request from now, or by chance", false,
	  console_fault },
	{ "faults", "DEVICE", "mishaps still planned", false, console_faults },
	{ "clear", "DEVICE", "forget planned mishaps", false, console_clear },
	{ "foreign",
	  "DEVICE [precedence N] [owner sd|agent|environment|heuristics|default] "
	  "[action drop|pass] [name NAME]",
	  "another console's policy appears and is enabled on port 0", false, console_foreign },
	{ "meddle", "DEVICE [add|clash|outrank|unbind|replace]",
	  "another console does that, or any of it, once", false, console_meddle },
	{ "move", "DEVICE ADDRESS:PORT", "the device has another address from now on", false,
	  console_move },
	{ "unbind", "DEVICE OWNER", "an owner's policy is disabled behind the client's back", false,
	  console_unbind },
	{ "set", "DEVICE KNOB VALUE", "change a knob", false, console_set },
	{ "knobs", "DEVICE", "all knobs and their values", false, console_knobs },
	{ "mode", "DEVICE acm|ccm|pre", "change the provisioning mode", false, console_mode },
	{ "reset", "DEVICE [firmware|host|power]",
	  "restart of the firmware (default), the host, both", false, console_reset },
	{ "unprovision", "DEVICE", "all objects gone, mode pre", false, console_unprovision },
	{ "nonces", "DEVICE", "forget all nonces: the next request gets a 401", false,
	  console_nonces },
	{ "clock", "SECONDS", "advance the clock of all devices", false, console_clock },
	{ "help", "", "this list", false, do_help },
	{ "quit", "", "end the simulator", false, do_quit },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

void console_help(struct text *out)
{
	size_t i;

	for (i = 0; i < COMMANDS; i++)
		text_printf(out, "%s%s%s\n    %s\n", commands[i].name, *commands[i].args ? " " : "",
			    commands[i].args, commands[i].help);
}

void console_line(struct rack *rack, struct console_host *host, char *line, struct text *out)
{
	size_t i, len = strcspn(line, " "), before = out->len;
	char *args = line[len] ? line + len + 1 : line + len;

	line[len] = '\0';
	for (i = 0; i < COMMANDS && strcmp(commands[i].name, line) != 0; i++)
		continue;
	if (i == COMMANDS) {
		text_puts(out, "error no such command; try help\n");
	} else if (!commands[i].run(rack, host, args, out)) {
		if (out->len == before)
			text_printf(out, "error %s %s\n", commands[i].name, commands[i].args);
	} else if (!commands[i].bare) {
		text_puts(out, "ok\n");
	}
}

/* --- the socket --- */

struct console {
	struct net *net;
	struct rack *rack;
};

struct caller {
	struct console *console;
	struct net_conn *conn;
	struct text answer;
};

static void *on_open(void *arg, struct net_conn *conn)
{
	struct caller *caller = calloc(1, sizeof(*caller));

	CHECK(caller);
	caller->console = arg;
	caller->conn = conn;
	text_init(&caller->answer, ANSWER_MAX_BYTES);
	return caller;
}

static void obey(struct caller *caller, char *line)
{
	struct console *console = caller->console;
	struct console_host host = { .now_ns = net_now_ns(console->net) };

	console_line(console->rack, &host, line, &caller->answer);
	if (host.advance_ns)
		net_advance(console->net, host.advance_ns);
	if (host.quit)
		net_stop(console->net);
}

/* All whole lines at once, answered with one write: this is what makes pipelining fast. */
static size_t on_bytes(void *state, const char *bytes, size_t len)
{
	struct caller *caller = state;
	char line[LINE_MAX_BYTES];
	const char *newline;
	size_t used = 0;

	text_clear(&caller->answer);
	while ((newline = memchr(bytes + used, '\n', len - used))) {
		size_t line_len = (size_t)(newline - bytes) - used;

		if (line_len >= sizeof(line))
			line_len = sizeof(line) - 1;
		memcpy(line, bytes + used, line_len);
		if (line_len > 0 && line[line_len - 1] == '\r')
			line_len--;
		line[line_len] = '\0';
		if (line_len > 0)
			obey(caller, line);
		used = (size_t)(newline - bytes) + 1;
	}
	net_conn_write(caller->conn, caller->answer.bytes, caller->answer.len);
	return used;
}

static void on_closed(void *state)
{
	struct caller *caller = state;

	text_fini(&caller->answer);
	free(caller);
}

static const struct net_handler handler = { on_open, on_bytes, NULL, on_closed, NULL };

struct console *console_new(struct net *net, struct rack *rack)
{
	struct console *console = calloc(1, sizeof(*console));

	CHECK(console);
	console->net = net;
	console->rack = rack;
	return console;
}

void console_free(struct console *console)
{
	free(console);
}

int console_listen(struct console *console, const char *path)
{
	struct net_listen listen = {
		.address = path, .handler = &handler, .arg = console, .bytes_max = LINE_MAX_BYTES
	};

	return net_listen(console->net, &listen);
}
