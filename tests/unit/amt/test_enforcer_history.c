/* SPDX-License-Identifier: Apache-2.0 */
/* What a device has written down: read to its end, in one order, and not for ever. */
#include "tests/unit/amt/enforcing.h"

#include "core/base/digest.h"

/* What a scripted device's logs hold, and how it gives them. */
struct script {
	unsigned events, per_page;
	unsigned audits;
	bool endless; /* there is always another page */
	bool zeros;   /* of empty slots */
	unsigned first_returns, events_return, audits_return;
	bool events_denied, audits_denied;
	unsigned *asked; /* requests for records */
	unsigned *from;  /* of the last for audit records */
};

/* The newest first; each second one. */
static void put_events(const struct script *script, unsigned from, unsigned count, struct buf *out)
{
	for (unsigned i = from; i < from + count; i++) {
		uint8_t bytes[21] = { 0, 0, 0, 0, 0xFF, 0x25, 0x6F };
		uint32_t second = 10000 - 2 * i;
		char text[32];

		memcpy(bytes, &second, 4); /* little endian, as the wire and this machine */
		if (script->zeros)
			memset(bytes, 0, sizeof(bytes));
		digest_base64(bytes, sizeof(bytes), text);
		buf_format(out, "<h:RecordArray>%s</h:RecordArray>", text);
	}
}

/* The oldest first; each second one, between the events. */
static void put_audits(unsigned from, unsigned count, struct buf *out)
{
	for (unsigned i = from; i < from + count; i++) {
		uint32_t second = 9001 + 2 * i;
		uint8_t bytes[12] = { 0,
				      25,
				      0,
				      2,
				      2,
				      (uint8_t)(second >> 24),
				      (uint8_t)(second >> 16),
				      (uint8_t)(second >> 8),
				      (uint8_t)second,
				      2 };
		char text[24];

		digest_base64(bytes, sizeof(bytes), text);
		buf_format(out, "<h:EventRecords>%s</h:EventRecords>", text);
	}
}

static void give_events(const struct script *script, const struct cim_instance *input,
			struct buf *out)
{
	uint32_t at = 0, count;

	assert_true(cim_u32(input, "IterationIdentifier", 0, &at));
	count = script->events > at - 1 ? script->events - (at - 1) : 0;
	if (count > script->per_page)
		count = script->per_page;
	buf_format(out,
		   "<h:IterationIdentifier>%u</h:IterationIdentifier>"
		   "<h:NoMoreRecords>%s</h:NoMoreRecords>",
		   at + count,
		   script->endless || at - 1 + count < script->events ? "false" : "true");
	put_events(script, at - 1, count, out);
}

static void give_audits(const struct script *script, const struct cim_instance *input,
			struct buf *out)
{
	uint32_t at = 0, count;

	assert_true(cim_u32(input, "StartIndex", 0, &at));
	*script->from = at;
	count = script->audits >= at ? script->audits - at + 1 : 0;
	count = count > 10 ? 10 : count;
	buf_format(
		out,
		"<h:TotalRecordCount>%u</h:TotalRecordCount><h:RecordsReturned>%u</h:RecordsReturned>",
		script->audits, count);
	put_audits(at, count, out);
}

static bool answer_logs(struct fake_device *device, const struct fake_request *request,
			struct buf *out)
{
	const struct script *script = device->script;
	bool audit = strcmp(request->class_name, "AMT_AuditLog") == 0;
	bool first = strcmp(request->op, "PositionToFirstRecord") == 0;
	unsigned returns = audit   ? script->audits_return
			   : first ? script->first_returns
				   : script->events_return;
	struct cim_instance *input;

	if (!audit && strcmp(request->class_name, "AMT_MessageLog") != 0)
		return false;
	if (audit ? script->audits_denied : script->events_denied) {
		fake_fault("AccessDenied", "", 400, device, out);
		return true;
	}
	input = cim_read(request->body);
	buf_format(out, "<h:%s_OUTPUT xmlns:h=\"u\">", request->op);
	*script->asked += !first;
	if (first)
		buf_text(out, "<h:IterationIdentifier>1</h:IterationIdentifier>");
	else if (returns == 0 && audit)
		give_audits(script, input, out);
	else if (returns == 0)
		give_events(script, input, out);
	buf_format(out, "<h:ReturnValue>%u</h:ReturnValue></h:%s_OUTPUT>", returns, request->op);
	cim_free(input);
	return true;
}

struct heard {
	int rc;
	char text[ERR_TEXT_MAX_BYTES];
	struct remedy_entry entries[REMEDY_ENTRIES_MAX];
	size_t count;
	unsigned asked, from;
};

static struct heard heard;

static void on_log(void *arg, const struct remedy_answer *answer)
{
	struct bench *bench = arg;

	bench->answers++;
	heard.rc = answer->rc;
	heard.count = answer->entry_count;
	assert_true(heard.count <= REMEDY_ENTRIES_MAX);
	if (heard.count)
		memcpy(heard.entries, answer->entries, heard.count * sizeof(heard.entries[0]));
	snprintf(heard.text, sizeof(heard.text), "%s",
		 answer->err ? answer->err->text : answer->did);
}

