/* SPDX-License-Identifier: Apache-2.0 */
/* reader_rpc.c - DCE/RPC calls of the interfaces that worms use (worm-detection.md A.2, A.7, B).
 *
 * A request names its interface by a number that an earlier bind gave it, so binds are remembered per pipe.  Whose bind was
 * not seen is not read.  Writers may cut a fragment into pieces; the pieces are put together, up to
 * RPC_HELD_BYTES.  Left out: putting the stubs of a call's fragments together, and calls on dynamic TCP ports. */
#include "core/contact/reader_internal.h"

#include <string.h>

#include "core/net/dcerpc.h"

enum {
	HEADER_BYTES = 16,
	VERSION = 5,
	LAST_TYPE = 19,
	IS_LITTLE = 0x10,
	HOST_NAME_MAX_BYTES = 255
};

size_t rpc_frame_bytes(const uint8_t *bytes, size_t length)
{
	size_t frame;

	if ((length > 0 && bytes[0] != VERSION) || (length > 1 && bytes[1] > 1) ||
	    (length > 2 && bytes[2] > LAST_TYPE))
		return 0;
	if (length < HEADER_BYTES)
		return HEADER_BYTES;
	frame = bytes[4] & IS_LITTLE ? (size_t)bytes[9] << 8 | bytes[8]
				     : (size_t)bytes[8] << 8 | bytes[9];
	return frame < HEADER_BYTES ? 0 : frame;
}

static uint8_t interface_of(const struct dcerpc_uuid *uuid)
{
	switch (dcerpc_interface_of(uuid)) {
	case DCERPC_SRVSVC:
		return RPC_SRVSVC;
	case DCERPC_LSARPC:
		return RPC_LSARPC;
	case DCERPC_SYSTEM_ACTIVATOR:
	case DCERPC_REMOTE_ACTIVATION:
		return RPC_ACTIVATION;
	case DCERPC_ATSVC:
		return RPC_ATSVC;
	case DCERPC_SVCCTL:
		return RPC_SVCCTL;
	default:
		return RPC_OTHER;
	}
}

static struct rpc_binding *find_binding(struct rpc_talk *talk, uint64_t file, uint16_t context)
{
	for (unsigned i = 0; i < RPC_BINDINGS; i++) {
		struct rpc_binding *binding = &talk->bindings[i];

		if (binding->used && binding->file == file && binding->context == context)
			return binding;
	}
	return NULL;
}

static void keep_bindings(struct rpc_talk *talk, uint64_t file,
			  const struct dcerpc_fragment *fragment)
{
	/* A pipe's number is used again after closing. */
	for (unsigned i = 0; fragment->type == DCERPC_BIND && i < RPC_BINDINGS; i++)
		if (talk->bindings[i].file == file)
			talk->bindings[i].used = false;
	for (unsigned i = 0; i < fragment->contexts_count; i++) {
		const struct dcerpc_context *context = &fragment->contexts[i];
		struct rpc_binding *binding = find_binding(talk, file, context->id);
		uint8_t interface = interface_of(&context->interface);

		if (!binding && interface == RPC_OTHER)
			continue;
		if (!binding) {
			binding = &talk->bindings[talk->next_binding];
			talk->next_binding = (uint8_t)((talk->next_binding + 1) % RPC_BINDINGS);
		}
		*binding = (struct rpc_binding){
			.file = file, .context = context->id, .interface = interface, .used = true
		};
	}
}

/* A UTF-16LE "\\" followed by more than a host name may have (RFC 1035 3.1) without a further separator: the server part
 * that MS03-026 copies into a buffer of 32 bytes. */
static bool names_endless_server(const uint8_t *stub, size_t length)
{
	size_t run = 0, separators = 0;

	for (size_t i = 0; i + 1 < length; i += 2) {
		if (stub[i] == '\\' && stub[i + 1] == 0) {
			separators = run ? 1 : separators + 1;
			run = 0;
		} else if (stub[i] == 0 && stub[i + 1] == 0) {
			separators = run = 0;
		} else if (++run > HOST_NAME_MAX_BYTES && separators >= 2) {
			return true;
		}
	}
	return false;
}

