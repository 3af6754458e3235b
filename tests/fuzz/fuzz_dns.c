/* SPDX-License-Identifier: Apache-2.0 */
/* A DNS message, over UDP and as over TCP: names end, hold no control byte, and a walk never
 * leaves the message. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/net/dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_name(const char *name)
{
	require(memchr(name, 0, DNS_NAME_BYTES) != NULL);
	for (; *name; name++)
		require(*name > 0x20 && *name < 0x7f && !(*name >= 'A' && *name <= 'Z'));
}

static void check_record(const struct dns_record *r)
{
	require(r->type == DNS_A || r->type == DNS_AAAA || r->type == DNS_CNAME);
	require(r->section < DNS_SECTIONS);
	check_name(r->name);
	check_name(r->target);
	require((r->target[0] != '\0') == (r->type == DNS_CNAME));
	require(r->type != DNS_A || ip_is_v4(&r->ip));
}

static void check_message(const struct dns_message *m)
{
	struct dns_walk walk = dns_walk(m);
	struct dns_record r;
	size_t at = walk.at;

	check_name(m->qname);
	require(m->records <= m->length);
	while (dns_next(&walk, &r)) {
		require(walk.at > at && walk.at <= m->length);
		at = walk.at;
		check_record(&r);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dns_message m;
	size_t taken = 0;

	if (dns_read(data, size, &m))
		check_message(&m);
	if (dns_read_tcp(data, size, &m, &taken)) {
		require(taken >= 2 + m.length);
		check_message(&m);
	}
	return 0;
}
