/* SPDX-License-Identifier: Apache-2.0 */
/* The table of releases; nothing else in this folder compares release numbers. */
#include "amt/release.h"

#include <string.h>

#include "core/base/invariant.h"
#include "core/base/num.h"

/* From this release on, and before that one (0.0: no end).  Sections are those of amt-system-defense.md. */
static const struct {
	struct release from, below;
} quirks[RELEASE_QUIRKS] = {
	/* 1.1: the standard of 2008 came with 3.2 */
	[RELEASE_UNSUPPORTED] = { { 0, 1 }, { 3, 2 } },
	[RELEASE_NO_TIMEOUT] = { { 3, 2 }, { 4, 0 } }, /* 1.1 */
	[RELEASE_NO_DEFAULT_POLICY] = { { 3, 2 },
					{ 6, 0 } }, /* 1.1: a guess; the swap must survive it */
	[RELEASE_NO_IPV6_FILTERS] = { { 3, 2 }, { 6, 0 } }, /* 1.1 */
	[RELEASE_OLD_TLS] = { { 3, 2 }, { 12, 0 } },        /* 1.2 */
	[RELEASE_TLS_ONLY] = { { 16, 1 }, { 0, 0 } },       /* 1.2 */
	[RELEASE_BIG_KEYS] = { { 22, 0 }, { 0, 0 } },       /* 1.2 */
	[RELEASE_NOT_DOCUMENTED] = { { 18, 0 },
				     { 0, 0 } }, /* 1.1, 9.7: a guess; a probe must survive it */
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
	INVARIANT(quirk < RELEASE_QUIRKS);
	if (!release->major && !release->minor)
		return false;
	return !is_before(release, &quirks[quirk].from) &&
	       (!quirks[quirk].below.major || is_before(release, &quirks[quirk].below));
}
