/* SPDX-License-Identifier: Apache-2.0 */
/* Fragments by C706 12.6 (the same as MS-RPCE 2.2.2), operations of SRVSVC by MS-SRVS 3.1.4.30
 * and 3.1.4.31.
 *
 * The path check reads the stub in two ways and takes the larger count.  Walking the NDR strings
 * (C706 14.3.4) knows where a path begins and ends, so it also counts ".." as its first or last
 * component.  A walk is easily led astray, by a padding that the server forgives or by a cut
 * stub; therefore the stub is also searched for the UTF-16 sequence separator, dot, dot,
 * separator at any alignment, where a NUL stands for one of the separators.  The search goes on
 * across the fragments of a call: the last bytes of the one before are put in front.
 *
 * Left out: putting fragments together, answers (their type is told, no more), transfer syntaxes, NDR64 (the
 * search still finds its paths), object identifiers. */
#include "core/net/dcerpc.h"

#include "core/base/span.h"

enum {
	VERSION = 5,
	HEADER_BYTES = 16,
	TRAILER_BYTES = 8, /* the security trailer before the authentication token */
	SYNTAX_BYTES = 20,
	TYPE_MAX = 19,
	FLAG_FIRST = 0x01,
	FLAG_LAST = 0x02,
	FLAG_OBJECT = 0x80,
	DREP_LITTLE = 0x10,
	LEVEL_PRIVACY = 6,
};

/* ---- interfaces ---- */

const struct dcerpc_uuid dcerpc_srvsvc = { { 0x4b, 0x32, 0x4f, 0xc8, 0x16, 0x70, 0x01, 0xd3, 0x12,
					     0x78, 0x5a, 0x47, 0xbf, 0x6e, 0xe1, 0x88 } };
const struct dcerpc_uuid dcerpc_lsarpc = { { 0x39, 0x19, 0x28, 0x6a, 0xb1, 0x0c, 0x11, 0xd0, 0x9b,
					     0xa8, 0x00, 0xc0, 0x4f, 0xd9, 0x2e, 0xf5 } };
const struct dcerpc_uuid dcerpc_system_activator = { { 0x00, 0x00, 0x01, 0xa0, 0x00, 0x00, 0x00,
						       0x00, 0xc0, 0x00, 0x00, 0x00, 0x00, 0x00,
						       0x00, 0x46 } };
const struct dcerpc_uuid dcerpc_remote_activation = { { 0x4d, 0x9f, 0x4a, 0xb8, 0x7d, 0x1c, 0x11,
							0xcf, 0x86, 0x1e, 0x00, 0x20, 0xaf, 0x6e,
							0x7c, 0x57 } };
const struct dcerpc_uuid dcerpc_atsvc = { { 0x1f, 0xf7, 0x06, 0x82, 0x0a, 0x51, 0x30, 0xe8, 0x07,
					    0x6d, 0x74, 0x0b, 0xe8, 0xce, 0xe9, 0x8b } };
const struct dcerpc_uuid dcerpc_svcctl = { { 0x36, 0x7a, 0xbb, 0x81, 0x98, 0x44, 0x35, 0xf1, 0xad,
					     0x32, 0x98, 0xf0, 0x38, 0x00, 0x10, 0x03 } };

const struct dcerpc_uuid dcerpc_tasks = { { 0x86, 0xd3, 0x59, 0x49, 0x83, 0xc9, 0x40, 0x44, 0xb4,
					    0x24, 0xdb, 0x36, 0x32, 0x31, 0xfd, 0x0c } };

const struct dcerpc_uuid dcerpc_wkssvc = { { 0x6b, 0xff, 0xd0, 0x98, 0xa1, 0x12, 0x36, 0x10, 0x98,
					     0x33, 0x46, 0xc3, 0xf8, 0x7e, 0x34, 0x5a } };
