/* SPDX-License-Identifier: Apache-2.0 */
/* amt.h - all that others may include of amt/: an enforcer that speaks WS-Management to Intel AMT firmware.
 *
 * Source of every fact: the AMT system defense dossier and DSP0226; see amt/README.md.  One request in flight per
 * endpoint, endpoints do not wait for each other.  Objects of other consoles are never touched: ours bear the
 * name prefix "crd-". */
#ifndef CORDON_AMT_AMT_H
#define CORDON_AMT_AMT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/isolation/enforcer.h"

struct amt;
struct asset;
struct err;
struct log;
struct loop;

struct amt_config {
	uint32_t connections_max;      /* 0 = 512 */
	uint32_t answer_timeout_ms;    /* 0 = 35000: firmware may take 30 s (5.1) */
	uint32_t connect_timeout_ms;   /* 0 = 5000 */
	uint32_t policy_precedence;    /* 0 = 1000; larger wins in the firmware */
};

struct amt *amt_new(const struct amt_config *config, struct loop *loop, struct log *log);
void amt_free(struct amt *amt);        /* requests in flight are cancelled without an answer; never from a callback */
const struct enforcer *amt_enforcer(struct amt *amt);

/* Who and what a device is, read before an incident. */
enum amt_grade { AMT_READY, AMT_DEGRADED, AMT_NOT_READY };

struct amt_report {
	int rc;                        /* 0 or negative: the device could not be asked */
	const struct err *err;
	uint8_t grade;                 /* enum amt_grade */
	char why[200];                 /* in words; "" when ready */
	char release[32];              /* "12.0.67" */
	char uuid[40];
	char realm[64];                /* digest realm: identity of this provisioning */
	bool admin_control_mode;
	bool wired_port;
	uint32_t policies_max, filters_max, tx_filters_max, rx_filters_max;
	uint32_t policies_used, filters_used, foreign_policies;
};

typedef void amt_report_fn(void *arg, const struct amt_report *report);
/* done exactly once, later. */
void amt_survey(struct amt *amt, const struct asset *asset, amt_report_fn *done, void *arg);

#endif
