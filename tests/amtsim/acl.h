/* SPDX-License-Identifier: Apache-2.0 */
/* acl.h - who may log on besides the administrator, and to which realms
 * (amt-system-defense.md 1.5, amt-out-of-band.md 7.3). */
#ifndef AMTSIM_ACL_H
#define AMTSIM_ACL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/amtsim/crypto.h"

enum realm {
	REALM_REDIRECTION = 2,
	REALM_ADMIN = 3, /* includes all */
	REALM_HARDWARE = 4,
	REALM_REMOTE_CONTROL = 5,
	REALM_EVENTS = 7,
	REALM_AGENT_LOCAL = 9,
	REALM_AGENT_REMOTE = 10,
	REALM_DEFENSE = 11,
	REALM_TIME = 12,
	REALM_GENERAL = 13,
	REALM_LOG_READER = 19,
	REALM_AUDIT = 20,
	REALM_ACL = 21,
	REALMS = 25,
};

#define REALM_BIT(realm) (1u << (realm))
#define REALM_ALL        UINT32_MAX

enum acl_access { ACCESS_LOCAL, ACCESS_NETWORK, ACCESS_ANY };

#define ACL_USER_BYTES 17 /* 16 characters and a NUL */
#define ACL_SID_BYTES  45 /* base64 of 28 bytes at most, and a NUL */
#define ACL_ENTRIES    32

/* Wrong passwords in a row, and what they lead to. */
struct lockout {
	uint32_t failures;
	uint64_t locked_until_ns;
};

struct acl_entry {
	uint32_t handle;
	char user[ACL_USER_BYTES]; /* "" for a directory entry */
	char sid[ACL_SID_BYTES];
	char ha1[MD5_HEX_BYTES]; /* MD5 of user:realm:password */
	enum acl_access access;
	uint32_t realms; /* REALM_BIT */
	bool enabled;
	struct lockout lockout;
};

struct acl {
	struct acl_entry *entries; /* NULL until the first */
	size_t count;
	uint32_t last_handle;
};

void acl_fini(struct acl *acl);
/* PT_STATUS; sets the handle. */
uint32_t acl_add(struct acl *acl, struct acl_entry *entry);
uint32_t acl_remove(struct acl *acl, uint32_t handle);
struct acl_entry *acl_by_handle(const struct acl *acl, uint32_t handle);
struct acl_entry *acl_by_user(const struct acl *acl, const char *user);

#endif
