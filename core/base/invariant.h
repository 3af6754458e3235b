/* SPDX-License-Identifier: Apache-2.0 */
/* invariant.h - checks of our own assumptions, kept in release builds.
 *
 * An invariant that does not hold is a bug of ours: print where, then abort.  Never use it on
 * anything that comes from outside: hostile bytes are counted, bad files become a struct err. */
#ifndef CORDON_BASE_INVARIANT_H
#define CORDON_BASE_INVARIANT_H

_Noreturn void invariant_failed(const char *text, const char *file, int line);

#define INVARIANT(holds) ((holds) ? (void)0 : invariant_failed(#holds, __FILE__, __LINE__))

#endif
