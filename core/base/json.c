/* SPDX-License-Identifier: Apache-2.0 */
/* jansson behind our own names.  It keeps members in the order of setting, which makes equal facts equal
 * bytes.  Texts come from the wire (host names, account names), so bytes that are no UTF-8 become the replacement
 * character instead of an error.  Left out:
 * reading, for nothing that Cordon is told comes as JSON. */
#include "core/base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/invariant.h"
#include "core/base/mem.h"
#include "core/base/utf8.h"

/* A decimal number of 15 digits survives the way into a double and back (DBL_DIG). */
#define REAL_DIGITS         15
#define REAL_TEXT_MAX_BYTES 400 /* DBL_MAX has 309 digits before the point */

static json_t *open_value(struct json *value)
{
	return (json_t *)value;
}

static const json_t *look(const struct json *value)
{
	return (const json_t *)value;
}

/* jansson fails only without memory (or on text we have already checked): mem.h says that ends us. */
static json_t *must(json_t *value)
{
	INVARIANT(value);
	return value;
}

struct json *json_object_new(void)
{
	return (struct json *)must(json_object());
}

struct json *json_array_new(void)
{
	return (struct json *)must(json_array());
}

void json_free(struct json *value)
{
	json_decref(open_value(value));
}

static json_t *repaired_string(const char *text)
{
	size_t left = strlen(text);
	char *clean = mem_array(left + 1, 3), *to = clean;
	json_t *value;

	while (left) {
		size_t length = utf8_length(text, left);

		memcpy(to, length ? text : "\xef\xbf\xbd", length ? length : 3);
		to += length ? length : 3;
		text += length ? length : 1;
		left -= length ? length : 1;
	}
	value = json_string(clean);
	mem_free(clean);
	return value;
}

static json_t *string(const char *text)
{
	json_t *value;

	if (!text)
		return json_null();
	value = json_string(text);
	return must(value ? value : repaired_string(text));
}

static void set(struct json *object, const char *key, json_t *take_value)
{
	INVARIANT(json_object_set_new(open_value(object), key, must(take_value)) == 0);
}

void json_set_text(struct json *object, const char *key, const char *text)
{
	set(object, key, string(text));
}

void json_set_u64(struct json *object, const char *key, uint64_t value)
{
	set(object, key, json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value));
}

/* Rounding in decimal, then reading that text back, gives the double nearest to the rounded number; it
 * prints without noise in 15 digits. */
void json_set_real(struct json *object, const char *key, double value, unsigned decimals)
{
	char text[REAL_TEXT_MAX_BYTES];
	double rounded;

	if (!isfinite(value)) {
		set(object, key, json_null());
		return;
	}
	snprintf(text, sizeof(text), "%.*f", decimals < 15 ? (int)decimals : 15, value);
	rounded = strtod(text, NULL);
	set(object, key, json_real(rounded == 0 ? 0.0 : rounded)); /* -0.0 is noise too */
}

void json_set_time(struct json *object, const char *key, uint64_t wall_ns)
{
	char text[CLOCK_TEXT_BYTES];

	if (wall_ns == 0)
		return;
	clock_text(wall_ns, text, sizeof(text));
	json_set_text(object, key, text);
}

void json_set_bool(struct json *object, const char *key, bool value)
{
	set(object, key, json_boolean(value));
}

void json_set(struct json *object, const char *key, struct json *take_value)
{
	set(object, key, open_value(take_value));
}

void json_push(struct json *array, struct json *take_value)
{
	INVARIANT(json_array_append_new(open_value(array), must(open_value(take_value))) == 0);
}

void json_push_text(struct json *array, const char *text)
{
	INVARIANT(json_array_append_new(open_value(array), string(text)) == 0);
}

static int append(const char *bytes, size_t length, void *out)
{
	buf_append(out, bytes, length);
	return 0;
}

void json_write(const struct json *value, struct buf *out)
{
	size_t flags = JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(REAL_DIGITS);

	INVARIANT(json_dump_callback(look(value), append, out, flags) == 0);
}
