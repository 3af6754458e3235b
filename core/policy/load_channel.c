/* SPDX-License-Identifier: Apache-2.0 */
/* Channels and the names of addresses.  Each pair of destination and port range becomes one
 * item, because that is what a filter will be.  A place that the policy does not define is asked
 * of the site; "relay" is a word even without a site, so that a policy can be checked on any
 * desk: then the channel is marked unresolved. */
#include "core/policy/load.h"

#include <stdio.h>
#include <string.h>

#include "core/base/source.h"
#include "core/base/yaml.h"
#include "core/policy/rule.h"

#define PORT_RANGES 32
#define NAMES_MAX   64
#define PLACE_RELAY "relay"

struct target {
	const struct yaml_node *node; /* where to complain about this destination */
	struct prefix prefix;
};

/* Destinations and ports of one item before they are multiplied out. */
struct reach {
	size_t target_count, range_count;
	struct target targets[CHANNEL_ITEMS];
	struct {
		uint16_t first, last;
	} ranges[PORT_RANGES];
	bool unresolved, full;
};

static void load_address(struct loader *l, const struct yaml_node *node, struct load_address *out)
{
	size_t count = load_list_count(l, node);

	out->prefixes = keep_array(&l->policy->keep, count, sizeof(*out->prefixes));
	for (size_t i = 0; i < count; i++)
		out->count += load_prefix(l, load_list_item(node, i), &out->prefixes[out->count]);
}

void load_addresses(struct loader *l, const struct yaml_node *node)
{
	struct prefix prefix;

	if (!node)
		return;
	if (yaml_kind(node) != YAML_MAPPING) {
		yaml_complain(l->yaml, node, "write { updates: 10.20.0.5 }",
			      "addresses is a mapping of names to addresses");
		return;
	}
	l->addresses = keep_array(&l->policy->keep, yaml_count(node), sizeof(*l->addresses));
	for (size_t i = 0; i < yaml_count(node); i++) {
		struct load_address *out = &l->addresses[l->address_count];

		if (prefix_parse(yaml_text(yaml_key(node, i)), &prefix))
			yaml_complain(l->yaml, yaml_key(node, i), "write NAME: ADDRESS",
				      "an address cannot be the name of another");
		out->name = load_text(l, yaml_key(node, i), 63);
		if (!out->name || !yaml_value(node, i))
			continue;
		load_address(l, yaml_value(node, i), out);
		l->address_count++;
	}
}

/* fc00::/7 and 10.0.0.0/8 are the widest networks that belong to one owner; halves of everything are everything. */
static bool is_too_wide(const struct prefix *prefix)
{
	bool v4 = ip_is_v4(&prefix->ip) && prefix->bits >= 96;

	return prefix->bits < (v4 ? 96 + 8 : 7);
}

static bool is_nobodys(const struct prefix *prefix)
{
	static const struct ip v6_loopback = { { [15] = 1 } };

	return ip_is_multicast(&prefix->ip) || ip_is_unspecified(&prefix->ip) ||
	       ip_equal(&prefix->ip, &v6_loopback) ||
	       (ip_is_v4(&prefix->ip) && prefix->ip.bytes[12] == 127);
}

/* One past the end is counted, so that the complaint comes once. */
static void add_target(struct loader *l, const struct yaml_node *node, const struct prefix *prefix,
		       struct reach *reach)
{
	if (is_too_wide(prefix)) {
		yaml_complain(l->yaml, node, "name the repair servers, or their network",
			      "with this an isolated machine could still reach far too many");
	} else if (is_nobodys(prefix)) {
		yaml_complain(l->yaml, node, "write the address that the server answers from",
			      "no repair server has this address");
	} else if (reach->target_count < CHANNEL_ITEMS) {
		reach->targets[reach->target_count].node = node;
		reach->targets[reach->target_count++].prefix = *prefix;
	} else if (!reach->full) {
		reach->full = true;
		yaml_complain(l->yaml, node, "use prefixes", "more than %d addresses",
			      CHANNEL_ITEMS);
	}
}

