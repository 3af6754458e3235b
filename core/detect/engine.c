/* SPDX-License-Identifier: Apache-2.0 */
/* engine.c - lays out the detectors' memory of a host, shows them the contacts they asked for, keeps their walks and decides when a level is worth a statement.
 *
 * A host that no detector remembers anything of has no memory: it is shown the scratch block, and only
 * if something was written there does it get a block of its own (blocks.h).
 *
 * Detectors do not know each other; what they say about one host is added up by the controller. */
#include "core/detect/engine.h"

#include <math.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/invariant.h"
#include "core/base/mem.h"
#include "core/base/units.h"
#include "core/base/yaml.h"
#include "core/contact/contact.h"
#include "core/contact/host.h"
#include "core/contact/observation.h"
#include "core/detect/blocks.h"
#include "core/detect/crowd.h"
#include "core/detect/detector.h"
#include "core/detect/evidence.h"
#include "core/detect/named.h"
#include "core/detect/param.h"
#include "core/detect/samples.h"

#define STATE_FROM_NATS 3.0
#define SAMPLE_OWNERS   4096
#define RESTATE_S       10
#define NEWS_NATS       1.0
#define NAT_ROOT        2 /* of four machines */
#define HOSTS_PER_BLOCK 8
#define BLOCKS_MIN      64

struct detector_run {
	const struct detector *detector;
	struct engine *engine;
	void *config;
	void *state;
	size_t slot_offset, slot_bytes; /* in words of eight bytes */
	bool enabled;
};

/* Who is shown something; ends with NULL. */
struct audience {
	struct detector_run *runs[DETECTOR_IDS_MAX + 1];
};

/* A host that was dealt with: only what it opens afterwards counts. */
struct forgiven {
	struct host_key host;
	uint64_t until_ns; /* wall; 0 = free */
};

#define FORGIVEN_PLACES 64

struct engine {
	struct engine_sink sink;
	struct forgiven forgiven[FORGIVEN_PLACES];
	unsigned next_forgiven, forgiven_count;
	double state_from_nats;
	struct mem_region *region; /* of the tables and of what detectors keep */
	struct samples *samples;
	struct crowd *crowd;
	struct named *named;
	struct hosts *hosts;
	struct host *host;   /* of the contact being seen */
	struct span payload; /* that opened it */
	struct blocks *blocks;
	unsigned char *scratch; /* zero between contacts */
	size_t slot_size;
	unsigned count;
	struct detector_run runs[DETECTOR_IDS_MAX];
	/* Of contacts with low ports (or none), with high ones. */
	struct audience of_contacts[2][CONTACT_KINDS][CONTACT_OUTCOMES];
	struct audience of_observations[OBSERVATION_KINDS];
};

static void invite(struct audience *audience, struct detector_run *run)
{
	struct detector_run **end = audience->runs;

	while (*end)
		end++;
	*end = run;
}

static unsigned feeds_of(const struct detector *detector, unsigned kind)
{
	return detector->flow_feeds && KINDS_FLOWS >> kind & 1 ? detector->flow_feeds
							       : detector->feeds;
}

static void invite_to_contacts(struct engine *engine, struct detector_run *run)
{
	const struct detector *detector = run->detector;

	for (unsigned kind = 0; kind < CONTACT_KINDS; kind++)
		for (unsigned outcome = 0; outcome < CONTACT_OUTCOMES; outcome++) {
			if (!(feeds_of(detector, kind) >> outcome & 1) ||
			    (detector->kinds && !(detector->kinds >> kind & 1)))
				continue;
			if (!(detector->only_high_ports >> kind & 1))
				invite(&engine->of_contacts[0][kind][outcome], run);
			invite(&engine->of_contacts[1][kind][outcome], run);
		}
}

static bool has_business(const struct detector_run *run)
{
	return run->enabled && !(run->detector->is_idle && run->detector->is_idle(run->config));
}

static void invite_to_observations(struct engine *engine, struct detector_run *run)
{
	const struct detector *detector = run->detector;

	for (unsigned kind = 0; kind < OBSERVATION_KINDS; kind++)
		if (detector->feeds & FEED_OBSERVED &&
		    (!detector->observes || detector->observes >> kind & 1))
			invite(&engine->of_observations[kind], run);
}

