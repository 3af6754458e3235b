/* SPDX-License-Identifier: Apache-2.0 */
/* Logons over FTP, Telnet and RDP: who was refused, who was let in, and whose session only began. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/contact/reading.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define LINES_MAX   16
#define TOLD_MAX    8

/* Lines of the server begin with '<', of the client with '>'. */
struct dialog {
	const char *what;
	uint16_t port;
	const char *lines[LINES_MAX];
	const char *told; /* R refused, A accepted, S begun */
};

struct listener {
	struct reading reading;
	char told[TOLD_MAX + 1];
	uint32_t users[TOLD_MAX];
	unsigned count;
};

static void on_logon(void *arg, const struct observation *observation)
{
	struct listener *listener = arg;

	assert_int_equal(observation->kind, OBSERVED_LOGON);
	assert_true(listener->count < TOLD_MAX);
	assert_true(ip_equal(&observation->contact.src, &listener->reading.client));
	assert_int_equal(observation->contact.dst_port, listener->reading.port);
	listener->users[listener->count] = observation->logon.user_hash;
	listener->told[listener->count++] = observation->logon.sealed     ? 'S'
					    : observation->logon.accepted ? 'A'
									  : 'R';
}

static void start(struct listener *listener, uint16_t port)
{
	struct hash_key key = { { 3, 4 } };

	memset(listener, 0, sizeof(*listener));
	reading_start(&listener->reading, port);
	reading_stop(&listener->reading);
	listener->reading.reader = reader_new(&key, 4, on_logon, listener);
}

static void say(struct listener *listener, bool by_server, const void *bytes, uint32_t length)
{
	if (by_server) {
		reading_reply(&listener->reading, bytes, length, listener->reading.sent);
	} else {
		reading_send(&listener->reading, listener->reading.sent, bytes, length);
		listener->reading.sent += length;
	}
}

/* In segments of that size. */
static void play(struct listener *listener, const struct dialog *dialog, uint32_t size)
{
	start(listener, dialog->port);
	for (unsigned i = 0; i < LINES_MAX && dialog->lines[i]; i++) {
		const char *line = dialog->lines[i] + 1;
		uint32_t length = (uint32_t)strlen(line);

		for (uint32_t at = 0; at < length; at += size)
			say(listener, dialog->lines[i][0] == '<', line + at,
			    length - at < size ? length - at : size);
	}
	reader_free(listener->reading.reader);
}

