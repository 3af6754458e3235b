/* SPDX-License-Identifier: Apache-2.0 */
/* tracker_role.c - what a host is, learnt from what others do with it.
 *
 * A role excuses, so it must not be taken by claiming it: a router is whom OTHERS send frames for
 * foreign addresses, a DHCP server is who answers a question that another station has just asked (or
 * whom that one names, where answers pass us by), a DNS server is who answers another host.  Claiming
 * many addresses by ARP makes nobody a router: forgers do that.
 *
 * Left out: routers of IPv6 that own several addresses in one /64 look like their neighbours;
 * they are seen only when a frame for another /64 goes to them. */
#include "core/contact/tracker_internal.h"

#include <string.h>

#include "core/net/dhcp.h"

#define DHCP_CURRENT_MS 10000

enum { PORT_DHCP_SERVER = 67, PORT_DHCP_CLIENT = 68 };

static void give_role(struct tracker *tracker, struct host *host, unsigned role)
{
	if (host->roles & role)
		return;
	host->roles |= (uint16_t)role;
	if (tracker->sink.role)
		tracker->sink.role(tracker->sink.arg, host, role);
}

static bool same_subnet(const struct ip *a, const struct ip *b)
{
	/* The usual sizes, /24 and /64: a second address of one machine lies there. */
	return memcmp(a->bytes, b->bytes, ip_is_v4(a) ? 15 : 8) == 0;
}

/* Most frames go to a station that is no news: unknown to the book, known as a router, or the very one that has the address.
 * The latest few of them are remembered until the book learns something. */
static uint64_t plain_word(const struct packet *packet)
{
	return mac_number(&packet->dst_mac) | (uint64_t)packet->vlan << 48 |
	       (uint64_t)ip_is_v4(&packet->dst) << 63;
}

static struct plain *plain_of(struct tracker *tracker, uint64_t word)
{
	return &tracker->plain[word * UINT64_C(0x9e3779b97f4a7c15) >> 60];
}

static bool is_plain(const struct plain *plain, uint64_t word, const struct ip *dst)
{
	return plain->word == word && (!plain->has_own || ip_equal(&plain->own, dst));
}

void tracker_learn(struct tracker *tracker, const struct host_key *address, const struct mac *mac)
{
	if (tracker_believes(tracker, address, mac) &&
	    addressbook_learn(tracker->book, address, mac, tracker->now_ms))
		memset(tracker->plain, 0, sizeof(tracker->plain));
}

/* own is what the station of the frame calls itself, and it is not whom the packet is for. */
static void see_forwarding(struct tracker *tracker, const struct packet *packet,
			   const struct ip *own)
{
	struct host_key dst = host_key_of(&packet->dst, packet->vlan);
	struct host_key key = host_key_of(own, packet->vlan);
	const struct owner *owner;
	struct host *host;

	if (same_subnet(own, &packet->dst) || mac_equal(&packet->src_mac, &packet->dst_mac))
		return;
	owner = addressbook_owner(tracker->book, &dst);
	if (owner && mac_equal(&owner->mac, &packet->dst_mac))
		return;
	addressbook_mark_router(tracker->book, packet->vlan, &packet->dst_mac);
	host = hosts_need(tracker->hosts, &key, tracker->mono_ns);
	host->mac = packet->dst_mac;
	give_role(tracker, host, HOST_ROUTER);
	tracker_attest(tracker, &(struct role_witness){ .host = key, .role = HOST_ROUTER },
		       &packet->src);
}

static __attribute__((noinline)) void look_up_station(struct tracker *tracker,
						      const struct packet *packet, uint64_t word)
{
	struct plain *plain = plain_of(tracker, word);
	struct ip own;

	if (!(packet->marks & PACKET_HAS_MACS) || mac_is_group(&packet->src_mac))
		return;
	if (!addressbook_address(tracker->book, packet->vlan, &packet->dst_mac, &packet->dst, &own))
		*plain = (struct plain){ .word = word };
	else if (ip_equal(&own, &packet->dst))
		*plain = (struct plain){ .word = word, .own = own, .has_own = true };
	else if (addressbook_is_router(tracker->book, packet->vlan, &packet->dst_mac))
		*plain = (struct plain){ .word = word };
	else
		see_forwarding(tracker, packet, &own);
}

