/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl's multi interface driven by our loop: curl says which sockets and which timeout it waits for, we
 * say what happened, and finished transfers are handed out from the top of a loop callback.
 *
 * One easy handle per origin, kept between requests: it holds the digest state, so that later requests carry
 * their Authorization at once, and the shared cache of the multi handle keeps the connection.
 *
 * Right before each request leaves, and on a kept connection too, curl asks before_request().  That is where the pin is
 * compared (the handshake is over, no byte of ours has been sent) and where "sent" becomes true.
 *
 * Firmware may forget its nonce at any time and says stale="false" all the same
 * (amt-system-defense.md 1.4), which curl takes for a wrong password.  A 401 to a request that went out with an
 * old nonce is therefore asked once more with a fresh handle state, and only then believed.
 *
 * Left out on purpose: redirects, proxies, cookies, HTTP/2, compression, Basic. */
#include "core/base/fetch.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>
#include <openssl/ssl.h>

#include "core/base/buf.h"
#include "core/base/digest.h"
#include "core/base/err.h"
#include "core/base/invariant.h"
#include "core/base/loop.h"
#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/units.h"

#define HEADERS_MAX_BYTES 65536
#define REALM_MAX_BYTES 256
#define TYPE_MAX_BYTES 128

struct fetch {
	struct loop *loop;
	CURLM *multi;
	struct timer *timer;
	struct fetch_origin *waiting_first, **waiting_end;
	size_t running, running_max, origins;
	uint64_t origins_made;
	bool delivering;
};

/* One request, from fetch_post() to done; all that done may look at. */
struct exchange {
	fetch_done_fn *done;
	void *arg;
	char *request;
	size_t request_length;
	struct curl_slist *headers;
	struct buf answer;
	char realm[REALM_MAX_BYTES], content_type[TYPE_MAX_BYTES];
	size_t header_bytes;
	uint32_t requests_sent, round_trips;
	bool sent, resent, had_nonce, asked_again;
	enum fetch_why why;
	struct err err;
};

struct fetch_origin {
	struct fetch *fetch;
	struct fetch_origin *waiting_next;
	CURL *easy;
	char *url, *user, *ca_file, *certificate_file, *cipher_list;
	const struct secret *password, *key;
	enum fetch_tls tls;
	struct digest_sha256 pin;
	uint32_t connect_timeout_ms, answer_timeout_ms;
	size_t answer_max_bytes;
	char error_text[CURL_ERROR_SIZE];
	char realm[REALM_MAX_BYTES];   /* the only one we log on to; "" = any */
	bool has_nonce, running, once;
	struct exchange *exchange;     /* NULL while idle */
};

static void start_waiting(struct fetch *fetch);

/* --- the exchange ------------------------------------------------------------------------------- */

static struct exchange *exchange_new(const struct fetch_origin *origin, const char *content_type,
				     const char *body, size_t length)
{
	struct exchange *exchange = mem_alloc(sizeof(*exchange));
	struct buf header;

	exchange->request = mem_alloc(length + 1);
	if (length)
		memcpy(exchange->request, body, length);
	exchange->request_length = length;
	buf_init(&exchange->answer, origin->answer_max_bytes);
	buf_init(&header, TYPE_MAX_BYTES + 32);
	buf_format(&header, "Content-Type: %s", content_type);
	INVARIANT(!header.overflow && !strpbrk(header.text, "\r\n"));
	exchange->headers = curl_slist_append(NULL, header.text);
	exchange->headers = curl_slist_append(exchange->headers, "Expect:");
	INVARIANT(exchange->headers);
	buf_fini(&header);
	return exchange;
}

static void exchange_free(struct exchange *exchange)
{
	if (!exchange)
		return;
	mem_free(exchange->request);
	curl_slist_free_all(exchange->headers);
	buf_fini(&exchange->answer);
	mem_free(exchange);
}

