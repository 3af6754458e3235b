/* SPDX-License-Identifier: Apache-2.0 */
/* conficker_ports.c - Conficker C's listening ports and its packet check.
 *
 * Method: worm-detection.md A.6.1 to A.6.3 (from nmap's p2p-conficker, SRI's scanner and CERT's plug-in).
 * Ports come from a linear congruential generator seeded by the address; a pair is drawn again while it
 * has a blacklisted port, without clearing what the earlier passes left.
 *
 * What makes it cheap: blacklisted ports, which are never derived, are excluded first; the weekly pair is
 * derived only if the fixed one does not match.
 *
 * Left out: messages over TCP, which need a reassembled stream, and the meaning of a message's parts. */
#include "detectors/conficker_ports.h"

#include "core/base/span.h"

/* ---- ports ----------------------------------------------------------------------------------- */

#define WEEK_S         604800
#define FIRST_MONDAY_S 345600 /* 1970-01-05 */
#define EDGE_S         900    /* clocks of bots differ */

/* One bit a port: word port >> 10 has groups of 32 ports. */
/* clang-format off */
static const uint32_t blacklist[64] = {
	0xffffffff, 0xffffffff, 0xf0f6bfbb, 0xbb5a5ff3, 0xf3977011, 0xeb67bfbf, 0x5f9bfac8, 0x34d88091,
	0x1e2282df, 0x573402c4, 0xc0000084, 0x03000209, 0x01600002, 0x00005000, 0x801000c0, 0x00500040,
	0x000000a1, 0x01000000, 0x01000000, 0x00022a20, 0x00000080, 0x04000000, 0x40020000, 0x88000000,
	0x00000180, 0x00081000, 0x08801900, 0x00800b81, 0x00000280, 0x080002c0, 0x00a80000, 0x00008000,
	0x00100040, 0x00100000, 0x00000000, 0x00000000, 0x10000008, 0x00000000, 0x00000000, 0x00000004,
	0x00000002, 0x00000000, 0x00040000, 0x00000000, 0x00000000, 0x00000000, 0x00410000, 0x82000000,
	0x00000000, 0x00000000, 0x00000001, 0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x00000000,
	0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x00000008, 0x80000000,
};
/* clang-format on */

static bool is_blacklisted(uint16_t port)
{
	return blacklist[port >> 10] >> (port >> 5 & 31) & 1;
}

struct pair {
	uint16_t tcp, udp;
};

static bool is_usable(const struct pair *pair)
{
	return !is_blacklisted(pair->tcp) && !is_blacklisted(pair->udp) && pair->tcp != pair->udp;
}

/* Ten draws, XORed into the pair by turns.  Returns the generator's new state. */
static uint32_t pair_draw(struct pair *pair, uint32_t state)
{
	for (unsigned i = 0; i < 10; i += 2) {
		uint64_t drawn = UINT64_C(0x015A4E35) * state + 1;

		pair->tcp ^= (uint16_t)(drawn >> 32 >> i);
		drawn = UINT64_C(0x015A4E35) * (uint32_t)drawn + 1;
		pair->udp ^= (uint16_t)(drawn >> 32 >> (i + 1));
		state = (uint32_t)drawn;
	}
	return state;
}

static uint32_t pair_draw_usable(struct pair *pair, uint32_t state)
{
	do
		state = pair_draw(pair, state);
	while (!is_usable(pair));
	return state;
}

/* The worm reads the address as a little-endian number. */
static uint32_t seed_of(uint32_t address)
{
	return ~__builtin_bswap32(address);
}

static bool pairs_share(const struct pair *a, const struct pair *b)
{
	return a->tcp == b->tcp || a->tcp == b->udp || a->udp == b->tcp || a->udp == b->udp;
}

uint32_t conficker_ports_week(uint64_t unix_time_s)
{
	return unix_time_s < FIRST_MONDAY_S ? 0
					    : (uint32_t)((unix_time_s - FIRST_MONDAY_S) / WEEK_S);
}

struct conficker_ports conficker_ports_of(uint32_t address, uint32_t week,
					  enum conficker_ports_form form)
{
	struct pair fixed = { 0 }, weekly = { 0 };
	uint32_t state = pair_draw_usable(&fixed, seed_of(address));

	state = pair_draw_usable(&weekly, state ^ week);
	while (form == CONFICKER_PORTS_SRI && pairs_share(&fixed, &weekly))
		state = pair_draw_usable(&weekly, state);
	return (struct conficker_ports){ fixed.tcp, fixed.udp, weekly.tcp, weekly.udp };
}

static bool pair_has(const struct pair *pair, uint16_t port, bool is_udp)
{
	return port == (is_udp ? pair->udp : pair->tcp);
}

/* Both forms: the second differs only where the first one's pairs share a port. */
static bool is_weekly(const struct pair *fixed, uint32_t state, uint16_t port, bool is_udp)
{
	struct pair weekly = { 0 };

	state = pair_draw_usable(&weekly, state);
	while (!pair_has(&weekly, port, is_udp)) {
		if (!pairs_share(fixed, &weekly))
			return false;
		state = pair_draw_usable(&weekly, state);
	}
	return true;
}

