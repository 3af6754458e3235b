/* SPDX-License-Identifier: Apache-2.0 */
/* roles.c - an open table with linear probing over a few places; witnesses are counted by a bitmap (linear counting,
 * worm-detection.md C.5), so that one witness who comes again counts once.
 *
 * Left out: losing a role.  A gateway does not stop being one because it went quiet; a table that is full forgets. */
#include "core/contact/roles.h"

#include <math.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/contact/contact.h"
#include "core/contact/host.h"

#define STRETCH_MS            (10 * 60 * 1000)
#define WORDS                 4
#define BITS                  (64 * WORDS)
#define PROBES                8

#define ESTABLISHED_WITNESSES 3
#define ESTABLISHED_STRETCHES 3
/* Kinds of machines behind one address; the box itself is one, and a PC with virtual machines shows two. */
#define NAT_KINDS 3
/* Those who are polled answer once a stretch at least. */
#define MONITOR_STRETCHES 6
#define MONITOR_WITNESSES 16

enum { PORT_KERBEROS = 88, PORT_PROXY = 3128 };

struct entry {
	struct role_standing standing;
	uint64_t seen[WORDS];
	uint32_t stretch, told;
};

struct roles {
	struct entry *entries;
	uint32_t mask;
};

struct roles *roles_new(uint32_t capacity)
{
	struct roles *roles = mem_alloc(sizeof(*roles));
	uint32_t size = PROBES;

	while (size < capacity)
		size *= 2;
	roles->mask = size - 1;
	roles->entries = mem_array(size, sizeof(*roles->entries));
	return roles;
}

void roles_free(struct roles *roles)
{
	if (!roles)
		return;
	mem_free(roles->entries);
	mem_free(roles);
}

static uint32_t place_of(const struct host_key *host, unsigned role, unsigned port)
{
	uint32_t words[6], place = (role << 16 ^ port) * UINT32_C(0x9e3779b1);

	_Static_assert(sizeof(words) == sizeof(*host), "a host key is six words");
	memcpy(words, host, sizeof(words));
	for (unsigned i = 0; i < 6; i++)
		place = (place ^ words[i]) * UINT32_C(0x85ebca6b);
	return place ^ place >> 15;
}

static struct entry *find(const struct roles *roles, const struct host_key *host, unsigned role,
			  unsigned port)
{
	uint32_t place = place_of(host, role, port);

	for (uint32_t i = 0; i < PROBES; i++) {
		struct entry *entry = &roles->entries[(place + i) & roles->mask];

		if (entry->standing.role == role && entry->standing.port == port &&
		    memcmp(&entry->standing.host, host, sizeof(*host)) == 0)
			return entry;
	}
	return NULL;
}

const struct role_standing *roles_find(const struct roles *roles, const struct host_key *host,
				       unsigned role, unsigned port)
{
	const struct entry *entry = find(roles, host, role, port);

	return entry ? &entry->standing : NULL;
}

const struct role_standing *roles_next(const struct roles *roles, uint32_t *index)
{
	while (*index <= roles->mask) {
		const struct entry *entry = &roles->entries[(*index)++];

		if (entry->standing.role)
			return &entry->standing;
	}
	return NULL;
}

static bool goes_before(const struct entry *a, const struct entry *b)
{
	if (a->standing.established != b->standing.established)
		return b->standing.established;
	return a->standing.witnesses < b->standing.witnesses;
}

static struct entry *take(struct roles *roles, const struct role_witness *witness)
{
	uint32_t place = place_of(&witness->host, witness->role, witness->port);
	struct entry *victim = &roles->entries[place & roles->mask];

	for (uint32_t i = 1; i < PROBES; i++) {
		struct entry *entry = &roles->entries[(place + i) & roles->mask];

		if (goes_before(entry, victim))
			victim = entry;
	}
	*victim = (struct entry){ .standing = { .host = witness->host,
						.role = (uint16_t)witness->role,
						.port = witness->port,
						.kind = witness->kind } };
	return victim;
}

static uint32_t estimate(const struct entry *entry)
{
	unsigned set = 0;

	for (unsigned i = 0; i < WORDS; i++)
		set += (unsigned)__builtin_popcountll(entry->seen[i]);
	if (set == BITS)
		set = BITS - 1;
	return (uint32_t)(-BITS * log(1.0 - (double)set / BITS) + 0.5);
}

