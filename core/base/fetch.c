/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl's multi interface driven by our loop: curl says which sockets and which timeout it waits for, we
 * say what happened, and finished transfers are handed out from the top of a loop callback.
 *
 * Transfer handles are lent to origins while they run; the shared cache of the multi handle keeps the connections, and the
 * origin keeps the digest state (logon.h), so that an idle one costs a few hundred bytes.  What a transfer
 * means for the request it belongs to is fetch_exchange.c's.
 *
 * Right before each request leaves, and on a kept connection too, curl asks before_request().  That is where the pin is
 * compared (the handshake is over, no byte of ours has been sent) and where "sent" becomes true.
 *
 * Left out on purpose: redirects, proxies, cookies, HTTP/2, compression, Basic. */
#include "core/base/fetch.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <curl/curl.h>
#include <openssl/ssl.h>

#include "core/base/buf.h"
#include "core/base/digest.h"
#include "core/base/err.h"
#include "core/base/fetch_exchange.h"
#include "core/base/invariant.h"
#include "core/base/logon.h"
#include "core/base/loop.h"
#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/units.h"

#define SPARE_HANDLES       32
#define UPLOAD_BUFFER_BYTES 16384L
#define OTHER_DESCRIPTORS   256 /* for idle connections, the store, people */
#define KEPT_CONNECTIONS \
	32 /* idle ones, 30 KiB each with TLS; firmware closes them after seconds anyway */

struct handle {
	CURL *easy;
	struct curl_slist *headers;
	uint64_t set_up_for; /* an origin's number; 0 = none */
	struct handle *next;
	char error_text[CURL_ERROR_SIZE];
};

struct fetch {
	struct loop *loop;
	CURLM *multi;
	struct timer *timer;
	struct fetch_origin *waiting_first, **waiting_end;
	struct handle *spare;
	size_t spares;
	size_t running, running_max, kept_max, origins;
	uint64_t origins_made;
	bool delivering;
};

struct fetch_origin {
	struct fetch *fetch;
	struct fetch_origin *waiting_next;
	struct handle *handle; /* NULL unless a transfer runs */
	int fd;                /* last used; -1 = none */
	uint64_t number;
	struct exchange_server server;
	char *ca_file, *certificate_file;
	const struct secret *key;
	enum fetch_tls tls;
	struct digest_sha256 pin;
	uint32_t connect_timeout_ms, answer_timeout_ms;
	bool running;
	struct exchange *exchange; /* NULL while idle */
};

static void start_waiting(struct fetch *fetch);

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

