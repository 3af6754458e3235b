/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes in order of arrival; what a node knows of others are addresses, resolved when both are there.  Only the host that
 * changed and those that it may have infected are looked at again.
 *
 * Left out: merging two addresses of one machine, infections that left no trace on the wire (a stick), and taking back a
 * link whose parent is cleared later: the fact stands in the ledger, the incident's state beside it. */
#include "core/incident/outbreak.h"

#include <string.h>

#include "core/base/invariant.h"
#include "core/base/mem.h"
#include "core/base/units.h"
#include "core/contact/contact.h"
#include "core/detect/evidence.h"
#include "core/incident/incident.h"

#define DEFAULT_HOSTS   1024
#define MEETINGS        12
#define ATTACKS         4
#define GENERATIONS_MAX 255
/* Who was reached that long ago and attacks now was infected by somebody else. */
#define INCUBATION_NS s_to_ns(3600)

/* A contact between two hosts, as one of them tells it. */
struct meeting {
	struct ip other;
	uint64_t at_ns;
	uint16_t port;
	uint8_t why; /* enum outbreak_why */
};

struct attack {
	uint16_t port;     /* 0 = neighbours asked for */
	uint64_t first_ns; /* 0 = free */
};

struct node {
	uint64_t incident, parent; /* parent 0 = none known */
	struct host_key host;
	struct mac mac;
	uint8_t state, why;
	uint16_t port;
	uint64_t contact_ns, attack_ns;
	struct meeting visits[MEETINGS];  /* by others */
	struct meeting reached[MEETINGS]; /* others */
	unsigned visit_count, reached_count;
	struct attack attacks[ATTACKS];
	unsigned attack_count;
};

struct outbreak {
	struct node *nodes;
	size_t count, most;
	outbreak_fn *linked;
	void *arg;
	struct outbreak_counts counts;
};

struct outbreak *outbreak_new(uint32_t hosts_max, outbreak_fn *linked, void *arg)
{
	struct outbreak *outbreak = mem_alloc(sizeof(*outbreak));

	outbreak->most = hosts_max ? hosts_max : DEFAULT_HOSTS;
	outbreak->nodes = mem_array(outbreak->most, sizeof(*outbreak->nodes));
	outbreak->linked = linked;
	outbreak->arg = arg;
	return outbreak;
}

void outbreak_free(struct outbreak *outbreak)
{
	if (!outbreak)
		return;
	mem_free(outbreak->nodes);
	mem_free(outbreak);
}

struct outbreak_counts outbreak_counts(const struct outbreak *outbreak)
{
	struct outbreak_counts counts = outbreak->counts;

	counts.hosts = outbreak->count;
	return counts;
}

const char *outbreak_why_name(unsigned why)
{
	static const char *const names[OUTBREAK_WHYS] = { "called_back", "visited", "reached" };

	INVARIANT(why < OUTBREAK_WHYS);
	return names[why];
}

/* ---- nodes ------------------------------------------------------------------------------------- */

static struct node *find(const struct outbreak *outbreak, uint64_t incident)
{
	for (size_t i = 0; incident && i < outbreak->count; i++)
		if (outbreak->nodes[i].incident == incident)
			return &outbreak->nodes[i];
	return NULL;
}

static struct node *find_host(const struct outbreak *outbreak, const struct ip *ip, uint16_t vlan)
{
	/* The latest incident of an address that had several. */
	for (size_t i = outbreak->count; i > 0; i--) {
		struct node *node = &outbreak->nodes[i - 1];

		if (node->host.vlan == vlan && ip_equal(&node->host.ip, ip))
			return node;
	}
	return NULL;
}

static bool has_children(const struct outbreak *outbreak, uint64_t incident)
{
	for (size_t i = 0; i < outbreak->count; i++)
		if (outbreak->nodes[i].parent == incident)
			return true;
	return false;
}

static bool make_room(struct outbreak *outbreak)
{
	if (outbreak->count < outbreak->most)
		return true;
	for (size_t i = 0; i < outbreak->count; i++) {
		struct node *node = &outbreak->nodes[i];

		if (node->state == INCIDENT_CONVICTED || node->parent ||
		    has_children(outbreak, node->incident))
			continue;
		outbreak->count--;
		memmove(node, node + 1, (outbreak->count - i) * sizeof(*node));
		outbreak->counts.evicted++;
		return true;
	}
	outbreak->counts.refused++;
	return false;
}

static struct node *need(struct outbreak *outbreak, const struct incident *incident)
{
	struct node *node = find(outbreak, incident->id);

