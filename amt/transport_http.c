/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP as AMT firmware wants it (amt-system-defense.md 1.3): POST to /wsman, Content-Length,
 * no "Expect".
 *
 * Digest, keep-alive, pinning and the older TLS versions are fetch.h's work; here only the
 * asset's settings are turned into its terms.  The secret is resolved when the transport is
 * opened and wiped when it closes. */
#include "amt/transport_http.h"

#include <stdio.h>
#include <string.h>

#include "amt/soap.h"
#include "core/asset/asset.h"
#include "core/base/err.h"
#include "core/base/fetch.h"
#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/slab.h"

struct line {
	struct slab *slab;
	struct fetch_origin *origin;
	struct secret *password;
	transport_done_fn *done;
	void *arg;
};

static enum transport_why why_of(const struct fetch_answer *answer)
{
	switch (answer->why) {
	case FETCH_WHY_UNREACHABLE:
		return TRANSPORT_UNREACHABLE;
	case FETCH_WHY_UNTRUSTED:
		return TRANSPORT_UNTRUSTED;
	case FETCH_WHY_STRANGER:
		return TRANSPORT_STRANGER;
	default:
		return TRANSPORT_OTHER;
	}
}

static void on_answer(void *arg, const struct fetch_answer *answer)
{
	struct line *line = arg;
	struct transport_answer told = {
		.rc = answer->rc,
		.err = answer->err,
		.why = (uint8_t)why_of(answer),
		.sent = answer->sent,
		.resent = answer->resent,
		.status = answer->status,
		.body = answer->body ? answer->body : "",
		.length = answer->body_length,
		.realm = answer->realm ? answer->realm : "",
		.round_trips = answer->round_trips,
		.at_ns = answer->at_ns,
	};

	line->done(line->arg, &told);
}

static void post(void *self, const char *body, size_t length, transport_done_fn *done, void *arg)
{
	struct line *line = self;

	line->done = done;
	line->arg = arg;
	fetch_post(line->origin, "application/soap+xml;charset=UTF-8", body, length, on_answer,
		   line);
}

static void send_once(void *self, bool once)
{
	struct line *line = self;

	fetch_origin_send_once(line->origin, once);
}

static void expect_realm(void *self, const char *realm)
{
	struct line *line = self;

	fetch_origin_expect_realm(line->origin, realm);
}

static bool renewed(void *self, const struct asset *asset)
{
	struct line *line = self;
	struct err err = { 0 };
	struct secret *now = secret_resolve(asset->amt.password_ref, &err);
	const char *text = now ? secret_reveal(now) : "";
	bool other = now && !secret_equals(line->password, text, strlen(text));

	secret_free(now);
	return other;
}

static void close_line(void *self)
{
	struct line *line = self;

	fetch_origin_free(line->origin);
	secret_free(line->password);
	slab_give(line->slab, line, sizeof(*line));
}

static enum fetch_tls tls_of(const struct asset_amt *amt)
{
	switch (amt->tls) {
	case ASSET_TLS_VERIFY:
		return FETCH_TLS_VERIFY;
	case ASSET_TLS_PIN:
		return FETCH_TLS_PIN;
	case ASSET_TLS_LEGACY_PIN:
		return FETCH_TLS_LEGACY_PIN;
	default:
		return FETCH_TLS_NONE;
	}
}

static void write_url(const struct asset_amt *amt, char *url, size_t size)
{
	const char *scheme = amt->tls == ASSET_TLS_NONE ? "http" : "https";
	bool bare_v6 = strchr(amt->address, ':') && amt->address[0] != '[';
	unsigned port = amt->port ? amt->port : amt->tls == ASSET_TLS_NONE ? 16992 : 16993;

	snprintf(url, size, "%s://%s%s%s:%u/wsman", scheme, bare_v6 ? "[" : "", amt->address,
		 bare_v6 ? "]" : "", port);
}

static int open_line(void *arg, const struct asset *asset, struct transport *transport,
		     struct err *err)
{
	struct transport_http *http = arg;
	struct line *line = slab_take(http->slab, sizeof(*line));
	struct fetch_target target = { 0 };
	char url[128];

	line->slab = http->slab;
	if (http->key_ref && !http->key)
		http->key = secret_resolve(http->key_ref, err);
	line->password = secret_settle(secret_resolve(asset->amt.password_ref, err), http->slab);
	if (!line->password || (http->key_ref && !http->key)) {
		secret_free(line->password);
		slab_give(http->slab, line, sizeof(*line));
		return ERR_CONFIG;
	}
	write_url(&asset->amt, url, sizeof(url));
	target.url = url;
	target.user = asset->amt.user;
	target.password = line->password;
	target.tls = tls_of(&asset->amt);
	target.ca_file = http->authorities;
	target.certificate_file = http->certificate;
	target.key = http->key;
	memcpy(target.pin_sha256, asset->amt.pin_sha256, sizeof(target.pin_sha256));
	target.connect_timeout_ms = http->connect_timeout_ms;
	target.answer_timeout_ms = http->answer_timeout_ms;
	target.answer_max_bytes = SOAP_BYTES_MAX;
	line->origin = fetch_origin_new(http->fetch, &target);
	*transport = (struct transport){ .self = line,
					 .post = post,
					 .send_once = send_once,
					 .expect_realm = expect_realm,
					 .renewed = renewed,
					 .close = close_line };
	return 0;
}

void transport_http_init(struct transport_http *http, struct loop *loop, uint32_t connections_max)
{
	memset(http, 0, sizeof(*http));
	http->fetch = fetch_new(loop, connections_max);
	http->slab = slab_new();
}

void transport_http_fini(struct transport_http *http)
{
	fetch_free(http->fetch);
	slab_free(http->slab);
	secret_free(http->key);
	mem_free(http->authorities);
	mem_free(http->certificate);
	mem_free(http->key_ref);
	memset(http, 0, sizeof(*http));
}

static void rest(void *arg)
{
	struct transport_http *http = arg;

	fetch_rest(http->fetch);
}

uint32_t transport_http_connections_max(const struct transport_http *http)
{
	return (uint32_t)fetch_connections_max(http->fetch);
}

struct transport_source transport_http_source(struct transport_http *http)
{
	return (struct transport_source){ .arg = http, .open = open_line, .rest = rest };
}
