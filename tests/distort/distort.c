/* SPDX-License-Identifier: Apache-2.0 */
/* A frame is kept, lost or repeated by who sent it to whom (one direction), by its number (gaps) or always (doubled).
 * Repeated frames wait in a small queue until the time of their copy has come. */
#include "tests/distort/distort.h"

#include <stdlib.h>
#include <string.h>

#include "core/net/addr.h"
#include "core/net/capture.h"
#include "core/net/decode.h"
#include "core/net/packet.h"

#define PAIRS    65536
#define STATIONS 4096
#define HELD     256
#define HELD_MAX 65536
#define BURST_NS UINT64_C(100000000)
#define COPY_NS  UINT64_C(4000)
#define LATE_NS  UINT64_C(2000000)

enum mode {
	MODE_ASKED,
	MODE_ANSWERS,
	MODE_HALF,
	MODE_SENT,
	MODE_RECEIVED,
	MODE_GROUP,
	MODE_NO_NEIGHBOR_ANSWERS,
	MODE_NO_UDP_ANSWERS,
	MODE_THIN,
	MODE_BURSTS,
	MODE_TWICE,
	MODE_TWICE_LATE,
	MODE_TWICE_ROUTED,
	MODE_TWICE_TAGGED,
	MODES
};

static const char *const names[MODES] = {
	"asked",
	"answers",
	"half",
	"sent",
	"received",
	"group",
	"no-neighbor-answers",
	"no-udp-answers",
	"thin",
	"bursts",
	"twice",
	"twice-late",
	"twice-routed",
	"twice-tagged",
};

const char *distort_modes(void)
{
	return "asked                only what those say who spoke first, and frames to groups\n"
	       "answers              only what the others say, and frames to groups\n"
	       "half                 each direction between two stations is seen or not, by chance (unequal routes)\n"
	       "sent                 a mirrored port: what its machine sends, and frames to groups\n"
	       "received             a mirrored port: what its machine receives, and frames to groups\n"
	       "group                an ordinary port: frames to groups only\n"
	       "no-neighbor-answers  all but the answers to ARP and neighbour discovery\n"
	       "no-udp-answers       all but datagrams from a port below 1024\n"
	       "thin:PERCENT         that many frames are lost, one by one\n"
	       "bursts:PERCENT       as many, a tenth of a second at a time\n"
	       "twice                each frame again at once (both directions of both ports mirrored)\n"
	       "twice-late           each frame again 2 ms later, behind others\n"
	       "twice-routed         each frame again as it looks behind a router\n"
	       "twice-tagged         each frame again with a VLAN tag\n";
}

struct pair {
	struct ip first, second;
	bool taken;
};

struct station {
	struct mac mac;
	uint32_t frames;
};

struct held {
	struct capture_frame frame;
	uint8_t bytes[HELD_MAX];
};

struct distortion {
	enum mode mode;
	unsigned number;
	int link_type;
	uint64_t dice;
	struct pair pairs[PAIRS];
	struct station stations[STATIONS];
	struct mac mirrored;
	struct held held[HELD];
	unsigned held_first, held_count;
};

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static bool chance(struct distortion *d, unsigned percent)
{
	return mix(d->dice++) % 100 < percent;
}

struct distortion *distort_new(const char *mode, int link_type)
{
	size_t length = strcspn(mode, ":");
	struct distortion *d;

	for (unsigned i = 0; i < MODES; i++) {
		if (strlen(names[i]) != length || memcmp(names[i], mode, length) != 0)
			continue;
		d = calloc(1, sizeof(*d));
		if (!d)
			abort();
		d->mode = (enum mode)i;
		d->number = mode[length] ? (unsigned)strtoul(mode + length + 1, NULL, 10) : 10;
		d->link_type = link_type;
		return d;
	}
	return NULL;
}

void distort_free(struct distortion *d)
{
	free(d);
}

static bool decode(const struct distortion *d, const struct capture_frame *frame,
		   struct packet *packet)
{
	memset(packet, 0, sizeof(*packet));
	return decode_frame(d->link_type, frame->bytes, frame->captured, frame->on_wire, packet) <=
	       DECODE_PIECE;
}

/* ---- one direction ----------------------------------------------------------------------------- */

static uint64_t hash_of(const struct ip *ip)
{
	uint64_t words[2];

	memcpy(words, ip->bytes, sizeof(words));
	return mix(words[0] ^ mix(words[1]));
}

/* Who of the two spoke first. */
static bool spoke_first(struct distortion *d, const struct packet *packet)
{
	uint64_t at = hash_of(&packet->src) + hash_of(&packet->dst);

	for (;; at++) {
		struct pair *pair = &d->pairs[at % PAIRS];

		if (!pair->taken)
			*pair = (struct pair){ packet->src, packet->dst, true };
		if (ip_equal(&pair->first, &packet->src) && ip_equal(&pair->second, &packet->dst))
			return true;
		if (ip_equal(&pair->first, &packet->dst) && ip_equal(&pair->second, &packet->src))
			return false;
	}
}

