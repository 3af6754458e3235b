/* SPDX-License-Identifier: Apache-2.0 */
/* Matching of one filter against one frame.  A filter that names ports does not match a frame
 * without ports, and an IP filter never matches a frame that is not IP. */
#include "tests/amtsim/sd_filter.h"

#include "tests/amtsim/frame.h"

static bool address_matches(const struct sd_address *want, const uint8_t *have, size_t len)
{
	size_t i;

	if (!want->given)
		return true;
	for (i = 0; i < len; i++)
		if ((have[i] & want->mask[i]) != (want->bytes[i] & want->mask[i]))
			return false;
	return true;
}

static bool ports_match(const struct sd_ports *want, bool has_ports, uint16_t port)
{
	return !want->given || (has_ports && port >= want->first && port <= want->last);
}

static bool flags_match(const struct sd_filter *filter, const struct frame *frame)
{
	if (!filter->has_flags_on && !filter->has_flags_off)
		return true;
	return frame->has_tcp_flags && (frame->tcp_flags & filter->flags_on) == filter->flags_on &&
	       (frame->tcp_flags & filter->flags_off) == 0;
}

static bool ip_matches(const struct sd_filter *filter, const struct frame *frame)
{
	size_t len = frame->ip_version == 6 ? 16 : 4;

	if (frame->ip_version == 0)
		return false;
	if (filter->ip_version != 0 && filter->ip_version != frame->ip_version)
		return false;
	if (filter->has_protocol && filter->protocol != frame->protocol)
		return false;
	return address_matches(&filter->src, frame->src, len) &&
	       address_matches(&filter->dst, frame->dst, len) &&
	       ports_match(&filter->src_ports, frame->has_ports, frame->src_port) &&
	       ports_match(&filter->dst_ports, frame->has_ports, frame->dst_port) &&
	       flags_match(filter, frame);
}

bool sd_filter_matches(const struct sd_filter *filter, const struct frame *frame)
{
	if (filter->kind == SD_ETHER)
		return filter->ethertype == frame->ethertype;
	return ip_matches(filter, frame);
}

bool sd_filter_counts(const struct sd_filter *filter)
{
	return filter->profile <= SD_RATE_LIMIT;
}
