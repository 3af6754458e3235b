/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an HTTP request and as its Authorization header: what is accepted must be within
 * the input and complete. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/amtsim/httpauth.h"
#include "tests/amtsim/text.h"
#include "tests/amtsim/web.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_request(const char *bytes, size_t size, const struct web_request *request)
{
	struct text body;

	if (request->consumed > size)
		abort();
	text_init(&body, WEB_BODY_MAX_BYTES);
	if (request->chunked)
		web_unchunk(request, &body);
	if (body.overflow || (!request->chunked && request->body_len > WEB_BODY_MAX_BYTES))
		abort();
	text_fini(&body);
	if (request->body < bytes || request->body + request->body_len > bytes + size)
		abort();
	if (!*request->method || !*request->path)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct httpauth_answer answer;
	struct web_request request;
	char *bytes = malloc(size + 1);
	uint32_t count;

	if (!bytes)
		return 0;
	if (size > 0)
		memcpy(bytes, data, size);
	bytes[size] = '\0';
	if (web_parse(bytes, size, &request) == WEB_READY)
		check_request(bytes, size, &request);
	else if (web_parse(bytes, size, &request) == WEB_BAD && request.bad_status < 400)
		abort();
	if (httpauth_parse(bytes, &answer) && (!*answer.nonce || !*answer.response))
		abort();
	httpauth_count(&answer, &count);
	free(bytes);
	return 0;
}
