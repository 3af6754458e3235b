/* SPDX-License-Identifier: Apache-2.0 */
/* wsman.h - WS-Management messages (DSP0226 1.0) in the dialect of AMT firmware
 * (amt-system-defense.md 5).
 *
 * Pure: a request becomes text, an answer's text becomes a struct.  Who sends it, and the
 * Enumerate-then-Pull loop, is session.h.  Headers go out in the order of 5.1;
 * OptimizeEnumeration, OptionSet, MaxEnvelopeSize and Locale are never sent. */
#ifndef CORDON_AMT_WSMAN_H
#define CORDON_AMT_WSMAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct cim_instance;
struct cim_reference;
struct err;

#define WSMAN_PULL_ELEMENTS 64
#define WSMAN_CONTEXT_BYTES 128

enum wsman_op {
	WSMAN_GET,
	WSMAN_PUT,
	WSMAN_CREATE,
	WSMAN_DELETE,
	WSMAN_ENUMERATE,
	WSMAN_PULL,
	WSMAN_RELEASE,
	WSMAN_INVOKE,
	WSMAN_OPS
};

/* All borrowed for the call. */
struct wsman_request {
	uint8_t op;                            /* enum wsman_op */
	const char *class_name;                /* the resource */
	const char *method;                    /* INVOKE */
	const struct cim_reference *selectors; /* NULL for none; only its selectors are used */
	const struct cim_instance *body; /* PUT, CREATE; INVOKE: the <Method>_INPUT, may be NULL */
	const char *context;             /* PULL, RELEASE */
	uint64_t message_id;
};

int wsman_write(const struct wsman_request *request, struct buf *out, struct err *err);
const char *wsman_op_name(unsigned op);

/* PT_STATUS values (5.6) that decide what we do next. */
enum wsman_status {
	AMT_STATUS_NOT_READY = 2,
	AMT_STATUS_NOT_PERMITTED = 16,
	AMT_STATUS_MAX_LIMIT = 23,
	AMT_STATUS_FLASH_WRITE_LIMIT = 38,
	AMT_STATUS_INVALID_HANDLE = 2053,
	AMT_STATUS_DUPLICATE = 2058,
	AMT_STATUS_UNSUPPORTED = 2066,
	AMT_STATUS_NOT_FOUND = 2068,
	AMT_STATUS_NO_ASSOCIATION = 2072,
	AMT_STATUS_AUDIT_FAIL = 2075
};

struct wsman_fault {
	bool present;
	char subcode[64]; /* local name: "AlreadyExists"; "" if none */
	char reason[200];
	bool has_status;
	uint32_t status; /* of "AMT-STATUS n" in Detail */
};

struct wsman_answer {
	struct wsman_fault fault;
	struct cim_instance **items; /* GET, PUT: one; PULL: any number; INVOKE: the output */
	size_t item_count;
	struct cim_reference *created;     /* CREATE */
	char context[WSMAN_CONTEXT_BYTES]; /* ENUMERATE, PULL; "" if none */
	bool end;                          /* PULL: EndOfSequence */
	bool has_return_value;             /* INVOKE */
	uint32_t return_value;
};

/* Reads the answer to op with that message id.  A fault is an answer: 0,
 * fault.present.  Negative: not an answer to this request, or cut.  wsman_answer_fini() is due
 * in every case. */
int wsman_read(const struct wsman_request *request, const char *bytes, size_t length,
	       struct wsman_answer *answer, struct err *err);
void wsman_answer_fini(struct wsman_answer *answer);
/* "AlreadyExists: the sender attempted ... (AMT status 38 FLASH_WRITE_LIMIT_EXCEEDED)" */
void wsman_fault_text(const struct wsman_fault *fault, char *text, size_t size);

#endif
