/* SPDX-License-Identifier: Apache-2.0 */
/* Subscriptions, and alerts that reach a sink by HTTP POST. */
#include "tests/amtsim/eventing.h"

#include <netinet/in.h>

#include "tests/unit/amtsim/firmware.h"
#include "tests/unit/amtsim/running.h"

#define EVENTING   "http://schemas.xmlsoap.org/ws/2004/08/eventing"
#define COLLECTION CIM "CIM_FilterCollection"
#define ALL        "Intel(r) AMT:All"
#define PUSH       EVENTING "/DeliveryModes/Push"
#define ACK        "http://schemas.dmtf.org/wbem/wsman/1/wsman/PushWithAck"
#define SUBSCRIBE_AT(collection, mode, sink)                                                  \
	ENVELOPE(EVENTING "/Subscribe", COLLECTION, SELECT("InstanceID", collection),         \
		 "<e:Subscribe xmlns:e=\"" EVENTING "\"><e:Delivery Mode=\"" mode             \
		 "\"><e:NotifyTo><wsa:Address>" sink                                          \
		 "</wsa:Address><wsa:ReferenceParameters><t:Token xmlns:t=\"urn:t\">pc&amp;7" \
		 "</t:Token></wsa:ReferenceParameters></e:NotifyTo></e:Delivery></e:Subscribe>")
#define SUBSCRIBE(mode, sink) SUBSCRIBE_AT(ALL, mode, sink)
#define LISTENER(n)                                                  \
	REFERENCE(CIM "CIM_ListenerDestinationWSManagement", "Name", \
		  "Intel(r) AMT:WSManagement Listener " n)
#define UNSUBSCRIBE(n)                                                                            \
	ENVELOPE(EVENTING "/Unsubscribe", CIM "CIM_FilterCollectionSubscription",                 \
		 "<wsman:SelectorSet>" SELECT_REFERENCE("Filter",                                 \
							REFERENCE(COLLECTION, "InstanceID", ALL)) \
			 SELECT_REFERENCE("Handler", LISTENER(n)) "</wsman:SelectorSet>",         \
		 "<e:Unsubscribe xmlns:e=\"" EVENTING "\"/>")

static void a_subscription_is_made_listed_and_ended(void **state)
{
	(void)state;
	must_say(200, SUBSCRIBE(PUSH, "http://127.0.0.1:9/x"), "<g:SubscribeResponse>");
	assert_true(says("/Subscribe"
			 "Response</b:Action>"));
	assert_true(says("CIM_FilterCollectionSubscription</c:ResourceURI>"));
	list(CIM "CIM_FilterCollectionSubscription");
	assert_int_equal(occurrences("<h:Handler>"), 1);
	list(CIM "CIM_ListenerDestinationWSManagement");
	assert_true(says("<h:Destination>http://127.0.0.1:9/x</h:Destination>"));
	must_say(400, UNSUBSCRIBE("2"), "b:DestinationUnreachable");
	assert_int_equal(ask(UNSUBSCRIBE("1")), 200);
	assert_int_equal(firmware.device->subscriptions.count, 0);
	assert_int_equal(ask(SUBSCRIBE(PUSH, "http://127.0.0.1:9/x")), 200);
	must_say(400, UNSUBSCRIBE("1"), "b:DestinationUnreachable"); /* a name serves once */
	assert_int_equal(ask(UNSUBSCRIBE("2")), 200);
	list(COLLECTION);
	assert_int_equal(occurrences("</h:CIM_FilterCollection>"), 3);
}

