/* SPDX-License-Identifier: Apache-2.0 */
/* AMT_MessageLog and AMT_AuditLog (amt-out-of-band.md 6.4, 6.5).  Outputs in the recorded order.
 * Left out: signatures of the audit log. */
#include "tests/amtsim/class.h"

#include <string.h>

#include "tests/amtsim/base64.h"
#include "tests/amtsim/chronicle.h"
#include "tests/amtsim/device.h"
#include "tests/amtsim/input.h"
#include "tests/amtsim/names.h"

static size_t one(const struct device *device)
{
	(void)device;
	return 1;
}

/* --- AMT_MessageLog --- */

#define NO_RECORDS_AT_FIRST 2 /* PositionToFirstRecord */
#define NO_RECORD_THERE     3 /* GetRecords */

static const char *const message_keys[] = { "CreationClassName", "Name", NULL };

static void render_state(struct instance *instance)
{
	instance_number(instance, "EnabledDefault", 2);
	instance_number(instance, "EnabledState", 2);
	instance_number(instance, "HealthState", 5);
	instance_number(instance, "LastChange", 0);
	instance_number(instance, "LogState", 4);
	instance_number(instance, "OperationalStatus", 2);
	instance_number(instance, "OverwritePolicy", 2);
	instance_number(instance, "RequestedState", 12);
	instance_text(instance, "Status", "OK");
}

static void render_message_log(const struct device *device, size_t index, struct instance *instance)
{
	static const unsigned capabilities[] = { 5, 6, 8, 7 }; /* the recorded order */
	size_t i;

	(void)index;
	for (i = 0; i < 4; i++)
		instance_number(instance, "Capabilities", capabilities[i]);
	instance_number(instance, "CharacterSet", 10);
	instance_text(instance, "CreationClassName", "AMT_MessageLog");
	instance_number(instance, "CurrentNumberOfRecords", eventlog_count(&device->eventlog));
	instance_text(instance, "ElementName", "Intel(r) AMT:MessageLog 1");
	instance_bool(instance, "IsFrozen", device->eventlog.frozen);
	instance_number(instance, "MaxLogSize", 0);
	instance_number(instance, "MaxNumberOfRecords", EVENTLOG_RECORDS);
	instance_number(instance, "MaxRecordSize", EVENTLOG_RECORD_BYTES);
	instance_text(instance, "Name", "Intel(r) AMT:MessageLog 1");
	instance_number(instance, "PercentageNearFull", 100);
	instance_number(instance, "SizeOfHeader", 0);
	instance_number(instance, "SizeOfRecordHeader", 0);
	render_state(instance);
}

static struct outcome position_to_first(struct device *device, size_t index, struct input *input,
					struct method_output *output)
{
	(void)index;
	(void)input;
	if (eventlog_count(&device->eventlog) == 0)
		output->return_value = NO_RECORDS_AT_FIRST;
	else
		instance_number(&output->values, "IterationIdentifier", 1);
	return outcome_ok();
}

static void write_records(const struct eventlog *log, size_t from, size_t end,
			  struct instance *values)
{
	char text[BASE64_BYTES(EVENTLOG_RECORD_BYTES)];

	for (; from < end; from++) {
		base64_encode(eventlog_record(log, from), EVENTLOG_RECORD_BYTES, text);
		instance_text(values, "RecordArray", text);
	}
}

/* The identifier is a position from 1, the newest record first. */
static struct outcome get_records(struct device *device, size_t index, struct input *input,
				  struct method_output *output)
{
	size_t count = eventlog_count(&device->eventlog), end;
	uint32_t at = 0, most = 0;

	(void)index;
	input_need_number(input, "IterationIdentifier", UINT32_MAX, &at);
	input_need_number(input, "MaxReadRecords", UINT32_MAX, &most);
	if (input->wrong || most == 0 || most > EVENTLOG_RECORDS) {
		output->return_value = PT_INVALID_PARAMETER;
		return outcome_ok();
	}
	if (at == 0 || at > count) {
		output->return_value = NO_RECORD_THERE;
		return outcome_ok();
	}
	if (most > device->knobs.log_page)
		most = device->knobs.log_page;
	end = count - (at - 1) > most ? at - 1 + most : count;
	instance_number(&output->values, "IterationIdentifier", end + 1);
	instance_bool(&output->values, "NoMoreRecords", end == count);
	write_records(&device->eventlog, at - 1, end, &output->values);
	return outcome_ok();
}

