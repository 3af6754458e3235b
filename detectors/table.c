/* SPDX-License-Identifier: Apache-2.0 */
/* table.c - list.h as an array. */
#include "detectors/table.h"

#include <stddef.h>

const struct detector *const detectors_table[] = {
#define DETECTOR(name) &detector_##name,
#include "detectors/list.h"
#undef DETECTOR
	NULL,
};