static void what_cannot_be_subscribed_to_is_refused(void **state)
{
	static const struct {
		const char *name, *request, *says;
	} cases[] = {
		{ "an unknown collection",
		  SUBSCRIBE_AT("Intel(r) AMT:Nothing", PUSH, "http://127.0.0.1/"),
		  "b:DestinationUnreachable" },
		{ "pull", SUBSCRIBE(EVENTING "/DeliveryModes/Pull", "http://127.0.0.1/"),
		  "f:DeliveryModeRequestedUnavailable" },
		{ "a name", SUBSCRIBE(PUSH, "http://console/"), "e:SchemaValidationError" },
		{ "another protocol", SUBSCRIBE(PUSH, "ftp://127.0.0.1/"),
		  "e:SchemaValidationError" },
		{ "no sink", SUBSCRIBE(PUSH, ""), "e:SchemaValidationError" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (ask(cases[i].request) != 400 || !says(cases[i].says))
			fail_msg("%s: %s", cases[i].name, firmware.last.bytes);
	assert_int_equal(firmware.device->subscriptions.count, 0);
}

static void releases_differ_in_number_and_in_https(void **state)
{
	static const struct {
		const char *release;
		size_t most;
		unsigned https;
	} cases[] = { { "5.0", 6, 400 }, { "8.1", 9, 400 }, { "11.8", 9, 200 } };
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		firmware_release(cases[i].release);
		assert_int_equal(ask(SUBSCRIBE(PUSH, "https://127.0.0.1/")), cases[i].https);
		for (n = firmware.device->subscriptions.count; n < cases[i].most; n++)
			assert_int_equal(ask(SUBSCRIBE(PUSH, "http://127.0.0.1/")), 200);
		must_say(400, SUBSCRIBE(PUSH, "http://127.0.0.1/"), "e:QuotaLimit");
	}
}

static void an_event_looks_like_the_recorded_one(void **state)
{
	static const uint8_t other[14] = { [12] = 0x12 };
	const struct subscription *s;
	const struct alert *alert;
	struct text out;

	(void)state;
	assert_int_equal(ask(SUBSCRIBE(ACK, "http://127.0.0.1/")), 200);
	quarantine();
	device_judge(firmware.device, other, sizeof(other), SD_TX);
	assert_int_equal(firmware.device->alerts.raised, 3);
	alert = alert_get(&firmware.device->alerts, 2);
	assert_string_equal(alert->message_id, "iAMT0050");
	assert_string_equal(alert->argument, "16");
	s = &firmware.device->subscriptions.items[0];
	text_init(&out, 1 << 16);
	eventing_write(&out, firmware.device, s, alert);
	assert_non_null(strstr(out.bytes, "<c:AckRequested></c:AckRequested>"));
	assert_non_null(strstr(out.bytes, "<r:Token xmlns:r=\"urn:t\">pc&amp;7</r:Token>"));
	assert_non_null(strstr(out.bytes, "<g:MessageID>iAMT0050</g:MessageID>"));
	assert_non_null(strstr(out.bytes, "<g:MessageArguments>16</g:MessageArguments>"));
	assert_non_null(strstr(out.bytes, "<h:Datetime>2023-11-14T22:13:20.000Z</h:Datetime>"));
	text_fini(&out);
}

static void a_drop_or_a_limit_is_told_by_its_kind(void **state)
{
	static const uint8_t frame[14] = { [13] = 1 }, other[14] = { [12] = 0x12 };
	static const struct {
		const char *name, *profile, *way;
		enum sd_direction direction;
		const uint8_t *frame;
		const char *argument;
	} cases[] = {
		{ "transmitted, dropped", "4", "0", SD_TX, frame, "16" },
		{ "transmitted, limited", "2", "0", SD_TX, frame, "17" },
		{ "received, dropped", "4", "1", SD_RX, frame, "18" },
		{ "received, limited", "2", "1", SD_RX, frame, "19" },
		{ "by the default", "3", "0", SD_TX, other, "16" },
	};
	char request[4096];
	size_t i;
	int n;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct alert *alert;

		firmware_close(state);
		firmware_open(state);
		set_knob("rate_overshoot", "0");
		assert_int_equal(ask(SUBSCRIBE(PUSH, "http://127.0.0.1/")), 200);
		snprintf(request, sizeof(request),
			 CREATE("AMT_Hdr8021Filter",
				"<Name>f</Name><HdrProtocolID8021>1</HdrProtocolID8021>"
				"<FilterProfile>%s</FilterProfile>%s<FilterDirection>%s"
				"</FilterDirection><ActionEventOnMatch>true</ActionEventOnMatch>"),
			 cases[i].profile,
			 *cases[i].profile == '2' ? "<FilterProfileData>1</FilterProfileData>" : "",
			 cases[i].way);
		assert_int_equal(ask(request), 200);
		ask(POLICY("q", "<FilterCreationHandles>1</FilterCreationHandles>"));
		assert_int_equal(ask(BIND("0", "1")), 200);
		for (n = 0; n < 2; n++)
			device_judge(firmware.device, cases[i].frame, 14, cases[i].direction);
		alert = alert_get(&firmware.device->alerts, firmware.device->alerts.raised - 1);
		if (strcmp(alert->message_id, "iAMT0050") != 0 ||
		    strcmp(alert->argument, cases[i].argument) != 0)
			fail_msg("%s: %s %s", cases[i].name, alert->message_id, alert->argument);
	}
}

/* --- over the network --- */

static struct running run;
static CURL *client;
static int sink_fd;
static uint16_t sink_port;

static int open_run(void **state)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	struct device_config config;
	struct knobs knobs;

	(void)state;
	device_config_init(&config);
	knobs_init(&knobs);
	running_start(&run, &config, &knobs);
	client = running_client(&run, false, "admin:P@ssw0rd");
	sink_fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(sink_fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(sink_fd, 4), 0);
	assert_int_equal(getsockname(sink_fd, (struct sockaddr *)&address, &len), 0);
	sink_port = ntohs(address.sin_port);
	return 0;
}

