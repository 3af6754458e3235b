/* SPDX-License-Identifier: Apache-2.0 */
/* firmware.h - the machines' firmware, as the controller knows it: an enforcer, and a survey of all of it at start and once a day.
 *
 * What the survey finds goes into log and store, so that what a machine lacks is told before the night it matters. */
#ifndef CORDON_DAEMON_FIRMWARE_H
#define CORDON_DAEMON_FIRMWARE_H

#include <stdint.h>

struct enforcer;
struct firmware;
struct log;
struct remedy;
struct loop;
struct setup;
struct teller;

/* All borrowed for good. */
struct firmware_config {
	const struct setup *setup;
	struct log *log;
	struct loop *loop;
	struct teller *teller; /* whose store keeps the grades; outlives the firmware */
};

struct firmware *firmware_new(const struct firmware_config *config); /* never NULL */
/* Nothing answers after that: before whoever was promised an answer goes. */
void firmware_free(struct firmware *firmware);
const struct enforcer *firmware_enforcer(struct firmware *firmware);
const struct remedy *firmware_remedy(struct firmware *firmware);
/* Surveys if that is due: the first time, and a day after the last. */
void firmware_advance(struct firmware *firmware, uint64_t now_ns);

#endif
