/* SPDX-License-Identifier: Apache-2.0 */
/* release.h - what differs between firmware releases, in one table with its sources.
 *
 * Everything else is found by asking the device; only what must be known before asking, or cannot be
 * asked, depends on a release number.  A release that is not told (0.0) has no quirks. */
#ifndef CORDON_AMT_RELEASE_H
#define CORDON_AMT_RELEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct release {
	uint16_t major, minor; /* 0.0: not told */
};

enum release_quirk {
	RELEASE_UNSUPPORTED,       /* its WS-Management is not the standard's */
	RELEASE_NO_TIMEOUT,        /* policies cannot end by themselves */
	RELEASE_NO_DEFAULT_POLICY, /* nothing can hold a port while policies are swapped */
	RELEASE_NO_IPV6_FILTERS,
	RELEASE_OLD_TLS,        /* TLS 1.0 or 1.1 and nothing newer */
	RELEASE_TLS_ONLY,       /* no plain port on the network */
	RELEASE_BIG_KEYS,       /* certificates on secp384r1 */
	RELEASE_NOT_DOCUMENTED, /* no public source says that System Defense is still there */
	RELEASE_QUIRKS
};

/* "12.0.67" or "3.2.1"; false (and 0.0) if it does not begin so. */
bool release_read(const char *text, struct release *release);
bool release_has(const struct release *release, enum release_quirk quirk);

#endif