static int check_pin(const struct fetch_origin *origin, struct err *err)
{
	struct digest_sha256 seen;
	char seen_text[65], pin_text[65];

	if (!leaf_digest(origin->handle->easy, &seen))
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
	if (!exchange_leaves(exchange, &origin->server))
		return CURL_PREREQFUNC_ABORT;
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
	struct fetch *fetch = origin->fetch;
	struct handle *handle = fetch->spare;

	if (handle) {
		fetch->spare = handle->next;
		fetch->spares--;
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

static void handle_free(struct handle *handle)
{
	curl_easy_cleanup(handle->easy);
	curl_slist_free_all(handle->headers);
	mem_free(handle);
}

static void give_handle_back(struct fetch_origin *origin)
{
	struct fetch *fetch = origin->fetch;
	struct handle *handle = origin->handle;

	origin->handle = NULL;
	if (fetch->spares >= SPARE_HANDLES) {
		handle_free(handle);
		return;
	}
	handle->next = fetch->spare;
	fetch->spare = handle;
	fetch->spares++;
}

/* Else curl keeps four idle connections per running transfer, so none when all is quiet. */
static void limit_connections(struct fetch *fetch)
{
	INVARIANT(curl_multi_setopt(fetch->multi, CURLMOPT_MAXCONNECTS,
				    (long)(fetch->running + fetch->kept_max)) == CURLM_OK);
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
	uint64_t now_ns = loop_now_ns(origin->fetch->loop),
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

static void transfer(struct fetch_origin *origin)
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
	INVARIANT(curl_multi_add_handle(origin->fetch->multi, easy) == CURLM_OK);
}

static void end_transfer(struct fetch_origin *origin)
{
	INVARIANT(curl_multi_remove_handle(origin->fetch->multi, origin->handle->easy) == CURLM_OK);
	give_handle_back(origin);
}

static void start(struct fetch_origin *origin)
{
	struct exchange *exchange = origin->exchange;

	origin->running = true;
	origin->fetch->running++;
	limit_connections(origin->fetch);
	exchange->deadline_ns =
		loop_now_ns(origin->fetch->loop) + ms_to_ns(origin->answer_timeout_ms);
	exchange->phase = !origin->server.user || logon_is_known(&origin->server.logon)
				  ? PHASE_SEND
				  : PHASE_CHALLENGE;
	transfer(origin);
}

static void stop(struct fetch_origin *origin)
{
	origin->running = false;
	origin->fetch->running--;
	limit_connections(origin->fetch);
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
	end_transfer(origin);
	if (result == CURLE_OK && exchange_goes_on(exchange, &origin->server, (unsigned)status)) {
		transfer(origin);
		return;
	}
	if (status == 401)
		logon_forget(
			&origin->server.logon); /* a refused nonce is of no use to the next request */
	stop(origin);
	origin->exchange = NULL;
	exchange_deliver(exchange, (unsigned)status);
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
	act(arg, fd,
	    (ready & LOOP_READ ? CURL_CSELECT_IN : 0) |
		    (ready & LOOP_WRITE ? CURL_CSELECT_OUT : 0));
}

static void timeout_due(void *arg)
{
	act(arg, CURL_SOCKET_TIMEOUT, 0);
}

/* socketp is the watch of this descriptor, kept for us by curl. */
static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socketp)
{
	struct fetch *fetch = arg;
	struct fetch_origin *origin = NULL;
	struct watch *watch = NULL;
	unsigned ready = 0;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, &origin);
	if (origin && what != CURL_POLL_REMOVE)
		origin->fd = fd;
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

static void set_multi(struct fetch *fetch)
{
	CURLM *multi = fetch->multi;

	INVARIANT(curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watch_socket) == CURLM_OK);
	INVARIANT(curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, fetch) == CURLM_OK);
	INVARIANT(curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, set_timeout) == CURLM_OK);
	INVARIANT(curl_multi_setopt(multi, CURLMOPT_TIMERDATA, fetch) == CURLM_OK);
	INVARIANT(curl_multi_setopt(multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING) ==
		  CURLM_OK);
}

/* Descriptors are short by default (1024), and a fleet needs one per machine that is slow to answer. */
static size_t descriptors_for(size_t connections_max)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return connections_max;
	if (limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &limit) < 0 && getrlimit(RLIMIT_NOFILE, &limit) < 0)
			return connections_max;
	}
	if (limit.rlim_cur >= connections_max + OTHER_DESCRIPTORS)
		return connections_max;
	return limit.rlim_cur > 2 * OTHER_DESCRIPTORS ? (size_t)limit.rlim_cur - OTHER_DESCRIPTORS
						      : OTHER_DESCRIPTORS;
}

struct fetch *fetch_new(struct loop *loop, size_t connections_max)
{
	struct fetch *fetch = mem_alloc(sizeof(*fetch));

	INVARIANT(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK); /* counts its callers */
	INVARIANT(connections_max > 0);
	/* OpenSSL writes with write(2), and curl told to leave signals alone does not guard against this. */
	signal(SIGPIPE, SIG_IGN);
	fetch->loop = loop;
	fetch->running_max = descriptors_for(connections_max);
	fetch->kept_max = connections_max < KEPT_CONNECTIONS ? connections_max : KEPT_CONNECTIONS;
	fetch->waiting_end = &fetch->waiting_first;
	fetch->timer = loop_timer(loop, timeout_due, fetch);
	fetch->multi = curl_multi_init();
	INVARIANT(fetch->multi);
	set_multi(fetch);
	limit_connections(fetch);
	return fetch;
}

