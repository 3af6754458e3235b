/* SPDX-License-Identifier: Apache-2.0 */
/* Any lines as commands to the simulator's console, one after the other on two devices. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/amtsim/console.h"
#include "tests/amtsim/device.h"
#include "tests/amtsim/knobs.h"
#include "tests/amtsim/rack.h"
#include "tests/amtsim/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void add_device(struct rack *rack, const char *name)
{
	struct device_config config;
	struct device *device;
	struct knobs knobs;
	const char *why;

	device_config_init(&config);
	memcpy(config.name, name, strlen(name) + 1);
	knobs_init(&knobs);
	device = device_new(&config, &knobs, 1000000000u, &why);
	if (!device || rack_add(rack, device) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct console_host host = { .now_ns = 2000000000u };
	struct rack *rack = rack_new();
	char *bytes = malloc(size + 1), *rest = bytes, *line;
	struct text out;

	if (!bytes)
		abort();
	if (size)
		memcpy(bytes, data, size);
	bytes[size] = '\0';
	add_device(rack, "a");
	add_device(rack, "b");
	text_init(&out, (size_t)1 << 20);
	while ((line = strsep(&rest, "\n")) != NULL) {
		text_clear(&out);
		console_line(rack, &host, line, &out);
		if (strlen(out.bytes) != out.len)
			abort();
	}
	text_fini(&out);
	free(bytes);
	rack_free(rack);
	return 0;
}