/* Whether text is the name of a place; then its addresses are added. */
static bool add_place(struct loader *l, const struct yaml_node *node, struct reach *reach)
{
	const struct policy_place *place = l->known ? l->known->places : NULL;
	const char *text = yaml_text(node);
	struct prefix prefix;

	for (size_t i = 0; i < l->address_count; i++) {
		if (strcmp(l->addresses[i].name, text) != 0)
			continue;
		for (size_t k = 0; k < l->addresses[i].count; k++)
			add_target(l, node, &l->addresses[i].prefixes[k], reach);
		return true;
	}
	for (; place && place->name; place++) {
		if (strcmp(place->name, text) != 0)
			continue;
		prefix = (struct prefix){ .ip = place->ip, .bits = 128 };
		add_target(l, node, &prefix, reach);
		return true;
	}
	reach->unresolved |= strcmp(text, PLACE_RELAY) == 0;
	return strcmp(text, PLACE_RELAY) == 0;
}

static void complain_place(struct loader *l, const struct yaml_node *node)
{
	const struct policy_place *place = l->known ? l->known->places : NULL;
	const char *names[NAMES_MAX + 2], *near;
	char hint[128] = "known: ";
	size_t count = 0, used = strlen(hint);

	for (size_t i = 0; i < l->address_count && count < NAMES_MAX; i++)
		names[count++] = l->addresses[i].name;
	for (; place && place->name && count < NAMES_MAX; place++)
		names[count++] = place->name;
	names[count++] = PLACE_RELAY;
	names[count] = NULL;
	near = source_nearest(yaml_text(node), names);
	for (size_t i = 0; names[i] && used < sizeof(hint); i++)
		used += (size_t)snprintf(hint + used, sizeof(hint) - used, "%s, ", names[i]);
	if (near)
		snprintf(hint, sizeof(hint), "did you mean \"%s\"?", near);
	else if (used < sizeof(hint))
		snprintf(hint + used, sizeof(hint) - used, "or a name under addresses:");
	yaml_complain(l->yaml, node, hint, "unknown place \"%s\"", yaml_text(node));
}

/* "wsus.example.com": has a letter that no IPv4 address has, and no colon or slash. */
static bool is_host_name(const char *text)
{
	return !strpbrk(text, ":/") && strspn(text, "0123456789.") < strlen(text);
}

static void load_destination(struct loader *l, const struct yaml_node *node, struct reach *reach)
{
	const char *text = yaml_text(node);
	struct prefix prefix;

	if (is_host_name(text))
		yaml_complain(l->yaml, node, "write its address, or a name for it under addresses:",
			      "\"%s\" is not looked up: firmware compares addresses", text);
	else if (load_prefix(l, node, &prefix))
		add_target(l, node, &prefix, reach);
}

static void load_targets(struct loader *l, const struct yaml_node *node, struct reach *reach)
{
	size_t count = load_list_count(l, node);

	for (size_t i = 0; i < count; i++) {
		const struct yaml_node *item = load_list_item(node, i);
		const char *text;

		if (!yaml_get_text(l->yaml, item, &text) || add_place(l, item, reach))
			continue;
		/* What has a dot, colon or slash was meant as an address, and a name of a host
		 * is none. */
		if (!strpbrk(text, ".:/"))
			complain_place(l, item);
		else
			load_destination(l, item, reach);
	}
}

static void load_ranges(struct loader *l, const struct yaml_node *node, struct reach *reach)
{
	const struct word *word = vocabulary_find(SECTION_TARGET, "ports");
	size_t count = load_list_count(l, node);

	if (count > PORT_RANGES) {
		yaml_complain(l->yaml, node, "join them: \"8000-8010\"", "more than %d ports",
			      PORT_RANGES);
		return;
	}
	for (size_t i = 0; i < count; i++)
		reach->range_count += load_ports(l, load_list_item(node, i), word,
						 &reach->ranges[reach->range_count].first,
						 &reach->ranges[reach->range_count].last);
}

