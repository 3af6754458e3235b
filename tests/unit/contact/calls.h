/* SPDX-License-Identifier: Apache-2.0 */
/* calls.h - remote procedures called as worms call them, with arguments that hurt nobody. */
#ifndef CORDON_TESTS_CALLS_H
#define CORDON_TESTS_CALLS_H

#include "tests/unit/contact/hearing.h"

static const uint8_t srvsvc[] = { 0x4b, 0x32, 0x4f, 0xc8, 0x16, 0x70, 0x01, 0xd3,
				  0x12, 0x78, 0x5a, 0x47, 0xbf, 0x6e, 0xe1, 0x88 };
static const uint8_t lsarpc[] = { 0x39, 0x19, 0x28, 0x6a, 0xb1, 0x0c, 0x11, 0xd0,
				  0x9b, 0xa8, 0x00, 0xc0, 0x4f, 0xd9, 0x2e, 0xf5 };
static const uint8_t activation[] = { 0x4d, 0x9f, 0x4a, 0xb8, 0x7d, 0x1c, 0x11, 0xcf,
				      0x86, 0x1e, 0x00, 0x20, 0xaf, 0x6e, 0x7c, 0x57 };
static const uint8_t activator[] = { 0x00, 0x00, 0x01, 0xa0, 0x00, 0x00, 0x00, 0x00,
				     0xc0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x46 };
static const uint8_t svcctl[] = { 0x36, 0x7a, 0xbb, 0x81, 0x98, 0x44, 0x35, 0xf1,
				  0xad, 0x32, 0x98, 0xf0, 0x38, 0x00, 0x10, 0x03 };
static const uint8_t atsvc[] = { 0x1f, 0xf7, 0x06, 0x82, 0x0a, 0x51, 0x30, 0xe8,
				 0x07, 0x6d, 0x74, 0x0b, 0xe8, 0xce, 0xe9, 0x8b };
static const uint8_t tasks[] = { 0x86, 0xd3, 0x59, 0x49, 0x83, 0xc9, 0x40, 0x44,
				 0xb4, 0x24, 0xdb, 0x36, 0x32, 0x31, 0xfd, 0x0c };
static const uint8_t wkssvc[] = { 0x6b, 0xff, 0xd0, 0x98, 0xa1, 0x12, 0x36, 0x10,
				  0x98, 0x33, 0x46, 0xc3, 0xf8, 0x7e, 0x34, 0x5a };
static const uint8_t pnp[] = { 0x8d, 0x9f, 0x4e, 0x40, 0xa0, 0x3d, 0x11, 0xce,
			       0x8f, 0x69, 0x08, 0x00, 0x3e, 0x30, 0x05, 0x1b };
static const uint8_t netlogon[] = { 0x12, 0x34, 0x56, 0x78, 0x12, 0x34, 0xab, 0xcd,
				    0xef, 0x00, 0x01, 0x23, 0x45, 0x67, 0xcf, 0xfb };
static const uint8_t spoolss[] = { 0x12, 0x34, 0x56, 0x78, 0x12, 0x34, 0xab, 0xcd,
				   0xef, 0x00, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab };
enum stub {
	STUB_PATH,
	STUB_COMPARE,
	STUB_FILLER,
	STUB_SERVER,
	STUB_PREFIX,   /* a path, behind a prefix of filler characters */
	STUB_NAME,     /* a name of filler characters */
	STUB_OPTIONAL, /* the same, which may be missing */
	STUB_DEVICE,   /* the same without a server in front */
	STUB_RESOURCE, /* class-specific, of filler bytes */
	STUB_MEMORY,   /* a resource that conflicts can be over */
	STUB_CHALLENGE,
	STUB_CREDENTIAL, /* their last byte is filler */
	STUB_DRIVER,     /* that lies there */
};

struct call {
	const char *what;
	const uint8_t *uuid;
	unsigned opnum, stub;
	const char *path; /* or the server's name */
	unsigned filler;  /* bytes, or characters in front of the path */
	struct marshal how;
	bool convicts;
};

static inline void put_long_string(struct bytes *b, const struct marshal *how, unsigned chars,
				   const char *end)
{
	char text[1200];

	snprintf(text, sizeof(text), "%0*d%s", (int)chars, 0, end);
	put_wide_string(b, how, chars ? text : end);
}

