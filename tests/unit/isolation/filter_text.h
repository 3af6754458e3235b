/* SPDX-License-Identifier: Apache-2.0 */
/* filter_text.h - a filter as one line, so that a test can say which it wants: "transmit pass tcp to 10.0.0.5:8530". */
#ifndef CORDON_TESTS_FILTER_TEXT_H
#define CORDON_TESTS_FILTER_TEXT_H

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "core/isolation/filter.h"

#define FILTER_TEXT_BYTES 192

static inline void what_text(const struct filter *filter, char text[24])
{
	const char *word = NULL;

	switch (filter->ethertype) {
	case 0x0806:
		word = "arp";
		break;
	case 0x888e:
		word = "eapol";
		break;
	case 0x0800:
	case 0x86dd:
		if (filter->proto == IPPROTO_TCP)
			word = "tcp";
		else if (filter->proto == IPPROTO_UDP)
			word = "udp";
		else if (filter->proto == IPPROTO_ICMP || filter->proto == IPPROTO_ICMPV6)
			word = filter->proto == IPPROTO_ICMP ? "icmp" : "icmpv6";
		else if (filter->proto == 0)
			word = filter->ethertype == 0x0800 ? "ipv4" : "ipv6";
		break;
	default:
		word = filter->ethertype ? NULL : "everything";
	}
	if (word)
		snprintf(text, 24, "%s", word);
	else if (filter->proto)
		snprintf(text, 24, "ip protocol %u", filter->proto);
	else
		snprintf(text, 24, "ethertype 0x%04x", filter->ethertype);
}

static inline void ports_text(uint16_t first, uint16_t last, char text[12])
{
	if (first == 0 && last == 0)
		*text = '\0';
	else if (first == last)
		snprintf(text, 12, "%u", first);
	else
		snprintf(text, 12, "%u-%u", first, last);
}

/* " to 10.0.0.5:8530", or nothing when any remote will do. */
static inline void remote_text(const struct filter *filter, char text[80])
{
	const char *word = filter->direction == FILTER_TRANSMIT ? "to" : "from";
	char place[PREFIX_TEXT_BYTES] = "any", ports[12];

	ports_text(filter->remote_port_first, filter->remote_port_last, ports);
	if (filter->has_remote && filter->remote.bits == 128)
		ip_text(&filter->remote.ip, place);
	else if (filter->has_remote)
		prefix_text(&filter->remote, place);
	*text = '\0';
	if (*ports && strchr(place, ':'))
		snprintf(text, 80, " %s [%s]:%s", word, place, ports);
	else if (*ports)
		snprintf(text, 80, " %s %s:%s", word, place, ports);
	else if (filter->has_remote)
		snprintf(text, 80, " %s %s", word, place);
}

static inline void filter_text(const struct filter *filter, char text[FILTER_TEXT_BYTES])
{
	static const char *const actions[] = { "pass", "drop", "limit" };
	char what[24], remote[80], local[12], at[24] = "", rate[24] = "";

	what_text(filter, what);
	remote_text(filter, remote);
	ports_text(filter->local_port_first, filter->local_port_last, local);
	if (*local)
		snprintf(at, sizeof(at), " %s %s",
			 filter->direction == FILTER_TRANSMIT ? "from" : "to", local);
	if (filter->action == FILTER_RATE_LIMIT)
		snprintf(rate, sizeof(rate), " %u/s", (unsigned)filter->rate_per_s);
	snprintf(text, FILTER_TEXT_BYTES, "%s %s%s %s%s%s%s",
		 filter->direction == FILTER_TRANSMIT ? "transmit" : "receive",
		 filter->action <= FILTER_RATE_LIMIT ? actions[filter->action] : "?", rate, what,
		 filter->opening ? " opening" : "", at, remote);
}

#endif