const struct dcerpc_uuid dcerpc_pnp = { { 0x8d, 0x9f, 0x4e, 0x40, 0xa0, 0x3d, 0x11, 0xce, 0x8f,
					  0x69, 0x08, 0x00, 0x3e, 0x30, 0x05, 0x1b } };
const struct dcerpc_uuid dcerpc_netlogon = { { 0x12, 0x34, 0x56, 0x78, 0x12, 0x34, 0xab, 0xcd, 0xef,
					       0x00, 0x01, 0x23, 0x45, 0x67, 0xcf, 0xfb } };
const struct dcerpc_uuid dcerpc_spoolss = { { 0x12, 0x34, 0x56, 0x78, 0x12, 0x34, 0xab, 0xcd, 0xef,
					      0x00, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab } };
const struct dcerpc_uuid dcerpc_wbem_login = { { 0xf3, 0x09, 0xad, 0x18, 0xd8, 0x6a, 0x11, 0xd0,
						 0xa0, 0x75, 0x00, 0xc0, 0x4f, 0xb6, 0x88, 0x20 } };
const struct dcerpc_uuid dcerpc_wbem_services = { { 0x95, 0x56, 0xdc, 0x99, 0x82, 0x8c, 0x11, 0xcf,
						    0xa3, 0x7e, 0x00, 0xaa, 0x00, 0x32, 0x40,
						    0xc7 } };
const struct dcerpc_uuid dcerpc_remote_unknown = { { 0x00, 0x00, 0x01, 0x31, 0x00, 0x00, 0x00, 0x00,
						     0xc0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
						     0x46 } };
const struct dcerpc_uuid dcerpc_remote_unknown2 = { { 0x00, 0x00, 0x01, 0x43, 0x00, 0x00, 0x00,
						      0x00, 0xc0, 0x00, 0x00, 0x00, 0x00, 0x00,
						      0x00, 0x46 } };
const struct dcerpc_uuid dcerpc_dispatch = { { 0x00, 0x02, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0xc0,
					       0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x46 } };

static const struct dcerpc_uuid *const interfaces[DCERPC_INTERFACES] = {
	[DCERPC_UNKNOWN] = NULL,
	[DCERPC_SRVSVC] = &dcerpc_srvsvc,
	[DCERPC_LSARPC] = &dcerpc_lsarpc,
	[DCERPC_SYSTEM_ACTIVATOR] = &dcerpc_system_activator,
	[DCERPC_REMOTE_ACTIVATION] = &dcerpc_remote_activation,
	[DCERPC_ATSVC] = &dcerpc_atsvc,
	[DCERPC_SVCCTL] = &dcerpc_svcctl,
	[DCERPC_TASKS] = &dcerpc_tasks,
	[DCERPC_WKSSVC] = &dcerpc_wkssvc,
	[DCERPC_PNP] = &dcerpc_pnp,
	[DCERPC_NETLOGON] = &dcerpc_netlogon,
	[DCERPC_SPOOLSS] = &dcerpc_spoolss,
	[DCERPC_WBEM_LOGIN] = &dcerpc_wbem_login,
	[DCERPC_WBEM_SERVICES] = &dcerpc_wbem_services,
	[DCERPC_REMOTE_UNKNOWN] = &dcerpc_remote_unknown,
	[DCERPC_REMOTE_UNKNOWN2] = &dcerpc_remote_unknown2,
	[DCERPC_DISPATCH] = &dcerpc_dispatch,
};

enum dcerpc_interface dcerpc_interface_of(const struct dcerpc_uuid *uuid)
{
	for (unsigned i = 1; i < DCERPC_INTERFACES; i++) {
		if (dcerpc_uuid_equal(uuid, interfaces[i]))
			return (enum dcerpc_interface)i;
	}
	return DCERPC_UNKNOWN;
}

/* ---- reading in the sender's byte order ---- */

static uint16_t u16(struct span *from, bool big)
{
	return big ? span_be16(from) : span_le16(from);
}

