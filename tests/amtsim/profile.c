/* SPDX-License-Identifier: Apache-2.0 */
/* Thresholds are kept here in one place; nothing else looks at release numbers.  Whether 18 and
 * later keep System Defense is unknown: the simulator has it unless told otherwise. */
#include "tests/amtsim/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/amtsim/text.h"

static bool read_release(const char *release, unsigned *major, unsigned *minor)
{
	char *end;
	unsigned long a, b;

	if (strspn(release, "0123456789.") != strlen(release) || !*release || *release == '.')
		return false;
	a = strtoul(release, &end, 10);
	b = *end == '.' ? strtoul(end + 1, NULL, 10) : 0;
	*major = (unsigned)a;
	*minor = (unsigned)b;
	return a >= 3 && a < 100 && b < 100;
}

bool profile_init(struct profile *profile, const char *release)
{
	bool long_form = strchr(release, '.') && strchr(strchr(release, '.') + 1, '.');

	*profile = (struct profile){ 0 };
	if (!read_release(release, &profile->major, &profile->minor))
		return false;
	if (long_form) {
		if (!text_copy(profile->version, sizeof(profile->version), release))
			return false;
	} else {
		snprintf(profile->version, sizeof(profile->version), "%u.%u.25", profile->major,
			 profile->minor);
	}
	snprintf(profile->server, sizeof(profile->server),
		 "Intel(R) Active Management Technology %s%s", profile->version,
		 long_form ? "" : ".1700");
	profile->auth_int = profile->major >= 14;
	profile->remote_plain = profile->major * 100 + profile->minor < 1601;
	profile->ipv6_filters = profile->major >= 6;
	profile->timeouts = profile->major >= 4;
	profile->default_policies = profile->major >= 6;
	profile->client_mode = profile->major * 100 + profile->minor >= 602;
	profile->heuristics = profile->major < 12 && profile->major != 4;
	profile->big_envelope_only = profile->major == 3 && profile->minor < 2;
	profile->lists_singletons = profile->major != 10; /* amt-out-of-band.md 1.2 */
	profile->leaf = profile->major >= 22 ? TLS_LEAF_P384 : TLS_LEAF_RSA;
	profile->tls_least = profile->major < 12   ? TLS_1_0
			     : profile->major < 15 ? TLS_1_1
						   : TLS_1_2;
	profile->tls_most = profile->major < 12 ? TLS_1_1 : TLS_1_2;
	return true;
}