static bool is_established(const struct role_standing *standing)
{
	switch (standing->role) {
	case HOST_NAT:
		return standing->witnesses >= NAT_KINDS && standing->stretches >= MONITOR_STRETCHES;
	case HOST_MONITOR:
		return standing->witnesses >= MONITOR_WITNESSES &&
		       standing->stretches >= MONITOR_STRETCHES;
	default:
		return standing->witnesses >= ESTABLISHED_WITNESSES &&
		       standing->stretches >= ESTABLISHED_STRETCHES;
	}
}

static void count_stretch(struct entry *entry, uint32_t now_ms)
{
	uint32_t stretch = now_ms / STRETCH_MS + 1;

	if (stretch == entry->stretch)
		return;
	entry->stretch = stretch;
	if (entry->standing.stretches != UINT8_MAX)
		entry->standing.stretches++;
}

const struct role_standing *roles_attest(struct roles *roles, const struct role_witness *witness,
					 uint32_t now_ms)
{
	struct entry *entry = find(roles, &witness->host, witness->role, witness->port);
	uint32_t bit = witness->who * UINT32_C(0x9e3779b1) >> 24;
	bool was_established;

	if (!entry)
		entry = take(roles, witness);
	was_established = entry->standing.established;
	entry->standing.mac = witness->mac;
	count_stretch(entry, now_ms);
	if (!(entry->seen[bit / 64] >> (bit % 64) & 1)) {
		entry->seen[bit / 64] |= UINT64_C(1) << (bit % 64);
		entry->standing.witnesses = estimate(entry);
	}
	entry->standing.established |= is_established(&entry->standing);
	if (entry->standing.established == was_established &&
	    entry->standing.witnesses < 2 * entry->told)
		return NULL;
	entry->told = entry->standing.witnesses;
	return &entry->standing;
}

/* ---- words ------------------------------------------------------------------------------------- */

const char *role_word(const struct role_standing *standing)
{
	switch (standing->role) {
	case HOST_ROUTER:
		return "gateway";
	case HOST_DHCP_SERVER:
		return "DHCP server";
	case HOST_DNS_SERVER:
		return "DNS server";
	case HOST_MAIL_SERVER:
		return "mail server";
	case HOST_NAT:
		return "NAT";
	case HOST_MONITOR:
		return "monitor";
	case HOST_DISPUTED:
		return "disputed";
	default:
		return standing->port == PORT_KERBEROS ? "domain controller"
		       : standing->port == PORT_PROXY  ? "proxy"
						       : "server";
	}
}

static const char *service_name(const struct role_standing *standing)
{
	static const struct {
		uint16_t port;
		const char *name;
	} names[] = {
		{ 22, "SSH" },      { 25, "SMTP" },      { 53, "DNS" },    { 80, "HTTP" },
		{ 88, "Kerberos" }, { 123, "NTP" },      { 135, "RPC" },   { 139, "SMB" },
		{ 389, "LDAP" },    { 443, "HTTPS" },    { 445, "SMB" },   { 465, "SMTP" },
		{ 587, "SMTP" },    { 631, "printing" }, { 993, "IMAP" },  { 1433, "SQL Server" },
		{ 3128, "proxy" },  { 3389, "RDP" },     { 8080, "HTTP" }, { 9100, "printing" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].port == standing->port)
			return names[i].name;
	return "";
}

static void explain_service(const struct role_standing *standing, struct buf *out)
{
	const char *name = service_name(standing);

	buf_format(out, "%s port %u%s%s%s answered %u hosts",
		   standing->kind == CONTACT_UDP ? "UDP" : "TCP", standing->port, *name ? " (" : "",
		   name, *name ? ")" : "", (unsigned)standing->witnesses);
}

void role_explain(const struct role_standing *standing, struct buf *out)
{
	unsigned count = (unsigned)standing->witnesses;
	const char *s = count == 1 ? "" : "s";

	buf_format(out, "%s: ", role_word(standing));
	switch (standing->role) {
	case HOST_ROUTER:
		buf_format(out, "%u host%s sent it packets for other networks", count, s);
		break;
	case HOST_DHCP_SERVER:
		buf_format(out, "answered %u DHCP client%s", count, s);
		break;
	case HOST_DNS_SERVER:
		buf_format(out, "answered %u host%s from port 53", count, s);
		break;
	case HOST_NAT:
		buf_format(out,
			   "packets of %u kind%s of machines, some forwarded, bear its address",
			   count, s);
		break;
	case HOST_MONITOR:
		buf_format(out, "%u host%s answered its pings and SNMP, again and again", count, s);
		break;
	default:
		explain_service(standing, out);
	}
	if (!standing->established)
		buf_text(out, " (not yet established)");
}
