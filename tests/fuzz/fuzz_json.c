/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as JSON, and as text inside JSON: what we write must be read back, and written the same again. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/json.h"
#include "core/base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_and_read(const struct json *value)
{
	struct err err = { 0 };
	struct buf first, second;
	struct json *again;

	buf_init(&first, 1 << 24);
	buf_init(&second, 1 << 24);
	json_write(value, &first);
	again = json_parse(first.text, first.length, &err);
	if (!again)
		abort();
	json_write(again, &second);
	if (first.length != second.length || memcmp(first.text, second.text, first.length) != 0)
		abort();
	json_free(again);
	buf_fini(&first);
	buf_fini(&second);
}

static void as_text(const uint8_t *data, size_t size)
{
	struct json *object = json_object_new();
	char *text = mem_alloc(size + 1);

	if (size)
		memcpy(text, data, size);
	json_set_text(object, "text", text);
	write_and_read(object);
	mem_free(text);
	json_free(object);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = { 0 };
	struct json *value;

	if (size > 1 << 16)
		return 0;
	value = json_parse((const char *)data, size, &err);
	if (!value && !err_is_set(&err))
		abort();
	if (value)
		write_and_read(value);
	json_free(value);
	as_text(data, size);
	return 0;
}
