/* SPDX-License-Identifier: Apache-2.0 */
/* param.c - defaults, reading and description of settings, all from the same rows.
 *
 * Defaults are written in the notation of a setting and read by the same code, so that what the
 * documentation shows is what holds. */
#include "core/detect/param.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/invariant.h"
#include "core/base/num.h"
#include "core/base/units.h"
#include "core/base/yaml.h"

#define NAMES_MAX 64

static void *field(const struct param *param, void *config)
{
	return (unsigned char *)config + param->offset;
}

/* ---- defaults ---- */

static void add_port(struct param_ports *ports, uint32_t port)
{
	ports->ports[ports->count++] = (uint16_t)port;
	ports->filter[port / 64 % 4] |= UINT64_C(1) << port % 64;
}

static bool ports_from_text(const char *text, struct param_ports *ports)
{
	*ports = (struct param_ports){ 0 };
	while (*text) {
		size_t length = strcspn(text, ",");
		char word[8];
		uint32_t port;

		if (length >= sizeof(word) || ports->count == PARAM_PORTS_MAX)
			return false;
		memcpy(word, text, length);
		word[length] = '\0';
		if (!num_u32_between(word, 1, UINT16_MAX, &port))
			return false;
		add_port(ports, port);
		text += length + (text[length] == ',');
	}
	return true;
}

static bool prefixes_from_text(const char *text, struct param_prefixes *prefixes)
{
	prefixes->count = 0;
	while (*text) {
		size_t length = strcspn(text, ",");
		char word[PREFIX_TEXT_BYTES];

		if (length >= sizeof(word) || prefixes->count == PARAM_PREFIXES_MAX)
			return false;
		memcpy(word, text, length);
		word[length] = '\0';
		if (!prefix_parse(word, &prefixes->prefixes[prefixes->count++]))
			return false;
		text += length + (text[length] == ',');
	}
	return true;
}

static bool from_text(const struct param *param, void *config)
{
	switch (param->type) {
	case PARAM_DOUBLE:
		return num_double(param->normal, field(param, config));
	case PARAM_U32:
		return num_u32_between(param->normal, 0, UINT32_MAX, field(param, config));
	case PARAM_DURATION_NS:
		return num_duration_ns(param->normal, field(param, config));
	case PARAM_PORTS:
		return ports_from_text(param->normal, field(param, config));
	case PARAM_PREFIXES:
		return prefixes_from_text(param->normal, field(param, config));
	case PARAM_END:
		break;
	}
	return false;
}

void params_defaults(const struct param *params, void *config)
{
	for (const struct param *p = params; p->type != PARAM_END; p++)
		INVARIANT(from_text(p, config));
}

/* ---- reading ---- */

static void read_duration(const struct param *param, struct yaml *yaml,
			  const struct yaml_node *node, void *config)
{
	uint64_t ns;

	if (!yaml_get_duration_ns(yaml, node, &ns))
		return;
	if (ns_to_s(ns) < param->least || ns_to_s(ns) > param->most) {
		char least[32], most[32];

		num_duration_text((uint64_t)(param->least * 1e9), least, sizeof(least));
		num_duration_text((uint64_t)(param->most * 1e9), most, sizeof(most));
		yaml_complain(yaml, node, "", "%s must lie between %s and %s", param->name, least,
			      most);
		return;
	}
	memcpy(field(param, config), &ns, sizeof(ns));
}

static void read_ports(const struct param *param, struct yaml *yaml, const struct yaml_node *node,
		       void *config)
{
	struct param_ports ports = { 0 };

	if (yaml_kind(node) != YAML_SEQUENCE) {
		yaml_complain(yaml, node, "write a list: [445, 139]", "%s must be a list of ports",
			      param->name);
		return;
	}
	if (yaml_count(node) > PARAM_PORTS_MAX) {
		yaml_complain(yaml, node, "", "%s has more than %d ports", param->name,
			      PARAM_PORTS_MAX);
		return;
	}
	for (size_t i = 0; i < yaml_count(node); i++) {
		uint32_t port;

		if (!yaml_get_u32(yaml, yaml_item(node, i), 1, UINT16_MAX, &port))
			return;
		add_port(&ports, port);
	}
	memcpy(field(param, config), &ports, sizeof(ports));
}

static void read_prefixes(const struct param *param, struct yaml *yaml,
			  const struct yaml_node *node, void *config)
{
	struct param_prefixes prefixes = { 0 };

	if (yaml_kind(node) != YAML_SEQUENCE) {
		yaml_complain(yaml, node, "write a list: [10.9.0.0/16, 10.1.2.3]",
			      "%s must be a list of addresses and networks", param->name);
		return;
	}
	if (yaml_count(node) > PARAM_PREFIXES_MAX) {
		yaml_complain(yaml, node, "", "%s has more than %d entries", param->name,
			      PARAM_PREFIXES_MAX);
		return;
	}
	for (size_t i = 0; i < yaml_count(node); i++) {
		const struct yaml_node *item = yaml_item(node, i);
		const char *text;

		if (!yaml_get_text(yaml, item, &text))
			return;
		if (!prefix_parse(text, &prefixes.prefixes[prefixes.count++])) {
			yaml_complain(yaml, item, "write 10.9.0.0/16 or 10.1.2.3",
				      "\"%s\" is neither an address nor a network", text);
			return;
		}
	}
	memcpy(field(param, config), &prefixes, sizeof(prefixes));
}

