/* SPDX-License-Identifier: Apache-2.0 */
/* One TCP connection is one session.  After logon every message starts with its opcode and the
 * length must be known.  The simulated host echoes what it is sent, or is silent.
 *
 * Left out: IDE-R and KVM (refused as unsupported), Kerberos, logon without cnonce. */
#include "tests/amtsim/redirection.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/amtsim/check.h"
#include "tests/amtsim/chronicle.h"
#include "tests/amtsim/device.h"
#include "tests/amtsim/httpauth.h"
#include "tests/amtsim/net.h"
#include "tests/amtsim/text.h"

#define BYTES_MAX   65536
#define SERVICE_URI "/RedirectionService"
#define BREATH_MS   20 /* old clients lose what follows a reply in the same segment */
#define NONCE_HEX   33

enum opcode {
	OP_START = 0x10,
	OP_START_REPLY,
	OP_END,
	OP_AUTH,
	OP_AUTH_REPLY,
	OP_SOL_START = 0x20,
	OP_SOL_START_REPLY,
	OP_SOL_END,
	OP_SOL_END_REPLY,
	OP_SOL_PING,
	OP_SOL_PONG,
	OP_SOL_TO_HOST_CONTROL = 0x27,
	OP_SOL_TO_HOST,
	OP_SOL_FROM_HOST_CONTROL,
	OP_SOL_FROM_HOST,
	OP_SOL_HEARTBEAT,
};

enum start_status { START_OK, START_UNKNOWN, START_BUSY, START_UNSUPPORTED };
enum auth_type { AUTH_QUERY, AUTH_CLEAR = 1, AUTH_DIGEST = 4 };
enum auth_status { AUTH_OK, AUTH_FAILED_OR_CHALLENGE, AUTH_UNSUPPORTED };

#define REDIRECTION_SOL 2 /* bit of device->redirection */
#define HOST_POWERED    4 /* status of a control message */

struct redirection {
	struct net *net;
	struct device *device;
	unsigned sol_sessions;
};

struct session {
	struct redirection *redirection;
	struct net_conn *conn;
	char nonce[NONCE_HEX];
	bool started, logged_on, open, told_power;
	uint32_t sequence;     /* of what goes to the console */
	uint32_t heartbeat_ms; /* 0: none */
};

/* --- writing --- */

static void put16(uint8_t *bytes, uint32_t value)
{
	bytes[0] = (uint8_t)value;
	bytes[1] = (uint8_t)(value >> 8);
}

static void put32(uint8_t *bytes, uint32_t value)
{
	put16(bytes, value & 0xFFFF);
	put16(bytes + 2, value >> 16);
}

static uint32_t get16(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8;
}

static uint32_t get32(const uint8_t *bytes)
{
	return get16(bytes) | get16(bytes + 2) << 16;
}

static void send_bytes(struct session *session, const uint8_t *bytes, size_t len)
{
	net_conn_write(session->conn, (const char *)bytes, len);
}

/* Opcode, three zeros, sequence number, and what follows. */
static void send_sol(struct session *session, enum opcode opcode, const uint8_t *more, size_t len)
{
	uint8_t head[8] = { (uint8_t)opcode };

	put32(head + 4, session->sequence++);
	send_bytes(session, head, sizeof(head));
	send_bytes(session, more, len);
}

static void send_auth(struct session *session, enum auth_status status, uint8_t type,
		      const struct text *data)
{
	uint8_t head[9] = { OP_AUTH_REPLY, (uint8_t)status, 0, 0, type };

	put32(head + 5, data ? (uint32_t)data->len : 0);
	send_bytes(session, head, sizeof(head));
	if (data)
		net_conn_write(session->conn, data->bytes, data->len);
}

/* --- session start --- */

