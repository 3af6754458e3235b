/* SPDX-License-Identifier: Apache-2.0 */
/* mishap.h - faults to inject: what goes wrong, at which request, how often
 * (amt-system-defense.md 7, items 33 to 35).
 *
 * Only authenticated WS-Management requests count; `skip` lets that many matching ones pass. */
#ifndef AMTSIM_MISHAP_H
#define AMTSIM_MISHAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rng;
struct text;

enum mishap_kind {
	MISHAP_NONE,
	/* before the request is executed */
	MISHAP_RESET_BEFORE,
	MISHAP_UNAUTHORIZED, /* 401 and all nonces forgotten */
	MISHAP_HTML400,
	MISHAP_STATUS,    /* fault InternalError with AMT-STATUS `value` */
	MISHAP_NOT_READY, /* the same with status 2 */
	MISHAP_BUSY,      /* fault Concurrency */
	MISHAP_HTTP503,
	MISHAP_BLACKHOLE, /* never answers, not executed */
	/* the request is executed, the answer suffers */
	MISHAP_RESET_AFTER,
	MISHAP_RESET_MIDWAY, /* half of the answer, then a reset */
	MISHAP_EMPTY200,
	MISHAP_TRUNCATE,     /* orderly close after half of the answer */
	MISHAP_WRONG_LENGTH, /* Content-Length larger than the body, then close */
	MISHAP_GARBAGE,      /* 200 with bytes that are no XML */
	MISHAP_SLOW,         /* answers after `value` ms */
	MISHAP_LOSE_ANSWER,  /* executed, but never answered */
	MISHAP_KINDS
};

struct mishap {
	enum mishap_kind kind;
	uint32_t value;
	uint32_t skip;
	uint32_t times;   /* 0: for ever */
	uint32_t percent; /* chance to strike; 0: always */
	char match[64];   /* a verb, class, method or Class.Method; "" matches every request */
};

#define MISHAPS_MAX 32

struct mishap_list {
	struct mishap *planned; /* NULL until the first */
	size_t count;
};

/* Kind by name, MISHAP_NONE if unknown. */
enum mishap_kind mishap_kind(const char *name);
bool mishap_takes_value(enum mishap_kind kind);
bool mishap_is_early(enum mishap_kind kind); /* before execution */

/* False if the list is full. */
bool mishap_plan(struct mishap_list *list, const struct mishap *mishap);
void mishap_clear(struct mishap_list *list);
/* From "KIND [VALUE] [at K] [times N] [rate PERCENT] [match WORD]", cut in place: NULL, or what is
 * wrong, "" for the form as a whole. */
const char *mishap_read(char **words, struct mishap *mishap);

/* What is asked; names are "" where there is none. */
struct mishap_target {
	const char *verb, *class_name, *method;
};

/* What happens to this request; used-up entries leave the list. */
struct mishap mishap_take(struct mishap_list *list, const struct mishap_target *target,
			  struct rng *rng);
void mishap_print(const struct mishap_list *list, struct text *out);

#endif
