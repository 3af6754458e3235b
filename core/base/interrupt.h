/* SPDX-License-Identifier: Apache-2.0 */
/* interrupt.h - SIGINT and SIGTERM for work that has no loop: asked for between two of its steps.
 *
 * The first one is noted, so that what was done until then can be told; the second ends the process at once.  One per process. */
#ifndef CORDON_BASE_INTERRUPT_H
#define CORDON_BASE_INTERRUPT_H

/* A signal that whoever started us ignores (nohup, a shell's background) stays ignored. */
void interrupt_watch(void);
/* The signal that came, 0 = none. */
int interrupt_number(void);
/* If one came, the process ends by it, so that a shell shows 128 + its number and ends a loop around it.  Else returns. */
void interrupt_end(void);

#endif
