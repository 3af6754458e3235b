/* SPDX-License-Identifier: Apache-2.0 */
/* teller.c - three who hear each fact, and what becomes of those who could not write it down. */
#include "core/daemon/teller.h"

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

struct teller {
	struct log *log;
	struct store *store; /* NULL if nothing is kept */
	struct eve *eve;
	struct account *account;
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
	return teller->store ? store_assets(teller->store, config->setup->roster, err) : ERR_FAILED;
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

void teller_tell(struct teller *teller, const struct fact *fact)
{
	struct err err = { 0 };

	if (teller->store && store_fact(teller->store, fact, &err) < 0)
		teller_failed(teller, &err, fact->wall_ns);
	err_clear(&err);
	if (teller->eve && eve_write(teller->eve, fact, &err) < 0)
		teller_failed(teller, &err, fact->wall_ns);
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

	if (eve_close(teller->eve, &closing) < 0)
		teller_failed(teller, &closing, teller->latest_ns);
	teller->eve = NULL;
	if (err_is_set(&teller->first))
		return err_set(err, teller->first.code, "%s", teller->first.text);
	return 0;
}
