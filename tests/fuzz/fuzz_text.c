/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as each of the small things that people write: addresses, prefixes, numbers, durations.  What is understood, written
 * out and read again is the same. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/num.h"
#include "core/net/addr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_addresses(const char *text)
{
	char shown[IP_TEXT_BYTES], wide[PREFIX_TEXT_BYTES];
	struct prefix prefix;
	struct mac mac;
	struct ip ip, again;

	if (ip_parse(text, &ip)) {
		ip_text(&ip, shown);
		require(ip_parse(shown, &again) && ip_equal(&ip, &again));
	}
	if (prefix_parse(text, &prefix)) {
		prefix_text(&prefix, wide);
		require(prefix.bits <= 128 && prefix_parse(wide, &prefix));
	}
	if (mac_parse(text, &mac)) {
		mac_text(&mac, wide);
		require(mac_parse(wide, &mac));
	}
}

static void check_numbers(const char *text)
{
	uint64_t number, again;
	uint8_t bytes[8];
	uint32_t small;
	double real;
	char shown[64];

	if (num_u32_between(text, 5, 70, &small))
		require(small >= 5 && small <= 70 && num_u64(text, &number) && number == small);
	if (num_double(text, &real))
		require(real - real == 0); /* finite */
	if (num_duration_ns(text, &number)) {
		num_duration_text(number, shown, sizeof(shown));
		require(strlen(shown) < sizeof(shown));
		(void)num_duration_ns(shown, &again);
	}
	if (num_hex(text, bytes, sizeof(bytes)))
		require(strlen(text) == 2 * sizeof(bytes));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		abort();
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	check_addresses(text);
	check_numbers(text);
	free(text);
	return 0;
}
