/* SPDX-License-Identifier: Apache-2.0 */
/* judged.c - searched by sets of tags. */
#include "detectors/judged.h"

#include <stddef.h>

#include "core/contact/contact.h"
#include "core/contact/tags.h"
#include "core/detect/evidence.h"
#include "core/detect/memo.h"

_Static_assert(JUDGED_ALL % TAGS_IN_SET == 0, "looked at by sets");

struct judged *judged_find(struct judged_rings *rings, uint16_t tag)
{
	for (unsigned set = 0; set < JUDGED_ALL; set += TAGS_IN_SET) {
		if (!wide_tags_contain(rings->tags + set, tag))
			continue;
		for (unsigned i = set; i < set + TAGS_IN_SET; i++)
			if (rings->tags[i] == tag)
				return &rings->judged[i];
	}
	return NULL;
}

struct judged *judged_take(struct judged_rings *rings, uint16_t tag, unsigned port_class)
{
	unsigned place;

	if (port_class == CLASS_WORM_PORT) {
		place = rings->next_worm;
		rings->next_worm = (uint8_t)((place + 1) % JUDGED_WORM);
	} else {
		place = JUDGED_WORM + rings->next_other;
		rings->next_other = (uint8_t)((rings->next_other + 1) % JUDGED_OTHER);
	}
	rings->tags[place] = tag;
	return &rings->judged[place];
}

void judged_drop(struct judged_rings *rings, const struct judged *judged)
{
	rings->tags[judged - rings->judged] = 0;
}

bool judged_is_of(const struct judged *judged, const struct contact *contact)
{
	return judged->port == contact->dst_port && judged->kind == contact->kind;
}

unsigned judged_row(struct judged_rings *rings, const struct contact *contact, int row_most)
{
	unsigned row = 1;

	for (int step = -1; step <= 1; step += 2)
		for (int n = step; n > -row_most && n < row_most; n += step, row++) {
			struct ip next = contact->dst;
			const struct judged *judged;

			next.bytes[15] = (uint8_t)(next.bytes[15] + n);
			judged = judged_find(rings, memo_tag(&next));
			if (!judged || judged->kind != CONTACT_ICMP)
				break;
		}
	return row;
}
