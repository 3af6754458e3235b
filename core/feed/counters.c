/* SPDX-License-Identifier: Apache-2.0 */
/* counters.c - one table for the EVE line, for cordon-sensor and for "cordon stats".  What is new comes at its end: people's
 * tools know the order. */
#include "core/feed/counters.h"

#include "core/feed/record.h"

#define COUNT(member, help) METRIC_COUNT(struct record_sensor, member, help)
#define LEVEL(member, help) METRIC_LEVEL(struct record_sensor, member, help)

static const struct metric rows[] = {
	COUNT(packets, "Frames read."),
	COUNT(bytes, "Bytes of the frames read, as long as they were on the wire."),
	COUNT(undecoded, "Frames that say nothing to us: unknown link type, cut off or malformed."),
	COUNT(dropped, "Frames that kernel or interface lost before we read them."),
	COUNT(contacts, "Contacts opened: one host reached for one service, neighbour or name."),
	COUNT(accepted, "Contacts that were answered."),
	COUNT(refused, "Contacts that were refused."),
	COUNT(ignored, "Contacts that nobody answered in time."),
	LEVEL(hosts, "Hosts remembered now."),
	COUNT(hosts_evicted, "Hosts forgotten because tracker.hosts was reached."),
	COUNT(contacts_evicted,
	      "Contacts whose end was not waited for because tracker.contacts was reached."),
	COUNT(unrouted, "Contacts of which a router said that they lead nowhere."),
	COUNT(suspects_evicted, "Suspects among the hosts forgotten."),
	COUNT(borrowed, "Contacts begun in a name that is not the sender's."),
	COUNT(time_steps_back, "Times the clock of the packets went back."),
	COUNT(observations, "Things read in payloads: names, logons, calls, first bytes."),
	COUNT(streams, "TCP connections whose first bytes were read."),
	COUNT(streams_given_up, "Of them given up because all places were taken."),
	COUNT(gaps, "Holes in what was read of TCP connections."),
	COUNT(memories, "Times a host was given a place in the detectors' memory."),
	COUNT(memories_given_up, "Places taken from a host because all were taken."),
	COUNT(suspects_given_up, "Suspects among those hosts."),
	COUNT(records_lost, "Records to the controller for which there was no room."),
};

const struct metric_table counters_table = { "cordon_sensor", rows,
					     sizeof(rows) / sizeof(rows[0]) };
