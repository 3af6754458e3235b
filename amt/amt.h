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
#include "core/isolation/remedy.h"

struct amt;
struct asset;
struct err;
struct log;
struct loop;
struct plan;

/* How firmware wants TCP flags written is not public: as numbers of bits, or as masks.  While it is not known, a limit of new
 * connections holds for all packets to the port, and is told so. */
enum amt_tcp_flags { AMT_FLAGS_UNKNOWN, AMT_FLAGS_BITS, AMT_FLAGS_MASKS };

struct amt_config {
	uint32_t connections_max; /* 0 = 4096; fewer where the process may not open so many descriptors */
	uint32_t answer_timeout_ms; /* 0 = 35000: firmware may take 30 s (5.1); a whole operation eight times that */
	uint32_t connect_timeout_ms; /* 0 = 5000 */
	uint32_t policy_precedence;  /* 0 = 1000; larger wins in the firmware */
	/* PEM files and a secret's reference, copied; NULL = none.  Authorities are for tls "verify"; certificate and
	 * key are shown to firmware that asks for them (mutual TLS). */
	const char *authorities, *certificate, *key_ref;
	uint16_t dead_man_min;     /* firmware ends an isolation by itself after that; 0 = never */
	uint8_t tcp_flags;         /* enum amt_tcp_flags */
	bool cable_only;           /* a wireless port beside a wired one is left alone */
	uint64_t (*wall_ns)(void); /* to judge the clocks of devices; NULL = not judged */
};

struct amt *amt_new(const struct amt_config *config, struct loop *loop, struct log *log);
void amt_free(
	struct amt *
		amt); /* requests in flight are cancelled without an answer; never from a callback */
const struct enforcer *amt_enforcer(struct amt *amt);
/* By hand, below the operating system. */
const struct remedy *amt_remedy(struct amt *amt);

/* How far a machine can be relied on to be cut off, before it has to be.  The worst finding decides.
 *
 *   A  firmware cuts the machine off, nothing to mend
 *   B  the same, and something small should be mended
 *   C  the same, and something weakens the isolation or our hold on it
 *   D  an isolation may not hold: enforced by the host's own driver, or outranked
 *   E  an isolation would fail now; here or there somebody can change that
 *   F  this machine cannot be isolated by its firmware as it is set up */
enum amt_grade { AMT_GRADE_A, AMT_GRADE_B, AMT_GRADE_C, AMT_GRADE_D, AMT_GRADE_E, AMT_GRADE_F };

enum amt_code {
	AMT_NO_AMT,
	AMT_NOT_PROVISIONED,
	AMT_CLIENT_CONTROL_MODE,
	AMT_RELEASE_TOO_OLD,
	AMT_NO_SYSTEM_DEFENSE,
	AMT_NO_WIRED_PORT,
	AMT_UNREACHABLE,
	AMT_CREDENTIALS_REFUSED,
	AMT_CERTIFICATE_REFUSED,
	AMT_ANOTHER_DEVICE,
	AMT_RIGHTS_MISSING,
	AMT_SETTINGS_WRONG,
	AMT_SURVEY_FAILED,
	AMT_FOREIGN_IN_PLACE,
	AMT_NO_ROOM,
	AMT_CHANNEL_TOO_LARGE,
	AMT_AUDIT_LOG_FULL,
	AMT_FLASH_PROTECTED,
	AMT_WIRELESS_ONLY,
	AMT_FOREIGN_OUTRANKS,
	AMT_AUDIT_LOG_LOCKED,
	AMT_WIRELESS_BESIDE,
	AMT_WIRELESS_OPEN,
	AMT_ON_WIRELESS,
	AMT_NO_TLS,
	AMT_NO_COUNTERS,
	AMT_NOT_ALL_FIT,
	AMT_NO_ANTI_SPOOFING,
	AMT_LEGACY_TLS,
	AMT_NO_IPV6_FILTERS,
	AMT_RELEASE_UNKNOWN,
	AMT_RELEASE_NOT_DOCUMENTED,
	AMT_LIMITS_ASSUMED,
	AMT_BUDGET_TIGHT,
	AMT_CLOCK_WRONG,
	AMT_AUDIT_LOG_FILLING,
	AMT_IDENTITY_UNKNOWN,
	AMT_CODES
};

/* Constant; the words never change once released. */
struct amt_code_row {
	const char *code; /* "client-control-mode" */
	uint8_t grade;    /* enum amt_grade */
	const char *remedy;
};

const struct amt_code_row *amt_code_row(enum amt_code code);

/* Who drops the packets of an isolated machine; never the same thing. */
enum amt_enforcement { AMT_BY_NOBODY, AMT_BY_DRIVER, AMT_BY_FIRMWARE };

#define AMT_FINDINGS_MAX 12

struct amt_finding {
	uint8_t code;   /* enum amt_code */
	char text[200]; /* what is so, in words; the remedy is the code's */
};

struct amt_report {
	int rc; /* 0 or negative: the device could not be asked */
	const struct err *err;
	uint8_t grade;       /* enum amt_grade */
	uint8_t enforcement; /* enum amt_enforcement */
	uint8_t finding_count;
	struct amt_finding findings[AMT_FINDINGS_MAX]; /* the worst first */
	char address[64]; /* where it answered: another one than the roster's if it has moved */
	char release[32]; /* "12.0.67" */
	char uuid[40];
	char realm[64]; /* digest realm: identity of this provisioning */
	uint32_t policies_max, filters_max, tx_filters_max, rx_filters_max;
	uint32_t policies_used, filters_used, foreign_policies, foreign_filters;
	uint32_t tx_counters, rx_counters;
	uint32_t v6_tx_filters_max, v6_rx_filters_max, v6_ratio; /* 0: IPv6 cannot be filtered */
	bool anti_spoofing;
};

char amt_grade_letter(unsigned grade);
const char *amt_enforcement_name(unsigned enforcement); /* "firmware", "driver", "nobody" */
/* "no-tls wireless-beside", the worst first; cut where the room ends. */
void amt_report_codes(const struct amt_report *report, char *text, size_t size);
/* Adds a finding, keeping the order and the grade. */
void amt_report_add(struct amt_report *report, enum amt_code code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Adds what keeps this plan from fitting, if anything does; only for a report with limits.  Returns how many of the
 * device's filters it takes; 0 if it does not fit. */
uint32_t amt_report_plan(struct amt_report *report, const struct plan *plan);
/* Adds that so many plans, each a policy, with so many filters do not fit beside each other, if so. */
void amt_report_together(struct amt_report *report, uint32_t plans, uint32_t filters);

/* What a plan takes of the limits that Intel documents (3.1), default filters aside; a device tells its own, and may count
 * a filter for IPv6 several times.  ERR_LIMIT if it takes more, and in words what takes most. */
struct amt_need {
	uint32_t transmit, transmit_fit, receive, receive_fit;
	uint32_t v6; /* of transmit; as many of receive */
	/* Of the whole device, for all plans together: each is a policy. */
	uint32_t filters, filters_fit, policies_fit;
};

int amt_plan_need(const struct plan *plan, struct amt_need *need, struct err *err);

typedef void amt_report_fn(void *arg, const struct amt_report *report);
/* done exactly once, later.  Asks the device anew, whatever is known of it. */
void amt_survey(struct amt *amt, const struct asset *asset, amt_report_fn *done, void *arg);

#endif
