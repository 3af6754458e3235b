/* SPDX-License-Identifier: Apache-2.0 */
/* Commands about what happens in a device by itself: alerts, agents, surroundings. */
#include "tests/amtsim/console_commands.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "tests/amtsim/console.h"
#include "tests/amtsim/fleet_file.h"
#include "tests/amtsim/meddle.h"
#include "tests/amtsim/rack.h"
#include "tests/amtsim/text.h"

static struct device *named(struct rack *rack, const struct console_host *host, char **args,
			    struct text *out)
{
	const char *name = text_word(args);
	struct device *device = name ? rack_find(rack, name) : NULL;

	if (device)
		device_tick(device, host->now_ns);
	else if (name)
		text_puts(out, "error no such device\n");
	return device;
}

CONSOLE_COMMAND(subscriptions)
{
	struct device *device = named(rack, host, &args, out);
	size_t i;

	for (i = 0; device && i < device->subscriptions.count; i++) {
		const struct subscription *s = &device->subscriptions.items[i];

		text_printf(out,
			    "subscription %" PRIu32 " %s to=%s ack=%s delivered=%" PRIu32
			    " lost=%" PRIu32 " waiting=%" PRIu64 "\n",
			    s->id, s->filter, s->sink, s->ack ? "yes" : "no", s->delivered, s->lost,
			    device->alerts.raised - s->next);
	}
	return device != NULL;
}

CONSOLE_COMMAND(agents)
{
	struct device *device = named(rack, host, &args, out);
	size_t i, b;

	for (i = 0; device && i < device->presence.count; i++) {
		const struct agent *agent = &device->presence.agents[i];

		text_puts(out, "agent ");
		for (b = 0; b < 16; b++)
			text_printf(out, "%02x", agent->guid[b]);
		text_printf(out, " name=%s state=%u actions=%zu\n", agent->name, agent->state,
			    agent->action_count);
	}
	return device != NULL;
}

CONSOLE_COMMAND(power)
{
	struct device *device = named(rack, host, &args, out);
	const char *word = device ? text_word(&args) : NULL;
	bool on = word && strcmp(word, "on") == 0;

	if (!word || (!on && strcmp(word, "off") != 0))
		return false;
	device_power(device, on, host->now_ns);
	return true;
}

CONSOLE_COMMAND(boot)
{
	struct device *device = named(rack, host, &args, out);
	char next[64];

	if (!device)
		return false;
	boot_next(&device->boot, next);
	text_printf(out, "starts %u\nlast %s\nnext %s\n", device->boot.starts,
		    *device->boot.last ? device->boot.last : "-", next);
	return true;
}

CONSOLE_COMMAND(consent)
{
	static const char *const states[] = { "not-started", "requested", "displayed", "received",
					      "in-session" };
	struct device *device = named(rack, host, &args, out);

	if (!device)
		return false;
	device_tick(device, host->now_ns);
	text_printf(out, "state %s\n", states[device->consent.state]);
	if (device->consent.state == CONSENT_DISPLAYED)
		text_printf(out, "code %06u\n", device->consent.code);
	return true;
}

/* What no happening here would write: other boards' sensors, empty slots, nonsense. */
CONSOLE_COMMAND(record)
{
	struct device *device = named(rack, host, &args, out);
	const char *log = device ? text_word(&args) : NULL, *hex = log ? text_word(&args) : NULL;
	uint8_t bytes[AUDIT_RECORD_BYTES];
	size_t len = hex ? text_hex(hex, bytes, sizeof(bytes)) : 0;

	if (len == 0)
		return false;
	if (strcmp(log, "audit") == 0) {
		auditlog_put(&device->auditlog, bytes, len);
		return true;
	}
	if (strcmp(log, "event") != 0 || len != EVENTLOG_RECORD_BYTES)
		return false;
	eventlog_put(&device->eventlog, bytes);
	return true;
}

CONSOLE_COMMAND(domain)
{
	struct device *device = named(rack, host, &args, out);
	const char *suffix = device ? text_word(&args) : NULL;

	if (!device || !text_copy(device->environment.suffix, sizeof(device->environment.suffix),
				  suffix ? suffix : ""))
		return false;
	device_tick(device, host->now_ns);
	return true;
}

CONSOLE_COMMAND(meddle)
{
	static const char *const words[] = { "any", "add", "clash", "outrank", "unbind", "replace" };
	struct device *device = named(rack, host, &args, out);
	const char *word = device ? text_word(&args) : NULL;
	size_t what = 0;

	if (!device)
		return false;
	while (word && what < MEDDLINGS && strcmp(words[what], word) != 0)
		what++;
	if (what == MEDDLINGS)
		return false;
	meddle(device, (enum meddling)what);
	return true;
}

CONSOLE_COMMAND(move)
{
	struct device *device = named(rack, host, &args, out);
	const char *where = device ? text_word(&args) : NULL;
	struct device_config before;

	if (!where)
		return false;
	before = device->config;
	if (fleet_file_field(&device->config, "listen", where) || !device->move)
		return false;
	if (device->move(device->move_arg) == 0)
		return true;
	text_printf(out, "error %s: %s\n", where, strerror(errno));
	device->config = before;
	if (device->move(device->move_arg) < 0)
		text_puts(out, "error and the old address is gone too\n");
	return false;
}
