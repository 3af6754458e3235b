/* SPDX-License-Identifier: Apache-2.0 */
/* SMB1 by MS-CIFS 2.2.3 and 2.2.4: a header of 32 bytes, then blocks of "words" (parameters,
 * counted in 16-bit units) and "bytes".  AndX commands chain further blocks by an offset from
 * the header; a chain only goes forward here and is at most SMB_CHAIN_MAX long, so it ends.
 * Transactions say by offsets where their parts are.
 *
 * The number of words decides the layout, as servers do it; an answer without words is one that
 * only tells an error. */
#include "core/net/smb.h"

#include "core/net/smb_internal.h"

enum { HEADER_BYTES = 32, NO_ANDX = 0xff };

enum command {
	OPEN = 0x02,
	TRANSACTION = 0x25,
	TRANSACTION_SECONDARY = 0x26,
	OPEN_ANDX = 0x2d,
	READ_ANDX = 0x2e,
	WRITE_ANDX = 0x2f,
	TRANSACTION2 = 0x32,
	TRANSACTION2_SECONDARY = 0x33,
	TREE_CONNECT = 0x70,
	WRITE = 0x0b,
	WRITE_AND_UNLOCK = 0x14,
	WRITE_AND_CLOSE = 0x2c,
	NEGOTIATE = 0x72,
	SESSION_SETUP_ANDX = 0x73,
	LOGOFF_ANDX = 0x74,
	TREE_CONNECT_ANDX = 0x75,
	NT_TRANSACT = 0xa0,
	NT_TRANSACT_SECONDARY = 0xa1,
	NT_CREATE_ANDX = 0xa2,
	LOCKING_ANDX = 0x24,
};

enum { FLAG_RESPONSE = 0x80, FLAGS2_NT_STATUS = 0x4000, FLAGS2_UNICODE = 0x8000 };

enum { WRITE_RAW_MODE = 0x04, WRITE_MESSAGE_START = 0x08 };

struct block {
	uint8_t word_count;
	bool is_unicode;
	struct span words;
	struct span bytes;
	uint32_t bytes_at; /* from the header, for alignment */
};

static bool is_response(const struct smb_message *m)
{
	return m->marks & SMB_IS_RESPONSE;
}

/* ---- texts ---- */

/* 16-bit text begins at an even distance from the header. */
static void align(const struct block *b, struct span *text)
{
	uint32_t at = b->bytes_at + (uint32_t)(b->bytes.left - text->left);

	if (b->is_unicode && at % 2)
		span_skip(text, 1);
}

static void read_name(struct smb_message *m, const struct block *b, struct span text)
{
	align(b, &text);
	smb_name(m, text, b->is_unicode);
}

/* ---- commands without transactions ---- */

/* The dialects, each behind a byte 2 and ended by NUL. */
static void read_negotiate(struct smb_message *m, struct block *b)
{
	static const uint8_t smb2[] = { 'S', 'M', 'B', ' ', '2', '.' };
	struct span list = b->bytes;

	m->kind = SMB_NEGOTIATE;
	if (is_response(m))
		return;
	while (list.left && span_u8(&list) == 2) {
		const uint8_t *end = list.left ? memchr(list.at, 0, list.left) : NULL;
		struct span dialect = list;

		if (!end)
			break;
		span_skip(&list, (size_t)(end - list.at) + 1);
		m->dialects++;
		if (dialect.left >= sizeof(smb2) && memcmp(dialect.at, smb2, sizeof(smb2)) == 0)
			m->marks |= SMB_OFFERS_SMB2;
	}
}

/* 13 words: passwords in the open or as LM/NTLM answers, then the account (MS-CIFS 2.2.4.53);
 * 12: a security blob (MS-SMB 2.2.4.6); 10: one password, as LAN Manager did it. */
static void read_session_setup(struct smb_message *m, struct block *b)
{
	struct span words = b->words, text = b->bytes;
	uint32_t first, second;

	m->kind = SMB_SESSION_SETUP;
	if (is_response(m)) {
		if (b->word_count == 4)
			smb_logon_blob(m, b->bytes);
		return;
	}
	span_skip(&words, 14);
	first = span_le16(&words);
	second = span_le16(&words);
	if (b->word_count == 12) {
		smb_logon_blob(m, span_sub(&text, first));
	} else if (!words.bad && (b->word_count == 13 || b->word_count == 10)) {
		if (b->word_count == 10)
			second = 0;
		if (span_skip(&text, (size_t)first + second))
			read_name(m, b, text);
	}
}