static uint32_t u32(struct span *from, bool big)
{
	return big ? span_be32(from) : span_le32(from);
}

static bool is_big(const struct dcerpc_fragment *f)
{
	return f->marks & DCERPC_BIG_ENDIAN;
}

static void swap(uint8_t *a, uint8_t *b)
{
	uint8_t kept = *a;

	*a = *b;
	*b = kept;
}

/* The first three fields are numbers, the rest are bytes (C706 appendix A). */
static void read_uuid(struct span *from, bool big, struct dcerpc_uuid *uuid)
{
	const uint8_t *bytes = span_take(from, sizeof(uuid->bytes));

	if (!bytes)
		return;
	memcpy(uuid->bytes, bytes, sizeof(uuid->bytes));
	if (big)
		return;
	swap(uuid->bytes, uuid->bytes + 3);
	swap(uuid->bytes + 1, uuid->bytes + 2);
	swap(uuid->bytes + 4, uuid->bytes + 5);
	swap(uuid->bytes + 6, uuid->bytes + 7);
}

/* ---- fragments ---- */

static void keep_context(struct dcerpc_fragment *f, const struct dcerpc_context *context)
{
	bool is_known = dcerpc_interface_of(&context->interface) != DCERPC_UNKNOWN;
	unsigned place = f->contexts_count;

	if (place == DCERPC_CONTEXTS_MAX) {
		if (!is_known)
			return;
		while (place &&
		       dcerpc_interface_of(&f->contexts[place - 1].interface) != DCERPC_UNKNOWN)
			place--;
		if (!place)
			return;
		f->contexts[place - 1] = *context;
		return;
	}
	f->contexts[place] = *context;
	f->contexts_count++;
}

static void read_bind(struct span from, struct dcerpc_fragment *f)
{
	span_skip(&from, 8); /* fragment sizes, association group */
	f->contexts_claimed = span_u8(&from);
	span_skip(&from, 3);
	for (unsigned i = 0; i < f->contexts_claimed; i++) {
		struct dcerpc_context context = { .id = u16(&from, is_big(f)) };
		uint8_t syntaxes = span_u8(&from);

		span_skip(&from, 1);
		read_uuid(&from, is_big(f), &context.interface);
		context.version_major = u16(&from, is_big(f));
		context.version_minor = u16(&from, is_big(f));
		if (from.bad)
			break;
		keep_context(f, &context);
		span_skip(&from, (size_t)syntaxes * SYNTAX_BYTES);
	}
	if (from.bad)
		f->marks |= DCERPC_CUT;
}

/* Takes the security trailer off the end of a whole fragment's body. */
static void drop_trailer(struct span *body, uint16_t token_bytes, struct dcerpc_fragment *f)
{
	size_t behind = TRAILER_BYTES + (size_t)token_bytes;
	const uint8_t *trailer;

	if (body->left < behind) {
		f->marks |= DCERPC_CUT;
		return;
	}
	body->left -= behind;
	trailer = body->at + body->left;
	if (trailer[1] == LEVEL_PRIVACY)
		f->marks |= DCERPC_SEALED;
	if (trailer[2] <= body->left) /* padding in front of it */
		body->left -= trailer[2];
}

static void read_request(struct span from, uint8_t flags, struct dcerpc_fragment *f)
{
	span_skip(&from, 4); /* allocation hint */
	f->context_id = u16(&from, is_big(f));
	f->opnum = u16(&from, is_big(f));
	if (flags & FLAG_OBJECT)
		span_skip(&from, 16);
	if (from.bad) {
		f->marks |= DCERPC_CUT;
		return;
	}
	f->stub_length = (uint32_t)from.left;
}

