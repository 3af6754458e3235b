/* SPDX-License-Identifier: Apache-2.0 */
/* outlook.c - the latest of each kind of record.  Lists of fixed size, searched one by one: they change a few times a minute. */
#include "core/daemon/outlook.h"

#include <stdio.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/contact/coverage.h"
#include "core/contact/roles.h"
#include "core/feed/record.h"
#include "core/incident/fault.h"

#define STANDINGS_MAX 1024
#define ROLE_BYTES    400

struct outlook {
	struct coverage_view views[COVERAGE_VLANS];
	size_t view_count;
	struct role_standing standings[STANDINGS_MAX];
	size_t standing_count;
	uint64_t heard_ns; /* wall, of the latest record */
	struct fault_state fault;
	uint64_t fault_over_ns; /* wall */
	char role[ROLE_BYTES];
};

struct outlook *outlook_new(void)
{
	return mem_alloc(sizeof(struct outlook));
}

void outlook_free(struct outlook *outlook)
{
	mem_free(outlook);
}

static void take_view(struct outlook *outlook, const struct coverage_view *view)
{
	size_t i = 0;

	while (i < outlook->view_count && outlook->views[i].vlan != view->vlan)
		i++;
	if (i == COVERAGE_VLANS)
		return;
	if (i == outlook->view_count)
		outlook->view_count++;
	outlook->views[i] = *view;
}

static bool same_role(const struct role_standing *a, const struct role_standing *b)
{
	return a->role == b->role && a->port == b->port &&
	       memcmp(&a->host, &b->host, sizeof(a->host)) == 0;
}

/* When the list is full the least founded gives way, as in the sensor. */
static struct role_standing *make_room(struct outlook *outlook)
{
	struct role_standing *least = &outlook->standings[0];

	if (outlook->standing_count < STANDINGS_MAX)
		return &outlook->standings[outlook->standing_count++];
	for (size_t i = 1; i < STANDINGS_MAX; i++)
		if (outlook->standings[i].established < least->established ||
		    (outlook->standings[i].established == least->established &&
		     outlook->standings[i].witnesses < least->witnesses))
			least = &outlook->standings[i];
	return least;
}

static struct role_standing *find_standing(struct outlook *outlook,
					   const struct role_standing *standing)
{
	for (size_t i = 0; i < outlook->standing_count; i++)
		if (same_role(&outlook->standings[i], standing))
			return &outlook->standings[i];
	return NULL;
}

static bool take_standing(struct outlook *outlook, const struct role_standing *standing)
{
	struct role_standing *known = find_standing(outlook, standing);
	bool is_news = standing->established && !(known && known->established);

	if (!known)
		known = make_room(outlook);
	*known = *standing;
	return is_news;
}

bool outlook_take(struct outlook *outlook, const struct record *record)
{
	outlook->heard_ns = record->wall_ns;
	if (record->type == RECORD_STANDING)
		return take_standing(outlook, &record->standing);
	if (record->type != RECORD_COVERAGE)
		return false;
	take_view(outlook, &record->coverage.view);
	return record->coverage.view.faults != record->coverage.before;
}

void outlook_take_fault(struct outlook *outlook, const struct fault_state *state, uint64_t now_ns)
{
	outlook->fault = *state;
	if (!state->broken)
		outlook->fault_over_ns = now_ns;
}

const char *outlook_role_of(struct outlook *outlook, const struct host_key *host)
{
	struct buf text;

	buf_init(&text, ROLE_BYTES - 1);
	for (size_t i = 0; i < outlook->standing_count; i++) {
		const struct role_standing *standing = &outlook->standings[i];

		if (memcmp(&standing->host, host, sizeof(*host)) != 0)
			continue;
		if (text.length)
			buf_text(&text, "; ");
		role_explain(standing, &text);
	}
	snprintf(outlook->role, sizeof(outlook->role), "%s", text.text ? text.text : "");
	buf_fini(&text);
	return outlook->role;
}

/* ---- for people -------------------------------------------------------------------------------- */

static bool is_empty(const struct coverage_view *view)
{
	return view->packets == 0 && view->faults == 0;
}

static void describe_view(const struct coverage_view *view, struct buf *out)
{
	char words[COVERAGE_WORDS_BYTES];

	coverage_words(view->faults, words);
	buf_format(out, "\nVLAN %-4u %-16s about %llu packets", view->vlan, words,
		   (unsigned long long)view->packets);
	if (view->answers_seen + view->answers_missed)
		buf_format(out, ", %u of %u answers of late seen", (unsigned)view->answers_seen,
			   (unsigned)(view->answers_seen + view->answers_missed));
	if (view->neighbors_asked)
		buf_format(out, ", %u of %u questions for neighbours answered",
			   (unsigned)view->neighbors_answered, (unsigned)view->neighbors_asked);
	if (view->faults == 0)
		return;
	buf_text(out, "\n          ");
	coverage_explain(view, out);
}

static void describe_fault(const struct outlook *outlook, struct buf *out)
{
	const struct fault_state *fault = &outlook->fault;
	char since[CLOCK_TEXT_BYTES], until[CLOCK_TEXT_BYTES];

	if (fault->since_ns == 0)
		return;
	clock_text(fault->since_ns, since, sizeof(since));
	clock_text(outlook->fault_over_ns, until, sizeof(until));
	if (fault->broken)
		buf_format(
			out,
			"\nnetwork   broken%s since %.19s: %u of %u hosts fail at once, scoring pauses%s",
			fault->is_for_all ? "" : " or names are forged", since, fault->hosts,
			fault->live, fault->is_for_all ? "" : " for them");
	else
		buf_format(
			out,
			"\nnetwork   was broken from %.19s until %.19s: not held against %u hosts",
			since, until, fault->hosts);
}

void outlook_describe(const struct outlook *outlook, struct buf *out)
{
	char when[CLOCK_TEXT_BYTES];

	if (outlook->heard_ns == 0) {
		buf_text(out, "the sensor has told nothing yet");
		return;
	}
	clock_text(outlook->heard_ns, when, sizeof(when));
	buf_format(out, "sensor    heard at %.19s, %u roles known: cordon hosts", when,
		   (unsigned)outlook->standing_count);
	for (size_t i = 0; i < outlook->view_count; i++)
		if (!is_empty(&outlook->views[i]))
			describe_view(&outlook->views[i], out);
	describe_fault(outlook, out);
}

static void describe_standing(const struct role_standing *standing, struct buf *out)
{
	char host[IP_TEXT_BYTES], mac[MAC_TEXT_BYTES];

	ip_text(&standing->host.ip, host);
	mac_text(&standing->mac, mac);
	buf_format(out, "%s%-15s  %-17s  VLAN %-4u  ", out->length ? "\n" : "", host,
		   mac_is_zero(&standing->mac) ? "-" : mac, standing->host.vlan);
	role_explain(standing, out);
}

void outlook_hosts(const struct outlook *outlook, struct buf *out)
{
	for (unsigned turn = 0; turn < 2; turn++)
		for (size_t i = 0; i < outlook->standing_count; i++)
			if ((outlook->standings[i].established ? 0u : 1u) == turn)
				describe_standing(&outlook->standings[i], out);
	if (out->length == 0)
		buf_text(out, "no host with a role is known yet");
}
