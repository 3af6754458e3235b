/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the list of assets, finding in it, and every mistake as a person sees it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/asset/asset.h"
#include "core/asset/roster.h"
#include "core/base/buf.h"
#include "core/base/source.h"

struct reading {
	struct source *source;
	struct complaints *complaints;
	struct roster *roster;
	struct buf said;
};

static void reading_init(struct reading *r, const char *text)
{
	r->source = source_from_text("a", text, strlen(text));
	r->complaints = complaints_new();
	r->roster = roster_read(r->source, r->complaints);
	buf_init(&r->said, (size_t)1 << 22);
	buf_text(&r->said, "");
	complaints_print(r->complaints, r->source, &r->said);
}

static void reading_fini(struct reading *r)
{
	buf_fini(&r->said);
	roster_free(r->roster);
	complaints_free(r->complaints);
	source_free(r->source);
}

static struct mac mac_of(const char *text)
{
	struct mac mac;

	assert_true(mac_parse(text, &mac));
	return mac;
}

static struct host_key host_of(const char *text, uint16_t vlan)
{
	struct ip ip;

	assert_true(ip_parse(text, &ip));
	return host_key_of(&ip, vlan);
}

#define PIN "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void an_asset_is_read_with_all_it_has_and_sensible_defaults(void **state)
{
	const struct asset *asset;
	struct reading r;

	(void)state;
	reading_init(
		&r,
		"assets:\n"
		"  - name: pc-23\n"
		"    mac: 02:c0:4d:00:00:17\n"
		"    ip: 10.20.0.23\n"
		"    vlan: 20\n"
		"    role: workstation\n"
		"    tags: [finance, vip]\n"
		"    amt: { password: env:AMT_PASSWORD }\n"
		"  - name: db-1\n"
		"    ip: fd00::1\n"
		"    never_isolate: true\n"
		"    amt: { address: db-1.example, tls: pin, pin: " PIN
		", user: cordon, password: 'credential:db',\n"
		"           uuid: 13AEE355-d2bf-bb61-17a0-88aedd7037ea, realm: 'Digest:A4', also: [10.0.0.8, db-1.lan] }\n"
		"  - { name: p, mac: 02-c0-4d-00-00-18, amt: { address: 10.0.0.1, port: 623, tls: verify, password: 'file:/x' } }\n");
	assert_string_equal(r.said.text, "");
	assert_int_equal(roster_count(r.roster), 3);
	asset = roster_at(r.roster, 0);
	assert_string_equal(asset->name, "pc-23");
	assert_string_equal(asset->role, "workstation");
	assert_string_equal(asset->tags[1], "vip");
	assert_string_equal(asset->tags[2], "");
	assert_int_equal(asset->vlan, 20);
	assert_int_equal(asset->mac.bytes[5], 0x17);
	assert_false(asset->never_isolate);
	assert_true(asset->amt.present);
	assert_string_equal(asset->amt.address, "10.20.0.23");
	assert_int_equal(asset->amt.port, 16992);
	assert_int_equal(asset->amt.tls, ASSET_TLS_NONE);
	assert_string_equal(asset->amt.user, "admin");
	assert_string_equal(asset->amt.password_ref, "env:AMT_PASSWORD");

	asset = roster_find_name(r.roster, "db-1");
	assert_ptr_equal(asset, roster_at(r.roster, 1));
	assert_string_equal(asset->role, "unknown");
	assert_true(asset->never_isolate);
	assert_int_equal(asset->amt.port, 16993);
	assert_int_equal(asset->amt.tls, ASSET_TLS_PIN);
	assert_int_equal(asset->amt.pin_sha256[31], 0xff);
	assert_string_equal(asset->amt.user, "cordon");
	assert_string_equal(asset->amt.uuid, "13aee355-d2bf-bb61-17a0-88aedd7037ea");
	assert_string_equal(asset->amt.realm, "Digest:A4");
	assert_string_equal(asset->amt.also[0], "10.0.0.8");
	assert_string_equal(asset->amt.also[1], "db-1.lan");
	assert_string_equal(asset->amt.also[2], "");
	assert_int_equal(roster_at(r.roster, 2)->amt.port, 623);
	assert_null(roster_find_name(r.roster, "db"));
	reading_fini(&r);
}

