/* SPDX-License-Identifier: Apache-2.0 */
/* engine.h - runs the configured detectors over contacts and hands out their evidence.
 *
 * A statement is made when a level is news: the first at state_from_nats or above, each nat of
 * change after that, each crossing of suspicion or conviction in either direction, and the fall
 * below state_from_nats (once).  Above conviction only when the number of contacts has doubled
 * or ten seconds have passed, so that a fast scan does not flood the feed. */
#ifndef CORDON_DETECT_ENGINE_H
#define CORDON_DETECT_ENGINE_H

#include <stdint.h>

#include "core/detect/blocks.h"

struct buf;
struct contact;
struct detector;
struct engine;
struct evidence;
struct host;
struct hosts;
struct observation;
struct yaml;
struct yaml_node;

/* Suspicion: time to look closer.  Conviction: at most one false alarm in 10^6 tests
 * (worm-detection.md F). */
#define SUSPECT_NATS 6.9
#define CONVICT_NATS 13.8

struct engine_config {
	const struct detector *const *detectors; /* NULL-terminated table: detectors/list.h */
	double state_from_nats;                  /* lower levels are not worth a record; 0 = 3.0 */
};

struct engine_sink {
	void *arg;
	void (*evidence)(void *arg, const struct evidence *evidence); /* borrowed for the call */
	/* Who was let in by the host before that wall time (tracker_visitor); NULL if nobody.  The member may be NULL: then
	 * nobody ever is, and a crowd is never explained (crowd.h). */
	const struct host *(*visitor)(void *arg, const struct host *host, uint64_t before_ns);
};

struct engine *engine_new(const struct engine_config *config, const struct engine_sink *sink);
void engine_free(struct engine *engine);
/* Reads "detectors:" of the settings: a mapping from detector name to its settings ("enabled:
 * false" too).  Before the first contact only. */
void engine_configure(struct engine *engine, struct yaml *yaml, const struct yaml_node *mapping);
/* The host table that contacts are told from; borrowed for good; once, before the first contact. */
void engine_attach(struct engine *engine, struct hosts *hosts);
/* What was said; host is the one who did it (observation->contact.src). */
void engine_observe(struct engine *engine, struct host *host,
		    const struct observation *observation);
/* People have dealt with the host: what was held against it is forgotten, and contacts that it opened until now are not judged
 * any more.  What detectors remember beside the host fades by itself. */
void engine_forget(struct engine *engine, struct host *host, uint64_t now_ns);
void engine_see(struct engine *engine, struct host *host, const struct contact *contact);
/* The payload of the packet that opens the contact that is shown next, lent until that is done; then to be taken back by
 * lending nothing. */
void engine_lend(struct engine *engine, const uint8_t *payload, size_t length);
/* While no packets come: a slice of what detectors have put off.  True if there is more. */
bool engine_rest(struct engine *engine);
/* Of the memory that detectors have of hosts. */
struct blocks_counts engine_memory(const struct engine *engine);
/* Names, settings, bounds and help of all detectors, for "cordon detectors". */
void engine_describe(const struct engine *engine, struct buf *out);

#endif
