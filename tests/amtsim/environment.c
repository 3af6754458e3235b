/* SPDX-License-Identifier: Apache-2.0 */
/* Only detection by domain: without a suffix from DHCP the machine is outside, which is how a wrong
 * list cuts people off.  Left out: remote URLs and IPv6 prefixes, which are stored nowhere. */
#include "tests/amtsim/environment.h"

#include <stdlib.h>
#include <strings.h>

void environment_fini(struct environment *environment)
{
	free(environment->strings);
	environment->strings = NULL;
	environment->count = 0;
}

bool environment_is_outside(const struct environment *environment)
{
	size_t i;

	for (i = 0; i < environment->count; i++)
		if (strcasecmp(environment->strings[i], environment->suffix) == 0)
			return false;
	return environment->count > 0 && environment->algorithm == 0;
}
