/* SPDX-License-Identifier: Apache-2.0 */
/* The only file that knows libevent.  A connection that is to be freed while one of its handlers
 * runs is marked and freed when the outermost handler returns. */
#include "tests/amtsim/net.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "tests/amtsim/check.h"
#include "tests/amtsim/text.h"

#define BACKLOG        64
#define STOP_DELAY_US  10000 /* so that the last answers leave */
#define READ_MAX_BYTES 65536

struct net_listener {
	struct net *net;
	struct net_listen how;
	char path[108]; /* of a Unix socket, to remove it */
	struct evconnlistener *ev;
	struct net_listener *next;
};

struct net_conn {
	struct net *net;
	const struct net_handler *handler;
	size_t bytes_max;
	bool tls;
	struct bufferevent *bev;
	struct event *timer;
	void *state;
	uint32_t idle_s;
	unsigned busy; /* handlers running */
	bool closing, dead, reset, paused;
	struct net_conn *next, **link;
};

struct net_ticker {
	struct event *event;
	void (*fire)(void *arg);
	void *arg;
	struct net_ticker *next;
};

struct net {
	struct event_base *base;
	struct event *signals[2];
	struct net_listener *listeners;
	struct net_conn *conns;
	struct net_ticker *tickers;
	uint64_t wall_offset_ns;
};

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t net_now_ns(const struct net *net)
{
	return clock_ns(CLOCK_MONOTONIC) + net->wall_offset_ns;
}

void net_advance(struct net *net, uint64_t ns)
{
	net->wall_offset_ns += ns;
}

static void on_signal(evutil_socket_t number, short what, void *arg)
{
	(void)number;
	(void)what;
	net_stop(arg);
}

struct net *net_new(void)
{
	static const int stops[2] = { SIGINT, SIGTERM };
	struct net *net = calloc(1, sizeof(*net));
	size_t i;

	CHECK(net);
	net->base = event_base_new();
	CHECK(net->base);
	net->wall_offset_ns = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC);
	for (i = 0; i < 2; i++) {
		net->signals[i] = evsignal_new(net->base, stops[i], on_signal, net);
		CHECK(net->signals[i] && evsignal_add(net->signals[i], NULL) == 0);
	}
	signal(SIGPIPE, SIG_IGN);
	return net;
}

static void conn_free(struct net_conn *conn)
{
	evutil_socket_t fd = bufferevent_getfd(conn->bev);
	struct linger now = { .l_onoff = 1, .l_linger = 0 };
	struct ssl_st *session;

	*conn->link = conn->next;
	if (conn->next)
		conn->next->link = conn->link;
	if (conn->state)
		conn->handler->closed(conn->state);
	session = conn->tls ? bufferevent_openssl_get_ssl(conn->bev) : NULL;
	if (conn->reset && fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	else if (session)
		crypto_tls_goodbye(session);
	if (conn->timer)
		event_free(conn->timer);
	bufferevent_free(conn->bev);
	free(conn);
}

static void free_listener(struct net_listener *listener)
{
	evconnlistener_free(listener->ev);
	if (*listener->path)
		unlink(listener->path);
	free(listener);
}

void net_unlisten(struct net *net, const void *arg)
{
	struct net_listener **link = &net->listeners, *listener;

	while (*link && (*link)->how.arg != arg)
		link = &(*link)->next;
	listener = *link;
	if (!listener)
		return;
	*link = listener->next;
	free_listener(listener);
}

void net_free(struct net *net)
{
	struct net_listener *listener;
	struct net_ticker *ticker;

	if (!net)
		return;
	while ((ticker = net->tickers)) {
		net->tickers = ticker->next;
		event_free(ticker->event);
		free(ticker);
	}
	while (net->conns)
		conn_free(net->conns);
	while ((listener = net->listeners)) {
		net->listeners = listener->next;
		free_listener(listener);
	}
	event_free(net->signals[0]);
	event_free(net->signals[1]);
	event_base_free(net->base);
	free(net);
}

void net_run(struct net *net)
{
	event_base_dispatch(net->base);
}

void net_stop(struct net *net)
{
	struct timeval soon = { .tv_usec = STOP_DELAY_US };

	event_base_loopexit(net->base, &soon);
}

/* --- connections --- */

static void leave(struct net_conn *conn)
{
	if (--conn->busy == 0 && conn->dead)
		conn_free(conn);
}

static void kill_conn(struct net_conn *conn)
{
	conn->dead = true;
	if (conn->busy == 0)
		conn_free(conn);
}

static void apply_idle(struct net_conn *conn)
{
	struct timeval limit = { .tv_sec = (time_t)conn->idle_s };

	bufferevent_set_timeouts(conn->bev, conn->idle_s && !conn->paused ? &limit : NULL, NULL);
}

static void offer_bytes(struct net_conn *conn)
{
	struct evbuffer *input = bufferevent_get_input(conn->bev);
	size_t len, used = 1;

	while (used > 0 && !conn->dead && !conn->closing && !conn->paused &&
	       (len = evbuffer_get_length(input)) > 0) {
		const char *bytes = (const char *)evbuffer_pullup(input, -1);

		used = conn->handler->bytes(conn->state, bytes, len);
		CHECK(used <= len);
		evbuffer_drain(input, used);
	}
	if (conn->closing)
		evbuffer_drain(input, evbuffer_get_length(input));
	if (!conn->paused && evbuffer_get_length(input) > conn->bytes_max)
		conn->dead = true;
}

static void on_read(struct bufferevent *bev, void *arg)
{
	struct net_conn *conn = arg;

	(void)bev;
	conn->busy++;
	offer_bytes(conn);
	leave(conn);
}

static void on_written(struct bufferevent *bev, void *arg)
{
	struct net_conn *conn = arg;

	if (conn->closing && evbuffer_get_length(bufferevent_get_output(bev)) == 0)
		kill_conn(conn);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	struct net_conn *conn = arg;

	(void)bev;
	if (what & BEV_EVENT_EOF) /* a peer that has said all may still listen */
		net_conn_close(conn);
	else if (what & (BEV_EVENT_ERROR | BEV_EVENT_TIMEOUT))
		kill_conn(conn);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct net_conn *conn = arg;

	(void)fd;
	(void)what;
	conn->busy++;
	conn->handler->timer(conn->state);
	offer_bytes(conn); /* what waited while paused */
	leave(conn);
}

void net_conn_peer(const struct net_conn *conn, char *address, size_t size)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);

	address[0] = '\0';
	if (getpeername(bufferevent_getfd(conn->bev), (struct sockaddr *)&peer, &len) < 0)
		return;
	if (peer.ss_family == AF_INET)
		inet_ntop(AF_INET, &((struct sockaddr_in *)&peer)->sin_addr, address,
			  (socklen_t)size);
	else if (peer.ss_family == AF_INET6)
		inet_ntop(AF_INET6, &((struct sockaddr_in6 *)&peer)->sin6_addr, address,
			  (socklen_t)size);
}

