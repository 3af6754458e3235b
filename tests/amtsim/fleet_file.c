/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of a device as text, shared by the command line and the fleet file; the file's form is in
 * docs/amtsim.md.  The YAML reader is the one thing borrowed from core/: it knows nothing of AMT,
 * so no mistake about the protocol can be shared through it. */
#include "tests/amtsim/fleet_file.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/source.h"
#include "core/base/yaml.h"
#include "tests/amtsim/rack.h"
#include "tests/amtsim/input.h"
#include "tests/amtsim/knobs.h"
#include "tests/amtsim/text.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Hex pairs, with any of ":-" between them; exactly `len` bytes. */
static bool read_hex(const char *text, uint8_t *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		int high, low;

		while (*text == ':' || *text == '-')
			text++;
		high = hex_digit(text[0]);
		low = high < 0 ? -1 : hex_digit(text[1]);
		if (low < 0)
			return false;
		bytes[i] = (uint8_t)(high << 4 | low);
		text += 2;
	}
	return *text == '\0';
}

static const char *set_mode(struct device_config *config, const char *value)
{
	static const char *const words[] = { "acm", "ccm", "pre" };
	size_t i;

	for (i = 0; i < 3; i++) {
		if (strcmp(words[i], value) == 0) {
			config->mode = (enum device_mode)i;
			return NULL;
		}
	}
	return "expected acm, ccm or pre";
}

static const char *set_bool(bool *field, const char *value)
{
	*field = strcmp(value, "true") == 0 || strcmp(value, "yes") == 0;
	if (*field || strcmp(value, "false") == 0 || strcmp(value, "no") == 0)
		return NULL;
	return "expected true or false";
}

static const char *set_port(uint16_t *field, const char *value)
{
	uint32_t port;

	if (!input_parse_number(value, 65535, &port) || port == 0)
		return "expected a port from 1 to 65535";
	*field = (uint16_t)port;
	return NULL;
}

/* ADDRESS:PORT, or [ADDRESS]:PORT */
static const char *set_listen(struct device_config *config, const char *value)
{
	const char *colon = strrchr(value, ':'), *end = colon;
	char address[sizeof(config->address)];

	if (!colon || colon == value)
		return "expected ADDRESS:PORT";
	if (*value == '[' && colon[-1] == ']') {
		value++;
		end--;
	}
	if ((size_t)(end - value) >= sizeof(address))
		return "too long";
	memcpy(address, value, (size_t)(end - value));
	address[end - value] = '\0';
	text_copy(config->address, sizeof(config->address), address);
	return set_port(&config->port, colon + 1);
}

static const char *add_trusted(struct device_config *config, const char *value)
{
	size_t i;

	for (i = 0; i < TLS_TRUSTED_NAMES; i++)
		if (!*config->trusted[i])
			return text_copy(config->trusted[i], TLS_NAME_BYTES, value) ? NULL
										    : "too long";
	return "at most four";
}

static const char *set_text(struct device_config *config, const char *name, const char *value)
{
	const struct {
		const char *name;
		char *place;
		size_t size;
	} fields[] = {
		{ "name", config->name, sizeof(config->name) },
		{ "address", config->address, sizeof(config->address) },
		{ "user", config->user, sizeof(config->user) },
		{ "password", config->password, sizeof(config->password) },
		{ "release", config->release, sizeof(config->release) },
		{ "realm", config->realm, sizeof(config->realm) },
		{ "host", config->host_name, sizeof(config->host_name) },
		{ "dhcp-suffix", config->suffix, sizeof(config->suffix) },
	};
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (strcmp(fields[i].name, name) == 0)
			return text_copy(fields[i].place, fields[i].size, value) ? NULL
										 : "too long";
	return "there is no such field";
}

const char *fleet_file_field(struct device_config *config, const char *name, const char *value)
{
	if (strcmp(name, "port") == 0)
		return set_port(&config->port, value);
	if (strcmp(name, "redirection-port") == 0)
		return set_port(&config->redirection_port, value);
	if (strcmp(name, "mode") == 0)
		return set_mode(config, value);
	if (strcmp(name, "tls") == 0)
		return set_bool(&config->tls, value);
	if (strcmp(name, "listen") == 0)
		return set_listen(config, value);
	if (strcmp(name, "mutual") == 0)
		return set_bool(&config->mutual, value);
	if (strcmp(name, "trusted-name") == 0)
		return add_trusted(config, value);
	if (strcmp(name, "no-system-defense") == 0)
		return set_bool(&config->no_defense, value);
	if (strcmp(name, "fixed-address") == 0)
		return set_bool(&config->fixed_address, value);
	if (strcmp(name, "mac") == 0)
		return read_hex(value, config->mac, 6) ? NULL : "expected six bytes of hex";
	if (strcmp(name, "uuid") == 0)
		return read_hex(value, config->uuid, 16) ? NULL : "expected sixteen bytes of hex";
	if (strcmp(name, "ip") == 0)
		return inet_pton(AF_INET, value, config->ipv4) == 1 ? NULL
								    : "expected an IPv4 address";
	return set_text(config, name, value);
}

/* --- the file --- */

