/* SPDX-License-Identifier: Apache-2.0 */
/* Showing and changing devices for tests.  Nothing here is what firmware would do by itself. */
#include "tests/amtsim/console_commands.h"

#include <inttypes.h>
#include <string.h>

#include "tests/amtsim/console.h"
#include "tests/amtsim/rack.h"
#include "tests/amtsim/input.h"
#include "tests/amtsim/text.h"

#define CLOCK_MAX_S 2000000000u
#define SECOND_NS   UINT64_C(1000000000)

static const char *const owner_words[] = { "sd", "agent", "environment", "heuristics", "default" };
static const char *const mode_words[] = { "acm", "ccm", "pre" };

static int index_of(const char *const *words, size_t count, const char *wanted)
{
	size_t i;

	for (i = 0; i < count && wanted; i++)
		if (strcmp(words[i], wanted) == 0)
			return (int)i;
	return -1;
}

static bool refuse(struct text *out, const char *why)
{
	text_printf(out, "error %s\n", why);
	return false;
}

/* The named device, brought to now; writes the error if there is none. */
static struct device *named(struct rack *rack, const struct console_host *host, const char *name,
			    struct text *out)
{
	struct device *device = name ? rack_find(rack, name) : NULL;

	if (device)
		device_tick(device, host->now_ns);
	else if (name)
		text_puts(out, "error no such device\n");
	return device;
}

/* Calls `act` for the named device, or for all with "*". */
static bool for_named(struct rack *rack, const struct console_host *host, const char *name,
		      struct text *out, void (*act)(struct device *device))
{
	struct device *device;
	size_t i;

	if (name && strcmp(name, "*") == 0) {
		for (i = 0; i < rack_count(rack); i++) {
			device_tick(rack_device(rack, i), host->now_ns);
			act(rack_device(rack, i));
		}
		return true;
	}
	device = named(rack, host, name, out);
	if (device)
		act(device);
	return device != NULL;
}

/* --- showing --- */

CONSOLE_COMMAND(devices)
{
	size_t i;

	(void)host;
	(void)args;
	for (i = 0; i < rack_count(rack); i++) {
		const struct device_config *c = &rack_device(rack, i)->config;

		text_printf(out, "%s %s %u %s release=%s mode=%s\n", c->name, c->address, c->port,
			    c->tls ? "tls" : "plain", c->release, mode_words[c->mode]);
	}
	return true;
}

static void print_port(struct device *device, unsigned port, struct text *out)
{
	uint32_t id = gate_policy(defense_gate(device->defense, port));
	size_t index = defense_find_policy(device->defense, id);
	uint64_t since_ns = defense_active_since(device->defense, port);

	if (id == 0) {
		text_printf(out, "port %u active none\n", port);
		return;
	}
	text_printf(out, "port %u active policy %u name=%s precedence=%u for=%" PRIu64 "s\n", port,
		    id, defense_policy(device->defense, index)->name,
		    defense_policy(device->defense, index)->precedence,
		    (device->now_ns - since_ns) / SECOND_NS);
}

CONSOLE_COMMAND(status)
{
	struct device *device = named(rack, host, text_word(&args), out);
	unsigned port;

	if (!device)
		return false;
	text_printf(out, "mode %s\nsystem-defense %s\nclock %" PRIu64 "\n",
		    mode_words[device->config.mode], device_has_defense(device) ? "yes" : "no",
		    device->now_ns / SECOND_NS);
	text_printf(out, "locked %s\ndark %s\nnot-ready %s\n",
		    device->now_ns < device->account.lockout.locked_until_ns ? "yes" : "no",
		    device_is_dark(device) ? "yes" : "no",
		    device->now_ns - device->booted_ns < device->knobs.boot_s * SECOND_NS ? "yes"
											  : "no");
	for (port = 0; port < device_ports(device); port++)
		print_port(device, port, out);
	oplog_print_totals(&device->log, out);
	return true;
}

static void print_filter(const struct sd_filter *f, struct text *out)
{
	text_printf(out, "filter %u %s name=%s profile=%d dir=%s event=%d", f->handle,
		    f->kind == SD_ETHER ? "ether" : "ip", f->name, f->profile,
		    f->direction == SD_TX ? "tx" : "rx", f->event);
	if (f->kind == SD_ETHER)
		text_printf(out, " ethertype=%u", f->ethertype);
	if (f->ip_version)
		text_printf(out, " version=%u", f->ip_version);
	if (f->has_protocol)
		text_printf(out, " protocol=%u", f->protocol);
	if (f->src.given && f->ip_version == 4)
		text_printf(out, " src=%u.%u.%u.%u", f->src.bytes[0], f->src.bytes[1],
			    f->src.bytes[2], f->src.bytes[3]);
	if (f->dst.given && f->ip_version == 4)
		text_printf(out, " dst=%u.%u.%u.%u", f->dst.bytes[0], f->dst.bytes[1],
			    f->dst.bytes[2], f->dst.bytes[3]);
	if (f->src_ports.given)
		text_printf(out, " sport=%u-%u", f->src_ports.first, f->src_ports.last);
	if (f->dst_ports.given)
		text_printf(out, " dport=%u-%u", f->dst_ports.first, f->dst_ports.last);
	text_puts(out, "\n");
}

