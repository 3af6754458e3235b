/* SPDX-License-Identifier: Apache-2.0 */
/* One row per type says where its struct is, how long, in which direction it goes and who checks it: a type cannot be sent
 * without being checked.  Left out: byte order and packing; both ends are forks of one program.  A network will want a
 * version that says more. */
#include "core/feed/wire.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "core/base/invariant.h"
#include "core/contact/contact.h"
#include "core/contact/host.h"
#include "core/feed/record.h"

struct head {
	uint16_t version, type;
	uint32_t length; /* of all, this head too */
	uint64_t wall_ns;
	uint32_t hosts;
	uint8_t zero[4];
};

_Static_assert(sizeof(struct head) == 24, "a head has no holes");
_Static_assert(sizeof(struct head) + sizeof(struct record) <= WIRE_MAX_BYTES,
	       "every record fits into a message");

#define VLAN_MAX     4095
#define FAULTS_MAX   (2 * COVERAGE_TWICE - 1)
#define LOG_ODDS_MAX 1e9
#define ROLES_TOLD                                                                      \
	(HOST_ROUTER | HOST_DHCP_SERVER | HOST_DNS_SERVER | HOST_BLIND | HOST_SUSPECT | \
	 HOST_UNICAST_SEEN | HOST_DISPUTED | HOST_NAT | HOST_MONITOR | HOST_SERVER |    \
	 HOST_MAIL_SERVER)

static bool all_zero(const uint8_t *bytes, size_t count)
{
	uint8_t any = 0;

	while (count > 0)
		any |= bytes[--count];
	return any == 0;
}

/* Keys are compared and hashed as bytes. */
static bool host_is_sane(const struct host_key *host)
{
	return host->vlan <= VLAN_MAX && all_zero(host->zero, sizeof(host->zero));
}

static bool role_is_sane(unsigned role)
{
	return role && !(role & (role - 1)) && (role & ROLES_TOLD) == role;
}

static bool sample_is_sane(const struct evidence_sample *sample)
{
	return sample->contact_kind < CONTACT_KINDS && sample->outcome < CONTACT_OUTCOMES;
}

static bool check_evidence(const struct record *record)
{
	const struct evidence *evidence = &record->evidence;

	if (!evidence_is_well_formed(evidence) || evidence->log_odds > LOG_ODDS_MAX ||
	    evidence->coverage > FAULTS_MAX || !host_is_sane(&evidence->host) ||
	    !all_zero(evidence->zero, sizeof(evidence->zero)) ||
	    !all_zero(evidence->zero_behind, sizeof(evidence->zero_behind)))
		return false;
	for (unsigned i = 0; i < evidence->sample_count; i++)
		if (!sample_is_sane(&evidence->samples[i]))
			return false;
	for (unsigned i = 0; i < evidence->visit_count; i++)
		if (evidence->visits[i].called_back > 1 ||
		    !all_zero(evidence->visits[i].zero, sizeof(evidence->visits[i].zero)))
			return false;
	return true;
}

static bool check_role(const struct record *record)
{
	return host_is_sane(&record->role.host) && role_is_sane(record->role.role);
}

static bool check_host(const struct record *record)
{
	return host_is_sane(&record->heard);
}

static bool check_standing(const struct record *record)
{
	const struct role_standing *standing = &record->standing;

	return host_is_sane(&standing->host) && role_is_sane(standing->role) &&
	       standing->kind < CONTACT_KINDS && standing->established <= 1 &&
	       all_zero(standing->zero, sizeof(standing->zero));
}

static bool check_coverage(const struct record *record)
{
	const struct coverage_view *view = &record->coverage.view;

	return view->vlan <= VLAN_MAX && view->faults <= FAULTS_MAX &&
	       view->missed_percent <= 100 && view->dropped_percent <= 100 &&
	       record->coverage.before <= FAULTS_MAX && all_zero(view->zero, sizeof(view->zero));
}

static bool check_nothing(const struct record *record)
{
	(void)record;
	return true;
}

#define PART(member) offsetof(struct record, member), sizeof(((struct record *)0)->member)

