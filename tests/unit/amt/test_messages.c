/* SPDX-License-Identifier: Apache-2.0 */
/* Every kind of request of one isolation, byte for byte as in tests/unit/messages (its README
 * says who else reads them). */
#include "amt/wsman.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "amt/cim.h"
#include "amt/sysdefense.h"
#include "core/base/buf.h"
#include "core/base/err.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define POLICY_ID   "Intel(r) AMT Policy 1"
#define GUARD_ID    "Intel(r) AMT Policy 2"

/* A request and what it owns. */
struct draft {
	struct wsman_request request;
	struct cim_reference *selectors;
	struct cim_instance *body;
};

static struct cim_reference *port(void)
{
	struct cim_reference *reference = cim_reference_new("CIM_EthernetPort");

	cim_select(reference, "CreationClassName", "CIM_EthernetPort");
	cim_select(reference, "DeviceID", "Intel(r) AMT Ethernet Port 0");
	cim_select(reference, "SystemCreationClassName", "CIM_ComputerSystem");
	cim_select(reference, "SystemName", "Intel(r) AMT");
	return reference;
}

static void read_setup(struct draft *draft)
{
	draft->request.op = WSMAN_GET;
	draft->request.class_name = "AMT_SetupAndConfigurationService";
}

static void read_clock(struct draft *draft)
{
	draft->request.op = WSMAN_INVOKE;
	draft->request.class_name = "AMT_TimeSynchronizationService";
	draft->request.method = "GetLowAccuracyTimeSynch";
}

static void list_ports(struct draft *draft)
{
	draft->request.op = WSMAN_ENUMERATE;
	draft->request.class_name = "CIM_EthernetPort";
}

static void pull_ports(struct draft *draft)
{
	draft->request.op = WSMAN_PULL;
	draft->request.class_name = "CIM_EthernetPort";
	draft->request.context = "01000000-0000-0000-0000-000000000000";
}

static void create_filter(struct draft *draft, const struct sd_filter *filter)
{
	draft->request.op = WSMAN_CREATE;
	draft->request.class_name = sd_filter_class(filter);
	draft->body = sd_filter_write(filter);
}

static void pass_arp(struct draft *draft)
{
	const struct sd_filter filter = {
		.name = "crd-arp", .ethernet = true, .ethertype = 2054, .profile = SD_PASS
	};

	create_filter(draft, &filter);
}

static void pass_server(struct draft *draft)
{
	const struct sd_filter filter = {
		.name = "crd-server",
		.profile = SD_PASS,
		.ip_version = 4,
		.proto = 6,
		.destination = { true, { 10, 0, 0, 5 }, { 255, 255, 255, 255 } },
		.destination_ports = { true, 8530, 8531 },
	};

	create_filter(draft, &filter);
}

static void pass_ipv6(struct draft *draft)
{
	const struct sd_filter filter = {
		.name = "crd-six",
		.profile = SD_PASS,
		.direction = SD_RECEIVE,
		.ip_version = 6,
		.proto = 58,
		.source = { true, { 0xFE, 0x80 }, { 0xFF, 0xC0 } },
	};

	create_filter(draft, &filter);
}

static void limit_dns(struct draft *draft)
{
	const struct sd_filter filter = {
		.name = "crd-dns",
		.profile = SD_RATE_LIMIT,
		.rate_per_s = 20,
		.event = true,
		.ip_version = 4,
		.proto = 17,
		.destination_ports = { true, 53, 53 },
	};

	create_filter(draft, &filter);
}

static void drop_syn(struct draft *draft)
{
	const struct sd_filter filter = {
		.name = "crd-syn",
		.profile = SD_DROP_COUNT,
		.ip_version = 4,
		.proto = 6,
		.flags_on = 1,
		.flags_off = 4,
		.destination_ports = { true, 445, 445 },
	};

	create_filter(draft, &filter);
}

static void create_policy(struct draft *draft)
{
	const struct sd_policy policy = {
		.name = "crd-repair",
		.precedence = 100000,
		.transmit = { true, true, true },
		.receive = { true, false, true },
		.handles = { 1, 2, 3, 4 },
		.handle_count = 4,
	};

	draft->request.op = WSMAN_CREATE;
	draft->request.class_name = SD_CLASS_POLICY;
	draft->body = sd_policy_write(&policy);
}

static void create_guarded_policy(struct draft *draft)
{
	const struct sd_policy policy = {
		.name = "crd-guard",
		.precedence = 100,
		.anti_spoofing = SD_SPOOF_COUNT_EVENT,
		.handles = { 5 },
		.handle_count = 1,
	};

	draft->request.op = WSMAN_CREATE;
	draft->request.class_name = SD_CLASS_POLICY;
	draft->body = sd_policy_write(&policy);
}

static void set_timeout(struct draft *draft)
{
	draft->request.op = WSMAN_INVOKE;
	draft->request.class_name = SD_CLASS_POLICY;
	draft->request.method = "SetTimeout";
	draft->selectors = sd_by_id(SD_CLASS_POLICY, POLICY_ID);
	draft->body = cim_input(SD_CLASS_POLICY, "SetTimeout");
	cim_add_u32(draft->body, "Timeout", 720);
}