static enum start_status may_start(const struct redirection *redirection, const uint8_t *kind)
{
	if (memcmp(kind, "IDER", 4) == 0 || memcmp(kind, "KVMR", 4) == 0)
		return START_UNSUPPORTED;
	if (memcmp(kind, "SOL ", 4) != 0)
		return START_UNKNOWN;
	if (!(redirection->device->redirection & REDIRECTION_SOL))
		return START_UNSUPPORTED;
	return redirection->sol_sessions > 0 ? START_BUSY : START_OK;
}

static void take_start(struct session *session, const uint8_t *bytes)
{
	const struct profile *profile = &session->redirection->device->profile;
	enum start_status status = may_start(session->redirection, bytes + 4);
	uint8_t reply[13] = { OP_START_REPLY, (uint8_t)status, 0, 0, 1, 0 };

	reply[6] = (uint8_t)profile->major;
	reply[7] = (uint8_t)profile->minor;
	put32(reply + 8, 343); /* Intel, as an OEM number */
	session->started = status == START_OK;
	if (status == START_OK)
		session->redirection->sol_sessions++;
	send_bytes(session, reply, status == START_OK ? sizeof(reply) : 4);
	if (status != START_OK)
		net_conn_close(session->conn);
}

/* --- logon --- */

/* A length byte and that many characters; false if they are not there. */
static bool take_text(const uint8_t **at, const uint8_t *end, char *out, size_t size)
{
	size_t len;

	if (*at == end)
		return false;
	len = *(*at)++;
	if ((size_t)(end - *at) < len || len >= size)
		return false;
	memcpy(out, *at, len);
	out[len] = '\0';
	*at += len;
	return true;
}

static void put_text(struct text *out, const char *string)
{
	uint8_t len = (uint8_t)strlen(string);

	text_add(out, &len, 1);
	text_add(out, string, len);
}

static void challenge(struct session *session)
{
	struct device *device = session->redirection->device;
	struct text data;
	size_t i;

	for (i = 0; i < NONCE_HEX - 1; i++)
		session->nonce[i] = "0123456789abcdef"[rng_below(&device->rng, 16)];
	text_init(&data, 1024);
	put_text(&data, device->config.realm);
	put_text(&data, session->nonce);
	put_text(&data, "auth");
	send_auth(session, AUTH_FAILED_OR_CHALLENGE, AUTH_DIGEST, &data);
	text_fini(&data);
}

static void conclude(struct session *session, uint8_t type, bool good)
{
	struct device *device = session->redirection->device;

	device->caller.handle = device->account.who;
	good = good && (device_caller_realms(device) & REALM_BIT(REALM_REDIRECTION));
	session->logged_on = good;
	send_auth(session, good ? AUTH_OK : AUTH_FAILED_OR_CHALLENGE, type, NULL);
	if (!good)
		net_conn_close(session->conn);
}

static bool digest_fits(struct session *session, const struct httpauth_answer *answer)
{
	struct device *device = session->redirection->device;
	struct httpauth_request covered = { "POST", "", 0 };
	struct account_terms terms = { .user = device->config.user,
				       .ha1 = device->admin_ha1,
				       .acl = &device->acl,
				       .realm = device->config.realm,
				       .path = SERVICE_URI,
				       .knobs = &device->knobs };

	return *session->nonce && strcmp(answer->nonce, session->nonce) == 0 &&
	       account_answer(&device->account, &terms, answer, &covered, device->now_ns) ==
		       LOGON_OK;
}

/* user realm nonce uri cnonce nc response qop; without a realm it asks for a challenge. */
static void take_digest(struct session *session, const uint8_t *at, const uint8_t *end)
{
	struct httpauth_answer a = { .username = "" };
	bool whole = take_text(&at, end, a.username, sizeof(a.username)) &&
		     take_text(&at, end, a.realm, sizeof(a.realm)) &&
		     take_text(&at, end, a.nonce, sizeof(a.nonce)) &&
		     take_text(&at, end, a.uri, sizeof(a.uri)) &&
		     take_text(&at, end, a.cnonce, sizeof(a.cnonce)) &&
		     take_text(&at, end, a.nc, sizeof(a.nc)) &&
		     take_text(&at, end, a.response, sizeof(a.response)) &&
		     take_text(&at, end, a.qop, sizeof(a.qop));

	if (whole && !*a.realm)
		challenge(session);
	else
		conclude(session, AUTH_DIGEST, whole && digest_fits(session, &a));
}

