/* SPDX-License-Identifier: Apache-2.0 */
/* One function per block of members; the order of the calls is the order of the bytes, and people's tools depend on it.
 * What is not known is absent, never null.  The outer members follow Suricata's EVE, so that a flow can be
 * joined with other sensors' records by community_id. */
#include "core/isolation/fact.h"

#include <netinet/in.h>

#include "core/base/buf.h"
#include "core/base/invariant.h"
#include "core/base/json.h"
#include "core/base/units.h"
#include "core/contact/contact.h"
#include "core/feed/counters.h"
#include "core/incident/score.h"
#include "core/isolation/summary.h"
#include "core/net/community_id.h"

enum { ICMP_ECHO_REQUEST = 8, ICMP6_ECHO = 128 };

static const char *type_name(unsigned type)
{
	static const char *const names[FACT_TYPES] = {
		[FACT_INCIDENT] = "incident",   [FACT_DECISION] = "decision",
		[FACT_ISOLATION] = "isolation", [FACT_STATS] = "stats",
		[FACT_COVERAGE] = "coverage",   [FACT_ROLE] = "role",
		[FACT_NETWORK] = "network",     [FACT_INFECTION] = "infection",
		[FACT_SENSOR] = "sensor",       [FACT_GAP] = "gap",
		[FACT_REPAIR] = "repair",
	};

	INVARIANT(type < FACT_TYPES);
	return names[type];
}

const char *fact_sensor_word(unsigned state)
{
	static const char *const words[SENSOR_STATES] = { "blind", "back", "sees" };

	INVARIANT(state < SENSOR_STATES);
	return words[state];
}

static void set_ip(struct json *object, const char *key, const struct ip *ip)
{
	char text[IP_TEXT_BYTES];

	ip_text(ip, text);
	json_set_text(object, key, text);
}

static void set_word(struct json *object, const char *key, const char *text)
{
	if (text && *text)
		json_set_text(object, key, text);
}

static void set_count(struct json *object, const char *key, uint64_t value)
{
	if (value)
		json_set_u64(object, key, value);
}

/* ---- incident ---------------------------------------------------------------------------------- */

static uint8_t ip_protocol(const struct evidence_sample *sample)
{
	switch (sample->contact_kind) {
	case CONTACT_TCP:
		return IPPROTO_TCP;
	case CONTACT_UDP:
		return IPPROTO_UDP;
	case CONTACT_ICMP:
		return ip_is_v4(&sample->dst) ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	default:
		return 0;
	}
}

static const char *protocol_name(uint8_t proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return "TCP";
	case IPPROTO_UDP:
		return "UDP";
	default:
		return proto == IPPROTO_ICMP ? "ICMP" : "IPv6-ICMP";
	}
}

/* The first contact as a flow; a neighbour's address that was asked for is no flow. */
static void set_flow(struct json *object, const struct incident *incident)
{
	const struct evidence_sample *sample = &incident->evidence[0].samples[0];
	char id[COMMUNITY_ID_BYTES];
	uint8_t proto;

	if (incident->evidence_count == 0 || incident->evidence[0].sample_count == 0)
		return;
	proto = ip_protocol(sample);
	if (proto == 0)
		return;
	set_ip(object, "dest_ip", &sample->dst);
	set_count(object, "dest_port", sample->dst_port);
	json_set_text(object, "proto", protocol_name(proto));
	set_count(object, "src_port", sample->src_port);
	if (proto == IPPROTO_TCP || proto == IPPROTO_UDP)
		community_id(&incident->host.ip, &sample->dst, sample->src_port, sample->dst_port,
			     proto, id);
	else
		community_id(&incident->host.ip, &sample->dst,
			     proto == IPPROTO_ICMP ? ICMP_ECHO_REQUEST : ICMP6_ECHO, 0, proto, id);
	json_set_text(object, "community_id", id);
}

static struct json *detectors_json(const struct incident *incident, fact_detector_fn *detector_name)
{
	struct json *names = json_array_new();

	for (unsigned i = 0; i < incident_speaking(incident); i++) {
		bool named = false;

		for (unsigned k = 0; k < i; k++)
			named |= incident->evidence[k].detector == incident->evidence[i].detector;
		if (!named)
			json_push_text(names, detector_name(incident->evidence[i].detector));
	}
	return names;
}

static struct json *samples_json(const struct evidence *evidence)
{
	struct json *samples = json_array_new();

