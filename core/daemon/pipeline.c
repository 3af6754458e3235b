/* SPDX-License-Identifier: Apache-2.0 */
/* pipeline.c - sees everything, decides nothing. */
#include "core/daemon/pipeline.h"

#include <stdlib.h>
#include <string.h>

#include "core/asset/asset.h"
#include "core/asset/roster.h"
#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/err.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/units.h"
#include "core/contact/host.h"
#include "core/daemon/commands.h"
#include "core/daemon/firmware.h"
#include "core/daemon/outlook.h"
#include "core/daemon/sensor.h"
#include "core/daemon/setup.h"
#include "core/daemon/sight.h"
#include "core/daemon/stats.h"
#include "core/daemon/teller.h"
#include "core/feed/feed.h"
#include "core/feed/record.h"
#include "core/incident/book.h"
#include "core/incident/outbreak.h"
#include "core/isolation/dryrun.h"
#include "core/isolation/repairs.h"
#include "core/isolation/response.h"
#include "core/safety/governor.h"
#include "core/safety/guard.h"
#include "core/store/store.h"

/* Taken in one step: devices wait for answers too. */
#define RECORDS_AT_ONCE 4096
#define CLOSING_MAX     64
/* The sensor pulses once a second. */
#define SILENT_NS s_to_ns(5)
#define HOUR_NS   s_to_ns(3600)

struct pipeline {
	const struct setup *setup;
	struct log *log;
	struct feed *told, *orders; /* borrowed */
	struct sight *sight;
	struct book *book;
	struct outbreak *outbreak;
	struct guard *guard;
	struct governor *governor;
	struct response *response;
	struct repairs *repairs;
	struct outlook *outlook;
	struct dryrun *dryrun;
	struct firmware *firmware; /* NULL in a dry run */
	struct teller *teller;
	uint64_t now_ns;                      /* wall */
	uint64_t due_ns;                      /* when the response wants to be stepped; 0 = never */
	struct host_key closing[CLOSING_MAX]; /* whose isolation was released in this step */
	unsigned closing_count;
	uint64_t prepared, unprepared; /* asset and channel */
	struct record_sensor counted;  /* by the sensor, as last told */
};

static void tell(void *arg, const struct fact *fact)
{
	struct pipeline *pipeline = arg;

	teller_tell(pipeline->teller, fact);
	if (fact->type == FACT_ISOLATION &&
	    fact->isolation->isolation.state == ISOLATION_RELEASED &&
	    !verdict_is_measure(fact->isolation->isolation.decision.verdict) &&
	    pipeline->closing_count < CLOSING_MAX)
		pipeline->closing[pipeline->closing_count++] = fact->isolation->isolation.host;
}

/* A level that moves within a state is no news for people, and what was never suspected is none at all; the response hears
 * of the former all the same. */
static bool is_news(const struct incident *incident, enum book_change change)
{
	switch (change) {
	case BOOK_SUSPECTED:
	case BOOK_CONVICTED:
	case BOOK_DOUBTED:
	case BOOK_KIND:
		return true;
	case BOOK_CLEARED:
	case BOOK_CLOSED:
		return incident->was_suspected;
	default:
		return false;
	}
}

static void infected(void *arg, const struct outbreak_link *link)
{
	struct pipeline *pipeline = arg;
	struct fact fact = { .type = FACT_INFECTION,
			     .wall_ns = pipeline->now_ns,
			     .host = link->host,
			     .mac = link->mac,
			     .infection = link };

	tell(pipeline, &fact);
}

static void incident_changed(void *arg, const struct incident *incident, enum book_change change)
{
	struct pipeline *pipeline = arg;
	struct fact fact = { .type = FACT_INCIDENT,
			     .wall_ns = pipeline->now_ns,
			     .host = incident->host,
			     .mac = incident->mac,
			     .incident = incident,
			     .known_as = outlook_role_of(pipeline->outlook, &incident->host) };

	if (is_news(incident, change))
		tell(pipeline, &fact);
	outbreak_see(pipeline->outbreak, incident);
	/* Below suspicion nothing is decided: a few nats come and go all day. */
	if (incident->state == INCIDENT_SUSPECTED || incident->state == INCIDENT_CONVICTED)
		response_consider(pipeline->response, incident, pipeline->now_ns);
}