/* Until 11 only, and only for the administrator (CHOICE). */
static void take_clear(struct session *session, const uint8_t *at, const uint8_t *end)
{
	const struct device *device = session->redirection->device;
	char user[64], password[64], ha1[MD5_HEX_BYTES];
	bool whole = take_text(&at, end, user, sizeof(user)) &&
		     take_text(&at, end, password, sizeof(password));

	if (device->profile.major >= 12) {
		send_auth(session, AUTH_UNSUPPORTED, AUTH_CLEAR, NULL);
		return;
	}
	if (whole)
		httpauth_ha1(user, device->config.realm, password, ha1);
	session->redirection->device->account.who = 0;
	conclude(session, AUTH_CLEAR,
		 whole && strcmp(user, device->config.user) == 0 &&
			 strcmp(ha1, device->admin_ha1) == 0);
}

static void take_auth(struct session *session, const uint8_t *bytes, size_t len)
{
	bool old = session->redirection->device->profile.major < 12;
	struct text types;

	switch (bytes[4]) {
	case AUTH_QUERY:
		text_init(&types, 8);
		text_add(&types, old ? "\x01\x04" : "\x04", old ? 2 : 1);
		send_auth(session, AUTH_OK, AUTH_QUERY, &types);
		text_fini(&types);
		break;
	case AUTH_CLEAR:
		take_clear(session, bytes + 9, bytes + len);
		break;
	case AUTH_DIGEST:
		take_digest(session, bytes + 9, bytes + len);
		break;
	default:
		send_auth(session, AUTH_UNSUPPORTED, bytes[4], NULL);
		break;
	}
}

/* --- serial over LAN --- */

static void take_sol_start(struct session *session, const uint8_t *bytes)
{
	uint8_t reply[23] = { OP_SOL_START_REPLY };

	memcpy(reply + 4, bytes + 4, 4);  /* sequence */
	memcpy(reply + 8, bytes + 8, 14); /* buffer and times, as wished (fields UNCONFIRMED) */
	send_bytes(session, reply, sizeof(reply));
	session->open = true;
	session->heartbeat_ms = get16(bytes + 18);
	net_conn_idle(session->conn, (get16(bytes + 14) + 999) / 1000); /* HostRxTimeout */
	net_conn_after(session->conn, BREATH_MS);
	chronicle_redirection(session->redirection->device, true);
}

static void end_sol(struct session *session)
{
	if (session->open)
		chronicle_redirection(session->redirection->device, false);
	session->open = false;
}

static void take_data(struct session *session, const uint8_t *bytes, size_t len)
{
	if (session->redirection->device->knobs.sol_host == SOL_ECHO &&
	    session->redirection->device->powered)
		send_sol(session, OP_SOL_FROM_HOST, bytes + 8, len - 8);
}

static void tell_power(struct session *session)
{
	uint8_t control[2] = { 0, session->redirection->device->powered ? HOST_POWERED : 0 };

	send_sol(session, OP_SOL_FROM_HOST_CONTROL, control, sizeof(control));
}

/* --- messages --- */

/* Whole length of the message that begins here; 0 if more is needed to know, SIZE_MAX if it is
 * none that a console may send now. */
