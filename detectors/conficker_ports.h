/* SPDX-License-Identifier: Apache-2.0 */
/* conficker_ports.h - where Conficker C's peer-to-peer part listens, and what its packets look like
 * (worm-detection.md A.6).
 *
 * A bot listens on two TCP and two UDP ports that follow from its address and the week, so whoever
 * contacts many addresses each on its own such port is a bot.  A port that somebody chose for other
 * reasons matches with a chance of about 7e-5 (with the edge of a week 1.1e-4).
 *
 * Addresses are IPv4 numbers in host order (ip_v4_number()), times are UTC seconds since 1970.  Pure
 * functions, no state, nothing kept of the bytes lent. */
#ifndef CORDON_DETECTORS_CONFICKER_PORTS_H
#define CORDON_DETECTORS_CONFICKER_PORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONFICKER_PORT_MIN 2112 /* no lower port is ever derived */

/* Public references disagree for 7 addresses in 100,000. */
enum conficker_ports_form {
	CONFICKER_PORTS_NMAP, /* a weekly port may equal a fixed one */
	CONFICKER_PORTS_SRI,  /* it may not */
};

struct conficker_ports {
	uint16_t tcp_fixed, udp_fixed; /* by the address alone */
	uint16_t tcp_weekly, udp_weekly;
};

uint32_t conficker_ports_week(uint64_t unix_time_s); /* turns on Monday 00:00 UTC */
struct conficker_ports conficker_ports_of(uint32_t address, uint32_t week,
					  enum conficker_ports_form form);

/* Would a bot that believes to have this address listen there?  In either form, and within 15 minutes
 * of a week's edge in either week.  For a source on its own port as well as for a destination. */
bool conficker_ports_listens(uint32_t address, uint16_t port, bool is_udp, uint64_t unix_time_s);
/* First octets that the worm's peer-to-peer scan never picks: private, reserved and some other nets. */
bool conficker_ports_skips(uint32_t address);
/* Is this what a bot's scan for peers would contact?  listens, and not skipped. */
bool conficker_ports_match(uint32_t dst, uint16_t port, bool is_udp, uint64_t unix_time_s);

/* Is the payload of a UDP datagram a peer-to-peer message: known flags that fit UDP, all parts there,
 * the checksum right.  Hostile bytes are simply not valid; a stranger's bytes pass with 1e-12.
 * From a single public reference (nmap), not checked against a capture of the worm. */
bool conficker_packet_is_valid(const void *bytes, size_t length);

#endif
