/* SPDX-License-Identifier: Apache-2.0 */
/* table.h - the detectors of list.h as an array, for the engine. */
#ifndef CORDON_DETECTORS_TABLE_H
#define CORDON_DETECTORS_TABLE_H

struct detector;

#define DETECTOR(name) extern const struct detector detector_##name;
#include "detectors/list.h"
#undef DETECTOR

/* NULL-terminated. */
extern const struct detector *const detectors_table[];

#endif