static struct outcome clear_messages(struct device *device, size_t index, struct input *input,
				     struct method_output *output)
{
	(void)index;
	(void)input;
	(void)output;
	eventlog_clear(&device->eventlog);
	return outcome_ok();
}

static struct outcome freeze(struct device *device, size_t index, struct input *input,
			     struct method_output *output)
{
	(void)index;
	input_need_bool(input, "Freeze", &device->eventlog.frozen);
	if (input->wrong)
		output->return_value = PT_INVALID_PARAMETER;
	return outcome_ok();
}

static const char *const no_inputs[] = { NULL };
static const char *const get_inputs[] = { "IterationIdentifier", "MaxReadRecords", NULL };
static const char *const freeze_inputs[] = { "Freeze", NULL };
static const char *const start_inputs[] = { "StartIndex", NULL };
static const char *const lock_inputs[] = { "LockTimeoutInSeconds", "Flag", "Handle", NULL };
static const char *const state_inputs[] = { "RequestedState", "TimeoutPeriod", NULL };

static const struct class_method message_methods[] = {
	{ "PositionToFirstRecord", false, position_to_first, no_inputs },
	{ "GetRecords", false, get_records, get_inputs },
	{ "ClearLog", true, clear_messages, no_inputs },
	{ "FreezeLog", true, freeze, freeze_inputs },
	{ NULL, false, NULL, NULL },
};

const struct class_def class_message_log = {
	.name = "AMT_MessageLog",
	.schema = SCHEMA_AMT_URI,
	.realms = REALM_BIT(REALM_EVENTS) | REALM_BIT(REALM_LOG_READER),
	.write_realms = REALM_BIT(REALM_EVENTS),
	.keys = message_keys,
	.count = one,
	.render = render_message_log,
	.methods = message_methods,
};

/* --- AMT_AuditLog --- */

#define RECORDS_PER_ANSWER 10
#define LOCK_MAX_S         300
#define ALMOST_FULL        85 /* percent */
#define SECOND_NS          1000000000ull

enum audit_state {
	STATE_DISABLED = 1,
	STATE_LOCKED = 2,
	STATE_ALMOST_FULL = 4,
	STATE_FULL = 8,
	STATE_NO_KEY = 16,
};

enum lock_flag { FLAG_LOCK, FLAG_ALLOW_UNPROVISION, FLAG_UNLOCK };

static const char *const audit_keys[] = { "Name", NULL };

static uint32_t percent_free(const struct device *device)
{
	uint32_t most = device->knobs.audit_records;
	size_t used = device->auditlog.count < most ? device->auditlog.count : most;

	return most ? (uint32_t)(100 - used * 100 / most) : 0;
}

static unsigned audit_state(const struct device *device)
{
	unsigned state = STATE_NO_KEY;

	if (device->knobs.audit == AUDIT_OFF)
		state |= STATE_DISABLED;
	if (chronicle_audit_locked(device))
		state |= STATE_LOCKED;
	if (percent_free(device) <= 100 - ALMOST_FULL)
		state |= STATE_ALMOST_FULL;
	if (chronicle_audit_full(device))
		state |= STATE_FULL;
	return state;
}

static void render_audit_log(const struct device *device, size_t index, struct instance *instance)
{
	bool on = device->knobs.audit != AUDIT_OFF;

	(void)index;
	instance_number(instance, "AuditState", audit_state(device));
	instance_number(instance, "CurrentNumberOfRecords", device->auditlog.count);
	instance_text(instance, "ElementName", "Intel(r) AMT Audit Log");
	instance_number(instance, "EnabledState", on ? 2 : 3);
	instance_number(instance, "MaxAllowedAuditors", 1);
	instance_number(instance, "MaxNumberOfRecords", 0);
	instance_text(instance, "Name", "Intel(r) AMT:Audit Log");
	instance_number(instance, "OverwritePolicy", device->knobs.audit_rolls ? 2 : 7);
	instance_number(instance, "PercentageFree", percent_free(device));
	instance_number(instance, "RequestedState", on ? 2 : 3);
	instance_number(instance, "StoragePolicy", device->knobs.audit_rolls ? 1 : 0);
	if (device->auditlog.last_ns)
		instance_datetime(instance, "TimeOfLastRecord", device->auditlog.last_ns);
}

