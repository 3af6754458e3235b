/* SPDX-License-Identifier: Apache-2.0 */
/* dns.h - one DNS message (RFC 1035): who asked for which name, how it ended, which addresses
 * came back.
 *
 * The same reading serves mDNS (RFC 6762, port 5353) and LLMNR (RFC 4795, port 5355): their
 * first question, and their records.  A message borrows the bytes it was read from; they must
 * outlive it and any walk over its records.  Nothing is allocated.
 *
 * Names are in presentation form, letters A to Z lower-cased, without the dot at the end; the
 * root is ".". A dot or backslash inside a label becomes \. or \\, bytes outside 0x21..0x7e
 * become \DDD (RFC 4343 2.1), so that a name never holds spaces, control bytes or NUL.  A name
 * of more than 255 characters in that form is refused. */
#ifndef CORDON_NET_DNS_H
#define CORDON_NET_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/net/addr.h"

#define DNS_NAME_BYTES 256 /* 255 and NUL */

enum dns_port { DNS_PORT = 53, DNS_PORT_MDNS = 5353, DNS_PORT_LLMNR = 5355 };

enum dns_rcode { DNS_NOERROR = 0, DNS_SERVFAIL = 2, DNS_NXDOMAIN = 3, DNS_REFUSED = 5 };

enum dns_type {
	DNS_A = 1,
	DNS_NS = 2,
	DNS_CNAME = 5,
	DNS_PTR = 12,
	DNS_TXT = 16,
	DNS_AAAA = 28,
	DNS_SRV = 33,
	DNS_ANY = 255,
};

enum dns_section { DNS_ANSWER, DNS_AUTHORITY, DNS_ADDITIONAL, DNS_SECTIONS };

struct dns_message {
	const uint8_t *bytes; /* borrowed: the header's first byte */
	size_t length;
	size_t records; /* offset of the first record */
	uint16_t id;
	uint16_t questions;            /* as claimed; 0 in mDNS answers */
	uint16_t counts[DNS_SECTIONS]; /* records as claimed */
	uint16_t qtype;                /* of the first question; 0 if there is none */
	uint8_t opcode, rcode;
	bool is_response;
	bool is_truncated;          /* TC; LLMNR and mDNS use it alike */
	char qname[DNS_NAME_BYTES]; /* of the first question; "" if there is none */
};

struct dns_record {
	enum dns_section section;
	uint16_t type; /* DNS_A, DNS_AAAA or DNS_CNAME */
	uint32_t ttl_s;
	struct ip ip;                /* A (mapped form), AAAA */
	char name[DNS_NAME_BYTES];   /* the owner */
	char target[DNS_NAME_BYTES]; /* CNAME, else "" */
};

/* A walk over the records of a message. */
struct dns_walk {
	const struct dns_message *message;
	size_t at;
	uint16_t left[DNS_SECTIONS];
	bool is_bad; /* ended early: cut or malformed */
};

/* False: not a DNS message, or its questions are cut or malformed; *message is then undefined.
 * Records are not looked at: they may be missing or wrong. */
bool dns_read(const uint8_t *bytes, size_t length, struct dns_message *message);

/* The first message of a TCP stream (RFC 1035 4.2.2).  A message longer than what is at hand is
 * read as far as it goes.  *taken_bytes (may be NULL) is what the message occupies with its
 * length, also beyond the end; unset if even the length is missing. */
bool dns_read_tcp(const uint8_t *bytes, size_t length, struct dns_message *message,
		  size_t *taken_bytes);

/* Records of class IN and type A, AAAA or CNAME of all three sections; others are passed over.
 * False at the end, which is early (is_bad) where bytes are missing or wrong. */
struct dns_walk dns_walk(const struct dns_message *message);
bool dns_next(struct dns_walk *walk, struct dns_record *record);

#endif