	if (node)
		return node;
	if (incident->state >= INCIDENT_CLEARED || !make_room(outbreak))
		return NULL;
	node = &outbreak->nodes[outbreak->count++];
	*node = (struct node){ .incident = incident->id, .host = incident->host };
	return node;
}

/* ---- what evidence tells of others ------------------------------------------------------------- */

/* The earliest of each pair are kept: they are the ones that infect. */
static void meet(struct meeting *meetings, unsigned *count, const struct meeting *meeting)
{
	unsigned latest = 0;

	for (unsigned i = 0; i < *count; i++) {
		struct meeting *known = &meetings[i];

		if (known->port == meeting->port && ip_equal(&known->other, &meeting->other)) {
			if (meeting->at_ns < known->at_ns)
				known->at_ns = meeting->at_ns;
			if (meeting->why < known->why)
				known->why = meeting->why;
			return;
		}
		if (known->at_ns > meetings[latest].at_ns)
			latest = i;
	}
	if (*count < MEETINGS)
		meetings[(*count)++] = *meeting;
	else if (meeting->at_ns < meetings[latest].at_ns)
		meetings[latest] = *meeting;
}

/* A datagram may infect without an answer. */
static bool may_infect(const struct evidence_sample *sample)
{
	if (sample->contact_kind == CONTACT_UDP)
		return sample->outcome != CONTACT_REFUSED;
	return sample->contact_kind == CONTACT_TCP && sample->outcome == CONTACT_ACCEPTED;
}

static void note_attack(struct node *node, uint16_t port, uint64_t first_ns)
{
	for (unsigned i = 0; i < node->attack_count; i++) {
		struct attack *attack = &node->attacks[i];

		if (attack->port != port)
			continue;
		if (first_ns < attack->first_ns)
			attack->first_ns = first_ns;
		return;
	}
	if (node->attack_count < ATTACKS)
		node->attacks[node->attack_count++] = (struct attack){ port, first_ns };
}

/* Calling a visitor back is no attack. */
static void learn_onward(struct node *node, const struct evidence *item)
{
	for (unsigned i = 0; i < item->sample_count && i < EVIDENCE_SAMPLES; i++) {
		const struct evidence_sample *sample = &item->samples[i];
		bool is_visitor = false;

		for (unsigned k = 0; k < item->visit_count && k < EVIDENCE_VISITS; k++)
			is_visitor |= ip_equal(&item->visits[k].by, &sample->dst);
		if (!is_visitor)
			note_attack(node, sample->dst_port, sample->opened_ns);
	}
}

static void learn_item(struct node *node, const struct evidence *item)
{
	for (unsigned i = 0; i < item->visit_count && i < EVIDENCE_VISITS; i++) {
		const struct evidence_visit *told = &item->visits[i];
		struct meeting visit = { told->by, told->at_ns, told->port,
					 told->called_back ? OUTBREAK_CALLED_BACK
							   : OUTBREAK_VISITED };

		meet(node->visits, &node->visit_count, &visit);
	}
	for (unsigned i = 0; i < item->sample_count && i < EVIDENCE_SAMPLES; i++) {
		const struct evidence_sample *sample = &item->samples[i];
		struct meeting reached = { sample->dst, sample->opened_ns, sample->dst_port,
					   OUTBREAK_REACHED };

		if (sample->dst_port && may_infect(sample))
			meet(node->reached, &node->reached_count, &reached);
	}
	if (item->port_class == CLASS_CHAIN)
		learn_onward(node, item);
	/* What gathered for days does not tell when this began. */
	else if (item->kind == EVIDENCE_WORM && item->half_life_min == 0 && item->first_contact_ns)
		note_attack(node, item->port, item->first_contact_ns);
}

static void learn(struct node *node, const struct incident *incident)
{
	node->state = incident->state;
	node->mac = incident->mac;
	for (size_t i = 0; i < incident_speaking(incident); i++)
		learn_item(node, &incident->evidence[i]);
}

/* On the port if it attacks there, else at all; 0 = not known to. */
static uint64_t attack_of(const struct node *node, uint16_t port)
{
	uint64_t any_ns = 0;

	for (unsigned i = 0; i < node->attack_count; i++) {
		if (node->attacks[i].port == port)
			return node->attacks[i].first_ns;
		if (any_ns == 0 || node->attacks[i].first_ns < any_ns)
			any_ns = node->attacks[i].first_ns;
	}
	return any_ns;
}

/* ---- parents ----------------------------------------------------------------------------------- */