static void add_item(struct loader *l, const struct yaml_node *node, struct channel *channel,
		     const struct channel_item *item)
{
	if (channel->item_count == CHANNEL_ITEMS)
		yaml_complain(l->yaml, node, "use prefixes and port ranges",
			      "channel \"%s\" has more than %d destinations", channel->name,
			      CHANNEL_ITEMS);
	/* One past the end, so that the complaint comes once. */
	if (channel->item_count < CHANNEL_ITEMS)
		channel->items[channel->item_count] = *item;
	if (channel->item_count <= CHANNEL_ITEMS)
		channel->item_count++;
}

static void add_reach(struct loader *l, const struct yaml_node *node, struct channel *channel,
		      unsigned kind, const struct reach *reach)
{
	size_t ranges = reach->range_count ? reach->range_count : 1;

	channel->unresolved |= reach->unresolved;
	for (size_t i = 0; i < reach->target_count; i++)
		for (size_t k = 0; k < ranges; k++) {
			struct channel_item item = { .kind = (uint8_t)kind,
						     .to = reach->targets[i].prefix };

			if (reach->range_count) {
				item.port_first = reach->ranges[k].first;
				item.port_last = reach->ranges[k].last;
			}
			add_item(l, node, channel, &item);
		}
}

static void load_dns(struct loader *l, const struct yaml_node *node, struct channel *channel)
{
	struct reach reach = { .unresolved = false };

	load_targets(l, node, &reach);
	for (size_t i = 0; i < reach.target_count; i++)
		if (reach.targets[i].prefix.bits != 128)
			yaml_complain(l->yaml, reach.targets[i].node, "name the servers one by one",
				      "a network is no DNS server");
	add_reach(l, node, channel, CHANNEL_DNS, &reach);
}

static void load_transport(struct loader *l, const struct yaml_node *node, struct channel *channel,
			   unsigned kind)
{
	struct reach reach = { .unresolved = false };
	const struct yaml_node *to, *ports;

	if (yaml_kind(node) == YAML_SCALAR) {
		yaml_complain(l->yaml, node,
			      kind == CHANNEL_ICMP ? "write { to: ADDRESS }"
						   : "write { to: ADDRESS, ports: [443] }",
			      "it takes \"to:\"%s", kind == CHANNEL_ICMP ? "" : " and \"ports:\"");
		return;
	}
	if (!load_keys(l, node, SECTION_TARGET))
		return;
	to = yaml_find(node, "to");
	ports = yaml_find(node, "ports");
	if (to)
		load_targets(l, to, &reach);
	else
		yaml_complain(l->yaml, node, "add \"to:\"", "to whom is not said");
	if (ports && kind == CHANNEL_ICMP)
		yaml_complain(l->yaml, ports, "leave it out", "icmp has no ports");
	else if (ports)
		load_ranges(l, ports, &reach);
	else if (kind != CHANNEL_ICMP)
		yaml_complain(l->yaml, node, "add \"ports:\"", "to which ports is not said");
	add_reach(l, node, channel, kind, &reach);
}

/* The kind of an item by its word; CHANNEL_ICMP is the last. */
static int kind_of(struct loader *l, const struct yaml_node *node)
{
	static const char *const names[] = {
		[CHANNEL_ARP] = "arp",     [CHANNEL_DHCP] = "dhcp", [CHANNEL_ND] = "nd",
		[CHANNEL_EAPOL] = "eapol", [CHANNEL_DNS] = "dns",   [CHANNEL_TCP] = "tcp",
		[CHANNEL_UDP] = "udp",     [CHANNEL_ICMP] = "icmp",
	};
	const char *keys[VOCABULARY_KEYS_MAX];

	for (int kind = 0; kind <= CHANNEL_ICMP; kind++)
		if (strcmp(names[kind], yaml_text(node)) == 0)
			return kind;
	load_unknown(l, node, "item", vocabulary_keys(SECTION_CHANNEL, keys));
	return -1;
}

