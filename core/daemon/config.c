/* SPDX-License-Identifier: Apache-2.0 */
/* config.c - settings are rows: where they stand in the file, where in the struct, bounds, help.  Reading and
 * the printed reference come from the same rows, so neither can forget one. */
#include "core/daemon/config.h"

#include <stdio.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/num.h"
#include "core/base/secret.h"
#include "core/base/source.h"
#include "core/base/units.h"
#include "core/base/yaml.h"
#include "core/safety/governor.h"

enum setting_type { SET_TEXT, SET_U32, SET_DOUBLE, SET_DURATION, SET_BOOL, SET_IP, SET_NEVER };

struct setting {
	const char *section, *name; /* section "" = top level */
	enum setting_type type;
	size_t offset, size;
	double least, most; /* of a duration: seconds */
	const char *normal, *help;
};

#define AT(field) offsetof(struct config, field), sizeof(((struct config *)0)->field)

static const struct setting settings[] = {
	{ "capture", "interface", SET_TEXT, AT(interface), 0, 0, "",
	  "interface to listen on (also -i)" },
	{ "capture", "filter", SET_TEXT, AT(filter), 0, 0, "",
	  "BPF expression; frames it refuses are not seen" },
	{ "capture", "buffer_mib", SET_U32, AT(buffer_mib), 1, 1024, "16",
	  "kernel capture buffer" },
	{ "tracker", "hosts", SET_U32, AT(hosts_max), 256, 4194304, "65536", "hosts remembered" },
	{ "tracker", "contacts", SET_U32, AT(contacts_max), 1024, 67108864, "262144",
	  "contacts remembered" },
	{ "incident", "suspect", SET_DOUBLE, AT(suspect_nats), 1, 100, "6.9",
	  "log-odds (nats) to suspect a host" },
	{ "incident", "convict", SET_DOUBLE, AT(convict_nats), 2, 100, "13.8",
	  "log-odds (nats) to convict: 13.8 is one error in 10^6 tests" },
	{ "incident", "half_life", SET_DURATION, AT(half_life_ns), 1, 604800, "30m",
	  "how fast evidence fades" },
	{ "", "policy", SET_TEXT, AT(policy), 0, 0, "",
	  "policy file; without one Cordon only watches" },
	{ "", "assets", SET_TEXT, AT(assets), 0, 0, "", "the machines we answer for" },
	{ "", "store", SET_TEXT, AT(store), 0, 0, "",
	  "SQLite file for ledger, incidents, isolations" },
	{ "", "eve", SET_TEXT, AT(eve), 0, 0, "",
	  "EVE JSON lines go here; - is standard output (also -o)" },
	{ "", "control", SET_TEXT, AT(control), 0, 0, "", "Unix socket for the command cordon" },
	{ "user", "sensor", SET_TEXT, AT(user_sensor), 0, 0, "",
	  "whom the sensor becomes, when started as root; without it cordon, else nobody" },
	{ "user", "controller", SET_TEXT, AT(user_controller), 0, 0, "",
	  "whom the controller becomes, when started as root; without it root" },
	{ "user", "operators", SET_TEXT, AT(user_operators), 0, 0, "",
	  "the group whose members may use the command cordon, each under the own name" },
	{ "relay", "address", SET_IP, AT(relay), 0, 0, "",
	  "the one address an isolated machine may reach (\"relay\" in policies)" },
	{ "safety", "automatic_per_hour", SET_U32, AT(automatic_per_hour), 0, GOVERNOR_MAX_PER_HOUR,
	  "10", "cap on automatic isolations; 0 forbids them" },
	{ "safety", "blind_pause", SET_DURATION, AT(blind_pause_ns), 0, 86400, "60s",
	  "automatic isolation pauses while the sensor is gone, and so much longer" },
	{ "safety", "never_isolate", SET_NEVER, AT(never), 0, 0, "[]",
	  "addresses, prefixes and MACs never to isolate" },
	{ "", "enforce", SET_BOOL, AT(enforce), 0, 0, "false",
	  "really isolate; otherwise decisions are only written down" },
	{ "amt", "connections", SET_U32, AT(amt_connections), 1, 65536, "4096",
	  "machines spoken to at once; more wait, the urgent ones first" },
	{ "amt", "precedence", SET_U32, AT(amt_precedence), 1, 65535, "1000",
	  "precedence of our firmware policies; larger wins" },
	{ "amt", "authorities", SET_TEXT, AT(amt_authorities), 0, 0, "",
	  "PEM file for assets with tls: verify; without it the system's" },
	{ "amt", "certificate", SET_TEXT, AT(amt_certificate), 0, 0, "",
	  "PEM file shown to firmware that wants to know who asks (mutual TLS)" },
	{ "amt", "key", SET_TEXT, AT(amt_key), 0, 0, "",
	  "its key: file:/PATH, env:NAME or credential:NAME" },
	{ "amt", "dead_man", SET_DURATION, AT(amt_dead_man_ns), 0, 3932100, "0",
	  "firmware ends an isolation by itself after that (whole minutes); 0 = never" },
	{ "amt", "wireless", SET_BOOL, AT(amt_wireless), 0, 0, "true",
	  "isolate at the wireless port beside a wired one, too" },
	{ "amt", "tcp_flags", SET_TEXT, AT(amt_tcp_flags), 0, 0, "unknown",
	  "how your firmware wants TCP flags: unknown, bits or masks" },
	{ "amt", "answer_timeout_s", SET_U32, AT(amt_answer_timeout_s), 5, 300, "35",
	  "for one answer, 30 s from some firmware; eight of them for a whole operation" },
};

