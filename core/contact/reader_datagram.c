/* SPDX-License-Identifier: Apache-2.0 */
#include "core/contact/reader_internal.h"

void reader_datagram(struct reader *reader, const struct packet *packet)
{
	(void)reader;
	(void)packet;
}
