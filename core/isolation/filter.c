/* SPDX-License-Identifier: Apache-2.0 */
/* What makes a filter true.  Whether a device can express it is its compiler's business. */
#include "core/isolation/filter.h"

#include <netinet/in.h>
#include <string.h>

#include "core/base/err.h"

enum { ETHERTYPE_V4 = 0x0800, ETHERTYPE_V6 = 0x86dd };

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
