/* SPDX-License-Identifier: Apache-2.0 */
/* record.h - what firmware writes down, in words: a record of its event log, one of its audit log (amt-out-of-band.md 6.2, 6.4,
 * 6.5; amt-system-defense.md 3.6).
 *
 * The bytes are a device's and may be anything. */
#ifndef CORDON_AMT_RECORD_H
#define CORDON_AMT_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/isolation/remedy.h"

#define RECORD_EVENT_BYTES 21
#define RECORD_AUDIT_BYTES 1024

/* False: no record, or an empty slot. */
bool record_read_event(const uint8_t *bytes, size_t length, struct remedy_entry *entry);
bool record_read_audit(const uint8_t *bytes, size_t length, struct remedy_entry *entry);

#endif
