/* SPDX-License-Identifier: Apache-2.0 */
/* envelope.h - envelopes: what a request asks, and how answers look (amt-system-defense.md 5). */
#ifndef AMTSIM_ENVELOPE_H
#define AMTSIM_ENVELOPE_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/amtsim/outcome.h"
#include "tests/amtsim/text.h"

struct xml_node;

/* Everything borrowed from the parsed request; absent headers are "". */
struct envelope_request {
	const char *action;
	const char *uri;
	const char *message_id;
	const struct xml_node *selectors; /* SelectorSet, or NULL */
	const struct xml_node *body;      /* first element of the body, or NULL */
	bool demands_more;                /* a mustUnderstand header that is not understood */
	bool wrong;                       /* a header twice, or a timeout that is no duration */
	bool complete;                    /* MessageID, To and the anonymous ReplyTo are there */
	uint32_t max_envelope;            /* 0 if absent */
	uint32_t timeout_ms;              /* OperationTimeout; 0 if absent or unreadable */
};

/* False if it is no SOAP 1.2 envelope with a body. */
bool envelope_read(const struct xml_node *root, struct envelope_request *request);

#define SOAP_BODY_NAMESPACES 8
#define SOAP_URI_BYTES       128

/* A body under construction; its namespaces get the prefixes g, h, i... in order of first use.
 * The prefixes b (addressing) and c (wsman) may be used freely. */
struct envelope_body {
	struct text xml;
	char ns[SOAP_BODY_NAMESPACES][SOAP_URI_BYTES];
	unsigned ns_count;
};

#define SOAP_ANSWER_MAX_BYTES (1u << 20)

void envelope_body_init(struct envelope_body *body);
void envelope_body_fini(struct envelope_body *body);
char envelope_prefix(struct envelope_body *body, const char *uri);
/* <p:name>text</p:name>, text escaped */
void envelope_element(struct envelope_body *body, char prefix, const char *name, const char *text);

struct envelope_head {
	const char *relates_to;
	const char *action; /* "" leaves all headers out */
	const char *uri;    /* NULL leaves ResourceURI out */
	uint64_t message_number;
};

void envelope_write(struct text *out, const struct envelope_head *head,
		    const struct envelope_body *body);

/* Whole fault envelope, in the prefix layout firmware uses for faults. */
void envelope_write_fault(struct text *out, const struct envelope_head *head,
			  struct outcome outcome);
unsigned envelope_fault_http(enum fault fault);
const char *envelope_fault_name(enum fault fault);

#endif
