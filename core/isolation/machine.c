/* SPDX-License-Identifier: Apache-2.0 */
/* machine.c - host and firmware share an address (amt-system-defense.md 3.4), so the one is known by the other. */
#include "core/isolation/machine.h"

#include <string.h>

#include "core/incident/incident.h"

void machine_of(const struct asset *asset, const struct incident *incident, struct host_key *host,
		struct mac *mac)
{
	struct ip ip = asset->ip;

	if (incident) {
		*host = incident->host;
		*mac = incident->mac;
		return;
	}
	if (ip_is_unspecified(&ip) && !ip_parse(asset->amt.address, &ip))
		memset(&ip, 0, sizeof(ip));
	*host = host_key_of(&ip, asset->vlan);
	*mac = asset->mac;
}

/* Only if it is the asset's own MAC that was heard there, and only IPv4: an IPv6 address is never shared. */
struct asset machine_with_hint(const struct asset *asset, const struct host_key *host,
			       const struct mac *mac)
{
	struct asset hinted = *asset;

	if (!mac_is_zero(&asset->mac) && mac_equal(&asset->mac, mac) && ip_is_v4(&host->ip))
		hinted.amt.heard = host->ip;
	return hinted;
}
