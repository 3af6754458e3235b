/* SPDX-License-Identifier: Apache-2.0 */
/* keep.h - memory that dies with a policy: taken piece by piece, given back all at once. */
#ifndef CORDON_POLICY_KEEP_H
#define CORDON_POLICY_KEEP_H

#include <stddef.h>

struct keep_piece;
struct keep {
	struct keep_piece *pieces;
};

/* Zeroed; never NULL. */
void *keep_array(struct keep *keep, size_t count, size_t item_size_bytes);
char *keep_text(struct keep *keep, const char *text);
void keep_fini(struct keep *keep);

#endif
