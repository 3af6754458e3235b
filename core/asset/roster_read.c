/* SPDX-License-Identifier: Apache-2.0 */
/* The roster's file.  Every mistake is reported, because a list of ten thousand machines is
 * mended in one pass or not at all.  Two assets that could be taken for one another (same name,
 * MAC, address or firmware) are mistakes too: we would cut off the wrong one.  The secret of a
 * firmware is never written here, only where to find it. */
#include "core/asset/roster.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "core/asset/asset.h"
#include "core/base/secret.h"
#include "core/base/mem.h"
#include "core/base/num.h"
#include "core/base/source.h"
#include "core/base/yaml.h"

#define PORT_PLAIN 16992 /* amt-system-defense.md 1.2 */
#define PORT_TLS   16993
#define VLAN_MAX   4094 /* IEEE 802.1Q */

struct reader {
	struct yaml *yaml;
	struct roster *roster;
	struct roster *firmwares; /* named "address:port": finds two assets with one firmware */
	struct roster
		*addresses; /* named by address alone: finds one address with and without a VLAN */
	unsigned *lines;    /* of each asset, by its index */
};

/* Texts of a fixed size, cut off nowhere: a name that does not fit is a complaint. */
static bool read_text(struct reader *r, const struct yaml_node *node, char *text, size_t size)
{
	const char *value;

	if (!yaml_get_text(r->yaml, node, &value))
		return false;
	if (!*value) {
		yaml_complain(r->yaml, node, "", "the value is missing");
		return false;
	}
	if (strlen(value) >= size) {
		yaml_complain(r->yaml, node, "", "at most %zu characters fit here", size - 1);
		return false;
	}
	snprintf(text, size, "%s", value);
	return true;
}

/* The place of a word in a list; -1 after a complaint. */
static int read_choice(struct reader *r, const struct yaml_node *node, const char *what,
		       const char *const *words)
{
	const char *value, *near;
	char hint[128];
	size_t used = 0;

	if (!yaml_get_text(r->yaml, node, &value))
		return -1;
	for (int i = 0; words[i]; i++)
		if (strcmp(words[i], value) == 0)
			return i;
	near = source_nearest(value, words);
	if (near)
		snprintf(hint, sizeof(hint), "did you mean \"%s\"?", near);
	else
		for (size_t i = 0; words[i] && used < sizeof(hint); i++)
			used += (size_t)snprintf(hint + used, sizeof(hint) - used, "%s%s",
						 i ? ", " : "one of ", words[i]);
	yaml_complain(r->yaml, node, hint, "unknown %s \"%s\"", what, value);
	return -1;
}

static void read_tags(struct reader *r, const struct yaml_node *node, struct asset *asset)
{
	if (!node)
		return;
	if (yaml_kind(node) != YAML_SEQUENCE) {
		yaml_complain(r->yaml, node, "write [finance, vip]", "tags is a list");
		return;
	}
	if (yaml_count(node) > ASSET_TAGS)
		yaml_complain(r->yaml, yaml_item(node, ASSET_TAGS), "",
			      "an asset has at most %d tags", ASSET_TAGS);
	for (size_t i = 0; i < yaml_count(node) && i < ASSET_TAGS; i++)
		read_text(r, yaml_item(node, i), asset->tags[i], sizeof(asset->tags[i]));
}

static void read_mac(struct reader *r, const struct yaml_node *node, struct asset *asset)
{
	const char *text;

	if (!yaml_get_text(r->yaml, node, &text))
		return;
	if (!mac_parse(text, &asset->mac))
		yaml_complain(r->yaml, node, "write it as 02:c0:4d:00:00:17",
			      "\"%s\" is no MAC address", text);
	else if (mac_is_zero(&asset->mac) || mac_is_group(&asset->mac))
		yaml_complain(r->yaml, node, "", "%s is nobody's own MAC address", text);
}

static void read_ip(struct reader *r, const struct yaml_node *node, struct asset *asset)
{
	const char *text;

	if (!yaml_get_text(r->yaml, node, &text))
		return;
	if (!ip_parse(text, &asset->ip))
		yaml_complain(r->yaml, node, "write it as 10.20.0.23 or fd00::17",
			      "\"%s\" is no IP address", text);
	else if (ip_is_unspecified(&asset->ip) || ip_is_multicast(&asset->ip))
		yaml_complain(r->yaml, node, "", "%s is nobody's own address", text);
}

