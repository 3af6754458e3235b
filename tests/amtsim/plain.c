/* SPDX-License-Identifier: Apache-2.0 */
/* A value of the form "@seconds" is a datetime; nothing else here begins with that sign. */
#include "tests/amtsim/plain.h"

#include <stdint.h>
#include <stdlib.h>

#include "tests/amtsim/instance.h"

size_t plain_count(const struct plain_line *lines)
{
	size_t n = lines->name ? 1 : 0;

	for (; lines->name; lines++)
		n += !lines->value;
	return n;
}

static void render_line(const struct plain_line *line, struct instance *instance)
{
	if (*line->value == '@')
		instance_datetime(instance, line->name,
				  strtoull(line->value + 1, NULL, 10) * 1000000000u);
	else
		instance_text(instance, line->name, line->value);
}

void plain_render(const struct plain_line *lines, size_t n, struct instance *instance)
{
	for (; n > 0; lines++)
		n -= !lines->value;
	for (; lines->value; lines++)
		render_line(lines, instance);
}
