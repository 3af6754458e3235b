/* SPDX-License-Identifier: Apache-2.0 */
/* standard.h - the three streams that a program is started with: there at its start, and written out at its end. */
#ifndef CORDON_BASE_STANDARD_H
#define CORDON_BASE_STANDARD_H

/* Before any file is opened: one that is closed becomes /dev/null, lest a store or capture gets its number and is written into. */
void standard_open(void);
/* The exit code: code, or 1 if it is 0 and not all of standard output could be written, which is told to standard error under the
 * program's name.  The last thing that uses standard output. */
int standard_end(const char *program, int code);

#endif