/* Copies the quoted value of realm= out of a Digest challenge (RFC 7616 3.3). */
static void read_realm(const char *header, size_t length, struct exchange *exchange)
{
	struct buf text;
	const char *at, *end;

	buf_init(&text, HEADERS_MAX_BYTES);
	buf_append(&text, header, length);
	at = strcasestr(text.text, "realm=\"");
	end = at ? strchr(at + 7, '"') : NULL;
	if (end)
		snprintf(exchange->realm, sizeof(exchange->realm), "%.*s", (int)(end - at - 7), at + 7);
	buf_fini(&text);
}

/* Asked before curl answers the challenge, so a stranger at a known address learns nothing of ours. */
static bool is_stranger(const struct fetch_origin *origin)
{
	struct exchange *exchange = origin->exchange;

	if (!*origin->realm || strcmp(origin->realm, exchange->realm) == 0)
		return false;
	exchange->why = FETCH_WHY_STRANGER;
	exchange->sent = exchange->resent;     /* what it has just got it has refused */
	err_set(&exchange->err, ERR_FAILED, "%s: another device answers there: its realm is \"%s\", not \"%s\"",
		origin->url, exchange->realm, origin->realm);
	return true;
}

static bool starts_with(const char *text, size_t length, const char *prefix)
{
	return length >= strlen(prefix) && strncasecmp(text, prefix, strlen(prefix)) == 0;
}

/* A final status line opens a new answer: what an earlier challenge brought is dropped. */
static size_t take_header(char *bytes, size_t size, size_t count, void *arg)
{
	struct fetch_origin *origin = arg;
	struct exchange *exchange = origin->exchange;
	size_t length = size * count;

	exchange->header_bytes += length;
	if (exchange->header_bytes > HEADERS_MAX_BYTES) {
		err_set(&exchange->err, ERR_LIMIT, "%s: headers larger than %d bytes", origin->url,
			HEADERS_MAX_BYTES);
		return 0;
	}
	if (starts_with(bytes, length, "HTTP/") && !starts_with(bytes, length, "HTTP/1.1 1")) {
		exchange->round_trips++;
		buf_clear(&exchange->answer);
	}
	if (starts_with(bytes, length, "WWW-Authenticate: Digest") ||
	    starts_with(bytes, length, "WWW-Authenticate:Digest")) {
		read_realm(bytes, length, exchange);
		if (is_stranger(origin))
			return 0;
		origin->has_nonce = true;
	}
	return length;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *arg)
{
	struct fetch_origin *origin = arg;
	struct exchange *exchange = origin->exchange;
	size_t length = size * count;

	buf_append(&exchange->answer, bytes, length);
	if (exchange->answer.overflow) {
		err_set(&exchange->err, ERR_LIMIT, "%s: answer larger than %zu bytes", origin->url,
			origin->answer_max_bytes);
		return 0;
	}
	return length;
}

/* --- the pin ------------------------------------------------------------------------------------ */

static bool leaf_digest(CURL *easy, struct digest_sha256 *sum)
{
	struct curl_tlssessioninfo *session = NULL;
	unsigned char *der = NULL;
	X509 *leaf;
	int length;

	if (curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &session) != CURLE_OK || !session ||
	    session->backend != CURLSSLBACKEND_OPENSSL || !session->internals)
		return false;
	leaf = SSL_get1_peer_certificate(session->internals);
	if (!leaf)
		return false;
	length = i2d_X509(leaf, &der);
	if (length > 0)
		digest_sha256(der, (size_t)length, sum);
	OPENSSL_free(der);
	X509_free(leaf);
	return length > 0;
}

static bool is_pinned(const struct fetch_origin *origin)
{
	return origin->tls == FETCH_TLS_PIN || origin->tls == FETCH_TLS_LEGACY_PIN;
}

static int check_pin(struct fetch_origin *origin, struct err *err)
{
	struct digest_sha256 seen;
	char seen_text[65], pin_text[65];

	if (!leaf_digest(origin->easy, &seen))
		return err_set(err, ERR_FAILED, "%s: the server's certificate cannot be read", origin->url);
	if (digest_equal(seen.bytes, origin->pin.bytes, sizeof(seen.bytes)))
		return 0;
	digest_sha256_text(&seen, seen_text);
	digest_sha256_text(&origin->pin, pin_text);
	return err_set(err, ERR_FAILED, "%s: the certificate is not the pinned one (seen %s, pinned %s): "
		       "if it was renewed on purpose, pin the new one; else somebody is in between",
		       origin->url, seen_text, pin_text);
}