#define EXPLANATION_BYTES (1u << 16)
#define FILE_MAX_BYTES    (16u << 20)

struct reading {
	struct yaml *yaml;
	struct rack *rack;
	struct device_config base;
	struct knobs knobs;
	uint64_t now_ns;
};

static void read_fields(struct reading *r, const struct yaml_node *map,
			struct device_config *config)
{
	const char *wrong;
	size_t i;

	for (i = 0; i < yaml_count(map); i++) {
		const char *name = yaml_text(yaml_key(map, i));

		if (strcmp(name, "knobs") == 0 || strcmp(name, "faults") == 0)
			continue;
		wrong = fleet_file_field(config, name, yaml_text(yaml_value(map, i)));
		if (wrong)
			yaml_complain(r->yaml, yaml_value(map, i), "", "%s: %s", name, wrong);
	}
}

static void read_knobs(struct reading *r, const struct yaml_node *map, struct knobs *knobs)
{
	const char *wrong;
	size_t i;

	for (i = 0; map && i < yaml_count(map); i++) {
		const char *name = yaml_text(yaml_key(map, i));

		wrong = knobs_set(knobs, name, yaml_text(yaml_value(map, i)));
		if (wrong)
			yaml_complain(r->yaml, yaml_value(map, i), "", "%s: %s", name, wrong);
	}
}

/* A list of sentences as after `fault DEVICE` on the control socket. */
static void read_faults(struct reading *r, const struct yaml_node *list, struct device *device)
{
	struct mishap mishap;
	size_t i;

	for (i = 0; list && i < yaml_count(list); i++) {
		const struct yaml_node *item = yaml_item(list, i);
		char sentence[256], *rest = sentence;
		const char *why;

		why = text_copy(sentence, sizeof(sentence), yaml_text(item))
			      ? mishap_read(&rest, &mishap)
			      : "";
		if (!why && !mishap_plan(&device->mishaps, &mishap))
			why = "too many faults";
		if (why)
			yaml_complain(r->yaml, item, "", "%s",
				      *why ? why : "expected KIND [VALUE] [at K] [times N] ...");
	}
}

static void add_device(struct reading *r, const struct yaml_node *node, uint32_t number)
{
	struct device_config config = r->base;
	struct knobs knobs = r->knobs;
	struct device *device;
	const char *why;

	if (yaml_kind(node) != YAML_MAPPING) {
		yaml_complain(r->yaml, node, "", "a device is a mapping of its fields");
		return;
	}
	rack_vary(&config, number, 0);
	read_fields(r, node, &config);
	read_knobs(r, yaml_find(node, "knobs"), &knobs);
	device = device_new(&config, &knobs, r->now_ns, &why);
	if (device)
		read_faults(r, yaml_find(node, "faults"), device);
	if (!device)
		yaml_complain(r->yaml, node, "", "%s", why);
	else if (rack_add(r->rack, device) < 0)
		yaml_complain(r->yaml, node, "", "the name \"%s\" is taken", config.name);
}

static void read_root(struct reading *r)
{
	static const char *const keys[] = { "defaults", "devices", NULL };
	const struct yaml_node *root = yaml_root(r->yaml), *defaults, *devices;
	uint32_t i;

	if (!root || !yaml_known_keys(r->yaml, root, keys))
		return;
	defaults = yaml_find(root, "defaults");
	devices = yaml_find(root, "devices");
	if (defaults) {
		read_fields(r, defaults, &r->base);
		read_knobs(r, yaml_find(defaults, "knobs"), &r->knobs);
	}
	if (!devices || yaml_kind(devices) != YAML_SEQUENCE)
		yaml_complain(r->yaml, devices ? devices : root, "", "expected a list \"devices\"");
	else
		for (i = 0; i < yaml_count(devices); i++)
			add_device(r, yaml_item(devices, i), i);
}

static void explain(struct complaints *complaints, struct source *source, char *why, size_t size)
{
	struct buf out;

	/* More than the caller has: what does not fit a buffer is left out of it whole, and a cut text is better than none. */
	buf_init(&out, EXPLANATION_BYTES);
	complaints_print(complaints, source, &out);
	snprintf(why, size, "%s",
		 complaints_count(complaints) > 0 ? out.text : "the file is empty");
	buf_fini(&out);
}

int fleet_file_read(struct rack *rack, const char *path, const struct fleet_file_base *base,
		    char *why, size_t why_size)
{
	struct reading r = {
		.rack = rack, .base = *base->config, .knobs = *base->knobs, .now_ns = base->now_ns
	};
	struct err err = { 0 };
	struct source *source = source_read(path, FILE_MAX_BYTES, &err);
	struct complaints *complaints;
	int rc;

	if (!source) {
		snprintf(why, why_size, "%s", err.text);
		return -1;
	}
	complaints = complaints_new();
	r.yaml = yaml_parse(source, complaints);
	if (r.yaml)
		read_root(&r);
	rc = complaints_count(complaints) > 0 || rack_count(rack) == 0 ? -1 : 0;
	if (rc < 0)
		explain(complaints, source, why, why_size);
	yaml_free(r.yaml);
	complaints_free(complaints);
	source_free(source);
	return rc;
}
