/* SPDX-License-Identifier: Apache-2.0 */
/* quiet.h - in how many networks of the Internet a host has pinged somebody who did not answer.
 *
 * Lists of servers fail together: an operator's clusters that never answer are few networks, and where a firewall lets no
 * ping out nobody's is answered.  Who makes addresses up meets a new network each time, and few that answer.  So networks
 * count (/24; IPv6 /64), not hosts, only while fewer than a tenth of as many hosts answered, and only where
 * somebody's ping was answered lately. */
#ifndef CORDON_DETECTORS_QUIET_H
#define CORDON_DETECTORS_QUIET_H

#include <stdbool.h>
#include <stdint.h>

#define ECHO_VLANS 64

struct contact;

/* Of one host; zeroed at first. */
struct quiet {
	uint64_t networks; /* a bit each, by hash: two in a hundred share one, so it is a little late */
	uint16_t answered;
};

/* When a ping to the Internet was last answered, by VLAN. */
struct echoes {
	uint32_t heard_s[ECHO_VLANS];
};

void quiet_note(struct quiet *quiet, const struct contact *failed);
void quiet_answered(struct quiet *quiet);
/* 0 while too many answer. */
unsigned quiet_networks(const struct quiet *quiet);

void echoes_hear(struct echoes *echoes, const struct contact *answered);
bool echoes_are_heard(const struct echoes *echoes, const struct contact *contact);

#endif
