/* SPDX-License-Identifier: Apache-2.0 */
/* record.c - two byte layouts, the one little, the other big endian.
 *
 * What the dossier does not name is shown as numbers, never guessed at.  Names and addresses in audit records come from whoever
 * logged on, so only printable characters are taken over. */
#include "amt/record.h"

#include <stdio.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/num.h"
#include "core/base/printable.h"
#include "core/base/span.h"
#include "core/base/units.h"

/* ---- events (6.4) ------------------------------------------------------------------------------ */

#define SENSOR_CHASSIS  0x05
#define SENSOR_SECURITY 0x06
#define SENSOR_FIRMWARE 0x0F
#define SENSOR_AGENT    0x12
#define SENSOR_NO_BOOT  0x1E
#define SENSOR_BOOT     0x23
#define SENSOR_FILTER   0x24
#define SENSOR_STARTED  0x25
#define SENSOR_LOCKUP   0x20
#define SENSOR_USER     0xC0
#define SENSOR_AUDITOR  0xC1
#define OFFSET_LOGONS   5
#define TIME_UNKNOWN    0xFFFFFFFF

struct event {
	uint8_t sensor, type, offset, data[8];
};

static uint32_t be32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void tell_filter(const struct event *event, char *text, size_t size)
{
	uint32_t handle = be32(event->data + 1);

	switch (handle) {
	case 0xFFFFFFFD:
		snprintf(text, size,
			 "System Defense: something was received that no filter matches");
		break;
	case 0xFFFFFFFC:
		snprintf(text, size, "System Defense: something was sent that no filter matches");
		break;
	case 0xFFFFFFFA:
		snprintf(text, size, "System Defense: something was sent with a forged address");
		break;
	default:
		snprintf(text, size, "System Defense: filter %u matched", handle);
	}
}

/* The codes 1 to 3 of System Defense have no confirmed meaning. */
static void tell_user(const struct event *event, char *text, size_t size)
{
	static const char *const diagnostics[] = { "serial console opened", "serial console closed",
						   "storage redirection opened",
						   "storage redirection closed" };
	unsigned reason = event->data[1] >> 4, code = event->data[2];

	if (reason == 1 && code == 0)
		snprintf(text, size, "System Defense stopped what the machine sent");
	else if (reason == 1)
		snprintf(text, size, "System Defense intervened (code %u)", code);
	else if (reason == 3 && code < 4)
		snprintf(text, size, "remote diagnostics: %s", diagnostics[code]);
	else
		snprintf(text, size, "notice to the user: reason %u, code %u", reason, code);
}

static void tell_agent(const struct event *event, char *text, size_t size)
{
	const char *what;

	switch (event->data[7]) {
	case 1:
		what = "not started";
		break;
	case 2:
		what = "stopped";
		break;
	case 4:
		what = "running";
		break;
	case 8:
		what = "expired";
		break;
	case 16:
		what = "suspended";
		break;
	default:
		what = "in an unknown state";
	}
	snprintf(text, size, "a watched agent is %s", what);
}

static void tell_numbers(const struct event *event, char *text, size_t size)
{
	char data[2 * sizeof(event->data) + 1];

	num_hex_text(event->data, sizeof(event->data), data);
	snprintf(text, size, "sensor 0x%02x type 0x%02x offset %u data %s", event->sensor,
		 event->type, event->offset, data);
}

static void tell_event(const struct event *event, char *text, size_t size)
{
	switch (event->sensor) {
	case SENSOR_FILTER:
		tell_filter(event, text, size);
		return;
	case SENSOR_USER:
		tell_user(event, text, size);
		return;
	case SENSOR_AGENT:
		tell_agent(event, text, size);
		return;
	case SENSOR_SECURITY:
		if (event->offset != OFFSET_LOGONS)
			break;
		snprintf(text, size, "%u failed logons at the firmware",
			 (unsigned)(event->data[1] | event->data[2] << 8));
		return;
	case SENSOR_AUDITOR:
		if (event->data[1] >> 4 != 3)
			break;
		snprintf(text, size, "the user asked for a remote connection");
		return;
	case SENSOR_CHASSIS:
		snprintf(text, size, "the case was opened");
		return;
	case SENSOR_NO_BOOT:
		snprintf(text, size, "found nothing to start from");
		return;
	case SENSOR_LOCKUP:
		snprintf(text, size, "the operating system hangs");
		return;
	case SENSOR_BOOT:
		snprintf(text, size, "did not start");
		return;
	case SENSOR_STARTED:
		snprintf(text, size, "started");
		return;
	case SENSOR_FIRMWARE:
		if (event->offset != 0)
			break;
		snprintf(text, size, "an error while starting (code %u)", event->data[1]);
		return;
	}
	tell_numbers(event, text, size);
}

static uint64_t time_of(uint32_t seconds)
{
	return seconds == TIME_UNKNOWN ? 0 : s_to_ns(seconds);
}

/* After its log was cleared some firmware gives slots of zeros. */
static bool is_empty(const uint8_t *bytes, size_t length)
{
	while (length && bytes[length - 1] == 0)
		length--;
	return length == 0;
}

