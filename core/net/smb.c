/* SPDX-License-Identifier: Apache-2.0 */
/* Frames, texts and logons; the two dialects are in smb1.c and smb2.c.
 *
 * A frame is four bytes of NetBIOS session header, then a message whose first four bytes name
 * the dialect.  Lengths are read as 24 bits, which covers both the direct transport and NetBIOS
 * with its 17.  Every part of a message is cut to what is at hand, and the message says whether
 * the capture or the sender is to blame.
 *
 * Left out: reassembly (the caller's), SMB over QUIC and RDMA, raw and multiplexed writes (0x1d, 0x1e),
 * pipe calls by NT transaction, read answers, decompression.  What is encrypted stays unread. */
#include "core/net/smb.h"

#include <strings.h>

#include "core/base/utf8.h"
#include "core/net/smb_internal.h"
#include "core/net/spnego.h"

enum {
	NETBIOS_BYTES = 4,
	NETBIOS_MESSAGE = 0x00,
	NETBIOS_REQUEST = 0x81, /* session set-up on port 139, RFC 1002 4.3 */
	NETBIOS_KEEP_ALIVE = 0x85,
	COMPRESSED_BYTES = 16,
	FLAG_CHAINED = 1,
	MOST_BYTES = 0xffffff, /* a frame's length has 24 bits */
};

enum dialect_id { ID_SMB1 = 0xff, ID_SMB2 = 0xfe, ID_ENCRYPTED = 0xfd, ID_COMPRESSED = 0xfc };

/* ---- frames ---- */

static bool is_session_packet(uint8_t type)
{
	return type == NETBIOS_MESSAGE || (type >= NETBIOS_REQUEST && type <= NETBIOS_KEEP_ALIVE);
}

/* So far as the bytes go. */
static bool is_smb(const uint8_t *bytes, size_t length)
{
	static const uint8_t rest[] = { 'S', 'M', 'B' };

	if (length && bytes[0] < ID_COMPRESSED)
		return false;
	if (length > sizeof(rest)) /* no call for the usual one: its length is constant */
		return memcmp(bytes + 1, rest, sizeof(rest)) == 0;
	return length < 2 || memcmp(bytes + 1, rest, length - 1) == 0;
}

size_t smb_frame_bytes(const uint8_t *bytes, size_t length)
{
	size_t body;

	if (length && !is_session_packet(bytes[0]))
		return 0;
	if (length < NETBIOS_BYTES)
		return NETBIOS_BYTES;
	body = (size_t)bytes[1] << 16 | (size_t)bytes[2] << 8 | bytes[3];
	if (bytes[0] == NETBIOS_MESSAGE &&
	    (body < 4 || !is_smb(bytes + NETBIOS_BYTES, length - NETBIOS_BYTES)))
		return 0;
	return NETBIOS_BYTES + body;
}

void smb_reader_init(struct smb_reader *reader, const uint8_t *bytes, size_t length)
{
	/* Slices have 32 bits. */
	*reader = (struct smb_reader){ .bytes = bytes,
				       .length = length < INT32_MAX ? length : INT32_MAX };
}

/* Moves to the next frame with a message; false if none is at hand. */
static bool open_frame(struct smb_reader *r)
{
	while (r->claimed < r->length) {
		const uint8_t *at = r->bytes + r->claimed;
		size_t have = r->length - r->claimed;
		size_t whole = smb_frame_bytes(at, have);

		if (!whole) {
			r->is_lost = true;
			return false;
		}
		if (have < NETBIOS_BYTES + 4 && have < whole)
			return false;
		r->header = r->claimed + NETBIOS_BYTES;
		r->claimed += whole;
		r->end = r->claimed < r->length ? r->claimed : r->length;
		if (r->end == r->claimed)
			r->whole_bytes = r->claimed;
		if (at[0] == NETBIOS_MESSAGE)
			return true;
	}
	return false;
}

/* MS-SMB2 2.2.42: the size before compression, of the part behind the offset unless the parts are chained; then how far
 * from here the packed part begins, or the length of the first.  The sum is what a server makes room for. */