static int before_request(void *arg, char *to, char *from, int to_port, int from_port)
{
	struct fetch_origin *origin = arg;
	struct exchange *exchange = origin->exchange;

	(void)to;
	(void)from;
	(void)to_port;
	(void)from_port;
	if (is_pinned(origin) && check_pin(origin, &exchange->err) < 0) {
		exchange->why = FETCH_WHY_UNTRUSTED;
		return CURL_PREREQFUNC_ABORT;
	}
	/* Another request without an answer to the last one: the kept connection was dead. */
	if (exchange->requests_sent > exchange->round_trips) {
		if (origin->once && exchange->sent) {
			err_set(&exchange->err, ERR_FAILED, "%s: the connection broke before the answer", origin->url);
			return CURL_PREREQFUNC_ABORT;
		}
		exchange->resent = true;
	}
	/* The first request of an authenticated origin has no body: it changes nothing over there. */
	if (!origin->user || origin->has_nonce || exchange->requests_sent > 0)
		exchange->sent = true;
	exchange->requests_sent++;
	return CURL_PREREQFUNC_OK;
}

/* Firmware before release 12 knows no secure renegotiation (RFC 5746), which OpenSSL 3 insists on. */
static CURLcode allow_legacy(CURL *easy, void *ssl_ctx, void *arg)
{
	(void)easy;
	(void)arg;
	SSL_CTX_set_options(ssl_ctx, SSL_OP_LEGACY_SERVER_CONNECT);
	return CURLE_OK;
}

/* --- handle options ----------------------------------------------------------------------------- */

#define SET(easy, option, value) INVARIANT(curl_easy_setopt(easy, option, value) == CURLE_OK)

/* The key from memory: a reference may name something that is no file. */
static void show_certificate(const struct fetch_origin *origin, CURL *easy)
{
	const char *key = secret_reveal(origin->key);
	struct curl_blob blob = { .data = (void *)(uintptr_t)key, .len = strlen(key), .flags = CURL_BLOB_COPY };

	SET(easy, CURLOPT_SSLCERT, origin->certificate_file);
	SET(easy, CURLOPT_SSLKEY_BLOB, &blob);
}