/* Told again and again; news is what changed. */
static void take_outlook(struct pipeline *pipeline, const struct record *record)
{
	const struct role_standing *role = &record->standing;
	struct fact fact = { .type = FACT_COVERAGE,
			     .wall_ns = record->wall_ns,
			     .coverage = &record->coverage };
	struct guard_role learnt;
	bool is_news = outlook_take(pipeline->outlook, record);

	if (record->type == RECORD_STANDING) {
		fact = (struct fact){ .type = FACT_ROLE,
				      .wall_ns = record->wall_ns,
				      .host = role->host,
				      .mac = role->mac,
				      .role = role };
		learnt =
			(struct guard_role){ role->host, role->mac, role->role, role->established };
		guard_learn(pipeline->guard, &learnt);
	}
	if (is_news)
		tell(pipeline, &fact);
}

static void order_to_forget(struct pipeline *pipeline, const struct host_key *host)
{
	struct record order = { .type = RECORD_FORGET,
				.wall_ns = pipeline->now_ns,
				.forget = *host };

	feed_publish(pipeline->orders, &order);
}

/* When it is over, the sensor forgets what it saw: those contacts failed for another reason. */
static void network_changed(void *arg, const struct fault_state *state,
			    const struct host_key *hosts, size_t count)
{
	struct pipeline *pipeline = arg;
	struct fact fact = { .type = FACT_NETWORK, .wall_ns = pipeline->now_ns, .network = state };

	outlook_take_fault(pipeline->outlook, state, pipeline->now_ns);
	tell(pipeline, &fact);
	for (size_t i = 0; !state->broken && i < count; i++) {
		const struct incident *incident = book_find(pipeline->book, &hosts[i]);

		if (!incident || incident->state != INCIDENT_CONVICTED)
			order_to_forget(pipeline, &hosts[i]);
	}
}

static void take_record(struct pipeline *pipeline, const struct record *record)
{
	struct fact fact = { .type = FACT_STATS,
			     .wall_ns = record->wall_ns,
			     .stats = &record->sensor };

	switch (record->type) {
	case RECORD_EVIDENCE:
		response_heard(pipeline->response, &record->evidence.host, pipeline->now_ns);
		book_hosts(pipeline->book, record->hosts);
		book_add(pipeline->book, &record->evidence, pipeline->now_ns);
		break;
	case RECORD_ROLE:
		if (record->role.role == HOST_DISPUTED)
			guard_doubt(pipeline->guard, &record->role.host, pipeline->now_ns);
		break;
	case RECORD_COUNTS:
		pipeline->counted = record->sensor;
		break;
	case RECORD_SENSOR:
		pipeline->counted = record->sensor;
		tell(pipeline, &fact);
		break;
	case RECORD_COVERAGE:
	case RECORD_STANDING:
		take_outlook(pipeline, record);
		break;
	case RECORD_HEARD:
		response_heard(pipeline->response, &record->heard, pipeline->now_ns);
		break;
	case RECORD_PULSE:
		sight_pulse(pipeline->sight, &record->pulse, pipeline->now_ns);
		break;
	default:
		break;
	}
}

/* By host, not by number: the incident may be of a controller that is dead, and the sensor remembers the host all the same. */
static void close_incident(struct pipeline *pipeline, const struct host_key *host)
{
	const struct incident *incident = book_find(pipeline->book, host);

	order_to_forget(pipeline, host);
	if (incident)
		book_close(pipeline->book, incident->id, pipeline->now_ns);
}

