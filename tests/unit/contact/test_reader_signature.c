/* SPDX-License-Identifier: Apache-2.0 */
/* Exploits that are no remote procedures: however their bytes arrive the reader must tell the same, and content must
 * convict by it; what resembles them must not be told so. */
#include "tests/unit/contact/calls.h"

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

/* MS-SMB2 2.2.42. */
static void put_compressed(struct bytes *b, uint32_t original, unsigned flags, uint32_t offset)
{
	put_zeros(b, 4);
	put(b, "\374SMB", 4);
	put_le32(b, original);
	put_le16(b, 1);
	put_le16(b, flags);
	put_le32(b, offset);
	put_zeros(b, 64);
}

static void put_overflow(struct bytes *b)
{
	put_compressed(b, 0xffffffff, 0, 16);
}
static void put_overflow_behind(struct bytes *b)
{
	put_compressed(b, 16, 0, 0xffffffff);
}
static void put_overflow_chained(struct bytes *b)
{
	put_compressed(b, 0x1000000, 1, 16);
}
/* MS-SMB 2.2.4.6.1, with a token of RFC 4178 whose flags are these. */
static void put_token_logon(struct bytes *b, const char *flags, unsigned length)
{
	unsigned inner = length + 2 + 14;

	put_smb1(b, 0x73, 0);
	put_words(b, 12);
	put_le16(b, 0xff);
	put_zeros(b, 12);
	put_le16(b, inner + 14);
	put_zeros(b, 8);
	put_le16(b, inner + 14);
	put8(b, 0x60);
	put8(b, inner + 12);
	put(b, "\x06\x06\x2b\x06\x01\x05\x05\x02\xa0", 9);
	put8(b, inner + 2);
	put8(b, 0x30);
	put8(b, inner);
	put(b, "\xa0\x0c\x30\x0a\x06\x08\x2b\x06\x01\x04\x01\x82\x37\x02", 14);
	put8(b, 0xa1);
	put8(b, length);
	put(b, flags, length);
}

static void put_bits_below_zero(struct bytes *b)
{
	put_token_logon(b, "\x23\x03\x03\x01\x07", 5);
}
static void put_endless_length(struct bytes *b)
{
	put_token_logon(b, "\x03\x84\xff\xff\xff\xff\x00", 7);
}
static void put_flags(struct bytes *b)
{
	put_token_logon(b, "\x03\x02\x01\x06", 4);
}
static void put_no_flags(struct bytes *b)
{
	put_token_logon(b, "\x03\x01\x00", 3);
}

static void put_packed(struct bytes *b)
{
	put_compressed(b, 0x800000, 0, 64);
}
static void put_packed_chained(struct bytes *b)
{
	put_compressed(b, 0xffffff, 1, 64);
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
	{ "MS04-007", put_bits_below_zero, 1, true },
	{ "MS04-007 by a length", put_endless_length, 1, true },
	{ "a logon", put_flags, 0, false },
	{ "a logon without flags", put_no_flags, 0, false },
	{ "SMBGhost", put_overflow, 1, true },
	{ "SMBGhost by the offset", put_overflow_behind, 1, true },
	{ "SMBGhost in a chain", put_overflow_chained, 1, true },
	{ "a compressed message", put_packed, 0, false },
	{ "a compressed chain", put_packed_chained, 0, false },
};

static void messages_of_smb_exploits_convict_wherever_they_are_cut(void **state)
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

/* ---- desktops and the web ------------------------------------------------------------------------- */

enum security { RDP_OWN, RDP_TLS, RDP_OLD };

static void put_tpkt(struct bytes *b, const struct bytes *body)
{
	put_le16(b, 3);
	put_be16(b, (unsigned)body->length + 4);
	put(b, body->at, body->length);
}

static void open_desktop(struct exchange *exchange, enum security security)
{
	struct bytes request = { 0 }, confirm = { 0 };

	put(&request, "\x0e\xe0\0\0\0\0\0\1\0\x08\0\3\0\0\0", 15);
	put_tpkt(exchange_step(exchange, false), &request);
	put(&confirm, "\x0e\xd0\0\0\x12\x34\0\2\0\x08\0\0\0\0\0", 15);
	confirm.at[11] = security == RDP_TLS;
	if (security == RDP_OLD)
		confirm.length = 7;
	put_tpkt(exchange_step(exchange, true), &confirm);
}

/* MS-RDPBCGR 2.2.1.3, with the lengths that a client writes around the blocks left at zero. */
static void connect_desktop(struct exchange *exchange, const char *const *channels)
{
	struct bytes body = { 0 };
	unsigned count = 0;

	while (channels[count])
		count++;
	put(&body, "\2\xf0\x80\x7f\x65\x82\1\x90", 8);
	put_zeros(&body, 90);
	put(&body, "Duca\x81\x0c", 6);
	put_le16(&body, 0xc001);
	put_le16(&body, 216);
	put_zeros(&body, 212);
	put_le16(&body, 0xc003);
	put_le16(&body, 8 + 12 * count);
	put_le32(&body, count);
	for (unsigned i = 0; i < count; i++) {
		char name[8] = "";

		snprintf(name, sizeof(name), "%s", channels[i]);
		put(&body, name, sizeof(name));
		put_le32(&body, 0x80800000);
	}
	put_tpkt(exchange_step(exchange, false), &body);
}

