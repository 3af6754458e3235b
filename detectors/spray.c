/* SPDX-License-Identifier: Apache-2.0 */
/* spray.c - one port tried at the addresses of a public network one after the other, unanswered.
 *
 * Failing on a high port at many hosts is what a peer-to-peer program does when it joins its network,
 * and what a bot does that calls for its masters.  Rate and failures do not tell them apart; the
 * order does.  A program that was given its peers (by a list, a name, other peers) goes to addresses
 * that have nothing to do with each other.  One that goes from an address to the next one makes its
 * targets up, and in the public Internet nobody has honest business with that.  So the test is on the
 * relation of each new target to the one before (a sequential test in the manner of
 * worm-detection.md C.1 over order instead of outcome).
 *
 * The order is visible when the packet is sent, silence a quarter of a second later; each earns half,
 * because a bot that sprays sends thousands in between, and a program that measures the distance to
 * its servers gets answers.
 *
 * Silence of UDP is as common below 1024 (SNMP, NetBIOS names), so the order is asked for there as well.
 *
 * Left out: random order over the whole Internet, where only a network-wide view could help; TCP below 1024, which trw
 * judges; and DNS, because who resolves names by itself asks several servers of one operator. */
#include "detectors/table.h"

#include "core/base/units.h"
#include "core/contact/contact.h"
#include "core/detect/detector.h"
#include "core/detect/evidence.h"
#include "core/detect/memo.h"
#include "core/detect/param.h"

#define SETS     128
#define GRANTED  24
#define CLUSTER  3 /* addresses in a row: servers of one operator */
#define TENTHS   10.0

#define DNS_PORT 53

struct config {
	double adjacent, near, elsewhere, answered;
	double near_cap, private_cap;
	uint64_t half_life_ns;
};

/* A target that carries a term. */
struct granted {
	uint16_t tag;
	uint8_t tenths; /* of a nat, in flight; silence earns as much again */
	bool silent;    /* it has */
};

/* Of one source and port. */
struct sprayer {
	struct memo memo;
	struct ip previous;
	struct granted granted[GRANTED];
	uint8_t next;
	uint8_t row; /* targets in one network so far, up to CLUSTER */
	uint8_t zero[6];
};

struct state {
	struct sprayer sprayers[SETS * MEMO_WAYS];
	struct memo_tags sprayer_tags[SETS];
};

static const struct param params[] = {
	{ "adjacent", PARAM_DOUBLE, offsetof(struct config, adjacent), 0, 10, "1.8",
	  "nats for a silent target next to the one before" },
	{ "near", PARAM_DOUBLE, offsetof(struct config, near), 0, 10, "0.7",
	  "nats for a silent target elsewhere in the same /24 (IPv6 /64)" },
	{ "elsewhere", PARAM_DOUBLE, offsetof(struct config, elsewhere), 0, 10, "2.6",
	  "nats taken off for a target in another network" },
	{ "answered", PARAM_DOUBLE, offsetof(struct config, answered), 0, 10, "2.5",
	  "nats taken off for an answer, besides the term of its target" },
	{ "near_cap", PARAM_DOUBLE, offsetof(struct config, near_cap), 0.1, 40, "9.2",
	  "the most that targets without order can bring: below conviction" },
	{ "private_cap", PARAM_DOUBLE, offsetof(struct config, private_cap), 0.1, 40, "6.0",
	  "the most for targets within the site: below suspicion, drivers look for devices so" },
	{ "half_life", PARAM_DURATION_NS, offsetof(struct config, half_life_ns), 60, 7 * 86400,
	  "10m", "time in which an idle level fades to half" },
	{ .type = PARAM_END },
};

static struct memo_table table_of(const struct detector_run *run)
{
	struct state *state = detector_state(run);

	return (struct memo_table){ .entries = state->sprayers,
				    .entry_size = sizeof(state->sprayers[0]),
				    .sets = SETS,
				    .tags = state->sprayer_tags };
}

static struct memo_key key_of(const struct contact *contact)
{
	return (struct memo_key){ .ip = &contact->src,
				  .vlan = contact->vlan,
				  .port = contact->dst_port,
				  .now_ns = contact->opened_ns + us_to_ns(contact->elapsed_us) };
}

static bool is_near(const struct ip *a, const struct ip *b)
{
	return memcmp(a->bytes, b->bytes, ip_is_v4(a) ? 15 : 8) == 0;
}

/* The last 32 bits differ by one, the others not at all: 1.2.3.255 is next to 1.2.4.0. */
static bool is_adjacent(const struct ip *a, const struct ip *b)
{
	uint32_t low_a = 0, low_b = 0;

	for (unsigned i = 12; i < 16; i++) {
		low_a = low_a << 8 | a->bytes[i];
		low_b = low_b << 8 | b->bytes[i];
	}
	return memcmp(a->bytes, b->bytes, 12) == 0 && (low_a - low_b == 1 || low_b - low_a == 1);
}

