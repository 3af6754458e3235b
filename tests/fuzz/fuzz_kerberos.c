/* SPDX-License-Identifier: Apache-2.0 */
/* A message of Kerberos, as a datagram and as a segment. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/net/kerberos.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void look(struct kerberos_message message, const uint8_t *data, size_t size)
{
	require(message.kind <= KERBEROS_REFUSES);
	require(message.user.left == 0 || message.kind == KERBEROS_ASKS);
	require(message.user.left == 0 ||
		(message.user.at >= data && message.user.at + message.user.left <= data + size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	look(kerberos_read(span_of(data, size)), data, size);
	look(kerberos_read_tcp(span_of(data, size)), data, size);
	return 0;
}