static void read_one(const struct param *param, struct yaml *yaml, const struct yaml_node *node,
		     void *config)
{
	switch (param->type) {
	case PARAM_DOUBLE:
		yaml_get_double(yaml, node, param->least, param->most, field(param, config));
		break;
	case PARAM_U32:
		yaml_get_u32(yaml, node, (uint32_t)param->least, (uint32_t)param->most,
			     field(param, config));
		break;
	case PARAM_DURATION_NS:
		read_duration(param, yaml, node, config);
		break;
	case PARAM_PORTS:
		read_ports(param, yaml, node, config);
		break;
	case PARAM_PREFIXES:
		read_prefixes(param, yaml, node, config);
		break;
	case PARAM_END:
		break;
	}
}

void params_read(const struct param *params, struct yaml *yaml, const struct yaml_node *mapping,
		 void *config)
{
	const char *names[NAMES_MAX] = { "enabled" };
	size_t count = 1;

	for (const struct param *p = params; p->type != PARAM_END; p++) {
		INVARIANT(count < NAMES_MAX - 1);
		names[count++] = p->name;
	}
	yaml_known_keys(yaml, mapping, names);
	if (yaml_kind(mapping) != YAML_MAPPING)
		return;
	for (const struct param *p = params; p->type != PARAM_END; p++) {
		const struct yaml_node *node = yaml_find(mapping, p->name);

		if (node)
			read_one(p, yaml, node, config);
	}
}

/* ---- description ---- */

static void describe_prefixes(const struct param_prefixes *prefixes, struct buf *out)
{
	buf_char(out, '[');
	for (unsigned i = 0; i < prefixes->count; i++) {
		char text[PREFIX_TEXT_BYTES];

		prefix_text(&prefixes->prefixes[i], text);
		buf_format(out, "%s%s", i ? ", " : "", text);
	}
	buf_char(out, ']');
}

static void describe_value(const struct param *param, void *config, struct buf *out)
{
	const struct param_ports *ports = field(param, config);
	char text[32];
	uint64_t ns;
	double number;
	uint32_t u32;

	switch (param->type) {
	case PARAM_DOUBLE:
		memcpy(&number, field(param, config), sizeof(number));
		buf_format(out, "%g", number);
		break;
	case PARAM_U32:
		memcpy(&u32, field(param, config), sizeof(u32));
		buf_format(out, "%" PRIu32, u32);
		break;
	case PARAM_DURATION_NS:
		memcpy(&ns, field(param, config), sizeof(ns));
		num_duration_text(ns, text, sizeof(text));
		buf_text(out, text);
		break;
	case PARAM_PORTS:
		buf_char(out, '[');
		for (unsigned i = 0; i < ports->count; i++)
			buf_format(out, "%s%u", i ? ", " : "", ports->ports[i]);
		buf_char(out, ']');
		break;
	case PARAM_PREFIXES:
		describe_prefixes(field(param, config), out);
		break;
	case PARAM_END:
		break;
	}
}

static void describe_bounds(const struct param *param, struct buf *out)
{
	char least[32], most[32];

	switch (param->type) {
	case PARAM_DOUBLE:
	case PARAM_U32:
		buf_format(out, "%g to %g", param->least, param->most);
		break;
	case PARAM_DURATION_NS:
		num_duration_text((uint64_t)(param->least * 1e9), least, sizeof(least));
		num_duration_text((uint64_t)(param->most * 1e9), most, sizeof(most));
		buf_format(out, "%s to %s", least, most);
		break;
	case PARAM_PORTS:
		buf_format(out, "at most %d ports", PARAM_PORTS_MAX);
		break;
	case PARAM_PREFIXES:
		buf_format(out, "at most %d networks", PARAM_PREFIXES_MAX);
		break;
	case PARAM_END:
		break;
	}
}

void params_describe(const struct param *params, const void *config, struct buf *out)
{
	for (const struct param *p = params; p->type != PARAM_END; p++) {
		buf_format(out, "  %-20s ", p->name);
		if (config)
			describe_value(p, (void *)(uintptr_t)config, out);
		else
			buf_text(out, p->normal);
		buf_text(out, "  (");
		describe_bounds(p, out);
		buf_format(out, ")\n  %-20s %s\n", "", p->help);
	}
}
