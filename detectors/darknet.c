/* SPDX-License-Identifier: Apache-2.0 */
/* darknet.c - contacts with addresses that the administrator says nobody uses (worm-detection.md C.8).
 *
 * An unused network or a single unused address among used ones (a tripwire) has no business partners.  Whoever
 * contacts it was given the address by a mistake or made it up.  Three on a worm's port convict.
 *
 * The statement is made for the class of the contact's port, in which trw counts the same contacts, so that
 * they count once.
 *
 * Left out: learning what is dark.  On our own wire the address book does that for arpsweep; elsewhere only
 * the administrator knows. */
#include "detectors/table.h"

#include "core/base/units.h"
#include "core/contact/contact.h"
#include "core/contact/host.h"
#include "core/detect/detector.h"
#include "core/detect/evidence.h"
#include "core/detect/memo.h"
#include "core/detect/param.h"

#define SETS   64
#define JUDGED 16

struct config {
	double worm, other, neighbor;
	double other_cap;
	uint64_t half_life_ns;
	struct param_ports worm_ports;
	struct param_prefixes dark;
};

/* The memo's own walk is the one of worm ports. */
struct visitor {
	struct memo memo;
	struct walk other, neighbor;
	uint16_t judged[JUDGED]; /* dark addresses that carry a term */
	uint8_t next;
	uint8_t zero[7];
};

struct state {
	struct visitor visitors[SETS * MEMO_WAYS];
	struct memo_tags visitor_tags[SETS];
};

static const struct param params[] = {
	{ "dark", PARAM_PREFIXES, offsetof(struct config, dark), 0, 0, "",
	  "networks and addresses that nobody uses; without any, this detector is idle" },
	{ "worm", PARAM_DOUBLE, offsetof(struct config, worm), 0, 10, "5.0",
	  "nats for a dark address contacted on a port that worms use" },
	{ "other", PARAM_DOUBLE, offsetof(struct config, other), 0, 10, "2.5",
	  "nats for one contacted otherwise" },
	{ "neighbor", PARAM_DOUBLE, offsetof(struct config, neighbor), 0, 10, "3.5",
	  "nats for one asked for on the own wire (ARP, neighbour discovery)" },
	{ "other_cap", PARAM_DOUBLE, offsetof(struct config, other_cap), 0.1, 40, "9.2",
	  "the most that other ports can bring: below conviction" },
	{ "half_life", PARAM_DURATION_NS, offsetof(struct config, half_life_ns), 60, 7 * 86400,
	  "7d", "time in which an idle level fades to half" },
	{ "worm_ports", PARAM_PORTS, offsetof(struct config, worm_ports), 1, 65535,
	  "445,139,135,3389,22,23,2323,5985,5986,1433,1434,5555,7547", "services that worms use" },
	{ .type = PARAM_END },
};

static struct memo_table table_of(const struct detector_run *run)
{
	struct state *state = detector_state(run);

	return (struct memo_table){ state->visitors, sizeof(state->visitors[0]), SETS,
				    state->visitor_tags };
}

static bool is_dark(const struct config *config, const struct ip *ip)
{
	for (unsigned i = 0; i < config->dark.count; i++)
		if (prefix_contains(&config->dark.prefixes[i], ip))
			return true;
	return false;
}

static bool is_idle(const void *config)
{
	return ((const struct config *)config)->dark.count == 0;
}

static bool is_worm_port(const struct config *config, uint16_t port)
{
	return param_ports_has(&config->worm_ports, port);
}

static bool is_neighbor(const struct contact *contact)
{
	return contact->kind == CONTACT_ARP || contact->kind == CONTACT_ND;
}

static struct walk *weigh(const struct config *config, struct visitor *visitor,
			  const struct contact *contact, struct term *term)
{
	if (is_neighbor(contact)) {
		*term = (struct term){ .nats = config->neighbor, .port_class = CLASS_NEIGHBOR };
		return &visitor->neighbor;
	}
	if (contact->kind != CONTACT_ICMP && is_worm_port(config, contact->dst_port)) {
		*term = (struct term){ .nats = config->worm, .port_class = CLASS_WORM_PORT };
		return &visitor->memo.walk;
	}
	*term = (struct term){ .nats = config->other,
			       .port_class = CLASS_SERVICE_PORT,
			       .cap_nats = config->other_cap };
	return &visitor->other;
}

/* Many ports of one dark address are one. */
static bool is_new(struct visitor *visitor, const struct contact *contact, unsigned port_class)
{
	/* By class, so that asking for an address and then contacting it are two. */
	uint16_t tag = memo_tag_with(&contact->dst, port_class);

	for (unsigned i = 0; i < JUDGED; i++)
		if (visitor->judged[i] == tag)
			return false;
	visitor->judged[visitor->next] = tag;
	visitor->next = (uint8_t)((visitor->next + 1) % JUDGED);
	return true;
}

static void see(struct detector_run *run, void *memory, const struct contact *contact)
{
	const struct config *config = detector_config(run);
	struct memo_table table = table_of(run);
	struct memo_key key = { .ip = &contact->src,
				.vlan = contact->vlan,
				.now_ns = contact->opened_ns };
	struct visitor *visitor;
	struct walk *walk;
	struct term term;

	(void)memory;
	if (!is_dark(config, &contact->dst))
		return;
	/* Routers ask for and pass on what others made up. */
	if (contact->flags & CONTACT_FROM_ROUTER ||
	    contact->roles & (HOST_ROUTER | HOST_DHCP_SERVER))
		return;
	visitor = memo_need(&table, &key);
	walk = weigh(config, visitor, contact, &term);
	walk_fade(walk, contact, config->half_life_ns);
	if (is_new(visitor, contact, term.port_class))
		detector_walk(run, walk, contact, &term);
}

const struct detector detector_darknet = {
	.name = "darknet",
	.summary = "contacts with addresses that are known to be unused",
	.id = DETECTOR_DARKNET,
	.kind = EVIDENCE_WORM,
	.feeds = FEED_OPENED,
	.params = params,
	.config_size = sizeof(struct config),
	.state_size = sizeof(struct state),
	.is_idle = is_idle,
	.see = see,
};