	for (unsigned i = 0; i < evidence->sample_count && i < EVIDENCE_SAMPLES; i++) {
		const struct evidence_sample *sample = &evidence->samples[i];
		struct json *object = json_object_new();

		set_ip(object, "dest_ip", &sample->dst);
		set_count(object, "dest_port", sample->dst_port);
		json_set_text(object, "proto", contact_kind_name(sample->contact_kind));
		json_set_text(object, "outcome", contact_outcome_name(sample->outcome));
		json_set_time(object, "at", sample->opened_ns);
		json_push(samples, object);
	}
	return samples;
}

static void set_coverage(struct json *object, const char *key, unsigned faults)
{
	char words[COVERAGE_WORDS_BYTES];

	coverage_words(faults, words);
	json_set_text(object, key, words);
}

static struct json *incident_json(const struct incident *incident, fact_detector_fn *detector_name)
{
	const struct evidence *first = &incident->evidence[0];
	struct json *object = json_object_new();
	char summary[SUMMARY_BYTES];

	json_set_u64(object, "id", incident->id);
	json_set_text(object, "state", incident_state_name(incident->state));
	json_set_text(object, "kind", evidence_kind_name(incident->kind));
	if (incident->was_kind != incident->kind)
		json_set_text(object, "was_kind", evidence_kind_name(incident->was_kind));
	json_set(object, "detectors", detectors_json(incident, detector_name));
	json_set_real(object, "log_odds", incident->log_odds, 3);
	if (incident->outbreak_nats > 0)
		json_set_real(object, "outbreak_nats", incident->outbreak_nats, 3);
	json_set_real(object, "confidence", score_confidence(incident->log_odds), 6);
	json_set_u64(object, "contacts", incident->contacts);
	json_set_u64(object, "failed", incident_failed(incident, incident->evidence_count));
	set_coverage(object, "coverage", incident_coverage(incident));
	set_word(object, "doubt", evidence_doubt_text(incident->doubt));
	json_set_time(object, "first_contact_at", incident->first_contact_ns);
	json_set_time(object, "convicted_at", incident->convicted_ns);
	if (incident->evidence_count == 0)
		return object;
	set_count(object, "port", first->port);
	json_set_text(object, "proto", contact_kind_name(first->contact_kind));
	summary_of_incident(incident, summary);
	set_word(object, "summary", summary);
	if (first->sample_count)
		json_set(object, "samples", samples_json(first));
	return object;
}

/* ---- decision, isolation, stats ---------------------------------------------------------------- */

static void set_measure(struct json *object, const struct decision *decision)
{
	const struct measure *measure = &decision->measure;
	struct json *json;

	if (!verdict_is_measure(decision->verdict))
		return;
	json = json_object_new();
	json_set_text(json, "proto", protocol_name(measure->proto));
	json_set_u64(json, "port", measure->port_first);
	if (measure->port_last != measure->port_first)
		json_set_u64(json, "port_last", measure->port_last);
	set_count(json, "per_second", measure->per_s);
	json_set(object, "measure", json);
}

static struct json *decision_json(const struct fact_decision *told)
{
	const struct decision *decision = &told->decision;
	bool wants = verdict_acts(decision->verdict);
	struct json *object = json_object_new();

	set_count(object, "incident", told->incident);
	json_set_text(object, "verdict", verdict_name(decision->verdict));
	set_count(object, "rule", decision->rule);
	set_word(object, "rule_name", decision->rule_name);
	if (wants) {
		set_word(object, "channel", decision->channel);
		set_measure(object, decision);
		set_count(object, "hold_s", decision->hold_ns / NS_PER_S);
		if (decision->witness != WITNESS_NONE)
			json_set_text(object, "witness", decision_witness_name(decision->witness));
	}
	if (decision->verdict == VERDICT_PROPOSE)
		json_set_u64(object, "approvals", decision->approvals);
	set_word(object, "asset", told->asset);
	set_word(object, "role", told->role);
	if (told->incident) {
		json_set_real(object, "confidence", told->confidence, 6);
		json_set_real(object, "log_odds", told->log_odds, 3);
	}
	set_word(object, "asked_by", told->asked_by);
	set_word(object, "why", told->why);
	set_word(object, "refused", told->refused);
	json_set_bool(object, "dry_run", told->dry_run);
	return object;
}

static void set_isolation_times(struct json *object, const struct isolation *isolation)
{
	json_set_time(object, "asked_at", isolation->asked_ns);
	json_set_time(object, "applied_at", isolation->applied_ns);
	json_set_time(object, "proven_at", isolation->proven_ns);
	json_set_time(object, "ended_at", isolation->ended_ns);
	json_set_time(object, "hold_until", isolation->hold_until_ns);
	set_word(object, "asked_by", isolation->asked_by);
	set_word(object, "why", isolation->why);
	set_word(object, "approved_by", isolation->approved_by);
	set_word(object, "reason", isolation->reason);
}