static void choose_audiences(struct engine *engine)
{
	memset(engine->of_contacts, 0, sizeof(engine->of_contacts));
	memset(engine->of_observations, 0, sizeof(engine->of_observations));
	for (unsigned i = 0; i < engine->count; i++) {
		if (!has_business(&engine->runs[i]))
			continue;
		invite_to_contacts(engine, &engine->runs[i]);
		invite_to_observations(engine, &engine->runs[i]);
	}
}

struct engine *engine_new(const struct engine_config *config, const struct engine_sink *sink)
{
	struct engine *engine = mem_alloc(sizeof(*engine));

	engine->sink = *sink;
	engine->state_from_nats = config->state_from_nats > 0 ? config->state_from_nats
							      : STATE_FROM_NATS;
	engine->region = mem_region_new();
	engine->samples = samples_new(engine->region, SAMPLE_OWNERS);
	engine->crowd = crowd_new();
	engine->named = mem_table(engine->region, 1, sizeof(*engine->named));
	for (const struct detector *const *d = config->detectors; *d; d++) {
		struct detector_run *run = &engine->runs[engine->count++];

		INVARIANT(engine->count < DETECTOR_IDS_MAX && (*d)->id < DETECTOR_IDS_MAX);
		*run = (struct detector_run){ .detector = *d,
					      .engine = engine,
					      .enabled = true,
					      .slot_offset = engine->slot_size,
					      .slot_bytes = ((*d)->slot_size + 7) & ~(size_t)7 };
		run->config = mem_alloc((*d)->config_size);
		params_defaults((*d)->params, run->config);
		if ((*d)->state_size)
			run->state = mem_table(engine->region, 1, (*d)->state_size);
		engine->slot_size += run->slot_bytes;
	}
	choose_audiences(engine);
	return engine;
}

void engine_free(struct engine *engine)
{
	if (!engine)
		return;
	for (unsigned i = 0; i < engine->count; i++) {
		struct detector_run *run = &engine->runs[i];

		if (run->detector->fini)
			run->detector->fini(run->state);
		mem_free(run->config);
	}
	crowd_free(engine->crowd);
	samples_free(engine->samples);
	blocks_free(engine->blocks);
	mem_region_free(engine->region);
	mem_free(engine->scratch);
	mem_free(engine);
}

void engine_attach(struct engine *engine, struct hosts *hosts)
{
	uint32_t count = hosts_capacity(hosts) / HOSTS_PER_BLOCK;

	INVARIANT(!engine->hosts);
	engine->hosts = hosts;
	engine->scratch = mem_alloc(engine->slot_size);
	engine->blocks = blocks_new(engine->region, count > BLOCKS_MIN ? count : BLOCKS_MIN,
				    engine->slot_size, hosts);
}

/* ---- settings ---- */

static void configure(struct detector_run *run, struct yaml *yaml, const struct yaml_node *settings)
{
	const struct detector *detector = run->detector;
	struct err err = { 0 };

	params_read(detector->params, yaml, settings, run->config);
	if (yaml_kind(settings) == YAML_MAPPING)
		yaml_get_bool(yaml, yaml_find(settings, "enabled"), &run->enabled);
	if (detector->check && detector->check(run->config, &err) < 0)
		yaml_complain(yaml, settings, "", "%s: %s", detector->name, err.text);
}

void engine_configure(struct engine *engine, struct yaml *yaml, const struct yaml_node *mapping)
{
	const char *names[DETECTOR_IDS_MAX + 1] = { NULL };

	for (unsigned i = 0; i < engine->count; i++)
		names[i] = engine->runs[i].detector->name;
	if (!mapping)
		return;
	yaml_known_keys(yaml, mapping, names);
	for (unsigned i = 0; yaml_kind(mapping) == YAML_MAPPING && i < engine->count; i++) {
		const struct yaml_node *settings = yaml_find(mapping, names[i]);

		if (settings)
			configure(&engine->runs[i], yaml, settings);
	}
	choose_audiences(engine);
}

struct blocks_counts engine_memory(const struct engine *engine)
{
	return blocks_counts(engine->blocks);
}

