/* SPDX-License-Identifier: Apache-2.0 */
/* Each exploit by each way to its server and however its bytes arrive: the reader must tell the same, and content must
 * convict by it; what resembles it must not be told so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/contact/exploits.h"
#include "tests/unit/detectors/said.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

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

/* ---- hearing ------------------------------------------------------------------------------------ */

#define TOLD_MAX 64

/* What was told, in a word each. */
struct told {
	unsigned count;
	uint32_t what[TOLD_MAX];
	struct observation all[TOLD_MAX];
};

static struct told heard;
static struct reader *reader;

static uint32_t word_of(const struct observation *o)
{
	if (o->kind == OBSERVED_SMB)
		return (uint32_t)o->smb.act << 1 | o->smb.is_answer;
	if (o->kind != OBSERVED_RPC)
		return (uint32_t)o->kind << 24;
	return (uint32_t)o->kind << 24 | (uint32_t)o->rpc.interface << 20 |
	       (uint32_t)o->rpc.opnum << 3 | (o->rpc.climbs ? 1u : 0u) |
	       (o->rpc.endless_server ? 2u : 0u) | (uint32_t)o->rpc.wrong << 12 |
	       (o->rpc.stub_bytes > RPC_BIG_STUB_BYTES ? 4u : 0u);
}

static void hear(void *arg, const struct observation *observation)
{
	(void)arg;
	assert_true(heard.count < TOLD_MAX);
	heard.what[heard.count] = word_of(observation);
	heard.all[heard.count++] = *observation;
}

static int start_reader(void **state)
{
	struct hash_key key = { { 3, 4 } };

	(void)state;
	reader = reader_new(&key, 64, hear, NULL);
	return 0;
}

static int stop_reader(void **state)
{
	(void)state;
	reader_free(reader);
	return 0;
}

/* ---- arriving ----------------------------------------------------------------------------------- */

enum arrival { IN_ORDER, SWAPPED, REPEATED, OVERLAPPING, ARRIVALS };

struct talk {
	uint16_t client_port, port;
	uint32_t sent, answered;
};

static void segment(const struct talk *talk, bool by_server, const uint8_t *bytes, uint32_t from,
		    uint32_t to)
{
	struct ip client = wire_ip("10.0.0.5"), server = wire_ip("10.0.0.9");
	struct packet packet = wire_tcp(0, &client, &server, talk->port, TCP_ACK | TCP_PSH);

	packet.src_port = talk->client_port;
	if (by_server)
		packet = wire_answer(0, &packet, TCP_ACK);
	packet.tcp_seq = by_server ? 90000 + talk->answered + from : 7000 + talk->sent + from;
	packet.tcp_ack = by_server ? 7000 + talk->sent : 90000 + talk->answered;
	packet.payload = bytes + from;
	packet.payload_length = to - from;
	if (from < to)
		reader_see(reader, &packet);
}

static void arrive(const struct talk *talk, const struct bytes *said, uint32_t cut,
		   enum arrival arrival)
{
	uint32_t length = (uint32_t)said->length, early = cut > 5 ? cut - 5 : 0;
	const uint8_t *bytes = said->at;

	switch (arrival) {
	case SWAPPED:
		segment(talk, false, bytes, cut, length);
		segment(talk, false, bytes, 0, cut);
		break;
	case REPEATED:
		segment(talk, false, bytes, 0, cut);
		segment(talk, false, bytes, 0, cut);
		segment(talk, false, bytes, cut, length);
		segment(talk, false, bytes, 0, length);
		break;
	case OVERLAPPING:
		segment(talk, false, bytes, 0, cut);
		segment(talk, false, bytes, early, length);
		break;
	default:
		segment(talk, false, bytes, 0, cut);
		segment(talk, false, bytes, cut, length);
	}
}

/* The message with this number is cut there, the others are whole; none is cut for UINT32_MAX. */
static void play(const struct exchange *exchange, unsigned cut_step, uint32_t cut,
		 enum arrival arrival)
{
	static uint16_t client_port = 20000;
	struct talk talk = { .client_port = client_port++, .port = exchange->port };