static unsigned class_of(const struct contact *contact)
{
	return contact->dst_port < HIGH_PORTS_MIN ? CLASS_SERVICE_PORT : CLASS_HIGH_PORT;
}

static struct term half_term(const struct config *config, struct sprayer *sprayer,
			     const struct contact *contact)
{
	struct term term = { .port_class = class_of(contact) };
	bool adjacent = is_adjacent(&sprayer->previous, &contact->dst);

	if (!adjacent && !is_near(&sprayer->previous, &contact->dst)) {
		sprayer->row = 1;
		term.nats = -config->elsewhere;
		return term;
	}
	if (sprayer->row < CLUSTER) {
		sprayer->row++;
		return term;
	}
	term.nats = (adjacent ? config->adjacent : config->near) / 2;
	if (!adjacent)
		term.cap_nats = config->near_cap;
	if (ip_is_of_site(&contact->dst, &contact->src))
		term.cap_nats = config->private_cap;
	return term;
}

static struct granted *find_granted(struct sprayer *sprayer, const struct ip *dst)
{
	uint16_t tag = memo_tag(dst);

	for (unsigned i = 0; i < GRANTED; i++)
		if (sprayer->granted[i].tag == tag)
			return &sprayer->granted[i];
	return NULL;
}

static void opened(struct detector_run *run, struct sprayer *sprayer, const struct contact *contact)
{
	struct term term = half_term(detector_config(run), sprayer, contact);

	sprayer->previous = contact->dst;
	if (contact->flags & CONTACT_BLIND && term.nats > 0)
		return;
	if (term.nats > 0) {
		sprayer->granted[sprayer->next] =
			(struct granted){ .tag = memo_tag(&contact->dst),
					  .tenths = (uint8_t)(term.nats * TENTHS + 0.5) };
		sprayer->next = (uint8_t)((sprayer->next + 1) % GRANTED);
	}
	if (term.nats > 0 || sprayer->memo.walk.level > 0)
		detector_walk(run, &sprayer->memo.walk, contact, &term);
}

/* Silence or refusal: the same contact, so it is not counted again, but it weighs more. */
static void failed(struct detector_run *run, struct sprayer *sprayer, const struct contact *contact)
{
	const struct config *config = detector_config(run);
	struct granted *granted = find_granted(sprayer, &contact->dst);
	struct term term = { .port_class = class_of(contact), .same_contact = true };

	detector_settled(run, contact, class_of(contact));
	if (!granted || granted->silent)
		return;
	granted->silent = true;
	term.nats = granted->tenths / TENTHS;
	if (term.nats < config->adjacent / 2)
		term.cap_nats = config->near_cap;
	if (ip_is_of_site(&contact->dst, &contact->src))
		term.cap_nats = config->private_cap;
	detector_walk(run, &sprayer->memo.walk, contact, &term);
}

static void answered(struct detector_run *run, struct sprayer *sprayer,
		     const struct contact *contact)
{
	const struct config *config = detector_config(run);
	struct granted *granted = find_granted(sprayer, &contact->dst);
	struct term term = { .port_class = class_of(contact), .takes_back = true };

	if (granted) {
		term.nats = -(granted->silent ? 2 : 1) * granted->tenths / TENTHS;
		granted->tag = 0;
		detector_walk(run, &sprayer->memo.walk, contact, &term);
	}
	term.takes_back = false;
	term.nats = -config->answered;
	if (sprayer->memo.walk.level > 0)
		detector_walk(run, &sprayer->memo.walk, contact, &term);
}

/* No route, or nobody would have heard the answer: says nothing about the source, but it did go there. */
static void see(struct detector_run *run, void *memory, const struct contact *contact)
{
	const struct config *config = detector_config(run);
	struct memo_table table = table_of(run);
	struct memo_key key = key_of(contact);
	struct sprayer *sprayer;

	(void)memory;
	if (contact->dst_port == DNS_PORT)
		return;
	if (contact->outcome == CONTACT_PENDING) {
		sprayer = memo_need(&table, &key);
		walk_fade(&sprayer->memo.walk, contact, config->half_life_ns);
		opened(run, sprayer, contact);
		return;
	}
	sprayer = memo_find(&table, &key);
	if (!sprayer)
		return;
	if (contact->outcome == CONTACT_ACCEPTED)
		answered(run, sprayer, contact);
	else if (contact->outcome != CONTACT_UNROUTED && contact->outcome != CONTACT_UNKNOWN)
		failed(run, sprayer, contact);
}

const struct detector detector_spray = {
	.name = "spray",
	.summary =
		"one high port, or one of UDP, tried at public addresses one after the other, unanswered",
	.id = DETECTOR_SPRAY,
	.kind = EVIDENCE_WORM,
	.feeds = FEED_OPENED | FEED_OUTSTANDING | FEED_SETTLED,
	.kinds = KINDS_PORTS,
	.only_high_ports = 1 << CONTACT_TCP,
	.params = params,
	.config_size = sizeof(struct config),
	.state_size = sizeof(struct state),
	.see = see,
};
