/* SPDX-License-Identifier: Apache-2.0 */
/* origin.h - of which of the captures, pipes and interfaces that share a store a command shall tell: --origin.
 *
 * An origin is "interface eth1", "capture /srv/old.pcap", "pipe", "person" of what people isolated though nothing was held
 * against it, or "" of what an older Cordon wrote. */
#ifndef CORDON_CLI_ORIGIN_H
#define CORDON_CLI_ORIGIN_H

#include <stdbool.h>

struct db;
struct err;

/* SQL: whether the column origin is what ?1 names: "" anything, else the whole, its first word, what stands behind that, or the
 * end of a path. */
#define ORIGIN_IS                                                                      \
	"(?1 IN ('', origin) OR ?1 = substr(origin, 1, instr(origin || ' ', ' ') - 1)" \
	" OR ?1 = substr(origin, instr(origin, ' ') + 1)"                              \
	" OR '/' || ?1 = substr(origin, -1 - length(?1)))"

/* Whether the store's incidents have that column: not if no newer Cordon has opened it for writing. */
int origin_is_kept(struct db *db, bool *kept, struct err *err);

#endif
