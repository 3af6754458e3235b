/* SPDX-License-Identifier: Apache-2.0 */
/* redirection.h - the redirection port of a device: logon, and serial over LAN with a simulated host
 * behind it (amt-out-of-band.md 3.1 to 3.3). */
#ifndef AMTSIM_REDIRECTION_H
#define AMTSIM_REDIRECTION_H

struct crypto_tls;
struct device;
struct net;
struct redirection;

/* Listens at the device's address on config.redirection_port, with TLS if the device has it.  NULL
 * with errno set.  The device stays borrowed; the net must be freed before the redirection. */
struct redirection *redirection_new(struct net *net, struct crypto_tls *tls, struct device *device);
void redirection_free(struct redirection *redirection);

#endif
