/* SPDX-License-Identifier: Apache-2.0 */
/* reader_logon.c - how logons end over FTP, Telnet and RDP (worm-detection.md A.7, B: Morto, Mirai); and how RDP and HTTP
 * are begun by worms alone.
 *
 * FTP says it in numbers (RFC 959 4.2).  Telnet says it in words that differ from device to device: a refusal is one of
 * a few phrases, or to be asked for the name or the password again; a shell's prompt is a success.  RDP encrypts it; the
 * user is named in the open before (MS-RDPBCGR 2.2.1.1), and an attempt that was refused ends within a few
 * kilobytes while a desktop never does.  An end before the credentials can have been sent says nothing: so ends
 * who only looks whether somebody listens, and a person in front of a certificate.
 *
 * Left out: FTP's TLS, RDP's UDP and gateways, logons drawn on RDP's screen or asked for over HTTP. */
#include "core/contact/reader_internal.h"

#include <ctype.h>
#include <string.h>

#include "core/net/http.h"
#include "core/net/rdp.h"

enum {
	LINE_MAX_BYTES = 512,
	TELNET_IAC = 255,
	TELNET_SE = 240,
	TELNET_SB = 250,
	TELNET_WILL = 251,
	RDP_CLIENT_LEAST =
		800, /* key exchange and the two messages of a password's proof take more */
	RDP_REFUSED_MOST = 1 << 14, /* from the server; certificates and an error take less */
	RDP_DESKTOP_LEAST = 1 << 16,
	RDP_OPENING_MOST = 4096, /* from the client; its request and settings take less */
};

/* FNV-1a over the letters in one case. */
static uint32_t hash_letter(uint32_t hash, uint8_t c)
{
	return (hash ^ (uint32_t)tolower(c)) * 0x01000193u;
}

uint32_t user_hash(const uint8_t *text, size_t length)
{
	uint32_t hash = 0x811c9dc5u;

	for (size_t i = 0; i < length; i++)
		hash = hash_letter(hash, text[i]);
	return hash ? hash : 1;
}

static void tell(const struct turn *turn, bool accepted)
{
	struct observation observation =
		reader_observation(turn->packet, turn->from_client, OBSERVED_LOGON);

	observation.logon.accepted = accepted;
	observation.logon.user_hash = turn->logon->user_hash;
	turn->logon->is_asked = false;
	turn->logon->is_done |= accepted;
	reader_tell(turn->reader, &observation);
}

static void tell_request(const struct turn *turn, unsigned request)
{
	struct observation observation =
		reader_observation(turn->packet, turn->from_client, OBSERVED_REQUEST);

	observation.request = (uint8_t)request;
	reader_tell(turn->reader, &observation);
}

/* ---- FTP ------------------------------------------------------------------------------------------ */

static bool is_command(const uint8_t *line, size_t length, const char *command)
{
	return length > 4 && strncasecmp((const char *)line, command, 4) == 0 &&
	       (line[4] == ' ' || line[4] == '\r' || line[4] == '\n');
}

static void ftp_command(const struct turn *turn, const uint8_t *line, size_t length)
{
	struct logon_talk *talk = turn->logon;

	while (length &&
	       (line[length - 1] == '\n' || line[length - 1] == '\r' || line[length - 1] == ' '))
		length--;
	if (is_command(line, length, "USER"))
		talk->user_hash = user_hash(line + 5, length - 5);
	else if (length >= 4 && strncasecmp((const char *)line, "PASS", 4) == 0)
		talk->is_asked = true;
}

/* Whether the line is the last of its reply, which may have several (RFC 959 4.2). */
static bool ends_reply(struct logon_talk *talk, const uint8_t *line, size_t length)
{
	bool is_open = talk->reply[0] != 0;

	if (length < 4 || (is_open && memcmp(line, talk->reply, sizeof(talk->reply)) != 0))
		return false;
	if (!is_open && line[3] == '-') {
		memcpy(talk->reply, line, sizeof(talk->reply));
		return false;
	}
	if (line[3] != ' ')
		return false;
	memset(talk->reply, 0, sizeof(talk->reply));
	return true;
}

static void ftp_reply(const struct turn *turn, const uint8_t *line, size_t length)
{
	struct logon_talk *talk = turn->logon;

	if (!ends_reply(talk, line, length))
		return;
	if (memcmp(line, "234", 3) == 0)
		talk->is_done = true; /* TLS from here on */
	else if (talk->is_asked && memcmp(line, "230", 3) == 0)
		tell(turn, true);
	else if (talk->is_asked && (memcmp(line, "530", 3) == 0 || memcmp(line, "430", 3) == 0))
		tell(turn, false);
}

/* ---- Telnet --------------------------------------------------------------------------------------- */

