/* SPDX-License-Identifier: Apache-2.0 */
/* rack.h - all devices of the process, by name. */
#ifndef AMTSIM_RACK_H
#define AMTSIM_RACK_H

#include <stddef.h>
#include <stdint.h>

#include "tests/amtsim/device.h"

struct rack;

struct rack *rack_new(void);
void rack_free(struct rack *rack); /* and its devices */
/* Takes the device over.  -1 if the name is taken (the device is then freed). */
int rack_add(struct rack *rack, struct device *take_device);
struct device *rack_find(const struct rack *rack, const char *name);
size_t rack_count(const struct rack *rack);
struct device *rack_device(const struct rack *rack, size_t index);
/* How many devices use TLS with that kind of leaf. */
size_t rack_leaves(const struct rack *rack, enum tls_leaf leaf);

/* Turns the template into the n-th of many: name, MAC, IP and UUID count up; so does the port,
 * or, if `spread`, the loopback address (127.0.1.1 upwards) with the port kept. */
void rack_vary(struct device_config *config, uint32_t n, int spread);

#endif