bool record_read_event(const uint8_t *bytes, size_t length, struct remedy_entry *entry)
{
	struct event event;

	if (length < RECORD_EVENT_BYTES || is_empty(bytes, length))
		return false;
	event = (struct event){ .sensor = bytes[5], .type = bytes[6], .offset = bytes[7] };
	memcpy(event.data, bytes + 13, sizeof(event.data));
	*entry = (struct remedy_entry){
		.wall_ns = time_of((uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 |
				   (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24),
		.log = REMEDY_EVENTS,
		.severity = bytes[9],
	};
	tell_event(&event, entry->text, sizeof(entry->text));
	return true;
}

/* ---- audit (6.5) ------------------------------------------------------------------------------- */

#define APP_SECURITY 16
#define APP_DEFENSE  25

static const char *const apps[] = { "security",
				    "remote control",
				    "redirection",
				    "firmware update",
				    "audit log",
				    "time",
				    "network",
				    "storage",
				    "events",
				    "System Defense",
				    "agent presence",
				    "wireless",
				    "endpoint access control",
				    "KVM",
				    "user consent",
				    NULL,
				    "screen blanking",
				    "watchdog" };

static const char *event_words(unsigned app, unsigned event)
{
	static const char *const security[] = { "provisioning started", "provisioning completed",
						"user added",           "user changed",
						"user removed",         "refused credentials" };
	static const char *const defense[] = { "filter added",       "filter removed",
					       "policy added",       "policy removed",
					       "default policy set", "heuristics set",
					       "heuristics cleared" };

	if (app == APP_SECURITY && event < sizeof(security) / sizeof(security[0]))
		return security[event];
	if (app == APP_DEFENSE && event < sizeof(defense) / sizeof(defense[0]))
		return defense[event];
	return NULL;
}

static void tell_what(unsigned app, unsigned event, struct buf *out)
{
	const char *name = app >= APP_SECURITY &&
					   app - APP_SECURITY < sizeof(apps) / sizeof(apps[0])
				   ? apps[app - APP_SECURITY]
				   : NULL;
	const char *words = event_words(app, event);

	if (name)
		buf_format(out, "%s: ", name);
	else
		buf_format(out, "application %u: ", app);
	if (words)
		buf_text(out, words);
	else
		buf_format(out, "event %u", event);
}

/* Texts carry a length; release 4.0 counts a NUL at their end, and whoever logs on chooses the name. */
static void take_text(struct span *span, char *text, size_t size)
{
	size_t length = span_u8(span), taken;
	const uint8_t *at = span_take(span, length);

	taken = at ? strnlen((const char *)at, length) : 0;
	snprintf(text, size, "%.*s", (int)(taken < size ? taken : size - 1),
		 at ? (const char *)at : "");
	printable(text, '?');
}

enum initiator { BY_DIGEST, BY_KERBEROS, LOCALLY, BY_KVM };

static void tell_who(struct span *span, struct buf *out)
{
	unsigned initiator = span_u8(span);
	char name[96];

	switch (initiator) {
	case BY_DIGEST:
		take_text(span, name, sizeof(name));
		buf_format(out, ", by %s", name);
		break;
	case BY_KERBEROS:
		span_skip(span, 4);
		span_skip(span, span_u8(span));
		buf_text(out, ", by somebody of the domain");
		break;
	case LOCALLY:
		buf_text(out, ", locally");
		break;
	case BY_KVM:
		buf_text(out, ", by the KVM port");
		break;
	default:
		span->bad = true; /* what follows cannot be found */
	}
}

static void tell_where(struct span *span, struct buf *out)
{
	char address[64];

	span_skip(span, 1);
	take_text(span, address, sizeof(address));
	if (*address)
		buf_format(out, " from %s", address);
}

static void tell_rest(struct span *span, struct buf *out)
{
	size_t length = span_u8(span);
	const uint8_t *at = span_take(span, length);
	char hex[2 * 16 + 1];

	if (!at || length == 0)
		return;
	num_hex_text(at, length < 16 ? length : 16, hex);
	buf_format(out, " (data %s%s)", hex, length > 16 ? "..." : "");
}

bool record_read_audit(const uint8_t *bytes, size_t length, struct remedy_entry *entry)
{
	struct span span = span_of(bytes, length);
	unsigned app = span_be16(&span), event = span_be16(&span);
	struct buf what;
	uint64_t wall_ns;

	*entry = (struct remedy_entry){ .log = REMEDY_AUDIT };
	buf_init(&what, sizeof(entry->text) - 1);
	tell_what(app, event, &what);
	tell_who(&span, &what);
	wall_ns = time_of(span_be32(&span));
	tell_where(&span, &what);
	/* What is wrong from here on leaves the rest readable. */
	if (!span.bad) {
		entry->wall_ns = wall_ns;
		tell_rest(&span, &what);
		snprintf(entry->text, sizeof(entry->text), "%s", what.text);
	}
	buf_fini(&what);
	return *entry->text != '\0';
}