static inline void put_server(struct bytes *b, const struct marshal *how)
{
	put32(b, how, 0x20000);
	put_wide_string(b, how, "\\\\10.0.0.9");
}

static inline void put_nonce(struct bytes *b, unsigned last)
{
	put_zeros(b, 7);
	put8(b, last);
}

static inline void put_resource(struct bytes *b, const struct marshal *how, uint32_t kind,
				unsigned bytes)
{
	put_wide_string(b, how, "HTREE\\ROOT\\0");
	put32(b, how, kind);
	put32(b, how, bytes);
	put_zeros(b, bytes);
	put32(b, how, bytes);
	put_zeros(b, 12);
}

static inline void put_credential(struct bytes *b, const struct marshal *how, unsigned last)
{
	put_server(b, how);
	put_wide_string(b, how, "DC$");
	put16(b, how, 6);
	put_zeros(b, 2);
	put_wide_string(b, how, "PC1"); /* no padding: bytes follow */
	put_nonce(b, last);
	put_zeros(b, b->length % 4 ? 4 - b->length % 4 : 0);
	put32(b, how, 0x212fffff);
}

static inline void put_driver(struct bytes *b, const struct marshal *how, const char *place)
{
	put_server(b, how);
	for (unsigned i = 0; i < 8; i++)
		put32(b, how, i + 2);
	put_wide_string(b, how, "A Printer");
	put_wide_string(b, how, "Windows x64");
	put_wide_string(b, how, "C:\\Windows\\System32\\DriverStore\\UNIDRV.DLL");
	put_wide_string(b, how, place);
	put_wide_string(b, how, "C:\\Windows\\System32\\winhttp.dll");
	put32(b, how, 0x8014);
}

static inline struct bytes newer_stub_of(const struct call *call)
{
	const struct marshal *how = &call->how;
	struct bytes b = { 0 };

	switch (call->stub) {
	case STUB_RESOURCE:
		put_resource(&b, how, 0xffff, call->filler);
		break;
	case STUB_MEMORY:
		put_resource(&b, how, 1, call->filler);
		break;
	case STUB_CHALLENGE:
		put_server(&b, how);
		put_wide_string(&b, how, "PC1");
		put_nonce(&b, call->filler);
		break;
	case STUB_CREDENTIAL:
		put_credential(&b, how, call->filler);
		break;
	case STUB_DRIVER:
		put_driver(&b, how, call->path);
		break;
	default:
		if (call->stub != STUB_DEVICE)
			put_server(&b, how);
		if (call->stub != STUB_NAME)
			put32(&b, how, 0x20004);
		put_long_string(&b, how, call->filler, "");
		put_zeros(&b, 16);
	}
	return b;
}

static inline struct bytes stub_of(const struct call *call)
{
	const struct marshal *how = &call->how;
	struct bytes b = { 0 };

	if (call->stub >= STUB_NAME)
		return newer_stub_of(call);
	switch (call->stub) {
	case STUB_FILLER:
		put_zeros(&b, call->filler);
		break;
	case STUB_SERVER:
		put16(&b, how, 5); /* ORPCTHIS: MS-DCOM 2.2.13.3 */
		put16(&b, how, 1);
		put_zeros(&b, 44);
		put_wide(&b, how, "\\\\");
		for (unsigned i = 0; i < call->filler; i++)
			put_wide(&b, how, "F");
		put_wide(&b, how, call->path);
		break;
	default:
		put32(&b, how, 0x20000);
		put_wide_string(&b, how, "10.0.0.9");
		put_wide_string(&b, how, call->path);
		if (call->stub != STUB_COMPARE)
			put32(&b, how, 1000);
		put_long_string(&b, how, call->stub == STUB_PREFIX ? call->filler : 0, "\\");
		put_zeros(&b, call->stub != STUB_COMPARE ? 8 : 4);
	}
	return b;
}

static inline void call_by(struct exchange *exchange, const struct call *call, enum way way)
{
	struct bytes stub = stub_of(call);

	for (size_t at = 0; at < stub.length;) {
		struct bytes fragment = { 0 };

		at = put_fragment(&fragment, &call->how, call->opnum, &stub, at);
		exchange_send(exchange, way, &fragment);
	}
}

static inline void bind_and_call(struct exchange *exchange, const struct call *call, enum way way)
{
	struct bytes bind = bind_to(&call->how, call->uuid);

	exchange_send(exchange, way, &bind);
	call_by(exchange, call, way);
}

#endif