	if (client_port > 60000)
		client_port = 20000;
	heard.count = 0;
	for (unsigned i = 0; i < exchange->count; i++) {
		const struct step *step = &exchange->steps[i];
		uint32_t length = (uint32_t)step->said.length;

		if (step->by_server) {
			segment(&talk, true, step->said.at, 0, length);
			talk.answered += length;
			continue;
		}
		arrive(&talk, &step->said, i == cut_step ? cut : 0,
		       i == cut_step ? arrival : IN_ORDER);
		talk.sent += length;
	}
}

static unsigned convictions(void)
{
	struct scene scene;
	unsigned convicted;

	scene_start(&scene);
	for (unsigned i = 0; i < heard.count; i++)
		scene_said(&scene, &heard.all[i]);
	convicted = scene.convicted;
	scene_stop(&scene);
	return convicted;
}

/* Cut at every place of every message, in every manner of arriving.  On a port of its own a connection is known by its
 * first bytes, which must come first. */
static void told_however_it_arrives(const struct exchange *exchange, const char *what,
				    bool is_adopted)
{
	struct told whole;

	play(exchange, 0, 0, IN_ORDER);
	whole = heard;
	for (unsigned step = 0; step < exchange->count; step++) {
		uint32_t length = (uint32_t)exchange->steps[step].said.length;

		for (uint32_t cut = 1; !exchange->steps[step].by_server && cut < length; cut++)
			for (unsigned arrival = 0; arrival < ARRIVALS; arrival++) {
				if (step == 0 && is_adopted && arrival == SWAPPED)
					continue;
				play(exchange, step, cut, (enum arrival)arrival);
				if (heard.count != whole.count ||
				    memcmp(heard.what, whole.what,
					   whole.count * sizeof(whole.what[0])))
					fail_msg(
						"%s: message %u cut at %u, arrival %u: %u told, %u whole",
						what, step, cut, arrival, heard.count, whole.count);
			}
	}
}

/* ---- calls -------------------------------------------------------------------------------------- */

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

static void put_long_string(struct bytes *b, const struct marshal *how, unsigned chars,
			    const char *end)
{
	char text[1200];

	snprintf(text, sizeof(text), "%0*d%s", (int)chars, 0, end);
	put_wide_string(b, how, chars ? text : end);
}

static void put_server(struct bytes *b, const struct marshal *how)
{
	put32(b, how, 0x20000);
	put_wide_string(b, how, "\\\\10.0.0.9");
}

static void put_nonce(struct bytes *b, unsigned last)
{
	put_zeros(b, 7);
	put8(b, last);
}

static void put_resource(struct bytes *b, const struct marshal *how, uint32_t kind, unsigned bytes)
{
	put_wide_string(b, how, "HTREE\\ROOT\\0");
	put32(b, how, kind);
	put32(b, how, bytes);
	put_zeros(b, bytes);
	put32(b, how, bytes);
	put_zeros(b, 12);
}

static void put_credential(struct bytes *b, const struct marshal *how, unsigned last)
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

static void put_driver(struct bytes *b, const struct marshal *how, const char *place)
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

static struct bytes newer_stub_of(const struct call *call)
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

static struct bytes stub_of(const struct call *call)
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
		put_zeros(&b, 48);
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

static void call_by(struct exchange *exchange, const struct call *call, enum way way)
{
	struct bytes stub = stub_of(call);

	for (size_t at = 0; at < stub.length;) {
		struct bytes fragment = { 0 };

		at = put_fragment(&fragment, &call->how, call->opnum, &stub, at);
		exchange_send(exchange, way, &fragment);
	}
}

static void bind_and_call(struct exchange *exchange, const struct call *call, enum way way)
{
	struct bytes bind = bind_to(&call->how, call->uuid);

	exchange_send(exchange, way, &bind);
	call_by(exchange, call, way);
}

