/* SPDX-License-Identifier: Apache-2.0 */
/* The public face: a fleet of endpoints over HTTP. */
#include "amt/amt.h"

#include "amt/fleet.h"
#include "amt/transport_http.h"
#include "core/base/mem.h"
#include "core/base/units.h"

#define CONNECTIONS_MAX    4096
#define ANSWER_TIMEOUT_MS  35000
#define CONNECT_TIMEOUT_MS 5000
#define OPERATION_ANSWERS \
	8 /* of the slowest kind, in one operation: a few pages and a repetition */
#define PRECEDENCE 1000

struct amt {
	struct transport_http http;
	struct fleet *fleet;
};

static uint32_t or_default(uint32_t value, uint32_t fallback)
{
	return value ? value : fallback;
}

struct amt *amt_new(const struct amt_config *config, struct loop *loop, struct log *log)
{
	struct amt *amt = mem_alloc(sizeof(*amt));
	struct endpoint_parts parts = { .loop = loop, .log = log };

	transport_http_init(&amt->http, loop, or_default(config->connections_max, CONNECTIONS_MAX));
	amt->http.connect_timeout_ms = or_default(config->connect_timeout_ms, CONNECT_TIMEOUT_MS);
	amt->http.answer_timeout_ms = or_default(config->answer_timeout_ms, ANSWER_TIMEOUT_MS);
	amt->http.authorities = mem_text(config->authorities);
	amt->http.certificate = mem_text(config->certificate);
	amt->http.key_ref = mem_text(config->key_ref);
	_Static_assert((int)AMT_FLAGS_MASKS == (int)SD_FLAGS_MASKS &&
			       (int)AMT_FLAGS_BITS == (int)SD_FLAGS_BITS,
		       "one list");
	parts.timeout_min = config->dead_man_min;
	parts.flag_coding = config->tcp_flags;
	parts.cable_only = config->cable_only;
	parts.wall_ns = config->wall_ns;
	parts.connections_max = transport_http_connections_max(&amt->http);
	parts.source = transport_http_source(&amt->http);
	parts.operation_ns = OPERATION_ANSWERS * ms_to_ns(amt->http.answer_timeout_ms);
	parts.precedence = or_default(config->policy_precedence, PRECEDENCE);
	amt->fleet = fleet_new(&parts);
	return amt;
}

void amt_free(struct amt *amt)
{
	if (!amt)
		return;
	fleet_free(amt->fleet);
	transport_http_fini(&amt->http);
	mem_free(amt);
}

const struct enforcer *amt_enforcer(struct amt *amt)
{
	return fleet_enforcer(amt->fleet);
}

const struct remedy *amt_remedy(struct amt *amt)
{
	return fleet_remedy(amt->fleet);
}

void amt_survey(struct amt *amt, const struct asset *asset, amt_report_fn *done, void *arg)
{
	fleet_survey(amt->fleet, asset, done, arg);
}
