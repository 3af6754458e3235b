/* SPDX-License-Identifier: Apache-2.0 */
/* Any WWW-Authenticate header: if it is taken, an answer to it can be written and holds no line break. */
#include <stdint.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/invariant.h"
#include "core/base/logon.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct logon_request request = { .user = "admin",
					 .password = "secret",
					 .method = "POST",
					 .path = "/wsman",
					 .body = "<x/>",
					 .body_length = 4 };
	struct logon logon = { 0 };
	struct buf value;

	if (logon_take_challenge(&logon, (const char *)data, size)) {
		buf_init(&value, 65536);
		logon_write(&logon, &request, &value);
		INVARIANT(!value.overflow && !strpbrk(value.text, "\r\n"));
		buf_fini(&value);
	}
	logon_forget(&logon);
	return 0;
}
