/* SPDX-License-Identifier: Apache-2.0 */
/* record.h - what sensor and controller tell each other: flat records of fixed size, the same in a queue, a
 * socket pair or a network. */
#ifndef CORDON_FEED_RECORD_H
#define CORDON_FEED_RECORD_H

#include <stdint.h>

#include "core/contact/coverage.h"
#include "core/contact/roles.h"
#include "core/detect/evidence.h"
#include "core/net/addr.h"

enum record_type {
	RECORD_EVIDENCE = 1,
	RECORD_ROLE, /* a host was seen to be a router, DHCP or DNS server for the first time, or its address is
				* disputed; RECORD_STANDING says how well founded that is */
	RECORD_SENSOR,   /* the sensor's counters, when it ends */
	RECORD_HEARD,    /* a suspect opened another contact; at most one a second for each */
	RECORD_STANDING, /* how well founded a role is, whenever that is news */
	RECORD_COVERAGE, /* how much is seen of a VLAN: when that changes and once a minute */
	RECORD_PULSE, /* the sensor lives; what it got and what it could not tell, since it started */
	RECORD_COUNTS, /* the sensor's counters so far, with each pulse */
	/* From the controller to the sensor. */
	RECORD_FORGET =
		64, /* people have dealt with this host: nothing until now is held against it */
	RECORD_REPEAT, /* the controller is new: tell again who has a role, what is seen of each VLAN and what
		       * stands against whom */
	RECORD_TYPES
};

struct record_role {
	struct host_key host;
	struct mac mac;
	uint16_t role; /* enum host_role of core/contact/host.h, one bit */
};

/* What each of them counts: counters.h. */
struct record_sensor {
	uint64_t packets, bytes, undecoded, dropped;
	uint64_t contacts, accepted, refused, ignored, unrouted, borrowed;
	uint64_t hosts, hosts_evicted, suspects_evicted, contacts_evicted;
	uint64_t time_steps_back;
	uint64_t observations, streams, streams_given_up, gaps;
	uint64_t memories, memories_given_up, suspects_given_up;
	uint64_t records_lost;
	uint64_t first_packet_ns, last_packet_ns; /* wall */
};

struct record_coverage {
	struct coverage_view view;
	uint8_t before; /* enum coverage_fault until now; view.faults if nothing has changed */
};

struct record_pulse {
	uint64_t frames, dropped; /* by the capture */
	uint64_t lost;            /* records for which there was no room */
};

struct record {
	uint8_t type;     /* enum record_type */
	uint32_t hosts;   /* that the sensor knows at this moment */
	uint64_t wall_ns; /* time of the packet that led to it */
	union {
		struct evidence evidence;
		struct record_role role;
		struct record_sensor sensor;
		struct host_key heard, forget;
		struct record_coverage coverage;
		struct role_standing standing;
		struct record_pulse pulse;
	};
};

#endif