static struct json *isolation_json(const struct fact_isolation *told)
{
	const struct isolation *isolation = &told->isolation;
	struct json *object = json_object_new();

	json_set_u64(object, "id", isolation->id);
	set_count(object, "incident", isolation->incident);
	set_word(object, "asset", isolation->asset);
	json_set_text(object, "state", isolation_state_name(isolation->state));
	json_set_text(object, "truth", isolation_truth(isolation->state));
	if (verdict_is_measure(isolation->decision.verdict))
		json_set_text(object, "act", verdict_name(isolation->decision.verdict));
	set_measure(object, &isolation->decision);
	set_word(object, "channel", isolation->decision.channel);
	set_word(object, "enforcer", told->enforcer);
	if (told->dry_run)
		json_set_bool(object, "dry_run", true);
	set_word(object, "device", told->device);
	set_word(object, "did", told->did);
	set_word(object, "open", isolation->open);
	if (told->device || told->did || told->writes || told->reads) {
		json_set_u64(object, "writes", told->writes);
		json_set_u64(object, "reads", told->reads);
	}
	if (isolation->applied_ns) {
		json_set_u64(object, "dropped_transmit", isolation->dropped_transmit);
		json_set_u64(object, "dropped_receive", isolation->dropped_receive);
		set_count(object, "counted", isolation->counted);
	}
	json_set_u64(object, "attempts", isolation->attempts);
	set_isolation_times(object, isolation);
	return object;
}

static struct json *stats_json(const struct record_sensor *stats)
{
	struct json *object = json_object_new();

	for (size_t i = 0; i < counters_table.count; i++)
		json_set_u64(object, counters_table.rows[i].word,
			     metric_value(&counters_table.rows[i], stats));
	json_set_time(object, "first_packet_at", stats->first_packet_ns);
	json_set_time(object, "last_packet_at", stats->last_packet_ns);
	return object;
}

static struct json *coverage_json(const struct record_coverage *told)
{
	const struct coverage_view *view = &told->view;
	struct json *object = json_object_new();
	struct buf text;

	json_set_u64(object, "vlan", view->vlan);
	set_coverage(object, "coverage", view->faults);
	set_coverage(object, "before", told->before);
	set_count(object, "missed_percent", view->missed_percent);
	set_count(object, "dropped_percent", view->dropped_percent);
	json_set_u64(object, "packets", view->packets);
	json_set_u64(object, "answers_seen", view->answers_seen);
	json_set_u64(object, "answers_missed", view->answers_missed);
	json_set_u64(object, "questions_missed", view->questions_missed);
	json_set_u64(object, "neighbors_asked", view->neighbors_asked);
	json_set_u64(object, "neighbors_answered", view->neighbors_answered);
	json_set_u64(object, "neighbors_missed", view->neighbors_missed);
	buf_init(&text, COVERAGE_TEXT_BYTES);
	coverage_explain(view, &text);
	set_word(object, "text", text.text);
	buf_fini(&text);
	return object;
}

static struct json *role_json(const struct role_standing *role)
{
	struct json *object = json_object_new();
	struct buf text;

	json_set_text(object, "role", role_word(role));
	set_count(object, "port", role->port);
	json_set_bool(object, "established", role->established);
	json_set_u64(object, "witnesses", role->witnesses);
	buf_init(&text, COVERAGE_TEXT_BYTES);
	role_explain(role, &text);
	set_word(object, "text", text.text);
	buf_fini(&text);
	return object;
}

static struct json *network_json(const struct fault_state *state)
{
	struct json *object = json_object_new();

	json_set_text(object, "state", state->broken ? "fault" : "recovered");
	json_set_u64(object, "hosts", state->hosts);
	json_set_u64(object, "of", state->live);
	json_set_text(object, "scoring",
		      !state->broken      ? "goes on"
		      : state->is_for_all ? "pauses"
					  : "pauses for them");
	json_set_time(object, "since", state->since_ns);
	return object;
}

static struct json *sensor_json(const struct fact_sensor *told)
{
	struct json *object = json_object_new();

	json_set_text(object, "state", fact_sensor_word(told->state));
	set_word(object, "why", told->why);
	json_set_time(object, "blind_from", told->since_ns);
	json_set_time(object, "blind_to", told->until_ns);
	json_set_time(object, "automation_resumes_at", told->resumes_ns);
	return object;
}

static struct json *infection_json(const struct outbreak_link *link)
{
	struct json *object = json_object_new();