/* The text without commands (RFC 854); false for what is no character. */
static bool is_text(struct telnet_half *half, uint8_t c)
{
	uint8_t state = half->command;

	if (state == TELNET_SB) {
		half->command = c == TELNET_IAC ? TELNET_SE : TELNET_SB;
		return false;
	}
	if (state == TELNET_SE) { /* IAC within a subnegotiation */
		half->command = c == TELNET_SE ? 0 : TELNET_SB;
		return false;
	}
	if (state == TELNET_IAC) {
		half->command = c == TELNET_SB                        ? TELNET_SB
				: c >= TELNET_WILL && c != TELNET_IAC ? TELNET_WILL
								      : 0;
		return false;
	}
	half->command = c == TELNET_IAC ? TELNET_IAC : 0;
	return state != TELNET_WILL && c != TELNET_IAC;
}

static bool ends_with(const struct telnet_half *half, const char *end)
{
	size_t length = half->length, tail = strlen(end);

	while (length && half->line[length - 1] == ' ')
		length--;
	return length >= tail && memcmp(half->line + length - tail, end, tail) == 0;
}

static bool contains(const struct telnet_half *half, const char *const *phrases)
{
	for (; *phrases; phrases++)
		if (memmem(half->line, half->length, *phrases, strlen(*phrases)))
			return true;
	return false;
}

static bool is_refusal(const struct telnet_half *half)
{
	static const char *const phrases[] = {
		"login incorrect",
		"incorrect login",
		"login failed",
		"login failure",
		"login invalid",
		"invalid login",
		"password incorrect",
		"incorrect password",
		"bad password",
		"wrong password",
		"invalid password",
		"authentication fail",
		"access denied",
		"permission denied",
		"user name or password",
		"username or password",
		NULL,
	};

	return contains(half, phrases);
}

static bool is_welcome(const struct telnet_half *half)
{
	static const char *const phrases[] = { "last login", "last failed login", NULL };

	return contains(half, phrases) || ends_with(half, "$") || ends_with(half, "#") ||
	       ends_with(half, ">") || (ends_with(half, "%") && half->line[0] != '%');
}

/* What the server's line says so far; of each line the first thing counts. */
static void telnet_line(const struct turn *turn, struct telnet_half *half)
{
	struct logon_talk *talk = turn->logon;
	bool asks_name = ends_with(half, "login:") || ends_with(half, "username:") ||
			 ends_with(half, "user:") || ends_with(half, "user name:");
	bool asks_password = ends_with(half, "password:") || ends_with(half, "passwd:");

	if (half->is_understood)
		return;
	half->is_understood = true;
	if (talk->is_asked && is_welcome(half))
		tell(turn, true);
	else if (talk->is_asked && (is_refusal(half) || asks_name || asks_password))
		tell(turn, false);
	else if (!asks_name && !asks_password)
		half->is_understood = false;
	talk->is_asked |= asks_password;
	if (asks_name) {
		talk->is_typing = true;
		talk->typed_hash = user_hash(NULL, 0);
	}
}

static void telnet_server(const struct turn *turn, const uint8_t *bytes, size_t length)
{
	struct telnet_half *half = &turn->logon->telnet[1];

	for (size_t i = 0; i < length; i++) {
		if (!is_text(half, bytes[i]))
			continue;
		if (bytes[i] == '\n' || bytes[i] == '\r') {
			telnet_line(turn, half);
			half->length = 0;
			half->is_understood = false;
		} else if (bytes[i] >= ' ' && bytes[i] < 0x7f && half->length < TELNET_LINE_BYTES) {
			half->line[half->length++] = (char)tolower(bytes[i]);
		}
	}
	telnet_line(turn, half);
}

/* The name is what is typed after it was asked for, up to the end of the line.  What the server says then is a line of its
 * own, whether or not it begins one. */
static void telnet_client(const struct turn *turn, const uint8_t *bytes, size_t length)
{
	struct logon_talk *talk = turn->logon;

	for (size_t i = 0; i < length; i++) {
		bool is_end = bytes[i] == '\r' || bytes[i] == '\n';

		if (!is_text(&talk->telnet[0], bytes[i]))
			continue;
		if (is_end) {
			talk->telnet[1].length = 0;
			talk->telnet[1].is_understood = false;
		}
		if (is_end && talk->is_typing)
			talk->user_hash = talk->typed_hash;
		else if (bytes[i] >= ' ')
			talk->typed_hash = hash_letter(talk->typed_hash, bytes[i]);
		talk->is_typing &= !is_end;
	}
}

/* ---- RDP ------------------------------------------------------------------------------------------ */

