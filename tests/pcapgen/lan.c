/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/pcapgen/lan.h"

/* Behaviours write their conversations one whole behaviour after the other, so the ARP cache is
 * asked about times out of order.  Each entry therefore is an interval; a question from before it
 * costs one more ARP exchange, as a real cache that lost an entry would. */

#include <stdlib.h>
#include <string.h>

enum {
	STATIONS_MAX = 512,
	OUTAGES_MAX = 16,
	EPHEMERAL_FIRST = 49152, /* RFC 6335 6 */
	TTL_WINDOWS = 128,
	TTL_UNIX = 64,
	TTL_REMOTE = 54,
	CACHE_US = 30 * 1000000, /* RFC 4861 10, REACHABLE_TIME; Windows uses it for ARP too */
};

struct acquaintance {
	uint64_t from_us;
	uint64_t until_us;
};

struct lan {
	struct lan_plan plan;
	struct station stations[STATIONS_MAX];
	size_t count;
	struct outage outages[OUTAGES_MAX];
	unsigned outage_count;
	struct acquaintance *known; /* STATIONS_MAX squared */
};

static void set_mac(uint8_t mac[6], uint32_t ip)
{
	mac[0] = 0x02;
	mac[1] = 0xc0;
	mac[2] = 0x4d;
	mac[3] = (uint8_t)(ip >> 16);
	mac[4] = (uint8_t)(ip >> 8);
	mac[5] = (uint8_t)ip;
}

static uint32_t mask(unsigned prefix_bits)
{
	return prefix_bits ? ~(uint32_t)0 << (32 - prefix_bits) : 0;
}

bool lan_on_link(const struct lan *lan, uint32_t ip)
{
	return ((ip ^ lan->plan.network) & mask(lan->plan.prefix_bits)) == 0;
}

uint32_t lan_size(const struct lan *lan)
{
	return ~mask(lan->plan.prefix_bits) + 1;
}

struct station *lan_find(struct lan *lan, uint32_t ip)
{
	size_t i;

	for (i = 0; i < lan->count; i++) {
		if (lan->stations[i].ip == ip)
			return &lan->stations[i];
	}
	return NULL;
}

static bool add(struct lan *lan, uint32_t ip, bool pc)
{
	struct station *station;

	if (!ip || lan_find(lan, ip))
		return true;
	if (lan->count == STATIONS_MAX || !lan_on_link(lan, ip))
		return false;
	station = &lan->stations[lan->count];
	*station = (struct station){
		.ip = ip,
		.ttl = pc ? TTL_WINDOWS : TTL_UNIX,
		.defence = pc ? DEFENCE_OPEN : DEFENCE_REFUSES,
		.pc = pc,
		.next_port = EPHEMERAL_FIRST,
		.index = (unsigned)lan->count,
	};
	set_mac(station->mac, ip);
	lan->count++;
	return true;
}

struct lan *lan_new(const struct lan_plan *plan)
{
	struct lan *lan = calloc(1, sizeof(*lan));
	bool fits;
	unsigned i;

	if (!lan)
		return NULL;
	lan->plan = *plan;
	lan->known = calloc((size_t)STATIONS_MAX * STATIONS_MAX, sizeof(*lan->known));
	fits = lan->known && add(lan, plan->gateway, false) && add(lan, plan->dns, false) &&
	       add(lan, plan->dhcp, false) && add(lan, plan->server, false) &&
	       add(lan, plan->remediation, false);
	if (fits && plan->server)
		lan_find(lan, plan->server)->defence = DEFENCE_OPEN;
	for (i = 0; i < plan->pcs && fits; i++)
		fits = add(lan, plan->first_pc + i, true);
	if (!fits) {
		lan_free(lan);
		return NULL;
	}
	return lan;
}

void lan_free(struct lan *lan)
{
	if (!lan)
		return;
	free(lan->known);
	free(lan);
}

const struct lan_plan *lan_plan(const struct lan *lan)
{
	return &lan->plan;
}

size_t lan_count(const struct lan *lan)
{
	return lan->count;
}

struct station *lan_station(struct lan *lan, size_t index)
{
	return &lan->stations[index];
}

struct station lan_remote(const struct lan *lan, uint32_t ip)
{
	struct station station = { .ip = ip, .ttl = TTL_REMOTE, .remote = true };

	set_mac(station.mac, lan->plan.gateway);
	return station;
}

bool lan_add_outage(struct lan *lan, const struct outage *outage)
{
	if (lan->outage_count == OUTAGES_MAX)
		return false;
	lan->outages[lan->outage_count++] = *outage;
	return true;
}

static bool is_out(const struct lan *lan, uint32_t ip, uint64_t at_us)
{
	for (unsigned i = 0; i < lan->outage_count; i++) {
		const struct outage *outage = &lan->outages[i];

		if (ip >= outage->first && ip <= outage->last && at_us >= outage->at_us &&
		    at_us < outage->until_us)
			return true;
	}
	return false;
}

bool lan_is_out(const struct lan *lan, uint32_t ip, uint64_t at_us)
{
	return is_out(lan, ip, at_us) ||
	       (!lan_on_link(lan, ip) && is_out(lan, lan->plan.gateway, at_us));
}

uint16_t station_port(struct station *station)
{
	uint16_t port = station->next_port;

	station->next_port = port == UINT16_MAX ? EPHEMERAL_FIRST : (uint16_t)(port + 1);
	return port;
}

static struct acquaintance *entry(const struct lan *lan, const struct station *who,
				  const struct station *whom)
{
	return &lan->known[(size_t)who->index * STATIONS_MAX + whom->index];
}

bool lan_knows(const struct lan *lan, const struct station *who, const struct station *whom,
	       uint64_t at_us)
{
	const struct acquaintance *known = entry(lan, who, whom);

	return known->from_us <= at_us && at_us < known->until_us;
}

void lan_learn(struct lan *lan, const struct station *who, const struct station *whom,
	       uint64_t at_us)
{
	*entry(lan, who, whom) = (struct acquaintance){ at_us, at_us + CACHE_US };
}
