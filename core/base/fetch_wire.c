/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl's multi interface driven by our loop: curl says which sockets and which timeout it waits for, we
 * say what happened, and finished transfers are handed out from the top of a loop callback.
 *
 * The sockets are in an epoll of their own, which is one descriptor to the loop: libevent keeps a record for every number a
 * descriptor ever had, thousands after a crowd, each in a page of its own.
 *
 * Transfer handles are lent to origins while they run; the shared cache of the multi handle keeps the connections.
 *
 * Right before each request leaves, and on a kept connection too, curl asks before_request().  That is where the pin is
 * compared (the handshake is over, no byte of ours has been sent) and where "sent" becomes true.
 *
 * Left out on purpose: redirects, proxies, cookies, HTTP/2, compression, Basic. */
#include "core/base/fetch_wire.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <curl/curl.h>
#include <openssl/ssl.h>

#include "core/base/buf.h"
#include "core/base/digest.h"
#include "core/base/err.h"
#include "core/base/fetch_exchange.h"
#include "core/base/invariant.h"
#include "core/base/loop.h"
#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/units.h"

#define SPARE_HANDLES       32
#define READY_MAX           64 /* sockets before others on the loop have their turn */
#define UPLOAD_BUFFER_BYTES 16384L

struct wire_handle {
	CURL *easy;
	struct curl_slist *headers;
	uint64_t set_up_for; /* an origin's number; 0 = none */
	struct wire_handle *next;
	char error_text[CURL_ERROR_SIZE];
};

struct wire {
	struct loop *loop;
	struct wire_user user;
	CURLM *multi;
	struct timer *timer;
	int epoll;
	struct watch *watch; /* of epoll */
	struct wire_handle *spare;
	size_t spares, kept_max;
	bool delivering;
};

/* ---- TLS -----------------------------------------------------------------------------------------
 *
 * A pin is compared by us and not by libcurl, which compares public keys: firmware's is of the leaf (amt-system-defense.md
 * 1.2).  Left out: revocation, which firmware cannot ask for. */

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

static int check_pin(const struct fetch_origin *origin, CURL *easy, struct err *err)
{
	struct digest_sha256 seen;
	char seen_text[65], pin_text[65];

	if (!is_pinned(origin))
		return 0;
	if (!leaf_digest(easy, &seen))
		return err_set(err, ERR_FAILED, "%s: the server's certificate cannot be read",
			       origin->server.url);
	if (digest_equal(seen.bytes, origin->pin.bytes, sizeof(seen.bytes)))
		return 0;
	digest_sha256_text(&seen, seen_text);
	digest_sha256_text(&origin->pin, pin_text);
	return err_set(err, ERR_FAILED,
		       "%s: the certificate is not the pinned one (seen %s, pinned %s): "
		       "if it was renewed on purpose, pin the new one; else somebody is in between",
		       origin->server.url, seen_text, pin_text);
}

/* Firmware before release 12 knows no secure renegotiation (RFC 5746), which OpenSSL 3 insists on. */
static CURLcode allow_legacy(CURL *easy, void *ssl_ctx, void *arg)
{
	(void)easy;
	(void)arg;
	SSL_CTX_set_options(ssl_ctx, SSL_OP_LEGACY_SERVER_CONNECT);
	return CURLE_OK;
}

#define SET(easy, option, value) INVARIANT(curl_easy_setopt(easy, option, value) == CURLE_OK)

/* The key from memory: a reference may name something that is no file. */
static void show_certificate(const struct fetch_origin *origin, CURL *easy)
{
	const char *key = secret_reveal(origin->key);
	struct curl_blob blob = { .data = (void *)(uintptr_t)key,
				  .len = strlen(key),
				  .flags = CURL_BLOB_COPY };

	SET(easy, CURLOPT_SSLCERT, origin->certificate_file);
	SET(easy, CURLOPT_SSLKEY_BLOB, &blob);
}

/* curl shares kept connections between requests whose TLS options are equal, but firmware remembers the user
 * of a TLS connection (amt-system-defense.md 1.4): a word unknown to OpenSSL, which it skips, makes the
 * options of each origin differ. */
