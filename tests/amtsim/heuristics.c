/* SPDX-License-Identifier: Apache-2.0 */
/* How firmware counted is not public.  CHOICE: every transmitted TCP SYN without ACK and every UDP
 * packet is a connection; the window starts with the first one after the last window; more than
 * the threshold within the clear time is an encounter. */
#include "tests/amtsim/heuristics.h"

#include "tests/amtsim/frame.h"

#define MS_NS        UINT64_C(1000000)
#define SECOND_NS    (1000 * MS_NS)

#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17
#define FLAG_SYN     0x02
#define FLAG_ACK     0x10

static bool opens_connection(const struct frame *frame)
{
	if (!frame->has_ports)
		return false;
	if (frame->protocol == PROTOCOL_UDP)
		return true;
	return frame->protocol == PROTOCOL_TCP && frame->has_tcp_flags &&
	       (frame->tcp_flags & (FLAG_SYN | FLAG_ACK)) == FLAG_SYN;
}

bool heuristics_see(struct heuristics *h, const struct frame *frame, enum sd_direction direction,
		    uint64_t now_ns)
{
	const struct heuristics_rate *rate = h->fast.threshold ? &h->fast : &h->slow;

	if (!h->enabled || h->reason != REASON_NONE || direction != SD_TX ||
	    !opens_connection(frame))
		return false;
	if (h->window_count == 0 || now_ns - h->window_ns >= rate->clear_ms * MS_NS) {
		h->window_ns = now_ns;
		h->window_count = 0;
	}
	if (++h->window_count <= rate->threshold)
		return false;
	h->reason = rate == &h->fast ? REASON_FAST : REASON_SLOW;
	h->since_ns = now_ns;
	h->protocol = frame->protocol;
	h->port = frame->dst_port;
	return true;
}

bool heuristics_blocks(const struct heuristics *h, const struct frame *frame,
		       enum sd_direction direction)
{
	if (h->reason == REASON_NONE || direction != SD_TX)
		return false;
	return h->block_all || (h->block_port && frame->has_ports &&
				frame->protocol == h->protocol && frame->dst_port == h->port);
}

bool heuristics_tick(struct heuristics *h, uint64_t now_ns)
{
	if (h->reason == REASON_NONE || h->timeout_s == 0 ||
	    now_ns - h->since_ns < h->timeout_s * SECOND_NS)
		return false;
	heuristics_clear(h);
	return true;
}

void heuristics_clear(struct heuristics *h)
{
	h->reason = REASON_NONE;
	h->window_count = 0;
}
