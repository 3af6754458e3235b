/* SPDX-License-Identifier: Apache-2.0 */
/* DNS by RFC 1035 section 4.  A compression pointer must lead to before the run of labels that
 * holds it, so each jump goes strictly backwards and a loop is impossible; the number of jumps
 * is capped as well, because a chain of pointers to pointers would make every record of a large
 * message cost thousands of steps.
 *
 * Left out: questions after the first (mDNS asks several; the rest is passed over), record types
 * without an address or alias, EDNS, DNSSEC. */
#include "core/net/dns.h"

#include <string.h>

#include "core/base/span.h"

enum {
	HEADER_BYTES = 12,
	JUMPS_MAX = 32,
	CLASS_IN = 1,
	CLASS_MASK = 0x7fff, /* the top bit is mDNS's "unicast answer" or "cache flush" */
	OPCODE_MAX = 6,      /* RFC 8490: stateful operations */
};

/* ---- names ---- */

struct name_out {
	char *text;
	size_t length;
	bool is_full;
};

static void put(struct name_out *out, char c)
{
	if (out->length + 1 >= DNS_NAME_BYTES) {
		out->is_full = true;
		return;
	}
	out->text[out->length++] = c;
}

static void put_byte(struct name_out *out, uint8_t byte)
{
	if (byte == '.' || byte == '\\') {
		put(out, '\\');
		put(out, (char)byte);
	} else if (byte >= 'A' && byte <= 'Z') {
		put(out, (char)(byte - 'A' + 'a'));
	} else if (byte > 0x20 && byte < 0x7f) {
		put(out, (char)byte);
	} else {
		put(out, '\\');
		put(out, (char)('0' + byte / 100));
		put(out, (char)('0' + byte / 10 % 10));
		put(out, (char)('0' + byte % 10));
	}
}

static bool put_label(struct name_out *out, struct span *from, uint8_t length)
{
	const uint8_t *label = span_take(from, length);

	if (!label)
		return false;
	if (out->length)
		put(out, '.');
	for (uint8_t i = 0; i < length; i++)
		put_byte(out, label[i]);
	return !out->is_full;
}

/* Where a pointer leads, or false if not backwards. */
static bool jump(const struct dns_message *m, uint8_t high, size_t *run, struct span *from)
{
	size_t target = (size_t)(high & 0x3f) << 8 | span_u8(from);

	if (from->bad || target < HEADER_BYTES || target >= *run)
		return false;
	*run = target;
	*from = span_of(m->bytes + target, m->length - target);
	return true;
}

/* The name at offset at; text has DNS_NAME_BYTES. */
static bool read_name(const struct dns_message *m, size_t at, char *text)
{
	struct span from = span_of(m->bytes + at, m->length - at);
	struct name_out out = { .text = text };
	unsigned jumps = 0;
	uint8_t length;

	while ((length = span_u8(&from)) != 0) {
		if (length < 0x40) {
			if (!put_label(&out, &from, length))
				return false;
		} else if (length < 0xc0 || jumps++ == JUMPS_MAX || !jump(m, length, &at, &from)) {
			return false;
		}
	}
	if (!out.length)
		put(&out, '.');
	text[out.length] = '\0';
	return !from.bad;
}

/* Moves behind a name without following its pointer. */
static bool skip_name(struct span *from)
{
	uint8_t length;

	while ((length = span_u8(from)) != 0 && length < 0x40)
		span_skip(from, length);
	if (length >= 0xc0)
		span_skip(from, 1);
	return !from->bad && (length == 0 || length >= 0xc0);
}

static size_t offset_of(const struct dns_message *m, const struct span *from)
{
	return m->length - from->left;
}

/* ---- header and questions ---- */

static bool read_header(struct span *from, struct dns_message *m)
{
	uint16_t flags;

	m->id = span_be16(from);
	flags = span_be16(from);
	m->questions = span_be16(from);
	for (unsigned i = 0; i < DNS_SECTIONS; i++)
		m->counts[i] = span_be16(from);
	m->is_response = flags & 0x8000;
	m->opcode = (flags >> 11) & 15;
	m->is_truncated = flags & 0x0200;
	m->rcode = flags & 15;
	return !from->bad && m->opcode <= OPCODE_MAX;
}

