/* SPDX-License-Identifier: Apache-2.0 */
/* teller.c - three who hear each fact, and what becomes of what two of them could not write down.
 *
 * Each of the two has a gap of its own: a full disk of one file leaves the other whole.  Left out: a mark of what a process did
 * not write that died before there was room again. */
#include "core/daemon/teller.h"

#include <stdio.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/err.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/daemon/sensor.h"
#include "core/daemon/setup.h"
#include "core/isolation/fact.h"
#include "core/notify/account.h"
#include "core/notify/eve.h"
#include "core/store/store.h"

enum { LEDGER, EVE, WRITERS };

/* Empty while its facts are none. */
struct gap {
	struct fact_gap fact;
	char why[ERR_TEXT_MAX_BYTES];
};

struct teller {
	struct log *log;
	struct store *store; /* NULL if nothing is kept */
	struct eve *eve;
	struct account *account;
	struct gap gaps[WRITERS];
	struct err first, latest; /* of the writes that failed */
	uint64_t first_ns, latest_ns, failed;
	struct log_limit limit; /* a full disk fails at each fact */
};

static int open_store(struct teller *teller, const struct teller_config *config, struct err *err)
{
	struct store_terms terms = { .path = config->setup->config.store,
				     .detector_name = sensor_detector_name,
				     .origin = config->origin ? config->origin : "",
				     .dry_run = config->dry_run };

	if (!*terms.path)
		return 0;
	teller->store = store_open(&terms, err);
	return teller->store ? 0 : ERR_FAILED;
}

static int open_eve(struct teller *teller, const struct teller_config *config, struct err *err)
{
	const char *path = config->setup->config.eve;

	if (!*path)
		return 0;
	teller->eve = eve_open(path, config->lasting, sensor_detector_name, err);
	return teller->eve ? 0 : ERR_FAILED;
}

struct teller *teller_new(const struct teller_config *config, struct err *err)
{
	struct teller *teller = mem_alloc(sizeof(*teller));

	teller->log = config->log;
	if (config->account)
		teller->account =
			account_new(config->account, account_wants_colour(config->account));
	if (open_store(teller, config, err) == 0 && open_eve(teller, config, err) == 0)
		return teller;
	teller_free(teller);
	return NULL;
}

void teller_free(struct teller *teller)
{
	if (!teller)
		return;
	eve_close(teller->eve, NULL);
	store_close(teller->store);
	account_free(teller->account);
	mem_free(teller);
}

struct store *teller_store(struct teller *teller)
{
	return teller->store;
}

void teller_failed(struct teller *teller, const struct err *err, uint64_t now_ns)
{
	log_limited(teller->log, &teller->limit, now_ns, LOG_LEVEL_ERROR, "store", err->text);
	if (!err_is_set(&teller->first)) {
		teller->first = *err;
		teller->first_ns = now_ns;
	}
	teller->latest = *err;
	teller->latest_ns = now_ns;
	teller->failed++;
}

static int write_fact(struct teller *teller, unsigned writer, const struct fact *fact,
		      struct err *err)
{
	if (writer == LEDGER)
		return teller->store ? store_fact(teller->store, fact, err) : 0;
	return teller->eve ? eve_write(teller->eve, fact, err) : 0;
}

/* Before the first fact that there is room for again. */
static int mark_gap(struct teller *teller, unsigned writer, uint64_t now_ns, struct err *err)
{
	struct gap *gap = &teller->gaps[writer];
	struct fact mark = { .type = FACT_GAP, .wall_ns = now_ns, .gap = &gap->fact };

	if (fact_gap_count(&gap->fact) == 0)
		return 0;
	if (write_fact(teller, writer, &mark, err) < 0)
		return ERR_FAILED;
	log_line(teller->log, LOG_LEVEL_WARNING, "store", "writes again writer=%s missing=%llu",
		 gap->fact.writer, (unsigned long long)fact_gap_count(&gap->fact));
	if (teller->account)
		account_tell(teller->account, &mark);
	memset(gap, 0, sizeof(*gap));
	return 0;
}

static void widen_gap(struct teller *teller, unsigned writer, const struct fact *missing,
		      const struct err *err)
{
	static const char *const names[WRITERS] = { "ledger", "eve" };
	struct gap *gap = &teller->gaps[writer];

	if (fact_gap_count(&gap->fact) == 0)
		gap->fact.from_ns = missing->wall_ns;
	snprintf(gap->why, sizeof(gap->why), "%s", err->text);
	gap->fact.writer = names[writer];
	gap->fact.why = gap->why;
	gap->fact.until_ns = missing->wall_ns;
	gap->fact.facts[missing->type]++;
	teller_failed(teller, err, missing->wall_ns);
}

void teller_tell(struct teller *teller, const struct fact *fact)
{
	for (unsigned writer = 0; writer < WRITERS; writer++) {
		struct err err = { 0 };

		if (mark_gap(teller, writer, fact->wall_ns, &err) < 0 ||
		    write_fact(teller, writer, fact, &err) < 0)
			widen_gap(teller, writer, fact, &err);
	}
	if (teller->account)
		account_tell(teller->account, fact);
}

uint64_t teller_unwritten(const struct teller *teller)
{
	return teller->failed;
}

void teller_describe(const struct teller *teller, struct buf *out)
{
	char first[CLOCK_TEXT_BYTES], latest[CLOCK_TEXT_BYTES];

	if (teller->failed == 0)
		return;
	clock_text(teller->first_ns, first, sizeof(first));
	clock_text(teller->latest_ns, latest, sizeof(latest));
	buf_format(
		out,
		"unwritten %llu times since %.19s, the latest at %.19s: what was told then is missing: %s\n",
		(unsigned long long)teller->failed, first, latest, teller->latest.text);
}

int teller_close(struct teller *teller, struct err *err)
{
	struct err closing = { 0 };

	for (unsigned writer = 0; writer < WRITERS; writer++)
		mark_gap(teller, writer, teller->latest_ns, NULL);
	if (eve_close(teller->eve, &closing) < 0)
		teller_failed(teller, &closing, teller->latest_ns);
	teller->eve = NULL;
	if (err_is_set(&teller->first))
		return err_set(err, teller->first.code, "%s", teller->first.text);
	return 0;
}