static void step(struct pipeline *pipeline)
{
	struct record record;

	for (unsigned i = 0; i < RECORDS_AT_ONCE && feed_next(pipeline->told, &record); i++)
		take_record(pipeline, &record);
	do
		pipeline->due_ns = response_advance(pipeline->response, pipeline->now_ns);
	while (dryrun_answer(pipeline->dryrun) > 0);
	repairs_advance(pipeline->repairs, pipeline->now_ns);
	/* Who was released starts anew: old evidence must not isolate a repaired machine again. */
	while (pipeline->closing_count > 0)
		close_incident(pipeline, &pipeline->closing[--pipeline->closing_count]);
}

static void note_time(struct pipeline *pipeline, uint64_t wall_ns)
{
	if (wall_ns > pipeline->now_ns)
		pipeline->now_ns = wall_ns;
}

bool pipeline_is_due(const struct pipeline *pipeline, uint64_t wall_ns)
{
	return pipeline->due_ns && pipeline->due_ns <= wall_ns;
}

void pipeline_step(struct pipeline *pipeline, uint64_t wall_ns)
{
	note_time(pipeline, wall_ns);
	step(pipeline);
}

void pipeline_clock_set(struct pipeline *pipeline, uint64_t step_ns, uint64_t wall_ns)
{
	note_time(pipeline, wall_ns);
	response_clock_set(pipeline->response, step_ns, pipeline->now_ns);
	repairs_clock_set(pipeline->repairs, step_ns);
}

void pipeline_advance(struct pipeline *pipeline, uint64_t wall_ns)
{
	note_time(pipeline, wall_ns);
	book_advance(pipeline->book, pipeline->now_ns);
	if (pipeline->firmware)
		firmware_advance(pipeline->firmware, pipeline->now_ns);
	step(pipeline);
	/* After what waits in the feed: a controller that was held up must not take its own pause for the sensor's silence. */
	sight_advance(pipeline->sight, pipeline->now_ns);
}

int pipeline_finish(struct pipeline *pipeline, struct err *err)
{
	return teller_close(pipeline->teller, err);
}

/* ---- blindness --------------------------------------------------------------------------------- */

static void sight_changed(void *arg, const struct fact_sensor *state, uint64_t now_ns)
{
	struct pipeline *pipeline = arg;
	struct fact fact = { .type = FACT_SENSOR, .wall_ns = now_ns, .sensor = state };

	governor_set_blind(pipeline->governor, sight_blind(pipeline->sight));
	log_line(pipeline->log, LOG_LEVEL_WARNING, "sensor", "%s why=\"%s\"",
		 fact_sensor_word(state->state), state->why);
	tell(pipeline, &fact);
}

void pipeline_sensor_lost(struct pipeline *pipeline, const char *why, uint64_t since_ns,
			  uint64_t wall_ns)
{
	note_time(pipeline, wall_ns);
	sight_lost(pipeline->sight, why, since_ns, pipeline->now_ns);
}

static void describe_health(struct pipeline *pipeline, struct buf *answer)
{
	sight_describe(pipeline->sight, answer);
	teller_describe(pipeline->teller, answer);
	outlook_describe(pipeline->outlook, answer);
}

static void describe_hosts(struct pipeline *pipeline, struct buf *answer)
{
	outlook_hosts(pipeline->outlook, answer);
}

static void describe_stats(struct pipeline *pipeline, struct buf *answer)
{
	struct stats_sources sources = {
		.sensor = &pipeline->counted,
		.book = pipeline->book,
		.outbreak = pipeline->outbreak,
		.guard = pipeline->guard,
		.governor = pipeline->governor,
		.response = pipeline->response,
		.repairs = pipeline->repairs,
		.told = pipeline->told,
		.orders = pipeline->orders,
		.prepared = pipeline->prepared,
		.unprepared = pipeline->unprepared,
		.unwritten = teller_unwritten(pipeline->teller),
		.now_ns = pipeline->now_ns,
	};

	stats_describe(&sources, answer);
}

static const struct {
	const char *word;
	void (*describe)(struct pipeline *pipeline, struct buf *answer);
} views[] = { { "health", describe_health },
	      { "hosts", describe_hosts },
	      { "stats", describe_stats } };

