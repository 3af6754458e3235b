/* SPDX-License-Identifier: Apache-2.0 */
/* Names are looked up by a sorted array: the control socket asks for every frame. */
#include "tests/amtsim/rack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/amtsim/check.h"
#include "tests/amtsim/text.h"

struct rack {
	struct device **devices; /* in order of adding */
	struct device **by_name;
	size_t count;
};

struct rack *rack_new(void)
{
	struct rack *rack = calloc(1, sizeof(*rack));

	CHECK(rack);
	return rack;
}

void rack_free(struct rack *rack)
{
	size_t i;

	if (!rack)
		return;
	for (i = 0; i < rack->count; i++)
		device_free(rack->devices[i]);
	free(rack->devices);
	free(rack->by_name);
	free(rack);
}

/* Where `name` is or belongs. */
static size_t position(const struct rack *rack, const char *name)
{
	size_t low = 0, high = rack->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(rack->by_name[middle]->config.name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct device *rack_find(const struct rack *rack, const char *name)
{
	size_t at = position(rack, name);

	if (at == rack->count || strcmp(rack->by_name[at]->config.name, name) != 0)
		return NULL;
	return rack->by_name[at];
}

int rack_add(struct rack *rack, struct device *device)
{
	size_t at = position(rack, device->config.name);

	if (rack_find(rack, device->config.name)) {
		device_free(device);
		return -1;
	}
	rack->devices = realloc(rack->devices, (rack->count + 1) * sizeof(device));
	rack->by_name = realloc(rack->by_name, (rack->count + 1) * sizeof(device));
	CHECK(rack->devices && rack->by_name);
	memmove(rack->by_name + at + 1, rack->by_name + at, (rack->count - at) * sizeof(device));
	rack->by_name[at] = device;
	rack->devices[rack->count++] = device;
	return 0;
}

size_t rack_count(const struct rack *rack)
{
	return rack->count;
}

struct device *rack_device(const struct rack *rack, size_t index)
{
	return index < rack->count ? rack->devices[index] : NULL;
}

size_t rack_leaves(const struct rack *rack, enum tls_leaf leaf)
{
	size_t i, n = 0;

	for (i = 0; i < rack->count; i++)
		n += rack->devices[i]->config.tls && rack->devices[i]->profile.leaf == leaf;
	return n;
}

/* Adds n to a big-endian number. */
static void add_be(uint8_t *bytes, size_t len, uint32_t n)
{
	uint64_t carry = n;

	while (len-- > 0 && carry > 0) {
		carry += bytes[len];
		bytes[len] = (uint8_t)carry;
		carry >>= 8;
	}
}

void rack_vary(struct device_config *config, uint32_t n, int spread)
{
	char name[sizeof(config->name)];

	snprintf(name, sizeof(name), "%.30s-%u", config->name, n);
	CHECK(text_copy(config->name, sizeof(config->name), name));
	add_be(config->mac, sizeof(config->mac), n);
	add_be(config->ipv4, sizeof(config->ipv4), n);
	add_be(config->uuid, sizeof(config->uuid), n);
	if (spread)
		snprintf(config->address, sizeof(config->address), "127.%u.%u.%u",
			 (n + 257) / 65536 & 255, (n + 257) / 256 & 255, (n + 257) % 256);
	else
		config->port = (uint16_t)(config->port + n);
	if (config->redirection_port && !spread)
		config->redirection_port = (uint16_t)(config->redirection_port + n);
}
