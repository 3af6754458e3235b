/* SPDX-License-Identifier: Apache-2.0 */
/* The ring is allocated at first use, so that thousands of idle devices stay small. */
#include "tests/amtsim/oplog.h"

#include <inttypes.h>

#include "tests/amtsim/check.h"
#include "tests/amtsim/envelope.h"
#include "tests/amtsim/text.h"

static const char *const verb_names[VERBS] = {
	[VERB_UNKNOWN] = "Unknown",
	[VERB_IDENTIFY] = "Identify",
	[VERB_GET] = "Get",
	[VERB_PUT] = "Put",
	[VERB_CREATE] = "Create",
	[VERB_DELETE] = "Delete",
	[VERB_ENUMERATE] = "Enumerate",
	[VERB_PULL] = "Pull",
	[VERB_RELEASE] = "Release",
	[VERB_INVOKE] = "Invoke",
	[VERB_SUBSCRIBE] = "Subscribe",
	[VERB_UNSUBSCRIBE] = "Unsubscribe",
};

const char *verb_name(enum verb verb)
{
	return verb_names[verb];
}

void oplog_add(struct oplog *log, const struct operation *operation)
{
	bool done = operation->outcome.fault == FAULT_NONE && operation->return_value == 0;

	if (!log->kept) {
		log->kept = calloc(OPLOG_KEPT, sizeof(*log->kept));
		CHECK(log->kept);
	}
	log->kept[log->total++ % OPLOG_KEPT] = *operation;
	log->by_verb[operation->verb]++;
	if (operation->write && done)
		log->writes++;
	else if (operation->write)
		log->refused_writes++;
}

void oplog_fini(struct oplog *log)
{
	free(log->kept);
	*log = (struct oplog){ 0 };
}

void oplog_print_totals(const struct oplog *log, struct text *out)
{
	int verb;

	text_printf(out,
		    "total=%" PRIu64 " writes=%" PRIu64 " refused-writes=%" PRIu64
		    " challenges=%" PRIu64 " connections=%" PRIu64,
		    log->total, log->writes, log->refused_writes, log->challenges,
		    log->connections);
	for (verb = 0; verb < VERBS; verb++)
		if (log->by_verb[verb])
			text_printf(out, " %s=%" PRIu64, verb_names[verb], log->by_verb[verb]);
	text_puts(out, "\n");
}

static void print_operation(const struct operation *op, struct text *out)
{
	text_printf(out, "%" PRIu64 ".%03u %s %s", op->at_ns / 1000000000u,
		    (unsigned)(op->at_ns / 1000000u % 1000u), verb_names[op->verb],
		    *op->class_name ? op->class_name : "-");
	if (op->method)
		text_printf(out, ".%s", op->method);
	text_printf(out, " %s", envelope_fault_name(op->outcome.fault));
	if (op->outcome.fault == FAULT_INTERNAL)
		text_printf(out, " AMT-STATUS=%u", op->outcome.status);
	if (op->return_value)
		text_printf(out, " ReturnValue=%u", op->return_value);
	text_puts(out, "\n");
}

void oplog_print(const struct oplog *log, struct text *out)
{
	uint64_t i = log->total > OPLOG_KEPT ? log->total - OPLOG_KEPT : 0;

	oplog_print_totals(log, out);
	for (; i < log->total; i++)
		print_operation(&log->kept[i % OPLOG_KEPT], out);
}
