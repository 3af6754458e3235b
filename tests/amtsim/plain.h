/* SPDX-License-Identifier: Apache-2.0 */
/* plain.h - classes whose instances never change: a table of names and values.
 *
 * Consoles read dozens of them when they open a machine; here they are facts on a page instead of
 * a function each. */
#ifndef AMTSIM_PLAIN_H
#define AMTSIM_PLAIN_H

#include <stddef.h>

struct instance;

/* An array repeats the name.  PLAIN_NEXT starts the next instance, PLAIN_END ends the table. */
struct plain_line {
	const char *name;
	const char *value;
};

/* clang-format off */
#define PLAIN_NEXT { "", NULL }
#define PLAIN_END  { NULL, NULL }
/* clang-format on */

size_t plain_count(const struct plain_line *lines);
/* n is below plain_count(). */
void plain_render(const struct plain_line *lines, size_t n, struct instance *instance);

#endif
