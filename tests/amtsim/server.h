/* SPDX-License-Identifier: Apache-2.0 */
/* server.h - puts devices on the network: HTTP, logon, WS-Management, and injected mishaps. */
#ifndef AMTSIM_SERVER_H
#define AMTSIM_SERVER_H

#include <stddef.h>

struct crypto_tls;
struct device;
struct net;
struct server;

struct server *server_new(struct net *net, struct crypto_tls *tls);
/* The net must be freed first: it closes the connections. */
void server_free(struct server *server);
/* Starts listening for a device, which stays borrowed.  0, or -1 with errno set. */
int server_add(struct server *server, struct device *device);

#endif