size_t fetch_connections_max(const struct fetch *fetch)
{
	return fetch->running_max;
}

void fetch_free(struct fetch *fetch)
{
	if (!fetch)
		return;
	INVARIANT(fetch->origins == 0 && !fetch->delivering);
	while (fetch->spare) {
		struct handle *next = fetch->spare->next;

		handle_free(fetch->spare);
		fetch->spare = next;
	}
	curl_multi_cleanup(fetch->multi); /* closes kept connections, takes back the watches */
	timer_free(fetch->timer);
	mem_free(fetch);
	curl_global_cleanup();
}

static void copy_path(const char *url, char path[EXCHANGE_PATH_MAX_BYTES])
{
	const char *host = strstr(url, "://");
	const char *at = host ? strchr(host + 3, '/') : NULL;

	INVARIANT(!at || strlen(at) < EXCHANGE_PATH_MAX_BYTES);
	snprintf(path, EXCHANGE_PATH_MAX_BYTES, "%s", at ? at : "/");
}

struct fetch_origin *fetch_origin_new(struct fetch *fetch, const struct fetch_target *target)
{
	struct fetch_origin *origin = mem_alloc(sizeof(*origin));

	origin->fetch = fetch;
	origin->server.url = mem_text(target->url);
	origin->server.user = mem_text(target->user);
	origin->ca_file = mem_text(target->ca_file);
	origin->certificate_file = mem_text(target->certificate_file);
	origin->key = target->key;
	origin->number = ++fetch->origins_made;
	origin->fd = -1;
	copy_path(target->url, origin->server.path);
	origin->server.password = target->password;
	origin->tls = target->tls;
	memcpy(origin->pin.bytes, target->pin_sha256, sizeof(origin->pin.bytes));
	origin->connect_timeout_ms = target->connect_timeout_ms;
	origin->answer_timeout_ms = target->answer_timeout_ms;
	origin->server.answer_max_bytes = target->answer_max_bytes;
	fetch->origins++;
	return origin;
}

void fetch_origin_free(struct fetch_origin *origin)
{
	struct fetch *fetch;

	if (!origin)
		return;
	fetch = origin->fetch;
	leave_line(origin);
	if (origin->running) {
		end_transfer(origin);
		stop(origin);
	}
	logon_forget(&origin->server.logon);
	exchange_free(origin->exchange);
	mem_free(origin->server.url);
	mem_free(origin->server.user);
	mem_free(origin->ca_file);
	mem_free(origin->certificate_file);
	mem_free(origin->server.realm);
	mem_free(origin);
	fetch->origins--;
	if (!fetch->delivering)
		start_waiting(fetch);
}

void fetch_origin_expect_realm(struct fetch_origin *origin, const char *realm)
{
	mem_free(origin->server.realm);
	origin->server.realm = *realm ? mem_text(realm) : NULL;
}

void fetch_origin_send_once(struct fetch_origin *origin, bool once)
{
	origin->server.once = once;
}

bool fetch_origin_is_busy(const struct fetch_origin *origin)
{
	return origin->exchange != NULL;
}

void fetch_post(struct fetch_origin *origin, const char *content_type, const char *body,
		size_t length, fetch_done_fn *done, void *arg)
{
	INVARIANT(!origin->exchange);
	origin->exchange =
		exchange_new(origin->server.answer_max_bytes, content_type, body, length);
	origin->exchange->done = done;
	origin->exchange->arg = arg;
	wait_in_line(origin);
	if (!origin->fetch->delivering)
		start_waiting(origin->fetch);
}
