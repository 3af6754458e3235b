/* SPDX-License-Identifier: Apache-2.0 */
/* SMB2 and SMB3 by MS-SMB2 2.2: a header of 64 bytes, then a body whose first word is its own
 * size and whose variable parts are found by offsets from the header.  Members of a compound are
 * bounded by their frame alone, since each says where its own parts are; one that is related to
 * the one before may leave session, tree and file to it (all bits set), which is the caller's to
 * follow. */
#include "core/net/smb.h"

#include "core/net/smb_internal.h"

enum { HEADER_BYTES = 64, ALIGNMENT = 8 };

enum flag { FLAG_RESPONSE = 1 << 0, FLAG_ASYNC = 1 << 1 };

enum command {
	NEGOTIATE = 0x00,
	SESSION_SETUP = 0x01,
	TREE_CONNECT = 0x03,
	CREATE = 0x05,
	WRITE = 0x09,
	IOCTL = 0x0b,
};

static uint64_t le64(struct span *from)
{
	uint64_t low = span_le32(from);

	return (uint64_t)span_le32(from) << 32 | low;
}

static void take_file(struct span *from, struct smb_message *m)
{
	span_skip(from, 8); /* the persistent half */
	m->file = le64(from);
	if (!from->bad)
		m->marks |= SMB_HAS_FILE;
}

static void read_payload(struct smb_reader *r, struct smb_message *m, uint32_t offset,
			 uint32_t length)
{
	m->payload_claimed = length;
	if (length)
		m->payload = smb_clip(r, m, offset, length);
}

static void read_negotiate(struct span *body, struct smb_message *m)
{
	if (!(m->marks & SMB_IS_RESPONSE))
		m->dialects = span_le16(body);
}

static void read_session_setup(struct smb_reader *r, struct smb_message *m, struct span *body)
{
	uint16_t offset, length;

	/* Flags; a request has security mode, capabilities and channel before the blob. */
	span_skip(body, m->marks & SMB_IS_RESPONSE ? 2 : 10);
	offset = span_le16(body);
	length = span_le16(body);
	if (!body->bad && length)
		smb_logon_blob(m, smb_part(r, m, offset, length));
}

static void read_name(struct smb_reader *r, struct smb_message *m, struct span *body)
{
	uint16_t offset = span_le16(body);
	uint16_t length = span_le16(body);

	if (!body->bad)
		smb_name(m, length ? smb_part(r, m, offset, length) : span_of("", 0), true);
}

static void read_tree_connect(struct smb_reader *r, struct smb_message *m, struct span *body)
{
	if (m->marks & SMB_IS_RESPONSE)
		return;
	span_skip(body, 2);
	read_name(r, m, body);
}

static void read_create(struct smb_reader *r, struct smb_message *m, struct span *body)
{
	if (m->marks & SMB_IS_RESPONSE) {
		span_skip(body, 62); /* oplock, action, times, sizes, attributes */
		take_file(body, m);
		return;
	}
	span_skip(body, 42); /* oplock, impersonation, access, disposition, options */
	read_name(r, m, body);
}

static void read_write(struct smb_reader *r, struct smb_message *m, struct span *body)
{
	uint16_t offset;
	uint32_t length;

	if (m->marks & SMB_IS_RESPONSE)
		return;
	offset = span_le16(body);
	length = span_le32(body);
	span_skip(body, 8); /* place in the file */
	take_file(body, m);
	if (!body->bad)
		read_payload(r, m, offset, length);
}

static void read_ioctl(struct smb_reader *r, struct smb_message *m, struct span *body)
{
	uint32_t offset, length;

	span_skip(body, 2);
	m->ctl_code = span_le32(body);
	take_file(body, m);
	if (m->marks & SMB_IS_RESPONSE)
		span_skip(body,
			  8); /* what went in; the request has largest sizes and output behind */
	offset = span_le32(body);
	length = span_le32(body);
	if (!body->bad)
		read_payload(r, m, offset, length);
}

static void read_body(struct smb_reader *r, struct smb_message *m, struct span *body)
{
	switch (m->command) {
	case NEGOTIATE:
		m->kind = SMB_NEGOTIATE;
		read_negotiate(body, m);
		break;
	case SESSION_SETUP:
		m->kind = SMB_SESSION_SETUP;
		read_session_setup(r, m, body);
		break;
	case TREE_CONNECT:
		m->kind = SMB_TREE_CONNECT;
		read_tree_connect(r, m, body);
		break;
	case CREATE:
		m->kind = SMB_OPEN;
		read_create(r, m, body);
		break;
	case WRITE:
		m->kind = SMB_WRITE;
		read_write(r, m, body);
		break;
	case IOCTL:
		m->kind = SMB_IOCTL;
		read_ioctl(r, m, body);
		break;
	default:
		break;
	}
}

/* Members are aligned to eight bytes and begin with a header of their own. */
static void find_next(struct smb_reader *r, struct smb_message *m, uint32_t distance)
{
	static const uint8_t protocol[] = { 0xfe, 'S', 'M', 'B' };
	size_t start = r->header + distance;

	r->next = 0;
	if (!distance)
		return;
	if (distance < HEADER_BYTES || distance % ALIGNMENT || start + HEADER_BYTES > r->claimed) {
		m->marks |= SMB_IS_BROKEN;
		return;
	}
	if (start + HEADER_BYTES > r->end) {
		m->marks |= SMB_IS_CUT;
		return;
	}
	if (memcmp(r->bytes + start, protocol, sizeof(protocol)) != 0) {
		m->marks |= SMB_IS_BROKEN;
		return;
	}
	r->next = start;
	r->is_compound = true;
}

static uint32_t read_header(struct span *from, struct smb_message *m)
{
	uint32_t status, flags, distance;
	uint16_t size;

	span_skip(from, 4);
	size = span_le16(from);
	span_skip(from, 2);
	status = span_le32(from); /* a request's is its channel */
	m->command = span_le16(from);
	span_skip(from, 2);
	flags = span_le32(from);
	distance = span_le32(from);
	m->id = le64(from);
	span_skip(from, 4);
	m->tree = span_le32(from);
	m->session = le64(from);
	span_skip(from, 16);
	if (flags & FLAG_RESPONSE) {
		m->marks |= SMB_IS_RESPONSE;
		m->status = status;
	}
	if (flags & FLAG_ASYNC)
		m->tree = 0;
	if (!from->bad && size != HEADER_BYTES)
		m->marks |= SMB_IS_BROKEN;
	return from->bad ? 0 : distance;
}

/* An answer that only tells an error has the body of ERROR, 9 bytes, whatever the command;
 * SESSION_SETUP's has the same size by itself and never an error body while it goes on. */
static bool has_no_body(const struct smb_message *m)
{
	return (m->marks & SMB_IS_RESPONSE) && m->status != SMB_STATUS_OK &&
	       m->status != SMB_STATUS_MORE_PROCESSING && (m->status >> 30) == 3;
}

void smb2_read(struct smb_reader *r, struct smb_message *m)
{
	struct span from;
	uint32_t distance;

	if (r->next)
		r->header = r->next;
	from = span_of(r->bytes + r->header, r->end - r->header);
	m->version = SMB_V2;
	distance = read_header(&from, m);
	find_next(r, m, distance);
	span_skip(&from, 2); /* the body's size */
	if (!from.bad && has_no_body(m)) {
		struct span none = span_of("", 0);

		read_body(r, m, &none);
		return;
	}
	read_body(r, m, &from);
	if (from.bad)
		smb_short(r, m);
}