static const struct dialog dialogs[] = {
	{ "FTP, refused",
	  21,
	  { "<220 ready\r\n", ">USER jane\r\n", "<331 password?\r\n", ">PASS x\r\n",
	    "<530 Login incorrect.\r\n" },
	  "R" },
	{ "FTP, let in",
	  21,
	  { "<220 ready\r\n", ">USER jane\r\n", "<331 password?\r\n", ">PASS x\r\n",
	    "<230-Welcome\r\n530 days without accident\r\n230 in\r\n" },
	  "A" },
	{ "FTP, let in after two mistakes",
	  21,
	  { ">user jane\r\n", ">pass x\r\n", "<530 no\r\n", ">USER joe\r\n", ">PASS y\r\n",
	    "<430 no\r\n", ">USER jane\r\n", ">PASS z\r\n", "<230 in\r\n" },
	  "RRA" },
	{ "FTP, nobody logs on",
	  21,
	  { "<220 ready\r\n", ">LIST\r\n", "<530 Please log in.\r\n" },
	  "" },
	{ "FTP, encrypted",
	  21,
	  { "<220 ready\r\n", ">AUTH TLS\r\n", "<234 go on\r\n", ">PASS x\r\n", "<530 no\r\n" },
	  "" },
	{ "FTP, the file's name is a number",
	  21,
	  { ">USER jane\r\n", ">PASS x\r\n", "<230 in\r\n", ">RETR 530\r\n",
	    "<550 530 is no file\r\n" },
	  "A" },
	{ "Telnet, refused",
	  23,
	  { "<\xff\xfd\x18\xff\xfb\x01\r\nhost login: ", ">root\r\n",
	    "<root\r\nPassword: ", ">x\r\n", "<\r\nLogin incorrect\r\nhost login: ", ">admin\r\n",
	    "<admin\r\nPassword: ", ">y\r\n", "<\r\nLogin incorrect\r\n" },
	  "RR" },
	{ "Telnet, let in",
	  23,
	  { "<host login: ", ">root\r\n", "<root\r\nPassword: ", ">x\r\n",
	    "<\r\nLast login: Mon from 10.0.0.5\r\nroot@host:~# " },
	  "A" },
	{ "Telnet, a prompt within a subnegotiation is none",
	  23,
	  { "<host login: ",
	    ">\xff\xfa\x20"
	    "38400\xff\xff,38400\xff\xf0root\r\n",
	    "<\xff\xfaLogin incorrect\r\n\xff\xf0root\r\nPassword: ", ">x\r\n",
	    "<\r\nLast login: Mon from 10.0.0.5\r\nroot@host:~# " },
	  "A" },
	{ "Telnet, let in without words",
	  23,
	  { "<Username: ", ">admin\r\n", "<admin\r\nPassword: ", ">x\r\n", "<\r\nswitch>",
	    ">show login failed\r\n" },
	  "A" },
	{ "Telnet, a device that asks again",
	  2323,
	  { "<\r\nUser: ", ">admin\r", "<admin\r\nPassword:", ">1234\r",
	    "<\r\n\r\nUser: ", ">admin\r", "<admin\r\nPassword:", ">4321\r",
	    "<\r\nPassword:", ">5\r", "<\r\n% Bad passwords\r\n" },
	  "RRR" },
	{ "Telnet, after failures of others",
	  23,
	  { "<login: ", ">jane\r\n", "<Password: ", ">x\r\n",
	    "<\r\nLast failed login: Tue\r\nThere were 3 failed login attempts.\r\n$ " },
	  "A" },
	{ "Telnet, a banner",
	  23,
	  { "<Access denied to strangers. Password rules apply.\r\nlogin: " },
	  "" },
	{ "Telnet, something else",
	  23,
	  { "<220 mail\r\n", ">QUIT\r\n", "<221 login incorrect\r\n" },
	  "" },
};

static void what_a_server_says_is_understood_in_segments_of_any_size(void **state)
{
	static const uint32_t sizes[] = { 1460, 1, 2, 3, 5, 7, 11 };

	(void)state;
	for (size_t i = 0; i < COUNT(dialogs); i++)
		for (size_t n = 0; n < COUNT(sizes); n++) {
			struct listener listener;

			play(&listener, &dialogs[i], sizes[n]);
			if (strcmp(listener.told, dialogs[i].told))
				fail_msg("%s, segments of %u: told %s", dialogs[i].what, sizes[n],
					 listener.told);
		}
}

static void users_are_told_apart_and_in_any_case(void **state)
{
	struct dialog ftp = { "",
			      21,
			      { ">USER jane\r\n", ">PASS x\r\n", "<530 no\r\n", ">USER JANE\r\n",
				">PASS x\r\n", "<530 no\r\n", ">USER joe\r\n", ">PASS x\r\n",
				"<530 no\r\n" },
			      "RRR" };
	struct dialog telnet = {
		"",
		23,
		{ "<login: ", ">jane\r\n", "<password: ", ">x\r\n", "<\r\nlogin incorrect\r\n",
		  "<login: ", ">Jane\r\n", "<password: ", ">x\r\n", "<\r\nlogin incorrect\r\n",
		  "<login: ", ">joe\r\n", "<password: ", ">x\r\n", "<\r\nlogin incorrect\r\n" },
		"RRR"
	};
	struct listener listeners[2];

	(void)state;
	play(&listeners[0], &ftp, 4);
	play(&listeners[1], &telnet, 4);
	for (unsigned i = 0; i < 2; i++) {
		if (strcmp(listeners[i].told, "RRR"))
			fail_msg("%u: told %s", i, listeners[i].told);
		assert_int_equal(listeners[i].users[0], listeners[i].users[1]);
		assert_int_not_equal(listeners[i].users[0], listeners[i].users[2]);
		assert_int_not_equal(listeners[i].users[0], 0);
	}
	assert_int_equal(listeners[0].users[0], listeners[1].users[0]);
}

