/* SPDX-License-Identifier: Apache-2.0 */
#include "core/cli/origin.h"

#include <stdint.h>

#include "core/store/db.h"

int origin_is_kept(struct db *db, bool *kept, struct err *err)
{
	uint64_t columns;
	int rc = db_number(
		db, "SELECT count(*) FROM pragma_table_info('incidents') WHERE name = 'origin'",
		&columns, err);

	*kept = rc == 0 && columns > 0;
	return rc;
}