static struct outcome read_records(struct device *device, size_t index, struct input *input,
				   struct method_output *output)
{
	const struct auditlog *log = &device->auditlog;
	char text[BASE64_BYTES(AUDIT_RECORD_BYTES)];
	uint32_t start = 0;
	size_t i, end;

	(void)index;
	input_need_number(input, "StartIndex", UINT32_MAX, &start);
	if (input->wrong || start == 0 || (start > log->count && log->count > 0)) {
		output->return_value = PT_INVALID_INDEX;
		return outcome_ok();
	}
	end = log->count - (start - 1) > RECORDS_PER_ANSWER ? start - 1 + RECORDS_PER_ANSWER
							    : log->count;
	if (log->count == 0)
		end = start - 1;
	instance_number(&output->values, "TotalRecordCount", log->count);
	instance_number(&output->values, "RecordsReturned", end - (start - 1));
	for (i = start - 1; i < end; i++) {
		base64_encode(log->records[i].bytes, log->records[i].len, text);
		instance_text(&output->values, "EventRecords", text);
	}
	return outcome_ok();
}

static struct outcome clear_audit(struct device *device, size_t index, struct input *input,
				  struct method_output *output)
{
	(void)index;
	(void)input;
	(void)output;
	auditlog_clear(&device->auditlog);
	return outcome_ok();
}

static struct outcome set_lock(struct device *device, size_t index, struct input *input,
			       struct method_output *output)
{
	struct auditlog *log = &device->auditlog;
	uint32_t seconds = 0, flag = 0, handle = 0;

	(void)index;
	input_number(input, "LockTimeoutInSeconds", LOCK_MAX_S, &seconds);
	input_need_number(input, "Flag", FLAG_UNLOCK, &flag);
	input_number(input, "Handle", UINT32_MAX, &handle);
	if (input->wrong) {
		output->return_value = PT_INVALID_PARAMETER;
	} else if (chronicle_audit_locked(device) && handle != log->lock_handle) {
		output->return_value = PT_NOT_PERMITTED;
	} else if (flag == FLAG_LOCK) {
		log->locked_until_ns = device->now_ns + seconds * SECOND_NS;
		instance_number(&output->values, "Handle", ++log->lock_handle);
	} else if (flag == FLAG_UNLOCK) {
		log->locked_until_ns = 0;
	}
	return outcome_ok();
}

/* 2 on, 3 off */
static struct outcome change_state(struct device *device, size_t index, struct input *input,
				   struct method_output *output)
{
	uint32_t state = 0;

	(void)index;
	input_need_number(input, "RequestedState", UINT16_MAX, &state);
	if (input->wrong || (state != 2 && state != 3))
		output->return_value = PT_INVALID_PARAMETER;
	else if (state == 3)
		device->knobs.audit = AUDIT_OFF;
	else if (device->knobs.audit == AUDIT_OFF)
		device->knobs.audit = AUDIT_ON;
	return outcome_ok();
}

static const struct class_method audit_methods[] = {
	{ "ReadRecords", false, read_records, start_inputs },
	{ "ClearLog", true, clear_audit, no_inputs },
	{ "SetAuditLock", false, set_lock, lock_inputs },
	{ "RequestStateChange", true, change_state, state_inputs },
	{ NULL, false, NULL, NULL },
};

const struct class_def class_audit_log = {
	.name = "AMT_AuditLog",
	.schema = SCHEMA_AMT_URI,
	.realms = REALM_BIT(REALM_AUDIT),
	.since = 400,
	.keys = audit_keys,
	.count = one,
	.render = render_audit_log,
	.methods = audit_methods,
};