void net_conn_write(struct net_conn *conn, const char *bytes, size_t len)
{
	if (!conn->dead)
		bufferevent_write(conn->bev, bytes, len);
}

void net_conn_close(struct net_conn *conn)
{
	conn->closing = true;
	if (evbuffer_get_length(bufferevent_get_output(conn->bev)) == 0)
		kill_conn(conn);
}

void net_conn_reset(struct net_conn *conn)
{
	conn->reset = true;
	kill_conn(conn);
}

void net_conn_pause(struct net_conn *conn, bool paused)
{
	conn->paused = paused;
	apply_idle(conn);
}

void net_conn_idle(struct net_conn *conn, uint32_t idle_s)
{
	conn->idle_s = idle_s;
	apply_idle(conn);
}

void net_conn_after(struct net_conn *conn, uint32_t delay_ms)
{
	struct timeval delay = { .tv_sec = delay_ms / 1000,
				 .tv_usec = (suseconds_t)(delay_ms % 1000) * 1000 };

	if (!conn->timer)
		conn->timer = evtimer_new(conn->net->base, on_timer, conn);
	CHECK(conn->timer && evtimer_add(conn->timer, &delay) == 0);
}

/* --- listeners --- */

static struct bufferevent *make_bufferevent(struct net_listener *listener, evutil_socket_t fd)
{
	struct event_base *base = listener->net->base;
	const struct tls_terms *terms;
	struct bufferevent *bev;