static bool is_ancestor(const struct outbreak *outbreak, const struct node *node,
			const struct node *of)
{
	size_t steps = 0;

	for (; of && steps <= outbreak->count; steps++) {
		if (of == node)
			return true;
		of = find(outbreak, of->parent);
	}
	return of != NULL;
}

static bool is_plausible(const struct outbreak *outbreak, const struct node *child,
			 const struct node *parent, const struct meeting *meeting)
{
	uint64_t attack_ns = attack_of(child, meeting->port),
		 parent_ns = attack_of(parent, meeting->port);

	if (parent == child ||
	    (child->state != INCIDENT_CONVICTED && parent->state != INCIDENT_CONVICTED))
		return false;
	if (attack_ns == 0 || meeting->at_ns >= attack_ns ||
	    attack_ns - meeting->at_ns > INCUBATION_NS)
		return false;
	return parent_ns && parent_ns < attack_ns && !is_ancestor(outbreak, child, parent);
}

static void tell(const struct outbreak *outbreak, const struct node *child,
		 const struct node *parent)
{
	const struct node *zero = parent;
	struct outbreak_link link = { .incident = child->incident,
				      .parent = parent->incident,
				      .host = child->host,
				      .parent_host = parent->host,
				      .mac = child->mac,
				      .contact_ns = child->contact_ns,
				      .attack_ns = child->attack_ns,
				      .port = child->port,
				      .why = child->why,
				      .generation = 1 };

	for (const struct node *up = find(outbreak, parent->parent); up;
	     up = find(outbreak, up->parent)) {
		zero = up;
		if (link.generation < GENERATIONS_MAX)
			link.generation++;
	}
	link.patient_zero = zero->incident;
	link.patient_zero_host = zero->host;
	if (outbreak->linked)
		outbreak->linked(outbreak->arg, &link);
}

/* A call-back names the source; else the earliest contact did it. */
static bool is_better(const struct node *child, const struct meeting *meeting)
{
	bool called = meeting->why == OUTBREAK_CALLED_BACK,
	     knows_called = child->why == OUTBREAK_CALLED_BACK;

	if (child->parent == 0 || called != knows_called)
		return child->parent == 0 || called;
	return meeting->at_ns < child->contact_ns;
}

static void consider(struct outbreak *outbreak, struct node *child, const struct node *parent,
		     const struct meeting *meeting)
{
	bool is_news = child->parent != parent->incident;

	if (!is_better(child, meeting) || !is_plausible(outbreak, child, parent, meeting))
		return;
	child->parent = parent->incident;
	child->contact_ns = meeting->at_ns;
	child->attack_ns = attack_of(child, meeting->port);
	child->port = meeting->port;
	child->why = meeting->why;
	if (!is_news)
		return;
	outbreak->counts.links++;
	tell(outbreak, child, parent);
}

static void find_parent(struct outbreak *outbreak, struct node *child)
{
	for (unsigned i = 0; i < child->visit_count; i++) {
		const struct meeting *visit = &child->visits[i];
		const struct node *parent = find_host(outbreak, &visit->other, child->host.vlan);

		if (parent)
			consider(outbreak, child, parent, visit);
	}
	for (size_t i = 0; i < outbreak->count; i++) {
		const struct node *parent = &outbreak->nodes[i];

		for (unsigned k = 0;
		     parent->host.vlan == child->host.vlan && k < parent->reached_count; k++)
			if (ip_equal(&parent->reached[k].other, &child->host.ip))
				consider(outbreak, child, parent, &parent->reached[k]);
	}
}

static bool names(const struct meeting *meetings, unsigned count, const struct ip *ip)
{
	for (unsigned i = 0; i < count; i++)
		if (ip_equal(&meetings[i].other, ip))
			return true;
	return false;
}

/* Those that it may have infected. */
static void find_children(struct outbreak *outbreak, const struct node *parent)
{
	for (size_t i = 0; i < outbreak->count; i++) {
		struct node *child = &outbreak->nodes[i];

		if (child != parent && child->host.vlan == parent->host.vlan &&
		    (names(child->visits, child->visit_count, &parent->host.ip) ||
		     names(parent->reached, parent->reached_count, &child->host.ip)))
			find_parent(outbreak, child);
	}
}

void outbreak_see(struct outbreak *outbreak, const struct incident *incident)
{
	struct node *node;

	if (incident->state < INCIDENT_SUSPECTED || incident->kind != EVIDENCE_WORM)
		return;
	node = need(outbreak, incident);
	if (!node)
		return;
	learn(node, incident);
	if (incident->state >= INCIDENT_CLEARED)
		return;
	find_parent(outbreak, node);
	find_children(outbreak, node);
}