void engine_describe(const struct engine *engine, struct buf *out)
{
	for (unsigned i = 0; i < engine->count; i++) {
		const struct detector_run *run = &engine->runs[i];

		buf_format(out, "%s%s (%s)%s\n  %s\n", i ? "\n" : "", run->detector->name,
			   evidence_kind_name(run->detector->kind),
			   run->enabled ? "" : ", disabled", run->detector->summary);
		params_describe(run->detector->params, run->config, out);
	}
}

/* ---- contacts ---- */

/* The host's memory, or the scratch block for one that has none. */
static unsigned char *begin(struct engine *engine, struct host *host)
{
	void *block = blocks_of(engine->blocks, host);

	engine->host = host;
	return block ? block : engine->scratch;
}

/* Keeps what was written, gives back what holds nothing any more. */
static void end(struct engine *engine, struct host *host, const unsigned char *slots, bool holds)
{
	engine->host = NULL;
	if (slots != engine->scratch) {
		if (holds || !blocks_is_zero(slots, engine->slot_size))
			blocks_touch(engine->blocks, host);
		else
			blocks_give_back(engine->blocks, host);
	} else if (holds) {
		memcpy(blocks_take(engine->blocks, host), slots, engine->slot_size);
		memset(engine->scratch, 0, engine->slot_size);
	}
}

/* Whether the slot of one who was just shown something holds anything. */
static bool holds(const struct detector_run *run, const unsigned char *slots)
{
	return run->slot_bytes && !blocks_is_zero(slots + run->slot_offset, run->slot_bytes);
}

/* A suspect's memory hardly ever holds nothing: it is not searched. */
static bool is_kept(const struct engine *engine, const struct host *host,
		    const unsigned char *slots)
{
	return host->roles & HOST_SUSPECT && slots != engine->scratch;
}

static struct forgiven *forgiven_of(struct engine *engine, const struct host_key *host)
{
	for (unsigned i = 0; i < engine->forgiven_count; i++)
		if (memcmp(&engine->forgiven[i].host, host, sizeof(*host)) == 0)
			return &engine->forgiven[i];
	return NULL;
}

void engine_forget(struct engine *engine, struct host *host, uint64_t now_ns)
{
	struct forgiven *forgiven = forgiven_of(engine, &host->key);

	if (blocks_of(engine->blocks, host)) {
		memset(blocks_of(engine->blocks, host), 0, engine->slot_size);
		blocks_give_back(engine->blocks, host);
	}
	hosts_suspect(host, false);
	host->established = 0;
	if (!forgiven) {
		forgiven = &engine->forgiven[engine->next_forgiven];
		engine->next_forgiven = (engine->next_forgiven + 1) % FORGIVEN_PLACES;
		if (engine->forgiven_count < FORGIVEN_PLACES)
			engine->forgiven_count++;
	}
	*forgiven = (struct forgiven){ host->key, now_ns };
}

static bool is_forgiven(struct engine *engine, const struct host *host,
			const struct contact *contact)
{
	const struct forgiven *forgiven = engine->forgiven_count ? forgiven_of(engine, &host->key)
								 : NULL;

	return forgiven && contact->opened_ns <= forgiven->until_ns;
}

void engine_see(struct engine *engine, struct host *host, const struct contact *contact)
{
	const struct audience *audience = &engine->of_contacts[contact->dst_port >= HIGH_PORTS_MIN]
							      [contact->kind][contact->outcome];
	unsigned char *slots;
	bool kept;

	if (!audience->runs[0] || is_forgiven(engine, host, contact))
		return;
	slots = begin(engine, host);
	kept = is_kept(engine, host, slots);
	for (struct detector_run *const *at = audience->runs; *at; at++) {
		struct detector_run *run = *at;

		run->detector->see(run, slots + run->slot_offset, contact);
		kept = kept || holds(run, slots);
	}
	end(engine, host, slots, kept);
}

void engine_lend(struct engine *engine, const uint8_t *payload, size_t length)
{
	engine->payload = span_of(payload, length);
}