	if (!listener->how.tls)
		return bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
	terms = listener->how.handler->secure(listener->how.arg);
	bev = bufferevent_openssl_socket_new(base, fd, crypto_tls_accept(listener->how.tls, terms),
					     BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
	if (bev) /* clients that just close are no error worth a reset */
		bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
	return bev;
}

/* Takes its place among the connections and starts to work; `busy` until leave(). */
static struct net_conn *add_conn(struct net *net, struct bufferevent *bev,
				 const struct net_handler *handler, size_t bytes_max)
{
	struct net_conn *conn = calloc(1, sizeof(*conn));

	CHECK(conn && bev);
	conn->net = net;
	conn->handler = handler;
	conn->bytes_max = bytes_max;
	conn->bev = bev;
	conn->next = net->conns;
	conn->link = &net->conns;
	if (conn->next)
		conn->next->link = &conn->next;
	net->conns = conn;
	bufferevent_setcb(conn->bev, on_read, on_written, on_event, conn);
	bufferevent_set_max_single_read(conn->bev, READ_MAX_BYTES);
	/* A paused connection must not fill the memory. */
	bufferevent_setwatermark(conn->bev, EV_READ, 0, bytes_max + READ_MAX_BYTES);
	bufferevent_enable(conn->bev, EV_READ | EV_WRITE);
	conn->busy++;
	return conn;
}

static void on_accept(struct evconnlistener *ev, evutil_socket_t fd, struct sockaddr *peer,
		      int peer_len, void *arg)
{
	struct net_listener *listener = arg;
	struct net_conn *conn;
	int on = 1;

	(void)ev;
	(void)peer;
	(void)peer_len;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	conn = add_conn(listener->net, make_bufferevent(listener, fd), listener->how.handler,
			listener->how.bytes_max);
	conn->tls = listener->how.tls != NULL;
	conn->state = listener->how.handler->open(listener->how.arg, conn);
	if (!conn->state)
		conn->dead = true;
	leave(conn);
}

/* 0 if the address is not numeric. */
static socklen_t fill_address(const char *address, uint16_t port, struct sockaddr_storage *storage)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)storage;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)storage;
	struct sockaddr_un *local = (struct sockaddr_un *)storage;

	memset(storage, 0, sizeof(*storage));
	if (port == 0) {
		local->sun_family = AF_UNIX;
		return text_copy(local->sun_path, sizeof(local->sun_path), address) ? sizeof(*local)
										    : 0;
	}
	if (inet_pton(AF_INET, address, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		return sizeof(*v4);
	}
	if (inet_pton(AF_INET6, address, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(port);
		return sizeof(*v6);
	}
	return 0;
}

static struct bufferevent *dial_bufferevent(struct net *net, const struct net_dial *dial)
{
	if (!dial->tls)
		return bufferevent_socket_new(net->base, -1, BEV_OPT_CLOSE_ON_FREE);
	return bufferevent_openssl_socket_new(net->base, -1, crypto_tls_connect(dial->tls),
					      BUFFEREVENT_SSL_CONNECTING, BEV_OPT_CLOSE_ON_FREE);
}

struct net_conn *net_dial(struct net *net, const struct net_dial *dial)
{
	struct sockaddr_storage storage;
	socklen_t len = fill_address(dial->address, dial->port, &storage);
	struct net_conn *conn;

	if (len == 0)
		return NULL;
	conn = add_conn(net, dial_bufferevent(net, dial), dial->handler, dial->bytes_max);
	conn->tls = dial->tls != NULL;
	if (bufferevent_socket_connect(conn->bev, (struct sockaddr *)&storage, (int)len) < 0) {
		conn->dead = true; /* without a state nobody is told */
		leave(conn);
		return NULL;
	}
	conn->state = dial->state;
	leave(conn);
	return conn;
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct net_ticker *ticker = arg;

	(void)fd;
	(void)what;
	ticker->fire(ticker->arg);
}

void net_every(struct net *net, uint32_t interval_ms, void (*fire)(void *arg), void *arg)
{
	struct timeval interval = { .tv_sec = interval_ms / 1000,
				    .tv_usec = (suseconds_t)(interval_ms % 1000) * 1000 };
	struct net_ticker *ticker = calloc(1, sizeof(*ticker));

	CHECK(ticker);
	*ticker = (struct net_ticker){ .fire = fire, .arg = arg, .next = net->tickers };
	ticker->event = event_new(net->base, -1, EV_PERSIST, on_tick, ticker);
	CHECK(ticker->event && event_add(ticker->event, &interval) == 0);
	net->tickers = ticker;
}

int net_listen(struct net *net, const struct net_listen *how)
{
	struct net_listener *listener;
	struct sockaddr_storage storage;
	socklen_t len = fill_address(how->address, how->port, &storage);

	if (len == 0) {
		errno = EINVAL;
		return -1;
	}
	if (how->port == 0)
		unlink(how->address);
	listener = calloc(1, sizeof(*listener));
	CHECK(listener);
	listener->net = net;
	listener->how = *how;
	listener->ev = evconnlistener_new_bind(net->base, on_accept, listener,
					       LEV_OPT_CLOSE_ON_FREE | LEV_OPT_REUSEABLE |
						       LEV_OPT_CLOSE_ON_EXEC,
					       BACKLOG, (struct sockaddr *)&storage, (int)len);
	if (!listener->ev) {
		free(listener);
		return -1;
	}
	if (how->port == 0)
		CHECK(text_copy(listener->path, sizeof(listener->path), how->address));
	listener->how.address = NULL;
	listener->next = net->listeners;
	net->listeners = listener;
	return 0;
}
