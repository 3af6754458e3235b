/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the body of a logged-on request to a device that holds a few objects: every answer
 * but a page must be XML again, and the budgets must hold. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "tests/amtsim/device.h"
#include "tests/amtsim/service.h"
#include "tests/amtsim/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct device *make_device(void)
{
	struct device_config config;
	struct knobs knobs;
	const char *why;

	device_config_init(&config);
	knobs_init(&knobs);
	return device_new(&config, &knobs, 1000000000u, &why);
}

static void add_objects(struct device *device)
{
	struct sd_filter filter = {
		.kind = SD_ETHER, .name = "arp", .ethertype = 0x0806, .profile = SD_PASS
	};
	struct sd_policy policy = { .name = "strict", .handles = { 1 }, .handle_count = 1 };
	struct sd_binding binding = { .owner = OWNER_DEFAULT, .policy = 1 };

	defense_add_filter(device->defense, &filter);
	defense_add_policy(device->defense, &policy);
	defense_bind(device->defense, &binding, device->now_ns);
}

static void check_answer(const struct service_answer *answer)
{
	const char *why;
	struct xml_doc *doc;

	if (answer->html || answer->xml.len > XML_BYTES_MAX)
		return;
	doc = xml_parse(answer->xml.bytes, answer->xml.len, &why);
	if (!doc)
		abort();
	xml_free(doc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct device *device = make_device();
	struct service_answer answer;

	if (!device)
		abort();
	add_objects(device);
	service_answer_init(&answer);
	service_handle(device, (const char *)data, size, &answer);
	check_answer(&answer);
	if (defense_policies(device->defense) > 2)
		abort();
	service_answer_fini(&answer);
	device_free(device);
	return 0;
}
