/* SPDX-License-Identifier: Apache-2.0 */
/* smb_frames.h - hand-made SMB frames: a NetBIOS header, a dialect's header, one command.
 *
 * put_smb1() and put_smb2() begin a frame; its length is filled in by finish_frame(). */
#ifndef CORDON_TESTS_NET_SMB_FRAMES_H
#define CORDON_TESTS_NET_SMB_FRAMES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/net/smb.h"
#include "tests/unit/net/messages.h"

static inline void finish_frame(struct bytes *b)
{
	b->at[2] = (uint8_t)((b->length - 4) >> 8);
	b->at[3] = (uint8_t)(b->length - 4);
}

/* Unicode and NT status. */
static inline void put_smb1(struct bytes *b, unsigned command, uint32_t status)
{
	put_zeros(b, 4);
	put(b, "\377SMB", 4);
	put8(b, command);
	put_le32(b, status);
	put8(b, 0x18);
	put_le16(b, 0xc000);
	put_le16(b, 1); /* process, upper half */
	put_zeros(b, 10);
	put_le16(b, 0x0800);
	put_le16(b, 0xfeff);
	put_le16(b, 0x0801);
	put_le16(b, 0x41);
}

static inline void put_words(struct bytes *b, unsigned count)
{
	put8(b, count);
}

static inline void append_smb2(struct bytes *b, unsigned command, uint32_t flags, uint32_t status)
{
	put(b, "\376SMB\100\0\0\0", 8);
	put_le32(b, status);
	put_le16(b, command);
	put_le16(b, 1);
	put_le32(b, flags);
	put_le32(b, 0);
	put_le32(b, 9); /* message */
	put_zeros(b, 8);
	put_le32(b, 5);      /* tree */
	put_le32(b, 0x1000); /* session */
	put_zeros(b, 20);
}

static inline void put_smb2(struct bytes *b, unsigned command, uint32_t flags, uint32_t status)
{
	put_zeros(b, 4);
	append_smb2(b, command, flags, status);
}

/* Text with its NUL, aligned to the header if of 16 bits. */
static inline void put_text(struct bytes *b, bool unicode, const char *text)
{
	if (!unicode) {
		put(b, text, strlen(text) + 1);
		return;
	}
	if (b->length % 2)
		put8(b, 0);
	put_utf16(b, text);
	put_le16(b, 0);
}

/* The byte count that stands at "at" covers everything behind it. */
static inline void finish_bytes(struct bytes *b, size_t at)
{
	set_le16(b, at, b->length - at - 2);
}

/* 13 words with two passwords or 10 with one. */
static inline void put_logon(struct bytes *b, unsigned words, bool unicode, const char *user)
{
	size_t count_at;

	put_smb1(b, 0x73, 0);
	if (!unicode)
		set_le16(b, 14, 0x4000);
	put_words(b, words);
	put_le32(b, 0xff);
	put_zeros(b, 10);
	put_le16(b, 3);
	put_le16(b, words == 13 ? 2 : 0);
	put_zeros(b, (words - 9) * 2);
	count_at = b->length;
	put_le16(b, 0);
	put_zeros(b, words == 13 ? 5 : 3);
	put_text(b, unicode, user);
	put_text(b, unicode, "DOMAIN");
	finish_bytes(b, count_at);
}

/* NTLMSSP type 3, the user behind it. */
static inline void put_ntlm(struct bytes *b, const char *user, bool unicode)
{
	unsigned length = (unsigned)strlen(user) * (unicode ? 2 : 1);

	put(b, "NTLMSSP", 8);
	put_le32(b, 3);
	put_zeros(b, 24);
	put_le16(b, length);
	put_le16(b, length);
	put_le32(b, 64);
	put_zeros(b, 16);
	put_le32(b, unicode);
	if (unicode)
		put_utf16(b, user);
	else
		put(b, user, length);
}

static inline void put_ntlm_logon(struct bytes *b, const char *user, bool unicode)
{
	size_t count_at, blob;

	put_smb1(b, 0x73, 0);
	put_words(b, 12);
	put_le32(b, 0xff);
	put_zeros(b, 20);
	count_at = b->length;
	put_le16(b, 0);
	put(b, "\240\202", 2); /* as if wrapped */
	put_ntlm(b, user, unicode);
	blob = b->length - count_at - 2;
	set_le16(b, count_at - 10, blob);
	put_text(b, true, "Windows");
	finish_bytes(b, count_at);
}

static inline void put_smb2_logon(struct bytes *b, const char *user)
{
	size_t length_at;

	put_smb2(b, 1, 0, 0);
	put_le16(b, 25);
	put_zeros(b, 10);
	put_le16(b, 64 + 24);
	length_at = b->length;
	put_le16(b, 0);
	put_zeros(b, 8);
	put_ntlm(b, user, true);
	set_le16(b, length_at, b->length - length_at - 10);
}

static inline void append_tree_connect(struct bytes *b, const char *path)
{
	size_t count_at;

	put_words(b, 4);
	put_le32(b, 0xff);
	put_le16(b, 8);
	put_le16(b, 1);
	count_at = b->length;
	put_le16(b, 0);
	put8(b, 0); /* empty password */
	put_text(b, true, path);
	put(b, "?????", 6);
	finish_bytes(b, count_at);
}

