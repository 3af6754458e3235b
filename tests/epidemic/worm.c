/* SPDX-License-Identifier: Apache-2.0 */
/* worm.c - the profiles and E.3's arithmetic about them.
 *
 * WannaCry: 10 LAN addresses a second in ascending order; 74 s from first touch to the victim's own
 * scanning were measured, of which we grant the exploit only 20 s, to its advantage.  Slammer:
 * 4,000 datagrams a second, each an infection.  Conficker: rate 5/s within the 1 to 100 that A.2
 * asks to design for, exploit counted as instant, to its advantage. */
#include "tests/epidemic/worm.h"

#include <math.h>
#include <netinet/in.h>

#include "core/base/units.h"

#define MINUTE_NS (60 * NS_PER_S)

const struct worm worms[] = {
	{ "wannacry", "ascending through its own /24, exploit 20 s", WORM_ASCENDING, IPPROTO_TCP,
	  445, 10, 20, LAN_ADDRESSES, 5 * MINUTE_NS, 200, false },
	{ "slammer-24", "one datagram infects; random in its own /24", WORM_RANDOM_24, IPPROTO_UDP,
	  1434, 4000, 0, 4000, 5 * MINUTE_NS, 200, false },
	{ "slammer-16", "one datagram infects; random in its own /16, of which we are one /24",
	  WORM_RANDOM_16, IPPROTO_UDP, 1434, 4000, 0, 65536, 5 * MINUTE_NS, 200, false },
	{ "slammer", "one datagram infects; random in the whole Internet", WORM_INTERNET,
	  IPPROTO_UDP, 1434, 4000, 0, 20000, 5 * MINUTE_NS, 200, false },
	{ "conficker", "half own /24 at random, half the Internet", WORM_MIXED, IPPROTO_TCP, 445, 5,
	  0, 1000, 5 * MINUTE_NS, 200, false },
	{ "slow-1m", "one contact a minute, own /24 in random order", WORM_SHUFFLED, IPPROTO_TCP,
	  445, 1.0 / 60, 0, LAN_ADDRESSES, 15 * MINUTE_NS, 200, false },
	{ "slow-10m", "one contact in ten minutes, own /24 in random order", WORM_SHUFFLED,
	  IPPROTO_TCP, 445, 1.0 / 600, 0, LAN_ADDRESSES, 20 * MINUTE_NS, 600, false },
	{ "topological", "knows the live hosts by address; every contact succeeds", WORM_KNOWN,
	  IPPROTO_TCP, 445, 1, 0, LAN_ADDRESSES, 5 * MINUTE_NS, 200, false },
	{ "topological-2", "the same, by a host that caught it over the wire", WORM_KNOWN,
	  IPPROTO_TCP, 445, 1, 0, LAN_ADDRESSES, 5 * MINUTE_NS, 200, true },
};

const unsigned worms_count = sizeof(worms) / sizeof(worms[0]);

static void shuffle(struct dice *dice, uint8_t *places, unsigned count)
{
	for (unsigned i = count; i > 1; i--) {
		unsigned j = dice_below(dice, i);
		uint8_t other = places[j];

		places[j] = places[i - 1];
		places[i - 1] = other;
	}
}

void worm_start(struct worm_run *run, const struct worm *worm, struct lan *lan, unsigned from)
{
	*run = (struct worm_run){ .worm = worm, .from = from };
	for (unsigned place = 1; place <= LAN_ADDRESSES; place++)
		if (place != from && (worm->choice != WORM_KNOWN || lan->live[place]))
			run->order[run->order_count++] = (uint8_t)place;
	if (worm->choice != WORM_ASCENDING)
		shuffle(&lan->dice, run->order, run->order_count);
}

/* Conficker never sets the top bit of the second and fourth byte: rand() ends at 0x7fff. */
static struct ip anywhere(struct lan *lan)
{
	uint32_t number = dice_u32(&lan->dice) & 0xff7fff7fu;
	uint8_t bytes[4] = { (uint8_t)(number >> 24), (uint8_t)(number >> 16),
			     (uint8_t)(number >> 8), (uint8_t)number };
	struct ip ip;

	bytes[0] = (uint8_t)(1 + bytes[0] % 223);
	ip = ip_from_v4(bytes);
	return ip_is_private(&ip) || ip_is_multicast(&ip) ? anywhere(lan) : ip;
}

static struct ip neighbor(const struct worm_run *run, struct lan *lan)
{
	return lan_ip(run->order[dice_below(&lan->dice, run->order_count)]);
}

bool worm_target(struct worm_run *run, struct lan *lan, struct ip *target)
{
	unsigned made = run->made++;
	uint8_t near[4] = { 10, 0, 0, 0 };

	if (made >= run->worm->contacts_max)
		return false;
	switch (run->worm->choice) {
	case WORM_RANDOM_24:
		*target = neighbor(run, lan);
		return true;
	case WORM_RANDOM_16:
		near[2] = (uint8_t)dice_below(&lan->dice, 256);
		near[3] = (uint8_t)(1 + dice_below(&lan->dice, LAN_ADDRESSES));
		*target = ip_from_v4(near);
		return true;
	case WORM_INTERNET:
		*target = anywhere(lan);
		return true;
	case WORM_MIXED:
		*target = made % 2 ? anywhere(lan) : neighbor(run, lan);
		return true;
	case WORM_ASCENDING:
	case WORM_SHUFFLED:
	case WORM_KNOWN:
	default:
		if (made >= run->order_count)
			return false;
		*target = lan_ip(run->order[made]);
		return true;
	}
}

double worm_p(const struct worm *worm, unsigned vulnerable, unsigned live)
{
	switch (worm->choice) {
	case WORM_RANDOM_16:
		return vulnerable / 65536.0;
	case WORM_INTERNET:
		return vulnerable / 4294967296.0;
	case WORM_MIXED:
		return 0.5 * vulnerable / LAN_ADDRESSES;
	case WORM_KNOWN:
		return (double)vulnerable / live;
	default:
		return (double)vulnerable / LAN_ADDRESSES;
	}
}

double worm_f(const struct worm *worm, unsigned live)
{
	double dark = 1 - (double)live / LAN_ADDRESSES;

	switch (worm->choice) {
	case WORM_RANDOM_16:
		return 1 - live / 65536.0;
	case WORM_INTERNET:
		return 1;
	case WORM_MIXED:
		return 0.5 * dark + 0.5;
	case WORM_KNOWN:
		return 0;
	default:
		return dark;
	}
}

double worm_formula(const struct worm *worm, unsigned vulnerable, unsigned live, double k,
		    double tau_s)
{
	double p = worm_p(worm, vulnerable, live), f = worm_f(worm, live);

	if (f <= 0)
		return INFINITY;
	if (worm->exploit_s > 0)
		return worm->per_s * p * fmax(0, k / (f * worm->per_s) + tau_s - worm->exploit_s);
	return k * p / f + worm->per_s * p * tau_s;
}
