/* SPDX-License-Identifier: Apache-2.0 */
/* Which alerts a happening raises is partly a CHOICE: a matched filter raises iAMT0001, one that
 * also drops raises the user notification iAMT0050 of its kind, a change of the active policy
 * iAMT0056.  Nothing is raised while nobody subscribes, except the records. */
#include "tests/amtsim/chronicle.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tests/amtsim/alert.h"
#include "tests/amtsim/device.h"

#define SENSOR_FILTER      36
#define SENSOR_USER        0xC0
#define SENSOR_AGENT       0x12
#define EVENT_FILTER       0x6F
#define EVENT_USER         0x70
#define EVENT_AGENT        0x0A
#define SEVERITY_INFO      2
#define INTERFACE_WIRED    0xAA
#define REASON_DIAGNOSTICS 0x30
#define USER_SOL_BASE      48
#define REASON_DEFENSE     0x10
#define USER_DEFENSE_BASE \
	16 /* iAMT0050: 16 Tx dropped, 17 Tx limited, 18 Rx dropped, 19 Rx limited */

static void raise_alert(struct device *device, const char *message_id, const char *filter,
			const char *argument)
{
	struct alert alert = { .at_ns = device->now_ns,
			       .message_id = message_id,
			       .filter = filter };

	if (device->subscriptions.count == 0)
		return;
	snprintf(alert.argument, sizeof(alert.argument), "%s", argument);
	alert_raise(&device->alerts, &alert);
}

static void raise_number(struct device *device, const char *message_id, const char *filter,
			 uint32_t argument)
{
	char text[12];

	snprintf(text, sizeof(text), "%" PRIu32, argument);
	raise_alert(device, message_id, filter, text);
}

static void log_match(struct device *device, uint32_t handle)
{
	struct event_record record = { .sensor_type = SENSOR_FILTER,
				       .event_type = EVENT_FILTER,
				       .severity = SEVERITY_INFO,
				       .data = { INTERFACE_WIRED, (uint8_t)(handle >> 24),
						 (uint8_t)(handle >> 16), (uint8_t)(handle >> 8),
						 (uint8_t)handle } };

	eventlog_add(&device->eventlog, &record, device->now_ns);
}

void chronicle_filter_matched(struct device *device, const struct gate_event *event)
{
	uint8_t code = (uint8_t)((event->direction == SD_RX ? 2 : 0) + (event->rate ? 1 : 0));
	struct event_record invoked = { .sensor_type = SENSOR_USER,
					.event_type = EVENT_USER,
					.severity = SEVERITY_INFO,
					.data = { INTERFACE_WIRED, REASON_DEFENSE, code } };

	log_match(device, event->handle);
	raise_number(device, "iAMT0001", ALERTS_FEATURES, event->handle);
	if (!event->drop)
		return;
	eventlog_add(&device->eventlog, &invoked, device->now_ns);
	raise_number(device, "iAMT0050", ALERTS_USER, USER_DEFENSE_BASE + (uint32_t)code);
}

void chronicle_policy_changed(struct device *device)
{
	raise_number(device, "iAMT0056", ALERTS_USER, 0);
}

/* CHOICE: told as a policy that was triggered, without a handle. */
void chronicle_worm(struct device *device)
{
	log_match(device, 0);
	raise_number(device, "iAMT0001", ALERTS_FEATURES, 0);
}

/* amt-out-of-band.md 6.2: remote diagnostics, 0 opened, 1 closed; iAMT0050 with 48 and 49. */
void chronicle_redirection(struct device *device, bool opened)
{
	struct event_record record = { .sensor_type = SENSOR_USER,
				       .event_type = EVENT_USER,
				       .severity = SEVERITY_INFO,
				       .data = { INTERFACE_WIRED, REASON_DIAGNOSTICS,
						 opened ? 0 : 1 } };

	eventlog_add(&device->eventlog, &record, device->now_ns);
	raise_number(device, "iAMT0050", ALERTS_USER, USER_SOL_BASE + (opened ? 0 : 1));
}

static const char *agent_message(uint32_t state)
{
	switch (state) {
	case 1:
		return "iAMT0002";
	case 2:
		return "iAMT0003";
	case 4:
		return "iAMT0004";
	case 8:
		return "iAMT0005";
	default:
		return "iAMT0006";
	}
}

/* From 8.0 the argument is the GUID (amt-system-defense.md 3.6). */
void chronicle_agent(struct device *device, const uint8_t guid[16], uint32_t state)
{
	struct event_record record = { .sensor_type = SENSOR_AGENT,
				       .event_type = EVENT_AGENT,
				       .severity = SEVERITY_INFO,
				       .data = { INTERFACE_WIRED } };
	char text[33];
	size_t i;

	memcpy(record.data + 1, guid, 6);
	record.data[7] = (uint8_t)state;
	eventlog_add(&device->eventlog, &record, device->now_ns);
	for (i = 0; i < 16; i++)
		snprintf(text + 2 * i, 3, "%02X", guid[i]);
	raise_alert(device, agent_message(state), ALERTS_FEATURES,
		    device->profile.major >= 8 ? text : "0");
}

/* --- audit --- */

bool chronicle_audit_locked(const struct device *device)
{
	return device->now_ns < device->auditlog.locked_until_ns;
}

bool chronicle_audit_full(const struct device *device)
{
	return device->auditlog.count >= device->knobs.audit_records;
}

bool chronicle_audit_blocks(const struct device *device)
{
	if (device->profile.major < 4 || device->knobs.audit != AUDIT_CRITICAL)
		return false;
	return chronicle_audit_locked(device) ||
	       (chronicle_audit_full(device) && !device->knobs.audit_rolls);
}

void chronicle_audit(struct device *device, enum audit_app app, uint16_t event, uint32_t subject)
{
	struct audit_entry entry = { .app = app,
				     .event = event,
				     .user = device_caller_name(device),
				     .peer = device->caller.peer,
				     .subject = subject };

	if (device->knobs.audit == AUDIT_OFF || device->profile.major < 4 ||
	    chronicle_audit_locked(device))
		return;
	auditlog_add(&device->auditlog, &entry, device->now_ns, device->knobs.audit_records,
		     device->knobs.audit_rolls);
}
