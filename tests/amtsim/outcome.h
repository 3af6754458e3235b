/* SPDX-License-Identifier: Apache-2.0 */
/* outcome.h - how one WS-Management operation ended: a fault, or none
 * (amt-system-defense.md 5.5, 5.6). */
#ifndef AMTSIM_OUTCOME_H
#define AMTSIM_OUTCOME_H

#include <stdint.h>

/* PT_STATUS values the simulator uses; which one firmware uses for which mistake is a CHOICE. */
enum pt_status {
	PT_SUCCESS = 0,
	PT_INTERNAL_ERROR = 1,
	PT_NOT_READY = 2,
	PT_INVALID_NAME = 12,
	PT_NOT_PERMITTED = 16,
	PT_MAX_LIMIT_REACHED = 23,
	PT_UNEXPECTED = 30,
	PT_INVALID_INDEX = 35,
	PT_INVALID_PARAMETER = 36,
	PT_FLASH_WRITE_LIMIT = 38,
	PT_INVALID_HANDLE = 2053,
	PT_DUPLICATE = 2058,
	PT_UNSUPPORTED = 2066,
	PT_NOT_FOUND = 2068,
	PT_NO_ASSOCIATION = 2072,
	PT_AUDIT_FAIL = 2075,
};

enum fault {
	FAULT_NONE,
	FAULT_DESTINATION, /* unknown or unavailable class, or no such instance */
	FAULT_ACTION,      /* the class cannot do this */
	FAULT_SELECTORS,
	FAULT_EXISTS,
	FAULT_INTERNAL, /* carries AMT-STATUS */
	FAULT_SCHEMA,
	FAULT_CONTEXT,    /* unknown or used-up enumeration context */
	FAULT_UNDERSTAND, /* a mustUnderstand header is not supported */
	FAULT_ENCODING,   /* MaxEnvelopeSize too small */
	FAULT_TIMED_OUT,
	FAULT_BUSY,
	FAULT_DELIVERY, /* that mode of delivery is not offered */
	FAULT_QUOTA,
	FAULT_DENIED,       /* the account lacks the realm */
	FAULT_MODE,         /* an EnumerationMode that is not known */
	FAULT_FILTER,       /* an enumeration filter that is not known */
	FAULT_HEADER,       /* an addressing header is missing */
	FAULT_WRONG_HEADER, /* one is there twice, or is not of its type */
	FAULTS
};

struct outcome {
	enum fault fault;
	uint32_t status; /* FAULT_INTERNAL only */
};

static inline struct outcome outcome_ok(void)
{
	return (struct outcome){ FAULT_NONE, 0 };
}

static inline struct outcome outcome_fault(enum fault fault)
{
	return (struct outcome){ fault, 0 };
}

/* PT_SUCCESS gives no fault. */
static inline struct outcome outcome_status(uint32_t status)
{
	return (struct outcome){ status ? FAULT_INTERNAL : FAULT_NONE, status };
}

#endif
