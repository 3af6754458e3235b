/* SPDX-License-Identifier: Apache-2.0 */
/* Two reads of a survey.  Left out: the records of the audit log, and setting the clock. */
#include "amt/health.h"

#include <string.h>

#include "amt/cim.h"
#include "amt/session.h"
#include "core/base/err.h"

enum { READ_AUDIT, READ_CLOCK };

void health_call(unsigned n, struct session_call *call)
{
	if (n == READ_AUDIT)
		*call = (struct session_call){ .op = WSMAN_GET, .class_name = "AMT_AuditLog" };
	else
		*call = (struct session_call){ .op = WSMAN_INVOKE,
					       .class_name = "AMT_TimeSynchronizationService",
					       .method = "GetLowAccuracyTimeSynch" };
}

int health_take(struct health *health, unsigned n, const struct session_result *result,
		struct err *err)
{
	const struct cim_instance *item = result->item_count ? result->items[0] : NULL;

	if (n == READ_AUDIT)
		memset(health, 0, sizeof(*health));
	if (result->end == SESSION_REFUSED && !result->locked_out)
		return 0;
	if (result->end != SESSION_DONE)
		return err_set(err, result->err->code, "%s", result->err->text);
	if (!item)
		return 0;
	if (n == READ_CLOCK) {
		health->clock_given = cim_u32(item, "Ta0", 0, &health->clock_s);
		return 0;
	}
	health->audit_given = cim_u32(item, "AuditState", 0, &health->audit_state);
	health->audit_free = 100;
	cim_u32(item, "PercentageFree", 0, &health->audit_free);
	return 0;
}