#define SETTINGS (sizeof(settings) / sizeof(settings[0]))

static void *place(struct config *config, const struct setting *setting)
{
	return (char *)config + setting->offset;
}

void config_defaults(struct config *config)
{
	memset(config, 0, sizeof(*config));
	config->buffer_mib = 16;
	config->hosts_max = 65536;
	config->contacts_max = 262144;
	config->suspect_nats = 6.9;
	config->convict_nats = 13.8;
	config->half_life_ns = s_to_ns(1800);
	config->automatic_per_hour = GOVERNOR_DEFAULT_PER_HOUR;
	config->blind_pause_ns = s_to_ns(60);
	config->amt_connections = 4096;
	snprintf(config->amt_tcp_flags, sizeof(config->amt_tcp_flags), "unknown");
	config->amt_wireless = true;
	config->amt_precedence = 1000;
	config->amt_answer_timeout_s = 35;
}

static void read_text(struct config *config, const struct setting *setting, struct yaml *yaml,
		      const struct yaml_node *node)
{
	const char *text;

	if (!yaml_get_text(yaml, node, &text))
		return;
	if (strlen(text) >= setting->size)
		yaml_complain(yaml, node, "", "%s is longer than %zu characters", setting->name,
			      setting->size - 1);
	else
		memcpy(place(config, setting), text, strlen(text) + 1);
}

static void read_duration(struct config *config, const struct setting *setting, struct yaml *yaml,
			  const struct yaml_node *node)
{
	uint64_t least_ns = s_to_ns((uint64_t)setting->least),
		 most_ns = s_to_ns((uint64_t)setting->most), read_ns;
	char least[32], most[32];

	if (!yaml_get_duration_ns(yaml, node, &read_ns))
		return;
	if (read_ns >= least_ns && read_ns <= most_ns) {
		*(uint64_t *)place(config, setting) = read_ns;
		return;
	}
	num_duration_text(least_ns, least, sizeof(least));
	num_duration_text(most_ns, most, sizeof(most));
	yaml_complain(yaml, node, "", "expected a duration from %s to %s, found \"%s\"", least,
		      most, yaml_text(node));
}

static void read_relay(struct config *config, struct yaml *yaml, const struct yaml_node *node)
{
	const char *text;

	if (!yaml_get_text(yaml, node, &text))
		return;
	if (!ip_parse(text, &config->relay))
		yaml_complain(yaml, node, "an IPv4 or IPv6 address", "\"%s\" is no address", text);
	else if (ip_is_unspecified(&config->relay) || ip_is_multicast(&config->relay))
		yaml_complain(yaml, node, "", "%s is nobody's own address", text);
	else
		config->has_relay = true;
}

static void read_never_item(struct config *config, struct yaml *yaml, const struct yaml_node *node)
{
	char meant[PREFIX_TEXT_BYTES], hint[PREFIX_TEXT_BYTES + 32];
	const char *text;
	struct prefix prefix;
	struct mac mac;

	if (!yaml_get_text(yaml, node, &text))
		return;
	if (config->never_count == CONFIG_NEVER_MAX || config->never_mac_count == CONFIG_NEVER_MAX)
		yaml_complain(yaml, node, "use prefixes", "more than %d entries", CONFIG_NEVER_MAX);
	else if (prefix_parse(text, &prefix))
		config->never[config->never_count++] = prefix;
	else if (mac_parse(text, &mac))
		config->never_mac[config->never_mac_count++] = mac;
	else if (prefix_meant(text, meant)) {
		snprintf(hint, sizeof(hint), "did you mean \"%s\"?", meant);
		yaml_complain(yaml, node, hint, "\"%s\" has bits set behind the prefix", text);
	} else
		yaml_complain(yaml, node, "for example 10.0.0.1, 10.0.0.0/28 or 02:00:00:00:00:01",
			      "\"%s\" is no address, prefix or MAC", text);
}

static void read_never(struct config *config, struct yaml *yaml, const struct yaml_node *node)
{
	if (yaml_kind(node) != YAML_SEQUENCE) {
		yaml_complain(yaml, node, "write [10.0.0.1, 10.0.0.2]", "never_isolate is a list");
		return;
	}
	for (size_t i = 0; i < yaml_count(node); i++)
		read_never_item(config, yaml, yaml_item(node, i));
}

