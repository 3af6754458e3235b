/* SPDX-License-Identifier: Apache-2.0 */
/* knobs.h - every behaviour the public sources leave open (CHOICE in amt-system-defense.md) and
 * every habit a client must survive, as settings of one device.
 *
 * The table in knobs.c feeds --set, --help, the control socket, fleet files and the list in
 * docs/amtsim.md: a new knob is one row. */
#ifndef AMTSIM_KNOBS_H
#define AMTSIM_KNOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text;

enum audit_setting { AUDIT_OFF, AUDIT_ON, AUDIT_CRITICAL };
enum sol_host { SOL_ECHO, SOL_SILENT };
enum ties { TIES_OLDER, TIES_NEWER };
enum overrun { OVERRUN_FAULT, OVERRUN_LATE };
enum expect_continue { EXPECT_SILENT, EXPECT_ANSWER, EXPECT_REFUSE };
enum dark_form { DARK_SILENT, DARK_RESET };
enum server_header { SERVER_FULL, SERVER_SHORT, SERVER_NONE };
enum qop_offer { QOP_RELEASE, QOP_AUTH, QOP_AUTH_INT };
enum absent_form { ABSENT_FAULT, ABSENT_EMPTY };
enum second_binding { SECOND_FAULT, SECOND_REPLACE };
enum wireless_port { WIRELESS_ABSENT, WIRELESS_UNSUPPORTED, WIRELESS_PRESENT };
enum wired_port { WIRED_UP, WIRED_DOWN, WIRED_NO_CARD };
enum reached_by { REACHED_BY_WIRE, REACHED_BY_RADIO };
enum no_instance { NO_INSTANCE_DESTINATION, NO_INSTANCE_SELECTORS };
enum schema_form { SCHEMA_STATUS, SCHEMA_FAULT };
enum timeout_leaves { TIMEOUT_INACTIVE, TIMEOUT_GONE };
enum flag_coding { FLAG_BIT, FLAG_MASK };

struct knobs {
	uint32_t chunking; /* enum web_chunking */
	uint32_t seed;
	uint32_t server_header;
	uint32_t plain_port;
	uint32_t web_ui;
	uint32_t max_connections;
	uint32_t idle_s;
	uint32_t chunked_requests;
	uint32_t expect_continue;
	uint32_t slow_ms;
	uint32_t slow_max_ms;
	uint32_t overrun;

	uint32_t qop;
	uint32_t stale;
	uint32_t nonce_loss_percent;
	uint32_t old_digest;
	uint32_t nonce_uses;
	uint32_t lock_after;
	uint32_t lock_s;
	uint32_t tls_memory;
	uint32_t realms;
	uint32_t denied_http;
	uint32_t tls_least; /* 0 by release, else enum tls_version + 1 */
	uint32_t tls_most;

	uint32_t strict_headers;
	uint32_t input_order;
	uint32_t optimize;
	uint32_t page_items;
	uint32_t late_end;
	uint32_t contexts;
	uint32_t absent_form;
	uint32_t no_instance;
	uint32_t schema_form;

	uint32_t max_policies;
	uint32_t max_filters;
	uint32_t tx_filters;
	uint32_t rx_filters;
	uint32_t tx_counters;
	uint32_t rx_counters;
	uint32_t ipv6_ratio;
	uint32_t share_filters;
	uint32_t unsupported;
	uint32_t put_objects;
	uint32_t limit_status;
	uint32_t name_status;
	uint32_t property_status;
	uint32_t handle_status;
	uint32_t duplicate_status;
	uint32_t inactive_status;
	uint32_t status_http;
	uint32_t ties;
	uint32_t pull_default;
	uint32_t second_binding;
	uint32_t in_use_status;
	uint32_t wireless;
	uint32_t wired;
	uint32_t wireless_link;
	uint32_t wireless_filters;
	uint32_t wireless_counters;
	uint32_t wireless_driver;
	uint32_t reached_by;
	uint32_t wireless_dark;
	uint32_t default_statistics;
	uint32_t anti_spoofing;
	uint32_t spoof_zero;
	uint32_t timeout_leaves;
	uint32_t flag_coding;
	uint32_t rate_overshoot;
	uint32_t encounter_state;
	uint32_t outside_dark;
	uint32_t sol_host;
	uint32_t meddle_percent;
	uint32_t meddle_act; /* enum meddling */
	uint32_t default_policy;
	uint32_t list_singletons;
	uint32_t flash_writes;
	uint32_t flash_window_s;
	uint32_t flash_bindings;
	uint32_t clock_behind_s;
	uint32_t boot_s;
	uint32_t lease_s;
	uint32_t dark_form;
	uint32_t subscriptions;
	uint32_t audit;
	uint32_t audit_records;
	uint32_t audit_rolls;
	uint32_t log_page;
	uint32_t keep_over_reset;
	uint32_t keep_counters;
	uint32_t keep_over_unprovision;
	uint32_t timeout_restarts;
};

void knobs_init(struct knobs *knobs);
/* "name" and "value" as text; NULL if taken, else a sentence for a person (static storage). */
const char *knobs_set(struct knobs *knobs, const char *name, const char *value);
/* One line per knob: name, value, accepted values, help. */
void knobs_list(const struct knobs *knobs, struct text *out);

#endif