static void get_timeout(struct draft *draft)
{
	draft->request.op = WSMAN_INVOKE;
	draft->request.class_name = SD_CLASS_POLICY;
	draft->request.method = "GetTimeout";
	draft->selectors = sd_by_id(SD_CLASS_POLICY, POLICY_ID);
}

static void create_binding(struct draft *draft, const char *class_name, const char *policy)
{
	struct cim_reference *where = port();

	draft->request.op = WSMAN_CREATE;
	draft->request.class_name = class_name;
	draft->body = sd_binding_write(class_name, where, policy);
	cim_reference_free(where);
}

static void name_binding(struct draft *draft, unsigned op, const char *class_name,
			 const char *policy)
{
	struct cim_reference *where = port();

	draft->request.op = (uint8_t)op;
	draft->request.class_name = class_name;
	draft->selectors = sd_binding_key(where, policy);
	cim_reference_free(where);
}

static void bind(struct draft *draft)
{
	create_binding(draft, SD_CLASS_BINDING, POLICY_ID);
}

static void read_binding(struct draft *draft)
{
	name_binding(draft, WSMAN_GET, SD_CLASS_BINDING, POLICY_ID);
}

static void read_policy(struct draft *draft)
{
	draft->request.op = WSMAN_GET;
	draft->request.class_name = SD_CLASS_POLICY;
	draft->selectors = sd_by_id(SD_CLASS_POLICY, POLICY_ID);
}

static void hold(struct draft *draft)
{
	create_binding(draft, SD_CLASS_DEFAULT, GUARD_ID);
}

static void unhold(struct draft *draft)
{
	name_binding(draft, WSMAN_DELETE, SD_CLASS_DEFAULT, GUARD_ID);
}

static void count(struct draft *draft)
{
	draft->request.op = WSMAN_INVOKE;
	draft->request.class_name = SD_CLASS_POLICY;
	draft->request.method = "UpdateStatistics";
	draft->selectors = sd_by_id(SD_CLASS_POLICY, POLICY_ID);
	draft->body = cim_input(SD_CLASS_POLICY, "UpdateStatistics");
	cim_add_reference(draft->body, "NetworkInterface", port());
	cim_add_bool(draft->body, "ResetOnRead", false);
}

static void unbind(struct draft *draft)
{
	name_binding(draft, WSMAN_DELETE, SD_CLASS_BINDING, POLICY_ID);
}

static void delete_policy(struct draft *draft)
{
	draft->request.op = WSMAN_DELETE;
	draft->request.class_name = SD_CLASS_POLICY;
	draft->selectors = sd_by_id(SD_CLASS_POLICY, POLICY_ID);
}

static void delete_filter(struct draft *draft)
{
	draft->request.op = WSMAN_DELETE;
	draft->request.class_name = SD_CLASS_ETHERNET_FILTER;
	draft->selectors = sd_by_id(SD_CLASS_ETHERNET_FILTER, "1");
}

static const struct {
	const char *file;
	void (*draft)(struct draft *draft);
} messages[] = {
	{ "01-get-setup", read_setup },
	{ "02-get-clock", read_clock },
	{ "03-enumerate-ports", list_ports },
	{ "04-pull-ports", pull_ports },
	{ "05-create-ethernet-filter", pass_arp },
	{ "06-create-ipv4-filter", pass_server },
	{ "07-create-ipv6-filter", pass_ipv6 },
	{ "08-create-rate-limit", limit_dns },
	{ "09-create-syn-filter", drop_syn },
	{ "10-create-policy", create_policy },
	{ "11-create-guarded-policy", create_guarded_policy },
	{ "12-set-timeout", set_timeout },
	{ "13-get-timeout", get_timeout },
	{ "14-bind", bind },
	{ "15-get-binding", read_binding },
	{ "16-get-policy", read_policy },
	{ "17-update-statistics", count },
	{ "18-hold", hold },
	{ "19-unhold", unhold },
	{ "20-unbind", unbind },
	{ "21-delete-policy", delete_policy },
	{ "22-delete-filter", delete_filter },
};

static void compose(size_t n, struct buf *out)
{
	struct draft draft = { .request.message_id = n + 1 };
	struct err err = { 0 };

	messages[n].draft(&draft);
	draft.request.selectors = draft.selectors;
	draft.request.body = draft.body;
	if (wsman_write(&draft.request, out, &err) < 0)
		fail_msg("%s: %s", messages[n].file, err.text);
	cim_reference_free(draft.selectors);
	cim_free(draft.body);
}

static void every_message_is_the_one_on_file(void **state)
{
	char path[128], wanted[8192];

	(void)state;
	for (size_t i = 0; i < COUNT(messages); i++) {
		struct buf out;
		size_t length;
		FILE *file;

		snprintf(path, sizeof(path), "tests/unit/messages/%s.xml", messages[i].file);
		file = fopen(path, "rb");
		if (!file)
			fail_msg("%s is missing", path);
		length = fread(wanted, 1, sizeof(wanted), file);
		fclose(file);
		buf_init(&out, 16384);
		compose(i, &out);
		if (out.length != length || memcmp(out.text, wanted, length) != 0)
			fail_msg("%s is not what is written: %s", path, out.text);
		buf_fini(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_message_is_the_one_on_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