static size_t message_length(const struct session *session, const uint8_t *bytes, size_t len)
{
	switch (bytes[0]) {
	case OP_START:
		return session->started ? SIZE_MAX : 8;
	case OP_END:
		return 4;
	case OP_AUTH:
		if (!session->started || session->logged_on)
			return SIZE_MAX;
		if (len < 9)
			return 0;
		return get32(bytes + 5) < BYTES_MAX / 2 ? 9 + get32(bytes + 5) : SIZE_MAX;
	default:
		break;
	}
	if (!session->logged_on)
		return SIZE_MAX;
	switch (bytes[0]) {
	case OP_SOL_START:
		return 24;
	case OP_SOL_END:
	case OP_SOL_PING:
	case OP_SOL_HEARTBEAT:
		return 8;
	case OP_SOL_TO_HOST_CONTROL:
		return 14;
	case OP_SOL_TO_HOST:
		return len < 10 ? 0 : 10 + get16(bytes + 8);
	default:
		return SIZE_MAX;
	}
}

static void take_message(struct session *session, const uint8_t *bytes, size_t len)
{
	switch (bytes[0]) {
	case OP_START:
		take_start(session, bytes);
		break;
	case OP_END:
		net_conn_close(session->conn);
		break;
	case OP_AUTH:
		take_auth(session, bytes, len);
		break;
	case OP_SOL_START:
		take_sol_start(session, bytes);
		break;
	case OP_SOL_END:
		end_sol(session);
		send_sol(session, OP_SOL_END_REPLY, NULL, 0);
		break;
	case OP_SOL_PING:
		send_sol(session, OP_SOL_PONG, NULL, 0);
		break;
	case OP_SOL_TO_HOST:
		if (session->open)
			take_data(session, bytes, len);
		break;
	default: /* heartbeats and controls keep the session alive, no more */
		break;
	}
}

/* --- connections --- */

static void *on_open(void *arg, struct net_conn *conn)
{
	struct redirection *redirection = arg;
	struct session *session;

	device_tick(redirection->device, net_now_ns(redirection->net));
	if (!redirection->device->redirection_listens || device_is_dark(redirection->device))
		return NULL;
	session = calloc(1, sizeof(*session));
	CHECK(session);
	session->redirection = redirection;
	session->conn = conn;
	net_conn_idle(conn, redirection->device->knobs.idle_s);
	return session;
}

static size_t on_bytes(void *state, const char *data, size_t len)
{
	const uint8_t *bytes = (const uint8_t *)data;
	struct session *session = state;
	size_t need = message_length(session, bytes, len);

	if (need == SIZE_MAX) {
		net_conn_close(session->conn);
		return len;
	}
	if (need == 0 || len < need)
		return 0;
	device_tick(session->redirection->device, net_now_ns(session->redirection->net));
	take_message(session, bytes, need);
	return need;
}

/* The state of the host first, then heartbeats. */
static void on_timer(void *state)
{
	struct session *session = state;

	if (!session->open)
		return;
	if (!session->told_power)
		tell_power(session);
	else
		send_sol(session, OP_SOL_HEARTBEAT, NULL, 0);
	session->told_power = true;
	if (session->heartbeat_ms > 0)
		net_conn_after(session->conn, session->heartbeat_ms);
}

static void on_closed(void *state)
{
	struct session *session = state;

	end_sol(session);
	if (session->started)
		session->redirection->sol_sessions--;
	free(session);
}

static const struct tls_terms *secure(void *arg)
{
	return device_tls(((struct redirection *)arg)->device);
}

static const struct net_handler handler = { on_open, on_bytes, on_timer, on_closed, secure };

struct redirection *redirection_new(struct net *net, struct crypto_tls *tls, struct device *device)
{
	struct redirection *redirection = calloc(1, sizeof(*redirection));
	struct net_listen listen = { .address = device->config.address,
				     .port = device->config.redirection_port,
				     .tls = device->config.tls ? tls : NULL,
				     .handler = &handler,
				     .arg = redirection,
				     .bytes_max = BYTES_MAX };

	CHECK(redirection);
	redirection->net = net;
	redirection->device = device;
	if (net_listen(net, &listen) < 0) {
		free(redirection);
		return NULL;
	}
	return redirection;
}

void redirection_free(struct redirection *redirection)
{
	free(redirection);
}