static void print_policy(const struct sd_policy *p, struct text *out)
{
	size_t i;

	text_printf(out,
		    "policy %u name=%s precedence=%u spoof=%d tx=%s rx=%s timeout=%umin"
		    " filters=",
		    p->id, p->name, p->precedence, p->spoof,
		    p->when_unmatched[SD_TX].drop ? "drop" : "pass",
		    p->when_unmatched[SD_RX].drop ? "drop" : "pass", p->timeout_min);
	for (i = 0; i < p->handle_count; i++)
		text_printf(out, "%s%u", i ? "," : "", p->handles[i]);
	text_puts(out, "\n");
}

static void print_bindings(const struct defense *defense, struct text *out)
{
	int owner;
	size_t i;

	for (owner = 0; owner <= OWNER_DEFAULT; owner++) {
		for (i = 0; i < defense_bindings(defense, (enum sd_owner)owner); i++) {
			const struct sd_binding *b =
				defense_binding(defense, (enum sd_owner)owner, i);

			text_printf(out, "binding %s port=%u policy=%u %s%s\n", owner_words[owner],
				    b->port, b->policy,
				    defense_is_active(defense, b) ? "active" : "inactive",
				    b->expired ? " expired" : "");
		}
	}
}

CONSOLE_COMMAND(objects)
{
	struct device *device = named(rack, host, text_word(&args), out);
	int kind;
	size_t i;

	if (!device)
		return false;
	for (kind = SD_ETHER; kind <= SD_IP; kind++)
		for (i = 0; i < defense_filters(device->defense, (enum sd_kind)kind); i++)
			print_filter(defense_filter(device->defense, (enum sd_kind)kind, i), out);
	for (i = 0; i < defense_policies(device->defense); i++)
		print_policy(defense_policy(device->defense, i), out);
	print_bindings(device->defense, out);
	return true;
}

static void print_handle(uint32_t handle, struct text *out)
{
	if (handle == HANDLE_DEFAULT_TX)
		text_puts(out, "default-tx");
	else if (handle == HANDLE_DEFAULT_RX)
		text_puts(out, "default-rx");
	else if (handle == HANDLE_SPOOF)
		text_puts(out, "anti-spoofing");
	else
		text_printf(out, "filter %u", handle);
}

CONSOLE_COMMAND(counters)
{
	struct device *device = named(rack, host, text_word(&args), out);
	unsigned port;
	size_t i;

	if (!device)
		return false;
	device_refresh(device);
	for (port = 0; port < device_ports(device); port++) {
		struct gate *gate = defense_gate(device->defense, port);

		for (i = 0; i < gate_statistics(gate); i++) {
			struct gate_statistic s;

			gate_statistic(gate, i, &s);
			text_printf(out, "port %u ", port);
			print_handle(s.handle, out);
			text_printf(out, " live=%u published=%u matched=%s\n", s.live_count,
				    s.count, s.matched ? "yes" : "no");
		}
	}
	return true;
}

CONSOLE_COMMAND(events)
{
	struct device *device = named(rack, host, text_word(&args), out);
	uint64_t i;

	if (!device)
		return false;
	device_refresh(device);
	i = device->event_total > DEVICE_EVENTS ? device->event_total - DEVICE_EVENTS : 0;
	for (; i < device->event_total; i++) {
		const struct device_event *event = &device->events[i % DEVICE_EVENTS];

		text_printf(out, "%" PRIu64 " ", event->at_ns / SECOND_NS);
		print_handle(event->handle, out);
		text_puts(out, "\n");
	}
	return true;
}

CONSOLE_COMMAND(log)
{
	struct device *device = named(rack, host, text_word(&args), out);

	if (device)
		oplog_print(&device->log, out);
	return device != NULL;
}

CONSOLE_COMMAND(knobs)
{
	struct device *device = named(rack, host, text_word(&args), out);

	if (device)
		knobs_list(&device->knobs, out);
	return device != NULL;
}

/* --- mishaps --- */

static bool plan(struct device *device, const struct mishap *mishap, struct text *out)
{
	if (!device)
		return false;
	return mishap_plan(&device->mishaps, mishap) || refuse(out, "too many mishaps planned");
}

CONSOLE_COMMAND(fault)
{
	char *name = text_word(&args);
	struct mishap mishap;
	const char *why = mishap_read(&args, &mishap);
	size_t i;

	if (why)
		return *why ? refuse(out, why) : false;
	if (strcmp(name, "*") != 0)
		return plan(named(rack, host, name, out), &mishap, out);
	for (i = 0; i < rack_count(rack); i++)
		if (!plan(rack_device(rack, i), &mishap, out))
			return false;
	return true;
}

CONSOLE_COMMAND(faults)
{
	struct device *device = named(rack, host, text_word(&args), out);

	if (device)
		mishap_print(&device->mishaps, out);
	return device != NULL;
}