static int close_run(void **state)
{
	(void)state;
	curl_easy_cleanup(client);
	running_stop(&run);
	close(sink_fd);
	return 0;
}

static void subscribe(const char *mode)
{
	char request[4096], sink[64];

	snprintf(sink, sizeof(sink), "http://127.0.0.1:%u/events", sink_port);
	snprintf(request, sizeof(request), SUBSCRIBE("%s", "%s"), mode, sink);
	assert_int_equal(running_ask(&run, client, request), 200);
}

/* Takes one POST, up to the end of its envelope, and answers it. */
static void take_event(struct text *event, const char *answer)
{
	struct timeval limit = { .tv_sec = 10 };
	char bytes[2048];
	ssize_t got = 1;
	int fd;

	setsockopt(sink_fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	fd = accept(sink_fd, NULL, NULL);
	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	text_clear(event);
	while (!strstr(event->bytes, "</a:Envelope>") && got > 0) {
		got = recv(fd, bytes, sizeof(bytes), 0);
		if (got > 0)
			text_add(event, bytes, (size_t)got);
	}
	assert_int_equal(send(fd, answer, strlen(answer), MSG_NOSIGNAL), strlen(answer));
	close(fd);
}

static const char accepted[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

static void a_dropped_packet_becomes_a_post_to_the_sink(void **state)
{
	struct text event;

	(void)state;
	text_init(&event, 1 << 16);
	subscribe(PUSH);
	assert_int_equal(running_ask(&run, client,
				     CREATE("AMT_SystemDefensePolicy",
					    "<PolicyName>q</PolicyName><PolicyPrecedence>9"
					    "</PolicyPrecedence>" POLICY_DEFAULTS)),
			 200);
	assert_int_equal(running_ask(&run, client, BIND("0", "1")), 200);
	take_event(&event, accepted);
	assert_non_null(strstr(event.bytes, "POST /events HTTP/1.1\r\n"));
	assert_non_null(strstr(event.bytes, "User-Agent: Intel(R) AMT Agent\r\n"));
	assert_non_null(strstr(event.bytes, "<g:MessageID>iAMT0056</g:MessageID>"));
	running_order(&run, "frame amt tx ffffffffffff0200000000011234");
	take_event(&event, accepted);
	assert_non_null(strstr(event.bytes, "<g:MessageID>iAMT0001</g:MessageID>"));
	take_event(&event, accepted);
	assert_non_null(strstr(event.bytes, "<g:MessageID>iAMT0050</g:MessageID>"));
	assert_non_null(strstr(event.bytes, "<g:MessageArguments>16</g:MessageArguments>"));
	text_fini(&event);
}

static void what_the_sink_does_not_take_comes_again_until_it_is_too_old(void **state)
{
	struct text event;

	(void)state;
	text_init(&event, 1 << 16);
	subscribe(ACK);
	running_order(&run, "foreign amt action drop");
	take_event(&event, accepted); /* but without an Ack */
	running_order(&run, "clock 6");
	take_event(&event, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
	running_order(&run, "clock 6");
	take_event(&event, "HTTP/1.1 200 OK\r\nContent-Length: 52\r\n\r\n"
			   "http://schemas.dmtf.org/wbem/wsman/1/wsman/Ack......");
	assert_non_null(strstr(event.bytes, "<g:MessageID>iAMT0056</g:MessageID>"));
	close(sink_fd); /* an outage */
	running_order(&run, "unbind amt agent");
	running_order(&run, "clock 31");
	usleep(600000); /* two ticks of the simulator */
	assert_non_null(
		strstr(running_order(&run, "subscriptions amt"), "delivered=1 lost=1 waiting=0"));
	text_fini(&event);
}

int main(void)
{
#define NETWORK_CASE(test) cmocka_unit_test_setup_teardown(test, open_run, close_run)
	const struct CMUnitTest tests[] = {
		FIRMWARE_CASE(a_subscription_is_made_listed_and_ended),
		FIRMWARE_CASE(what_cannot_be_subscribed_to_is_refused),
		FIRMWARE_CASE(releases_differ_in_number_and_in_https),
		FIRMWARE_CASE(an_event_looks_like_the_recorded_one),
		FIRMWARE_CASE(a_drop_or_a_limit_is_told_by_its_kind),
		NETWORK_CASE(a_dropped_packet_becomes_a_post_to_the_sink),
		NETWORK_CASE(what_the_sink_does_not_take_comes_again_until_it_is_too_old),
	};

	return cmocka_run_group_tests_name("amtsim eventing", tests, NULL, NULL);
}