static void show_again(struct engine *engine, struct detector_run *run,
		       const struct contact *contact)
{
	struct host_key key = host_key_of(&contact->src, contact->vlan);
	struct host *host = hosts_find(engine->hosts, &key);
	unsigned char *slots;
	bool kept;

	if (!host || is_forgiven(engine, host, contact))
		return;
	slots = begin(engine, host);
	kept = is_kept(engine, host, slots);
	run->detector->see(run, slots + run->slot_offset, contact);
	end(engine, host, slots, kept || holds(run, slots));
}

bool engine_rest(struct engine *engine)
{
	bool more = false;

	for (unsigned i = 0; i < engine->count; i++) {
		struct detector_run *run = &engine->runs[i];
		struct contact about = { 0 };

		if (!run->enabled || !run->detector->rest || !run->detector->rest(run, &about))
			continue;
		more = true;
		if (about.opened_ns)
			show_again(engine, run, &about);
	}
	return more;
}

/* What tells machines apart is in the lower bytes; the upper two are mixed in for tunnels and containers. */
static uint32_t machine_of(const struct host *host)
{
	const uint8_t *b = host->mac.bytes;

	return (uint32_t)(b[2] ^ b[0]) << 24 | (uint32_t)(b[3] ^ b[1]) << 16 | (uint32_t)b[4] << 8 |
	       b[5];
}

void engine_observe(struct engine *engine, struct host *host, const struct observation *observation)
{
	const struct audience *audience = &engine->of_observations[observation->kind];
	unsigned char *slots = begin(engine, host);
	bool kept = is_kept(engine, host, slots);

	if (observation->kind == OBSERVED_NAME)
		named_hear(engine->named, observation, machine_of(host));
	for (struct detector_run *const *at = audience->runs; *at; at++) {
		struct detector_run *run = *at;

		run->detector->observe(run, slots + run->slot_offset, observation);
		kept = kept || holds(run, slots);
	}
	end(engine, host, slots, kept);
}

const void *detector_config(const struct detector_run *run)
{
	return run->config;
}

void *detector_state(const struct detector_run *run)
{
	return run->state;
}

struct span detector_payload(const struct detector_run *run)
{
	return run->engine->payload;
}

uint32_t detector_machine(const struct detector_run *run)
{
	return machine_of(run->engine->host);
}

bool detector_is_named(const struct detector_run *run, const struct contact *contact)
{
	return named_has(run->engine->named, contact, detector_machine(run));
}

/* ---- walks and statements ---- */

/* A slow walk's samples are kept apart from those of the ordinary one of its class. */
#define SLOW 0x80

static struct sample_owner owner_of(const struct detector_run *run, unsigned port_class)
{
	return (struct sample_owner){ .host = run->engine->host->key,
				      .detector = (uint8_t)run->detector->id,
				      .port_class = (uint8_t)port_class };
}

static struct sample_owner owner_of_term(const struct detector_run *run, const struct term *term)
{
	return owner_of(run, term->port_class | (term->half_life_ns ? SLOW : 0));
}

static uint64_t wall_of(const struct contact *contact)
{
	return contact->opened_ns + us_to_ns(contact->elapsed_us);
}

void walk_fade(struct walk *walk, const struct contact *contact, uint64_t half_life_ns)
{
	uint64_t now_ns = wall_of(contact);

	/* Below a hundredth of the half-life the loss is not worth the exponential. */
	if (half_life_ns == 0 || walk->level <= 0 || now_ns <= walk->last_ns + half_life_ns / 100)
		return;
	walk->level *= exp2f(-(float)((double)(now_ns - walk->last_ns) / (double)half_life_ns));
	walk->last_ns = now_ns;
}

static uint8_t doubling_of(unsigned contacts)
{
	return contacts ? (uint8_t)(31 - __builtin_clz(contacts)) : 0;
}

static bool crosses(double before, double now, double threshold)
{
	return (before >= threshold) != (now >= threshold);
}

/* Of a conviction that stands: twice the contacts, or some time. */
static bool is_more(const struct walk *walk, uint32_t now_s)
{
	return doubling_of(walk->contacts) > walk->stated_doubling ||
	       (now_s > walk->stated_s && now_s - walk->stated_s >= RESTATE_S);
}

