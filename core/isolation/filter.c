/* SPDX-License-Identifier: Apache-2.0 */
/* What makes a filter true, and how it is read aloud.  Whether a device can express it is its compiler's business. */
#include "core/isolation/filter.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "core/base/err.h"

enum {
	ETHERTYPE_V4 = 0x0800,
	ETHERTYPE_ARP = 0x0806,
	ETHERTYPE_V6 = 0x86dd,
	ETHERTYPE_EAPOL = 0x888e
};

static bool has_ports(const struct filter *filter)
{
	return filter->local_port_first || filter->local_port_last || filter->remote_port_first ||
	       filter->remote_port_last;
}

static int check_ports(const struct filter *filter, struct err *err)
{
	if (filter->local_port_first > filter->local_port_last ||
	    filter->remote_port_first > filter->remote_port_last)
		return err_set(err, ERR_CONFIG,
			       "filter \"%s\": its port range ends before it begins",
			       filter->label);
	if (has_ports(filter) && filter->proto != IPPROTO_TCP && filter->proto != IPPROTO_UDP)
		return err_set(err, ERR_CONFIG, "filter \"%s\": only TCP and UDP have ports",
			       filter->label);
	return 0;
}

static int check_network(const struct filter *filter, struct err *err)
{
	bool v4 = filter->ethertype == ETHERTYPE_V4;

	if ((filter->proto || filter->has_remote) && !v4 && filter->ethertype != ETHERTYPE_V6)
		return err_set(
			err, ERR_CONFIG,
			"filter \"%s\": a protocol or an address needs EtherType 0x0800 or 0x86dd",
			filter->label);
	if (!filter->has_remote)
		return 0;
	if (ip_is_v4(&filter->remote.ip) != v4)
		return err_set(err, ERR_CONFIG,
			       "filter \"%s\": its address is not of its EtherType's family",
			       filter->label);
	if (filter->remote.bits > 128 || (v4 && filter->remote.bits < 96))
		return err_set(err, ERR_CONFIG, "filter \"%s\": no such prefix length",
			       filter->label);
	return 0;
}

int filter_check(const struct filter *filter, struct err *err)
{
	if (!memchr(filter->label, '\0', sizeof(filter->label)) || !*filter->label)
		return err_set(err, ERR_CONFIG, "a filter needs a label of at most %zu characters",
			       sizeof(filter->label) - 1);
	if (filter->direction > FILTER_RECEIVE || filter->action > FILTER_RATE_LIMIT)
		return err_set(err, ERR_CONFIG, "filter \"%s\": unknown direction or action",
			       filter->label);
	if ((filter->action == FILTER_RATE_LIMIT) != (filter->rate_per_s != 0))
		return err_set(err, ERR_CONFIG,
			       "filter \"%s\": a rate belongs to a rate limit and to nothing else",
			       filter->label);
	if (filter->opening && filter->proto != IPPROTO_TCP)
		return err_set(err, ERR_CONFIG, "filter \"%s\": only TCP opens connections",
			       filter->label);
	if (check_network(filter, err) < 0)
		return ERR_CONFIG;
	return check_ports(filter, err);
}

/* ---- reading aloud ----------------------------------------------------------------------------- */

static void what_text(const struct filter *filter, char text[24])
{
	const char *word = NULL;

	switch (filter->ethertype) {
	case ETHERTYPE_ARP:
		word = "arp";
		break;
	case ETHERTYPE_EAPOL:
		word = "eapol";
		break;
	case ETHERTYPE_V4:
	case ETHERTYPE_V6:
		if (filter->proto == IPPROTO_TCP)
			word = "tcp";
		else if (filter->proto == IPPROTO_UDP)
			word = "udp";
		else if (filter->proto == IPPROTO_ICMP || filter->proto == IPPROTO_ICMPV6)
			word = filter->proto == IPPROTO_ICMP ? "icmp" : "icmpv6";
		else if (filter->proto == 0)
			word = filter->ethertype == ETHERTYPE_V4 ? "ipv4" : "ipv6";
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

static void ports_text(uint16_t first, uint16_t last, char text[12])
{
	if (first == 0 && last == 0)
		*text = '\0';
	else if (first == last)
		snprintf(text, 12, "%u", first);
	else
		snprintf(text, 12, "%u-%u", first, last);
}

/* " to 10.0.0.5:8530", or nothing when any remote will do. */
static void remote_text(const struct filter *filter, char text[80])
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

void filter_text(const struct filter *filter, char text[FILTER_TEXT_BYTES])
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
