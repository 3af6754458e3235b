/* SPDX-License-Identifier: Apache-2.0 */
/* The flash budget is a leaky bucket: every write adds window/N, time drains it, and a write
 * that would overfill the window is refused with status 38 (amt-system-defense.md 3.5). */
#include "tests/amtsim/device.h"

#include <stdio.h>
#include <string.h>

#include "tests/amtsim/check.h"
#include "tests/amtsim/chronicle.h"
#include "tests/amtsim/frame.h"
#include "tests/amtsim/httpauth.h"
#include "tests/amtsim/text.h"

#define SECOND_NS 1000000000ull

static void note_event(void *arg, const struct gate_event *event)
{
	struct device *device = arg;

	if (!device->events) {
		device->events = calloc(DEVICE_EVENTS, sizeof(*device->events));
		CHECK(device->events);
	}
	device->events[device->event_total++ % DEVICE_EVENTS] =
		(struct device_event){ device->now_ns, event->handle };
	chronicle_filter_matched(device, event);
}

static void note_change(void *arg, unsigned port)
{
	struct device *device = arg;

	chronicle_policy_changed(device);
	if (port == 0 && device->enforcer.changed)
		device->enforcer.changed(device->enforcer.arg);
}

static void act_for_agent(void *arg, const struct agent *agent, const struct agent_action *action)
{
	struct device *device = arg;

	if (action->event)
		chronicle_agent(device, agent->guid, agent->state);
	if (action->defense != SWITCH_NONE)
		defense_arm(device->defense, OWNER_AGENT_PRESENCE,
			    action->defense == SWITCH_ACTIVATE, device->now_ns);
}

void device_config_init(struct device_config *config)
{
	*config = (struct device_config){
		.name = "amt",
		.address = "127.0.0.1",
		.port = 16992,
		.user = "admin",
		.password = "P@ssw0rd",
		.release = "12.0.67",
		.mode = MODE_ADMIN,
		.mac = { 0x02, 0x00, 0x00, 0x00, 0x00, 0x01 },
		.ipv4 = { 10, 0, 0, 1 },
		.uuid = { 0xC0, 0x4D, 0x07, 0, 0, 0, 0x40, 0, 0x80, 0, 0, 0, 0, 0, 0, 1 },
	};
}

/* Any fixed mixing will do: a realm has to differ between devices and stay the same. */
static void make_realm(struct device_config *config)
{
	struct rng rng = { 0 };
	size_t i;

	for (i = 0; i < sizeof(config->uuid); i++)
		rng.state = rng.state * 257 + config->uuid[i];
	snprintf(config->realm, sizeof(config->realm), "Digest:%016llX%016llX",
		 (unsigned long long)rng_next(&rng), (unsigned long long)rng_next(&rng));
}

/* The same for each run, whatever port the kernel chose; another for each device (FNV-1a over the UUID). */
static uint64_t seed_of(const struct device_config *config, uint32_t seed)
{
	uint64_t mixed = UINT64_C(0xcbf29ce484222325) ^ seed;

	for (size_t i = 0; i < sizeof(config->uuid); i++)
		mixed = (mixed ^ config->uuid[i]) * UINT64_C(0x100000001b3);
	return mixed;
}

struct device *device_new(const struct device_config *config, const struct knobs *knobs,
			  uint64_t now_ns, const char **why)
{
	struct device *device = calloc(1, sizeof(*device));

	CHECK(device);
	*why = NULL;
	device->config = *config;
	device->knobs = *knobs;
	if (!profile_init(&device->profile, config->release))
		*why = "the release must look like 12.0 or 11.8.50 and be 3.0 or later";
	else if (config->mode == MODE_CLIENT && !device->profile.client_mode)
		*why = "Client Control Mode came with release 6.2";
	else if (!config->tls && !device->profile.remote_plain && !knobs->plain_port)
		*why = "release 16.1 and later has no plain port: add --tls (or plain_port=yes)";
	if (*why) {
		free(device);
		return NULL;
	}
	if (!*device->config.realm)
		make_realm(&device->config);
	httpauth_ha1(device->config.user, device->config.realm, device->config.password,
		     device->admin_ha1);
	device->rng.state = seed_of(config, knobs->seed);
	device->defense = defense_new(&device->knobs, note_event, device);
	device->now_ns = device->booted_ns = device->flash_at_ns = now_ns;
	boot_init(&device->boot);
	consent_init(&device->consent);
	device->powered = device->ping = device->rmcp_ping = true;
	device->redirection = 3;
	device->redirection_listens = device->kvm_enabled = true;
	device->tls_wish.mutual = config->mutual;
	memcpy(device->tls_wish.trusted, config->trusted, sizeof(config->trusted));
	device->presence.act = act_for_agent;
	device->presence.arg = device;
	text_copy(device->environment.suffix, sizeof(device->environment.suffix), config->suffix);
	defense_settle(device->defense, now_ns);
	defense_on_change(device->defense, note_change);
	return device;
}

