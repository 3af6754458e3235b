/* SPDX-License-Identifier: Apache-2.0 */
/* What our client writes (tests/unit/messages, see its README) against firmware as strict as it
 * can be set: every message is taken as it stands, and with one thing wrong none is. */
#include "tests/amtsim/service.h"

#include "tests/unit/amtsim/firmware.h"

#define MESSAGES    (sizeof(files) / sizeof(files[0]))
#define MESSAGE_MAX 8192
#define FIRST_BOUND 14 /* that many messages, and a policy is active */

static const char *const files[] = {
	"01-get-setup",
	"02-get-clock",
	"03-enumerate-ports",
	"04-pull-ports",
	"05-create-ethernet-filter",
	"06-create-ipv4-filter",
	"07-create-ipv6-filter",
	"08-create-rate-limit",
	"09-create-syn-filter",
	"10-create-policy",
	"11-create-guarded-policy",
	"12-set-timeout",
	"13-get-timeout",
	"14-bind",
	"15-get-binding",
	"16-get-policy",
	"17-update-statistics",
	"18-hold",
	"19-unhold",
	"20-unbind",
	"21-delete-policy",
	"22-delete-filter",
};

static char originals[MESSAGES][MESSAGE_MAX];

static void load(void)
{
	char path[128];
	size_t i, length;
	FILE *file;

	for (i = 0; i < MESSAGES; i++) {
		snprintf(path, sizeof(path), "tests/unit/messages/%s.xml", files[i]);
		file = fopen(path, "rb");
		if (!file)
			fail_msg("%s is missing", path);
		length = fread(originals[i], 1, MESSAGE_MAX - 1, file);
		fclose(file);
		originals[i][length] = '\0';
	}
}

static void make_strict(void)
{
	firmware_release("12.0.67");
	set_knob("strict_headers", "yes");
	set_knob("schema_form", "schema");
	set_knob("unsupported", "refuse");
	set_knob("input_order", "yes");
}

/* Done, not only answered: a method says so in its ReturnValue. */
static bool succeeds(const char *message)
{
	return ask(message) == 200 && (!says("ReturnValue>") || says("ReturnValue>0<"));
}

/* A strict device in the state that message n meets. */
static void before(size_t n)
{
	size_t i;

	make_strict();
	for (i = 0; i < n; i++)
		if (!succeeds(originals[i]))
			fail_msg("%s: %s", files[i], firmware.last.bytes);
}

static void strict_firmware_takes_them_all(void **state)
{
	(void)state;
	load();
	before(MESSAGES);
	assert_int_equal(firmware.device->log.writes, 14);
	assert_int_equal(firmware.device->log.refused_writes, 0);
	assert_int_equal(defense_policies(firmware.device->defense), 1);
	before(FIRST_BOUND);
	assert_true(ask(GET(AMT "AMT_GeneralSettings", "")) == 400); /* strict indeed */
	assert_int_equal(gate_policy(defense_gate(firmware.device->defense, 0)), 1);
}

/* --- with one thing wrong --- */

static void must_fail(size_t n, const char *what, const char *message, const char *fault)
{
	uint64_t writes;

	before(n);
	writes = firmware.device->log.writes;
	if (succeeds(message) || !says(fault) || firmware.device->log.writes != writes)
		fail_msg("%s, %s: %s", files[n], what, firmware.last.bytes);
}

/* The message with every `from` as `to`, or with the first only; false if there is none. */
static bool exchange(const char *message, const char *from, const char *to, bool all, char *out)
{
	const char *at = strstr(message, from);
	bool found = at != NULL;

	*out = '\0';
	while (at) {
		strncat(out, message, (size_t)(at - message));
		strncat(out, to, MESSAGE_MAX);
		message = at + strlen(from);
		at = all ? strstr(message, from) : NULL;
	}
	strncat(out, message, MESSAGE_MAX);
	return found;
}

static void what_is_wrong_all_over_is_refused(void **state)
{
	static const struct {
		const char *what, *from, *to;
		bool all;
		const char *fault;
	} mutations[] = {
		{ "SOAP 1.1", "http://www.w3.org/2003/05/soap-envelope",
		  "http://schemas.xmlsoap.org/soap/envelope/", true, "" },
		{ "addressing of 2005", "\"http://schemas.xmlsoap.org/ws/2004/08/addressing\"",
		  "\"http://www.w3.org/2005/08/addressing\"", true,
		  "MessageInformationHeaderRequired" },
		{ "WS-Management of another version", "wsman/1/wsman.xsd", "wsman/2/wsman.xsd",
		  true, "MessageInformationHeaderRequired" },
		{ "no Action", "wsa:Action", "wsa:Akt", true, "MessageInformationHeaderRequired" },
		{ "no To", "wsa:To", "wsa:Too", true, "MessageInformationHeaderRequired" },
		{ "no MessageID", "wsa:MessageID", "wsa:MessageId", true,
		  "MessageInformationHeaderRequired" },
		{ "no ReplyTo", "wsa:ReplyTo", "wsa:Reply", true,
		  "MessageInformationHeaderRequired" },
		{ "an answer wanted elsewhere", "role/anonymous", "role/none", false,
		  "MessageInformationHeaderRequired" },
		{ "no ResourceURI", "<wsman:ResourceURI>", "<wsman:ResourceURI/><wsman:X>", false,
		  "" },
		{ "another schema", "-schema/", "-schemas/", true, "DestinationUnreachable" },
		{ "another verb", "</wsa:Action>", "s</wsa:Action>", true, "ActionNotSupported" },
		{ "a header that must be understood", "</s:Header>",
		  "<x:y xmlns:x=\"urn:x\" s:mustUnderstand=\"true\"/></s:Header>", false,
		  "MustUnderstand" },
		{ "a body of another namespace", "xmlns:r=\"http://", "xmlns:r=\"https://", false,
		  "SchemaValidationError" },
		{ "an enumeration of another namespace", "xmlns:n=\"http://", "xmlns:n=\"https://",
		  false, "SchemaValidationError" },
		{ "selectors in another spelling", "Name=\"InstanceID\"", "Name=\"instanceId\"",
		  true, "" },
		{ "True", ">true<", ">True<", true, "SchemaValidationError" },
		{ "False", ">false<", ">False<", true, "SchemaValidationError" },
	};
	char message[2 * MESSAGE_MAX];
	size_t i, n, tried;

	(void)state;
	load();
	for (i = 0; i < sizeof(mutations) / sizeof(mutations[0]); i++) {
		for (tried = n = 0; n < MESSAGES; n++) {
			if (!exchange(originals[n], mutations[i].from, mutations[i].to,
				      mutations[i].all, message))
				continue;
			must_fail(n, mutations[i].what, message, mutations[i].fault);
			tried++;
		}
		if (tried == 0)
			fail_msg("%s changes nothing", mutations[i].what);
	}
}

