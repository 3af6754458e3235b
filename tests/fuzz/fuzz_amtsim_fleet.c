/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a file of simulated devices: it fills the rack or says why not. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/amtsim/device.h"
#include "tests/amtsim/fleet_file.h"
#include "tests/amtsim/knobs.h"
#include "tests/amtsim/rack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* libfyaml loses memory of its own after some syntax errors (see fuzz_yaml.c). */
const char *__lsan_default_suppressions(void)
{
	return "leak:libfyaml.so\n";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct device_config config;
	struct knobs knobs;
	struct fleet_file_base base = { .config = &config, .knobs = &knobs, .now_ns = 1 };
	struct rack *rack = rack_new();
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	char path[64], why[256] = "";

	device_config_init(&config);
	knobs_init(&knobs);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fleet_file_read(rack, path, &base, why, sizeof(why)) != 0 && !*why)
		abort();
	for (size_t i = 0; i < rack_count(rack); i++)
		if (!rack_device(rack, i))
			abort();
	close(fd);
	rack_free(rack);
	return 0;
}
