/* SPDX-License-Identifier: Apache-2.0 */
/* getrandom(2) and nothing else: it blocks until the kernel's pool is ready, needs no descriptor and works in
 * a chroot.  There is no fallback, because a weak key is worse than no start. */
#include "core/base/random.h"

#include <errno.h>
#include <sys/random.h>

#include "core/base/invariant.h"

void random_bytes(void *bytes, size_t length)
{
	uint8_t *at = bytes;

	while (length > 0) {
		ssize_t got = getrandom(at, length, 0);

		if (got < 0 && errno == EINTR)
			continue;
		INVARIANT(got > 0);
		at += got;
		length -= (size_t)got;
	}
}
