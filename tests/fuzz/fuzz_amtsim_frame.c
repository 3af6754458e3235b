/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a frame that the simulated firmware filters. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "tests/amtsim/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct frame frame;

	if (!frame_read(&frame, data, size)) {
		require(size < 14);
		return 0;
	}
	require(frame.ip_version == 0 || frame.ip_version == 4 || frame.ip_version == 6);
	require(!frame.has_protocol || frame.ip_version != 0);
	require(!frame.has_ports ||
		(frame.has_protocol && (frame.protocol == 6 || frame.protocol == 17)));
	require(!frame.has_tcp_flags ||
		(frame.has_protocol && frame.protocol == 6 && frame.tcp_flags < 64));
	return 0;
}
