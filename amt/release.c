/* SPDX-License-Identifier: Apache-2.0 */
/* The table of releases; nothing else in this folder compares release numbers. */
#include "amt/release.h"

#include <string.h>

#include "core/base/invariant.h"
#include "core/base/num.h"

static const struct release_row rows[RELEASE_QUIRKS] = {
	[RELEASE_UNSUPPORTED] = { { 0, 1 },
				  { 3, 2 },
				  "WS-Management before the standard of 2008, or none",
				  "1.1",
				  true },
	[RELEASE_NO_TIMEOUT] = { { 3, 2 }, { 4, 0 }, "policies have no timeout", "1.1", true },
	[RELEASE_NO_DEFAULT_POLICY] = { { 3, 2 }, { 6, 0 }, "no default policies", "1.1", false },
	[RELEASE_NO_IPV6_FILTERS] = { { 3, 2 }, { 6, 0 }, "no IPv6 filters", "1.1", true },
	[RELEASE_OLD_TLS] = { { 3, 2 }, { 12, 0 }, "TLS 1.0 or 1.1 only", "1.2", true },
	[RELEASE_TLS_ONLY] = { { 16, 1 }, { 0, 0 }, "no plain port on the network", "1.2", true },
	[RELEASE_BIG_KEYS] = { { 22, 0 }, { 0, 0 }, "certificates on secp384r1", "1.2", true },
	[RELEASE_NOT_DOCUMENTED] = { { 18, 0 },
				     { 0, 0 },
				     "System Defense is in no public list",
				     "1.1, 9.7",
				     false },
};

static bool read_part(const char **at, uint16_t *part)
{
	char digits[6] = "";
	size_t length = strspn(*at, "0123456789");
	uint32_t value;

	if (length == 0 || length >= sizeof(digits))
		return false;
	memcpy(digits, *at, length);
	if (!num_u32_between(digits, 0, UINT16_MAX, &value))
		return false;
	*part = (uint16_t)value;
	*at += length;
	return true;
}

bool release_read(const char *text, struct release *release)
{
	struct release read = { 0 };
	const char *at = text;

	*release = read;
	if (!read_part(&at, &read.major))
		return false;
	if (*at == '.') {
		at++;
		if (!read_part(&at, &read.minor))
			return false;
	}
	*release = read;
	return true;
}

static bool is_before(const struct release *a, const struct release *b)
{
	return a->major != b->major ? a->major < b->major : a->minor < b->minor;
}

bool release_has(const struct release *release, enum release_quirk quirk)
{
	const struct release_row *row = release_row(quirk);

	if (!release->major && !release->minor)
		return false;
	return !is_before(release, &row->from) &&
	       (!row->below.major || is_before(release, &row->below));
}

const struct release_row *release_row(enum release_quirk quirk)
{
	INVARIANT(quirk < RELEASE_QUIRKS);
	return &rows[quirk];
}
