/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a device's answer to each kind of request, through to the System Defense objects. */
#include <stddef.h>
#include <stdint.h>

#include "amt/sysdefense.h"
#include "amt/wsman.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_objects(const struct cim_instance *item)
{
	struct sd_policy policy;
	struct sd_filter filter;
	struct sd_binding binding;
	struct sd_statistic statistic;
	struct sd_port_capabilities capabilities;
	uint32_t handle;

	if (sd_filter_read(item, &filter))
		sd_filter_handle(&filter, &handle);
	sd_policy_read(item, &policy);
	sd_binding_read(item, &binding);
	sd_statistic_read(item, &statistic);
	sd_port_capabilities_read(item, &capabilities);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (uint8_t op = 0; op < WSMAN_OPS; op++) {
		struct wsman_request request = { .op = op,
						 .class_name = "AMT_SystemDefensePolicy",
						 .method = "UpdateStatistics",
						 .context = "1",
						 .message_id = 7 };
		struct wsman_answer answer;
		char text[256];

		wsman_read(&request, (const char *)data, size, &answer, NULL);
		for (size_t i = 0; i < answer.item_count; i++)
			read_objects(answer.items[i]);
		wsman_fault_text(&answer.fault, text, sizeof(text));
		wsman_answer_fini(&answer);
	}
	return 0;
}