void device_free(struct device *device)
{
	if (!device)
		return;
	defense_free(device->defense);
	mishap_clear(&device->mishaps);
	oplog_fini(&device->log);
	presence_fini(&device->presence);
	environment_fini(&device->environment);
	acl_fini(&device->acl);
	eventlog_fini(&device->eventlog);
	auditlog_fini(&device->auditlog);
	alert_fini(&device->alerts);
	subscription_fini(&device->subscriptions);
	free(device->events);
	free(device);
}

void device_tick(struct device *device, uint64_t now_ns)
{
	if (now_ns > device->now_ns)
		device->now_ns = now_ns;
	presence_tick(&device->presence, device->now_ns);
	if (consent_tick(&device->consent, device->now_ns))
		boot_clear(&device->boot);
	if (heuristics_tick(&device->heuristics, device->now_ns))
		defense_arm(device->defense, OWNER_HEURISTICS, false, device->now_ns);
	if (device->environment.count > 0)
		defense_arm(device->defense, OWNER_ENVIRONMENT, device_is_outside(device),
			    device->now_ns);
	defense_settle(device->defense, device->now_ns);
}

bool device_is_outside(const struct device *device)
{
	return !device->config.fixed_address && environment_is_outside(&device->environment);
}

uint32_t device_consent_required(const struct device *device)
{
	return device->config.mode == MODE_CLIENT ? CONSENT_ALL : device->consent.required;
}

bool device_may_redirect(const struct device *device)
{
	return device_consent_required(device) != CONSENT_ALL || consent_is_given(&device->consent);
}

bool device_is_lively(const struct device *device)
{
	return device->subscriptions.count > 0 || device->presence.count > 0;
}

bool device_has_defense(const struct device *device)
{
	return device->config.mode == MODE_ADMIN && !device->config.no_defense;
}

uint32_t device_caller_realms(const struct device *device)
{
	const struct acl_entry *entry = acl_by_handle(&device->acl, device->caller.handle);

	if (device->caller.handle == 0 || (entry && entry->realms & REALM_BIT(REALM_ADMIN)))
		return REALM_ALL;
	return entry ? entry->realms : 0;
}

const char *device_caller_name(const struct device *device)
{
	const struct acl_entry *entry = acl_by_handle(&device->acl, device->caller.handle);

	return entry ? entry->user : device->config.user;
}

void device_logons_changed(struct device *device)
{
	device->logon_epoch++;
	account_forget_nonces(&device->account);
}

void device_refresh(struct device *device)
{
	if (device->enforcer.refresh)
		device->enforcer.refresh(device->enforcer.arg);
}

const struct tls_terms *device_tls(struct device *device)
{
	const struct knobs *knobs = &device->knobs;
	struct tls_terms *terms = &device->tls;

	terms->least = knobs->tls_least ? (enum tls_version)(knobs->tls_least - 1)
					: device->profile.tls_least;
	terms->most = knobs->tls_most ? (enum tls_version)(knobs->tls_most - 1)
				      : device->profile.tls_most;
	terms->leaf = device->profile.leaf;
	terms->mutual = device->config.mutual;
	terms->trusted = (const char(*)[TLS_NAME_BYTES])device->config.trusted;
	for (terms->trusted_count = 0; terms->trusted_count < TLS_TRUSTED_NAMES;
	     terms->trusted_count++)
		if (!*device->config.trusted[terms->trusted_count])
			break;
	return terms;
}

/* A knob of words release|no|yes. */
static bool decide(uint32_t knob, bool by_release)
{
	return knob == 0 ? by_release : knob == 2;
}

bool device_has_default_policy(const struct device *device)
{
	return decide(device->knobs.default_policy, device->profile.default_policies);
}

bool device_lists_singletons(const struct device *device)
{
	return decide(device->knobs.list_singletons, device->profile.lists_singletons);
}

unsigned device_ports(const struct device *device)
{
	return device->knobs.wireless == WIRELESS_ABSENT ? 1 : 2;
}

static uint32_t charge_flash(struct device *device)
{
	uint64_t window_ns = device->knobs.flash_window_s * SECOND_NS;
	uint64_t passed_ns = device->now_ns - device->flash_at_ns, cost_ns;

	if (device->knobs.flash_writes == 0)
		return PT_SUCCESS;
	cost_ns = window_ns / device->knobs.flash_writes;
	device->flash_at_ns = device->now_ns;
	device->flash_debt_ns -= passed_ns < device->flash_debt_ns ? passed_ns
								   : device->flash_debt_ns;
	if (device->flash_debt_ns + cost_ns > window_ns)
		return PT_FLASH_WRITE_LIMIT;
	device->flash_debt_ns += cost_ns;
	return PT_SUCCESS;
}

