/* SPDX-License-Identifier: Apache-2.0 */
/* quiet.c - networks as bits, because only whether there are a few dozen of them matters. */
#include "detectors/quiet.h"

#include "core/base/units.h"
#include "core/contact/contact.h"
#include "core/net/addr.h"

#define ANSWERED_SHARE 10
#define HEARD_S        3600

static uint64_t bit_of(const struct ip *ip)
{
	uint64_t network = 0;
	unsigned from = ip_is_v4(ip) ? 12 : 0, to = ip_is_v4(ip) ? 15 : 8;

	for (unsigned i = from; i < to; i++)
		network = network << 8 | ip->bytes[i];
	return UINT64_C(1) << (network * UINT64_C(0x9e3779b97f4a7c15) >> 58);
}

void quiet_note(struct quiet *quiet, const struct contact *failed)
{
	quiet->networks |= bit_of(&failed->dst);
}

void quiet_answered(struct quiet *quiet)
{
	if (quiet->answered < UINT16_MAX)
		quiet->answered++;
}

unsigned quiet_networks(const struct quiet *quiet)
{
	unsigned networks = (unsigned)__builtin_popcountll(quiet->networks);

	return networks >= ANSWERED_SHARE * quiet->answered ? networks : 0;
}

static uint32_t second_of(const struct contact *contact)
{
	return (uint32_t)(contact->opened_ns / NS_PER_S);
}

void echoes_hear(struct echoes *echoes, const struct contact *answered)
{
	echoes->heard_s[answered->vlan % ECHO_VLANS] = second_of(answered);
}

bool echoes_are_heard(const struct echoes *echoes, const struct contact *contact)
{
	uint32_t heard_s = echoes->heard_s[contact->vlan % ECHO_VLANS], now_s = second_of(contact);

	return heard_s && now_s < heard_s + HEARD_S;
}