int pipeline_command(struct pipeline *pipeline, char *const *words, const char *who,
		     uint64_t wall_ns, struct buf *answer, struct err *err)
{
	struct commands_asked asked = { .response = pipeline->response,
					.repairs = pipeline->repairs,
					.roster = pipeline->setup->roster,
					.book = pipeline->book,
					.words = words,
					.who = who };
	int rc;

	note_time(pipeline, wall_ns);
	asked.now_ns = pipeline->now_ns;
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++)
		if (strcmp(words[0], views[i].word) == 0) {
			views[i].describe(pipeline, answer);
			return 0;
		}
	rc = commands_run(&asked, answer, err);
	step(pipeline);
	return rc;
}

static void make_guard(struct pipeline *pipeline)
{
	const struct config *config = &pipeline->setup->config;

	pipeline->guard = guard_new(0);
	for (size_t i = 0; i < config->never_count; i++)
		guard_never_prefix(pipeline->guard, &config->never[i],
				   "safety.never_isolate lists it");
	for (size_t i = 0; i < config->never_mac_count; i++)
		guard_never_mac(pipeline->guard, &config->never_mac[i],
				"safety.never_isolate lists it");
	/* The repair channel itself must never be cut. */
	if (config->has_relay) {
		struct prefix relay = { .ip = config->relay, .bits = 128 };

		guard_never_prefix(pipeline->guard, &relay,
				   "it is the relay of the repair channel");
	}
	pipeline->governor = governor_new(config->automatic_per_hour);
}

static void make_sight(struct pipeline *pipeline, bool apart)
{
	struct sight_config sight = { .pause_ns = pipeline->setup->config.blind_pause_ns,
				      .silent_ns = apart ? SILENT_NS : 0,
				      .arg = pipeline,
				      .changed = sight_changed };

	pipeline->sight = sight_new(&sight);
}

static bool enforces(const struct pipeline_config *parts)
{
	return parts->loop && parts->setup->config.enforce;
}

static int make_teller(struct pipeline *pipeline, const struct pipeline_config *parts,
		       struct err *err)
{
	struct teller_config config = { .setup = parts->setup,
					.log = parts->log,
					.account = parts->account,
					.origin = parts->origin,
					.lasting = parts->lasting,
					.dry_run = !enforces(parts) };

	pipeline->teller = teller_new(&config, err);
	return pipeline->teller ? 0 : ERR_FAILED;
}

static void make_enforcer(struct pipeline *pipeline, const struct pipeline_config *parts)
{
	struct firmware_config config = { .setup = parts->setup,
					  .log = parts->log,
					  .loop = parts->loop,
					  .teller = pipeline->teller };

	pipeline->dryrun = dryrun_new();
	if (enforces(parts))
		pipeline->firmware = firmware_new(&config);
}

static void prepared(void *arg, const struct asset *asset, const char *channel,
		     const struct enforcer_result *result)
{
	struct pipeline *pipeline = arg;

	if (result->rc == 0) {
		pipeline->prepared++;
		log_line(pipeline->log, LOG_LEVEL_INFO, "prepare",
			 "ready asset=%s channel=%s device=\"%s\" writes=%u", asset->name, channel,
			 result->device, result->writes);
		return;
	}
	pipeline->unprepared++;
	log_line(pipeline->log, LOG_LEVEL_WARNING, "prepare",
		 "not ready asset=%s channel=%s why=\"%s\"", asset->name, channel,
		 result->err ? result->err->text : "unknown");
}