void tracker_watch_routing(struct tracker *tracker, const struct packet *packet)
{
	uint64_t word = plain_word(packet);

	if (!is_plain(plain_of(tracker, word), word, &packet->dst))
		look_up_station(tracker, packet, word);
}

/* RFC 5771 section 4, RFC 4291 section 2.7: no router forwards what goes there. */
static bool is_group_of_the_link(const struct ip *ip)
{
	static const uint8_t group4[3] = { 224, 0, 0 }, group6[2] = { 0xff, 0x02 };

	return ip_is_v4(ip) ? memcmp(ip->bytes + 12, group4, sizeof(group4)) == 0
			    : memcmp(ip->bytes, group6, sizeof(group6)) == 0;
}

/* So its source is the station that sent it.  Of a pair of routers the active one says so from the MAC that both share and an
 * address of its own (VRRP: RFC 9568; HSRP: RFC 2281), and asks for neighbours under that address, for all of them
 * when it takes over.  Others have made the MAC a router's; what it says of itself adds an address only. */
void tracker_watch_group(struct tracker *tracker, const struct packet *packet)
{
	struct host_key key = host_key_of(&packet->src, packet->vlan);

	if (!(packet->marks & PACKET_HAS_MACS) || !is_group_of_the_link(&packet->dst) ||
	    ip_is_unspecified(&packet->src) || ip_is_multicast(&packet->src) ||
	    !addressbook_is_router(tracker->book, packet->vlan, &packet->src_mac))
		return;
	give_role(tracker, hosts_need(tracker->hosts, &key, tracker->mono_ns), HOST_ROUTER);
}

/* VLANs ask at the same time, so each has a place; a few may share one. */
static struct dhcp_question *dhcp_question_of(struct tracker *tracker, const struct packet *packet)
{
	return &tracker->dhcp[packet->vlan % DHCP_PLACES];
}

/* A lease moves an address to the one who asked just now. */
static void watch_lease(struct tracker *tracker, const struct packet *packet,
			const struct dhcp_message *message)
{
	struct host_key address = host_key_of(&message->yiaddr, packet->vlan);

	if (mac_equal(&message->chaddr, &dhcp_question_of(tracker, packet)->client) &&
	    !ip_is_unspecified(&message->yiaddr))
		tracker_grant(tracker, &address, &message->chaddr);
}

static void serve_dhcp(struct tracker *tracker, const struct host_key *server,
		       const struct mac *server_mac, const struct mac *client_mac)
{
	struct host *host = hosts_need(tracker->hosts, server, tracker->mono_ns);
	struct ip client = { { 0 } }; /* known by its MAC only */

	host->mac = *server_mac;
	give_role(tracker, host, HOST_DHCP_SERVER);
	memcpy(client.bytes + 10, client_mac->bytes, sizeof(client_mac->bytes));
	tracker_attest(tracker, &(struct role_witness){ .host = *server, .role = HOST_DHCP_SERVER },
		       &client);
}

static void dhcp_answered(struct tracker *tracker, const struct packet *packet)
{
	const struct dhcp_question *question = dhcp_question_of(tracker, packet);
	struct host_key key = host_key_of(&packet->src, packet->vlan);
	struct dhcp_message message;

	if (packet->vlan != question->vlan || mac_equal(&packet->src_mac, &question->client) ||
	    mac_is_zero(&question->client) ||
	    tracker->now_ms - question->asked_ms > DHCP_CURRENT_MS)
		return;
	if (ip_is_unspecified(&packet->src) || ip_is_multicast(&packet->src))
		return;
	serve_dhcp(tracker, &key, &packet->src_mac, &question->client);
	if (dhcp_read(packet->payload, packet->payload_length, &message) &&
	    message.type == DHCP_ACK)
		watch_lease(tracker, packet, &message);
}

/* The client names whose offer it takes, to all (RFC 2131 4.3.2): where answers pass out of sight, that is how the server is
 * known before it has asked for the next address that it would offer. */