static bool read_questions(struct span *from, struct dns_message *m)
{
	size_t first = offset_of(m, from);

	for (uint16_t i = 0; i < m->questions; i++) {
		uint16_t type;

		if (!skip_name(from))
			return false;
		type = span_be16(from);
		span_skip(from, 2);
		if (from->bad)
			return false;
		if (i == 0)
			m->qtype = type;
	}
	return m->questions == 0 || read_name(m, first, m->qname);
}

bool dns_read(const uint8_t *bytes, size_t length, struct dns_message *message)
{
	struct span from = span_of(bytes, length);

	*message = (struct dns_message){ .bytes = bytes, .length = length };
	if (!read_header(&from, message) || !read_questions(&from, message))
		return false;
	message->records = offset_of(message, &from);
	return true;
}

bool dns_read_tcp(const uint8_t *bytes, size_t length, struct dns_message *message,
		  size_t *taken_bytes)
{
	struct span from = span_of(bytes, length);
	uint16_t claimed = span_be16(&from);
	struct span body;

	if (from.bad)
		return false;
	body = span_sub(&from, claimed);
	if (taken_bytes)
		*taken_bytes = 2 + (size_t)claimed;
	return dns_read(body.at, body.left, message);
}

/* ---- records ---- */

struct dns_walk dns_walk(const struct dns_message *message)
{
	struct dns_walk walk = { .message = message, .at = message->records };

	memcpy(walk.left, message->counts, sizeof(walk.left));
	return walk;
}

static bool read_address(struct span *rdata, struct dns_record *record)
{
	size_t length = record->type == DNS_A ? 4 : 16;
	const uint8_t *bytes = rdata->left == length ? span_take(rdata, length) : NULL;

	if (!bytes)
		return false;
	if (record->type == DNS_A)
		record->ip = ip_from_v4(bytes);
	else
		memcpy(record->ip.bytes, bytes, length);
	return true;
}

/* The alias must end where its record ends, or the length lies. */
static bool read_target(const struct dns_message *m, struct span rdata, struct dns_record *record)
{
	struct span behind = rdata;

	return skip_name(&behind) && behind.left == 0 &&
	       read_name(m, (size_t)(rdata.at - m->bytes), record->target);
}

enum outcome { PASSED_OVER, READ, BAD };

/* One record from where the walk stands. */
static enum outcome read_record(struct dns_walk *walk, struct dns_record *record)
{
	const struct dns_message *m = walk->message;
	struct span from = span_of(m->bytes + walk->at, m->length - walk->at);
	struct span rdata;
	size_t owner = walk->at;
	uint16_t class, length;

	if (!skip_name(&from))
		return BAD;
	record->type = span_be16(&from);
	class = span_be16(&from) & CLASS_MASK;
	record->ttl_s = span_be32(&from);
	length = span_be16(&from);
	if (from.bad || from.left < length)
		return BAD;
	rdata = span_sub(&from, length);
	walk->at = offset_of(m, &from);
	if (class != CLASS_IN ||
	    (record->type != DNS_A && record->type != DNS_AAAA && record->type != DNS_CNAME))
		return PASSED_OVER;
	if (!read_name(m, owner, record->name))
		return BAD;
	record->target[0] = '\0';
	if (record->type == DNS_CNAME)
		return read_target(m, rdata, record) ? READ : BAD;
	return read_address(&rdata, record) ? READ : BAD;
}

bool dns_next(struct dns_walk *walk, struct dns_record *record)
{
	for (unsigned section = 0; section < DNS_SECTIONS; section++) {
		while (walk->left[section] && !walk->is_bad) {
			enum outcome outcome = read_record(walk, record);

			walk->left[section]--;
			walk->is_bad = outcome == BAD;
			if (outcome != READ)
				continue;
			record->section = (enum dns_section)section;
			return true;
		}
	}
	return false;
}
