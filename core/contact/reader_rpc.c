/* SPDX-License-Identifier: Apache-2.0 */
/* reader_rpc.c - DCE/RPC calls of the interfaces that worms use (worm-detection.md A.2, A.7, B).
 *
 * A request names its interface by a number that an earlier bind gave it, so binds are remembered per pipe.  Of a pipe
 * whose bind was missed nothing is read, but for two calls whose arguments alone say what they are.  Writers may cut
 * a fragment into pieces; the pieces are put together, up to RPC_HELD_BYTES, for one pipe at a time.  A call may be cut into
 * fragments; its stub is read as it comes, and what the reading must remember is kept for a few calls.
 *
 * Left out: connectionless RPC (UDP). */
#include "core/contact/reader_internal.h"

#include <string.h>

#include "core/net/dcerpc.h"

enum {
	HEADER_BYTES = 16,
	VERSION = 5,
	LAST_TYPE = 19,
	IS_LITTLE = 0x10,
	HOST_NAME_MAX_BYTES = 255,
	DCOM_FRONT_BYTES = 12,
	DCOM_VERSION = 5,
	DCOM_MINOR_MOST = 7
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
	case DCERPC_TASKS:
		return RPC_TASKS;
	case DCERPC_SVCCTL:
		return RPC_SVCCTL;
	case DCERPC_WBEM_LOGIN:
	case DCERPC_WBEM_SERVICES:
		return RPC_WMI;
	case DCERPC_DISPATCH:
		return RPC_AUTOMATION;
	case DCERPC_REMOTE_UNKNOWN:
	case DCERPC_REMOTE_UNKNOWN2:
		return RPC_OBJECT;
	case DCERPC_WKSSVC:
		return RPC_WKSSVC;
	case DCERPC_PNP:
		return RPC_PNP;
	case DCERPC_NETLOGON:
		return RPC_NETLOGON;
	case DCERPC_SPOOLSS:
		return RPC_SPOOLSS;
	default:
		return RPC_OTHER;
	}
}

/* A bind, to an interface of ours as far as can be seen. */
bool rpc_is_opening(const uint8_t *bytes, size_t length)
{
	struct dcerpc_fragment fragment;

	if (!rpc_frame_bytes(bytes, length) || (length > 2 && bytes[2] != DCERPC_BIND))
		return false;
	if (length < HEADER_BYTES)
		return true;
	if (!dcerpc_read(bytes, length, &fragment))
		return false;
	for (unsigned i = 0; i < fragment.contexts_count; i++)
		if (interface_of(&fragment.contexts[i].interface) != RPC_OTHER)
			return true;
	return fragment.marks & DCERPC_CUT;
}

/* ---- binds ---------------------------------------------------------------------------------------- */

static struct rpc_binding *find_binding(struct rpc_talk *talk, uint64_t file, uint16_t context)
{
	for (unsigned i = 0; i < RPC_BINDINGS; i++) {
		struct rpc_binding *binding = &talk->bindings[i];

		if (binding->used && binding->file == file && binding->context == context)
			return binding;
	}
	return NULL;
}

/* What matters takes the place of what does not; NULL if there is none. */
static struct rpc_binding *place_binding(struct rpc_talk *talk, uint8_t interface)
{
	struct rpc_binding *binding;

	for (unsigned i = 0; i < RPC_BINDINGS; i++)
		if (!talk->bindings[i].used)
			return &talk->bindings[i];
	if (interface == RPC_OTHER)
		return NULL;
	for (unsigned i = 0; i < RPC_BINDINGS; i++)
		if (talk->bindings[i].interface == RPC_OTHER)
			return &talk->bindings[i];
	binding = &talk->bindings[talk->next_binding];
	talk->next_binding = (uint8_t)((talk->next_binding + 1) % RPC_BINDINGS);
	return binding;
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

		if (!binding)
			binding = place_binding(talk, interface);
		if (binding)
			*binding = (struct rpc_binding){ .file = file,
							 .context = context->id,
							 .interface = interface,
							 .used = true };
		else
			talk->crowded = true;
	}
}

static bool is_bound(const struct rpc_talk *talk, uint64_t file)
{
	for (unsigned i = 0; i < RPC_BINDINGS; i++)
		if (talk->bindings[i].used && talk->bindings[i].file == file)
			return true;
	return talk->crowded;
}

/* RemoteActivation, RemoteGetClassObject or RemoteCreateInstance, which begin, as all calls of DCOM, with an ORPCTHIS (MS-DCOM
 * 2.2.13.3): version 5, a minor one of few, and a reserved word of zero. */
static bool is_activation(const uint8_t *bytes, const struct dcerpc_fragment *fragment)
{
	const uint8_t *stub = bytes + fragment->stub_offset;
	unsigned low = fragment->marks & DCERPC_BIG_ENDIAN ? 1 : 0, high = 1 - low;

	if (!(fragment->marks & DCERPC_FIRST) || fragment->marks & DCERPC_SEALED ||
	    fragment->stub_length < DCOM_FRONT_BYTES)
		return false;
	if (fragment->opnum != 0 && fragment->opnum != 3 && fragment->opnum != 4)
		return false;
	return stub[low] == DCOM_VERSION && !stub[high] && stub[2 + low] <= DCOM_MINOR_MOST &&
	       !stub[2 + high] && !(stub[8] | stub[9] | stub[10] | stub[11]);
}