static void dhcp_accepted(struct tracker *tracker, const struct packet *packet)
{
	struct dhcp_message message;
	struct host_key server;
	const struct owner *owner;

	if (!mac_is_group(&packet->dst_mac) ||
	    coverage_hears_neighbors(tracker->coverage, packet->vlan) ||
	    !dhcp_read(packet->payload, packet->payload_length, &message) ||
	    message.type != DHCP_REQUEST || ip_is_unspecified(&message.server))
		return;
	server = host_key_of(&message.server, packet->vlan);
	owner = addressbook_owner(tracker->book, &server);
	if (owner && !mac_equal(&owner->mac, &packet->src_mac))
		serve_dhcp(tracker, &server, &owner->mac, &packet->src_mac);
}

void tracker_watch_dhcp(struct tracker *tracker, const struct packet *packet)
{
	if (!(packet->marks & PACKET_HAS_MACS))
		return;
	if (packet->src_port == PORT_DHCP_CLIENT && packet->dst_port == PORT_DHCP_SERVER) {
		*dhcp_question_of(tracker, packet) =
			(struct dhcp_question){ packet->src_mac, packet->vlan, tracker->now_ms };
		dhcp_accepted(tracker, packet);
	} else if (packet->src_port == PORT_DHCP_SERVER && packet->dst_port == PORT_DHCP_CLIENT) {
		dhcp_answered(tracker, packet);
	}
}

static struct way_out *way_out_of(const struct tracker *tracker, const struct mac *mac)
{
	const struct way_out *ways = tracker->ways_out;
	unsigned hash = (mac->bytes[3] * 31u + mac->bytes[4]) * 31u + mac->bytes[5];

	return (struct way_out *)&ways[hash % WAYS_OUT];
}

void tracker_watch_way_out(struct tracker *tracker, const struct packet *packet)
{
	struct way_out *way = way_out_of(tracker, &packet->src_mac);

	if (!(packet->marks & PACKET_HAS_MACS))
		return;
	if (!mac_equal(&way->mac, &packet->src_mac) || way->vlan != packet->vlan)
		*way = (struct way_out){ .mac = packet->src_mac,
					 .vlan = packet->vlan,
					 .first = packet->src };
	else if (!way->has_others)
		way->has_others = !same_subnet(&way->first, &packet->src);
}

bool tracker_is_beyond(const struct tracker *tracker, const struct host_key *key,
		       const struct mac *mac)
{
	const struct way_out *way;
	const struct owner *owner;
	struct ip own;

	if (ip_is_private(&key->ip))
		return false;
	owner = addressbook_owner(tracker->book, key);
	if (owner && mac_equal(&owner->mac, mac))
		return false; /* a neighbour, whatever its address */
	if (addressbook_address(tracker->book, key->vlan, mac, &key->ip, &own) &&
	    !same_subnet(&own, &key->ip))
		return true; /* by its own word that station is another */
	if (!tracker->public_heard)
		return true; /* where the way out is has not been seen: nothing says that it is ours */
	way = way_out_of(tracker, mac);
	return way->has_others && way->vlan == key->vlan && mac_equal(&way->mac, mac);
}

void tracker_watch_dns(struct tracker *tracker, const struct packet *packet)
{
	struct host_key key = host_key_of(&packet->src, packet->vlan);

	give_role(tracker, hosts_need(tracker->hosts, &key, tracker->mono_ns), HOST_DNS_SERVER);
	tracker_attest(tracker,
		       &(struct role_witness){ .host = key, .role = HOST_DNS_SERVER, .port = 53 },
		       &packet->dst);
}

void tracker_bind_mac(struct tracker *tracker, struct host *host, const struct mac *mac,
		      bool is_known_sender)
{
	struct ip own;

	if (!mac || mac_is_zero(mac) || mac_is_group(mac))
		return;
	if (!is_known_sender && mac_equal(mac, &host->mac))
		return; /* whatever that station calls itself, nothing would change */
	/* A station that calls another address its own only forwards for this one. */
	if (!is_known_sender &&
	    addressbook_address(tracker->book, host->key.vlan, mac, &host->key.ip, &own) &&
	    !ip_equal(&own, &host->key.ip) && !same_subnet(&own, &host->key.ip))
		return;
	host->mac = *mac;
	/* A router often has several addresses; it asks on behalf of others under each. */
	if (is_known_sender && addressbook_is_router(tracker->book, host->key.vlan, mac))
		give_role(tracker, host, HOST_ROUTER);
}