static bool read_header(struct span *from, struct dcerpc_fragment *f, uint8_t *flags,
			uint16_t *token_bytes)
{
	uint8_t version = span_u8(from);
	uint8_t minor = span_u8(from);
	uint8_t drep;

	f->type = span_u8(from);
	*flags = span_u8(from);
	drep = span_u8(from);
	span_skip(from, 3);
	if (!(drep & DREP_LITTLE))
		f->marks |= DCERPC_BIG_ENDIAN;
	f->frag_bytes = u16(from, is_big(f));
	*token_bytes = u16(from, is_big(f));
	f->call_id = u32(from, is_big(f));
	if (*flags & FLAG_FIRST)
		f->marks |= DCERPC_FIRST;
	if (*flags & FLAG_LAST)
		f->marks |= DCERPC_LAST;
	/* Integers are little or big endian, characters ASCII or EBCDIC: no other bit is
	 * defined. */
	return !from->bad && version == VERSION && minor <= 1 && f->type <= TYPE_MAX &&
	       !(drep & ~(DREP_LITTLE | 1)) && f->frag_bytes >= HEADER_BYTES;
}

bool dcerpc_read(const uint8_t *bytes, size_t length, struct dcerpc_fragment *fragment)
{
	struct span from = span_of(bytes, length);
	uint16_t token_bytes;
	uint8_t flags;
	struct span body;

	*fragment = (struct dcerpc_fragment){ 0 };
	if (!read_header(&from, fragment, &flags, &token_bytes))
		return false;
	body = span_sub(&from, fragment->frag_bytes - (size_t)HEADER_BYTES);
	if (HEADER_BYTES + body.left < fragment->frag_bytes)
		fragment->marks |= DCERPC_CUT;
	else if (token_bytes)
		drop_trailer(&body, token_bytes, fragment);
	if (fragment->type == DCERPC_BIND || fragment->type == DCERPC_ALTER)
		read_bind(body, fragment);
	if (fragment->type == DCERPC_REQUEST) {
		size_t end = (size_t)(body.at - bytes) + body.left;

		read_request(body, flags, fragment);
		fragment->stub_offset = (uint32_t)(end - fragment->stub_length);
	}
	return true;
}

/* ---- parent-directory steps ---- */

/* Character i of UTF-16 text. */
static unsigned char16(const uint8_t *text, size_t i, bool big)
{
	return big ? (unsigned)text[2 * i] << 8 | text[2 * i + 1]
		   : (unsigned)text[2 * i + 1] << 8 | text[2 * i];
}

static bool is_separator(unsigned c)
{
	return c == '\\' || c == '/';
}

/* Components of exactly two dots in a path, which ends at a NUL. */
static unsigned steps_in_path(struct span path, bool big)
{
	size_t chars = path.left / 2;
	unsigned steps = 0, dots = 0;
	bool is_plain = true; /* the component so far is dots alone */

	for (size_t i = 0; i <= chars; i++) {
		unsigned c = i < chars ? char16(path.at, i, big) : 0;

		if (c == '.') {
			dots++;
		} else if (c == 0 || is_separator(c)) {
			steps += is_plain && dots == 2;
			dots = 0;
			is_plain = true;
		} else {
			is_plain = false;
		}
		if (c == 0)
			break;
	}
	return steps;
}

/* A conformant varying string, then padding to four bytes (C706 14.3.4.2); empty and bad if its
 * counts contradict. */
static struct span take_string(struct span *stub, bool big)
{
	uint32_t room = u32(stub, big);
	uint32_t before = u32(stub, big);
	uint32_t chars = u32(stub, big);
	struct span string;

	if (stub->bad || before > room || chars > room - before || chars > stub->left / 2) {
		stub->bad = true;
		stub->left = 0;
		return span_of(stub->at, 0);
	}
	string = span_sub(stub, (size_t)chars * 2);
	if (chars % 2 && stub->left)
		span_skip(stub, stub->left < 2 ? stub->left : 2);
	return string;
}

