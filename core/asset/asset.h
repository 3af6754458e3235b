/* SPDX-License-Identifier: Apache-2.0 */
/* asset.h - a machine we answer for: who it is, what it is for, how its firmware is reached. */
#ifndef CORDON_ASSET_ASSET_H
#define CORDON_ASSET_ASSET_H

#include <stdbool.h>
#include <stdint.h>

#include "core/net/addr.h"

#define ASSET_NAME_BYTES    64
#define ASSET_WORD_BYTES    32
#define ASSET_TAGS          8
#define ASSET_ALSO          3
#define ASSET_ADDRESS_BYTES 64
#define ASSET_UUID_BYTES    37 /* "13aee355-d2bf-bb61-17a0-88aedd7037ea" */
#define ASSET_REALM_BYTES   64

enum asset_tls { ASSET_TLS_NONE, ASSET_TLS_VERIFY, ASSET_TLS_PIN, ASSET_TLS_LEGACY_PIN };

/* How to reach the AMT firmware of an asset. */
struct asset_amt {
	bool present;
	char address[ASSET_ADDRESS_BYTES];          /* host name or address */
	char also[ASSET_ALSO][ASSET_ADDRESS_BYTES]; /* where else it may be found; "" = no more */
	struct ip heard; /* where the machine was last seen on the wire; unspecified = not */
	/* Who must answer there; "" = whoever does so first. */
	char uuid[ASSET_UUID_BYTES];   /* lower case */
	char realm[ASSET_REALM_BYTES]; /* AMT_GeneralSettings.DigestRealm */
	uint16_t port;                 /* 16992 plain, 16993 TLS by default */
	uint8_t tls;                   /* enum asset_tls */
	uint8_t pin_sha256[32];
	char user[ASSET_WORD_BYTES];
	char password_ref[128]; /* a reference (core/base/secret.h), never the secret */
};

/* A machine of the roster.  Whether two are one is roster.h's business. */
struct asset {
	char name[ASSET_NAME_BYTES]; /* unique */
	char role[ASSET_WORD_BYTES]; /* of asset_roles(); "unknown" if not given */
	char tags[ASSET_TAGS][ASSET_WORD_BYTES];
	struct mac mac; /* zero if not given */
	struct ip ip;   /* unspecified if not given */
	uint16_t vlan;  /* 0 = not given: the address counts in every VLAN */
	bool never_isolate;
	struct asset_amt amt;
};

/* The roles that a roster may give and a policy may ask for; NULL-terminated, constant. */
const char *const *asset_roles(void);
/* "none", "verify", "pin", "legacy": the words of a roster, in the order of enum asset_tls,
 * NULL-terminated. */
const char *const *asset_tls_words(void);

#endif
