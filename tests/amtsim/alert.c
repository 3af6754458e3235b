/* SPDX-License-Identifier: Apache-2.0 */
/* A ring: who is too slow loses the oldest, as firmware buffers for a while only. */
#include "tests/amtsim/alert.h"

#include <stdlib.h>

#include "tests/amtsim/check.h"

void alert_fini(struct alert_queue *queue)
{
	free(queue->ring);
	queue->ring = NULL;
}

void alert_raise(struct alert_queue *queue, const struct alert *alert)
{
	struct alert *place;

	if (!queue->ring)
		queue->ring = calloc(ALERTS_KEPT, sizeof(*queue->ring));
	CHECK(queue->ring);
	place = &queue->ring[queue->raised % ALERTS_KEPT];
	*place = *alert;
	place->number = (uint32_t)++queue->raised;
	if (queue->wake)
		queue->wake(queue->arg);
}

const struct alert *alert_get(const struct alert_queue *queue, uint64_t number)
{
	if (number >= queue->raised || queue->raised - number > ALERTS_KEPT)
		return NULL;
	return &queue->ring[number % ALERTS_KEPT];
}
