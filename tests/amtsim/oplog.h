/* SPDX-License-Identifier: Apache-2.0 */
/* oplog.h - what a device was asked since start: counters, and the last operations.
 *
 * Tests read it to see that a client wrote no more than it had to. */
#ifndef AMTSIM_OPLOG_H
#define AMTSIM_OPLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/amtsim/outcome.h"

struct text;

enum verb {
	VERB_UNKNOWN,
	VERB_IDENTIFY,
	VERB_GET,
	VERB_PUT,
	VERB_CREATE,
	VERB_DELETE,
	VERB_ENUMERATE,
	VERB_PULL,
	VERB_RELEASE,
	VERB_INVOKE,
	VERB_SUBSCRIBE,
	VERB_UNSUBSCRIBE,
	VERBS
};

#define OPLOG_KEPT 128

struct operation {
	uint64_t at_ns;
	enum verb verb;
	bool write;             /* changes the device */
	const char *class_name; /* static storage */
	const char *method;     /* static storage, NULL unless VERB_INVOKE */
	struct outcome outcome;
	uint32_t return_value;
};

struct oplog {
	struct operation *kept; /* ring, NULL until the first */
	uint64_t total;
	uint64_t by_verb[VERBS];
	uint64_t writes; /* that changed something */
	uint64_t refused_writes;
	uint64_t challenges; /* 401 answers */
	uint64_t connections;
};

const char *verb_name(enum verb verb);
void oplog_add(struct oplog *log, const struct operation *operation);
void oplog_fini(struct oplog *log);
/* One line of totals, then one line per kept operation, oldest first. */
void oplog_print(const struct oplog *log, struct text *out);
void oplog_print_totals(const struct oplog *log, struct text *out);

#endif