	json_set_u64(object, "incident", link->incident);
	json_set_u64(object, "parent", link->parent);
	set_ip(object, "parent_ip", &link->parent_host.ip);
	json_set_u64(object, "port", link->port);
	json_set_time(object, "contact_at", link->contact_ns);
	json_set_time(object, "attack_at", link->attack_ns);
	json_set_text(object, "why", outbreak_why_name(link->why));
	json_set_u64(object, "generation", link->generation);
	json_set_u64(object, "patient_zero", link->patient_zero);
	set_ip(object, "patient_zero_ip", &link->patient_zero_host.ip);
	return object;
}

static struct json *repair_json(const struct repair *repair)
{
	bool refused = repair->state == REPAIR_REFUSED;
	struct json *object = json_object_new();

	set_count(object, "id", repair->id);
	set_word(object, "asset", repair->asset);
	json_set_text(object, "act", remedy_act_name(repair->wish.act));
	if (repair->wish.boot != REMEDY_BOOT_USUAL)
		json_set_text(object, "boot", remedy_boot_name(repair->wish.boot));
	json_set_text(object, "state", repair_state_name(repair->state));
	if (repair->power != REMEDY_UNKNOWN)
		json_set_text(object, "power", remedy_power_name(repair->power));
	set_count(object, "isolation", repair->isolation);
	if (repair->direct)
		json_set_bool(object, "direct", true);
	set_word(object, "asked_by", repair->asked_by);
	set_word(object, "why", repair->why);
	set_word(object, refused ? "refused" : "said", repair->said);
	set_word(object, "device", repair->device);
	json_set_time(object, "asked_at", repair->asked_ns);
	json_set_time(object, "ended_at", repair->ended_ns);
	return object;
}

/* ---- the whole --------------------------------------------------------------------------------- */

uint64_t fact_gap_count(const struct fact_gap *gap)
{
	uint64_t count = 0;

	for (unsigned type = 0; type < FACT_TYPES; type++)
		count += gap->facts[type];
	return count;
}

static struct json *gap_json(const struct fact_gap *gap)
{
	struct json *object = json_object_new(), *lost = json_object_new();

	for (unsigned type = 0; type < FACT_TYPES; type++)
		set_count(lost, type_name(type), gap->facts[type]);
	json_set_text(object, "writer", gap->writer);
	json_set_u64(object, "facts", fact_gap_count(gap));
	json_set(object, "missing", lost);
	json_set_time(object, "from", gap->from_ns);
	json_set_time(object, "until", gap->until_ns);
	json_set_text(object, "why", gap->why);
	return object;
}

static void set_host(struct json *object, const struct fact *fact)
{
	char mac[MAC_TEXT_BYTES];

	if (fact->type == FACT_STATS || fact->type == FACT_COVERAGE || fact->type == FACT_NETWORK ||
	    fact->type == FACT_SENSOR || fact->type == FACT_GAP)
		return;
	/* A machine that people name, and that was not seen, may be known by its MAC alone. */
	if (!ip_is_unspecified(&fact->host.ip))
		set_ip(object, "src_ip", &fact->host.ip);
	if (!mac_is_zero(&fact->mac)) {
		mac_text(&fact->mac, mac);
		json_set_text(object, "src_mac", mac);
	}
	set_count(object, "vlan", fact->host.vlan);
	set_word(object, "src_known_as", fact->known_as);
}

static struct json *body_json(const struct fact *fact, fact_detector_fn *detector_name)
{
	switch (fact->type) {
	case FACT_INCIDENT:
		return incident_json(fact->incident, detector_name);
	case FACT_DECISION:
		return decision_json(fact->decision);
	case FACT_ISOLATION:
		return isolation_json(fact->isolation);
	case FACT_STATS:
		return stats_json(fact->stats);
	case FACT_COVERAGE:
		return coverage_json(fact->coverage);
	case FACT_ROLE:
		return role_json(fact->role);
	case FACT_INFECTION:
		return infection_json(fact->infection);
	case FACT_NETWORK:
		return network_json(fact->network);
	case FACT_SENSOR:
		return sensor_json(fact->sensor);
	case FACT_GAP:
		return gap_json(fact->gap);
	case FACT_REPAIR:
		return repair_json(fact->repair);
	default:
		INVARIANT(fact->type < FACT_TYPES);
		return NULL;
	}
}

struct json *fact_to_json(const struct fact *fact, fact_detector_fn *detector_name)
{
	struct json *object = json_object_new();

	json_set_time(object, "timestamp", fact->wall_ns);
	json_set_text(object, "event_type", type_name(fact->type));
	set_host(object, fact);
	if (fact->type == FACT_INCIDENT)
		set_flow(object, fact->incident);
	json_set(object, type_name(fact->type), body_json(fact, detector_name));
	return object;
}
