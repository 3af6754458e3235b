/* SPDX-License-Identifier: Apache-2.0 */
/* A NetBIOS name answer. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/net/nbns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nbns_answer answer;

	if (!nbns_read(data, size, &answer))
		return 0;
	require(answer.address_count > 0 && answer.address_count <= NBNS_ADDRESSES_MAX);
	require(memchr(answer.name, 0, sizeof(answer.name)) != NULL);
	for (const char *c = answer.name; *c; c++)
		require(*c > 0x20 && *c < 0x7f && !(*c >= 'A' && *c <= 'Z'));
	for (unsigned i = 0; i < answer.address_count; i++)
		require(ip_is_v4(&answer.addresses[i]));
	return 0;
}