static void read_log(struct script script)
{
	struct bench *bench = bench_new();
	struct remedy_wish wish = { .act = REMEDY_READ_LOG };
	const struct remedy *remedy = fleet_remedy(bench->fleet);

	memset(&heard, 0, sizeof(heard));
	script.asked = &heard.asked;
	script.from = &heard.from;
	bench->device.scripted = answer_logs;
	bench->device.script = &script;
	remedy->act(remedy->self, &bench->asset, &wish, on_log, bench);
	fake_loop_advance_ns(bench->loop, 300 * UINT64_C(1000000000));
	assert_int_equal(bench->answers, 1);
	assert_int_equal(bench->device.power_orders, 0);
	assert_int_equal(bench->device.writes, 0);
	bench_free(bench);
}

static void both_logs_come_in_one_order(void **state)
{
	(void)state;
	read_log((struct script){ .events = 300, .per_page = 390, .audits = 25 });
	assert_int_equal(heard.rc, 0);
	assert_string_equal(heard.text, "");
	assert_int_equal(heard.count, 325);
	for (size_t i = 1; i < heard.count; i++)
		assert_true(heard.entries[i].wall_ns > heard.entries[i - 1].wall_ns);
	assert_string_equal(heard.entries[0].text, "System Defense: policy added, locally");
	assert_string_equal(heard.entries[heard.count - 1].text, "started");
}

static void pages_of_any_size_are_read_to_the_end(void **state)
{
	(void)state;
	read_log((struct script){ .events = 100, .per_page = 7, .audits = 0 });
	assert_int_equal(heard.rc, 0);
	assert_int_equal(heard.count, 100);
	assert_int_equal(heard.asked, 15 + 1);
}

static void empty_logs_are_no_failure(void **state)
{
	(void)state;
	read_log((struct script){ .first_returns = 2 });
	assert_int_equal(heard.rc, 0);
	assert_int_equal(heard.count, 0);
	assert_string_equal(heard.text, "");
	read_log((struct script){ .events_return = 3, .audits_return = 35 });
	assert_int_equal(heard.rc, 0);
	assert_string_equal(heard.text, "");
	/* After a clearing some firmware gives slots of zeros. */
	read_log((struct script){ .events = 390, .per_page = 390, .zeros = true });
	assert_int_equal(heard.rc, 0);
	assert_int_equal(heard.count, 0);
}

static void of_a_long_audit_log_the_latest_are_read(void **state)
{
	(void)state;
	read_log((struct script){ .first_returns = 2, .audits = 1234 });
	assert_int_equal(heard.count, 200);
	assert_int_equal(heard.asked, 1 + 20);
	assert_int_equal(heard.entries[199].wall_ns, s_to_ns(9001 + 2 * 1234));
	read_log((struct script){ .first_returns = 2, .audits = 200 });
	assert_int_equal(heard.count, 200);
	assert_int_equal(heard.entries[0].wall_ns, s_to_ns(9001 + 2));
	read_log((struct script){ .first_returns = 2, .audits = UINT32_MAX - 9 });
	assert_int_equal(heard.count, 200);
}

/* A page behind the last one, of what was read or of nothing, for ever. */
static void a_log_without_end_is_left(void **state)
{
	(void)state;
	read_log((struct script){ .events = 100000, .per_page = 1, .zeros = true });
	assert_int_equal(heard.rc, 0);
	assert_true(heard.asked < 70);
	read_log((struct script){ .events = 5, .per_page = 5, .endless = true });
	assert_int_equal(heard.count, 5);
	assert_int_equal(heard.asked, 2 + 1);
	read_log((struct script){ .events = 100000, .per_page = 390 });
	assert_int_equal(heard.count, 390);
	assert_int_equal(heard.asked, 1 + 1);
}

static void one_log_that_is_refused_leaves_the_other(void **state)
{
	(void)state;
	read_log((struct script){ .events = 3, .per_page = 9, .audits_denied = true });
	assert_int_equal(heard.rc, 0);
	assert_int_equal(heard.count, 3);
	assert_non_null(strstr(heard.text, "its audit log is not to be had: "));
	read_log((struct script){ .events_denied = true, .audits = 3 });
	assert_int_equal(heard.rc, 0);
	assert_int_equal(heard.count, 3);
	assert_non_null(strstr(heard.text, "its event log is not to be had: "));
	read_log((struct script){ .events_denied = true, .audits_denied = true });
	assert_true(heard.rc < 0);
	assert_non_null(strstr(heard.text, "give the AMT user the realm Audit Log"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_logs_come_in_one_order),
		cmocka_unit_test(pages_of_any_size_are_read_to_the_end),
		cmocka_unit_test(empty_logs_are_no_failure),
		cmocka_unit_test(of_a_long_audit_log_the_latest_are_read),
		cmocka_unit_test(a_log_without_end_is_left),
		cmocka_unit_test(one_log_that_is_refused_leaves_the_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