static void set_tls(const struct fetch_origin *origin, CURL *easy)
{
	bool legacy = origin->tls == FETCH_TLS_LEGACY_PIN, verify = origin->tls == FETCH_TLS_VERIFY;

	SET(easy, CURLOPT_PROTOCOLS_STR, origin->tls == FETCH_TLS_NONE ? "http" : "https");
	SET(easy, CURLOPT_SSLVERSION, legacy ? (long)CURL_SSLVERSION_TLSv1_0 : CURL_SSLVERSION_TLSv1_2);
	SET(easy, CURLOPT_SSL_CIPHER_LIST, origin->cipher_list);
	SET(easy, CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L);
	SET(easy, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
	SET(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	if (verify && origin->ca_file) {
		SET(easy, CURLOPT_CAINFO, origin->ca_file);
		SET(easy, CURLOPT_CAPATH, NULL);
	}
	if (legacy)
		SET(easy, CURLOPT_SSL_CTX_FUNCTION, allow_legacy);
	if (origin->certificate_file && origin->key)
		show_certificate(origin, easy);
}

static void set_limits(const struct fetch_origin *origin, CURL *easy)
{
	SET(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)origin->connect_timeout_ms);
	SET(easy, CURLOPT_TIMEOUT_MS, (long)origin->answer_timeout_ms);
	SET(easy, CURLOPT_NOSIGNAL, 1L);
	SET(easy, CURLOPT_PROXY, "");
	SET(easy, CURLOPT_FOLLOWLOCATION, 0L);
	SET(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
}

static void set_callbacks(struct fetch_origin *origin, CURL *easy)
{
	SET(easy, CURLOPT_PRIVATE, origin);
	SET(easy, CURLOPT_ERRORBUFFER, origin->error_text);
	SET(easy, CURLOPT_HEADERFUNCTION, take_header);
	SET(easy, CURLOPT_HEADERDATA, origin);
	SET(easy, CURLOPT_WRITEFUNCTION, take_body);
	SET(easy, CURLOPT_WRITEDATA, origin);
	SET(easy, CURLOPT_PREREQFUNCTION, before_request);
	SET(easy, CURLOPT_PREREQDATA, origin);
}

/* A reset drops the digest state and keeps the connection. */
static void prepare(struct fetch_origin *origin)
{
	CURL *easy = origin->easy;

	curl_easy_reset(easy);
	origin->has_nonce = false;
	SET(easy, CURLOPT_URL, origin->url);
	set_tls(origin, easy);
	set_limits(origin, easy);
	set_callbacks(origin, easy);
	if (origin->user) {
		SET(easy, CURLOPT_HTTPAUTH, CURLAUTH_DIGEST);
		SET(easy, CURLOPT_USERNAME, origin->user);
		SET(easy, CURLOPT_PASSWORD, origin->password ? secret_reveal(origin->password) : "");
	}
}

/* --- running transfers -------------------------------------------------------------------------- */

static void start(struct fetch_origin *origin)
{
	struct exchange *exchange = origin->exchange;

	origin->running = true;
	origin->fetch->running++;
	origin->error_text[0] = '\0';
	exchange->had_nonce = origin->has_nonce;
	SET(origin->easy, CURLOPT_POST, 1L);
	SET(origin->easy, CURLOPT_POSTFIELDS, exchange->request);
	SET(origin->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)exchange->request_length);
	SET(origin->easy, CURLOPT_HTTPHEADER, exchange->headers);
	INVARIANT(curl_multi_add_handle(origin->fetch->multi, origin->easy) == CURLM_OK);
}

static void stop(struct fetch_origin *origin)
{
	INVARIANT(curl_multi_remove_handle(origin->fetch->multi, origin->easy) == CURLM_OK);
	origin->running = false;
	origin->fetch->running--;
}

static void wait_in_line(struct fetch_origin *origin)
{
	struct fetch *fetch = origin->fetch;

	origin->waiting_next = NULL;
	*fetch->waiting_end = origin;
	fetch->waiting_end = &origin->waiting_next;
}

static void leave_line(struct fetch_origin *origin)
{
	struct fetch *fetch = origin->fetch;
	struct fetch_origin **at = &fetch->waiting_first;

	while (*at && *at != origin)
		at = &(*at)->waiting_next;
	if (!*at)
		return;
	*at = origin->waiting_next;
	if (!*at)
		fetch->waiting_end = at;
}

static void start_waiting(struct fetch *fetch)
{
	while (fetch->waiting_first && fetch->running < fetch->running_max) {
		struct fetch_origin *origin = fetch->waiting_first;

		leave_line(origin);
		start(origin);
	}
}

static void name_failure(const struct fetch_origin *origin, CURLcode result, struct err *err)
{
	const char *reason = origin->error_text[0] ? origin->error_text : curl_easy_strerror(result);

	err_set(err, result == CURLE_OPERATION_TIMEDOUT ? ERR_GONE : ERR_FAILED, "%s: %s", origin->url,
		reason);
}

static enum fetch_why why_of(CURLcode result, const struct exchange *exchange)
{
	switch (result) {
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CACERT_BADFILE:
		return FETCH_WHY_UNTRUSTED;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
		return FETCH_WHY_UNREACHABLE;
	case CURLE_OPERATION_TIMEDOUT:
		return exchange->requests_sent ? FETCH_WHY_OTHER : FETCH_WHY_UNREACHABLE;
	default:
		return FETCH_WHY_OTHER;
	}
}

/* The exchange is the caller's own from here on: done may free the origin or post the next request. */
static void deliver(struct exchange *exchange, unsigned status)
{
	struct fetch_answer answer = {
		.rc = exchange->err.code,
		.err = &exchange->err,
		.why = (uint8_t)exchange->why,
		.sent = exchange->sent,
		.resent = exchange->resent,
		.status = exchange->err.code ? 0 : status,
		.content_type = exchange->content_type,
		.realm = exchange->realm,
		.body = exchange->answer.text,
		.body_length = exchange->answer.length,
		.round_trips = exchange->round_trips,
	};

	exchange->done(exchange->arg, &answer);
	exchange_free(exchange);
}

static void finish(struct fetch_origin *origin, CURLcode result)
{
	struct exchange *exchange = origin->exchange;
	const char *content_type = NULL;
	long status = 0;

	curl_easy_getinfo(origin->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(origin->easy, CURLINFO_CONTENT_TYPE, &content_type);
	if (result != CURLE_OK && !err_is_set(&exchange->err)) {
		name_failure(origin, result, &exchange->err);
		exchange->why = why_of(result, exchange);
	}
	if (content_type)
		snprintf(exchange->content_type, sizeof(exchange->content_type), "%s", content_type);
	stop(origin);
	if (result == CURLE_OK && status == 401 && exchange->had_nonce && !exchange->asked_again) {
		exchange->asked_again = true;
		prepare(origin);
		start(origin);
		return;
	}
	if (status == 401)
		prepare(origin);       /* a refused nonce is of no use to the next request */
	origin->exchange = NULL;
	deliver(exchange, (unsigned)status);
}

static void deliver_finished(struct fetch *fetch)
{
	CURLMsg *message;
	int left;

	fetch->delivering = true;
	while ((message = curl_multi_info_read(fetch->multi, &left)) != NULL) {
		CURLcode result = message->data.result;
		struct fetch_origin *origin = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &origin);
		finish(origin, result);
	}
	fetch->delivering = false;
	start_waiting(fetch);
}

/* --- the loop ----------------------------------------------------------------------------------- */

static void act(struct fetch *fetch, curl_socket_t fd, int what)
{
	int running;

	INVARIANT(curl_multi_socket_action(fetch->multi, fd, what, &running) == CURLM_OK);
	deliver_finished(fetch);
}

static void socket_ready(void *arg, int fd, unsigned ready)
{
	act(arg, fd, (ready & LOOP_READ ? CURL_CSELECT_IN : 0) | (ready & LOOP_WRITE ? CURL_CSELECT_OUT : 0));
}

static void timeout_due(void *arg)
{
	act(arg, CURL_SOCKET_TIMEOUT, 0);
}

/* socketp is the watch of this descriptor, kept for us by curl. */
static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socketp)
{
	struct fetch *fetch = arg;
	struct watch *watch = NULL;
	unsigned ready = 0;

	(void)easy;
	watch_free(socketp);
	if (what & CURL_POLL_IN)
		ready |= LOOP_READ;
	if (what & CURL_POLL_OUT)
		ready |= LOOP_WRITE;
	if (what != CURL_POLL_REMOVE && ready)
		watch = loop_watch(fetch->loop, fd, ready, socket_ready, fetch);
	curl_multi_assign(fetch->multi, fd, watch);
	return 0;
}

