/* SPDX-License-Identifier: Apache-2.0 */
/* response_running.h - the inside of a response, shared by its six files: response.c (people, time, recall),
 * response_decide.c (incident to isolation), response_hand.c (a person's wish to isolation), response_ladder.c (from measure to isolation), response_acts.c
 * (isolation to journal, enforcer and facts) and response_index.c (which of thousands is meant, and whose turn it is). */
#ifndef CORDON_ISOLATION_RESPONSE_RUNNING_H
#define CORDON_ISOLATION_RESPONSE_RUNNING_H

#include "core/base/err.h"
#include "core/base/units.h"
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

	/* response_index.c */
	struct running *next_of_asset, *next_of_host; /* in one bucket, in order of id */
	uint64_t wake_ns;                             /* wall */
	size_t heap_at;                               /* 1, 2, ...; 0 = waits for no time */
	bool touched, ended;                          /* stands in the list of that name */
};

/* A list of running ones without order. */
struct running_list {
	struct running **items;
	size_t count, room;
};

/* What was last told about an incident, so that only news is told. */
struct verdict_memory {
	uint64_t incident; /* 0 = free */
	uint8_t state, verdict;
	bool refused;
	uint32_t rule;
	uint64_t again_ns; /* wall: from then on the same verdict may act once more; 0 = never */
};

/* How long a proposal stands that the policy did not ask for. */
#define PROPOSAL_NS s_to_ns(30 * 60)

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
	struct running_list running; /* in order of id */
	struct running **by_asset, **by_host;
	size_t bucket_count;
	struct running_list heap; /* by wake_ns, the earliest first */
	struct running_list
		touched; /* something has happened to them since they were last looked at */
	struct running_list ended; /* to be swept */
	struct running_list due;   /* room of an advance */
	uint64_t next_id;
	struct preparation *preparing;
	struct verdict_memory memories[VERDICT_MEMORIES];
};

/* response_index.c */
struct running *response_add(struct response *response, const struct isolation *isolation);
/* Those that have ended, in order of id; then they are freed. */
const struct running_list *response_ended(struct response *response);
void response_remove_ended(struct response *response);
void response_index_free(struct response *response);
struct running *response_find_id(const struct response *response, uint64_t id);
/* The next of the same asset, or host, after one (NULL: the first), in order of id. */
struct running *response_of_asset(const struct response *response, const char *asset,
				  const struct running *after);
struct running *response_of_host(const struct response *response, const struct host_key *host,
				 const struct running *after);
/* Something has happened to it: it is looked at in the next advance, with all others of its asset. */
void response_touch(struct running *running);
/* Takes, in order of id, whatever was touched or whose time has come, each with all of its asset; until the next call. */
const struct running_list *response_take_due(struct response *response, uint64_t now_ns);
/* When it wants to be looked at next; 0 = when something happens. */
void response_wake(struct running *running, uint64_t wake_ns);
uint64_t response_next_wake_ns(const struct response *response); /* 0 = never */

struct verdict_memory *response_memory(struct response *response, uint64_t incident);
/* The one that cuts off most; NULL if nothing holds or is wanted for the asset (name, may be NULL) or the host (may be NULL). */
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
/* Lets what holds take the place of lesser measures of its asset, and lets a witness speak. */
void response_climb(struct running *running, uint64_t now_ns);
/* When a witness has had its time; 0 = not waited for. */
uint64_t response_witness_ns(const struct running *running);
/* A kept state that nobody was told of, because the process died in between. */
void response_tell_late(struct response *response, const struct isolation *isolation,
			uint64_t now_ns);
void response_sweep(struct response *response, uint64_t now_ns);

#endif