static bool is_impossible(const struct smb_reader *r)
{
	struct span from = span_of(r->bytes + r->header, r->end - r->header);
	uint32_t original, distance;
	uint16_t flags;

	span_skip(&from, 4);
	original = span_le32(&from);
	span_skip(&from, 2);
	flags = span_le16(&from);
	distance = span_le32(&from);
	if (from.bad)
		return false;
	if (distance > r->claimed - r->header - COMPRESSED_BYTES)
		return true;
	return (uint64_t)original + (flags & FLAG_CHAINED ? 0 : distance) > MOST_BYTES;
}

static void read_first(struct smb_reader *r, struct smb_message *m)
{
	r->is_compound = false;
	switch (r->bytes[r->header]) {
	case ID_SMB1:
		smb1_read(r, m);
		break;
	case ID_SMB2:
		smb2_read(r, m);
		break;
	default: /* ID_ENCRYPTED, ID_COMPRESSED */
		m->version = SMB_V2;
		m->kind = SMB_UNREADABLE;
		if (r->bytes[r->header] == ID_COMPRESSED && is_impossible(r))
			m->marks |= SMB_IS_IMPOSSIBLE;
	}
}

static void read_further(struct smb_reader *r, struct smb_message *m)
{
	m->marks = SMB_IS_CHAINED;
	r->chained++;
	if (r->is_compound)
		smb2_read(r, m);
	else
		smb1_read_chained(r, m);
}

bool smb_next(struct smb_reader *reader, struct smb_message *message)
{
	if (!reader->next && (reader->is_lost || !open_frame(reader)))
		return false;
	memset(message, 0, offsetof(struct smb_message, name));
	message->name[0] = '\0';
	if (reader->next) {
		read_further(reader, message);
		return true;
	}
	reader->chained = 0;
	read_first(reader, message);
	return true;
}

/* ---- parts ---- */

struct smb_slice smb_clip(const struct smb_reader *r, struct smb_message *m, uint32_t offset,
			  uint32_t length)
{
	uint64_t start = (uint64_t)r->header + offset, end = start + length;

	if (end > r->claimed)
		m->marks |= SMB_IS_BROKEN;
	else if (end > r->end)
		m->marks |= SMB_IS_CUT;
	if (end > r->end)
		end = r->end;
	if (start > end)
		start = end;
	return (struct smb_slice){ (uint32_t)start, (uint32_t)(end - start) };
}

struct span smb_part(const struct smb_reader *r, struct smb_message *m, uint32_t offset,
		     uint32_t length)
{
	struct smb_slice slice = smb_clip(r, m, offset, length);

	return span_of(r->bytes + slice.offset, slice.length);
}

void smb_short(const struct smb_reader *r, struct smb_message *m)
{
	m->marks |= r->end < r->claimed ? SMB_IS_CUT : SMB_IS_BROKEN;
}

/* ---- texts ---- */

enum { REPLACEMENT = '?', MAX_UTF8 = 4 };