static int set_timeout(CURLM *multi, long timeout_ms, void *arg)
{
	struct fetch *fetch = arg;

	(void)multi;
	if (timeout_ms < 0)
		timer_stop(fetch->timer);
	else
		timer_after_ns(fetch->timer, ms_to_ns((uint64_t)timeout_ms));
	return 0;
}

static void set_multi(struct fetch *fetch, size_t connections_max)
{
	CURLM *multi = fetch->multi;

	INVARIANT(curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watch_socket) == CURLM_OK);
	INVARIANT(curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, fetch) == CURLM_OK);
	INVARIANT(curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, set_timeout) == CURLM_OK);
	INVARIANT(curl_multi_setopt(multi, CURLMOPT_TIMERDATA, fetch) == CURLM_OK);
	/* Else curl keeps four idle connections per running transfer, so none when all is quiet. */
	INVARIANT(curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)connections_max) == CURLM_OK);
	INVARIANT(curl_multi_setopt(multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING) == CURLM_OK);
}

struct fetch *fetch_new(struct loop *loop, size_t connections_max)
{
	struct fetch *fetch = mem_alloc(sizeof(*fetch));

	INVARIANT(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);  /* counts its callers */
	INVARIANT(connections_max > 0);
	/* OpenSSL writes with write(2), and curl told to leave signals alone does not guard against this. */
	signal(SIGPIPE, SIG_IGN);
	fetch->loop = loop;
	fetch->running_max = connections_max;
	fetch->waiting_end = &fetch->waiting_first;
	fetch->timer = loop_timer(loop, timeout_due, fetch);
	fetch->multi = curl_multi_init();
	INVARIANT(fetch->multi);
	set_multi(fetch, connections_max);
	return fetch;
}

