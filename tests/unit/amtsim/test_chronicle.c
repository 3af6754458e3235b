/* SPDX-License-Identifier: Apache-2.0 */
/* What a device tells: event log, audit log; the layouts against the published vectors. */
#include "tests/amtsim/chronicle.h"

#include "tests/amtsim/base64.h"
#include "tests/unit/amtsim/firmware.h"

#define MESSAGES AMT "AMT_MessageLog"
#define AUDIT    AMT "AMT_AuditLog"
#define CALL(class, method, content)          \
	ENVELOPE(class "/" method, class, "", \
		 "<" method "_INPUT xmlns=\"" class "\">" content "</" method "_INPUT>")
#define GET_RECORDS(at, most)                                                         \
	CALL(MESSAGES, "GetRecords",                                                  \
	     "<IterationIdentifier>" at "</IterationIdentifier><MaxReadRecords>" most \
	     "</MaxReadRecords>")
#define READ_RECORDS(start) CALL(AUDIT, "ReadRecords", "<StartIndex>" start "</StartIndex>")
#define LOCK(flag, handle)                                                                         \
	CALL(AUDIT, "SetAuditLock",                                                                \
	     "<LockTimeoutInSeconds>60</LockTimeoutInSeconds><Flag>" flag "</Flag><Handle>" handle \
	     "</Handle>")
#define FILTER ETHER_FILTER("f", "<HdrProtocolID8021>1</HdrProtocolID8021>")

static void a_record_of_the_event_log_has_the_published_layout(void **state)
{
	/* ten failed logons (amt-out-of-band.md 6.4) */
	static const struct event_record failed = { .sensor_type = 6,
						    .event_type = 0x6F,
						    .offset = 5,
						    .severity = 16,
						    .data = { 0xAA, 10 } };
	uint8_t vector[EVENTLOG_RECORD_BYTES];
	struct eventlog log = { 0 };
	const uint8_t *record;
	size_t len;

	(void)state;
	assert_true(base64_decode("Y8iYZf8GbwVoEP8mYaoKAAAAAAAA", vector, sizeof(vector), &len));
	assert_int_equal(len, sizeof(vector));
	eventlog_add(&log, &failed, SECONDS(0x6598C863));
	record = eventlog_record(&log, 0);
	vector[12] = record[12]; /* the entity's instance is another machine's */
	assert_memory_equal(record, vector, sizeof(vector));
	eventlog_fini(&log);
}

static void the_oldest_of_390_records_gives_way(void **state)
{
	struct eventlog log = { 0 };
	unsigned i;

	(void)state;
	for (i = 0; i < 500; i++) {
		struct event_record record = { .data = { (uint8_t)i, (uint8_t)(i >> 8) } };

		eventlog_add(&log, &record, 0);
	}
	assert_int_equal(eventlog_count(&log), 390);
	for (i = 0; i < 390; i++) {
		assert_int_equal(eventlog_record(&log, i)[13], (499 - i) & 0xFF);
		assert_int_equal(eventlog_record(&log, i)[14], (499 - i) >> 8);
	}
	eventlog_fini(&log);
}

/* First byte of data, and the four after it. */
static void read_newest(uint8_t bytes[EVENTLOG_RECORD_BYTES], size_t n)
{
	memcpy(bytes, eventlog_record(&firmware.device->eventlog, n), EVENTLOG_RECORD_BYTES);
}

static void a_matched_filter_is_recorded_with_its_handle(void **state)
{
	static const uint8_t other[14] = { [12] = 0x12 };
	uint8_t record[EVENTLOG_RECORD_BYTES];

	(void)state;
	quarantine(); /* the default of Tx raises an event and drops */
	device_judge(firmware.device, other, sizeof(other), SD_TX);
	device_judge(firmware.device, other, sizeof(other), SD_TX);
	assert_int_equal(eventlog_count(&firmware.device->eventlog), 2);
	read_newest(record, 1);
	assert_int_equal(record[5], 36);
	assert_memory_equal(record + 13, "\xAA\xFF\xFF\xFF\xFC", 5);
	read_newest(record, 0);
	assert_int_equal(record[5], 192);
	assert_memory_equal(record + 13, "\xAA\x10\x00", 3); /* Tx stopped */
	assert_int_equal(ask(UPDATE_STATISTICS("1", "false")), 200);
	device_judge(firmware.device, other, sizeof(other), SD_TX);
	assert_int_equal(eventlog_count(&firmware.device->eventlog), 4);
}

