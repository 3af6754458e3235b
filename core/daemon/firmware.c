/* SPDX-License-Identifier: Apache-2.0 */
/* firmware.c - settings for the firmware client, and the daily survey.
 *
 * The only file of the daemon that knows the firmware client. */
#include "core/daemon/firmware.h"

#include <stdbool.h>
#include <string.h>

#include "amt/amt.h"
#include "core/asset/asset.h"
#include "core/asset/roster.h"
#include "core/base/clock.h"
#include "core/base/err.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/units.h"
#include "core/daemon/setup.h"
#include "core/daemon/teller.h"
#include "core/store/readiness.h"
#include "core/store/store.h"

#define DAY_NS s_to_ns(24 * 3600)

struct survey {
	struct firmware *firmware;
	const struct asset *asset;
	bool asked; /* and not answered yet */
};

struct firmware {
	struct firmware_config config;
	struct amt *amt;
	struct survey *surveys; /* one per asset */
	uint64_t due_ns;        /* wall; of the next survey */
	uint64_t now_ns;
};

static const char *or_null(const char *text)
{
	return *text ? text : NULL;
}

struct firmware *firmware_new(const struct firmware_config *config)
{
	const struct config *settings = &config->setup->config;
	struct firmware *firmware = mem_alloc(sizeof(*firmware));
	struct amt_config amt = { .connections_max = settings->amt_connections,
				  .policy_precedence = settings->amt_precedence,
				  .answer_timeout_ms = settings->amt_answer_timeout_s * 1000,
				  .authorities = or_null(settings->amt_authorities),
				  .certificate = or_null(settings->amt_certificate),
				  .key_ref = or_null(settings->amt_key),
				  .wall_ns = clock_wall_ns,
				  .cable_only = !settings->amt_wireless,
				  .dead_man_min =
					  (uint16_t)(settings->amt_dead_man_ns / s_to_ns(60)) };

	while (strcmp(config_tcp_flags()[amt.tcp_flags], settings->amt_tcp_flags) != 0)
		amt.tcp_flags++;
	firmware->config = *config;
	firmware->amt = amt_new(&amt, config->loop, config->log);
	firmware->surveys =
		mem_array(roster_count(config->setup->roster) + 1, sizeof(*firmware->surveys));
	return firmware;
}

void firmware_free(struct firmware *firmware)
{
	if (!firmware)
		return;
	amt_free(firmware->amt);
	mem_free(firmware->surveys);
	mem_free(firmware);
}

const struct enforcer *firmware_enforcer(struct firmware *firmware)
{
	return amt_enforcer(firmware->amt);
}

const struct remedy *firmware_remedy(struct firmware *firmware)
{
	return amt_remedy(firmware->amt);
}

static void keep(struct firmware *firmware, const struct readiness *readiness)
{
	struct store *store = teller_store(firmware->config.teller);
	struct err err = { 0 };

	if (store && store_readiness(store, readiness, &err) < 0)
		teller_failed(firmware->config.teller, &err, firmware->now_ns);
}

static void surveyed(void *arg, const struct amt_report *report)
{
	struct survey *survey = arg;
	char letter[2] = { amt_grade_letter(report->grade), '\0' }, codes[512];
	struct readiness readiness = { .asset = survey->asset->name,
				       .grade = letter,
				       .release = report->release,
				       .enforcement = amt_enforcement_name(report->enforcement),
				       .codes = codes,
				       .asked_ns = clock_wall_ns() };

	amt_report_codes(report, codes, sizeof(codes));
	log_line(survey->firmware->config.log,
		 report->grade > AMT_GRADE_C ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO, "readiness",
		 "grade=%s asset=%s enforced_by=%s codes=\"%s\"", letter, survey->asset->name,
		 readiness.enforcement, codes);
	keep(survey->firmware, &readiness);
	survey->asked = false;
}

void firmware_advance(struct firmware *firmware, uint64_t now_ns)
{
	const struct roster *roster = firmware->config.setup->roster;

	firmware->now_ns = now_ns;
	if (now_ns < firmware->due_ns)
		return;
	firmware->due_ns = now_ns + DAY_NS;
	for (size_t i = 0; i < roster_count(roster); i++) {
		struct survey *survey = &firmware->surveys[i];

		if (survey->asked || !roster_at(roster, i)->amt.present)
			continue;
		*survey = (struct survey){ firmware, roster_at(roster, i), true };
		amt_survey(firmware->amt, survey->asset, surveyed, survey);
	}
}