/* --- with one element of the body too many, or too few --- */

struct element {
	const char *start, *end; /* of <r:Name>...</r:Name> */
	char name[64];
};

/* The next element after `at` in the body's own element; false after the last. */
static bool next_element(const char *at, struct element *element)
{
	char close[80];
	size_t len;

	if (strncmp(at, "<r:", 3) != 0)
		return false;
	len = strcspn(at + 3, ">");
	snprintf(element->name, sizeof(element->name), "%.*s", (int)len, at + 3);
	snprintf(close, sizeof(close), "</r:%s>", element->name);
	element->start = at;
	element->end = strstr(at, close) + strlen(close);
	return true;
}

/* Where the elements begin; NULL if the message has none of the class. */
static const char *first_element(const char *message)
{
	const char *at = strstr(message, "<s:Body><r:");
	const char *end = at ? strchr(at + strlen("<s:Body>"), '>') : NULL;

	return end && end[-1] != '/' ? end + 1 : NULL;
}

static bool may_be_absent(size_t n, const char *name)
{
	static const char *const anywhere[] = { "InstanceID",          "CreationClassName",
						"SystemName",          "SystemCreationClassName",
						"AntiSpoofingSupport", "FilterCreationHandles",
						"PolicyName" };
	size_t i;

	for (i = 0; i < sizeof(anywhere) / sizeof(anywhere[0]); i++)
		if (strcmp(anywhere[i], name) == 0)
			return true;
	/* A version is only needed for addresses, a protocol for ports or flags, flags for nothing. */
	return (strstr(files[n], "ipv6") && strcmp(name, "HdrProtocolID") == 0) ||
	       (!strstr(files[n], "create-ipv") && strcmp(name, "HdrIPVersion") == 0) ||
	       strncmp(name, "TCPFlags", 8) == 0;
}

static void splice(const char *message, const struct element *element, const char *instead,
		   char *out)
{
	snprintf(out, 2 * MESSAGE_MAX, "%.*s%s%s", (int)(element->start - message), message,
		 instead, element->end);
}

static void an_element_too_few_or_twice_is_refused(void **state)
{
	char message[2 * MESSAGE_MAX], twice[MESSAGE_MAX];
	struct element element;
	unsigned removed = 0;
	const char *at;
	size_t n;

	(void)state;
	load();
	for (n = 0; n < MESSAGES; n++) {
		for (at = first_element(originals[n]); at && next_element(at, &element);
		     at = element.end) {
			if (!may_be_absent(n, element.name)) {
				splice(originals[n], &element, "", message);
				must_fail(n, element.name, message, "SchemaValidationError");
				removed++;
			}
			if (strncmp(element.name, "TCPFlags", 8) == 0)
				continue; /* an array */
			snprintf(twice, sizeof(twice), "%.*s%.*s",
				 (int)(element.end - element.start), element.start,
				 (int)(element.end - element.start), element.start);
			splice(originals[n], &element, twice, message);
			must_fail(n, element.name, message, "Fault>");
		}
	}
	assert_int_equal(removed, 58);
}

static void an_element_nobody_knows_is_refused(void **state)
{
	static const char *const strange[] = { "<r:Colour>red</r:Colour>",
					       "<Colour xmlns=\"urn:x\">red</Colour>",
					       "<s:Name>x</s:Name>", "<r:Colour/>" };
	char message[2 * MESSAGE_MAX];
	size_t n, i;

	(void)state;
	load();
	for (n = 0; n < MESSAGES; n++) {
		const char *at = first_element(originals[n]);
		struct element nowhere = { .start = at, .end = at };

		for (i = 0; at && i < sizeof(strange) / sizeof(strange[0]); i++) {
			splice(originals[n], &nowhere, strange[i], message);
			must_fail(n, strange[i], message, "SchemaValidationError");
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIRMWARE_CASE(strict_firmware_takes_them_all),
		FIRMWARE_CASE(what_is_wrong_all_over_is_refused),
		FIRMWARE_CASE(an_element_too_few_or_twice_is_refused),
		FIRMWARE_CASE(an_element_nobody_knows_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