static void a_rate_limit_tells_when_it_limits(void **state)
{
	static const uint8_t frame[14] = { [13] = 1 };
	uint8_t record[EVENTLOG_RECORD_BYTES];

	(void)state;
	set_knob("rate_overshoot", "0");
	assert_int_equal(ask(CREATE("AMT_Hdr8021Filter",
				    "<Name>r</Name><HdrProtocolID8021>1</HdrProtocolID8021>"
				    "<FilterProfile>2</FilterProfile><FilterProfileData>2"
				    "</FilterProfileData><FilterDirection>1</FilterDirection>"
				    "<ActionEventOnMatch>true</ActionEventOnMatch>")),
			 200);
	ask(POLICY("q", "<FilterCreationHandles>1</FilterCreationHandles>"));
	assert_int_equal(ask(BIND("0", "1")), 200);
	device_judge(firmware.device, frame, sizeof(frame), SD_RX);
	device_judge(firmware.device, frame, sizeof(frame), SD_RX);
	assert_int_equal(eventlog_count(&firmware.device->eventlog), 0);
	assert_true(device_judge(firmware.device, frame, sizeof(frame), SD_RX).drop);
	assert_int_equal(eventlog_count(&firmware.device->eventlog), 2);
	read_newest(record, 0);
	assert_memory_equal(record + 13, "\xAA\x10\x03", 3); /* Rx limited */
}

static void records_are_read_newest_first_in_pieces(void **state)
{
	unsigned i;

	(void)state;
	must_say(200, CALL(MESSAGES, "PositionToFirstRecord", ""),
		 "<g:PositionToFirstRecord_OUTPUT><g:ReturnValue>2<");
	must_say(200, GET_RECORDS("1", "10"), "<g:ReturnValue>3<");
	for (i = 0; i < 5; i++)
		eventlog_add(&firmware.device->eventlog, &(struct event_record){ .offset = 1 },
			     SECONDS(i));
	must_say(200, CALL(MESSAGES, "PositionToFirstRecord", ""),
		 "<g:IterationIdentifier>1</g:IterationIdentifier><g:ReturnValue>0<");
	must_say(200, GET_RECORDS("1", "3"),
		 "<g:IterationIdentifier>4</g:IterationIdentifier>"
		 "<g:NoMoreRecords>false</g:NoMoreRecords><g:RecordArray>BAAAA");
	assert_int_equal(occurrences("<g:RecordArray>"), 3);
	must_say(200, GET_RECORDS("4", "3"), "<g:NoMoreRecords>true</g:NoMoreRecords>");
	assert_int_equal(occurrences("<g:RecordArray>"), 2);
	must_say(200, GET_RECORDS("1", "4"), "<g:NoMoreRecords>false</g:NoMoreRecords>");
	assert_int_equal(occurrences("<g:RecordArray>"), 4);
	must_say(200, GET_RECORDS("1", "5"), "<g:NoMoreRecords>true</g:NoMoreRecords>");
	must_say(200, GET_RECORDS("1", "391"), "<g:ReturnValue>36<");
	must_say(200, CALL(MESSAGES, "FreezeLog", "<Freeze>true</Freeze>"), "<g:ReturnValue>0<");
	eventlog_add(&firmware.device->eventlog, &(struct event_record){ .offset = 2 }, 0);
	must_say(200, GET(MESSAGES, ""), "<g:CurrentNumberOfRecords>5<");
	assert_true(says("<g:IsFrozen>true<"));
	must_say(200, CALL(MESSAGES, "ClearLog", ""), "<g:ReturnValue>0<");
	must_say(200, GET(MESSAGES, ""), "<g:CurrentNumberOfRecords>0<");
}

static void changes_of_system_defense_are_audited(void **state)
{
	static const uint8_t expected[] = { 0,   25,   0,    0,    0,   5, 'a', 'd', 'm', 'i',
					    'n', 0x65, 0x53, 0xF1, 0,   0, 8,   '1', '0', '.',
					    '0', '.',  '0',  '.',  '9', 4, 0,   0,   0,   1 };
	const struct auditlog *log = &firmware.device->auditlog;
	static const uint16_t events[] = { AUDIT_FILTER_ADDED, AUDIT_POLICY_ADDED,
					   AUDIT_DEFAULT_POLICY_SET, AUDIT_POLICY_REMOVED,
					   AUDIT_FILTER_REMOVED };
	size_t i;

	(void)state;
	text_copy(firmware.device->caller.peer, sizeof(firmware.device->caller.peer), "10.0.0.9");
	quarantine();
	assert_int_equal(ask(BIND_AS("AMT_NetworkPortDefaultSystemDefensePolicy", "0", "1")), 200);
	assert_int_equal(ask(UNBIND("0", "1")), 200);
	defense_wipe(firmware.device->defense, 0);
	ask(FILTER);
	ask(POLICY("q", ""));
	assert_int_equal(ask(DELETE(AMT "AMT_SystemDefensePolicy",
				    SELECT("InstanceID", "Intel(r) AMT Policy 2"))),
			 200);
	assert_int_equal(ask(DELETE(AMT "AMT_Hdr8021Filter", SELECT("Name", "f"))), 200);
	assert_int_equal(log->count, 7);
	assert_int_equal(log->records[0].len, sizeof(expected));
	assert_memory_equal(log->records[0].bytes, expected, sizeof(expected));
	for (i = 0; i < 3; i++)
		assert_int_equal(log->records[i].bytes[3], events[i]);
	for (i = 3; i < 5; i++)
		assert_int_equal(log->records[i + 2].bytes[3], events[i]);
	must_say(200, READ_RECORDS("1"),
		 "<g:TotalRecordCount>7</g:TotalRecordCount><g:RecordsReturned>7<");
	must_say(200, READ_RECORDS("8"), "<g:ReturnValue>35<");
	must_say(200, GET(AUDIT, ""), "<g:AuditState>16</g:AuditState>");
	assert_true(says("<g:TimeOfLastRecord><h:Datetime>2023-11-14T22:13:20Z<"));
}