static const struct call calls[] = {
	{ "MS08-067", srvsvc, 31, STUB_PATH, "\\A\\..\\..\\B", 0, { 0 }, true },
	{ "MS08-067, slashes", srvsvc, 31, STUB_PATH, "/A/../../B", 0, { 0 }, true },
	{ "MS08-067, steps first", srvsvc, 31, STUB_PATH, "..\\..\\B", 0, { 0 }, true },
	{ "MS08-067, big endian", srvsvc, 31, STUB_PATH, "\\A\\..\\..\\B", 0, { true, 0 }, true },
	{ "MS08-067, comparison", srvsvc, 32, STUB_COMPARE, "\\A\\..\\..\\B", 0, { 0 }, true },
	{ "MS08-067, in fragments", srvsvc, 31, STUB_PATH, "\\A\\..\\..\\B", 0, { false, 8 }, true },
	{ "MS08-067, in big endian fragments",
	  srvsvc,
	  31,
	  STUB_PATH,
	  "\\A\\..\\B",
	  0,
	  { true, 9 },
	  true },
	{ "MS04-011", lsarpc, 9, STUB_FILLER, NULL, 1200, { 0 }, true },
	{ "MS04-011, in fragments", lsarpc, 9, STUB_FILLER, NULL, 1200, { false, 200 }, true },
	{ "MS03-026", activation, 0, STUB_SERVER, "\\C$\\1.doc", 300, { 0 }, true },
	{ "MS03-026, big endian", activation, 0, STUB_SERVER, "\\C$\\1.doc", 300, { true, 0 }, true },
	{ "MS03-026, by the activator", activator, 4, STUB_SERVER, "\\C$\\1.doc", 300, { 0 }, true },
	{ "MS03-026, in fragments",
	  activator,
	  4,
	  STUB_SERVER,
	  "\\C$\\1.doc",
	  300,
	  { false, 101 },
	  true },
	{ "a path of its own share",
	  srvsvc,
	  31,
	  STUB_PATH,
	  "\\share\\a..b\\...\\c",
	  0,
	  { 0 },
	  false },
	{ "shares listed", srvsvc, 15, STUB_PATH, "\\A\\..\\B", 0, { 0 }, false },
	{ "a small upgrade", lsarpc, 9, STUB_FILLER, NULL, 400, { 0 }, false },
	{ "a domain looked up", lsarpc, 0, STUB_FILLER, NULL, 1200, { 0 }, false },
	{ "an object activated (WMI, DCOM)", activator, 4, STUB_FILLER, NULL, 1200, { 0 }, false },
	{ "an object on a long path", activator, 4, STUB_SERVER, "\\C$\\1.doc", 250, { 0 }, false },
	{ "a service made without a file", svcctl, 12, STUB_FILLER, NULL, 600, { 0 }, false },
	{ "a task made without a file", tasks, 1, STUB_FILLER, NULL, 600, { 0 }, false },
	{ "a printer", spoolss, 31, STUB_PATH, "\\A\\..\\B", 0, { 0 }, false },
	{ "MS06-040", srvsvc, 31, STUB_PREFIX, "\\A", 530, { 0 }, true },
	{ "MS06-040, in big endian fragments",
	  srvsvc,
	  31,
	  STUB_PREFIX,
	  "\\A",
	  530,
	  { true, 97 },
	  true },
	{ "the longest path behind the longest prefix",
	  srvsvc,
	  31,
	  STUB_PREFIX,
	  "\\A",
	  515,
	  { 0 },
	  false },
	{ "MS03-049", wkssvc, 27, STUB_OPTIONAL, NULL, 600, { 0 }, true },
	{ "MS03-049, in fragments", wkssvc, 25, STUB_NAME, NULL, 600, { false, 101 }, true },
	{ "MS06-070", wkssvc, 22, STUB_NAME, NULL, 600, { true, 0 }, true },
	{ "a domain and its controller, joined", wkssvc, 22, STUB_NAME, NULL, 511, { 0 }, false },
	{ "its users listed", wkssvc, 2, STUB_NAME, NULL, 600, { 0 }, false },
	{ "MS05-039", pnp, 54, STUB_RESOURCE, NULL, 300, { 0 }, true },
	{ "MS05-039, in fragments", pnp, 54, STUB_RESOURCE, NULL, 300, { true, 31 }, true },
	{ "conflicts over memory", pnp, 54, STUB_MEMORY, NULL, 300, { 0 }, false },
	{ "a small resource of its class", pnp, 54, STUB_RESOURCE, NULL, 44, { 0 }, false },
	{ "MS05-047", pnp, 10, STUB_DEVICE, NULL, 300, { 0 }, true },
	{ "devices of a service listed", pnp, 10, STUB_DEVICE, NULL, 200, { 0 }, false },
	{ "a zero challenge", netlogon, 4, STUB_CHALLENGE, NULL, 0, { 0 }, true },
	{ "a zero credential", netlogon, 26, STUB_CREDENTIAL, NULL, 0, { 0 }, true },
	{ "a zero credential, in fragments",
	  netlogon,
	  15,
	  STUB_CREDENTIAL,
	  NULL,
	  0,
	  { true, 11 },
	  true },
	{ "a challenge", netlogon, 4, STUB_CHALLENGE, NULL, 1, { 0 }, false },
	{ "a credential", netlogon, 26, STUB_CREDENTIAL, NULL, 1, { 0 }, false },
	{ "a driver of the caller's",
	  spoolss,
	  89,
	  STUB_DRIVER,
	  "\\\\10.0.0.5\\s\\x.dll",
	  0,
	  { 0 },
	  true },
	{ "a driver by the kernel's path",
	  spoolss,
	  89,
	  STUB_DRIVER,
	  "\\??\\UNC\\10.0.0.8\\s\\x.dll",
	  0,
	  { true, 0 },
	  true },
	{ "a driver of the caller's, in fragments",
	  spoolss,
	  9,
	  STUB_DRIVER,
	  "\\\\?\\UNC\\10.0.0.5\\s\\x.dll",
	  0,
	  { false, 33 },
	  true },
	{ "a driver that was copied before",
	  spoolss,
	  89,
	  STUB_DRIVER,
	  "C:\\Windows\\System32\\x.dll",
	  0,
	  { 0 },
	  false },
	{ "a driver on the server's share",
	  spoolss,
	  89,
	  STUB_DRIVER,
	  "\\\\10.0.0.5\\print$\\x64\\x.dll",
	  0,
	  { 0 },
	  false },
	{ "a driver on a long path",
	  spoolss,
	  89,
	  STUB_DRIVER,
	  "\\\\?\\C:\\x\\x.dll",
	  0,
	  { 0 },
	  false },
	{ "a driver of a file server",
	  spoolss,
	  89,
	  STUB_DRIVER,
	  "\\\\files\\s\\x.dll",
	  0,
	  { 0 },
	  false },
	{ "a printer, opened from its path",
	  spoolss,
	  69,
	  STUB_DRIVER,
	  "\\\\10.0.0.5\\s\\x",
	  0,
	  { 0 },
	  false },
};