static void tell_call(const struct turn *turn, const struct observed_rpc *rpc)
{
	struct observation observation =
		reader_observation(turn->packet, turn->from_client, OBSERVED_RPC);

	observation.rpc = *rpc;
	reader_tell(turn->reader, &observation);
}

static bool continues(const struct rpc_talk *talk, uint64_t file,
		      const struct dcerpc_fragment *fragment)
{
	return !(fragment->marks & DCERPC_FIRST) && talk->file == file &&
	       talk->call_id == fragment->call_id;
}

static void request(const struct turn *turn, uint64_t file, const uint8_t *bytes,
		    const struct dcerpc_fragment *fragment)
{
	struct rpc_talk *talk = turn->rpc;
	struct rpc_binding *binding = find_binding(talk, file, fragment->context_id);
	struct observed_rpc rpc = { .opnum = fragment->opnum };
	bool is_first = !continues(talk, file, fragment), was_big;

	if (!binding || binding->interface == RPC_OTHER)
		return;
	if (is_first) {
		talk->interface = binding->interface;
		talk->opnum = fragment->opnum;
		talk->call_id = fragment->call_id;
		talk->file = file;
		talk->stub_bytes = 0;
	}
	was_big = talk->stub_bytes > RPC_BIG_STUB_BYTES;
	talk->stub_bytes += fragment->stub_length;
	rpc.interface = binding->interface;
	rpc.stub_bytes = talk->stub_bytes;
	rpc.climbs = rpc.interface == RPC_SRVSVC && dcerpc_parent_steps(bytes, fragment) > 0;
	rpc.endless_server =
		rpc.interface == RPC_ACTIVATION &&
		names_endless_server(bytes + fragment->stub_offset, fragment->stub_length);
	if (is_first || rpc.climbs || rpc.endless_server ||
	    (!was_big && talk->stub_bytes > RPC_BIG_STUB_BYTES))
		tell_call(turn, &rpc);
}

static void see_fragment(const struct turn *turn, uint64_t file, const uint8_t *bytes,
			 size_t length)
{
	struct dcerpc_fragment fragment;

	if (!dcerpc_read(bytes, length, &fragment))
		return;
	if (fragment.type == DCERPC_BIND || fragment.type == DCERPC_ALTER)
		keep_bindings(turn->rpc, file, &fragment);
	else if (fragment.type == DCERPC_REQUEST)
		request(turn, file, bytes, &fragment);
}

/* Bytes that make up no whole fragment yet and fit into what can be held. */
static size_t see_fragments(const struct turn *turn, uint64_t file, const uint8_t *bytes,
			    size_t length)
{
	while (length) {
		size_t frame = rpc_frame_bytes(bytes, length);

		if (!frame)
			return 0;
		if (frame > length && frame <= RPC_HELD_BYTES)
			return length;
		see_fragment(turn, file, bytes, length < frame ? length : frame);
		if (frame >= length)
			return 0;
		bytes += frame;
		length -= frame;
	}
	return 0;
}

static void see_held(const struct turn *turn, const uint8_t *bytes, size_t length)
{
	struct rpc_talk *talk = turn->rpc;
	size_t room = RPC_HELD_BYTES - talk->held, take = length < room ? length : room, rest;

	memcpy(talk->held_bytes + talk->held, bytes, take);
	talk->held += (uint32_t)take;
	rest = see_fragments(turn, talk->held_file, talk->held_bytes, talk->held);
	memmove(talk->held_bytes, talk->held_bytes + (talk->held - rest), rest);
	talk->held = (uint32_t)rest;
}

void rpc_see(const struct turn *turn, uint64_t file, const uint8_t *bytes, size_t length)
{
	struct rpc_talk *talk = turn->rpc;
	size_t rest;

	if (!turn->from_client || !length)
		return;
	if (talk->held && talk->held_file == file) {
		see_held(turn, bytes, length);
		return;
	}
	rest = see_fragments(turn, file, bytes, length);
	if (rest) {
		memcpy(talk->held_bytes, bytes + (length - rest), rest);
		talk->held_file = file;
	}
	if (rest || talk->held_file == file)
		talk->held = (uint32_t)rest;
}

void rpc_gap(struct rpc_talk *talk)
{
	talk->held = 0;
	talk->stub_bytes = 0;
}
