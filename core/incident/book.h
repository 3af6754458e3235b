/* SPDX-License-Identifier: Apache-2.0 */
/* book.h - the open incidents: one per host, capped.  When full, the weakest unconvicted one gives way; if all are
 * convicted new ones are counted and refused (that many convicted hosts are beyond automation anyway). */
#ifndef CORDON_INCIDENT_BOOK_H
#define CORDON_INCIDENT_BOOK_H

#include <stddef.h>
#include <stdint.h>

struct book;
struct evidence;
struct host_key;
struct incident;

enum book_change {
	BOOK_OPENED,
	BOOK_SUSPECTED,
	BOOK_CONVICTED,
	BOOK_STRONGER,
	BOOK_CLEARED,
	BOOK_CLOSED,
	BOOK_DOUBTED,
	BOOK_KIND
};

/* incident is borrowed for the call.  STRONGER: at least one nat more since last told.
 * DOUBTED: its evidence would convict if its identity were not in doubt; it stays below conviction, and is convicted when
 * the doubt ends (told once).  KIND: a suspect or convict is now something else than it was told to be. */
typedef void book_fn(void *arg, const struct incident *incident, enum book_change change);

/* Everybody fails at once: scoring stops, or goes on (fault.h).  hosts: who gained evidence by it and is not convicted; what the
 * sensor holds against them because of it should be forgotten when it is over.  Borrowed for the call. */
struct fault_state;
typedef void book_fault_fn(void *arg, const struct fault_state *state, const struct host_key *hosts,
			   size_t count);

struct book_config {
	double suspect_nats;    /* 0 = 6.9 */
	double convict_nats;    /* 0 = 13.8 = ln((1 - 1e-6) / 1e-6), worm-detection.md F */
	uint64_t half_life_ns;  /* 0 = 30 min */
	uint32_t incidents_max; /* 0 = 4096 */
	book_fault_fn *fault;   /* may be NULL */
	uint64_t first_id;      /* 0 = 1; after a restart the store says where ids go on */
};

struct book *book_new(const struct book_config *config, book_fn *changed, void *arg);
void book_free(struct book *book);
/* Repeated and outdated statements change nothing; what is stated about a time before its host's incident was closed
 * neither.  Malformed evidence is counted. */
void book_add(struct book *book, const struct evidence *evidence, uint64_t now_ns);
/* How many hosts the sensor hears: without it, or before, no network fault is seen. */
void book_hosts(struct book *book, unsigned live);
void book_advance(struct book *book, uint64_t now_ns); /* lets levels fade, clears what faded */
const struct incident *book_find(const struct book *book, const struct host_key *host);
void book_close(struct book *book, uint64_t id, uint64_t now_ns);
size_t book_count(const struct book *book);
const struct incident *book_at(const struct book *book, size_t index); /* in order of id */

struct book_counts {
	uint64_t opened, convicted, evicted;
	uint64_t refused;          /* no room: all open incidents are convicted */
	uint64_t stale, malformed; /* evidence without effect */
	uint64_t frozen;           /* the same, during network faults */
};
struct book_counts book_counts(const struct book *book);

#endif