uint32_t device_charge_write(struct device *device, bool binding)
{
	if (device->now_ns - device->booted_ns < device->knobs.boot_s * SECOND_NS)
		return PT_NOT_READY;
	if (binding && !device->knobs.flash_bindings)
		return PT_SUCCESS;
	return charge_flash(device);
}

static bool cuts_dhcp(const struct device *device)
{
	struct gate *gate = defense_gate(device->defense, 0);
	struct frame request = { .ethertype = 0x0800,
				 .ip_version = 4,
				 .has_protocol = true,
				 .protocol = 17,
				 .has_ports = true,
				 .src_port = 68,
				 .dst_port = 67,
				 .dst = { 255, 255, 255, 255 } };
	struct frame answer = request;

	answer.src_port = 67;
	answer.dst_port = 68;
	return gate_would_drop(gate, &request, SD_TX) || gate_would_drop(gate, &answer, SD_RX);
}

/* Over the air the firmware's traffic passes the host's driver (3.4, CHOICE). */
static bool is_cut_by_driver(const struct device *device)
{
	struct frame request = { .ethertype = 0x0800,
				 .ip_version = 4,
				 .has_protocol = true,
				 .protocol = 6,
				 .has_ports = true,
				 .src_port = 50000,
				 .dst_port = device->config.tls ? 16993 : 16992 };

	return device->knobs.reached_by == REACHED_BY_RADIO && device->knobs.wireless_dark &&
	       device->knobs.wireless_driver && device->powered &&
	       gate_would_drop(defense_gate(device->defense, 1), &request, SD_RX);
}

bool device_is_dark(const struct device *device)
{
	uint64_t since_ns = defense_active_since(device->defense, 0);
	uint64_t lease_ns = device->knobs.lease_s * SECOND_NS;

	if (device->knobs.outside_dark && device_is_outside(device))
		return true;
	if (is_cut_by_driver(device))
		return true;
	return !device->config.fixed_address && lease_ns != 0 && since_ns != 0 &&
	       device->now_ns - since_ns >= lease_ns && cuts_dhcp(device);
}

void device_reset(struct device *device, enum device_restart what, uint64_t now_ns)
{
	device_tick(device, now_ns);
	if (what != RESTART_FIRMWARE) {
		presence_restart(&device->presence, device->now_ns);
		boot_start(&device->boot);
	}
	if (what == RESTART_HOST)
		return;
	if (!device->knobs.keep_over_reset)
		defense_wipe(device->defense, device->now_ns);
	defense_power_lost(device->defense, device->now_ns);
	account_forget_nonces(&device->account);
	memset(device->open, 0, sizeof(device->open));
	device->booted_ns = device->now_ns;
}

void device_power(struct device *device, bool on, uint64_t now_ns)
{
	device_tick(device, now_ns);
	if (device->powered && !on)
		presence_suspend(&device->presence);
	else if (!device->powered && on)
		presence_restart(&device->presence, device->now_ns);
	if (!device->powered && on)
		boot_start(&device->boot);
	device->powered = on;
}

void device_unprovision(struct device *device, uint64_t now_ns)
{
	device_tick(device, now_ns);
	if (!device->knobs.keep_over_unprovision)
		defense_wipe(device->defense, device->now_ns);
	presence_fini(&device->presence);
	environment_fini(&device->environment);
	device->heuristics = (struct heuristics){ .configured = false };
	acl_fini(&device->acl);
	subscription_fini(&device->subscriptions);
	device_logons_changed(device);
	device->config.mode = MODE_PRE;
}

struct verdict device_judge(struct device *device, const uint8_t *bytes, size_t len,
			    enum sd_direction direction)
{
	struct verdict none = { false, VERDICT_NO_POLICY, 0 };
	struct frame frame;

	if (!frame_read(&frame, bytes, len))
		return none;
	if (heuristics_see(&device->heuristics, &frame, direction, device->now_ns)) {
		defense_arm(device->defense, OWNER_HEURISTICS, true, device->now_ns);
		chronicle_worm(device);
	}
	if (heuristics_blocks(&device->heuristics, &frame, direction))
		return (struct verdict){ true, VERDICT_HEURISTICS, 0 };
	return gate_judge(defense_gate(device->defense, 0), &frame, direction, device->config.ipv4,
			  device->now_ns);
}

struct verdict device_judge_wireless(struct device *device, const uint8_t *bytes, size_t len,
				     enum sd_direction direction)
{
	struct verdict none = { false, VERDICT_NO_POLICY, 0 };
	struct frame frame;

	if (device_ports(device) < 2 || !device->knobs.wireless_driver ||
	    !frame_read(&frame, bytes, len))
		return none;
	return gate_judge(defense_gate(device->defense, 1), &frame, direction, device->config.ipv4,
			  device->now_ns);
}
