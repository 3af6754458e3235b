/* SPDX-License-Identifier: Apache-2.0 */
/* pipeline.c - sees everything, decides nothing.
 *
 * The only file that knows both the core and the firmware client. */
#include "core/daemon/pipeline.h"

#include <stdlib.h>
#include <string.h>

#include "amt/amt.h"
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
#include "core/daemon/outlook.h"
#include "core/daemon/sensor.h"
#include "core/daemon/setup.h"
#include "core/daemon/sight.h"
#include "core/daemon/stats.h"
#include "core/feed/feed.h"
#include "core/feed/record.h"
#include "core/incident/book.h"
#include "core/incident/outbreak.h"
#include "core/isolation/dryrun.h"
#include "core/isolation/response.h"
#include "core/notify/account.h"
#include "core/notify/eve.h"
#include "core/safety/governor.h"
#include "core/safety/guard.h"
#include "core/store/readiness.h"
#include "core/store/store.h"

/* Taken in one step: devices wait for answers too. */
#define RECORDS_AT_ONCE 4096
#define CLOSING_MAX     64
/* The sensor pulses once a second. */
#define SILENT_NS s_to_ns(5)
#define HOUR_NS   s_to_ns(3600)
#define DAY_NS    s_to_ns(24 * 3600)

struct survey {
	struct pipeline *pipeline;
	const struct asset *asset;
	bool asked; /* and not answered yet */
};

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
	struct outlook *outlook;
	struct dryrun *dryrun;
	struct amt *amt;     /* NULL in a dry run */
	struct store *store; /* NULL if nothing is kept */
	struct eve *eve;
	struct account *account;
	uint64_t now_ns;                      /* wall */
	uint64_t due_ns;                      /* when the response wants to be stepped; 0 = never */
	struct host_key closing[CLOSING_MAX]; /* whose isolation was released in this step */
	unsigned closing_count;
	uint64_t prepared, unprepared; /* asset and channel */
	struct record_sensor counted;  /* by the sensor, as last told */
	struct survey *surveys;        /* one per asset; NULL before the first */
	uint64_t survey_due_ns;        /* wall */
	struct err failure;            /* the first write error */
	struct err latest;             /* the last one */
	uint64_t failed_first_ns, failed_latest_ns, failed; /* writes */
	struct log_limit failures;                          /* a full disk fails at each fact */
};

static void survey_assets(struct pipeline *pipeline);

static void note_failure(struct pipeline *pipeline, const struct err *err)
{
	log_limited(pipeline->log, &pipeline->failures, pipeline->now_ns, LOG_LEVEL_ERROR, "store",
		    err->text);
	if (!err_is_set(&pipeline->failure)) {
		pipeline->failure = *err;
		pipeline->failed_first_ns = pipeline->now_ns;
	}
	pipeline->latest = *err;
	pipeline->failed_latest_ns = pipeline->now_ns;
	pipeline->failed++;
}

/* Who reads ledger or EVE file must learn that something is missing, also when there is room again. */
static void describe_failures(const struct pipeline *pipeline, struct buf *out)
{
	char first[CLOCK_TEXT_BYTES], latest[CLOCK_TEXT_BYTES];

	if (pipeline->failed == 0)
		return;
	clock_text(pipeline->failed_first_ns, first, sizeof(first));
	clock_text(pipeline->failed_latest_ns, latest, sizeof(latest));
	buf_format(
		out,
		"unwritten %llu times since %.19s, the latest at %.19s: what was told then is missing: %s\n",
		(unsigned long long)pipeline->failed, first, latest, pipeline->latest.text);
}

