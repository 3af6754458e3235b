/* SPDX-License-Identifier: Apache-2.0 */
/* squeeze.h - flat values without their zeros, for what is kept long and looked at seldom.
 *
 * Structs of fixed-size texts are mostly zeros; without them they take a third.  Only for bytes of our own making: they are
 * read back by the program that wrote them. */
#ifndef CORDON_BASE_SQUEEZE_H
#define CORDON_BASE_SQUEEZE_H

#include <stddef.h>

struct buf;
struct span;

void squeeze(const void *bytes, size_t length, struct buf *to);
/* Exactly what was squeezed with this length, in the same order. */
void unsqueeze(struct span *from, void *bytes, size_t length);

#endif