/* ---- RDP ---------------------------------------------------------------------------------------- */

static struct bytes connection_request(const char *user)
{
	struct bytes b = { 0 };

	put(&b, "\3\0\0\0\0\xe0\0\0\0\0\0", 11);
	if (user) {
		put(&b, "Cookie: mstshash=", 17);
		put(&b, user, strlen(user));
		put(&b, "\r\n", 2);
	}
	put(&b, "\1\0\10\0\3\0\0\0", 8);
	b.at[3] = (uint8_t)b.length;
	b.at[4] = (uint8_t)(b.length - 5);
	return b;
}

static void end(struct listener *listener, bool by_server, unsigned flags)
{
	struct packet packet = reading_packet(&listener->reading, TCP_ACK | flags);

	packet.tcp_seq = listener->reading.first_seq + listener->reading.sent;
	if (by_server) {
		packet = wire_answer(0, &packet, TCP_ACK | flags);
		packet.tcp_seq = 90000 + listener->reading.answered;
	}
	reader_see(listener->reading.reader, &packet);
}

static void an_rdp_session_that_ends_after_its_credentials_was_refused(void **state)
{
	static uint8_t sealed[100000];
	static const struct {
		const char *what, *user;
		uint32_t by_client, by_server;
		bool ends;
		const char *told;
	} cases[] = {
		{ "refused", "jane", 1500, 2500, true, "SR" },
		{ "refused, no name given", NULL, 1500, 2500, true, "SR" },
		{ "is anybody there?", "jane", 0, 19, true, "S" },
		{ "a certificate is looked at", "jane", 400, 1200, true, "S" },
		{ "still at it", "jane", 1500, 2500, false, "S" },
		{ "a desktop", "jane", 9000, 90000, true, "SA" },
		{ "a short desktop", "jane", 6000, 30000, true, "S" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct listener listener;
		struct bytes request = connection_request(cases[i].user);

		start(&listener, 3389);
		say(&listener, false, request.at, (uint32_t)request.length);
		if (cases[i].by_client)
			say(&listener, false, sealed, cases[i].by_client);
		for (uint32_t at = 0; at < cases[i].by_server; at += 1000)
			say(&listener, true, sealed,
			    cases[i].by_server - at < 1000 ? cases[i].by_server - at : 1000);
		if (cases[i].ends) {
			end(&listener, i % 2, i % 2 ? TCP_FIN : TCP_RST);
			end(&listener, !(i % 2), TCP_FIN);
		}
		if (strcmp(listener.told, cases[i].told))
			fail_msg("%s: told %s", cases[i].what, listener.told);
		assert_int_equal(listener.users[0] != 0, cases[i].user != NULL);
		reader_free(listener.reading.reader);
	}
}

static void an_rdp_request_is_read_however_it_is_cut(void **state)
{
	struct bytes request = connection_request("jane");

	(void)state;
	for (uint32_t cut = 1; cut < request.length; cut++) {
		struct listener listener;

		start(&listener, 3389);
		say(&listener, false, request.at, cut);
		say(&listener, false, request.at + cut, (uint32_t)request.length - cut);
		assert_string_equal(listener.told, "S");
		assert_int_equal(listener.users[0], 0x145bf271 /* FNV-1a */);
		reader_free(listener.reading.reader);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_server_says_is_understood_in_segments_of_any_size),
		cmocka_unit_test(users_are_told_apart_and_in_any_case),
		cmocka_unit_test(an_rdp_session_that_ends_after_its_credentials_was_refused),
		cmocka_unit_test(an_rdp_request_is_read_however_it_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