void fetch_free(struct fetch *fetch)
{
	if (!fetch)
		return;
	INVARIANT(fetch->origins == 0 && !fetch->delivering);
	curl_multi_cleanup(fetch->multi);      /* closes kept connections, takes back the watches */
	timer_free(fetch->timer);
	mem_free(fetch);
	curl_global_cleanup();
}

/* curl shares kept connections between handles whose TLS options are equal, but firmware remembers the user
 * of a TLS connection (amt-system-defense.md 1.4): a word unknown to OpenSSL, which it skips, makes the
 * options of each origin differ. */
static char *cipher_list(const struct fetch *fetch, enum fetch_tls tls)
{
	char text[64];

	snprintf(text, sizeof(text), "%s:ORIGIN%llu",
		 tls == FETCH_TLS_LEGACY_PIN ? "DEFAULT@SECLEVEL=0" : "DEFAULT",
		 (unsigned long long)fetch->origins_made);
	return mem_text(text);
}

struct fetch_origin *fetch_origin_new(struct fetch *fetch, const struct fetch_target *target)
{
	struct fetch_origin *origin = mem_alloc(sizeof(*origin));

	origin->fetch = fetch;
	origin->url = mem_text(target->url);
	origin->user = mem_text(target->user);
	origin->ca_file = mem_text(target->ca_file);
	origin->certificate_file = mem_text(target->certificate_file);
	origin->key = target->key;
	origin->cipher_list = cipher_list(fetch, target->tls);
	origin->password = target->password;
	origin->tls = target->tls;
	memcpy(origin->pin.bytes, target->pin_sha256, sizeof(origin->pin.bytes));
	origin->connect_timeout_ms = target->connect_timeout_ms;
	origin->answer_timeout_ms = target->answer_timeout_ms;
	origin->answer_max_bytes = target->answer_max_bytes;
	origin->easy = curl_easy_init();
	INVARIANT(origin->easy);
	prepare(origin);
	fetch->origins++;
	fetch->origins_made++;
	return origin;
}

void fetch_origin_free(struct fetch_origin *origin)
{
	struct fetch *fetch;

	if (!origin)
		return;
	fetch = origin->fetch;
	leave_line(origin);
	if (origin->running)
		stop(origin);
	curl_easy_cleanup(origin->easy);
	exchange_free(origin->exchange);
	mem_free(origin->url);
	mem_free(origin->user);
	mem_free(origin->ca_file);
	mem_free(origin->certificate_file);
	mem_free(origin->cipher_list);
	mem_free(origin);
	fetch->origins--;
	if (!fetch->delivering)
		start_waiting(fetch);
}

void fetch_origin_expect_realm(struct fetch_origin *origin, const char *realm)
{
	snprintf(origin->realm, sizeof(origin->realm), "%s", realm);
}

void fetch_origin_send_once(struct fetch_origin *origin, bool once)
{
	origin->once = once;
}

bool fetch_origin_is_busy(const struct fetch_origin *origin)
{
	return origin->exchange != NULL;
}

void fetch_post(struct fetch_origin *origin, const char *content_type, const char *body, size_t length,
		fetch_done_fn *done, void *arg)
{
	INVARIANT(!origin->exchange);
	origin->exchange = exchange_new(origin, content_type, body, length);
	origin->exchange->done = done;
	origin->exchange->arg = arg;
	wait_in_line(origin);
	if (!origin->fetch->delivering)
		start_waiting(origin->fetch);
}
