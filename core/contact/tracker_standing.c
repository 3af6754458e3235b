/* SPDX-License-Identifier: Apache-2.0 */
/* tracker_standing.c - who attests which role of whom (roles.h).
 *
 * Most of it is learnt from one packet in COVERAGE_SAMPLE, which is plenty for what takes half an hour to be believed.
 *
 * NAT shows by lifetimes: a machine sends with 64, 128 or 255; what bears its own address and comes from its own station
 * with a little less was forwarded for another.  One such kind is a PC with virtual machines; three kinds are many
 * people's machines.  Left out: kinds that differ in other ways (windows, options), and terminal servers, whose users share one
 * stack; both are the list of assets' business. */
#include "core/contact/tracker_internal.h"

#define HOPS_INSIDE 3

enum { PORT_SMTP = 25, PORT_SNMP = 161, ICMP4_ECHO_REPLY_TYPE = 0, ICMP6_ECHO_REPLY_TYPE = 129 };

static void believe(struct host *host, const struct role_standing *standing)
{
	if (!standing->established)
		return;
	if (standing->role & (HOST_ROUTER | HOST_DHCP_SERVER))
		host->roles |= HOST_ESTABLISHED;
	if (standing->role & (HOST_NAT | HOST_MONITOR | HOST_SERVER | HOST_MAIL_SERVER))
		host->roles |= standing->role;
}

void tracker_attest(struct tracker *tracker, struct role_witness *witness, const struct ip *who)
{
	struct host *host = hosts_find(tracker->hosts, &witness->host);
	const struct role_standing *standing;

	if (host && host->roles & HOST_SUSPECT)
		return;
	if (host)
		witness->mac = host->mac;
	if (who)
		witness->who = (uint32_t)tracker_hash(tracker, who, witness->host.vlan);
	standing = roles_attest(tracker->standings, witness, tracker->now_ms);
	/* A host that the table forgot and met again is told anew by the next news. */
	if (host && !standing)
		standing = roles_find(tracker->standings, &witness->host, witness->role,
				      witness->port);
	else if (standing && tracker->sink.standing)
		tracker->sink.standing(tracker->sink.arg, standing);
	if (host && standing)
		believe(host, standing);
}

void tracker_watch_service(struct tracker *tracker, const struct standing *served,
			   const struct packet *packet)
{
	struct role_witness witness = { .host = host_key_of(&served->dst, packet->vlan),
					.role = served->dst_port == PORT_SMTP ? HOST_MAIL_SERVER
									      : HOST_SERVER,
					.port = served->dst_port,
					.kind = served->kind };

	if (ip_is_private(&served->dst))
		tracker_attest(tracker, &witness, &packet->dst);
}

static bool is_own(const struct tracker *tracker, const struct packet *packet,
		   const struct mac *mac, const struct ip *ip)
{
	struct ip own;

	return addressbook_address(tracker->book, packet->vlan, mac, ip, &own) &&
	       ip_equal(&own, ip);
}

/* How many routers a packet with this lifetime has passed, if it is not far from home; else 255. */
static unsigned hops_of(const struct packet *packet)
{
	unsigned left = packet->hop_limit, start = left <= 64 ? 64 : left <= 128 ? 128 : 255;

	return start - left <= HOPS_INSIDE ? start - left : 255;
}

static void watch_lifetime(struct tracker *tracker, const struct packet *packet)
{
	struct role_witness witness = { .host = host_key_of(&packet->src, packet->vlan),
					.mac = packet->src_mac,
					.role = HOST_NAT,
					.who = packet->hop_limit };
	unsigned hops = hops_of(packet);

	if (packet->kind != PACKET_TCP || packet->payload_length == 0 || hops == 255 ||
	    !is_own(tracker, packet, &packet->src_mac, &packet->src))
		return;
	if (hops > 0 || roles_find(tracker->standings, &witness.host, HOST_NAT, 0))
		tracker_attest(tracker, &witness, NULL);
}

static void watch_gateway(struct tracker *tracker, const struct packet *packet)
{
	struct role_witness witness = { .role = HOST_ROUTER, .mac = packet->dst_mac };
	struct ip own;

	if (!addressbook_is_router(tracker->book, packet->vlan, &packet->dst_mac) ||
	    !addressbook_address(tracker->book, packet->vlan, &packet->dst_mac, &packet->dst,
				 &own) ||
	    ip_equal(&own, &packet->dst))
		return;
	witness.host = host_key_of(&own, packet->vlan);
	tracker_attest(tracker, &witness, &packet->src);
}

static void watch_monitor(struct tracker *tracker, const struct packet *packet)
{
	bool is_echo = packet->kind == PACKET_ICMP &&
		       packet->icmp_type == (ip_is_v4(&packet->src) ? ICMP4_ECHO_REPLY_TYPE
								    : ICMP6_ECHO_REPLY_TYPE);
	bool is_snmp = packet->kind == PACKET_UDP && packet->src_port == PORT_SNMP;
	struct role_witness witness = { .host = host_key_of(&packet->dst, packet->vlan),
					.role = HOST_MONITOR };

	if ((is_echo || is_snmp) && ip_is_private(&packet->dst))
		tracker_attest(tracker, &witness, &packet->src);
}

void tracker_watch_roles(struct tracker *tracker, const struct packet *packet)
{
	if (!(packet->marks & PACKET_HAS_MACS) || mac_is_group(&packet->dst_mac) ||
	    mac_is_group(&packet->src_mac) || packet->kind == PACKET_ARP ||
	    packet->kind == PACKET_ND || packet->kind == PACKET_OTHER)
		return;
	watch_gateway(tracker, packet);
	watch_lifetime(tracker, packet);
	watch_monitor(tracker, packet);
}
