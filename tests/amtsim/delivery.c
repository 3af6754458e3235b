/* SPDX-License-Identifier: Apache-2.0 */
/* One POST at a time per subscription, each on a connection of its own.  An alert that cannot be
 * delivered is tried again every few seconds and given up when it is 30 s old
 * (amt-out-of-band.md 6.3: events are buffered that long, an outage loses them). */
#include "tests/amtsim/delivery.h"

#include <stdlib.h>
#include <string.h>

#include "tests/amtsim/alert.h"
#include "tests/amtsim/check.h"
#include "tests/amtsim/device.h"
#include "tests/amtsim/eventing.h"
#include "tests/amtsim/net.h"
#include "tests/amtsim/text.h"

#define TICK_MS         250
#define RETRY_NS        (5 * UINT64_C(1000000000))
#define BUFFERED_NS     (30 * UINT64_C(1000000000))
#define PATIENCE_S      5
#define EVENT_MAX_BYTES 16384
#define REPLY_MAX_BYTES 16384

struct courier {
	struct delivery *delivery;
	struct device *device;
	struct courier *next;
};

struct delivery {
	struct net *net;
	struct crypto_tls *tls;
	struct courier *couriers;
};

struct post {
	struct courier *courier;
	struct net_conn *conn;
	uint32_t subscription; /* by id: it may be ended meanwhile */
	bool ack, accepted;
};

static void work(struct courier *courier);

/* --- one POST --- */

static bool is_whole(const char *reply)
{
	const char *blank = strstr(reply, "\r\n\r\n"),
		   *length = strcasestr(reply, "Content-Length:");

	if (!blank)
		return false;
	return !length || length > blank || strlen(blank + 4) >= strtoul(length + 15, NULL, 10);
}

static size_t on_bytes(void *state, const char *bytes, size_t len)
{
	struct post *post = state;
	struct text reply;

	text_init(&reply, REPLY_MAX_BYTES);
	text_add(&reply, bytes, len);
	if (is_whole(reply.bytes)) {
		post->accepted = strncmp(reply.bytes, "HTTP/1.", 7) == 0 && reply.len > 9 &&
				 reply.bytes[9] == '2' &&
				 (!post->ack || strstr(reply.bytes, "wsman/1/wsman/Ack"));
		net_conn_close(post->conn);
	}
	text_fini(&reply);
	return 0;
}

static void on_closed(void *state)
{
	struct post *post = state;
	struct courier *courier = post->courier;
	struct subscription *s =
		subscription_find(&courier->device->subscriptions, post->subscription);

	if (s) {
		s->busy = false;
		s->next += post->accepted;
		s->delivered += post->accepted;
		s->retry_ns = post->accepted ? 0 : net_now_ns(courier->delivery->net) + RETRY_NS;
	}
	if (s && post->accepted)
		work(courier);
	free(post);
}

static const struct net_handler handler = { NULL, on_bytes, NULL, on_closed, NULL };

static void write_request(struct text *out, struct device *device, const struct subscription *s,
			  const struct sink *sink)
{
	struct text event;

	text_init(&event, EVENT_MAX_BYTES);
	eventing_write(&event, device, s, alert_get(&device->alerts, s->next));
	text_printf(out,
		    "POST %s HTTP/1.1\r\nHost: %s:%u\r\nUser-Agent: Intel(R) AMT Agent\r\n"
		    "Content-Type: application/soap+xml; charset=UTF-8\r\n"
		    "Content-Length: %zu\r\n\r\n%s",
		    sink->path, sink->address, sink->port, event.len, event.bytes);
	text_fini(&event);
}

static void start(struct courier *courier, struct subscription *s)
{
	struct net_dial dial = { .handler = &handler, .bytes_max = REPLY_MAX_BYTES };
	struct post *post = calloc(1, sizeof(*post));
	struct text request;
	struct sink sink;

	CHECK(post && subscription_sink(s->sink, &sink));
	*post = (struct post){ .courier = courier, .subscription = s->id, .ack = s->ack };
	dial.address = sink.address;
	dial.port = sink.port;
	dial.tls = sink.tls ? courier->delivery->tls : NULL;
	dial.state = post;
	post->conn = net_dial(courier->delivery->net, &dial);
	if (!post->conn) {
		s->retry_ns = net_now_ns(courier->delivery->net) + RETRY_NS;
		free(post);
		return;
	}
	s->busy = true;
	net_conn_idle(post->conn, PATIENCE_S);
	text_init(&request, EVENT_MAX_BYTES + 1024);
	write_request(&request, courier->device, s, &sink);
	net_conn_write(post->conn, request.bytes, request.len);
	text_fini(&request);
}

/* --- whom to tell what --- */

static bool wants(const struct subscription *s, const struct alert *alert)
{
	return strcmp(s->filter, ALERTS_ALL) == 0 || strcmp(s->filter, alert->filter) == 0;
}

/* The next alert for the subscriber that is not too old; false if there is none. */
static bool advance(const struct alert_queue *queue, struct subscription *s, uint64_t now_ns)
{
	for (; s->next < queue->raised; s->next++) {
		const struct alert *alert = alert_get(queue, s->next);

		if (alert && !wants(s, alert))
			continue;
		if (alert && now_ns < alert->at_ns + BUFFERED_NS)
			return true;
		s->lost++;
	}
	return false;
}

static void work(struct courier *courier)
{
	struct device *device = courier->device;
	uint64_t now_ns = net_now_ns(courier->delivery->net);
	size_t i;

	for (i = 0; i < device->subscriptions.count; i++) {
		struct subscription *s = &device->subscriptions.items[i];

		if (!s->busy && now_ns >= s->retry_ns && advance(&device->alerts, s, now_ns) &&
		    !device_is_dark(device))
			start(courier, s);
	}
}

static void on_alert(void *arg)
{
	work(arg);
}

static void on_tick(void *arg)
{
	struct delivery *delivery = arg;
	struct courier *courier;

	for (courier = delivery->couriers; courier; courier = courier->next) {
		if (!device_is_lively(courier->device))
			continue;
		device_tick(courier->device, net_now_ns(delivery->net));
		work(courier);
	}
}

struct delivery *delivery_new(struct net *net, struct crypto_tls *tls)
{
	struct delivery *delivery = calloc(1, sizeof(*delivery));

	CHECK(delivery);
	delivery->net = net;
	delivery->tls = tls;
	net_every(net, TICK_MS, on_tick, delivery);
	return delivery;
}

void delivery_free(struct delivery *delivery)
{
	struct courier *courier;

	if (!delivery)
		return;
	while ((courier = delivery->couriers)) {
		delivery->couriers = courier->next;
		free(courier);
	}
	free(delivery);
}

void delivery_watch(struct delivery *delivery, struct device *device)
{
	struct courier *courier = calloc(1, sizeof(*courier));

	CHECK(courier);
	*courier = (struct courier){ delivery, device, delivery->couriers };
	delivery->couriers = courier;
	device->alerts.wake = on_alert;
	device->alerts.arg = courier;
}
