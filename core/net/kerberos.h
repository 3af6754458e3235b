/* SPDX-License-Identifier: Apache-2.0 */
/* kerberos.h - how a logon at a domain's key distribution center goes: who asks for a first ticket, and whether he gets
 * it (RFC 4120 5.4, 5.9).
 *
 * One message, as in a datagram; over TCP its length comes in front (7.2.2).  Requests for further tickets are no
 * logons and are not read. */
#ifndef CORDON_NET_KERBEROS_H
#define CORDON_NET_KERBEROS_H

#include <stdint.h>

#include "core/base/span.h"

#define KERBEROS_PORT 88

enum kerberos_kind {
	KERBEROS_OTHER,
	KERBEROS_ASKS,    /* AS-REQ; user */
	KERBEROS_GRANTS,  /* AS-REP */
	KERBEROS_REFUSES, /* KRB-ERROR; error */
};

/* RFC 4120 7.5.9 */
enum kerberos_error {
	KERBEROS_UNKNOWN_USER = 6,
	KERBEROS_REVOKED = 18, /* locked out, or disabled */
	KERBEROS_WRONG_PASSWORD = 24,
};

struct kerberos_message {
	uint8_t kind;     /* enum kerberos_kind */
	uint32_t error;   /* enum kerberos_error, or another one */
	struct span user; /* its parts as they are encoded: good to compare; borrowed, may be empty */
};

struct kerberos_message kerberos_read(struct span bytes);
/* The first message of a TCP segment. */
struct kerberos_message kerberos_read_tcp(struct span bytes);

#endif