static const struct {
	const char *what;
	enum way way;
	uint16_t port;
	bool is_adopted; /* the port alone does not say what is spoken */
} ways[] = {
	{ "SMB1 write", WAY_SMB1_WRITE, 445, false },
	{ "SMB1 write over NetBIOS", WAY_SMB1_WRITE, 139, false },
	{ "SMB1 core write", WAY_SMB1_CORE_WRITE, 445, false },
	{ "SMB1 transaction", WAY_SMB1_TRANSACT, 445, false },
	{ "SMB1 transaction over NetBIOS", WAY_SMB1_TRANSACT, 139, false },
	{ "SMB1 transaction in parts", WAY_SMB1_TRANSACT_PARTS, 445, false },
	{ "SMB1 chain", WAY_SMB1_CHAIN, 445, false },
	{ "SMB2 write", WAY_SMB2_WRITE, 445, false },
	{ "SMB2 write over NetBIOS", WAY_SMB2_WRITE, 139, false },
	{ "SMB2 transceive", WAY_SMB2_TRANSCEIVE, 445, false },
	{ "SMB2 compound", WAY_SMB2_COMPOUND, 445, false },
	{ "TCP 135", WAY_TCP, 135, false },
	{ "TCP 593", WAY_TCP, 593, false },
	{ "TCP on a dynamic port", WAY_TCP, 49155, true },
	{ "TCP on a port below its client's", WAY_TCP, 1026, true },
};

