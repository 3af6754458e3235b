/* SPDX-License-Identifier: Apache-2.0 */
/* judge.h - frames for the simulator's packet engine by the batch, through files that both sides map.
 *
 * Two batches: while the simulator judges one, the other is checked and filled anew. */
#ifndef CORDON_TESTS_EQUIVALENCE_JUDGE_H
#define CORDON_TESTS_EQUIVALENCE_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/equivalence/packet.h"

#define JUDGE_BATCH 20000

struct batch {
	char path[64];
	uint8_t *bytes; /* mapped */
	unsigned count;
	bool asked;
	struct packet packets[JUDGE_BATCH];
	uint32_t at[JUDGE_BATCH]; /* of each packet's verdict */
};

struct judge {
	int control; /* of the simulator; borrowed */
	struct batch batches[2];
};

/* Fails the test if there is nowhere to put the files. */
struct judge *judge_new(int control);
void judge_free(struct judge *judge);

void batch_add(struct batch *batch, const struct packet *packet);
/* Sends it off; batch_wait() comes back when its verdicts are there. */
void batch_ask(struct judge *judge, struct batch *batch);
void batch_wait(struct judge *judge, struct batch *batch);
bool batch_passed(const struct batch *batch, unsigned index);

#endif
