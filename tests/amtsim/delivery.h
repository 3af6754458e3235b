/* SPDX-License-Identifier: Apache-2.0 */
/* delivery.h - carries alerts to their subscribers by HTTP POST, and lets time pass for devices
 * in which something can happen without a request. */
#ifndef AMTSIM_DELIVERY_H
#define AMTSIM_DELIVERY_H

struct crypto_tls;
struct delivery;
struct device;
struct net;

struct delivery *delivery_new(struct net *net, struct crypto_tls *tls);
/* The net must be freed first. */
void delivery_free(struct delivery *delivery);
/* From now on; the device stays borrowed. */
void delivery_watch(struct delivery *delivery, struct device *device);

#endif
