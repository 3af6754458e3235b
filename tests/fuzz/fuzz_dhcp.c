/* SPDX-License-Identifier: Apache-2.0 */
/* A DHCP message.  So that a fuzzer need not find the cookie, an input of at least the fixed
 * part is also tried with it put in. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/net/dhcp.h"

enum { COOKIE_AT = 236 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check(const uint8_t *bytes, size_t length)
{
	struct dhcp_message m;

	if (!dhcp_read(bytes, length, &m))
		return;
	require(ip_is_v4(&m.server) && ip_is_v4(&m.yiaddr));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy;

	check(data, size);
	if (size < COOKIE_AT + 4)
		return 0;
	copy = malloc(size);
	if (!copy)
		abort();
	memcpy(copy, data, size);
	copy[0] = (uint8_t)(1 + copy[0] % 2);
	memcpy(copy + COOKIE_AT, "\143\202\123\143", 4);
	check(copy, size);
	free(copy);
	return 0;
}
