/* SPDX-License-Identifier: Apache-2.0 */
/* fact.h - what happened, in one shape, for ledger, notices, console and golden tests.
 *
 * Flat and borrowed for the call that tells it.  fact_to_json() is the one rendering: EVE-style, members in a
 * fixed order, microsecond times, so that equal facts give equal bytes. */
#ifndef CORDON_ISOLATION_FACT_H
#define CORDON_ISOLATION_FACT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/feed/record.h"
#include "core/incident/fault.h"
#include "core/incident/incident.h"
#include "core/incident/outbreak.h"
#include "core/isolation/enforcer.h"
#include "core/isolation/isolation.h"
#include "core/isolation/repair.h"
#include "core/policy/decision.h"

struct json;

enum fact_type {
	FACT_INCIDENT,
	FACT_DECISION,
	FACT_ISOLATION,
	FACT_STATS,
	FACT_COVERAGE,
	FACT_ROLE,
	FACT_NETWORK,
	FACT_INFECTION,
	FACT_SENSOR,
	FACT_GAP,
	FACT_REPAIR,
	FACT_TYPES
};

struct fact_decision {
	uint64_t incident;
	struct decision decision;
	double confidence, log_odds;
	const char *asset, *role;   /* "" and "unknown" if we do not answer for the host */
	const char *refused;        /* why safety said no; NULL if it did not */
	const char *asked_by, *why; /* of a person; NULL if the policy decided */
	bool dry_run;
};

struct fact_isolation {
	struct isolation isolation;
	const char *device, *did; /* of the act that led to it; NULL if none */
	const char *enforcer;
	bool dry_run; /* nothing was sent: "applied" is so on paper only */
	uint32_t writes, reads;
};

enum fact_sensor_state {
	SENSOR_BLIND, /* it tells less than there is: automatic isolation pauses */
	SENSOR_BACK, /* it is there again, with everything to learn: the pause lasts until resumes_ns */
	SENSOR_SEES, /* automatic isolation goes on */
	SENSOR_STATES
};

struct fact_sensor {
	uint8_t state;               /* enum fact_sensor_state */
	const char *why;             /* it was or is blind */
	uint64_t since_ns, until_ns; /* wall; the blindness; until 0 = not over */
	uint64_t resumes_ns;         /* wall; 0 = not known, or has done so */
};

/* Stands where facts are missing because they could not be written: the first that is told when there is room again. */
struct fact_gap {
	const char *writer;         /* "ledger", "eve" */
	uint32_t facts[FACT_TYPES]; /* that are missing */
	uint64_t from_ns, until_ns; /* wall; of the first and the last of them */
	const char *why;            /* of the last, in the system's words */
};

struct fact {
	uint8_t type; /* enum fact_type */
	uint64_t wall_ns;
	struct host_key host; /* INCIDENT, DECISION, ISOLATION, INFECTION, REPAIR */
	struct mac mac;
	const char *
		known_as; /* INCIDENT: what the host was seen to be, "" or NULL if nothing is known */
	union {
		const struct incident *incident;
		const struct fact_decision *decision;
		const struct fact_isolation *isolation;
		const struct record_sensor *stats;
		const struct record_coverage *coverage;
		const struct role_standing *role;
		const struct outbreak_link *infection;
		const struct fault_state *network; /* everybody fails at once, or that is over */
		const struct fact_sensor *sensor;
		const struct fact_gap *gap;
		const struct repair *repair;
	};
};

const char *fact_sensor_word(unsigned state); /* "blind", "back", "sees" */

uint64_t fact_gap_count(const struct fact_gap *gap); /* all that is missing */

typedef const char *fact_detector_fn(unsigned detector_id);

/* The caller frees the object. */
struct json *fact_to_json(const struct fact *fact, fact_detector_fn *detector_name);

/* Whoever wants to hear facts. */
struct fact_sink {
	void *arg;
	void (*tell)(void *arg, const struct fact *fact);
};

#endif
