/* SPDX-License-Identifier: Apache-2.0 */
/* web.h - requests in, answers out, with AMT's habits (amt-system-defense.md 1.3).
 *
 * Pure: bytes in, bytes out.  Connections belong to server.c. */
#ifndef AMTSIM_WEB_H
#define AMTSIM_WEB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rng;
struct text;

#define WEB_HEAD_MAX_BYTES 8192
#define WEB_BODY_MAX_BYTES 65536

enum web_state {
	WEB_MORE,  /* not complete yet; what the head says is set once `head_done` */
	WEB_READY, /* one whole request; `consumed` bytes of the input belong to it */
	WEB_BAD,   /* answer with `bad_status` and close */
};

struct web_request {
	char method[16];
	char path[256];
	char authorization[1024]; /* "" if absent */
	bool close;
	bool old; /* HTTP/1.0, which knows no chunks */
	bool expects_continue;
	bool chunked; /* body is the chunks as sent: see web_unchunk() */
	bool head_done;
	const char *body; /* borrowed from the input */
	size_t body_len;
	size_t consumed;
	unsigned bad_status;
};

/* The path of an absolute URI (RFC 9112 3.2.2), or what is given. */
const char *web_path(const char *uri);
/* Appends what the chunks of a complete request carry. */
void web_unchunk(const struct web_request *request, struct text *out);

enum web_state web_parse(const char *bytes, size_t len, struct web_request *request);

enum web_chunking {
	CHUNKING_FIRMWARE, /* 544 bytes, then 762 each, as recorded from 15.0.23 */
	CHUNKING_ONE,
	CHUNKING_TINY,   /* 1 to 7 bytes */
	CHUNKING_RANDOM, /* 1 to 1200 bytes */
	CHUNKING_LENGTH, /* not chunked: Content-Length */
};

struct web_answer {
	unsigned status;
	const char *server;       /* value of Server; NULL leaves the header out */
	const char *authenticate; /* value of WWW-Authenticate; NULL leaves it out */
	const char *location;
	bool html;
	bool close;
	int64_t wall_s; /* for Date */
	const char *body;
	size_t body_len;
	enum web_chunking chunking;
};

/* Appends the whole answer.  `rng` decides the boundaries of the random kinds. */
void web_write(struct text *out, const struct web_answer *answer, struct rng *rng);

/* Appends `body` as chunks with a last chunk: sizes are four upper-case hex digits, the last
 * one a bare "0". */
void web_write_chunks(struct text *out, const char *body, size_t len, enum web_chunking chunking,
		      struct rng *rng);

#endif
