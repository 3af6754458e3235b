/* SPDX-License-Identifier: Apache-2.0 */
/* A stretch of a TCP stream with SMB, and DCE/RPC in its payloads: every message lies within
 * what was given, the walk ends.  The first byte decides whether the rest is framed already or
 * gets a NetBIOS header, so that a fuzzer need not find its length; or is DCE/RPC alone. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/utf8.h"
#include "core/net/dcerpc.h"
#include "core/net/smb.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_name(const struct smb_message *m)
{
	const char *text = m->name;
	size_t left;

	require(memchr(text, 0, SMB_NAME_BYTES) != NULL);
	left = strlen(text);
	require((m->marks & SMB_HAS_NAME) || !left);
	while (left) {
		size_t length = utf8_length(text, left);

		require(length > 0 && (uint8_t)*text >= 0x20 && *text != 0x7f);
		text += length;
		left -= length;
	}
	(void)smb_share_of(m->name);
}

static void check_rpc(struct span payload)
{
	struct dcerpc_fragment f;
	struct dcerpc_path path = { 0 };
	uint64_t steps;

	if (!dcerpc_read(payload.at, payload.left, &f))
		return;
	require(f.frag_bytes >= 16 && f.contexts_count <= DCERPC_CONTEXTS_MAX);
	require((uint64_t)f.stub_offset + f.stub_length <= payload.left);
	steps = dcerpc_parent_steps(payload.at, &f, &path);
	require(steps <= f.stub_length);
	require(path.length < sizeof(path.tail) && path.length <= f.stub_length);
	steps += dcerpc_parent_steps(payload.at, &f, &path);
	require(steps <= 2 * (uint64_t)f.stub_length);
	(void)dcerpc_is_path_call(payload.at, &f);
}

static void check_message(const uint8_t *bytes, size_t length, const struct smb_message *m)
{
	require(m->kind <= SMB_UNREADABLE && (m->version == SMB_V1 || m->version == SMB_V2));
	require((uint64_t)m->payload.offset + m->payload.length <= length);
	require(m->payload.length <= m->payload_claimed);
	require(m->payload.length == m->payload_claimed ||
		(m->marks & (SMB_IS_CUT | SMB_IS_BROKEN)));
	require(m->kind == SMB_SESSION_SETUP || smb_logon_of(m) == SMB_LOGON_NONE);
	check_name(m);
	check_rpc(smb_payload(bytes, m));
}

static void check_stream(const uint8_t *bytes, size_t length)
{
	struct smb_reader reader;
	struct smb_message m;
	size_t messages = 0;

	smb_reader_init(&reader, bytes, length);
	while (smb_next(&reader, &m)) {
		require(++messages <= length);
		check_message(bytes, length, &m);
	}
	require(reader.whole_bytes <= length);
}

static void check_framed(const uint8_t *bytes, size_t length)
{
	uint8_t *framed = malloc(length + 4);

	if (!framed)
		abort();
	framed[0] = 0;
	framed[1] = (uint8_t)(length >> 16);
	framed[2] = (uint8_t)(length >> 8);
	framed[3] = (uint8_t)length;
	memcpy(framed + 4, bytes, length);
	check_stream(framed, length + 4);
	free(framed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	switch (data[0] % 3) {
	case 0:
		check_stream(data + 1, size - 1);
		break;
	case 1:
		check_framed(data + 1, size - 1);
		break;
	default:
		check_rpc(span_of(data + 1, size - 1));
	}
	return 0;
}