static void read_pin(struct reader *r, const struct yaml_node *amt, const struct yaml_node *tls,
		     struct asset_amt *out)
{
	const struct yaml_node *node = yaml_find(amt, "pin");
	bool wanted = out->tls == ASSET_TLS_PIN || out->tls == ASSET_TLS_LEGACY_PIN;
	const char *text;

	if (!node && wanted)
		yaml_complain(r->yaml, tls,
			      "add pin: SHA-256 of the certificate, 64 hexadecimal digits",
			      "tls: %s needs a pin", yaml_text(tls));
	if (!node || !yaml_get_text(r->yaml, node, &text))
		return;
	if (!wanted)
		yaml_complain(r->yaml, node, "write tls: pin, or leave the pin out",
			      "without tls: pin or legacy the pin would not be used");
	else if (!num_hex(text, out->pin_sha256, sizeof(out->pin_sha256)))
		yaml_complain(r->yaml, node, "SHA-256 of the certificate, 64 hexadecimal digits",
			      "this is no pin");
}

static void read_password(struct reader *r, const struct yaml_node *amt, struct asset_amt *out)
{
	static const char hint[] = SECRET_REFERENCES;
	const struct yaml_node *node = yaml_find(amt, "password");

	if (!node)
		yaml_complain(r->yaml, amt, hint, "amt has no password reference");
	else if (read_text(r, node, out->password_ref, sizeof(out->password_ref)) &&
		 !secret_is_reference(out->password_ref))
		yaml_complain(r->yaml, node, hint,
			      "a secret is never written here, only where to find it");
}

/* "13aee355-d2bf-bb61-17a0-88aedd7037ea", kept in lower case. */
static void read_uuid(struct reader *r, const struct yaml_node *node, struct asset_amt *amt)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	const char *text;
	size_t i = 0;

	if (!node || !yaml_get_text(r->yaml, node, &text))
		return;
	for (; text[i] && i < sizeof(form) - 1; i++)
		if (form[i] == '-' ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
			break;
	if (text[i] || i != sizeof(form) - 1) {
		yaml_complain(r->yaml, node, "write it as 13aee355-d2bf-bb61-17a0-88aedd7037ea",
			      "this is no UUID");
		return;
	}
	for (i = 0; i < sizeof(form); i++)
		amt->uuid[i] = (char)tolower((unsigned char)text[i]);
}

/* A name or an address and nothing else: what it becomes a part of is a URL. */
static bool is_place(const char *text)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
	size_t length = strlen(text);
	bool bracketed = length > 2 && text[0] == '[' && text[length - 1] == ']';
	char bare[ASSET_ADDRESS_BYTES];
	struct ip ip;

	if (!strchr(text, ':'))
		return text[strspn(text, letters)] == '\0';
	snprintf(bare, sizeof(bare), "%.*s", (int)(bracketed ? length - 2 : length),
		 text + bracketed);
	return ip_parse(bare, &ip);
}

static void read_place(struct reader *r, const struct yaml_node *node,
		       char place[ASSET_ADDRESS_BYTES])
{
	if (read_text(r, node, place, ASSET_ADDRESS_BYTES) && !is_place(place))
		yaml_complain(r->yaml, node, "a name or an address; a port goes behind port:",
			      "\"%s\" is not where a machine can be reached", place);
}

static void read_also(struct reader *r, const struct yaml_node *node, struct asset_amt *amt)
{
	bool list = node && yaml_kind(node) == YAML_SEQUENCE;
	size_t count = list ? yaml_count(node) : node ? 1 : 0;

	if (count > ASSET_ALSO)
		yaml_complain(r->yaml, yaml_item(node, ASSET_ALSO), "", "at most %d more addresses",
			      ASSET_ALSO);
	for (size_t i = 0; i < count && i < ASSET_ALSO; i++)
		read_place(r, list ? yaml_item(node, i) : node, amt->also[i]);
}

