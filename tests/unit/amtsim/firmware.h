/* SPDX-License-Identifier: Apache-2.0 */
/* firmware.h - one simulated device without a network, asked in SOAP: for tests of service.c and
 * of the classes behind it.
 *
 * Use FIRMWARE_CASE(test) as the test's row; `firmware.device` is then a fresh device of release
 * 12.0.67 at firmware_start_ns. */
#ifndef AMTSIM_TEST_FIRMWARE_H
#define AMTSIM_TEST_FIRMWARE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/amtsim/device.h"
#include "tests/amtsim/service.h"
#include "tests/amtsim/text.h"
#include "tests/amtsim/xml.h"
#include "tests/unit/amtsim/wire.h"

#define FIRMWARE_START_NS   (1700000000ull * 1000000000ull)
#define SECONDS(n)          ((uint64_t)(n)*1000000000ull)

#define FIRMWARE_CASE(test) cmocka_unit_test_setup_teardown(test, firmware_open, firmware_close)

struct firmware {
	struct device *device;
	struct text last; /* body of the last answer */
	uint32_t delay_ms;
};

static struct firmware firmware;

/* A device of that release instead of the present one. */
static inline void firmware_release(const char *release)
{
	struct device_config config;
	struct knobs knobs;
	const char *why;

	device_config_init(&config);
	knobs_init(&knobs);
	knobs.plain_port = 1;
	assert_true(text_copy(config.release, sizeof(config.release), release));
	device_free(firmware.device);
	firmware.device = device_new(&config, &knobs, FIRMWARE_START_NS, &why);
	assert_non_null(firmware.device);
}

static inline int firmware_open(void **state)
{
	(void)state;
	firmware.device = NULL;
	firmware_release("12.0.67");
	text_init(&firmware.last, 1 << 20);
	return 0;
}

static inline int firmware_close(void **state)
{
	(void)state;
	device_free(firmware.device);
	text_fini(&firmware.last);
	return 0;
}

/* HTTP status; 0 if the answer is left to a mishap. */
static inline unsigned ask(const char *request)
{
	struct service_answer answer;
	struct xml_doc *doc;
	const char *why;
	unsigned status;

	service_answer_init(&answer);
	service_handle(firmware.device, request, strlen(request), &answer);
	status = answer.http_status;
	firmware.delay_ms = answer.delay_ms;
	text_clear(&firmware.last);
	text_add(&firmware.last, answer.xml.bytes, answer.xml.len);
	doc = answer.xml.len ? xml_parse(answer.xml.bytes, answer.xml.len, &why) : NULL;
	if (answer.xml.len && answer.xml.len < XML_BYTES_MAX && !doc)
		fail_msg("%s: %s", why, answer.xml.bytes);
	xml_free(doc);
	service_answer_fini(&answer);
	return status;
}

static inline bool says(const char *part)
{
	return strstr(firmware.last.bytes, part) != NULL;
}

static inline void must_say(unsigned status, const char *request, const char *part)
{
	unsigned got = ask(request);

	if (got != status || !says(part))
		fail_msg("%u, wanted %u with \"%s\": %s", got, status, part, firmware.last.bytes);
}

static inline void set_knob(const char *name, const char *value)
{
	const char *why = knobs_set(&firmware.device->knobs, name, value);

	if (why)
		fail_msg("%s=%s: %s", name, value, why);
}

/* All instances of a class, in one page. */
static inline void list(const char *uri)
{
	char request[4096], context[64];
	const char *at;

	snprintf(request, sizeof(request), ENUMERATE("%s"), uri);
	must_say(200, request, "<g:EnumerationContext>");
	at = strstr(firmware.last.bytes, "<g:EnumerationContext>") + 22;
	snprintf(context, sizeof(context), "%.36s", at);
	snprintf(request, sizeof(request), PULL("%s", "%s", "999"), uri, context);
	must_say(200, request, "EndOfSequence");
}

static inline size_t occurrences(const char *part)
{
	const char *at = firmware.last.bytes;
	size_t n = 0;

	while ((at = strstr(at, part))) {
		at += strlen(part);
		n++;
	}
	return n;
}

/* Filter 1 passes ARP, policy 1 drops the rest, bound to the wired port. */
static inline void quarantine(void)
{
	assert_int_equal(ask(ETHER_FILTER("arp", "<HdrProtocolID8021>2054</HdrProtocolID8021>")),
			 200);
	assert_int_equal(ask(POLICY("q", "<FilterCreationHandles>1</FilterCreationHandles>")), 200);
	assert_int_equal(ask(BIND("0", "1")), 200);
}

static inline void pass_time(uint64_t seconds)
{
	device_tick(firmware.device, firmware.device->now_ns + SECONDS(seconds));
}

#endif