/* The one item that narrows: it is no destination. */
static bool is_anti_spoofing(const struct yaml_node *node)
{
	return strcmp(yaml_text(node), "anti_spoofing") == 0;
}

/* An item that is only a word. */
static void load_bare(struct loader *l, const struct yaml_node *node, struct channel *channel)
{
	const struct word *word = vocabulary_find(SECTION_CHANNEL, yaml_text(node));
	char hint[128];
	int kind;

	if (is_anti_spoofing(node)) {
		channel->anti_spoofing = true;
		return;
	}
	kind = kind_of(l, node);
	if (kind < 0)
		return;
	if (kind < CHANNEL_DNS) {
		add_item(l, node, channel, &(struct channel_item){ .kind = (uint8_t)kind });
		return;
	}
	snprintf(hint, sizeof(hint), "write \"- %s: %s\"", word->name,
		 kind == CHANNEL_DNS ? "relay" : word->form);
	yaml_complain(l->yaml, node, hint, "%s to whom?", word->name);
}

static void load_item(struct loader *l, const struct yaml_node *node, struct channel *channel)
{
	const struct yaml_node *value;
	int kind;

	if (yaml_kind(node) == YAML_SCALAR) {
		load_bare(l, node, channel);
		return;
	}
	if (yaml_kind(node) != YAML_MAPPING || yaml_count(node) != 1) {
		yaml_complain(l->yaml, node, "put each behind its own \"- \"",
			      "an item is one word, such as arp or tcp: { ... }");
		return;
	}
	value = yaml_value(node, 0);
	kind = is_anti_spoofing(yaml_key(node, 0)) ? CHANNEL_ARP : kind_of(l, yaml_key(node, 0));
	if (kind < 0 || !value)
		return;
	if (kind < CHANNEL_DNS)
		yaml_complain(l->yaml, value, "", "\"%s\" has no settings",
			      yaml_text(yaml_key(node, 0)));
	else if (kind == CHANNEL_DNS)
		load_dns(l, value, channel);
	else
		load_transport(l, value, channel, (unsigned)kind);
}

static void load_channel(struct loader *l, const struct yaml_node *key,
			 const struct yaml_node *list)
{
	struct policy *policy = l->policy;
	struct channel *channel = &policy->channels[policy->channel_count];
	struct channel_at *at = &policy->channels_at[policy->channel_count];
	const char *name = load_text(l, key, sizeof(channel->name) - 1);
	size_t before = complaints_count(l->complaints);

	if (!name)
		return;
	snprintf(channel->name, sizeof(channel->name), "%s", name);
	policy->channel_count++;
	at->at = load_position(key);
	if (!list || yaml_kind(list) != YAML_SEQUENCE) {
		yaml_complain(l->yaml, list ? list : key, "start with \"- arp\" and \"- dhcp\"",
			      "a channel is a list of items");
		at->incomplete = true;
		return;
	}
	for (size_t i = 0; i < yaml_count(list); i++)
		load_item(l, yaml_item(list, i), channel);
	if (channel->item_count > CHANNEL_ITEMS)
		channel->item_count = CHANNEL_ITEMS;
	at->incomplete = complaints_count(l->complaints) != before;
}

void load_channels(struct loader *l, const struct yaml_node *node)
{
	struct policy *policy = l->policy;

	if (!node)
		return;
	if (yaml_kind(node) != YAML_MAPPING) {
		yaml_complain(l->yaml, node, "write { repair: [arp, dhcp, ...] }",
			      "channels is a mapping of names to lists");
		return;
	}
	policy->channels = keep_array(&policy->keep, yaml_count(node), sizeof(*policy->channels));
	policy->channels_at =
		keep_array(&policy->keep, yaml_count(node), sizeof(*policy->channels_at));
	for (size_t i = 0; i < yaml_count(node); i++)
		load_channel(l, yaml_key(node, i), yaml_value(node, i));
}