static void make_book_and_response(struct pipeline *pipeline)
{
	const struct config *config = &pipeline->setup->config;
	struct store *store = teller_store(pipeline->teller);
	struct book_config book = {
		.suspect_nats = config->suspect_nats,
		.convict_nats = config->convict_nats,
		.half_life_ns = config->half_life_ns,
		.fault = network_changed,
		.first_id = store ? store_next_incident(store) : 1,
	};
	struct response_parts parts = {
		.policy = pipeline->setup->policy,
		.roster = pipeline->setup->roster,
		.guard = pipeline->guard,
		.governor = pipeline->governor,
		.enforcer = pipeline->firmware ? firmware_enforcer(pipeline->firmware)
					       : dryrun_enforcer(pipeline->dryrun),
		.journal = store ? store_journal(store) : NULL,
		.facts = { pipeline, tell },
		.detector_name = sensor_detector_name,
		.dry_run = !pipeline->firmware,
		.first_id = store ? store_next_isolation(store) : 1,
		.prepared = prepared,
		.prepared_arg = pipeline,
	};

	pipeline->outbreak = outbreak_new(0, infected, pipeline);
	pipeline->book = book_new(&book, incident_changed, pipeline);
	pipeline->response = response_new(&parts);
}

static void make_repairs(struct pipeline *pipeline)
{
	struct store *store = teller_store(pipeline->teller);
	struct repairs_parts parts = {
		.policy = pipeline->setup->policy,
		.roster = pipeline->setup->roster,
		.guard = pipeline->guard,
		.governor = pipeline->governor,
		.response = pipeline->response,
		.remedy = pipeline->firmware ? firmware_remedy(pipeline->firmware) : NULL,
		.journal = store ? store_repairs(store) : NULL,
		.facts = { pipeline, tell },
		.detector_name = sensor_detector_name,
		.first_id = store ? store_next_repair(store) : 1,
	};

	pipeline->repairs = repairs_new(&parts);
}

static void recall_start(void *arg, uint64_t started_ns)
{
	struct pipeline *pipeline = arg;

	governor_recall(pipeline->governor, started_ns);
}

/* What was begun goes on; and ready for the first incident: every asset's firmware gets the channels' filters and disabled policies
 * now. */
static int take_up(struct pipeline *pipeline, struct err *err)
{
	uint64_t now_ns = clock_wall_ns();

	pipeline->now_ns = now_ns;
	if (store_ended_starts(teller_store(pipeline->teller), now_ns - HOUR_NS, recall_start,
			       pipeline, err) < 0 ||
	    response_recall(pipeline->response, now_ns, err) < 0 ||
	    repairs_recall(pipeline->repairs, now_ns, err) < 0)
		return ERR_FAILED;
	firmware_advance(pipeline->firmware, now_ns);
	response_prepare(pipeline->response);
	return 0;
}

struct pipeline *pipeline_new(const struct pipeline_config *config, struct err *err)
{
	struct pipeline *pipeline = mem_alloc(sizeof(*pipeline));

	pipeline->setup = config->setup;
	pipeline->log = config->log;
	pipeline->told = config->told;
	pipeline->orders = config->orders;
	pipeline->outlook = outlook_new();
	make_guard(pipeline);
	make_sight(pipeline, config->apart);
	if (make_teller(pipeline, config, err) < 0)
		goto fail;
	if (enforces(config) && !teller_store(pipeline->teller)) {
		err_set(err, ERR_CONFIG,
			"enforcing needs a journal: set \"store:\" in cordon.yaml or use --store");
		goto fail;
	}
	make_enforcer(pipeline, config);
	make_book_and_response(pipeline);
	make_repairs(pipeline);
	/* A replay looks at the past: what a live daemon left unfinished is none of its business. */
	if (pipeline->firmware && take_up(pipeline, err) < 0)
		goto fail;
	return pipeline;
fail:
	pipeline_free(pipeline);
	return NULL;
}

void pipeline_free(struct pipeline *pipeline)
{
	if (!pipeline)
		return;
	/* The firmware client first: nothing may answer into a response that is gone. */
	firmware_free(pipeline->firmware);
	repairs_free(pipeline->repairs);
	response_free(pipeline->response);
	book_free(pipeline->book);
	outbreak_free(pipeline->outbreak);
	dryrun_free(pipeline->dryrun);
	guard_free(pipeline->guard);
	governor_free(pipeline->governor);
	sight_free(pipeline->sight);
	outlook_free(pipeline->outlook);
	teller_free(pipeline->teller);
	mem_free(pipeline);
}
