/* SPDX-License-Identifier: Apache-2.0 */
/* roster.h - all assets; found by MAC (preferred: addresses move), by address or by name.  Read
 * from a YAML file:
 *
 *   assets:
 *     - name: pc-23
 *       mac: 02:c0:4d:00:00:17
 *       ip: 10.20.0.23
 *       role: workstation
 *       tags: [finance]
 *       amt: { address: 127.0.1.23, port: 16992, tls: none, user: admin, password: env:PASSWORD }
 *
 * In amt there may also be uuid and realm: the machine that must answer (its SMBIOS UUID, and the digest realm
 * of its provisioning, "Digest:" and 32 digits); and also: up to three more addresses where it may be
 * found again when its lease has changed, which needs a realm, a pin or a first answer to know it by.
 *
 * Also vlan (then the address counts in that VLAN only) and never_isolate.  In amt only password is
 * a must: address, a name or an address and nothing more, is the asset's ip (host and firmware share
 * one, amt-system-defense.md 3.4), port 16992 or with TLS 16993, tls "none", user "admin".  tls: "verify" asks the system's authorities,
 * "pin" a certificate by the SHA-256 in "pin:" (64 hexadecimal digits), "legacy" the same with the
 * old ciphers of early firmware. */
#ifndef CORDON_ASSET_ROSTER_H
#define CORDON_ASSET_ROSTER_H

#include <stddef.h>

struct asset;
struct complaints;
struct host_key;
struct mac;
struct roster;
struct source;

/* Never NULL; mistakes (all of them) are in complaints, and then the roster must not be used. */
struct roster *roster_read(const struct source *source, struct complaints *complaints);
struct roster *roster_new(void); /* empty */
void roster_free(struct roster *roster);
/* Copied; names must be new.  Pointers to assets handed out before are void after it. */
void roster_add(struct roster *roster, const struct asset *asset);

size_t roster_count(const struct roster *roster);
const struct asset *roster_at(const struct roster *roster, size_t index);
/* By MAC first, then by address.  mac may be NULL or zero: not known.  NULL if we do not answer
 * for the host, and also when its identity is in doubt: the MAC is one asset's and the address
 * another's, or the address is that of an asset with another MAC (a forged source must not
 * isolate the machine it names). */
const struct asset *roster_find(const struct roster *roster, const struct host_key *host,
				const struct mac *mac);
const struct asset *roster_find_name(const struct roster *roster, const char *name);

#endif