/* The first message, perhaps with the user's name in a cookie. */
static void rdp_request(const struct turn *turn, const uint8_t *bytes, size_t length)
{
	static const char cookie[] = "mstshash=";
	struct logon_talk *talk = turn->logon;
	struct observation observation =
		reader_observation(turn->packet, turn->from_client, OBSERVED_LOGON);
	const uint8_t *name, *end;

	name = memmem(bytes, length, cookie, strlen(cookie));
	if (name) {
		name += strlen(cookie);
		end = memchr(name, '\r', length - (size_t)(name - bytes));
		talk->user_hash = user_hash(name, (end ? (size_t)(end - bytes) : length) -
							  (size_t)(name - bytes));
	}
	talk->is_asked = true;
	observation.logon.sealed = true;
	observation.logon.user_hash = talk->user_hash;
	reader_tell(turn->reader, &observation);
}

/* The client's settings are the last that is read, and only if TLS does not hide them. */
static void rdp_message(const struct turn *turn, const uint8_t *bytes, size_t length)
{
	struct rdp_message message = rdp_read(bytes, length);

	if (!turn->from_client) {
		turn->logon->is_done |= message.kind != RDP_CONFIRM;
	} else if (message.kind == RDP_REQUEST) {
		rdp_request(turn, bytes, length);
	} else {
		turn->logon->is_done = true;
		if (message.asks_inner_channel)
			tell_request(turn, REQUEST_INNER_CHANNEL);
	}
}

static uint32_t sent_bytes(const struct logon_talk *talk, bool by_client)
{
	const struct span_seen *seen = &talk->seen[!by_client];

	return seen->is_met ? seen->next - seen->first : 0;
}

static void count(struct span_seen *seen, const struct packet *packet)
{
	uint32_t next = packet->tcp_seq + packet->payload_length;

	if (!seen->is_met)
		*seen = (struct span_seen){ packet->tcp_seq, next, true };
	else if ((int32_t)(next - seen->next) > 0)
		seen->next = next;
}

void rdp_see(const struct turn *turn)
{
	const struct packet *packet = turn->packet;
	struct logon_talk *talk = turn->logon;
	uint32_t from_server;

	if (packet->payload_length)
		count(&talk->seen[!turn->from_client], packet);
	from_server = sent_bytes(talk, false);
	if (sent_bytes(talk, true) > RDP_OPENING_MOST)
		talk->is_done = true;
	if (!talk->is_asked)
		return;
	if (from_server >= RDP_DESKTOP_LEAST)
		tell(turn, true);
	else if (packet->tcp_flags & (TCP_FIN | TCP_RST) && from_server <= RDP_REFUSED_MOST &&
		 sent_bytes(talk, true) >= RDP_CLIENT_LEAST)
		tell(turn, false);
}

/* ---- HTTP ----------------------------------------------------------------------------------------- */

/* One line of one request; a connection's further ones are seen by their own packets. */
static void web_line(const struct turn *turn, const uint8_t *bytes, size_t length)
{
	turn->logon->is_done = true;
	if (turn->from_client && http_line_of(bytes, length) == HTTP_WORM)
		tell_request(turn, REQUEST_WEB_WORM);
}

void web_see(struct reader *reader, const struct packet *packet)
{
	struct turn turn = { .reader = reader, .packet = packet, .from_client = true };

	switch (http_line_of(packet->payload, packet->payload_length)) {
	case HTTP_WORM:
		tell_request(&turn, REQUEST_WEB_WORM);
		break;
	case HTTP_UNFINISHED:
		reader_adopt(reader, packet, STREAM_WEB);
		break;
	default:
		break;
	}
}

/* ---- streams -------------------------------------------------------------------------------------- */

size_t logon_frame_bytes(unsigned protocol, const uint8_t *bytes, size_t length)
{
	const uint8_t *end;

	switch (protocol) {
	case STREAM_FTP:
	case STREAM_WEB:
		end = length ? memchr(bytes, '\n', length) : NULL;
		if (end)
			return (size_t)(end - bytes) + 1;
		return length < LINE_MAX_BYTES ? length + 1 : length;
	case STREAM_RDP:
		return rdp_frame_bytes(bytes, length);
	default:
		return length ? length : 1;
	}
}

void logon_see(const struct turn *turn, unsigned protocol, const uint8_t *bytes, size_t length)
{
	if (turn->logon->is_done)
		return;
	if (protocol == STREAM_RDP)
		rdp_message(turn, bytes, length);
	else if (protocol == STREAM_WEB)
		web_line(turn, bytes, length);
	else if (protocol == STREAM_FTP && turn->from_client)
		ftp_command(turn, bytes, length);
	else if (protocol == STREAM_FTP)
		ftp_reply(turn, bytes, length);
	else if (turn->from_client)
		telnet_client(turn, bytes, length);
	else
		telnet_server(turn, bytes, length);
}