static const struct call *call_named(const char *what)
{
	for (size_t c = 0; c < COUNT(calls); c++)
		if (strcmp(calls[c].what, what) == 0)
			return &calls[c];
	fail_msg("%s", what);
	return NULL;
}

static void every_call_convicts_or_not_by_every_way(void **state)
{
	(void)state;
	for (size_t c = 0; c < COUNT(calls); c++)
		for (size_t w = 0; w < COUNT(ways); w++) {
			static struct exchange exchange;

			exchange.count = 0;
			exchange.port = ways[w].port;
			if (exchange.port == 139)
				exchange_begin_session(&exchange);
			bind_and_call(&exchange, &calls[c], ways[w].way);
			play(&exchange, 0, 0, IN_ORDER);
			if (convictions() != calls[c].convicts)
				fail_msg("%s by %s", calls[c].what, ways[w].what);
		}
}

static void a_call_is_told_wherever_its_segments_are_cut(void **state)
{
	static const struct {
		const char *what;
		unsigned every; /* way: of the slower ones one is enough */
	} some[] = {
		{ "MS08-067", 1 },
		{ "MS08-067, big endian", 1 },
		{ "MS08-067, in fragments", 1 },
		{ "MS04-011, in fragments", 1 },
		{ "MS03-026, in fragments", 1 },
		{ "MS06-040, in big endian fragments", 4 },
		{ "MS03-049, in fragments", 4 },
		{ "MS05-039, in fragments", 2 },
		{ "a zero challenge", 2 },
		{ "a zero credential, in fragments", 1 },
		{ "a driver of the caller's, in fragments", 4 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(some); i++)
		for (size_t w = i % some[i].every; w < COUNT(ways); w += some[i].every) {
			const struct call *call = call_named(some[i].what);
			static struct exchange exchange;

			exchange.count = 0;
			exchange.port = ways[w].port;
			if (exchange.port == 139)
				exchange_begin_session(&exchange);
			bind_and_call(&exchange, call, ways[w].way);
			told_however_it_arrives(&exchange, ways[w].what, ways[w].is_adopted);
			assert_true(heard.count > 0);
		}
}

static void a_path_call_is_known_when_its_bind_was_missed(void **state)
{
	static const enum way pipes[] = { WAY_SMB1_WRITE, WAY_SMB1_TRANSACT, WAY_SMB2_WRITE,
					  WAY_TCP };

	(void)state;
	for (size_t i = 0; i < COUNT(pipes); i++)
		for (size_t c = 0; c < COUNT(calls); c++) {
			bool is_whole = calls[c].uuid == srvsvc && !calls[c].how.fragment_bytes;
			static struct exchange exchange;

			exchange.count = 0;
			exchange.port = pipes[i] == WAY_TCP ? 135 : 445;
			call_by(&exchange, &calls[c], pipes[i]);
			play(&exchange, 0, 0, IN_ORDER);
			/* A printer's call with those arguments cannot be told from it: none has them. */
			if (calls[c].uuid != spoolss &&
			    convictions() != (calls[c].convicts && is_whole))
				fail_msg("%s by way %u", calls[c].what, pipes[i]);
		}
}

static void one_pipe_does_not_hide_another(void **state)
{
	static struct exchange exchange;
	struct bytes stub = stub_of(&calls[5]), other;

	(void)state;
	exchange.count = 0;
	exchange.port = 445;
	other = bind_to(&calls[5].how, srvsvc);
	exchange_send(&exchange, WAY_SMB1_WRITE, &other);
	for (size_t at = 0; at < stub.length;) {
		struct bytes fragment = { 0 }, decoy = { 0 };

		at = put_fragment(&fragment, &calls[5].how, 31, &stub, at);
		exchange_send(&exchange, WAY_SMB1_WRITE, &fragment);
		if (exchange.count + 1 >= STEPS_MAX)
			break;
		/* The same call by number, on another pipe in between. */
		(void)put_fragment(&decoy, &(struct marshal){ false, 4 }, 31, &stub, 4);
		put_pipe_write(exchange_step(&exchange, false), &decoy);
		set_le16(&exchange.steps[exchange.count - 1].said, 4 + 32 + 1 + 4, PIPE + 1);
	}
	play(&exchange, 0, 0, IN_ORDER);
	assert_int_equal(convictions(), 1);
}

/* ---- SMB's own ---------------------------------------------------------------------------------- */

static void put_ping(struct bytes *b)
{
	put_trans2(b, 0x0e);
}
static void put_large(struct bytes *b)
{
	put_nt_transact(b, 66512);
}
static void put_beyond(struct bytes *b)
{
	put_secondary(b, 0xa1, true);
	set_le16(b, 4 + 32 + 1 + 3 + 4, 4097);
}
static void put_beyond_short(struct bytes *b)
{
	put_secondary(b, 0x26, false);
	set_le16(b, 4 + 32 + 1 + 2, 4097);
}
static void put_peek(struct bytes *b)
{
	put_pipe_transaction(b, 0x23, "");
	set_le16(b, 4 + 32 + 1 + 30, 0);
}
static void put_peek_real(struct bytes *b)
{
	put_pipe_transaction(b, 0x23, "");
}
static void put_ordinary(struct bytes *b)
{
	put_trans2(b, 0x05);
}

static const struct {
	const char *what;
	void (*put)(struct bytes *b);
	unsigned told;
	bool convicts;
} messages[] = {
	{ "DoublePulsar", put_ping, 1, true },
	{ "EternalBlue's announcement", put_large, 2, true }, /* and its function is reserved */
	{ "EternalBlue's last part", put_beyond, 1, true },
	{ "EternalRomance's last part", put_beyond_short, 1, true },
	{ "the test for MS17-010", put_peek, 1, false },
	{ "a pipe looked into", put_peek_real, 0, false },
	{ "a file looked up", put_ordinary, 0, false },
};

static void messages_of_the_eternal_family_convict_wherever_they_are_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(messages); i++)
		for (unsigned netbios = 0; netbios < 2; netbios++) {
			static struct exchange exchange;
			struct bytes *b;

			exchange.count = 0;
			exchange.port = netbios ? 139 : 445;
			if (netbios)
				exchange_begin_session(&exchange);
			b = exchange_step(&exchange, false);
			messages[i].put(b);
			finish_frame(b);
			play(&exchange, 0, 0, IN_ORDER);
			if (heard.count != messages[i].told ||
			    convictions() != messages[i].convicts)
				fail_msg("%s: %u told", messages[i].what, heard.count);
			told_however_it_arrives(&exchange, messages[i].what, false);
		}
}