static void clear_device(struct device *device)
{
	mishap_clear(&device->mishaps);
}

CONSOLE_COMMAND(clear)
{
	return for_named(rack, host, text_word(&args), out, clear_device);
}

/* --- changing things behind the client's back --- */

struct foreign {
	struct sd_policy policy;
	int owner;
};

static bool read_foreign(char **rest, struct foreign *foreign)
{
	char *name, *value;

	while ((name = text_word(rest))) {
		value = text_word(rest);
		if (!value)
			return false;
		if (strcmp(name, "precedence") == 0) {
			if (!input_parse_number(value, UINT32_MAX, &foreign->policy.precedence))
				return false;
		} else if (strcmp(name, "owner") == 0) {
			foreign->owner = index_of(owner_words, 5, value);
		} else if (strcmp(name, "action") == 0) {
			foreign->policy.when_unmatched[SD_TX].drop =
				foreign->policy.when_unmatched[SD_RX].drop =
					strcmp(value, "drop") == 0;
		} else if (strcmp(name, "name") != 0 ||
			   !text_copy(foreign->policy.name, sizeof(foreign->policy.name), value)) {
			return false;
		}
	}
	return foreign->owner >= 0;
}

CONSOLE_COMMAND(foreign)
{
	struct device *device = named(rack, host, text_word(&args), out);
	struct foreign foreign = { .policy = { .name = "foreign", .precedence = 1000000 },
				   .owner = OWNER_AGENT_PRESENCE };
	struct sd_binding binding = { .port = 0 };

	if (!device || !read_foreign(&args, &foreign))
		return false;
	if (defense_add_policy(device->defense, &foreign.policy))
		return refuse(out, "the device has no room for another policy");
	binding.owner = (enum sd_owner)foreign.owner;
	defense_arm(device->defense, binding.owner, true, device->now_ns);
	binding.policy = foreign.policy.id;
	if (defense_bind(device->defense, &binding, device->now_ns))
		return refuse(out, "that owner has a policy on the port already");
	text_printf(out, "policy %u\n", foreign.policy.id);
	return true;
}

CONSOLE_COMMAND(unbind)
{
	struct device *device = named(rack, host, text_word(&args), out);
	char *name = device ? text_word(&args) : NULL;
	int owner = index_of(owner_words, 5, name);
	struct sd_binding binding;

	if (owner < 0)
		return false;
	if (defense_bindings(device->defense, (enum sd_owner)owner) == 0)
		return refuse(out, "that owner has no policy on a port");
	binding = *defense_binding(device->defense, (enum sd_owner)owner, 0);
	defense_unbind(device->defense, &binding, device->now_ns);
	return true;
}

CONSOLE_COMMAND(set)
{
	char *name = text_word(&args);
	char *knob = name ? text_word(&args) : NULL, *value = knob ? text_word(&args) : NULL;
	bool all = value && strcmp(name, "*") == 0;
	struct device *device = value && !all ? named(rack, host, name, out) : NULL;
	const char *why = NULL;
	size_t i;

	if (!all && !device)
		return false;
	for (i = 0; all && !why && i < rack_count(rack); i++)
		why = knobs_set(&rack_device(rack, i)->knobs, knob, value);
	if (device)
		why = knobs_set(&device->knobs, knob, value);
	return why ? refuse(out, why) : true;
}

CONSOLE_COMMAND(mode)
{
	struct device *device = named(rack, host, text_word(&args), out);
	int mode = device ? index_of(mode_words, 3, text_word(&args)) : -1;

	if (mode < 0)
		return false;
	device->config.mode = (enum device_mode)mode;
	return true;
}

static void reset_firmware(struct device *device)
{
	device_reset(device, RESTART_FIRMWARE, device->now_ns);
}

static void reset_host(struct device *device)
{
	device_reset(device, RESTART_HOST, device->now_ns);
}

static void cut_power(struct device *device)
{
	device_reset(device, RESTART_POWER, device->now_ns);
}

CONSOLE_COMMAND(reset)
{
	static const char *const words[] = { "firmware", "host", "power" };
	static void (*const acts[])(struct device *) = { reset_firmware, reset_host, cut_power };
	char *name = text_word(&args), *word = name ? text_word(&args) : NULL;
	int what = word ? index_of(words, 3, word) : 0;

	return what >= 0 && for_named(rack, host, name, out, acts[what]);
}

static void unprovision_device(struct device *device)
{
	device_unprovision(device, device->now_ns);
}

CONSOLE_COMMAND(unprovision)
{
	return for_named(rack, host, text_word(&args), out, unprovision_device);
}

static void forget_nonces(struct device *device)
{
	account_forget_nonces(&device->account);
}

CONSOLE_COMMAND(nonces)
{
	return for_named(rack, host, text_word(&args), out, forget_nonces);
}

CONSOLE_COMMAND(clock)
{
	char *text = text_word(&args);
	uint32_t seconds;

	(void)rack;
	(void)out;
	if (!text || !input_parse_number(text, CLOCK_MAX_S, &seconds))
		return false;
	host->advance_ns = seconds * SECOND_NS;
	return true;
}
