/* SPDX-License-Identifier: Apache-2.0 */
/* Pairs are tried until none can be joined; a plan has at most 160 filters, so the cube of that is nothing. */
#include "amt/aggregate.h"

#include <stdbool.h>
#include <string.h>

#include "amt/sysdefense.h"

#define ADDRESS_BYTES 16

static bool same_address(const struct sd_address *a, const struct sd_address *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static bool same_ports(const struct sd_ports *a, const struct sd_ports *b)
{
	return a->given == b->given && a->first == b->first && a->last == b->last;
}

/* All but addresses and ports. */
static bool same_rest(const struct sd_filter *a, const struct sd_filter *b)
{
	return a->ethernet == b->ethernet && a->profile == b->profile &&
	       a->direction == b->direction && a->event == b->event &&
	       a->rate_per_s == b->rate_per_s && a->ethertype == b->ethertype &&
	       a->ip_version == b->ip_version && a->proto == b->proto &&
	       a->flags_on == b->flags_on && a->flags_off == b->flags_off;
}

static bool covers_address(const struct sd_address *wide, const struct sd_address *narrow)
{
	if (!wide->given)
		return true;
	if (!narrow->given)
		return false;
	for (unsigned i = 0; i < ADDRESS_BYTES; i++)
		if ((narrow->mask[i] & wide->mask[i]) != wide->mask[i] ||
		    (narrow->bytes[i] & wide->mask[i]) != wide->bytes[i])
			return false;
	return true;
}

/* Halves of one prefix: equal masks, and bytes that differ in the last bit of the mask alone. */
static bool join_halves(struct sd_address *a, const struct sd_address *b)
{
	unsigned last = 0;
	uint8_t bit;

	if (!a->given || !b->given || memcmp(a->mask, b->mask, ADDRESS_BYTES) != 0)
		return false;
	for (unsigned i = 0; i < ADDRESS_BYTES; i++)
		if (a->mask[i])
			last = i;
	bit = (uint8_t)(a->mask[last] & (~a->mask[last] + 1));
	for (unsigned i = 0; i < ADDRESS_BYTES; i++)
		if ((a->bytes[i] ^ b->bytes[i]) != (i == last ? bit : 0))
			return false;
	a->bytes[last] = (uint8_t)(a->bytes[last] & ~bit);
	a->mask[last] = (uint8_t)(a->mask[last] & ~bit);
	/* Nothing left of it: any address, written as all other such filters are. */
	if (last == 0 && !a->mask[0])
		memset(a, 0, sizeof(*a));
	return true;
}

static bool join_addresses(struct sd_address *a, const struct sd_address *b)
{
	if (covers_address(a, b))
		return true;
	if (covers_address(b, a)) {
		*a = *b;
		return true;
	}
	return join_halves(a, b);
}

/* Firmware takes a range on one side only (2.3), so a pair of single ports stays as it is unless they are equal. */
static bool join_ports(struct sd_ports *a, const struct sd_ports *b, bool other_side_given)
{
	if (!a->given || !b->given) {
		if (a->given)
			*a = *b;
		return true;
	}
	if (other_side_given && !same_ports(a, b))
		return false;
	if (a->first > b->last + 1 || b->first > a->last + 1)
		return false;
	a->first = a->first < b->first ? a->first : b->first;
	a->last = a->last > b->last ? a->last : b->last;
	if (a->first == 0 && a->last == UINT16_MAX)
		memset(a, 0, sizeof(*a));
	return true;
}

/* True if a now matches what both did. */
static bool join(struct sd_filter *a, const struct sd_filter *b)
{
	bool source = same_address(&a->source, &b->source),
	     target = same_address(&a->destination, &b->destination);
	bool from = same_ports(&a->source_ports, &b->source_ports);
	bool to = same_ports(&a->destination_ports, &b->destination_ports);

	if (!same_rest(a, b) || a->profile == SD_RATE_LIMIT)
		return false;
	if (source + target + from + to < 3)
		return false;
	if (!source)
		return join_addresses(&a->source, &b->source);
	if (!target)
		return join_addresses(&a->destination, &b->destination);
	if (!from)
		return join_ports(&a->source_ports, &b->source_ports, a->destination_ports.given);
	return to ||
	       join_ports(&a->destination_ports, &b->destination_ports, a->source_ports.given);
}

/* The first pair that can be joined; false if there is none. */
static bool join_one_pair(struct sd_filter *filters, const struct filter **from, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t k = i + 1; k < count; k++) {
			if (!join(&filters[i], &filters[k]))
				continue;
			memmove(&filters[k], &filters[k + 1], (count - k - 1) * sizeof(filters[0]));
			memmove(&from[k], &from[k + 1], (count - k - 1) * sizeof(from[0]));
			return true;
		}
	return false;
}

size_t sd_aggregate(struct sd_filter *filters, const struct filter **from, size_t count)
{
	while (join_one_pair(filters, from, count))
		count--;
	return count;
}