/* One character of UTF-16LE; a lone surrogate becomes '?'. */
static uint32_t take_utf16(struct span *text)
{
	uint32_t high = span_le16(text), low;
	struct span ahead = *text;

	if (high < 0xd800 || high > 0xdfff)
		return high;
	low = span_le16(&ahead);
	if (high > 0xdbff || low < 0xdc00 || low > 0xdfff)
		return REPLACEMENT;
	*text = ahead;
	return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

/* The code page of 8-bit text is unknown, so only its ASCII half is. */
static uint32_t take_byte(struct span *text)
{
	uint8_t byte = span_u8(text);

	return byte < 0x80 ? byte : REPLACEMENT;
}

static size_t put_utf8(char *at, uint32_t c)
{
	if (c < 0x80) {
		at[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		at[0] = (char)(0xc0 | c >> 6);
		at[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		at[0] = (char)(0xe0 | c >> 12);
		at[1] = (char)(0x80 | (c >> 6 & 0x3f));
		at[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	at[0] = (char)(0xf0 | c >> 18);
	at[1] = (char)(0x80 | (c >> 12 & 0x3f));
	at[2] = (char)(0x80 | (c >> 6 & 0x3f));
	at[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

void smb_name(struct smb_message *m, struct span text, bool is_unicode)
{
	size_t unit = is_unicode ? 2 : 1, n = 0;

	while (text.left >= unit && n + MAX_UTF8 < sizeof(m->name)) {
		uint32_t c = is_unicode ? take_utf16(&text) : take_byte(&text);

		if (c == 0)
			break;
		if (c < 0x20 || (c >= 0x7f && c < 0xa0))
			c = REPLACEMENT;
		n += put_utf8(m->name + n, c);
	}
	m->name[n] = '\0';
	m->marks |= SMB_HAS_NAME;
}

/* ---- logons ---- */

/* MS-NLMP 2.2.1.3; offsets count from the signature. */
enum { NTLM_AUTHENTICATE = 3, NTLM_USER_AT = 36, NTLM_FLAGS_AT = 60, NTLM_UNICODE = 1 };

static void read_authenticate(struct smb_message *m, struct span ntlm)
{
	struct span field = ntlm, user = ntlm, flags = ntlm;
	uint16_t length;
	uint32_t offset;

	span_skip(&field, NTLM_USER_AT);
	length = span_le16(&field);
	span_skip(&field, 2);
	offset = span_le32(&field);
	span_skip(&flags, NTLM_FLAGS_AT);
	if (field.bad || !span_skip(&user, offset) || user.left < length)
		return;
	/* Without flags (a cut message of old clients) the text is 16-bit, as of everyone since
	 * 2000. */
	smb_name(m, span_sub(&user, length), (span_le32(&flags) & NTLM_UNICODE) || flags.bad);
}

void smb_logon_blob(struct smb_message *m, struct span blob)
{
	static const uint8_t signature[8] = "NTLMSSP";
	const uint8_t *at = blob.left ? memmem(blob.at, blob.left, signature, sizeof(signature))
				      : NULL;
	struct span ntlm, type;

	if (!(m->marks & SMB_IS_RESPONSE) && spnego_is_impossible(blob))
		m->marks |= SMB_IS_IMPOSSIBLE;
	if (!at)
		return;
	ntlm = span_of(at, blob.left - (size_t)(at - blob.at));
	type = ntlm;
	span_skip(&type, sizeof(signature));
	m->ntlm_type = (uint8_t)span_le32(&type);
	if (m->ntlm_type == NTLM_AUTHENTICATE)
		read_authenticate(m, ntlm);
}

/* MS-ERREF 2.3.1, and ERRSRV/ERRbadpw of MS-CIFS 2.2.2.4. */
static bool is_refusal(const struct smb_message *m)
{
	static const uint32_t refusals[] = {
		SMB_STATUS_LOGON_FAILURE,
		0xc0000064, /* no such user */
		0xc000006a, /* wrong password */
		0xc000006e, /* account restriction */
		0xc000006f, /* logon hours */
		0xc0000070, /* not from this workstation */
		0xc0000071, /* password expired */
		0xc0000072, /* account disabled */
		0xc000015b, /* logon type not granted */
		0xc0000193, /* account expired */
		0xc0000224, /* password must change */
	};

	if (m->marks & SMB_HAS_DOS_STATUS)
		return m->status == 0x00020002;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		if (m->status == refusals[i])
			return true;
	}
	return false;
}

enum smb_logon smb_logon_of(const struct smb_message *message)
{
	if (message->kind != SMB_SESSION_SETUP || !(message->marks & SMB_IS_RESPONSE))
		return SMB_LOGON_NONE;
	switch (message->status) {
	case SMB_STATUS_OK:
		return SMB_LOGON_GRANTED;
	case SMB_STATUS_MORE_PROCESSING:
		return SMB_LOGON_GOES_ON;
	case SMB_STATUS_ACCOUNT_LOCKED_OUT:
		return SMB_LOGON_LOCKED_OUT;
	default:
		return is_refusal(message) ? SMB_LOGON_FAILED : SMB_LOGON_ERROR;
	}
}

/* ---- shares ---- */

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

enum smb_share smb_share_of(const char *path)
{
	const char *last = strrchr(path, '\\');
	const char *share = last ? last + 1 : path;

	if (strcasecmp(share, "ADMIN$") == 0)
		return SMB_SHARE_ADMIN;
	if (strcasecmp(share, "IPC$") == 0)
		return SMB_SHARE_IPC;
	if (is_letter(share[0]) && share[1] == '$' && share[2] == '\0')
		return SMB_SHARE_DRIVE;
	return SMB_SHARE_OTHER;
}
