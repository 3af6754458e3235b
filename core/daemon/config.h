/* SPDX-License-Identifier: Apache-2.0 */
/* config.h - cordon.yaml as a struct, constant after reading.
 *
 * Every setting has a default, so that an empty file (or none) is a valid, harmless configuration: it
 * watches and writes down, and enforces nothing. */
#ifndef CORDON_DAEMON_CONFIG_H
#define CORDON_DAEMON_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/net/addr.h"

struct buf;
struct complaints;
struct source;
struct yaml;
struct yaml_node;

#define CONFIG_PATH_BYTES 256
#define CONFIG_NEVER_MAX  64

struct config {
	char interface[32];
	char filter[4096];
	uint32_t buffer_mib;
	uint32_t hosts_max, contacts_max;
	double suspect_nats, convict_nats;
	uint64_t half_life_ns;
	char user_sensor[32], user_controller[32]; /* "" = the usual one, and who we are */
	char user_operators[32];                   /* a group; "" = none */
	char policy[CONFIG_PATH_BYTES];            /* "" = watch only */
	char assets[CONFIG_PATH_BYTES];
	char store[CONFIG_PATH_BYTES]; /* "" = keep nothing */
	char eve[CONFIG_PATH_BYTES];
	char control[CONFIG_PATH_BYTES]; /* socket for the command "cordon" */
	bool has_relay;
	struct ip relay;
	uint32_t automatic_per_hour;
	uint64_t blind_pause_ns;
	size_t never_count;
	struct prefix never[CONFIG_NEVER_MAX];
	size_t never_mac_count;
	struct mac never_mac[CONFIG_NEVER_MAX];
	bool enforce;
	char amt_authorities[CONFIG_PATH_BYTES], amt_certificate[CONFIG_PATH_BYTES],
		amt_key[CONFIG_PATH_BYTES];
	uint64_t amt_dead_man_ns; /* 0 = none */
	bool amt_wireless;        /* isolate at the wireless port beside a wired one, too */
	char amt_tcp_flags[16];   /* one of config_tcp_flags() */
	uint32_t amt_connections, amt_precedence, amt_answer_timeout_s;
	/* "detectors:" is read by the engine itself: the document and its node, NULL if absent. */
	struct yaml *document;
	const struct yaml_node *detectors;
};

void config_defaults(struct config *config);
/* Starts from the defaults; adds every mistake to complaints.  source must outlive the config. */
void config_read(struct config *config, const struct source *source, struct complaints *complaints);
void config_fini(struct config *config);
/* "unknown", "bits", "masks", NULL: in the order of enum amt_tcp_flags. */
const char *const *config_tcp_flags(void);
/* Every setting with its default and what it means. */
void config_describe(struct buf *out);

#endif