static void read_tree_connect(struct smb_message *m, struct block *b)
{
	struct span words = b->words, text = b->bytes;
	uint16_t password_bytes;

	m->kind = SMB_TREE_CONNECT;
	span_skip(&words, 6);
	password_bytes = span_le16(&words);
	if (!is_response(m) && !words.bad && span_skip(&text, password_bytes))
		read_name(m, b, text);
}

/* The first commands of 1984 mark text by a byte 4. */
static void read_marked_name(struct smb_message *m, struct block *b)
{
	struct span text = b->bytes;

	if (!is_response(m) && span_u8(&text) == 4)
		read_name(m, b, text);
}

static void take_fid(struct smb_message *m, struct span *words)
{
	m->file = span_le16(words);
	if (!words->bad)
		m->marks |= SMB_HAS_FILE;
}

static void read_open(struct smb_message *m, struct block *b)
{
	struct span words = b->words;

	m->kind = SMB_OPEN;
	read_marked_name(m, b);
	if (is_response(m))
		take_fid(m, &words);
}

static void read_open_andx(struct smb_message *m, struct block *b)
{
	struct span words = b->words;

	m->kind = SMB_OPEN;
	span_skip(&words, 4);
	if (is_response(m))
		take_fid(m, &words);
	else if (b->word_count == 15)
		read_name(m, b, b->bytes);
}

static void read_create(struct smb_message *m, struct block *b)
{
	struct span words = b->words, text = b->bytes;
	uint16_t length;

	m->kind = SMB_OPEN;
	span_skip(&words, 5);
	if (is_response(m)) {
		take_fid(m, &words);
		return;
	}
	length = span_le16(&words);
	if (words.bad)
		return;
	align(b, &text);
	smb_name(m, span_sub(&text, length), b->is_unicode);
}

static void read_write(struct smb_reader *r, struct smb_message *m, struct block *b)
{
	struct span words = b->words;
	uint32_t low, high, offset;
	uint16_t mode;

	m->kind = SMB_WRITE;
	if (is_response(m))
		return;
	span_skip(&words, 4);
	take_fid(m, &words);
	span_skip(&words, 8); /* offset, timeout */
	mode = span_le16(&words);
	span_skip(&words, 2);
	high = span_le16(&words);
	low = span_le16(&words);
	offset = span_le16(&words);
	if (words.bad)
		return;
	m->payload_claimed = high << 16 | low;
	/* Such a message to a pipe begins with its own length (MS-CIFS 2.2.4.43.1). */
	if ((mode & WRITE_RAW_MODE) && (mode & WRITE_MESSAGE_START) && m->payload_claimed >= 2) {
		m->payload_claimed -= 2;
		offset += 2;
	}
	m->payload = smb_clip(r, m, offset, m->payload_claimed);
}

/* The writes of 1984 have their data right behind: after a format byte and a length, or after one
 * byte of padding. */
static void read_core_write(struct smb_reader *r, struct smb_message *m, struct block *b)
{
	struct span words = b->words;

	m->kind = SMB_WRITE;
	if (is_response(m))
		return;
	take_fid(m, &words);
	m->payload_claimed = span_le16(&words);
	if (words.bad)
		m->payload_claimed = 0;
	else
		m->payload = smb_clip(r, m, b->bytes_at + (m->command == WRITE_AND_CLOSE ? 1 : 3),
				      m->payload_claimed);
}

/* ---- transactions ---- */

/* The three families have the same fields in 16 or 32 bits. */
struct part {
	uint32_t count, offset, displacement;
};

static uint32_t number(struct span *words, bool is_wide)
{
	return is_wide ? span_le32(words) : span_le16(words);
}

static struct part take_part(struct span *words, bool is_wide, bool has_displacement)
{
	struct part part = { 0 };

	part.count = number(words, is_wide);
	part.offset = number(words, is_wide);
	if (has_displacement)
		part.displacement = number(words, is_wide);
	return part;
}

