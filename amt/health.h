/* SPDX-License-Identifier: Apache-2.0 */
/* health.h - what only a survey asks of a device: its audit log, which can keep us from writing, and its clock
 * (amt-out-of-band.md 5.3, 6.5).
 *
 * Nothing here is needed to isolate, and a user without the realms for it is refused: then it is not known. */
#ifndef CORDON_AMT_HEALTH_H
#define CORDON_AMT_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct session_call;
struct session_result;

#define HEALTH_READS 2

enum {
	AUDIT_DISABLED = 1,
	AUDIT_LOCKED = 2,
	AUDIT_ALMOST_FULL = 4,
	AUDIT_FULL = 8,
	AUDIT_NO_KEY = 16
};

struct health {
	bool audit_given, clock_given;
	uint32_t audit_state; /* bits AUDIT_... */
	uint32_t audit_free;  /* per cent */
	uint32_t clock_s;     /* the device's clock, seconds since 1970 UTC */
};

void health_call(unsigned n, struct session_call *call);
int health_take(struct health *health, unsigned n, const struct session_result *result,
		struct err *err);

#endif