static void nothing_is_an_empty_roster(void **state)
{
	static const char *const texts[] = { "", "# nobody\n", "assets: []\n" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct reading r;

		reading_init(&r, texts[i]);
		assert_string_equal(r.said.text, "");
		assert_int_equal(roster_count(r.roster), 0);
		assert_null(roster_find_name(r.roster, "x"));
		reading_fini(&r);
	}
}

#define ONE(fields) "assets:\n  - { name: a, ip: 10.0.0.1, " fields " }\n"

static const struct {
	const char *name, *text, *said;
} cases[] = {
	{ "no list", "assets: none\n",
	  "a:1:9: assets is a list\n    1 | assets: none\n      |         ^~~~ write \"- name: ...\" for each machine\n" },
	{ "unknown key", ONE("rol: lab"),
	  "a:2:30: unknown key \"rol\"\n    2 |   - { name: a, ip: 10.0.0.1, rol: lab }\n      |                              ^~~ did you mean \"role\"?\n" },
	{ "bad UUID", ONE("amt: { password: 'env:P', uuid: 13aee355d2bfbb6117a088aedd7037ea }"),
	  "a:2:62: this is no UUID\n    2 |   - { name: a, ip: 10.0.0.1, amt: { password: 'env:P', uuid: 13aee355d2bfbb6117a088aedd7037ea } }\n"
	  "      |                                                              ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ write it as 13aee355-d2bf-bb61-17a0-88aedd7037ea\n" },
	{ "more than an address", ONE("amt: { password: 'env:P', address: 'http://a/b' }"),
	  "a:2:65: \"http://a/b\" is not where a machine can be reached\n    2 |   - { name: a, ip: 10.0.0.1, amt: { password: 'env:P', address: 'http://a/b' } }\n"
	  "      |                                                                 ^~~~~~~~~~~~ a name or an address; a port goes behind port:\n" },
	{ "too many addresses", ONE("amt: { password: 'env:P', also: [a, b, c, d] }"),
	  "a:2:72: at most 3 more addresses\n    2 |   - { name: a, ip: 10.0.0.1, amt: { password: 'env:P', also: [a, b, c, d] } }\n"
	  "      |                                                                        ^\n" },
	{ "unknown role", ONE("role: worksation"),
	  "a:2:36: unknown role \"worksation\"\n    2 |   - { name: a, ip: 10.0.0.1, role: worksation }\n      |                                    ^~~~~~~~~~ did you mean \"workstation\"?\n" },
	{ "role far from all", ONE("role: x"),
	  "a:2:36: unknown role \"x\"\n    2 |   - { name: a, ip: 10.0.0.1, role: x }\n      |                                    ^ one of workstation, server, printer, phone, infrastructure, kiosk, lab, unknown\n" },
	{ "bad MAC", ONE("mac: 02:c0:4d:00:00"),
	  "a:2:35: \"02:c0:4d:00:00\" is no MAC address\n    2 |   - { name: a, ip: 10.0.0.1, mac: 02:c0:4d:00:00 }\n      |                                   ^~~~~~~~~~~~~~ write it as 02:c0:4d:00:00:17\n" },
	{ "group MAC", ONE("mac: ff:ff:ff:ff:ff:ff"),
	  "a:2:35: ff:ff:ff:ff:ff:ff is nobody's own MAC address\n    2 |   - { name: a, ip: 10.0.0.1, mac: ff:ff:ff:ff:ff:ff }\n      |                                   ^~~~~~~~~~~~~~~~~\n" },
	{ "bad address", "assets:\n  - { name: a, ip: 10.0.0 }\n",
	  "a:2:20: \"10.0.0\" is no IP address\n    2 |   - { name: a, ip: 10.0.0 }\n      |                    ^~~~~~ write it as 10.20.0.23 or fd00::17\n" },
	{ "multicast address", "assets:\n  - { name: a, ip: 224.0.0.1 }\n",
	  "a:2:20: 224.0.0.1 is nobody's own address\n    2 |   - { name: a, ip: 224.0.0.1 }\n      |                    ^~~~~~~~~\n" },
	{ "no name", "assets:\n  - { ip: 10.0.0.1 }\n",
	  "a:2:5: an asset needs a name\n    2 |   - { ip: 10.0.0.1 }\n      |     ^ add name:\n" },
	{ "neither MAC nor address", "assets:\n  - { name: a }\n",
	  "a:2:13: without mac and ip nobody can recognise the asset on the wire\n    2 |   - { name: a }\n      |             ^ add mac: or ip:\n" },
	{ "VLAN out of bounds", ONE("vlan: 4095"),
	  "a:2:36: expected a whole number from 1 to 4094, found \"4095\"\n    2 |   - { name: a, ip: 10.0.0.1, vlan: 4095 }\n      |                                    ^~~~\n" },
	{ "tags no list", ONE("tags: vip"),
	  "a:2:36: tags is a list\n    2 |   - { name: a, ip: 10.0.0.1, tags: vip }\n      |                                    ^~~ write [finance, vip]\n" },
	{ "nine tags", ONE("tags: [a, b, c, d, e, f, g, h, i]"),
	  "a:2:61: an asset has at most 8 tags\n    2 |   - { name: a, ip: 10.0.0.1, tags: [a, b, c, d, e, f, g, h, i] }\n      |                                                             ^\n" },
	{ "unknown tls", ONE("amt: { password: env:X, tls: pim }"),
	  "a:2:59: unknown tls \"pim\"\n    2 |   - { name: a, ip: 10.0.0.1, amt: { password: env:X, tls: pim } }\n      |                                                           ^~~ did you mean \"pin\"?\n" },
	{ "pin without pin", ONE("amt: { password: env:X, tls: legacy }"),
	  "a:2:59: tls: legacy needs a pin\n    2 |   - { name: a, ip: 10.0.0.1, amt: { password: env:X, tls: legacy } }\n      |                                                           ^~~~~~ add pin: SHA-256 of the certificate, 64 hexadecimal digits\n" },
	{ "short pin", ONE("amt: { password: env:X, tls: pin, pin: 0011 }"),
	  "a:2:69: this is no pin\n    2 |   - { name: a, ip: 10.0.0.1, amt: { password: env:X, tls: pin, pin: 0011 } }\n      |                                                                     ^~~~ SHA-256 of the certificate, 64 hexadecimal digits\n" },
	{ "pin without tls", ONE("amt: { password: env:X, pin: 0011 }"),
	  "a:2:59: without tls: pin or legacy the pin would not be used\n    2 |   - { name: a, ip: 10.0.0.1, amt: { password: env:X, pin: 0011 } }\n      |                                                           ^~~~ write tls: pin, or leave the pin out\n" },
	{ "no password", ONE("amt: { user: x }"),
	  "a:2:35: amt has no password reference\n    2 |   - { name: a, ip: 10.0.0.1, amt: { user: x } }\n      |                                   ^ env:NAME, file:/PATH or credential:NAME\n" },
	{ "a secret in the open", ONE("amt: { password: Passw0rd! }"),
	  "a:2:47: a secret is never written here, only where to find it\n    2 |   - { name: a, ip: 10.0.0.1, amt: { password: Passw0rd! } }\n      |                                               ^~~~~~~~~ env:NAME, file:/PATH or credential:NAME\n" },
	{ "firmware without address",
	  "assets:\n  - { name: a, mac: 02:c0:4d:00:00:17, amt: { password: env:X } }\n",
	  "a:2:45: amt has no address and the asset no ip\n    2 |   - { name: a, mac: 02:c0:4d:00:00:17, amt: { password: env:X } }\n      |                                             ^ add address:\n" },
	{ "two of one name",
	  "assets:\n  - { name: a, ip: 10.0.0.1 }\n  - { name: a, ip: 10.0.0.2 }\n",
	  "a:3:13: the name \"a\" is already taken by the asset on line 2\n    3 |   - { name: a, ip: 10.0.0.2 }\n      |             ^\n" },
	{ "two of one MAC",
	  "assets:\n  - { name: a, mac: 02:c0:4d:00:00:17 }\n  - { name: b, mac: 02-C0-4D-00-00-17 }\n",
	  "a:3:21: this MAC is already that of \"a\" on line 2\n    3 |   - { name: b, mac: 02-C0-4D-00-00-17 }\n      |                     ^~~~~~~~~~~~~~~~~\n" },
	{ "two of one address",
	  "assets:\n  - { name: a, ip: 10.0.0.1 }\n  - { name: b, ip: 10.0.0.1 }\n",
	  "a:3:20: this address is already that of \"a\" on line 2\n    3 |   - { name: b, ip: 10.0.0.1 }\n      |                    ^~~~~~~~ if both exist, give each its vlan:\n" },
	{ "one of them without VLAN",
	  "assets:\n  - { name: a, ip: 10.0.0.1, vlan: 20 }\n  - { name: b, ip: 10.0.0.1 }\n",
	  "a:3:20: this address is already that of \"a\" on line 2\n    3 |   - { name: b, ip: 10.0.0.1 }\n      |                    ^~~~~~~~ if both exist, give each its vlan:\n" },
	{ "the other without VLAN",
	  "assets:\n  - { name: b, ip: 10.0.0.1 }\n  - { name: a, ip: 10.0.0.1, vlan: 20 }\n",
	  "a:3:20: this address is already that of \"b\" on line 2\n    3 |   - { name: a, ip: 10.0.0.1, vlan: 20 }\n      |                    ^~~~~~~~ if both exist, give each its vlan:\n" },
	{ "different VLANs are different machines",
	  "assets:\n  - { name: a, ip: 10.0.0.1, vlan: 20 }\n  - { name: b, ip: 10.0.0.1, vlan: 30 }\n",
	  "" },
	{ "two with one firmware",
	  "assets:\n  - { name: a, ip: 10.0.0.1, amt: { password: env:X } }\n"
	  "  - { name: b, ip: 10.0.0.2, amt: { password: env:X, address: 10.0.0.1 } }\n",
	  "a:3:35: the firmware at 10.0.0.1:16992 is already that of the asset on line 2\n    3 |   - { name: b, ip: 10.0.0.2, amt: { password: env:X, address: 10.0.0.1 } }\n      |                                   ^\n" },
	{ "one address, two ports, two firmwares",
	  "assets:\n  - { name: a, ip: 10.0.0.1, amt: { password: env:X } }\n"
	  "  - { name: b, ip: 10.0.0.2, amt: { password: env:X, address: 10.0.0.1, port: 16999 } }\n",
	  "" },
};