bool conficker_ports_listens(uint32_t address, uint16_t port, bool is_udp, uint64_t unix_time_s)
{
	uint32_t week = conficker_ports_week(unix_time_s);
	uint32_t before = conficker_ports_week(unix_time_s > EDGE_S ? unix_time_s - EDGE_S : 0);
	uint32_t after = conficker_ports_week(unix_time_s + EDGE_S);
	struct pair fixed = { 0 };
	uint32_t state;

	if (port < CONFICKER_PORT_MIN || is_blacklisted(port))
		return false;
	state = pair_draw_usable(&fixed, seed_of(address));
	if (pair_has(&fixed, port, is_udp))
		return true;
	return is_weekly(&fixed, state ^ week, port, is_udp) ||
	       (before != week && is_weekly(&fixed, state ^ before, port, is_udp)) ||
	       (after != week && is_weekly(&fixed, state ^ after, port, is_udp));
}

/* Bit first octet & 31 of word first octet >> 5: 0 1 2 5 10 14 23 27 31, 36 37 39 42 46 49 50,
 * 100-109 127, 175-185 191, 197, 223-255. */
bool conficker_ports_skips(uint32_t address)
{
	static const uint32_t skipped[8] = {
		0x88804427, 0x000644b0, 0, 0x80003ff0, 0, 0x83ff8000, 0x80000020, 0xffffffff,
	};

	return skipped[address >> 29] >> (address >> 24 & 31) & 1;
}

bool conficker_ports_match(uint32_t dst, uint16_t port, bool is_udp, uint64_t unix_time_s)
{
	return !conficker_ports_skips(dst) &&
	       conficker_ports_listens(dst, port, is_udp, unix_time_s);
}

/* ---- packets --------------------------------------------------------------------------------- */

#define KEY_BYTES 8

enum packet_flag {
	FLAG_MODE = 0x01,
	FLAG_LOCAL_ACK = 0x02,
	FLAG_TCP = 0x04,
	FLAG_PEER = 0x08,
	FLAG_WORD1 = 0x10,
	FLAG_WORD2 = 0x20,
	FLAG_CONTENT = 0x40,
	FLAG_SYSTEM = 0x80,
	FLAG_ENCODED = 0x8000,
};

#define FLAGS_OF_UDP                                                                       \
	(FLAG_MODE | FLAG_LOCAL_ACK | FLAG_PEER | FLAG_WORD1 | FLAG_WORD2 | FLAG_CONTENT | \
	 FLAG_SYSTEM | FLAG_ENCODED)

/* A reader of the plaintext that sums up what it has read. */
struct message {
	struct span cipher;
	uint64_t key;
	uint32_t sum; /* the checksum without the length it starts from */
	uint32_t read;
};

static uint32_t rotate32(uint32_t word, unsigned bits)
{
	return word << (bits & 31) | word >> (-bits & 31);
}

static void message_add(struct message *message, uint8_t byte)
{
	message->sum = rotate32(message->sum ^ byte, 1);
	message->read++;
}

/* 0 after the end, where cipher.bad is set. */
static uint8_t message_u8(struct message *message)
{
	uint8_t byte = span_u8(&message->cipher);
	uint8_t mask;

	message->key = message->key << 1 | message->key >> 63;
	mask = (uint8_t)message->key;
	message->key += mask;
	byte ^= mask;
	message_add(message, byte);
	return byte;
}

static uint16_t message_u16(struct message *message)
{
	uint16_t low = message_u8(message);

	return (uint16_t)(low | message_u8(message) << 8);
}

static uint32_t message_u32(struct message *message)
{
	uint32_t low = message_u16(message);

	return low | (uint32_t)message_u16(message) << 16;
}

static void message_skip(struct message *message, uint32_t count)
{
	for (; count > 0 && !message->cipher.bad; count--)
		message_u8(message);
}

/* The checksum starts from the length, which is known only at the end; but rotating and XORing are
 * linear, so the length's share may as well be added last. */
static uint32_t message_checksum(const struct message *message)
{
	return message->sum ^ rotate32(message->read, message->read);
}

/* The key travels in clear, low byte first, and counts in the checksum. */
static void message_open(struct message *message, const void *bytes, size_t length)
{
	*message = (struct message){ .cipher = span_of(bytes, length) };
	for (unsigned i = 0; i < KEY_BYTES; i++) {
		uint8_t byte = span_u8(&message->cipher);

		message->key |= (uint64_t)byte << 8 * i;
		message_add(message, byte);
	}
}

static void message_skip_parts(struct message *message, unsigned flags)
{
	if (flags & FLAG_PEER)
		message_skip(message, 6);
	if (flags & FLAG_WORD1)
		message_skip(message, 4);
	if (flags & FLAG_WORD2)
		message_skip(message, 4);
	if (flags & FLAG_CONTENT) {
		message_u8(message);
		message_skip(message, message_u16(message));
	}
	if (flags & FLAG_SYSTEM)
		message_skip(message, 26);
}

bool conficker_packet_is_valid(const void *bytes, size_t length)
{
	struct message message;
	unsigned flags;
	uint32_t checksum;

	message_open(&message, bytes, length);
	flags = message_u16(&message);
	if (message.cipher.bad || flags & ~(unsigned)FLAGS_OF_UDP)
		return false;
	message_skip_parts(&message, flags);
	checksum = message_checksum(&message);
	return message_u32(&message) == checksum && !message.cipher.bad;
}