static void a_channel_of_the_servers_own_convicts(void **state)
{
	static const struct {
		const char *what, *channels[5];
		enum security security;
		bool convicts;
	} cases[] = {
		{ "BlueKeep", { "rdpdr", "cliprdr", "MS_T120" }, RDP_OWN, true },
		{ "in other letters", { "ms_t120", "rdpsnd" }, RDP_OWN, true },
		{ "at an old server", { "rdpsnd", "MS_T120", "rdpdr" }, RDP_OLD, true },
		{ "a desktop", { "rdpdr", "rdpsnd", "cliprdr", "drdynvc" }, RDP_OWN, false },
		{ "no channels", { NULL }, RDP_OLD, false },
		{ "a name that begins so", { "MS_T12", "MS_T121" }, RDP_OWN, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		static struct exchange exchange;

		exchange.count = 0;
		exchange.port = 3389;
		open_desktop(&exchange, cases[i].security);
		connect_desktop(&exchange, cases[i].channels);
		play(&exchange, 0, 0, IN_ORDER);
		if (convictions() != cases[i].convicts)
			fail_msg("%s", cases[i].what);
		told_however_it_arrives(&exchange, cases[i].what, false);
	}
}

/* What TLS carries may look like anything. */
static void behind_tls_nothing_is_read(void **state)
{
	static const char *const channels[] = { "MS_T120", NULL };
	static struct exchange exchange;

	(void)state;
	exchange.count = 0;
	exchange.port = 3389;
	open_desktop(&exchange, RDP_TLS);
	connect_desktop(&exchange, channels);
	play(&exchange, 0, 0, IN_ORDER);
	assert_int_equal(convictions(), 0);
}

static const struct {
	const char *what, *target;
	unsigned filler; /* letters behind it */
	const char *end;
	bool is_told;
} requests[] = {
	{ "Code Red", "/default.ida?", 224, "%u9090=a HTTP/1.0\r\n", true },
	{ "Code Red, longer than is looked at", "/default.ida?", 700, " HTTP/1.0\r\n", true },
	{ "an index server's query", "/query.idq?CiScope=", 300, " HTTP/1.0\r\n", false },
	{ "a short one", "/default.ida?", 223, " HTTP/1.0\r\n", false },
	{ "an endless one of somebody else", "/default.asp?", 300, " HTTP/1.0\r\n", false },
	{ "Nimda", "/scripts/..%255c../winnt/system32/cmd.exe?/c+dir", 0, " HTTP/1.0\r\n", true },
	{ "Nimda, after Code Red II", "/MSADC/root.exe?/c+dir", 0, " HTTP/1.0\r\n", true },
	{ "Nimda, old line", "/c/winnt/system32/CMD.EXE?/C%20dir", 0, "\r\n", true },
	{ "a program fetched", "/tools/cmd.exe", 0, " HTTP/1.1\r\n", false },
	{ "a page about it", "/search?q=cmd.exe?/c+dir", 0, " HTTP/1.1\r\n", false },
	{ "a page", "/", 0, " HTTP/1.1\r\n", false },
	{ "a page with a long address", "/page?id=", 900, " HTTP/1.1\r\n", false },
};

static void requests_of_web_worms_are_told_and_never_convict(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(requests); i++) {
		static struct exchange exchange;
		struct scene scene;
		struct bytes *b;

		exchange.count = 0;
		exchange.port = 80;
		b = exchange_step(&exchange, false);
		put(b, "GET ", 4);
		put(b, requests[i].target, strlen(requests[i].target));
		for (unsigned n = 0; n < requests[i].filler; n++)
			put8(b, 'N');
		put(b, requests[i].end, strlen(requests[i].end));
		put(b, "Host: www\r\n\r\n", 13);
		play(&exchange, 0, 0, IN_ORDER);
		if (heard.count != requests[i].is_told)
			fail_msg("%s: %u told", requests[i].what, heard.count);
		/* Told again when it is sent again. */
		for (uint32_t cut = 1; cut < b->length; cut++)
			for (unsigned arrival = 0; arrival < ARRIVALS; arrival++) {
				if (arrival == SWAPPED)
					continue;
				play(&exchange, 0, cut, (enum arrival)arrival);
				if (!heard.count == requests[i].is_told)
					fail_msg("%s: cut at %u", requests[i].what, cut);
			}
		play(&exchange, 0, 0, IN_ORDER);
		scene_start(&scene);
		for (unsigned server = 1; server < 9 && heard.count; server++) {
			heard.all[0].contact.dst = scene_ip("10.0.1.0", server);
			scene_said(&scene, &heard.all[0]);
			assert_true(scene.highest >= SUSPECT_NATS && scene.highest < 9.3);
		}
		scene_stop(&scene);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_of_smb_exploits_convict_wherever_they_are_cut),
		cmocka_unit_test(a_channel_of_the_servers_own_convicts),
		cmocka_unit_test(behind_tls_nothing_is_read),
		cmocka_unit_test(requests_of_web_worms_are_told_and_never_convict),
		cmocka_unit_test(a_copy_and_a_remote_start_are_told_but_never_convict),
	};

	return cmocka_run_group_tests(tests, start_reader, stop_reader);
}