static void set_tls(const struct fetch_origin *origin, CURL *easy)
{
	bool legacy = origin->tls == FETCH_TLS_LEGACY_PIN, verify = origin->tls == FETCH_TLS_VERIFY;
	char ciphers[64];

	snprintf(ciphers, sizeof(ciphers), "%s:ORIGIN%llu",
		 legacy ? "DEFAULT@SECLEVEL=0" : "DEFAULT", (unsigned long long)origin->number);

	SET(easy, CURLOPT_PROTOCOLS_STR, origin->tls == FETCH_TLS_NONE ? "http" : "https");
	SET(easy, CURLOPT_SSLVERSION,
	    legacy ? (long)CURL_SSLVERSION_TLSv1_0 : CURL_SSLVERSION_TLSv1_2);
	SET(easy, CURLOPT_SSL_CIPHER_LIST, ciphers);
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

/* ---- transfers ---------------------------------------------------------------------------------- */

static int before_request(void *arg, char *to, char *from, int to_port, int from_port)
{
	struct fetch_origin *origin = arg;
	struct exchange *exchange = origin->exchange;

	(void)to;
	(void)from;
	(void)to_port;
	(void)from_port;
	if (check_pin(origin, origin->handle->easy, &exchange->err) < 0) {
		exchange->why = FETCH_WHY_UNTRUSTED;
		return CURL_PREREQFUNC_ABORT;
	}
	if (!exchange_leaves(exchange, &origin->server))
		return CURL_PREREQFUNC_ABORT;
	return CURL_PREREQFUNC_OK;
}

/* --- handle options ----------------------------------------------------------------------------- */

static void set_limits(const struct fetch_origin *origin, CURL *easy)
{
	SET(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)origin->connect_timeout_ms);
	SET(easy, CURLOPT_NOSIGNAL, 1L);
	/* Every look-up walks the whole cache for what is too old; thousands of addresses need no look-up. */
	SET(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
	/* Four times as much by default, for each running transfer; a request is smaller than this. */
	SET(easy, CURLOPT_UPLOAD_BUFFERSIZE, UPLOAD_BUFFER_BYTES);
	SET(easy, CURLOPT_PROXY, "");
	SET(easy, CURLOPT_FOLLOWLOCATION, 0L);
	SET(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
}

static size_t take_header(char *bytes, size_t size, size_t count, void *arg)
{
	struct fetch_origin *origin = arg;

	return exchange_take_header(origin->exchange, &origin->server, bytes, size * count)
		       ? size * count
		       : 0;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *arg)
{
	struct fetch_origin *origin = arg;

	return exchange_take_body(origin->exchange, &origin->server, bytes, size * count)
		       ? size * count
		       : 0;
}

static void set_callbacks(struct fetch_origin *origin, CURL *easy)
{
	SET(easy, CURLOPT_PRIVATE, origin);
	SET(easy, CURLOPT_HEADERFUNCTION, take_header);
	SET(easy, CURLOPT_HEADERDATA, origin);
	SET(easy, CURLOPT_WRITEFUNCTION, take_body);
	SET(easy, CURLOPT_WRITEDATA, origin);
	SET(easy, CURLOPT_PREREQFUNCTION, before_request);
	SET(easy, CURLOPT_PREREQDATA, origin);
}

/* A reset keeps the connections. */
static void prepare(struct fetch_origin *origin, CURL *easy)
{
	curl_easy_reset(easy);
	SET(easy, CURLOPT_URL, origin->server.url);
	set_tls(origin, easy);
	set_limits(origin, easy);
	set_callbacks(origin, easy);
}

/* --- running transfers -------------------------------------------------------------------------- */

/* A transfer handle is several KiB, so only running transfers have one.  The last origin's options are still in it. */
static void take_handle(struct fetch_origin *origin)
{
	struct wire *wire = origin->wire;
	struct wire_handle *handle = wire->spare;

	if (handle) {
		wire->spare = handle->next;
		wire->spares--;
	} else {
		handle = mem_alloc(sizeof(*handle));
		handle->easy = curl_easy_init();
		INVARIANT(handle->easy);
	}
	origin->handle = handle;
	handle->error_text[0] = '\0';
	if (handle->set_up_for == origin->number)
		return;
	prepare(origin, handle->easy);
	handle->set_up_for = origin->number;
}

static void handle_free(struct wire_handle *handle)
{
	curl_easy_cleanup(handle->easy);
	curl_slist_free_all(handle->headers);
	mem_free(handle);
}

static void give_handle_back(struct fetch_origin *origin)
{
	struct wire *wire = origin->wire;
	struct wire_handle *handle = origin->handle;

	origin->handle = NULL;
	if (wire->spares >= SPARE_HANDLES) {
		handle_free(handle);
		return;
	}
	handle->next = wire->spare;
	wire->spare = handle;
	wire->spares++;
}

/* Else curl keeps four idle connections per running transfer, so none when all is quiet. */
void wire_keep(struct wire *wire, size_t connections)
{
	wire->kept_max = connections;
	INVARIANT(curl_multi_setopt(wire->multi, CURLMOPT_MAXCONNECTS, (long)connections) ==
		  CURLM_OK);
}

static void add_header(struct fetch_origin *origin, const char *text)
{
	struct curl_slist *longer = curl_slist_append(origin->handle->headers, text);

	INVARIANT(longer);
	origin->handle->headers = longer;
}

static void write_headers(struct fetch_origin *origin)
{
	struct exchange *exchange = origin->exchange;
	struct buf authorization;

	curl_slist_free_all(origin->handle->headers);
	origin->handle->headers = NULL;
	add_header(origin, exchange->content_header);
	add_header(origin, "Expect:");
	buf_init(&authorization, EXCHANGE_HEADERS_MAX_BYTES);
	if (exchange_log_on(exchange, &origin->server, &authorization))
		add_header(origin, authorization.text);
	mem_wipe(authorization.text, authorization.length);
	buf_fini(&authorization);
}

/* One deadline for all transfers of an exchange; 0 would mean none. */
static long time_left_ms(const struct fetch_origin *origin)
{
	uint64_t now_ns = loop_now_ns(origin->wire->loop),
		 deadline_ns = origin->exchange->deadline_ns;

	return deadline_ns > now_ns + ms_to_ns(1) ? (long)((deadline_ns - now_ns) / ms_to_ns(1))
						  : 1;
}

/* An idle server has nothing to say but goodbye.  curl takes the goodbye of TLS for a sign of life, sends the request after
 * it, and then nobody knows whether it was executed.  Should the descriptor be another's by now, ours was closed, and a
 * fresh connection is right in any case. */
static bool has_said_goodbye(int fd)
{
	char byte;

	return fd >= 0 && (recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 ||
			   (errno != EAGAIN && errno != EWOULDBLOCK));
}

void wire_start(struct fetch_origin *origin)
{
	struct exchange *exchange = origin->exchange;
	bool whole = exchange->phase == PHASE_SEND;
	CURL *easy;

	exchange_begin(exchange);
	take_handle(origin);
	write_headers(origin);
	easy = origin->handle->easy;
	SET(easy, CURLOPT_FRESH_CONNECT, has_said_goodbye(origin->fd) ? 1L : 0L);
	SET(easy, CURLOPT_POST, 1L);
	SET(easy, CURLOPT_POSTFIELDS, whole ? exchange->request : "");
	SET(easy, CURLOPT_POSTFIELDSIZE_LARGE, whole ? (curl_off_t)exchange->request_length : 0);
	SET(easy, CURLOPT_HTTPHEADER, origin->handle->headers);
	SET(easy, CURLOPT_ERRORBUFFER, origin->handle->error_text);
	SET(easy, CURLOPT_TIMEOUT_MS, time_left_ms(origin));
	INVARIANT(curl_multi_add_handle(origin->wire->multi, easy) == CURLM_OK);
}

void wire_end(struct fetch_origin *origin)
{
	INVARIANT(curl_multi_remove_handle(origin->wire->multi, origin->handle->easy) == CURLM_OK);
	give_handle_back(origin);
}

static void name_failure(const struct fetch_origin *origin, CURLcode result, struct err *err)
{
	const char *text = origin->handle->error_text;

	err_set(err, result == CURLE_OPERATION_TIMEDOUT ? ERR_GONE : ERR_FAILED, "%s: %s",
		origin->server.url, *text ? text : curl_easy_strerror(result));
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

static void finish(struct fetch_origin *origin, CURLcode result)
{
	struct wire *wire = origin->wire;
	struct exchange *exchange = origin->exchange;
	CURL *easy = origin->handle->easy;
	const char *content_type = NULL;
	long status = 0;

	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &content_type);
	if (result != CURLE_OK && !err_is_set(&exchange->err)) {
		name_failure(origin, result, &exchange->err);
		exchange->why = why_of(result, exchange);
	}
	snprintf(exchange->content_type, sizeof(exchange->content_type), "%s",
		 content_type ? content_type : "");
	wire_end(origin);
	wire->user.ended(wire->user.arg, origin, result == CURLE_OK, (unsigned)status);
}

static void deliver_finished(struct wire *wire)
{
	CURLMsg *message;
	int left;

	wire->delivering = true;
	while ((message = curl_multi_info_read(wire->multi, &left)) != NULL) {
		CURLcode result = message->data.result;
		struct fetch_origin *origin = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &origin);
		finish(origin, result);
	}
	wire->delivering = false;
	wire->user.delivered(wire->user.arg);
}

/* --- the loop ----------------------------------------------------------------------------------- */

static void act(struct wire *wire, curl_socket_t fd, int what)
{
	int running;

	INVARIANT(curl_multi_socket_action(wire->multi, fd, what, &running) == CURLM_OK);
}

/* Trouble shows in reading or writing, whichever is wanted. */
static int ready_for(uint32_t events)
{
	bool trouble = events & (EPOLLERR | EPOLLHUP);

	return (events & EPOLLIN || trouble ? CURL_CSELECT_IN : 0) |
	       (events & EPOLLOUT || trouble ? CURL_CSELECT_OUT : 0);
}

/* What a callback closes may be another's by the time its event is looked at: curl asks the socket itself. */
static void sockets_ready(void *arg, int fd, unsigned ready)
{
	struct wire *wire = arg;
	struct epoll_event events[READY_MAX];
	int count = epoll_wait(fd, events, READY_MAX, 0);

	(void)ready;
	for (int i = 0; i < count; i++)
		act(wire, events[i].data.fd, ready_for(events[i].events));
	deliver_finished(wire);
}

static void timeout_due(void *arg)
{
	act(arg, CURL_SOCKET_TIMEOUT, 0);
	deliver_finished(arg);
}

/* socketp is not NULL for a descriptor that epoll knows. */
static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socketp)
{
	struct wire *wire = arg;
	struct fetch_origin *origin = NULL;
	struct epoll_event event = { .data.fd = fd };

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, &origin);
	if (origin && what != CURL_POLL_REMOVE)
		origin->fd = fd;
	if (what == CURL_POLL_REMOVE) {
		if (socketp)
			epoll_ctl(wire->epoll, EPOLL_CTL_DEL, fd, &event);
		return 0;
	}
	if (what & CURL_POLL_IN)
		event.events |= EPOLLIN;
	if (what & CURL_POLL_OUT)
		event.events |= EPOLLOUT;
	INVARIANT(epoll_ctl(wire->epoll, socketp ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) == 0);
	curl_multi_assign(wire->multi, fd, wire);
	return 0;
}

