/* SPDX-License-Identifier: Apache-2.0 */
/* WS-CIM (DSP0230): a property is a child element, an array repeats it, xsi:nil is not used. */
#include "tests/amtsim/input.h"

#include <string.h>

#include "tests/amtsim/xml.h"

void input_init(struct input *input, const struct xml_node *node, const char *ns, const char *name)
{
	*input = (struct input){ .node = node, .ns = ns };
	input->wrong = !xml_is(node, ns, name);
	if (input->wrong)
		input->node = NULL;
}

const struct xml_node *input_element(struct input *input, const char *name)
{
	const struct xml_node *found = xml_child(input->node, input->ns, name);
	const struct xml_node *other;

	for (other = found ? found->next : NULL; other; other = other->next)
		if (xml_is(other, input->ns, name))
			input->wrong = true;
	return found;
}

bool input_parse_number(const char *text, uint32_t most, uint32_t *value)
{
	uint64_t n = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		n = n * 10 + (uint64_t)(*text - '0');
		if (n > most)
			return false;
	}
	*value = (uint32_t)n;
	return true;
}

bool input_number(struct input *input, const char *name, uint32_t most, uint32_t *value)
{
	const struct xml_node *node = input_element(input, name);

	if (node && !input_parse_number(node->text, most, value))
		input->wrong = true;
	return node != NULL;
}

bool input_bool(struct input *input, const char *name, bool *value)
{
	const struct xml_node *node = input_element(input, name);

	if (!node)
		return false;
	if (strcmp(node->text, "true") == 0 || strcmp(node->text, "1") == 0)
		*value = true;
	else if (strcmp(node->text, "false") == 0 || strcmp(node->text, "0") == 0)
		*value = false;
	else
		input->wrong = true;
	return true;
}

void input_need_number(struct input *input, const char *name, uint32_t most, uint32_t *value)
{
	if (!input_number(input, name, most, value))
		input->wrong = true;
}

void input_need_bool(struct input *input, const char *name, bool *value)
{
	if (!input_bool(input, name, value))
		input->wrong = true;
}

size_t input_numbers(struct input *input, const char *name, uint32_t *values, size_t size)
{
	const struct xml_node *child = input->node ? input->node->first : NULL;
	size_t n = 0;

	for (; child; child = child->next) {
		if (!xml_is(child, input->ns, name))
			continue;
		if (n == size || !input_parse_number(child->text, UINT32_MAX, &values[n])) {
			input->wrong = true;
			return n;
		}
		n++;
	}
	return n;
}

const char *input_text(struct input *input, const char *name)
{
	const struct xml_node *node = input_element(input, name);

	return node ? node->text : NULL;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool input_hex(struct input *input, const char *name, uint8_t *bytes, size_t len)
{
	const struct xml_node *node = input_element(input, name);
	size_t i;

	if (!node)
		return false;
	if (strlen(node->text) != 2 * len) {
		input->wrong = true;
		return true;
	}
	for (i = 0; i < len; i++) {
		int high = hex_digit(node->text[2 * i]), low = hex_digit(node->text[2 * i + 1]);

		if (high < 0 || low < 0) {
			input->wrong = true;
			return true;
		}
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static size_t place_of(const char *const *names, const char *name)
{
	size_t i = 0;

	while (names[i] && strcmp(names[i], name) != 0)
		i++;
	return i;
}

void input_allow(struct input *input, const char *const *names, bool in_order)
{
	const struct xml_node *child = input->node ? input->node->first : NULL;
	size_t at = 0;

	for (; child; child = child->next) {
		size_t place = place_of(names, child->name);

		if (!names[place] || strcmp(child->ns, input->ns) != 0 || (in_order && place < at))
			input->wrong = true;
		at = place;
	}
}

void input_once(struct input *input, const char *const *arrays)
{
	const struct xml_node *child = input->node ? input->node->first : NULL, *twin;

	for (; child; child = child->next) {
		if (arrays[place_of(arrays, child->name)])
			continue;
		for (twin = child->next; twin; twin = twin->next)
			if (strcmp(twin->name, child->name) == 0)
				input->wrong = true;
	}
}

bool input_has_empty(const struct input *input)
{
	const struct xml_node *child = input->node ? input->node->first : NULL;

	for (; child; child = child->next)
		if (!child->first && !*child->text)
			return true;
	return false;
}