static uint8_t called_interface(struct rpc_talk *talk, uint64_t file, const uint8_t *bytes,
				const struct dcerpc_fragment *fragment)
{
	const struct rpc_binding *binding = find_binding(talk, file, fragment->context_id);

	/* Bound within the compound that opened the pipe: its number was not known then. */
	if (!binding && !is_bound(talk, file))
		binding = find_binding(talk, RELATED_FILE, fragment->context_id);
	if (binding)
		return binding->interface;
	if (is_bound(talk, file))
		return RPC_OTHER;
	if (dcerpc_is_path_call(bytes, fragment))
		return RPC_SRVSVC;
	return is_activation(bytes, fragment) ? RPC_ACTIVATION : RPC_OTHER;
}

/* ---- calls ---------------------------------------------------------------------------------------- */

/* A "\\" followed by more than a host name may have (RFC 1035 3.1) without a further separator: the server part
 * that MS03-026 copies into a buffer of 32 bytes.  True once it is that long. */
static bool is_endless(struct rpc_server_name *name, unsigned c)
{
	if (c == '\\') {
		name->separators = name->chars || name->separators == UINT8_MAX
					   ? 1
					   : (uint8_t)(name->separators + 1);
		name->chars = 0;
	} else if (c == 0) {
		name->separators = 0;
		name->chars = 0;
	} else {
		return ++name->chars > HOST_NAME_MAX_BYTES && name->separators >= 2;
	}
	return false;
}

static bool names_endless_server(struct rpc_server_name *name, const uint8_t *stub, size_t length,
				 bool big)
{
	bool found = false;

	for (size_t i = 0; i < length; i++) {
		if (name->has_byte)
			found |= is_endless(name, big ? (unsigned)name->byte << 8 | stub[i]
						      : (unsigned)stub[i] << 8 | name->byte);
		name->byte = stub[i];
		name->has_byte = !name->has_byte;
	}
	return found;
}

static void tell_call(const struct turn *turn, const struct observed_rpc *rpc)
{
	struct observation observation =
		reader_observation(turn->packet, turn->from_client, OBSERVED_RPC);

	observation.rpc = *rpc;
	reader_tell(turn->reader, &observation);
}

static struct rpc_call *find_call(struct rpc_talk *talk, uint64_t file, uint32_t call_id)
{
	for (unsigned i = 0; i < RPC_CALLS; i++)
		if (talk->calls[i].used && talk->calls[i].file == file &&
		    talk->calls[i].call_id == call_id)
			return &talk->calls[i];
	return NULL;
}

static struct rpc_call *place_call(struct rpc_talk *talk, uint64_t file, uint32_t call_id)
{
	struct rpc_call *call = find_call(talk, file, call_id);

	if (!call) {
		call = &talk->calls[talk->next_call];
		talk->next_call = (uint8_t)((talk->next_call + 1) % RPC_CALLS);
	}
	memset(call, 0, offsetof(struct rpc_call, driver.text));
	call->file = file;
	call->call_id = call_id;
	call->used = true;
	return call;
}

/* Its fragment's stub, in addition to those before. */
static struct observed_rpc read_stub(const struct turn *turn, struct rpc_call *call,
				     const uint8_t *bytes, const struct dcerpc_fragment *fragment)
{
	struct observed_rpc rpc = { .interface = call->interface, .opnum = fragment->opnum };

	call->stub_bytes += fragment->stub_length;
	rpc.stub_bytes = call->stub_bytes;
	rpc.runs = call_runs(call->interface, fragment->opnum);
	rpc.climbs = rpc.interface == RPC_SRVSVC &&
		     dcerpc_parent_steps(bytes, fragment, &call->path) > 0;
	rpc.endless_server = rpc.interface == RPC_ACTIVATION &&
			     names_endless_server(&call->server, bytes + fragment->stub_offset,
						  fragment->stub_length,
						  fragment->marks & DCERPC_BIG_ENDIAN);
	rpc.wrong = call_wrong(turn, call, bytes, fragment);
	return rpc;
}

/* Of the others a call tells something by itself. */
static bool is_told_when_wrong(uint8_t interface)
{
	return interface >= RPC_WKSSVC;
}

static bool can_be_told(uint8_t interface, uint16_t opnum)
{
	switch (interface) {
	case RPC_OTHER:
	case RPC_OBJECT:
		return false;
	case RPC_WMI:
	case RPC_AUTOMATION:
		return call_runs(interface, opnum) != RUNS_NOTHING;
	default:
		return !is_told_when_wrong(interface) || call_is_judged(interface, opnum);
	}
}

static bool is_news(const struct observed_rpc *rpc, bool is_first, bool was_big)
{
	if (rpc->climbs || rpc->endless_server || rpc->wrong)
		return true;
	return !is_told_when_wrong(rpc->interface) &&
	       (is_first || (!was_big && rpc->stub_bytes > RPC_BIG_STUB_BYTES));
}

static void request(const struct turn *turn, uint64_t file, const uint8_t *bytes,
		    const struct dcerpc_fragment *fragment)
{
	struct rpc_talk *talk = turn->rpc;
	struct rpc_call *call =
		fragment->marks & DCERPC_FIRST ? NULL : find_call(talk, file, fragment->call_id);
	bool is_first = !call, was_big;
	uint8_t interface = call ? call->interface : called_interface(talk, file, bytes, fragment);
	struct observed_rpc rpc;

	if (!can_be_told(interface, fragment->opnum))
		return;
	if (is_first) {
		call = place_call(talk, file, fragment->call_id);
		call->interface = interface;
	}
	was_big = call->stub_bytes > RPC_BIG_STUB_BYTES;
	rpc = read_stub(turn, call, bytes, fragment);
	if (fragment->marks & DCERPC_LAST)
		call->used = false;
	if (is_news(&rpc, is_first, was_big))
		tell_call(turn, &rpc);
}

/* ---- fragments ------------------------------------------------------------------------------------ */

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
	memset(talk->calls, 0, sizeof(talk->calls));
}
