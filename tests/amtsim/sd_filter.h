/* SPDX-License-Identifier: Apache-2.0 */
/* sd_filter.h - a System Defense filter and policy as plain values
 * (amt-system-defense.md 2.1 to 2.3).  Both are immutable once created. */
#ifndef AMTSIM_SD_FILTER_H
#define AMTSIM_SD_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct frame;

#define SD_NAME_BYTES  17 /* 16 characters and a NUL */
#define SD_HANDLES_MAX 62

enum sd_kind { SD_ETHER, SD_IP };
enum sd_direction { SD_TX, SD_RX };
enum sd_profile { SD_PASS_COUNT, SD_DROP_COUNT, SD_RATE_LIMIT, SD_PASS, SD_DROP, SD_PROFILES };

struct sd_address {
	bool given;
	uint8_t bytes[16], mask[16];
};

struct sd_ports {
	bool given;
	uint16_t first, last;
};

struct sd_filter {
	uint32_t handle;
	enum sd_kind kind;
	char name[SD_NAME_BYTES];
	enum sd_profile profile;
	enum sd_direction direction;
	bool event;
	uint32_t rate_pps; /* profile SD_RATE_LIMIT only */

	uint16_t ethertype; /* SD_ETHER */

	uint8_t ip_version; /* SD_IP; 0 any */
	struct sd_address src, dst;
	bool has_protocol;
	uint8_t protocol;
	struct sd_ports src_ports, dst_ports;
	bool has_flags_on, has_flags_off;
	uint8_t flags_on, flags_off;
};

/* What one direction's default filter does. */
struct sd_default {
	bool drop, event, count;
};

/* AntiSpoofingSupport */
enum sd_spoof { SPOOF_OFF, SPOOF_EVENT, SPOOF_COUNT, SPOOF_BOTH, SPOOF_SILENT, SPOOF_VALUES };

struct sd_policy {
	uint32_t id;
	char name[SD_NAME_BYTES];
	uint32_t precedence;
	enum sd_spoof spoof;
	struct sd_default when_unmatched[2]; /* by enum sd_direction */
	uint32_t handles[SD_HANDLES_MAX];
	size_t handle_count;
	uint32_t timeout_min; /* 0 without end */
};

bool sd_filter_matches(const struct sd_filter *filter, const struct frame *frame);
bool sd_filter_counts(const struct sd_filter *filter);

#endif
