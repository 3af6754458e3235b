/* SPDX-License-Identifier: Apache-2.0 */
/* readiness.h - can this machine be isolated, how strongly, and if not, why: in words, before
 * an incident. */
#ifndef CORDON_AMT_READINESS_H
#define CORDON_AMT_READINESS_H

#include <stdint.h>

#include "amt/amt.h"

struct endpoint;
struct err;

/* From what the endpoint knows; err (may be unset) is how the survey ended.  The report
 * borrows err. */
void readiness_report(const struct endpoint *endpoint, const struct err *err, uint64_t now_ns,
		      struct amt_report *report);

#endif