static void ten_records_at_a_time(void **state)
{
	unsigned i;

	(void)state;
	for (i = 0; i < 12; i++)
		assert_int_equal(ask(FILTER), 200);
	must_say(200, READ_RECORDS("1"), "<g:RecordsReturned>10<");
	assert_int_equal(occurrences("<g:EventRecords>"), 10);
	must_say(200, READ_RECORDS("11"), "<g:RecordsReturned>2<");
}

static void a_full_audit_log_rolls_loses_or_refuses(void **state)
{
	static const struct {
		const char *audit, *rolls;
		unsigned http;
		size_t records;
		uint8_t oldest; /* handle in the oldest record */
	} cases[] = {
		{ "on", "yes", 200, 2, 2 },       { "on", "no", 200, 2, 1 },
		{ "critical", "yes", 200, 2, 2 }, { "critical", "no", 500, 2, 1 },
		{ "off", "no", 200, 0, 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct auditlog *log;

		firmware_close(state);
		firmware_open(state);
		log = &firmware.device->auditlog;
		set_knob("audit", cases[i].audit);
		set_knob("audit_rolls", cases[i].rolls);
		set_knob("audit_records", "2");
		assert_int_equal(ask(FILTER), 200);
		assert_int_equal(ask(FILTER), 200);
		if (ask(FILTER) != cases[i].http || log->count != cases[i].records ||
		    (log->count &&
		     log->records[0].bytes[log->records[0].len - 1] != cases[i].oldest))
			fail_msg("%s %s: %s", cases[i].audit, cases[i].rolls, firmware.last.bytes);
		if (cases[i].http == 500)
			assert_true(says("AMT-STATUS 2075"));
	}
}

static void a_locked_audit_log_refuses_what_is_critical_for_a_while(void **state)
{
	(void)state;
	set_knob("audit", "critical");
	must_say(200, LOCK("0", "0"), "<g:Handle>1</g:Handle><g:ReturnValue>0<");
	must_say(200, GET(AUDIT, ""), "<g:AuditState>18</g:AuditState>");
	must_say(500, FILTER, "AMT-STATUS 2075");
	assert_int_equal(ask(GET(AMT "AMT_GeneralSettings", "")), 200);
	must_say(200, LOCK("2", "7"), "<g:ReturnValue>16<"); /* somebody else's lock */
	pass_time(59);
	must_say(500, FILTER, "AMT-STATUS 2075");
	pass_time(1);
	assert_int_equal(ask(FILTER), 200);
	must_say(200, LOCK("0", "0"), "<g:Handle>2</g:Handle>");
	must_say(200, LOCK("2", "2"), "<g:ReturnValue>0<");
	assert_int_equal(ask(FILTER), 200);
}

static void release_3_has_no_audit_log(void **state)
{
	(void)state;
	firmware_release("3.2");
	must_say(400, GET(AUDIT, ""), "b:DestinationUnreachable");
	assert_int_equal(ask(FILTER), 200);
	assert_int_equal(firmware.device->auditlog.count, 0);
	assert_int_equal(ask(GET(MESSAGES, "")), 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_of_the_event_log_has_the_published_layout),
		cmocka_unit_test(the_oldest_of_390_records_gives_way),
		FIRMWARE_CASE(a_matched_filter_is_recorded_with_its_handle),
		FIRMWARE_CASE(a_rate_limit_tells_when_it_limits),
		FIRMWARE_CASE(records_are_read_newest_first_in_pieces),
		FIRMWARE_CASE(changes_of_system_defense_are_audited),
		FIRMWARE_CASE(ten_records_at_a_time),
		FIRMWARE_CASE(a_full_audit_log_rolls_loses_or_refuses),
		FIRMWARE_CASE(a_locked_audit_log_refuses_what_is_critical_for_a_while),
		FIRMWARE_CASE(release_3_has_no_audit_log),
	};

	return cmocka_run_group_tests_name("amtsim chronicle", tests, NULL, NULL);
}
