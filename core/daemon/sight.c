/* SPDX-License-Identifier: Apache-2.0 */
/* sight.c - three states: sees, blind, recovering (the sensor is back, automation still pauses).
 *
 * Losses are judged over five seconds: a burst that filled a buffer once is no blindness.  Left out: how much of the network
 * a sensor that loses nothing gets to see, which is coverage's business. */
#include "core/daemon/sight.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/units.h"
#include "core/feed/record.h"

#define LOOK_NS     s_to_ns(5)
#define DROPS_LEAST 100
#define DROPS_SHARE 10 /* blind when more than one in so many is lost */
#define WHY_BYTES   160

enum state { SEES, LOSES, BLIND, RECOVERS };

struct sight {
	struct sight_config config;
	enum state state;
	char why[WHY_BYTES];
	uint64_t since_ns, until_ns;   /* of the blindness */
	uint64_t resumes_ns;           /* RECOVERS: when automation goes on */
	uint64_t pulse_ns, look_ns;    /* latest; 0 = none yet */
	struct record_pulse looked_at; /* at look_ns */
};

struct sight *sight_new(const struct sight_config *config)
{
	struct sight *sight = mem_alloc(sizeof(*sight));

	sight->config = *config;
	return sight;
}

void sight_free(struct sight *sight)
{
	mem_free(sight);
}

static void tell(const struct sight *sight, enum fact_sensor_state state, uint64_t now_ns)
{
	struct fact_sensor told = { .state = (uint8_t)state,
				    .why = sight->why,
				    .since_ns = sight->since_ns,
				    .until_ns = state == SENSOR_BLIND ? 0 : sight->until_ns,
				    .resumes_ns = state == SENSOR_BACK ? sight->resumes_ns : 0 };

	sight->config.changed(sight->config.arg, &told, now_ns);
}

static void go_blind(struct sight *sight, enum state state, const char *why, uint64_t now_ns)
{
	sight->state = state;
	snprintf(sight->why, sizeof(sight->why), "%s", why);
	tell(sight, SENSOR_BLIND, now_ns);
}

void sight_lost(struct sight *sight, const char *why, uint64_t since_ns, uint64_t now_ns)
{
	sight->pulse_ns = 0;
	sight->look_ns = 0;
	if (sight->state == BLIND)
		return;
	sight->since_ns = since_ns < now_ns ? since_ns : now_ns;
	go_blind(sight, BLIND, why, now_ns);
}

static void see_again(struct sight *sight, uint64_t now_ns)
{
	sight->state = SEES;
	tell(sight, SENSOR_SEES, now_ns);
}

static const char *loss(const struct record_pulse *before, const struct record_pulse *now)
{
	uint64_t dropped = now->dropped - before->dropped;
	uint64_t frames = now->frames - before->frames;

	if (dropped > DROPS_LEAST && dropped > frames / DROPS_SHARE)
		return "the sensor is losing more than a tenth of the packets";
	if (now->lost > before->lost)
		return "the sensor has more to tell than gets through";
	return NULL;
}

static bool is_older(const struct record_pulse *pulse, const struct record_pulse *than)
{
	return pulse->dropped < than->dropped || pulse->frames < than->frames ||
	       pulse->lost < than->lost;
}

static void look_at_losses(struct sight *sight, const struct record_pulse *pulse, uint64_t now_ns)
{
	bool begins = sight->look_ns == 0 || is_older(pulse, &sight->looked_at);
	const char *why;

	if (!begins && now_ns - sight->look_ns < LOOK_NS)
		return;
	why = begins ? NULL : loss(&sight->looked_at, pulse);
	if (why && sight->state == SEES) {
		sight->since_ns = sight->look_ns;
		go_blind(sight, LOSES, why, now_ns);
	} else if (!why && sight->state == LOSES) {
		sight->until_ns = sight->look_ns;
		see_again(sight, now_ns);
	}
	sight->looked_at = *pulse;
	sight->look_ns = now_ns;
}

void sight_pulse(struct sight *sight, const struct record_pulse *pulse, uint64_t now_ns)
{
	sight->pulse_ns = now_ns;
	if (sight->state == BLIND) {
		sight->state = RECOVERS;
		sight->until_ns = now_ns;
		sight->resumes_ns = now_ns + sight->config.pause_ns;
		tell(sight, SENSOR_BACK, now_ns);
	}
	look_at_losses(sight, pulse, now_ns);
}

void sight_advance(struct sight *sight, uint64_t now_ns)
{
	uint64_t heard_ns = sight->pulse_ns;

	if (sight->config.silent_ns && heard_ns && now_ns > heard_ns &&
	    now_ns - heard_ns > sight->config.silent_ns)
		sight_lost(sight, "the sensor is silent", heard_ns, now_ns);
	if (sight->state == RECOVERS && now_ns >= sight->resumes_ns)
		see_again(sight, now_ns);
}

const char *sight_blind(const struct sight *sight)
{
	return sight->state == SEES ? NULL : sight->why;
}

void sight_describe(const struct sight *sight, struct buf *out)
{
	char since[CLOCK_TEXT_BYTES], resumes[CLOCK_TEXT_BYTES];

	if (sight->state == SEES)
		return;
	clock_text(sight->since_ns, since, sizeof(since));
	clock_text(sight->resumes_ns, resumes, sizeof(resumes));
	if (sight->state == RECOVERS)
		buf_format(
			out,
			"blind     was so since %.19s, has all to learn anew: automatic isolation goes on "
			"at %.19s (%s)\n",
			since, resumes, sight->why);
	else
		buf_format(out, "blind     since %.19s, automatic isolation pauses: %s\n", since,
			   sight->why);
}
