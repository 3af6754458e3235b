/* SPDX-License-Identifier: Apache-2.0 */
/* auditlog.h - the audit log of one device (amt-out-of-band.md 6.5).
 *
 * Its room is a number of records, by knob (CHOICE: firmware counts bytes). */
#ifndef AMTSIM_AUDITLOG_H
#define AMTSIM_AUDITLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Application ids, and event ids within them. */
enum audit_app {
	AUDIT_SECURITY_ADMIN = 16,
	AUDIT_LOG = 20,
	AUDIT_DEFENSE = 25,
	AUDIT_AGENT = 26,
};

enum audit_security_event { AUDIT_ACL_ADDED = 2, AUDIT_ACL_MODIFIED, AUDIT_ACL_REMOVED };

enum audit_defense_event {
	AUDIT_FILTER_ADDED,
	AUDIT_FILTER_REMOVED,
	AUDIT_POLICY_ADDED,
	AUDIT_POLICY_REMOVED,
	AUDIT_DEFAULT_POLICY_SET,
	AUDIT_HEURISTICS_SET,
	AUDIT_HEURISTICS_CLEARED,
};

enum audit_agent_event { AUDIT_AGENT_ADDED, AUDIT_AGENT_REMOVED, AUDIT_AGENT_ACTION };

struct audit_entry {
	enum audit_app app;
	uint16_t event;
	const char *user; /* who did it, by digest */
	const char *peer; /* from where, numeric, "" if unknown */
	uint32_t subject; /* handle or the like: the extended data, big-endian */
};

#define AUDIT_RECORD_BYTES 96

struct audit_record {
	uint8_t len;
	uint8_t bytes[AUDIT_RECORD_BYTES];
};

struct auditlog {
	struct audit_record *records; /* oldest first */
	size_t count, room;
	uint64_t last_ns;         /* of the last record */
	uint64_t locked_until_ns; /* 0: not locked */
	uint32_t lock_handle;
};

void auditlog_fini(struct auditlog *log);
/* With `rolls` the oldest give way when `most` are there; else the entry is lost. */
void auditlog_add(struct auditlog *log, const struct audit_entry *entry, uint64_t wall_ns,
		  size_t most, bool rolls);
/* A record as it is, of at most AUDIT_RECORD_BYTES, whatever the room. */
void auditlog_put(struct auditlog *log, const uint8_t *bytes, size_t len);
void auditlog_clear(struct auditlog *log);

#endif
