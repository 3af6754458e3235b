/* SPDX-License-Identifier: Apache-2.0 */
/* json.h - writing JSON (jansson).  Objects keep the order in which members were set, so that
 * equal input gives equal bytes. */
#ifndef CORDON_BASE_JSON_H
#define CORDON_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct json; /* owned by its holder; adding to a parent gives it away */

/* Not json_object() and json_array(): jansson exports these two names and calls them itself. */
struct json *json_object_new(void);
struct json *json_array_new(void);
void json_free(struct json *value);

/* text may be NULL (written as null); bytes that are no UTF-8 become U+FFFD. */
void json_set_text(struct json *object, const char *key, const char *text);
/* JSON readers agree on 63 bits only: a larger value is written as INT64_MAX. */
void json_set_u64(struct json *object, const char *key, uint64_t value);
/* Rounded to the decimals, so that no platform's last bit shows; infinities and NaN become null. */
void json_set_real(struct json *object, const char *key, double value, unsigned decimals);
/* In EVE's form (clock.h); left out if 0. */
void json_set_time(struct json *object, const char *key, uint64_t wall_ns);
void json_set_bool(struct json *object, const char *key, bool value);
void json_set(struct json *object, const char *key, struct json *take_value);
void json_push(struct json *array, struct json *take_value);
void json_push_text(struct json *array, const char *text);

void json_write(const struct json *value, struct buf *out); /* compact, one line */

#endif