static void take_totals(struct smb_message *m, struct span *words, bool is_wide)
{
	m->counts.total_params = number(words, is_wide);
	m->counts.total_data = number(words, is_wide);
}

/* Both parts, and the data as payload. */
static void take_parts(struct smb_reader *r, struct smb_message *m, struct span *words,
		       bool is_wide, bool has_displacement)
{
	struct part params = take_part(words, is_wide, has_displacement);
	struct part data = take_part(words, is_wide, has_displacement);

	if (words->bad)
		return;
	m->counts.params = params.count;
	m->counts.param_displacement = params.displacement;
	m->counts.data = data.count;
	m->counts.data_displacement = data.displacement;
	m->marks |= SMB_HAS_COUNTS;
	m->payload_claimed = data.count;
	if (params.count)
		(void)smb_clip(r, m, params.offset, params.count); /* for its marks */
	if (data.count)
		m->payload = smb_clip(r, m, data.offset, data.count);
}

static void take_setup(struct smb_message *m, struct span *words)
{
	uint8_t count = span_u8(words);

	span_skip(words, 1);
	if (!count || words->left < 2)
		return;
	m->subcommand = span_le16(words);
	m->marks |= SMB_HAS_SUBCOMMAND;
	if (m->kind == SMB_TRANSACTION && count >= 2)
		take_fid(m, words);
}

/* TRANSACTION and TRANSACTION2. */
static void read_request(struct smb_reader *r, struct smb_message *m, struct block *b)
{
	struct span words = b->words;

	take_totals(m, &words, false);
	span_skip(&words, 14); /* largest answers, flags, timeout */
	take_parts(r, m, &words, false, false);
	take_setup(m, &words);
	/* TRANSACTION2 has a name field that means nothing. */
	if (!words.bad && m->kind == SMB_TRANSACTION)
		read_name(m, b, b->bytes);
}

static void read_response(struct smb_reader *r, struct smb_message *m, struct block *b)
{
	struct span words = b->words;

	if (!b->word_count)
		return;
	take_totals(m, &words, false);
	span_skip(&words, 2);
	take_parts(r, m, &words, false, true);
}

static void read_secondary(struct smb_reader *r, struct smb_message *m, struct block *b)
{
	struct span words = b->words;

	m->marks |= SMB_IS_SECONDARY;
	take_totals(m, &words, false);
	take_parts(r, m, &words, false, true);
}

static void read_transaction(struct smb_reader *r, struct smb_message *m, struct block *b)
{
	m->kind = m->command == TRANSACTION || m->command == TRANSACTION_SECONDARY
			  ? SMB_TRANSACTION
			  : SMB_TRANSACTION2;
	if (is_response(m))
		read_response(r, m, b);
	else if (m->command == TRANSACTION || m->command == TRANSACTION2)
		read_request(r, m, b);
	else
		read_secondary(r, m, b);
}

static void read_nt_transact(struct smb_reader *r, struct smb_message *m, struct block *b)
{
	struct span words = b->words;
	bool is_primary = m->command == NT_TRANSACT && !is_response(m);

	m->kind = SMB_NT_TRANSACT;
	if (m->command == NT_TRANSACT_SECONDARY)
		m->marks |= SMB_IS_SECONDARY;
	if (is_response(m) && !b->word_count)
		return;
	span_skip(&words, 3);
	take_totals(m, &words, true);
	if (is_primary)
		span_skip(&words, 8); /* largest answers */
	take_parts(r, m, &words, true, !is_primary);
	if (!is_primary)
		return;
	span_skip(&words, 1); /* the setup count: the function is not of the setup */
	m->subcommand = span_le16(&words);
	if (!words.bad)
		m->marks |= SMB_HAS_SUBCOMMAND;
}

/* ---- blocks ---- */