static void each_mistake_is_shown_where_it_is_with_its_remedy(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct reading r;

		reading_init(&r, cases[i].text);
		if (strcmp(r.said.text, cases[i].said) != 0) {
			print_error("%s:\n%sexpected:\n%s", cases[i].name, r.said.text,
				    cases[i].said);
			wrong++;
		}
		assert_non_null(r.roster);
		reading_fini(&r);
	}
	assert_int_equal(wrong, 0);
}

/* What is accepted becomes a part of a URL, of which fetch.h wants a short path. */
static void a_firmware_is_reached_at_a_name_or_an_address(void **state)
{
	static const struct {
		const char *place;
		bool good;
	} places[] = {
		{ "pc-23.example", true }, { "10.0.0.5", true },       { "fd00::17", true },
		{ "[fd00::17]", true },    { "fe80::17%/a", false },   { "10.0.0.5:443", false },
		{ "pc 23", false },        { "pc/23", false },         { "u@pc", false },
		{ "[fd00::17", false },    { "[fd00::17]:80", false }, { "fd00::17/64", false },
		{ "pc?q", false },         { "pc#f", false },          { "pc\\x", false },
		{ "http://pc", false },    { "pc-\xc3\xa4", false },   { ":", false },
		{ "[::1]a]", false },      { "[:]", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct reading r;
		char text[256];

		for (unsigned also = 0; also < 2; also++) {
			snprintf(
				text, sizeof(text),
				"assets:\n  - { name: a, ip: 10.0.0.1, amt: { password: env:P, %s: '%s' } }\n",
				also ? "also" : "address", places[i].place);
			reading_init(&r, text);
			if (complaints_count(r.complaints) != !places[i].good)
				fail_msg("%s: %s", places[i].place, r.said.text);
			reading_fini(&r);
		}
	}
}

static void all_mistakes_are_reported_at_once(void **state)
{
	struct reading r;

	(void)state;
	reading_init(&r, "colour: red\n"
			 "assets:\n"
			 "  - { name: a, ip: x, mac: y, role: z, amt: { prot: 1, tls: q } }\n"
			 "  - text\n"
			 "  - { name: a, ip: 10.0.0.1 }\n");
	/* colour, ip, mac, role, prot, tls, password, address of amt; no mapping; the name again */
	assert_int_equal(complaints_count(r.complaints), 10);
	reading_fini(&r);
}

static const char identity[] = "assets:\n"
			       "  - { name: both, mac: 02:00:00:00:00:01, ip: 10.0.0.1 }\n"
			       "  - { name: other, mac: 02:00:00:00:00:02, ip: 10.0.0.2 }\n"
			       "  - { name: no-mac, ip: 10.0.0.3 }\n"
			       "  - { name: no-ip, mac: 02:00:00:00:00:04 }\n"
			       "  - { name: v20, ip: 10.0.0.5, vlan: 20 }\n"
			       "  - { name: v30, ip: 10.0.0.5, vlan: 30 }\n";

static const struct {
	const char *name, *ip, *mac, *found;
	uint16_t vlan;
} lookups[] = {
	{ "by MAC and address", "10.0.0.1", "02:00:00:00:00:01", "both", 0 },
	{ "the address moved", "10.0.0.99", "02:00:00:00:00:01", "both", 0 },
	{ "in another VLAN", "10.0.0.1", "02:00:00:00:00:01", "both", 7 },
	{ "MAC of one, address of another", "10.0.0.2", "02:00:00:00:00:01", NULL, 0 },
	{ "a stranger's MAC with our address: forged", "10.0.0.1", "02:00:00:00:00:77", NULL, 0 },
	{ "by address, MAC not seen", "10.0.0.1", NULL, "both", 0 },
	{ "by address, MAC zero", "10.0.0.1", "00:00:00:00:00:00", "both", 0 },
	{ "an asset whose MAC is not known", "10.0.0.3", "02:00:00:00:00:77", "no-mac", 0 },
	{ "that address with an asset's MAC", "10.0.0.3", "02:00:00:00:00:01", NULL, 0 },
	{ "an asset without address", "10.0.0.50", "02:00:00:00:00:04", "no-ip", 0 },
	{ "nobody", "10.0.0.99", "02:00:00:00:00:77", NULL, 0 },
	{ "nobody by address", "10.0.0.99", NULL, NULL, 0 },
	{ "no address at all", "0.0.0.0", NULL, NULL, 0 },
	{ "the right VLAN", "10.0.0.5", NULL, "v20", 20 },
	{ "the other VLAN", "10.0.0.5", NULL, "v30", 30 },
	{ "a third VLAN", "10.0.0.5", NULL, NULL, 40 },
	{ "no VLAN", "10.0.0.5", NULL, NULL, 0 },
	{ "an address that counts everywhere", "10.0.0.3", NULL, "no-mac", 40 },
};

static void a_host_is_found_by_mac_first_and_never_in_doubt(void **state)
{
	struct reading r;

	(void)state;
	reading_init(&r, identity);
	assert_string_equal(r.said.text, "");
	for (size_t i = 0; i < sizeof(lookups) / sizeof(lookups[0]); i++) {
		struct host_key host = host_of(lookups[i].ip, lookups[i].vlan);
		struct mac mac = mac_of(lookups[i].mac ? lookups[i].mac : "00:00:00:00:00:00");
		const struct asset *found =
			roster_find(r.roster, &host, lookups[i].mac ? &mac : NULL);

		if ((found == NULL) != (lookups[i].found == NULL) ||
		    (found && strcmp(found->name, lookups[i].found) != 0))
			fail_msg("%s: found %s", lookups[i].name, found ? found->name : "nobody");
	}
	reading_fini(&r);
}

#define MANY 10000

static void write_many(struct buf *text)
{
	buf_text(text, "assets:\n");
	for (unsigned i = 0; i < MANY; i++)
		buf_format(text,
			   "  - name: pc-%u\n    mac: 02:00:00:00:%02x:%02x\n    ip: 10.1.%u.%u\n"
			   "    role: workstation\n    tags: [a, b]\n"
			   "    amt: { password: env:AMT_PASSWORD, tls: verify }\n",
			   i, i >> 8, i & 255, i >> 8, i & 255);
}

static void ten_thousand_assets_are_all_found(void **state)
{
	struct buf text;
	struct reading r;

	(void)state;
	buf_init(&text, (size_t)4 << 20);
	write_many(&text);
	assert_false(text.overflow);
	reading_init(&r, text.text);
	assert_int_equal(complaints_count(r.complaints), 0);
	assert_int_equal(roster_count(r.roster), MANY);
	for (unsigned i = 0; i < MANY; i++) {
		const uint8_t address[4] = { 10, 1, (uint8_t)(i >> 8), (uint8_t)i };
		struct mac mac = { { 2, 0, 0, 0, (uint8_t)(i >> 8), (uint8_t)i } };
		struct ip ip = ip_from_v4(address);
		struct host_key host = host_key_of(&ip, 0);
		char name[16];

		snprintf(name, sizeof(name), "pc-%u", i);
		assert_ptr_equal(roster_find_name(r.roster, name), roster_at(r.roster, i));
		assert_ptr_equal(roster_find(r.roster, &host, &mac), roster_at(r.roster, i));
		assert_ptr_equal(roster_find(r.roster, &host, NULL), roster_at(r.roster, i));
	}
	reading_fini(&r);
	buf_fini(&text);
}

static void assets_can_be_added_one_by_one(void **state)
{
	struct roster *roster = roster_new();
	struct asset asset = { .role = "lab" };

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		snprintf(asset.name, sizeof(asset.name), "n%u", i);
		roster_add(roster, &asset);
		assert_int_equal(roster_count(roster), i + 1);
	}
	assert_string_equal(roster_find_name(roster, "n57")->name, "n57");
	assert_null(roster_find_name(roster, "n100"));
	assert_null(roster_find_name(
		roster, "a name that is far longer than any name of an asset may ever be, by far"));
	roster_free(roster);
	roster_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_asset_is_read_with_all_it_has_and_sensible_defaults),
		cmocka_unit_test(nothing_is_an_empty_roster),
		cmocka_unit_test(each_mistake_is_shown_where_it_is_with_its_remedy),
		cmocka_unit_test(a_firmware_is_reached_at_a_name_or_an_address),
		cmocka_unit_test(all_mistakes_are_reported_at_once),
		cmocka_unit_test(a_host_is_found_by_mac_first_and_never_in_doubt),
		cmocka_unit_test(ten_thousand_assets_are_all_found),
		cmocka_unit_test(assets_can_be_added_one_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