static void read_amt(struct reader *r, const struct yaml_node *node, struct asset *asset)
{
	static const char *const keys[] = { "address", "also",  "port", "tls",      "pin",
					    "uuid",    "realm", "user", "password", NULL };
	struct asset_amt *amt = &asset->amt;
	const struct yaml_node *tls;
	uint32_t port;
	int choice = 0;

	if (!node || (!yaml_known_keys(r->yaml, node, keys) && yaml_kind(node) != YAML_MAPPING))
		return;
	amt->present = true;
	tls = yaml_find(node, "tls");
	if (tls)
		choice = read_choice(r, tls, "tls", asset_tls_words());
	amt->tls = choice < 0 ? ASSET_TLS_NONE : (uint8_t)choice;
	port = amt->tls == ASSET_TLS_NONE ? PORT_PLAIN : PORT_TLS;
	yaml_get_u32(r->yaml, yaml_find(node, "port"), 1, UINT16_MAX, &port);
	amt->port = (uint16_t)port;
	if (choice >= 0)
		read_pin(r, node, tls, amt);
	snprintf(amt->user, sizeof(amt->user), "admin");
	if (yaml_find(node, "user"))
		read_text(r, yaml_find(node, "user"), amt->user, sizeof(amt->user));
	read_password(r, node, amt);
	read_uuid(r, yaml_find(node, "uuid"), amt);
	if (yaml_find(node, "realm"))
		read_text(r, yaml_find(node, "realm"), amt->realm, sizeof(amt->realm));
	read_also(r, yaml_find(node, "also"), amt);
	if (yaml_find(node, "address"))
		read_place(r, yaml_find(node, "address"), amt->address);
	else if (!ip_is_unspecified(&asset->ip))
		ip_text(&asset->ip, amt->address);
	else
		yaml_complain(r->yaml, node,
			      "add address:", "amt has no address and the asset no ip");
}

static void read_fields(struct reader *r, const struct yaml_node *node, struct asset *asset)
{
	const struct yaml_node *role = yaml_find(node, "role"), *name = yaml_find(node, "name");
	uint32_t vlan = 0;
	int choice = -1;

	if (name)
		read_text(r, name, asset->name, sizeof(asset->name));
	else
		yaml_complain(r->yaml, node, "add name:", "an asset needs a name");
	if (role)
		choice = read_choice(r, role, "role", asset_roles());
	snprintf(asset->role, sizeof(asset->role), "%s",
		 choice < 0 ? "unknown" : asset_roles()[choice]);
	read_mac(r, yaml_find(node, "mac"), asset);
	read_ip(r, yaml_find(node, "ip"), asset);
	if (!yaml_find(node, "mac") && !yaml_find(node, "ip"))
		yaml_complain(r->yaml, name ? name : node, "add mac: or ip:",
			      "without mac and ip nobody can recognise the asset on the wire");
	read_tags(r, yaml_find(node, "tags"), asset);
	yaml_get_u32(r->yaml, yaml_find(node, "vlan"), 1, VLAN_MAX, &vlan);
	asset->vlan = (uint16_t)vlan;
	yaml_get_bool(r->yaml, yaml_find(node, "never_isolate"), &asset->never_isolate);
	read_amt(r, yaml_find(node, "amt"), asset);
}

static unsigned line_of(const struct reader *r, const struct roster *in, const struct asset *asset)
{
	size_t index = (size_t)(asset - roster_at(in, 0));

	return r->lines[index];
}

/* One asset per name; each of the three rosters of the reader gets one entry per asset, so that
 * indexes agree. */
static const struct asset *put(struct roster *roster, const struct asset *entry)
{
	const struct asset *earlier = *entry->name ? roster_find_name(roster, entry->name) : NULL;

	roster_add(roster, entry);
	/* Adding may have moved the earlier one. */
	return earlier ? roster_find_name(roster, entry->name) : NULL;
}