static bool is_news(const struct engine *engine, const struct walk *walk, uint32_t now_s)
{
	double stated = walk->stated_quarters / 4.0, level = (double)walk->level;

	if (level < engine->state_from_nats)
		return walk->stated_quarters != 0;
	if (level >= CONVICT_NATS && stated >= CONVICT_NATS)
		return is_more(walk, now_s);
	if (walk->stated_quarters == 0 || crosses(stated, level, SUSPECT_NATS) ||
	    crosses(stated, level, CONVICT_NATS))
		return true;
	return fabs(level - stated) >= NEWS_NATS;
}

/* The mark only says who is kept when the table is full, so the walk that spoke last may decide
 * it. */
static void tell_host(struct engine *engine, const struct walk *walk)
{
	bool suspect = walk->stated_quarters != 0;

	if (suspect != !!(engine->host->roles & HOST_SUSPECT))
		hosts_suspect(engine->host, suspect);
}

/* What the host did, and why: did a suspect get in before it began? */
static bool is_explained(const struct engine *engine, const struct host *host,
			 uint64_t first_contact_ns)
{
	const struct host *by = engine->sink.visitor ? engine->sink.visitor(engine->sink.arg, host,
									    first_contact_ns)
						     : NULL;

	return by && by->roles & HOST_SUSPECT;
}

static void doubt(const struct engine *engine, struct evidence *evidence)
{
	/* Content convicts at once, so that nobody would be left to make a crowd of. */
	unsigned mark = evidence->port_class == CLASS_CONTENT ? 0 : 1u << evidence->port_class;
	bool is_excused = engine->host->established & mark ||
			  is_explained(engine, engine->host, evidence->first_contact_ns);

	if (crowd_join(engine->crowd, evidence, is_excused)) {
		evidence->doubt = DOUBT_CROWD;
	} else if (engine->host->roles & HOST_DISOWNED && evidence->contact_kind == CONTACT_TCP) {
		evidence->doubt = DOUBT_DISOWNED;
	} else if (mark && !is_excused && evidence->log_odds >= CONVICT_NATS) {
		engine->host->established |= (uint16_t)mark;
		crowd_join(engine->crowd, evidence, true);
	}
}

static uint16_t minutes_of(uint64_t half_life_ns)
{
	uint64_t minutes = half_life_ns / s_to_ns(60);

	if (half_life_ns && minutes == 0)
		return 1;
	return minutes < UINT16_MAX ? (uint16_t)minutes : UINT16_MAX;
}

static __attribute__((noinline)) void state(struct detector_run *run, struct walk *walk,
					    const struct contact *contact, const struct term *term)
{
	const struct host *host = run->engine->host;
	struct sample_owner owner = owner_of_term(run, term);
	struct evidence evidence = {
		.host = host->key,
		.mac = host->mac,
		.detector = (uint8_t)run->detector->id,
		.kind = (uint8_t)run->detector->kind,
		.port_class = (uint8_t)term->port_class,
		.port = walk->port,
		.contact_kind = contact->kind,
		.coverage = contact->coverage,
		.half_life_min = minutes_of(term->half_life_ns),
		.log_odds = (double)walk->level,
		.contacts = walk->opened > walk->contacts ? walk->opened : walk->contacts,
		.failed = walk->failed,
		.first_contact_ns = walk->first_ns,
		.last_contact_ns = walk->last_ns,
		.stated_ns = wall_of(contact),
	};

	for (unsigned i = 0; i < term->visit_count && i < EVIDENCE_VISITS; i++)
		evidence.visits[evidence.visit_count++] = term->visits[i];
	evidence.sample_count = samples_copy(run->engine->samples, &owner, evidence.samples);
	doubt(run->engine, &evidence);
	run->engine->sink.evidence(run->engine->sink.arg, &evidence);
}

/* Rounded so that a stated level lies on the same side of each threshold as the true one. */
static uint8_t quarters_of(double level)
{
	double quarters = floor(level * 4);

	if (level >= SUSPECT_NATS && quarters / 4 < SUSPECT_NATS)
		quarters++;
	if (level >= CONVICT_NATS && quarters / 4 < CONVICT_NATS)
		quarters++;
	return quarters < 1 ? 1 : (uint8_t)quarters;
}

