/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SCORE_EVE_H
#define TESTS_SCORE_EVE_H

/* What Cordon said about one capture, read from its EVE JSON lines: one finding per host.
 * The only file here that knows jansson is eve.c. */

#include <stdbool.h>
#include <stddef.h>

enum { FINDINGS_MAX = 256 };

struct finding {
	char ip[64]; /* "" when only the MAC is known */
	char mac[20];
	char kind[24]; /* the latest */
	bool convicted;
	unsigned contacts;   /* at conviction, otherwise the latest */
	double convicted_at; /* Unix time; negative = unknown */
};

struct findings {
	struct finding hosts[FINDINGS_MAX];
	size_t count;
	size_t dropped;      /* hosts beyond FINDINGS_MAX */
	size_t bad_lines;    /* no JSON */
	double first_packet; /* Unix time; negative = unknown */
};

/* -1 when the file cannot be opened. */
int eve_read(struct findings *findings, const char *path);

/* "2026-01-01T00:00:00.123456+0000", also with Z; negative when it is no time. */
double eve_time(const char *text);

#endif
