/* SPDX-License-Identifier: Apache-2.0 */
/* lettering.h - whether a name looks drawn by chance.
 *
 * A sum of log-likelihood ratios, letter after letter: an even choice among 26 letters against what people put together
 * when they name things.  Digits and hyphens begin a new word and count for nothing. */
#ifndef CORDON_DETECTORS_LETTERING_H
#define CORDON_DETECTORS_LETTERING_H

#include <stddef.h>

/* In tenths of a nat; above zero it looks drawn.  Lower case. */
int lettering_randomness(const char *name, size_t length);

#endif
