/* SPDX-License-Identifier: Apache-2.0 */
/* Records are big-endian and of variable length, as the one public test vector has them. */
#include "tests/amtsim/auditlog.h"

#include <stdlib.h>
#include <string.h>

#include "tests/amtsim/check.h"

enum initiator { INITIATOR_DIGEST, INITIATOR_KERBEROS, INITIATOR_LOCAL };
enum location { LOCATION_IPV4, LOCATION_IPV6, LOCATION_NONE };

void auditlog_fini(struct auditlog *log)
{
	free(log->records);
	*log = (struct auditlog){ 0 };
}

static void put_be(struct audit_record *record, uint64_t value, size_t len)
{
	while (len-- > 0)
		record->bytes[record->len++] = (uint8_t)(value >> (8 * len));
}

static void put_text(struct audit_record *record, const char *text)
{
	size_t len = strlen(text);

	CHECK(record->len + 1 + len <= AUDIT_RECORD_BYTES);
	put_be(record, len, 1);
	memcpy(record->bytes + record->len, text, len);
	record->len = (uint8_t)(record->len + len);
}

static void compose(struct audit_record *record, const struct audit_entry *entry, uint64_t wall_ns)
{
	enum location location = !*entry->peer              ? LOCATION_NONE
				 : strchr(entry->peer, ':') ? LOCATION_IPV6
							    : LOCATION_IPV4;

	*record = (struct audit_record){ .len = 0 };
	put_be(record, entry->app, 2);
	put_be(record, entry->event, 2);
	put_be(record, INITIATOR_DIGEST, 1);
	put_text(record, entry->user);
	put_be(record, wall_ns / 1000000000u, 4);
	put_be(record, location, 1);
	put_text(record, entry->peer);
	put_be(record, 4, 1);
	put_be(record, entry->subject, 4);
}

static struct audit_record *place(struct auditlog *log)
{
	if (log->count == log->room) {
		log->room = log->room ? log->room * 2 : 4;
		log->records = realloc(log->records, log->room * sizeof(*log->records));
		CHECK(log->records);
	}
	return &log->records[log->count++];
}

void auditlog_add(struct auditlog *log, const struct audit_entry *entry, uint64_t wall_ns,
		  size_t most, bool rolls)
{
	if (log->count >= most && (!rolls || log->count == 0))
		return;
	if (log->count >= most) {
		log->count--;
		memmove(log->records, log->records + 1, log->count * sizeof(*log->records));
	}
	compose(place(log), entry, wall_ns);
	log->last_ns = wall_ns;
}

void auditlog_put(struct auditlog *log, const uint8_t *bytes, size_t len)
{
	struct audit_record *record = place(log);

	CHECK(len <= AUDIT_RECORD_BYTES);
	record->len = (uint8_t)len;
	memcpy(record->bytes, bytes, len);
}

void auditlog_clear(struct auditlog *log)
{
	log->count = 0;
}