static bool is_to_group(const struct packet *packet)
{
	static const struct ip all = { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255,
					 255 } };

	return (packet->marks & PACKET_HAS_MACS && mac_is_group(&packet->dst_mac)) ||
	       ip_is_multicast(&packet->dst) || ip_equal(&packet->dst, &all);
}

void distort_survey(struct distortion *d, const struct capture_frame *frame)
{
	struct station *busiest = &d->stations[0];
	struct packet packet;

	if (!decode(d, frame, &packet) || !(packet.marks & PACKET_HAS_MACS) || is_to_group(&packet))
		return;
	for (unsigned i = 0; i < STATIONS; i++) {
		struct station *station = &d->stations[i];

		if (station->frames && !mac_equal(&station->mac, &packet.src_mac))
			continue;
		station->mac = packet.src_mac;
		station->frames++;
		break;
	}
	for (unsigned i = 1; i < STATIONS && d->stations[i].frames; i++)
		if (d->stations[i].frames > busiest->frames)
			busiest = &d->stations[i];
	d->mirrored = busiest->mac;
}

static bool is_lost(struct distortion *d, const struct capture_frame *frame)
{
	struct packet packet;

	if (d->mode == MODE_THIN)
		return chance(d, d->number);
	if (d->mode == MODE_BURSTS)
		return mix(frame->wall_ns / BURST_NS) % 100 < d->number;
	if (!decode(d, frame, &packet) || is_to_group(&packet))
		return false;
	switch (d->mode) {
	case MODE_ASKED:
		return !spoke_first(d, &packet);
	case MODE_ANSWERS:
		return spoke_first(d, &packet);
	case MODE_HALF:
		if (packet.kind == PACKET_ARP || packet.kind == PACKET_ND)
			return false; /* neighbours answer each other the way the question came */
		return mix(hash_of(&packet.src) ^ mix(hash_of(&packet.dst))) & 1;
	case MODE_SENT:
		return !mac_equal(&packet.src_mac, &d->mirrored);
	case MODE_RECEIVED:
		return !mac_equal(&packet.dst_mac, &d->mirrored);
	case MODE_GROUP:
		return true;
	case MODE_NO_NEIGHBOR_ANSWERS:
		return (packet.kind == PACKET_ARP || packet.kind == PACKET_ND) &&
		       !packet.neighbor.is_request;
	case MODE_NO_UDP_ANSWERS:
		return packet.kind == PACKET_UDP && packet.src_port < 1024;
	default:
		return false;
	}
}

/* ---- twice ------------------------------------------------------------------------------------- */

/* Another lifetime and other stations, as behind a router; the checksum follows (RFC 1624). */
static void route(struct held *held)
{
	uint8_t *ip = held->bytes + 14;
	uint32_t sum;

	if (held->frame.captured < 34 || held->bytes[12] != 8 || held->bytes[13] != 0 || ip[8] < 2)
		return;
	memcpy(held->bytes, "\x02\x00\x00\x00\x77\x01\x02\x00\x00\x00\x77\x02", 12);
	ip[8]--;
	sum = ((uint32_t)ip[10] << 8 | ip[11]) + 0x100;
	sum = (sum & 0xffff) + (sum >> 16);
	ip[10] = (uint8_t)(sum >> 8);
	ip[11] = (uint8_t)sum;
}

static void tag(struct held *held)
{
	if (held->frame.captured < 14 || held->frame.captured + 4 > HELD_MAX)
		return;
	memmove(held->bytes + 16, held->bytes + 12, held->frame.captured - 12);
	memcpy(held->bytes + 12, "\x81\x00\x00\x0c", 4);
	held->frame.captured += 4;
	held->frame.on_wire += 4;
}

static void hold(struct distortion *d, const struct capture_frame *frame, uint64_t delay_ns)
{
	struct held *held = &d->held[(d->held_first + d->held_count++) % HELD];
	bool is_ethernet = d->link_type == 1;

	held->frame = *frame;
	held->frame.wall_ns += delay_ns;
	memcpy(held->bytes, frame->bytes, frame->captured);
	held->frame.bytes = held->bytes;
	if (d->mode == MODE_TWICE_ROUTED && is_ethernet)
		route(held);
	if (d->mode == MODE_TWICE_TAGGED && is_ethernet)
		tag(held);
}

static void emit_held(struct distortion *d, uint64_t until_ns, distort_fn *emit, void *arg)
{
	while (d->held_count &&
	       (d->held[d->held_first].frame.wall_ns <= until_ns || d->held_count == HELD)) {
		emit(arg, &d->held[d->held_first].frame);
		d->held_first = (d->held_first + 1) % HELD;
		d->held_count--;
	}
}

void distort_frame(struct distortion *d, const struct capture_frame *frame, distort_fn *emit,
		   void *arg)
{
	emit_held(d, frame->wall_ns, emit, arg);
	if (is_lost(d, frame))
		return;
	emit(arg, frame);
	if (d->mode >= MODE_TWICE && frame->captured < HELD_MAX)
		hold(d, frame, d->mode == MODE_TWICE_LATE ? LATE_NS : COPY_NS);
}

void distort_end(struct distortion *d, distort_fn *emit, void *arg)
{
	emit_held(d, UINT64_MAX, emit, arg);
}
