/* SPDX-License-Identifier: Apache-2.0 */
/* net.h - listeners, connections and the loop: all that is known of libevent.
 *
 * One thread.  A handler may close or reset its connection at any time; the connection is freed
 * after the handler has returned, and `closed` is called exactly once, last. */
#ifndef AMTSIM_NET_H
#define AMTSIM_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/amtsim/crypto.h"

struct net;
struct net_conn;

struct net_handler {
	/* State of a new connection, or NULL to close it at once. */
	void *(*open)(void *listener_arg, struct net_conn *conn);
	/* Returns how many of the bytes are used up; the rest is offered again with more. */
	size_t (*bytes)(void *state, const char *bytes, size_t len);
	/* The timer set with net_conn_after() has fired; may be NULL. */
	void (*timer)(void *state);
	void (*closed)(void *state);
	/* How to shake hands with a new connection: only for listeners with TLS. */
	const struct tls_terms *(*secure)(void *listener_arg);
};

struct net_listen {
	const char *address; /* numeric, or the path of a Unix socket when port is 0 */
	uint16_t port;
	struct crypto_tls *tls;            /* NULL: plain */
	const struct net_handler *handler; /* must outlive the net */
	void *arg;
	size_t bytes_max; /* unread input beyond this closes the connection */
};

/* A connection to somewhere else: no open(), the state is given. */
struct net_dial {
	const char *address; /* numeric */
	uint16_t port;
	struct crypto_tls *tls; /* NULL: plain */
	const struct net_handler *handler;
	void *state;
	size_t bytes_max;
};

struct net *net_new(void);
void net_free(struct net *net); /* closes everything first */
/* 0, or -1 with errno set. */
int net_listen(struct net *net, const struct net_listen *listen);
/* Ends the listener that was given `arg`; its connections stay. */
void net_unlisten(struct net *net, const void *arg);
/* Runs until net_stop(), SIGINT or SIGTERM. */
void net_run(struct net *net);
void net_stop(struct net *net);
/* Nanoseconds since 1970, from a clock that never jumps, plus what net_advance() added. */
uint64_t net_now_ns(const struct net *net);
void net_advance(struct net *net, uint64_t ns);

/* Numeric address of the other end, "" if there is none. */
void net_conn_peer(const struct net_conn *conn, char *address, size_t size);
/* NULL if it fails at once; otherwise what is written leaves when the connection stands. */
struct net_conn *net_dial(struct net *net, const struct net_dial *dial);
/* Calls again and again, until the net is freed. */
void net_every(struct net *net, uint32_t interval_ms, void (*fire)(void *arg), void *arg);

void net_conn_write(struct net_conn *conn, const char *bytes, size_t len);
void net_conn_close(struct net_conn *conn);                 /* after what was written has left */
void net_conn_reset(struct net_conn *conn);                 /* now, with a TCP reset */
void net_conn_pause(struct net_conn *conn, bool paused);    /* no reading, no idle limit */
void net_conn_idle(struct net_conn *conn, uint32_t idle_s); /* 0: no limit */
void net_conn_after(struct net_conn *conn, uint32_t delay_ms);

#endif
