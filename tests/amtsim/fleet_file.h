/* SPDX-License-Identifier: Apache-2.0 */
/* fleet_file.h - devices from text: one field, or a whole YAML file. */
#ifndef AMTSIM_FLEET_FILE_H
#define AMTSIM_FLEET_FILE_H

#include <stddef.h>
#include <stdint.h>

struct device_config;
struct rack;
struct knobs;

/* Sets one field of a device by name; NULL, or what is wrong (static storage). */
const char *fleet_file_field(struct device_config *config, const char *name, const char *value);

/* What a device of the file has when it says nothing else. */
struct fleet_file_base {
	const struct device_config *config;
	const struct knobs *knobs;
	uint64_t now_ns;
};

/* Adds the file's devices; fields a device leaves out come from `base` (port, MAC, IP and UUID
 * counting up).  -1 with a sentence in `why`. */
int fleet_file_read(struct rack *rack, const char *path, const struct fleet_file_base *base,
		    char *why, size_t why_size);

#endif