/* ---- administrative shares ---------------------------------------------------------------------- */

static void answer_tree(struct exchange *exchange, bool smb2)
{
	struct bytes *b = exchange_step(exchange, true);

	if (smb2) {
		put_smb2(b, 3, 1, 0);
		put_le16(b, 16);
		put_zeros(b, 14);
	} else {
		put_smb1(b, 0x75, 0);
		b->at[4 + 9] |= 0x80;
		put_words(b, 0);
		put_le16(b, 0);
	}
	finish_frame(b);
}

static void copy_to(struct exchange *exchange, const char *share, bool smb2, bool narrow)
{
	struct bytes file = { 0 };
	struct bytes *b = exchange_step(exchange, false);

	if (smb2) {
		put_smb2_tree(b, share);
	} else if (narrow) {
		put_smb1(b, 0x75, 0);
		set_le16(b, 14, 0x4000); /* no Unicode */
		put_words(b, 4);
		put_le32(b, 0xff);
		put_le16(b, 8);
		put_le16(b, 1);
		put_le16(b, (unsigned)strlen(share) + 8);
		put8(b, 0);
		put(b, share, strlen(share) + 1);
		put(b, "?????", 6);
	} else {
		put_tree_connect(b, share);
	}
	finish_frame(b);
	answer_tree(exchange, smb2);
	put(&file, "MZ program", 10);
	b = exchange_step(exchange, false);
	if (smb2)
		put_smb2_write(b, &file);
	else
		put_pipe_write(b, &file);
}

