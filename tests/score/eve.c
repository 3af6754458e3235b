/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/score/eve.h"

/* An incident line counts as a conviction when its state says so, or a state that only a convicted
 * host can reach, or when it names the time of the conviction. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

static const char *const convicted_states[] = {
	"convicted", "proposed",   "awaiting approval", "awaiting_approval", "queued",
	"isolating", "witnessing", "applying",          "applied",           "unproven",
	"proven",    "isolated",   "probation",         "released",
};

double eve_time(const char *text)
{
	struct tm tm = { 0 };
	const char *rest = text ? strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;
	double fraction = 0;
	char *end;
	long zone = 0;

	if (!rest)
		return -1;
	if (*rest == '.') {
		fraction = strtod(rest, &end);
		rest = end;
	}
	if (*rest == '+' || *rest == '-') {
		long hhmm = strtol(rest, NULL, 10);

		zone = hhmm / 100 * 3600 + hhmm % 100 * 60;
	}
	return (double)(timegm(&tm) - zone) + fraction;
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static void copy(char *out, size_t room, const char *text)
{
	snprintf(out, room, "%s", text);
}

static struct finding *host(struct findings *f, const char *ip, const char *mac)
{
	struct finding *finding;
	size_t i;

	for (i = 0; i < f->count; i++) {
		finding = &f->hosts[i];
		if (*ip ? strcmp(finding->ip, ip) == 0
			: !*finding->ip && strcmp(finding->mac, mac) == 0)
			return finding;
	}
	if (f->count == FINDINGS_MAX) {
		f->dropped++;
		return NULL;
	}
	finding = &f->hosts[f->count++];
	memset(finding, 0, sizeof(*finding));
	copy(finding->ip, sizeof(finding->ip), ip);
	copy(finding->mac, sizeof(finding->mac), mac);
	finding->convicted_at = -1;
	return finding;
}

static bool is_conviction(const json_t *incident)
{
	const char *state = text_of(incident, "state");
	size_t i;

	for (i = 0; i < sizeof(convicted_states) / sizeof(convicted_states[0]); i++) {
		if (strcmp(state, convicted_states[i]) == 0)
			return true;
	}
	return *text_of(incident, "convicted_at") != '\0';
}

static void read_incident(struct findings *f, const json_t *line, const json_t *incident)
{
	struct finding *finding = host(f, text_of(line, "src_ip"), text_of(line, "src_mac"));
	const char *kind = text_of(incident, "kind");

	if (!finding)
		return;
	if (*kind)
		copy(finding->kind, sizeof(finding->kind), kind);
	if (!finding->convicted)
		finding->contacts =
			(unsigned)json_integer_value(json_object_get(incident, "contacts"));
	if (!finding->convicted && is_conviction(incident)) {
		finding->convicted = true;
		finding->convicted_at = eve_time(text_of(incident, "convicted_at"));
		if (finding->convicted_at < 0)
			finding->convicted_at = eve_time(text_of(line, "timestamp"));
	}
}

static void read_line(struct findings *f, const char *text)
{
	json_t *line = json_loads(text, 0, NULL);
	const json_t *incident = json_object_get(line, "incident");
	const json_t *stats = json_object_get(line, "stats");
	const char *type = text_of(line, "event_type");

	if (!line)
		f->bad_lines++;
	else if (strcmp(type, "incident") == 0 && incident)
		read_incident(f, line, incident);
	else if (stats && f->first_packet < 0)
		f->first_packet = eve_time(text_of(stats, "first_packet_at"));
	json_decref(line);
}

int eve_read(struct findings *findings, const char *path)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t room = 0;

	memset(findings, 0, sizeof(*findings));
	findings->first_packet = -1;
	if (!file)
		return -1;
	while (getline(&line, &room, file) >= 0) {
		if (line[strspn(line, " \t\r\n")])
			read_line(findings, line);
	}
	free(line);
	fclose(file);
	return 0;
}