static int set_timeout(CURLM *multi, long timeout_ms, void *arg)
{
	struct wire *wire = arg;

	(void)multi;
	if (timeout_ms < 0)
		timer_stop(wire->timer);
	else
		timer_after_ns(wire->timer, ms_to_ns((uint64_t)timeout_ms));
	return 0;
}

static void open_multi(struct wire *wire)
{
	CURLM *multi = curl_multi_init();

	INVARIANT(multi);
	wire->multi = multi;
	INVARIANT(curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watch_socket) == CURLM_OK);
	INVARIANT(curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, wire) == CURLM_OK);
	INVARIANT(curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, set_timeout) == CURLM_OK);
	INVARIANT(curl_multi_setopt(multi, CURLMOPT_TIMERDATA, wire) == CURLM_OK);
	INVARIANT(curl_multi_setopt(multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING) ==
		  CURLM_OK);
}

struct wire *wire_new(struct loop *loop, const struct wire_user *user)
{
	struct wire *wire = mem_alloc(sizeof(*wire));

	INVARIANT(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK); /* counts its callers */
	wire->loop = loop;
	wire->user = *user;
	wire->timer = loop_timer(loop, timeout_due, wire);
	wire->epoll = epoll_create1(EPOLL_CLOEXEC);
	INVARIANT(wire->epoll >= 0);
	wire->watch = loop_watch(loop, wire->epoll, LOOP_READ, sockets_ready, wire);
	open_multi(wire);
	return wire;
}

static void close_multi(struct wire *wire)
{
	INVARIANT(!wire->delivering);
	while (wire->spare) {
		struct wire_handle *next = wire->spare->next;

		handle_free(wire->spare);
		wire->spare = next;
	}
	wire->spares = 0;
	curl_multi_cleanup(wire->multi); /* closes kept connections */
}

/* The multi handle remembers every server it ever spoke to. */
void wire_rest(struct wire *wire)
{
	close_multi(wire);
	open_multi(wire);
	wire_keep(wire, wire->kept_max);
}

void wire_free(struct wire *wire)
{
	close_multi(wire);
	watch_free(wire->watch);
	close(wire->epoll);
	timer_free(wire->timer);
	mem_free(wire);
	curl_global_cleanup();
}

bool wire_is_delivering(const struct wire *wire)
{
	return wire->delivering;
}