static void a_copy_and_a_remote_start_are_told_but_never_convict(void **state)
{
	static const struct {
		const char *what, *share;
		bool smb2, narrow;
		const uint8_t *uuid;
		unsigned opnum;
		bool is_suspicious;
	} cases[] = {
		{ "service, SMB1", "\\\\10.0.0.9\\ADMIN$", false, false, svcctl, 12, true },
		{ "service, SMB1 in 8-bit text", "\\\\10.0.0.9\\admin$", false, true, svcctl, 12,
		  true },
		{ "service, SMB2", "\\\\10.0.0.9\\ADMIN$", true, false, svcctl, 12, true },
		{ "job, SMB1", "\\\\10.0.0.9\\C$", false, false, atsvc, 0, true },
		{ "job, SMB2", "\\\\10.0.0.9\\C$", true, false, atsvc, 0, true },
		{ "task, SMB2", "\\\\10.0.0.9\\ADMIN$", true, false, tasks, 1, true },
		{ "a copy to a share, and a service", "\\\\10.0.0.9\\data", true, false, svcctl, 12,
		  false },
		{ "a copy, and a printer", "\\\\10.0.0.9\\ADMIN$", true, false, spoolss, 1, false },
	};
	static const enum way starts[] = { WAY_SMB1_TRANSACT, WAY_SMB2_TRANSCEIVE, WAY_TCP };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t w = 0; w < COUNT(starts); w++) {
			struct call call = { .uuid = cases[i].uuid,
					     .opnum = cases[i].opnum,
					     .stub = STUB_FILLER,
					     .filler = 200 };
			static struct exchange exchange;
			struct told copy;
			struct scene scene;

			/* Two connections: the copy, then the start, perhaps on a port of its own. */
			exchange.count = 0;
			exchange.port = 445;
			copy_to(&exchange, cases[i].share, cases[i].smb2, cases[i].narrow);
			play(&exchange, 0, 0, IN_ORDER);
			copy = heard;
			exchange.count = 0;
			exchange.port = starts[w] == WAY_TCP ? 49160 : 445;
			bind_and_call(&exchange, &call, starts[w]);
			play(&exchange, 0, 0, IN_ORDER);
			scene_start(&scene);
			for (unsigned n = 0; n < copy.count; n++)
				scene_said(&scene, &copy.all[n]);
			assert_int_equal(scene.statements, 0);
			for (unsigned n = 0; n < heard.count; n++)
				scene_said(&scene, &heard.all[n]);
			if ((scene.statements > 0) != cases[i].is_suspicious || scene.convicted)
				fail_msg("%s by %zu: %u statements", cases[i].what, w,
					 scene.statements);
			scene_stop(&scene);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_call_convicts_or_not_by_every_way),
		cmocka_unit_test(a_call_is_told_wherever_its_segments_are_cut),
		cmocka_unit_test(a_path_call_is_known_when_its_bind_was_missed),
		cmocka_unit_test(one_pipe_does_not_hide_another),
		cmocka_unit_test(messages_of_the_eternal_family_convict_wherever_they_are_cut),
		cmocka_unit_test(a_copy_and_a_remote_start_are_told_but_never_convict),
	};

	return cmocka_run_group_tests(tests, start_reader, stop_reader);
}
