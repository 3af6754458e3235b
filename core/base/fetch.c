/* SPDX-License-Identifier: Apache-2.0 */
/* Whose request runs: a bounded number at once, the others wait in line.
 *
 * The origin keeps the digest state (logon.h), so that an idle one costs a few hundred bytes.  What a transfer means for
 * the request it belongs to is fetch_exchange.c's, how its bytes travel fetch_wire.c's. */
#include "core/base/fetch.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "core/base/fetch_exchange.h"
#include "core/base/fetch_wire.h"
#include "core/base/invariant.h"
#include "core/base/logon.h"
#include "core/base/loop.h"
#include "core/base/mem.h"
#include "core/base/slab.h"
#include "core/base/units.h"

#define OTHER_DESCRIPTORS 256 /* for idle connections, the store, people */
#define KEPT_CONNECTIONS \
	32 /* idle ones, 30 KiB each with TLS; firmware closes them after seconds anyway */

struct fetch {
	struct loop *loop;
	struct wire *wire;
	struct slab *slab; /* of what origins keep */
	struct fetch_origin *waiting_first, **waiting_end;
	size_t running, running_max, kept_max, origins;
	uint64_t origins_made;
};

/* More are open while more run. */
static void limit_connections(struct fetch *fetch)
{
	wire_keep(fetch->wire, fetch->running + fetch->kept_max);
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
	wire_start(origin);
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

static void ended(void *arg, struct fetch_origin *origin, bool complete, unsigned status)
{
	struct exchange *exchange = origin->exchange;

	(void)arg;
	if (complete && exchange_goes_on(exchange, &origin->server, status)) {
		wire_start(origin);
		return;
	}
	if (status == 401)
		logon_forget(
			&origin->server.logon); /* a refused nonce is of no use to the next request */
	stop(origin);
	origin->exchange = NULL;
	exchange->ended_ns = loop_now_ns(origin->fetch->loop);
	exchange_deliver(exchange, status);
}

static void delivered(void *arg)
{
	start_waiting(arg);
}

/* Descriptors are short by default (1024), and a fleet needs one per machine that is slow to answer. */
static size_t descriptors_for(size_t connections_max)
{
	struct rlimit limit;
	size_t left;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return connections_max;
	if (limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &limit) < 0 && getrlimit(RLIMIT_NOFILE, &limit) < 0)
			return connections_max;
	}
	left = limit.rlim_cur > 2 * OTHER_DESCRIPTORS ? (size_t)limit.rlim_cur - OTHER_DESCRIPTORS
						      : (size_t)limit.rlim_cur / 2;
	return left < connections_max ? left : connections_max;
}

struct fetch *fetch_new(struct loop *loop, size_t connections_max)
{
	struct fetch *fetch = mem_alloc(sizeof(*fetch));
	struct wire_user user = { .arg = fetch, .ended = ended, .delivered = delivered };

	INVARIANT(connections_max > 0);
	/* OpenSSL writes with write(2), and curl told to leave signals alone does not guard against this. */
	signal(SIGPIPE, SIG_IGN);
	fetch->loop = loop;
	fetch->running_max = descriptors_for(connections_max);
	fetch->kept_max = connections_max < KEPT_CONNECTIONS ? connections_max : KEPT_CONNECTIONS;
	fetch->waiting_end = &fetch->waiting_first;
	fetch->wire = wire_new(loop, &user);
	fetch->slab = slab_new();
	limit_connections(fetch);
	return fetch;
}

size_t fetch_connections_max(const struct fetch *fetch)
{
	return fetch->running_max;
}

void fetch_rest(struct fetch *fetch)
{
	if (!fetch->running && !wire_is_delivering(fetch->wire))
		wire_rest(fetch->wire);
}

void fetch_free(struct fetch *fetch)
{
	if (!fetch)
		return;
	INVARIANT(fetch->origins == 0);
	wire_free(fetch->wire);
	slab_free(fetch->slab);
	mem_free(fetch);
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
	struct slab *slab = fetch->slab;
	struct fetch_origin *origin = slab_take(slab, sizeof(*origin));

	origin->fetch = fetch;
	origin->wire = fetch->wire;
	origin->server.url = slab_text(slab, target->url);
	origin->server.user = slab_text(slab, target->user);
	origin->ca_file = slab_text(slab, target->ca_file);
	origin->certificate_file = slab_text(slab, target->certificate_file);
	origin->key = target->key;
	origin->server.logon.slab = slab;
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
	struct slab *slab;

	if (!origin)
		return;
	fetch = origin->fetch;
	slab = fetch->slab;
	leave_line(origin);
	if (origin->running) {
		wire_end(origin);
		stop(origin);
	}
	logon_forget(&origin->server.logon);
	exchange_free(origin->exchange);
	slab_give_text(slab, origin->server.url);
	slab_give_text(slab, origin->server.user);
	slab_give_text(slab, origin->ca_file);
	slab_give_text(slab, origin->certificate_file);
	slab_give_text(slab, origin->server.realm);
	slab_give(slab, origin, sizeof(*origin));
	fetch->origins--;
	if (!wire_is_delivering(fetch->wire))
		start_waiting(fetch);
}

void fetch_origin_expect_realm(struct fetch_origin *origin, const char *realm)
{
	struct slab *slab = origin->fetch->slab;

	slab_give_text(slab, origin->server.realm);
	origin->server.realm = *realm ? slab_text(slab, realm) : NULL;
}

void fetch_origin_send_once(struct fetch_origin *origin, bool once)
{
	origin->server.once = once;
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
	if (!wire_is_delivering(origin->fetch->wire))
		start_waiting(origin->fetch);
}
