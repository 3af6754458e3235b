/* SPDX-License-Identifier: Apache-2.0 */
/* input.h - typed reading of the element a client sends (an instance or a method's input).
 *
 * Mistakes stick: read everything, then look at `wrong` once. */
#ifndef AMTSIM_INPUT_H
#define AMTSIM_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct xml_node;

struct input {
	const struct xml_node *node;
	const char *ns;
	bool wrong; /* missing, malformed or repeated property */
};

/* The element itself must have that name; its namespace becomes the properties'. */
void input_init(struct input *input, const struct xml_node *node, const char *ns, const char *name);
/* The property's element, or NULL; `wrong` if it is there twice. */
const struct xml_node *input_element(struct input *input, const char *name);

/* False if absent; an absent required property is `wrong`. */
bool input_number(struct input *input, const char *name, uint32_t most, uint32_t *value);
bool input_bool(struct input *input, const char *name, bool *value);
void input_need_number(struct input *input, const char *name, uint32_t most, uint32_t *value);
void input_need_bool(struct input *input, const char *name, bool *value);
/* All elements of that name; `wrong` if one is malformed or there are more than `size`. */
size_t input_numbers(struct input *input, const char *name, uint32_t *values, size_t size);
/* Text of the property, or NULL if absent. */
const char *input_text(struct input *input, const char *name);
/* hexBinary of exactly `len` bytes. */
bool input_hex(struct input *input, const char *name, uint8_t *bytes, size_t len);

/* `wrong` if an element is of another name or namespace than the listed ones (NULL-ended), or, with
 * `in_order`, out of their order. */
void input_allow(struct input *input, const char *const *names, bool in_order);
/* `wrong` if an element comes twice whose name is not in `arrays` (NULL-ended). */
void input_once(struct input *input, const char *const *arrays);
/* An element with neither text nor children: what a console sends that should leave an optional
 * parameter out (amt-out-of-band.md 1.2). */
bool input_has_empty(const struct input *input);

/* Strict decimal; false on anything else. */
bool input_parse_number(const char *text, uint32_t most, uint32_t *value);

#endif