static void read_block(struct smb_reader *r, struct smb_message *m, struct block *b)
{
	switch (m->command) {
	case NEGOTIATE:
		read_negotiate(m, b);
		break;
	case SESSION_SETUP_ANDX:
		read_session_setup(m, b);
		break;
	case TREE_CONNECT:
		m->kind = SMB_TREE_CONNECT;
		read_marked_name(m, b);
		break;
	case TREE_CONNECT_ANDX:
		read_tree_connect(m, b);
		break;
	case OPEN:
		read_open(m, b);
		break;
	case OPEN_ANDX:
		read_open_andx(m, b);
		break;
	case NT_CREATE_ANDX:
		read_create(m, b);
		break;
	case WRITE:
	case WRITE_AND_UNLOCK:
	case WRITE_AND_CLOSE:
		read_core_write(r, m, b);
		break;
	case WRITE_ANDX:
		read_write(r, m, b);
		break;
	case TRANSACTION:
	case TRANSACTION_SECONDARY:
	case TRANSACTION2:
	case TRANSACTION2_SECONDARY:
		read_transaction(r, m, b);
		break;
	case NT_TRANSACT:
	case NT_TRANSACT_SECONDARY:
		read_nt_transact(r, m, b);
		break;
	default:
		break;
	}
}

static bool is_andx(uint16_t command)
{
	switch (command) {
	case LOCKING_ANDX:
	case OPEN_ANDX:
	case READ_ANDX:
	case WRITE_ANDX:
	case SESSION_SETUP_ANDX:
	case LOGOFF_ANDX:
	case TREE_CONNECT_ANDX:
	case NT_CREATE_ANDX:
		return true;
	default:
		return false;
	}
}

static void find_next(struct smb_reader *r, struct smb_message *m, const struct block *b, size_t at)
{
	struct span words = b->words;
	uint8_t command;
	size_t start;

	if (!is_andx(m->command) || b->word_count < 2)
		return;
	command = span_u8(&words);
	span_skip(&words, 1);
	start = r->header + span_le16(&words);
	if (words.bad || command == NO_ANDX)
		return;
	if (start <= at || start >= r->claimed || r->chained + 1 >= SMB_CHAIN_MAX) {
		m->marks |= SMB_IS_BROKEN;
	} else if (start >= r->end) {
		m->marks |= SMB_IS_CUT;
	} else {
		r->next = start;
		r->next_command = command;
	}
}

/* The block at an offset from the reader's first byte. */
static void read_block_at(struct smb_reader *r, struct smb_message *m, size_t at, bool is_unicode)
{
	struct span from = span_of(r->bytes + at, r->end - at);
	struct block b = { .is_unicode = is_unicode };
	uint16_t byte_count;

	b.word_count = span_u8(&from);
	b.words = span_sub(&from, (size_t)b.word_count * 2);
	byte_count = span_le16(&from);
	if (from.bad || from.left < byte_count)
		smb_short(r, m);
	b.bytes_at = (uint32_t)(r->end - from.left - r->header);
	b.bytes = span_sub(&from, byte_count);
	read_block(r, m, &b);
	find_next(r, m, &b, at);
}

/* ---- header ---- */

static uint16_t read_header(struct smb_message *m, struct span *from)
{
	uint16_t flags2, pid_high;
	uint8_t flags;

	span_skip(from, 4);
	m->command = span_u8(from);
	m->status = span_le32(from);
	flags = span_u8(from);
	flags2 = span_le16(from);
	pid_high = span_le16(from);
	span_skip(from, 10); /* signature */
	m->tree = span_le16(from);
	m->pid = (uint32_t)pid_high << 16 | span_le16(from);
	m->session = span_le16(from);
	m->id = span_le16(from);
	if (flags & FLAG_RESPONSE)
		m->marks |= SMB_IS_RESPONSE;
	if (!(flags2 & FLAGS2_NT_STATUS))
		m->marks |= SMB_HAS_DOS_STATUS;
	return flags2;
}

/* Header fields and a block: the header's own command, or a chained one. */
static void read_at(struct smb_reader *r, struct smb_message *m, size_t at)
{
	struct span from = span_of(r->bytes + r->header, r->end - r->header);
	uint16_t flags2 = read_header(m, &from);

	m->version = SMB_V1;
	if (m->marks & SMB_IS_CHAINED)
		m->command = r->next_command;
	r->next = 0;
	if (from.bad)
		smb_short(r, m);
	else
		read_block_at(r, m, at ? at : r->header + HEADER_BYTES, flags2 & FLAGS2_UNICODE);
}

void smb1_read(struct smb_reader *r, struct smb_message *m)
{
	read_at(r, m, 0);
}

void smb1_read_chained(struct smb_reader *r, struct smb_message *m)
{
	read_at(r, m, r->next);
}
