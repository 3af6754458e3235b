/* SPDX-License-Identifier: Apache-2.0 */
/* missed.h - frames that the network card itself gave up, before the kernel saw them.
 *
 * libpcap would open the counters' files at each question, which a confined sensor may not, and then takes what it could not read
 * for zero: the difference to what it had read at start is nonsense.  So they are opened once, here, and read again and again. */
#ifndef CORDON_DAEMON_MISSED_H
#define CORDON_DAEMON_MISSED_H

#include <stdint.h>

struct missed;

/* folder: "/sys/class/net" but in tests.  Counters that are not there count nothing. */
struct missed *missed_new(const char *folder, const char *interface);
void missed_free(struct missed *missed);
/* Since missed_new(). */
uint64_t missed_count(const struct missed *missed);

#endif