static void tell(void *arg, const struct fact *fact)
{
	struct pipeline *pipeline = arg;
	struct err err = { 0 };

	if (pipeline->store && store_fact(pipeline->store, fact, &err) < 0)
		note_failure(pipeline, &err);
	err_clear(&err);
	if (pipeline->eve && eve_write(pipeline->eve, fact, &err) < 0)
		note_failure(pipeline, &err);
	if (pipeline->account)
		account_tell(pipeline->account, fact);
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

void pipeline_advance(struct pipeline *pipeline, uint64_t wall_ns)
{
	note_time(pipeline, wall_ns);
	book_advance(pipeline->book, pipeline->now_ns);
	if (pipeline->amt && pipeline->now_ns >= pipeline->survey_due_ns)
		survey_assets(pipeline);
	step(pipeline);
	/* After what waits in the feed: a controller that was held up must not take its own pause for the sensor's silence. */
	sight_advance(pipeline->sight, pipeline->now_ns);
}

int pipeline_finish(struct pipeline *pipeline, struct err *err)
{
	struct err closing = { 0 };

	if (eve_close(pipeline->eve, &closing) < 0)
		note_failure(pipeline, &closing);
	pipeline->eve = NULL;
	if (err_is_set(&pipeline->failure))
		return err_set(err, pipeline->failure.code, "%s", pipeline->failure.text);
	return 0;
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
	describe_failures(pipeline, answer);
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
		.told = pipeline->told,
		.orders = pipeline->orders,
		.prepared = pipeline->prepared,
		.unprepared = pipeline->unprepared,
		.unwritten = pipeline->failed,
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

static int open_writers(struct pipeline *pipeline, const struct pipeline_config *parts,
			struct err *err)
{
	const struct config *config = &pipeline->setup->config;
	struct store_terms terms = { .path = config->store,
				     .detector_name = sensor_detector_name,
				     .origin = parts->origin ? parts->origin : "",
				     .dry_run = !enforces(parts) };

	if (*config->store) {
		pipeline->store = store_open(&terms, err);
		if (!pipeline->store ||
		    store_assets(pipeline->store, pipeline->setup->roster, err) < 0)
			return ERR_FAILED;
	}
	if (*config->eve)
		pipeline->eve = eve_open(config->eve, parts->lasting, sensor_detector_name, err);
	return *config->eve && !pipeline->eve ? ERR_FAILED : 0;
}

static const char *or_null(const char *text)
{
	return *text ? text : NULL;
}

/* loop: NULL in a dry run. */
static void make_enforcer(struct pipeline *pipeline, struct loop *loop)
{
	const struct config *config = &pipeline->setup->config;
	struct amt_config amt = { .connections_max = config->amt_connections,
				  .policy_precedence = config->amt_precedence,
				  .answer_timeout_ms = config->amt_answer_timeout_s * 1000,
				  .authorities = or_null(config->amt_authorities),
				  .certificate = or_null(config->amt_certificate),
				  .key_ref = or_null(config->amt_key),
				  .wall_ns = clock_wall_ns,
				  .dead_man_min =
					  (uint16_t)(config->amt_dead_man_ns / s_to_ns(60)) };

	while (strcmp(config_tcp_flags()[amt.tcp_flags], config->amt_tcp_flags) != 0)
		amt.tcp_flags++;

	pipeline->dryrun = dryrun_new();
	if (loop)
		pipeline->amt = amt_new(&amt, loop, pipeline->log);
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
	struct book_config book = {
		.suspect_nats = config->suspect_nats,
		.convict_nats = config->convict_nats,
		.half_life_ns = config->half_life_ns,
		.fault = network_changed,
		.first_id = pipeline->store ? store_next_incident(pipeline->store) : 1,
	};
	struct response_parts parts = {
		.policy = pipeline->setup->policy,
		.roster = pipeline->setup->roster,
		.guard = pipeline->guard,
		.governor = pipeline->governor,
		.enforcer = pipeline->amt ? amt_enforcer(pipeline->amt)
					  : dryrun_enforcer(pipeline->dryrun),
		.journal = pipeline->store ? store_journal(pipeline->store) : NULL,
		.facts = { pipeline, tell },
		.detector_name = sensor_detector_name,
		.dry_run = !pipeline->amt,
		.first_id = pipeline->store ? store_next_isolation(pipeline->store) : 1,
		.prepared = prepared,
		.prepared_arg = pipeline,
	};

	pipeline->outbreak = outbreak_new(0, infected, pipeline);
	pipeline->book = book_new(&book, incident_changed, pipeline);
	pipeline->response = response_new(&parts);
}

/* Ready for the first incident: every asset's firmware gets the channels' filters and disabled policies now. */
static void prepare_assets(struct pipeline *pipeline)
{
	if (!pipeline->amt)
		return;
	survey_assets(pipeline);
	response_prepare(pipeline->response);
}

/* ---- readiness --------------------------------------------------------------------------------- */

static void surveyed(void *arg, const struct amt_report *report)
{
	struct survey *survey = arg;
	struct pipeline *pipeline = survey->pipeline;
	char letter[2] = { amt_grade_letter(report->grade), '\0' }, codes[512];
	struct readiness readiness = { .asset = survey->asset->name,
				       .grade = letter,
				       .release = report->release,
				       .enforcement = amt_enforcement_name(report->enforcement),
				       .codes = codes,
				       .asked_ns = clock_wall_ns() };
	struct err err = { 0 };

	amt_report_codes(report, codes, sizeof(codes));
	log_line(pipeline->log, report->grade > AMT_GRADE_C ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO,
		 "readiness", "grade=%s asset=%s enforced_by=%s codes=\"%s\"", letter,
		 survey->asset->name, readiness.enforcement, codes);
	if (pipeline->store && store_readiness(pipeline->store, &readiness, &err) < 0)
		note_failure(pipeline, &err);
	survey->asked = false;
}

/* At start and once a day; what a machine answers is told before the night it matters. */
static void survey_assets(struct pipeline *pipeline)
{
	const struct roster *roster = pipeline->setup->roster;

	pipeline->survey_due_ns = pipeline->now_ns + DAY_NS;
	if (!pipeline->surveys)
		pipeline->surveys = mem_array(roster_count(roster) + 1, sizeof(*pipeline->surveys));
	for (size_t i = 0; i < roster_count(roster); i++) {
		struct survey *survey = &pipeline->surveys[i];

		if (survey->asked || !roster_at(roster, i)->amt.present)
			continue;
		*survey = (struct survey){ pipeline, roster_at(roster, i), true };
		amt_survey(pipeline->amt, survey->asset, surveyed, survey);
	}
}

static void recall_start(void *arg, uint64_t started_ns)
{
	struct pipeline *pipeline = arg;

	governor_recall(pipeline->governor, started_ns);
}

static int recall(struct pipeline *pipeline, struct err *err)
{
	uint64_t now_ns = clock_wall_ns();

	pipeline->now_ns = now_ns;
	if (store_ended_starts(pipeline->store, now_ns - HOUR_NS, recall_start, pipeline, err) < 0)
		return ERR_FAILED;
	return response_recall(pipeline->response, now_ns, err);
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
	if (config->account)
		pipeline->account =
			account_new(config->account, account_wants_colour(config->account));
	if (open_writers(pipeline, config, err) < 0)
		goto fail;
	if (enforces(config) && !pipeline->store) {
		err_set(err, ERR_CONFIG,
			"enforcing needs a journal: set \"store:\" in cordon.yaml or use --store");
		goto fail;
	}
	make_enforcer(pipeline, enforces(config) ? config->loop : NULL);
	make_book_and_response(pipeline);
	/* A replay looks at the past: what a live daemon left unfinished is none of its business. */
	if (pipeline->amt && recall(pipeline, err) < 0)
		goto fail;
	prepare_assets(pipeline);
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
	amt_free(pipeline->amt);
	response_free(pipeline->response);
	book_free(pipeline->book);
	outbreak_free(pipeline->outbreak);
	dryrun_free(pipeline->dryrun);
	guard_free(pipeline->guard);
	governor_free(pipeline->governor);
	sight_free(pipeline->sight);
	outlook_free(pipeline->outlook);
	eve_close(pipeline->eve, NULL);
	store_close(pipeline->store);
	account_free(pipeline->account);
	mem_free(pipeline->surveys);
	mem_free(pipeline);
}
