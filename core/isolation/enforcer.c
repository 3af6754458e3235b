/* SPDX-License-Identifier: Apache-2.0 */
/* The words of the acts, for logs. */
#include "core/isolation/enforcer.h"

#include "core/base/invariant.h"

const char *enforcer_act_name(unsigned act)
{
	static const char *const names[] = {
		[ENFORCER_PREPARE] = "prepare",
		[ENFORCER_ISOLATE] = "isolate",
		[ENFORCER_INSPECT] = "inspect",
		[ENFORCER_RELEASE] = "release",
	};

	INVARIANT(act < sizeof(names) / sizeof(names[0]));
	return names[act];
}