static void read_setting(struct config *config, const struct setting *setting, struct yaml *yaml,
			 const struct yaml_node *node)
{
	void *at = place(config, setting);

	switch (setting->type) {
	case SET_TEXT:
		read_text(config, setting, yaml, node);
		break;
	case SET_U32:
		yaml_get_u32(yaml, node, (uint32_t)setting->least, (uint32_t)setting->most, at);
		break;
	case SET_DOUBLE:
		yaml_get_double(yaml, node, setting->least, setting->most, at);
		break;
	case SET_DURATION:
		read_duration(config, setting, yaml, node);
		break;
	case SET_BOOL:
		yaml_get_bool(yaml, node, at);
		break;
	case SET_IP:
		read_relay(config, yaml, node);
		break;
	case SET_NEVER:
		read_never(config, yaml, node);
		break;
	}
}

/* The names that may stand in a section, as yaml_known_keys() wants them. */
static void section_names(const char *section, const char *names[SETTINGS + 8])
{
	static const char *const sections[] = { "capture", "tracker", "incident",  "relay",
						"safety",  "amt",     "detectors", "user" };
	size_t n = 0;

	for (size_t i = 0; i < SETTINGS; i++)
		if (strcmp(settings[i].section, section) == 0)
			names[n++] = settings[i].name;
	for (size_t i = 0; !*section && i < sizeof(sections) / sizeof(sections[0]); i++)
		names[n++] = sections[i];
	names[n] = NULL;
}

static void read_section(struct config *config, const char *section, struct yaml *yaml,
			 const struct yaml_node *mapping)
{
	const char *names[SETTINGS + 8];

	section_names(section, names);
	yaml_known_keys(yaml, mapping, names);
	if (yaml_kind(mapping) != YAML_MAPPING)
		return;
	for (size_t i = 0; i < SETTINGS; i++) {
		const struct yaml_node *node = strcmp(settings[i].section, section) == 0
						       ? yaml_find(mapping, settings[i].name)
						       : NULL;

		if (node)
			read_setting(config, &settings[i], yaml, node);
	}
}

const char *const *config_tcp_flags(void)
{
	static const char *const words[] = { "unknown", "bits", "masks", NULL };

	return words;
}

static void check_tcp_flags(struct config *config, const struct yaml_node *root)
{
	const char *const *word = config_tcp_flags();
	const struct yaml_node *amt = yaml_kind(root) == YAML_MAPPING ? yaml_find(root, "amt")
								      : NULL;

	while (*word && strcmp(*word, config->amt_tcp_flags) != 0)
		word++;
	if (!*word)
		yaml_complain(config->document, yaml_find(amt, "tcp_flags"),
			      "unknown, bits or masks", "unknown coding of TCP flags \"%s\"",
			      config->amt_tcp_flags);
}

static void check_key(struct config *config, const struct yaml_node *root)
{
	const struct yaml_node *amt = yaml_kind(root) == YAML_MAPPING ? yaml_find(root, "amt")
								      : NULL;

	if (*config->amt_key && !secret_is_reference(config->amt_key))
		yaml_complain(config->document, yaml_find(amt, "key"), SECRET_REFERENCES,
			      "a secret is never written here, only where to find it");
}

/* The firmware counts minutes, 16 bits of them, which the setting's own bounds say. */
static void check_dead_man(struct config *config, const struct yaml_node *root)
{
	const struct yaml_node *amt = yaml_kind(root) == YAML_MAPPING ? yaml_find(root, "amt")
								      : NULL;
	uint64_t time_ns = config->amt_dead_man_ns;

	if (time_ns && time_ns < s_to_ns(60))
		yaml_complain(config->document, yaml_find(amt, "dead_man"), "for example 12h",
			      "dead_man is at least 1m; 0 is never");
}

void config_read(struct config *config, const struct source *source, struct complaints *complaints)
{
	static const char *const sections[] = { "capture", "tracker", "incident", "relay",
						"safety",  "amt",     "user" };
	const struct yaml_node *root;

	config_defaults(config);
	config->document = yaml_parse(source, complaints);
	root = config->document ? yaml_root(config->document) : NULL;
	if (!root)
		return;
	read_section(config, "", config->document, root);
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		if (yaml_kind(root) == YAML_MAPPING && yaml_find(root, sections[i]))
			read_section(config, sections[i], config->document,
				     yaml_find(root, sections[i]));
	config->detectors = yaml_kind(root) == YAML_MAPPING ? yaml_find(root, "detectors") : NULL;
	check_tcp_flags(config, root);
	check_dead_man(config, root);
	check_key(config, root);
	if (config->convict_nats <= config->suspect_nats)
		yaml_complain(config->document, root, "",
			      "incident: convict must be above suspect");
}

void config_fini(struct config *config)
{
	yaml_free(config->document);
	config->document = NULL;
	config->detectors = NULL;
}

void config_describe(struct buf *out)
{
	buf_text(out, "# Every setting of cordon.yaml with its default.\n");
	for (size_t i = 0; i < SETTINGS; i++) {
		const struct setting *s = &settings[i];
		char name[64];

		snprintf(name, sizeof(name), "%s%s%s", s->section, *s->section ? "." : "", s->name);
		buf_format(out, "%-28s %-10s %s\n", name, *s->normal ? s->normal : "-", s->help);
	}
	buf_text(out, "detectors.NAME.SETTING       -          see \"cordon detectors\"\n");
}
