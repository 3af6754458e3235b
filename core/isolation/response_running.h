/* SPDX-License-Identifier: Apache-2.0 */
/* response_running.h - the inside of a response, shared by its four files: response.c (people, time, recall),
 * response_decide.c (incident to isolation), response_ladder.c (from measure to isolation) and response_acts.c
 * (isolation to journal, enforcer and facts). */
#ifndef CORDON_ISOLATION_RESPONSE_RUNNING_H
#define CORDON_ISOLATION_RESPONSE_RUNNING_H

#include "core/base/err.h"
#include "core/isolation/response.h"

/* One isolation that has not ended.  Lives at one address until then: the enforcer's answer comes to it. */
struct running {
	struct response *response;
	struct isolation isolation;
	bool by_people; /* ended by a denial or a release that a person asked for */
	bool witnessed; /* what it was to bear witness for has been started or proposed */
	bool answered;  /* the answer below waits to be taken */
	struct enforcer_result answer;
	struct err answer_err;
};

/* What was last told about an incident, so that only news is told. */
struct verdict_memory {
	uint64_t incident; /* 0 = free */
	uint8_t state, verdict;
	bool refused;
	uint32_t rule;
	uint64_t again_ns; /* wall: from then on the same verdict may act once more; 0 = never */
};

#define VERDICT_MEMORIES \
	4096 /* as many as a book holds by default; ids are dense, so few collide */

struct preparation {
	struct response *response;
	struct preparation *next;
	const struct asset *asset;
	char channel[32];
	bool answered;
	struct enforcer_result answer;
	struct err answer_err;
};

struct response {
	struct response_parts parts;
	struct running **running; /* in order of id */
	size_t count, room;
	uint64_t next_id;
	struct preparation *preparing;
	struct verdict_memory memories[VERDICT_MEMORIES];
};

struct running *response_add(struct response *response, const struct isolation *isolation);
struct verdict_memory *response_memory(struct response *response, uint64_t incident);
/* The one that cuts off most; NULL if nothing holds or is wanted for the asset (name, may be NULL) or the host. */
struct running *response_find_running(const struct response *response, const char *asset,
				      const struct host_key *host);

/* Steps the isolation with the event, keeps, tells and asks what follows; the running is still there afterwards,
 * even when it has ended: response_sweep() frees it. */
void response_step(struct running *running, const struct isolation_event *event, uint64_t now_ns);
/* The enforcer's answer as an event. */
void response_take_answer(struct running *running, uint64_t now_ns);
/* response_ladder.c */
/* Something that cuts off more is on its way for the same asset: then this one neither ends nor starts anything. */
bool response_is_overtaken(const struct response *response, const struct running *running);
/* Lets what holds take the place of lesser measures, and lets witnesses speak. */
void response_climb(struct response *response, uint64_t now_ns);
/* A kept state that nobody was told of, because the process died in between. */
void response_tell_late(struct response *response, const struct isolation *isolation,
			uint64_t now_ns);
void response_sweep(struct response *response, uint64_t now_ns);

#endif
