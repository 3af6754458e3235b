/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PCAPGEN_WORDS_H
#define TESTS_PCAPGEN_WORDS_H

/* What stations say to each other: just enough of each protocol that a decoder recognises it.
 * Bodies are zeros.  Nothing here exploits anything: there are no requests to a vulnerable call, no
 * code and no credentials, only headers.
 *
 * Each function fills a struct words and returns it for use as an argument. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WORDS_MAX_BYTES = 600 };

struct words {
	uint8_t bytes[WORDS_MAX_BYTES];
	uint16_t length;
};

/* The commands of SMB1 and SMB2 that open a session, in order of use. */
enum smb_step {
	SMB_NEGOTIATE,
	SMB_SESSION_SETUP,
	SMB_TREE_CONNECT,
	SMB_CREATE, /* SMB2 only from here */
	SMB_READ,
	SMB_LOGOFF,
};

/* RFC 1035 4.1; answer 0 means that the name does not exist. */
const struct words *words_dns_query(struct words *w, uint16_t id, const char *name);
const struct words *words_dns_answer(struct words *w, uint16_t id, const char *name,
				     uint32_t answer);
/* RFC 6762: a PTR question for a service, to everybody. */
const struct words *words_mdns(struct words *w, const char *service);
const struct words *words_ssdp(struct words *w);
/* RFC 2131 renewing: REQUEST, and the server's ACK when reply. */
const struct words *words_dhcp(struct words *w, const uint8_t mac[6], uint32_t client,
			       uint32_t server, bool reply);
const struct words *words_ntp(struct words *w, bool reply);
const struct words *words_smb1(struct words *w, enum smb_step step, bool reply);
const struct words *words_smb2(struct words *w, enum smb_step step, bool reply);
/* A TLS record of that content type, its body zeros. */
const struct words *words_tls(struct words *w, uint8_t content, uint16_t body_bytes);
const struct words *words_http_get(struct words *w, const char *path, const char *host);
const struct words *words_http_ok(struct words *w, unsigned body_bytes);

#endif
