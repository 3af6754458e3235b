/* SPDX-License-Identifier: Apache-2.0 */
/* delays.c - the slowest recent answer of each network: up at once, down by an eighth of the difference, so that one quick
 * neighbour does not hide a slow one for long.
 *
 * Left out: answers that took longer than any network does (a SYN that was sent again). */
#include "core/detect/delays.h"

#include <string.h>

#include "core/base/units.h"
#include "core/contact/contact.h"

#define LONGEST_MS 250
#define FADE       8
#define SLOWER     2 /* a busy machine answers later than its network usually does */
#define NET4_BYTES 15
#define NET6_BYTES 8

static unsigned place_of(const struct contact *contact)
{
	uint64_t words[2] = { 0 };

	memcpy(words, contact->dst.bytes, ip_is_v4(&contact->dst) ? NET4_BYTES : NET6_BYTES);
	words[0] ^= words[1] * UINT64_C(0x9e3779b97f4a7c15) ^ contact->vlan;
	/* Products carry upwards: only the highest bits know of all of the network's. */
	return (unsigned)((words[0] * UINT64_C(0xbf58476d1ce4e5b9)) >> 32) /
	       (UINT32_MAX / DELAYS_PLACES + 1);
}

/* Of connections and pings within the site: other answers take as long as somebody thinks, or as the Internet. */
static bool tells(const struct contact *contact)
{
	bool is_answer = contact->outcome == CONTACT_ACCEPTED ||
			 (contact->outcome == CONTACT_REFUSED && contact->kind == CONTACT_TCP);

	return is_answer && (contact->kind == CONTACT_TCP || contact->kind == CONTACT_ICMP) &&
	       ip_is_of_site(&contact->dst, &contact->src);
}

void delays_hear(struct delays *delays, const struct contact *contact)
{
	uint64_t ms = us_to_ns(contact->elapsed_us) / NS_PER_MS + 1;
	unsigned place, known;

	if (!tells(contact) || ms > LONGEST_MS)
		return;
	place = place_of(contact);
	known = delays->ms[place];
	if (ms < known)
		ms = known - (known - ms) / FADE;
	delays->ms[place] = (uint8_t)ms;
}

bool delays_know(const struct delays *delays, const struct contact *contact)
{
	return delays->ms[place_of(contact)] != 0;
}

uint64_t delays_limit_ns(const struct delays *delays, const struct contact *contact,
			 uint64_t least_ns)
{
	uint64_t limit_ns = SLOWER * ms_to_ns(delays->ms[place_of(contact)]);

	return limit_ns > least_ns ? limit_ns : least_ns;
}
