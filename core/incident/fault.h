/* SPDX-License-Identifier: Apache-2.0 */
/* fault.h - when everybody fails at once, nobody is infected: the network is broken (worm-detection.md D.2).
 *
 * More than a fifth of the hosts gained evidence within ten seconds, and no port is common to half of them: a switch
 * restarted, an uplink fell.  Scoring then stops until it is over.  A worm that takes a fifth of a LAN within ten seconds has
 * one port, and is no fault; nor are questions for neighbours, which count as one port of their own.
 *
 * A flood of forged names looks the same, and who forges must not blind the sensor for all others.  Hosts that are in
 * doubt because they are so many (DOUBT_CROWD: four are enough) therefore make a fault as well, but scoring then stops for
 * those in doubt only, who are held back anyway; unless more than a fifth had gained evidence before there was a doubt.
 *
 * A pure function of what was noted and the time; fixed size. */
#ifndef CORDON_INCIDENT_FAULT_H
#define CORDON_INCIDENT_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/net/addr.h"

struct evidence;
struct fault;

#define FAULT_SHARE       0.2
#define FAULT_HOSTS_LEAST 5 /* of a handful of hosts a fifth is one */

struct fault_state {
	bool broken;
	bool is_for_all;      /* scoring stops for everybody; else for those in doubt */
	unsigned hosts, live; /* that gained evidence in the window, of so many heard */
	uint64_t since_ns;    /* wall; when it broke */
};

struct fault *fault_new(void);
void fault_free(struct fault *fault);
/* A host gained evidence; live: how many hosts there are.  True if this changed the state. */
bool fault_note(struct fault *fault, const struct evidence *evidence, unsigned live,
		uint64_t now_ns);
/* Time passes; true if the fault is over by that. */
bool fault_advance(struct fault *fault, uint64_t now_ns);
struct fault_state fault_state(const struct fault *fault);
/* For whom scoring stops, of those who gained evidence in the ten seconds before it broke, and since; the earliest are
 * dropped when there are too many.  Valid until the next call. */
size_t fault_hosts(struct fault *fault, const struct host_key **hosts);
/* Does scoring stop for this statement? */
bool fault_stops(const struct fault *fault, const struct evidence *evidence);

#endif