static void check_name_and_mac(struct reader *r, const struct yaml_node *node,
			       const struct asset *asset)
{
	const struct host_key nowhere = { .vlan = 0 };
	const struct asset *earlier;

	earlier = *asset->name ? roster_find_name(r->roster, asset->name) : NULL;
	if (earlier)
		yaml_complain(r->yaml, yaml_find(node, "name"), "",
			      "the name \"%s\" is already taken by the asset on line %u",
			      asset->name, line_of(r, r->roster, earlier));
	earlier = mac_is_zero(&asset->mac) ? NULL : roster_find(r->roster, &nowhere, &asset->mac);
	if (earlier)
		yaml_complain(r->yaml, yaml_find(node, "mac"), "",
			      "this MAC is already that of \"%s\" on line %u", earlier->name,
			      line_of(r, r->roster, earlier));
}

/* An asset without a VLAN answers for its address in all of them, so it clashes with any other. */
static void check_address(struct reader *r, const struct yaml_node *node, const struct asset *asset)
{
	struct asset entry = { .vlan = 0 };
	const struct host_key key = host_key_of(&asset->ip, asset->vlan);
	const struct asset *bare, *earlier;

	if (!ip_is_unspecified(&asset->ip))
		ip_text(&asset->ip, entry.name);
	bare = put(r->addresses, &entry);
	if (!bare)
		return;
	earlier = roster_find(r->roster, &key, NULL);
	if (!earlier && asset->vlan == 0)
		earlier = roster_at(r->roster, (size_t)(bare - roster_at(r->addresses, 0)));
	if (earlier)
		yaml_complain(r->yaml, yaml_find(node, "ip"), "if both exist, give each its vlan:",
			      "this address is already that of \"%s\" on line %u", earlier->name,
			      line_of(r, r->roster, earlier));
}

static void check_firmware(struct reader *r, const struct yaml_node *node,
			   const struct asset *asset)
{
	struct asset entry = { .vlan = 0 };
	const struct asset *earlier;
	unsigned line;

	/* A longer name is not compared: cut off, two different ones might look alike. */
	if (asset->amt.present && *asset->amt.address && strlen(asset->amt.address) <= 56)
		snprintf(entry.name, sizeof(entry.name), "%.56s:%u", asset->amt.address,
			 (unsigned)asset->amt.port);
	earlier = put(r->firmwares, &entry);
	if (!earlier)
		return;
	line = line_of(r, r->firmwares, earlier);
	yaml_complain(r->yaml, yaml_find(node, "amt"), "",
		      "the firmware at %s is already that of the asset on line %u", entry.name,
		      line);
}

static void read_asset(struct reader *r, const struct yaml_node *node, size_t index)
{
	static const char *const keys[] = { "name", "mac",           "ip",  "vlan", "role",
					    "tags", "never_isolate", "amt", NULL };
	struct asset asset = { .vlan = 0 };

	r->lines[index] = yaml_line(node);
	if (yaml_known_keys(r->yaml, node, keys) || yaml_kind(node) == YAML_MAPPING)
		read_fields(r, node, &asset);
	check_name_and_mac(r, node, &asset);
	check_address(r, node, &asset);
	check_firmware(r, node, &asset);
	roster_add(r->roster, &asset);
}

static void read_list(struct reader *r, const struct yaml_node *list)
{
	if (yaml_kind(list) != YAML_SEQUENCE) {
		yaml_complain(r->yaml, list, "write \"- name: ...\" for each machine",
			      "assets is a list");
		return;
	}
	r->lines = mem_array(yaml_count(list) + 1, sizeof(*r->lines));
	for (size_t i = 0; i < yaml_count(list); i++)
		read_asset(r, yaml_item(list, i), i);
}

struct roster *roster_read(const struct source *source, struct complaints *complaints)
{
	static const char *const keys[] = { "assets", NULL };
	struct reader r = { .roster = roster_new() };
	const struct yaml_node *root;

	r.yaml = yaml_parse(source, complaints);
	root = r.yaml ? yaml_root(r.yaml) : NULL;
	if (root)
		yaml_known_keys(r.yaml, root, keys);
	if (root && yaml_find(root, "assets")) {
		r.firmwares = roster_new();
		r.addresses = roster_new();
		read_list(&r, yaml_find(root, "assets"));
	}
	roster_free(r.firmwares);
	roster_free(r.addresses);
	mem_free(r.lines);
	yaml_free(r.yaml);
	return r.roster;
}
