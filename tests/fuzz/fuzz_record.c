/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a record of a device's logs, raw and through base64. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "amt/record.h"
#include "core/base/base64.h"
#include "core/base/invariant.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_both(const uint8_t *data, size_t size)
{
	struct remedy_entry entry;

	if (record_read_event(data, size, &entry))
		INVARIANT(strlen(entry.text) > 0 && !strpbrk(entry.text, "\r\n\033"));
	if (record_read_audit(data, size, &entry))
		INVARIANT(strlen(entry.text) > 0 && !strpbrk(entry.text, "\r\n\033"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t bytes[RECORD_AUDIT_BYTES];
	char text[2048];
	size_t length;

	read_both(data, size);
	if (size >= sizeof(text))
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (base64_read(text, bytes, sizeof(bytes), &length))
		read_both(bytes, length);
	return 0;
}
