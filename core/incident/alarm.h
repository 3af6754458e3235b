/* SPDX-License-Identifier: Apache-2.0 */
/* alarm.h - an outbreak on a port: what convicted hosts tell about the next one (worm-detection.md D.4).
 *
 * Where a port was convicted on several hosts lately, another host that fails on it is likelier to be the next link than by
 * itself: ln 4 nats for each convicted host after the first, halving every ten minutes.  A pure function of what was
 * noted and the time; fixed size.
 *
 * Never so much that fewer than two contacts convict, and only for evidence that began in the outbreak: who looked for a dead
 * share this morning is not to be convicted because of others. */
#ifndef CORDON_INCIDENT_ALARM_H
#define CORDON_INCIDENT_ALARM_H

#include <stddef.h>
#include <stdint.h>

struct evidence;

#define ALARM_STEP_NATS      1.3862943611198906 /* ln 4 */
#define ALARM_FLOOR_CONTACTS 2
/* At most this much: the rest, 5.7, is said by two failed contacts on a worm's port. */
#define ALARM_MOST_NATS 8.1
#define ALARM_PORTS     64

struct alarm_port {
	uint16_t port;               /* 0 = free */
	double hosts;                /* convicted, faded to noted_ns */
	uint64_t began_ns, noted_ns; /* wall */
};

/* All zero is an alarm without convictions. */
struct alarm {
	struct alarm_port ports[ALARM_PORTS];
};

/* A host was convicted on the port.  When the table is full the weakest gives way. */
void alarm_note(struct alarm *alarm, uint16_t port, uint64_t now_ns);
/* Nats on top of the evidence on that port, by the convictions of others; 0 below two of them. */
double alarm_nats(const struct alarm *alarm, uint16_t port, uint64_t now_ns);
/* The most that any of a host's items entitles it to. */
double alarm_relief(const struct alarm *alarm, const struct evidence *items, size_t count,
		    uint64_t now_ns);

#endif