/* Both operations: an optional server name, then a path; the comparison has a second one. */
static unsigned steps_by_walk(struct span stub, bool big, uint16_t opnum)
{
	unsigned steps;

	if (u32(&stub, big) != 0) /* the server name's referent */
		take_string(&stub, big);
	steps = steps_in_path(take_string(&stub, big), big);
	if (opnum == DCERPC_OP_PATH_COMPARE)
		steps += steps_in_path(take_string(&stub, big), big);
	return steps;
}

enum { STEP_BYTES = 8 }; /* two dots and their neighbours */

/* Steps share their separators: \..\..\ is two. */
static unsigned steps_by_search(struct span stub, bool big)
{
	unsigned steps = 0;

	for (size_t i = 0; i + STEP_BYTES <= stub.left; i++) {
		const uint8_t *at = stub.at + i;
		unsigned before = char16(at, 0, big), behind = char16(at, 3, big);

		steps += char16(at, 1, big) == '.' && char16(at, 2, big) == '.' &&
			 ((is_separator(before) && (is_separator(behind) || !behind)) ||
			  (is_separator(behind) && !before));
	}
	return steps;
}

/* Those that begin in what was kept and end in the stub; keeps the stub's own end. */
static unsigned steps_across(struct span stub, bool big, struct dcerpc_path *path)
{
	uint8_t seam[2 * (STEP_BYTES - 1)];
	size_t front = stub.left < STEP_BYTES - 1 ? stub.left : STEP_BYTES - 1;
	size_t length = path->length + front, keep;
	unsigned steps;

	memcpy(seam, path->tail, path->length);
	memcpy(seam + path->length, stub.at, front);
	steps = path->length ? steps_by_search(span_of(seam, length), big) : 0;
	if (stub.left >= STEP_BYTES - 1) {
		keep = STEP_BYTES - 1;
		memcpy(path->tail, stub.at + stub.left - keep, keep);
	} else {
		keep = length < STEP_BYTES - 1 ? length : STEP_BYTES - 1;
		memcpy(path->tail, seam + length - keep, keep);
	}
	path->length = (uint8_t)keep;
	return steps;
}

static bool is_path_operation(const struct dcerpc_fragment *f)
{
	return f->type == DCERPC_REQUEST && !(f->marks & DCERPC_SEALED) &&
	       (f->opnum == DCERPC_OP_PATH_CANONICALIZE || f->opnum == DCERPC_OP_PATH_COMPARE);
}

unsigned dcerpc_parent_steps(const uint8_t *bytes, const struct dcerpc_fragment *fragment,
			     struct dcerpc_path *path)
{
	struct span stub = span_of(bytes + fragment->stub_offset, fragment->stub_length);
	unsigned walked = 0, found;

	if (!is_path_operation(fragment) || !stub.left)
		return 0;
	if (fragment->marks & DCERPC_FIRST)
		walked = steps_by_walk(stub, is_big(fragment), fragment->opnum);
	found = steps_by_search(stub, is_big(fragment)) +
		steps_across(stub, is_big(fragment), path);
	return walked > found ? walked : found;
}

bool dcerpc_is_path_call(const uint8_t *bytes, const struct dcerpc_fragment *fragment)
{
	struct span stub = span_of(bytes + fragment->stub_offset, fragment->stub_length);
	bool big = is_big(fragment);

	if (!is_path_operation(fragment) ||
	    (fragment->marks & (DCERPC_FIRST | DCERPC_CUT)) != DCERPC_FIRST)
		return false;
	if (u32(&stub, big) != 0)
		take_string(&stub, big);
	take_string(&stub, big);
	if (fragment->opnum == DCERPC_OP_PATH_CANONICALIZE)
		span_skip(&stub, 4); /* room for the answer */
	take_string(&stub, big);     /* the prefix, or the second path */
	span_skip(&stub, fragment->opnum == DCERPC_OP_PATH_CANONICALIZE ? 8 : 4); /* type, flags */
	return !stub.bad && stub.left < 8;
}
