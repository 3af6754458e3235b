/* SPDX-License-Identifier: Apache-2.0 */
/* dcerpc.h - one connection-oriented DCE/RPC fragment (C706 chapter 12, MS-RPCE): which
 * interface is bound, which operation is called.
 *
 * Fragments travel in SMB pipes (smb_payload()) or straight over TCP; one after the other, so
 * the next may begin frag_bytes later.  The stub is an offset and a length from the bytes that
 * were given, which nothing here keeps. Connectionless DCE/RPC (version 4 over UDP) is not read.
 * Method of the path check: worm-detection.md A.2. */
#ifndef CORDON_NET_DCERPC_H
#define CORDON_NET_DCERPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define DCERPC_CONTEXTS_MAX 4

/* In the order of the text form, whatever the byte order on the wire. */
struct dcerpc_uuid {
	uint8_t bytes[16];
};

extern const struct dcerpc_uuid dcerpc_srvsvc; /* 4b324fc8-1670-01d3-1278-5a47bf6ee188, MS08-067 */
extern const struct dcerpc_uuid dcerpc_lsarpc; /* 3919286a-b10c-11d0-9ba8-00c04fd92ef5, MS04-011 */
extern const struct dcerpc_uuid
	dcerpc_system_activator; /* 000001a0-0000-0000-c000-000000000046, DCOM */
extern const struct dcerpc_uuid
	dcerpc_remote_activation;              /* 4d9f4ab8-7d1c-11cf-861e-0020af6e7c57, MS03-026 */
extern const struct dcerpc_uuid dcerpc_atsvc;  /* 1ff70682-0a51-30e8-076d-740be8cee98b */
extern const struct dcerpc_uuid dcerpc_tasks;  /* 86d35949-83c9-4044-b424-db363231fd0c, MS-TSCH */
extern const struct dcerpc_uuid dcerpc_svcctl; /* 367abb81-9844-35f1-ad32-98f038001003 */
extern const struct dcerpc_uuid dcerpc_wkssvc; /* 6bffd098-a112-3610-9833-46c3f87e345a, MS-WKST */
extern const struct dcerpc_uuid dcerpc_pnp;    /* 8d9f4e40-a03d-11ce-8f69-08003e30051b, MS05-039 */
extern const struct dcerpc_uuid dcerpc_netlogon; /* 12345678-1234-abcd-ef00-01234567cffb, MS-NRPC */
extern const struct dcerpc_uuid dcerpc_spoolss;  /* 12345678-1234-abcd-ef00-0123456789ab, MS-RPRN */
/* f309ad18-d86a-11d0-a075-00c04fb68820 and 9556dc99-828c-11cf-a37e-00aa003240c7, MS-WMI */
extern const struct dcerpc_uuid dcerpc_wbem_login, dcerpc_wbem_services;
/* 00000131-... and 00000143-0000-0000-c000-000000000046, MS-DCOM: how connections to objects begin */
extern const struct dcerpc_uuid dcerpc_remote_unknown, dcerpc_remote_unknown2;
extern const struct dcerpc_uuid
	dcerpc_dispatch; /* 00020400-0000-0000-c000-000000000046, MS-OAUT: a program is remote-controlled */

static inline bool dcerpc_uuid_equal(const struct dcerpc_uuid *a, const struct dcerpc_uuid *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

enum dcerpc_interface {
	DCERPC_UNKNOWN,
	DCERPC_SRVSVC,
	DCERPC_LSARPC,
	DCERPC_SYSTEM_ACTIVATOR,
	DCERPC_REMOTE_ACTIVATION,
	DCERPC_ATSVC,
	DCERPC_SVCCTL,
	DCERPC_TASKS,
	DCERPC_WKSSVC,
	DCERPC_PNP,
	DCERPC_NETLOGON,
	DCERPC_SPOOLSS,
	DCERPC_WBEM_LOGIN,
	DCERPC_WBEM_SERVICES,
	DCERPC_REMOTE_UNKNOWN,
	DCERPC_REMOTE_UNKNOWN2,
	DCERPC_DISPATCH,
	DCERPC_INTERFACES
};

enum dcerpc_interface dcerpc_interface_of(const struct dcerpc_uuid *uuid);

enum dcerpc_type {
	DCERPC_REQUEST = 0,
	DCERPC_RESPONSE = 2,
	DCERPC_FAULT = 3,
	DCERPC_BIND = 11,
	DCERPC_BIND_ACK = 12,
	DCERPC_BIND_NAK = 13,
	DCERPC_ALTER = 14,
	DCERPC_ALTER_RESPONSE = 15,
};

enum dcerpc_opnum { /* of SRVSVC */
		    DCERPC_OP_PATH_CANONICALIZE = 31,
		    DCERPC_OP_PATH_COMPARE = 32,
};

enum dcerpc_mark {
	DCERPC_FIRST = 1 << 0, /* first fragment of its call */
	DCERPC_LAST = 1 << 1,  /* last one */
	DCERPC_BIG_ENDIAN = 1 << 2,
	DCERPC_SEALED = 1 << 3, /* the stub is encrypted (packet privacy) */
	DCERPC_CUT =
		1
		<< 4, /* fewer bytes at hand than the fragment claims, or lengths that contradict */
};

struct dcerpc_context {
	uint16_t id;
	uint16_t version_major, version_minor;
	struct dcerpc_uuid interface;
};

struct dcerpc_fragment {
	uint8_t type;        /* enum dcerpc_type, or another one of C706 12.6.1 */
	uint8_t marks;       /* enum dcerpc_mark */
	uint16_t frag_bytes; /* with header and trailer, as claimed: the next fragment begins there */
	uint32_t call_id;
	uint16_t context_id, opnum; /* DCERPC_REQUEST */
	uint32_t stub_offset,
		stub_length; /* DCERPC_REQUEST: what is at hand of it, without the security trailer */
	uint8_t contexts_claimed; /* DCERPC_BIND, DCERPC_ALTER */
	/* Those kept: interfaces we have a name for come before others, so that padding a bind with
	 * unused contexts does not hide one. */
	uint8_t contexts_count;
	struct dcerpc_context contexts[DCERPC_CONTEXTS_MAX];
};

/* False: not connection-oriented DCE/RPC, or not even its header.  Where the bytes end early the
 * fields so far are filled, the others zero, and DCERPC_CUT is set. */
bool dcerpc_read(const uint8_t *bytes, size_t length, struct dcerpc_fragment *fragment);

/* What the search for steps must remember between the fragments of one call; all zero before the first. */
struct dcerpc_path {
	uint8_t tail[8];
	uint8_t length;
};

/* The number of parent-directory steps in the paths of a SRVSVC NetprPathCanonicalize or
 * NetprPathCompare request read from the same bytes; 0 for other operations and sealed stubs.
 * That the context is SRVSVC is for the caller to know: the request itself does not say.  A step
 * may begin in an earlier fragment: those of a call share *path, in order.  A step at the very
 * beginning or end of a path that is no NUL-terminated string counts only in a first fragment. */
unsigned dcerpc_parent_steps(const uint8_t *bytes, const struct dcerpc_fragment *fragment,
			     struct dcerpc_path *path);

/* Whether the whole stub is made up as the arguments of one of those two operations (MS-SRVS
 * 3.1.4.30, 3.1.4.31): for those who missed the bind. */
bool dcerpc_is_path_call(const uint8_t *bytes, const struct dcerpc_fragment *fragment);

#endif
