/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/pcapgen/logons.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tests/pcapgen/lan.h"
#include "tests/pcapgen/talk.h"
#include "tests/pcapgen/words.h"

enum {
	TLS_HANDSHAKE = 22,
	TLS_DATA = 23,
	DESKTOP_BYTES = 90000, /* what a screen takes at least */
};

static const struct words *text(struct words *w, const char *line)
{
	w->length = (uint16_t)strlen(line);
	memcpy(w->bytes, line, w->length);
	return w;
}

static void say(struct talk *talk, bool client, const char *line)
{
	struct words w;

	talk_tcp_say(talk, client, text(&w, line));
}

static void ftp(struct talk *talk, const char *user, bool is_right)
{
	char line[64];

	say(talk, false, "220 ready\r\n");
	snprintf(line, sizeof(line), "USER %s\r\n", user);
	say(talk, true, line);
	say(talk, false, "331 Password required\r\n");
	say(talk, true, "PASS x\r\n");
	say(talk, false, is_right ? "230 Logged in\r\n" : "530 Login incorrect\r\n");
	say(talk, true, "QUIT\r\n");
}

static void telnet(struct talk *talk, const char *user, bool is_right)
{
	char line[64];

	say(talk, false, "\xff\xfb\x01\xff\xfb\x03\r\nhost login: ");
	snprintf(line, sizeof(line), "%s\r\n", user);
	say(talk, true, line);
	say(talk, false, line);
	say(talk, false, "Password: ");
	say(talk, true, "x\r\n");
	say(talk, false,
	    is_right ? "\r\nLast login: today\r\n$ " : "\r\nLogin incorrect\r\nhost login: ");
}

/* MS-RDPBCGR 1.3.1.1 with network level authentication: request and confirmation, TLS, the proof of a password inside. */
static void rdp(struct talk *talk, const char *user, bool is_right)
{
	struct words w;
	int length = snprintf((char *)w.bytes + 11, 80, "Cookie: mstshash=%s\r\n", user);

	memset(w.bytes, 0, 11);
	w.bytes[0] = 3;
	w.bytes[3] = (uint8_t)(11 + length);
	w.bytes[4] = (uint8_t)(6 + length);
	w.bytes[5] = 0xe0;
	w.length = (uint16_t)(11 + length);
	talk_tcp_say(talk, true, &w);
	memcpy(w.bytes, "\3\0\0\x13\x0e\xd0\0\0\0\0\0\2\0\10\0\2\0\0\0", 19);
	w.length = 19;
	talk_tcp_say(talk, false, &w);
	talk_tcp_say(talk, true, words_tls(&w, TLS_HANDSHAKE, 250));
	talk_tcp_say(talk, false, words_tls(&w, TLS_HANDSHAKE, 590));
	talk_tcp_say(talk, true, words_tls(&w, TLS_HANDSHAKE, 320));
	talk_tcp_say(talk, false, words_tls(&w, TLS_HANDSHAKE, 50));
	talk_tcp_say(talk, true, words_tls(&w, TLS_DATA, 80));
	talk_tcp_say(talk, false, words_tls(&w, TLS_DATA, 300));
	talk_tcp_say(talk, true, words_tls(&w, TLS_DATA, 560));
	talk_tcp_say(talk, false, words_tls(&w, TLS_DATA, 60));
	if (is_right)
		talk_tcp_bulk(talk, false, DESKTOP_BYTES);
}

void logons_run(struct scene *scene, const struct logons_plan *plan)
{
	static const uint16_t ports[] = { 21, 23, 3389 };
	struct station *who = lan_find(scene->lan, plan->who);
	uint64_t at_us = plan->at_us;

	for (unsigned i = 0; i < plan->count; i++) {
		struct station *target = lan_find(scene->lan, plan->target + i % plan->targets);
		bool is_right = dice_below(&scene->dice, 100) < plan->success_percent;
		struct talk talk;
		char user[16];

		at_us += (uint64_t)(1e6 / plan->per_s);
		if (!who || !target)
			continue;
		snprintf(user, sizeof(user), "user%02u", i / plan->targets % plan->users);
		talk = talk_begin(scene, who, target, ports[plan->kind], at_us);
		talk_tcp_accept(&talk);
		if (plan->kind == LOGON_FTP)
			ftp(&talk, user, is_right);
		else if (plan->kind == LOGON_TELNET)
			telnet(&talk, user, is_right);
		else
			rdp(&talk, user, is_right);
		talk_tcp_close(&talk);
	}
}