static const struct kind {
	size_t offset, size;
	bool (*check)(const struct record *record); /* NULL: no such type */
	enum wire_way way;
} kinds[RECORD_TYPES] = {
	[RECORD_EVIDENCE] = { PART(evidence), check_evidence, WIRE_TO_CONTROLLER },
	[RECORD_ROLE] = { PART(role), check_role, WIRE_TO_CONTROLLER },
	[RECORD_SENSOR] = { PART(sensor), check_nothing, WIRE_TO_CONTROLLER },
	[RECORD_HEARD] = { PART(heard), check_host, WIRE_TO_CONTROLLER },
	[RECORD_STANDING] = { PART(standing), check_standing, WIRE_TO_CONTROLLER },
	[RECORD_COVERAGE] = { PART(coverage), check_coverage, WIRE_TO_CONTROLLER },
	[RECORD_PULSE] = { PART(pulse), check_nothing, WIRE_TO_CONTROLLER },
	[RECORD_COUNTS] = { PART(sensor), check_nothing, WIRE_TO_CONTROLLER },
	[RECORD_FORGET] = { PART(forget), check_host, WIRE_TO_SENSOR },
	[RECORD_REPEAT] = { offsetof(struct record, forget), 0, check_nothing, WIRE_TO_SENSOR },
};

size_t wire_write(const struct record *record, uint8_t bytes[WIRE_MAX_BYTES])
{
	const struct kind *kind = &kinds[record->type < RECORD_TYPES ? record->type : 0];
	struct head head = { .version = WIRE_VERSION,
			     .type = record->type,
			     .length = (uint32_t)(sizeof(head) + kind->size),
			     .wall_ns = record->wall_ns,
			     .hosts = record->hosts };

	INVARIANT(kind->check);
	memcpy(bytes, &head, sizeof(head));
	memcpy(bytes + sizeof(head), (const uint8_t *)record + kind->offset, kind->size);
	return head.length;
}

enum wire_fault wire_read(const uint8_t *bytes, size_t length, enum wire_way way,
			  struct record *record)
{
	const struct kind *kind;
	struct head head;

	if (length < sizeof(head))
		return WIRE_TORN;
	memcpy(&head, bytes, sizeof(head));
	if (head.version != WIRE_VERSION)
		return WIRE_FOREIGN;
	if (head.length != length)
		return WIRE_TORN;
	if (head.type >= RECORD_TYPES)
		return WIRE_UNKNOWN;
	kind = &kinds[head.type];
	if (!kind->check || kind->way != way)
		return WIRE_UNKNOWN;
	if (length != sizeof(head) + kind->size)
		return WIRE_LENGTH;
	memset(record, 0, sizeof(*record));
	record->type = (uint8_t)head.type;
	record->wall_ns = head.wall_ns;
	record->hosts = head.hosts;
	memcpy((uint8_t *)record + kind->offset, bytes + sizeof(head), kind->size);
	return all_zero(head.zero, sizeof(head.zero)) && kind->check(record) ? WIRE_FINE
									     : WIRE_RANGE;
}

static void cap(uint64_t *wall_ns, uint64_t now_ns)
{
	if (*wall_ns > now_ns)
		*wall_ns = now_ns;
}

static void cap_evidence(struct evidence *evidence, uint64_t now_ns)
{
	cap(&evidence->first_contact_ns, now_ns);
	cap(&evidence->last_contact_ns, now_ns);
	cap(&evidence->stated_ns, now_ns);
	for (unsigned i = 0; i < evidence->sample_count; i++)
		cap(&evidence->samples[i].opened_ns, now_ns);
	for (unsigned i = 0; i < evidence->visit_count; i++)
		cap(&evidence->visits[i].at_ns, now_ns);
}

void wire_not_later(struct record *record, uint64_t now_ns)
{
	cap(&record->wall_ns, now_ns);
	if (record->type == RECORD_EVIDENCE)
		cap_evidence(&record->evidence, now_ns);
	if (record->type == RECORD_SENSOR || record->type == RECORD_COUNTS) {
		cap(&record->sensor.first_packet_ns, now_ns);
		cap(&record->sensor.last_packet_ns, now_ns);
	}
}

const char *wire_fault_name(unsigned fault)
{
	static const char *const names[WIRE_FAULTS] = { "fine",    "torn",   "foreign",
							"unknown", "length", "range" };

	return fault < WIRE_FAULTS ? names[fault] : "?";
}