static void state_if_news(struct detector_run *run, struct walk *walk,
			  const struct contact *contact, const struct term *term)
{
	uint32_t now_s = (uint32_t)(wall_of(contact) / NS_PER_S);
	bool holds = (double)walk->level >= run->engine->state_from_nats;

	if (!is_news(run->engine, walk, now_s))
		return;
	walk->stated_quarters = holds ? quarters_of((double)walk->level) : 0;
	walk->stated_doubling = doubling_of(walk->contacts);
	walk->stated_s = now_s;
	tell_host(run->engine, walk);
	state(run, walk, contact, term);
}

/* A full counter stays full: it no longer knows what to count down from. */
static void count_one(uint16_t *counter, int change)
{
	if (*counter != UINT16_MAX && (change > 0 || *counter > 0))
		*counter = (uint16_t)(*counter + change);
}

/* Once so many have counted, the list has long been full: the host that goes on is spared the look. */
static bool may_be_listed(const struct walk *walk)
{
	return walk->contacts < 4 * EVIDENCE_SAMPLES;
}

/* By itself, as all that needs the list: a scan that goes on does not pay for it. */
static __attribute__((noinline)) void list(struct detector_run *run, const struct walk *walk,
					   const struct contact *contact, const struct term *term)
{
	struct sample_owner owner = owner_of_term(run, term);

	if (term->same_contact)
		samples_weigh(run->engine->samples, &owner, contact, term->nats);
	else
		samples_add(run->engine->samples, &owner, contact, term->nats, walk->contacts == 0);
}

static void count_in(struct walk *walk, const struct contact *contact)
{
	if (walk->contacts == 0)
		walk->first_ns = contact->opened_ns;
	/* Never back: what faded once must not fade for the same time again. */
	if (contact->opened_ns > walk->last_ns)
		walk->last_ns = contact->opened_ns;
	walk->port = contact->dst_port;
	count_one(&walk->contacts, 1);
	if (contact->outcome != CONTACT_ACCEPTED) /* some detectors judge what was answered */
		count_one(&walk->failed, 1);
}

static __attribute__((noinline)) void count_out(struct detector_run *run, struct walk *walk,
						const struct contact *contact,
						const struct term *term)
{
	struct sample_owner owner = owner_of_term(run, term);

	/* An earlier walk counted it, and ended since: as long as all that this one counts are listed, that shows. */
	if (!samples_remove(run->engine->samples, &owner, contact) &&
	    samples_kept(run->engine->samples, &owner) >= walk->contacts)
		return;
	count_one(&walk->contacts, -1);
	count_one(&walk->failed, -1);
}

/* Behind a NAT box the ordinary mishaps of several people add up under one address (worm-detection.md D.2: thresholds grow
 * with the root of their number).  What is decisive in itself comes from one machine. */
static double nats_of(const struct detector_run *run, const struct term *term)
{
	bool adds_up = term->port_class != CLASS_CONTENT && term->nats > 0;

	return adds_up && run->engine->host->roles & HOST_NAT ? term->nats / NAT_ROOT : term->nats;
}

void detector_walk(struct detector_run *run, struct walk *walk, const struct contact *contact,
		   const struct term *term)
{
	double cap = term->cap_nats > 0 ? term->cap_nats : WALK_CAP_NATS;
	double level = (double)walk->level + nats_of(run, term);

	/* A ceiling stops a climb; what stronger terms have reached it leaves alone. */
	if (cap < (double)walk->level)
		cap = (double)walk->level;
	if (term->nats > 0 && may_be_listed(walk))
		list(run, walk, contact, term);
	if (term->nats > 0 && !term->same_contact)
		count_in(walk, contact);
	else if (term->nats <= 0 && term->takes_back)
		count_out(run, walk, contact, term);
	walk->level = (float)(level > cap ? cap : level > 0 ? level : 0);
	state_if_news(run, walk, contact, term);
	if (walk->level <= 0 && walk->contacts)
		*walk = (struct walk){ 0 };
}

void detector_settled(struct detector_run *run, const struct contact *contact, unsigned port_class)
{
	struct sample_owner owner = owner_of(run, port_class);

	samples_settle(run->engine->samples, &owner, contact);
}

void detector_settled_slowly(struct detector_run *run, const struct contact *contact,
			     unsigned port_class)
{
	detector_settled(run, contact, port_class | SLOW);
}