static inline void put_tree_connect(struct bytes *b, const char *path)
{
	put_smb1(b, 0x75, 0);
	append_tree_connect(b, path);
}

static inline void put_chain(struct bytes *b)
{
	put_logon(b, 13, true, "jane");
	b->at[4 + 33] = 0x75;
	set_le16(b, 4 + 35, b->length - 4);
	append_tree_connect(b, "\\\\h\\IPC$");
}

static inline void put_smb2_tree(struct bytes *b, const char *path)
{
	put_smb2(b, 3, 0, 0);
	put_le16(b, 9);
	put_le16(b, 0);
	put_le16(b, 72);
	put_le16(b, (unsigned)strlen(path) * 2);
	put_utf16(b, path);
}

static inline void put_create(struct bytes *b, const char *name)
{
	size_t count_at;

	put_smb1(b, 0xa2, 0);
	put_words(b, 24);
	put_le32(b, 0xff);
	put8(b, 0);
	put_le16(b, (unsigned)strlen(name) * 2);
	put_zeros(b, 41);
	count_at = b->length;
	put_le16(b, 0);
	put_text(b, true, name);
	finish_bytes(b, count_at);
}

static inline void put_write(struct bytes *b, unsigned mode, const char *payload)
{
	unsigned length = (unsigned)strlen(payload);

	put_smb1(b, 0x2f, 0);
	put_words(b, 14);
	put_le32(b, 0xff);
	put_le16(b, 0x4001);
	put_zeros(b, 8);
	put_le16(b, mode);
	put_zeros(b, 4);
	put_le16(b, length);
	put_le16(b, 63);
	put_le32(b, 0);
	put_le16(b, length);
	put(b, payload, length);
}

static inline void put_pipe_transaction(struct bytes *b, unsigned function, const char *payload)
{
	unsigned length = (unsigned)strlen(payload);
	size_t count_at;

	put_smb1(b, 0x25, 0);
	put_words(b, 16);
	put_le16(b, 0);
	put_le16(b, length);
	put_zeros(b, 14);
	put_le16(b, 0);
	put_le16(b, 84);
	put_le16(b, length);
	put_le16(b, 84);
	put_le16(b, 2);
	put_le16(b, function);
	put_le16(b, 0x4001);
	count_at = b->length;
	put_le16(b, 0);
	put_text(b, true, "\\PIPE\\");
	put_zeros(b, 84 + 4 - b->length);
	put(b, payload, length);
	finish_bytes(b, count_at);
}

static inline void put_trans2(struct bytes *b, unsigned subcommand)
{
	put_smb1(b, 0x32, 0);
	put_words(b, 15);
	put_le16(b, 12);
	put_le16(b, 0);
	put_zeros(b, 14);
	put_le16(b, 12);
	put_le16(b, 66);
	put_le16(b, 0);
	put_le16(b, 78);
	put_le16(b, 1);
	put_le16(b, subcommand);
	put_le16(b, 13);
	put_zeros(b, 13);
}

static inline void put_nt_transact(struct bytes *b, uint32_t total_data)
{
	put_smb1(b, 0xa0, 0);
	put_words(b, 19);
	put_zeros(b, 3);
	put_le32(b, 30);
	put_le32(b, total_data);
	put_zeros(b, 8);
	put_le32(b, 0);
	put_le32(b, 76);
	put_le32(b, 8);
	put_le32(b, 76);
	put8(b, 0);
	put_le16(b, 5);
	put_le16(b, 11);
	put_zeros(b, 11);
}

/* A later part: four bytes for place 4096. */
static inline void put_secondary(struct bytes *b, unsigned command, bool wide)
{
	static const unsigned numbers[] = { 0, 5000, 0, 0, 0, 4, 0, 4096 };
	size_t offset_at = 0;

	put_smb1(b, command, 0);
	put_words(b, wide ? 18 : 8);
	put_zeros(b, wide ? 3 : 0);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (i == 6)
			offset_at = b->length;
		put_le16(b, numbers[i]);
		put_zeros(b, wide ? 2 : 0);
	}
	put_zeros(b, wide ? 1 : 0);
	put_le16(b, 4);
	set_le16(b, offset_at, b->length - 4);
	put(b, "part", 4);
}

static inline void put_pipe_call(struct bytes *b, const char *payload)
{
	unsigned length = (unsigned)strlen(payload);

	put_smb2(b, 11, 0, 0);
	put_le16(b, 57);
	put_le16(b, 0);
	put_le32(b, 0x0011c017);
	put_zeros(b, 8);
	put_le32(b, 78);
	put_zeros(b, 4);
	put_le32(b, 64 + 56);
	put_le32(b, length);
	put_zeros(b, 24);
	put(b, payload, length);
}

/* The first message of a finished frame. */
static inline struct smb_message first_message(struct bytes *b)
{
	struct smb_reader reader;
	struct smb_message m;

	finish_frame(b);
	smb_reader_init(&reader, b->at, b->length);
	assert_true(smb_next(&reader, &m));
	assert_int_equal(reader.whole_bytes, b->length);
	return m;
}

#endif
