/* SPDX-License-Identifier: Apache-2.0 */
/* param.h - a detector's settings as rows: name, place, bounds, default, help.  Reading,
 * checking, help texts and documentation all come from the rows. */
#ifndef CORDON_DETECT_PARAM_H
#define CORDON_DETECT_PARAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/net/addr.h"

struct buf;
struct yaml;
struct yaml_node;

enum param_type {
	PARAM_END,
	PARAM_DOUBLE,
	PARAM_U32,
	PARAM_DURATION_NS,
	PARAM_PORTS,
	PARAM_PREFIXES
};

#define PARAM_PORTS_MAX 32
struct param_ports {
	uint16_t count, ports[PARAM_PORTS_MAX];
	uint64_t filter[4]; /* bit port % 256: most contacts are for none of them */
};

static inline bool param_ports_has(const struct param_ports *ports, uint16_t port)
{
	if (!(ports->filter[port / 64 % 4] >> port % 64 & 1))
		return false;
	for (unsigned i = 0; i < ports->count; i++)
		if (ports->ports[i] == port)
			return true;
	return false;
}

#define PARAM_PREFIXES_MAX 16
struct param_prefixes {
	uint16_t count;
	struct prefix prefixes[PARAM_PREFIXES_MAX];
};

struct param {
	const char *name;
	enum param_type type;
	size_t offset;      /* of the field in the detector's config struct */
	double least, most; /* bounds; durations in seconds */
	const char *
		normal; /* default, in the notation of a setting: "2.9", "10m", "445,139", "10.9.0.0/16" */
	const char *help;
};

/* Fills a config struct with the defaults. */
void params_defaults(const struct param *params, void *config);
/* Reads a mapping; complains at the node about unknown names, wrong types, values out of bounds. */
void params_read(const struct param *params, struct yaml *yaml, const struct yaml_node *mapping,
		 void *config);
/* A table of the rows for people: value, bounds, help; config may be NULL (then the defaults are shown). */
void params_describe(const struct param *params, const void *config, struct buf *out);

#endif
