/* SPDX-License-Identifier: Apache-2.0 */
/* portscan.c - many ports of one host, most of them closed (a vertical scan).
 *
 * A client knows which port its server listens on; when the service is down it tries that one, perhaps
 * an alternative or two.  Who tries port after port is looking for what is there.  The test is the walk
 * of worm-detection.md C.1 over distinct ports of one target instead of distinct targets of one port.
 *
 * It is reconnaissance, by a person or an inventory program as often as by a worm, so the level stays below conviction.
 * Probes that belong to no connection (null, FIN, Xmas; ACK and Maimon once they are reset) count like closed ports.
 *
 * The statement is about the class in which trw counts the same contacts, so that they count once.
 *
 * Left out: scans of all hosts and all ports at once (trw sees those), and ports that answer:
 * programs that agree on a fresh port for each transfer (FTP, RPC, media) open hundreds. */
#include "detectors/table.h"

#include "core/base/units.h"
#include "core/contact/contact.h"
#include "core/contact/host.h"
#include "core/contact/observation.h"
#include "core/detect/detector.h"
#include "core/detect/evidence.h"
#include "core/detect/memo.h"
#include "core/detect/param.h"

#define SETS    64
#define TARGETS 4

struct config {
	double closed, open, cap;
	uint32_t free_ports;
	uint64_t half_life_ns;
};

struct target {
	struct ip ip;
	uint64_t ports; /* a bit per port, hashed: one in 64 is taken for another */
	uint32_t used_s;
	uint16_t distinct; /* failing ports so far, up to the free ones */
	uint16_t zero;
};

struct scanner {
	struct memo memo;
	struct target targets[TARGETS];
};

struct state {
	struct scanner scanners[SETS * MEMO_WAYS];
	struct memo_tags scanner_tags[SETS];
};

static const struct param params[] = {
	{ "closed", PARAM_DOUBLE, offsetof(struct config, closed), 0, 10, "0.8",
	  "nats for one more port of a host that is closed or silent" },
	{ "open", PARAM_DOUBLE, offsetof(struct config, open), 0, 10, "0.8",
	  "nats taken off for one that is open" },
	{ "free_ports", PARAM_U32, offsetof(struct config, free_ports), 0, 32, "4",
	  "closed ports of a host that say nothing: alternatives of a service that is down" },
	{ "cap", PARAM_DOUBLE, offsetof(struct config, cap), 0.1, 40, "9.2",
	  "the most that it can bring: below conviction" },
	{ "half_life", PARAM_DURATION_NS, offsetof(struct config, half_life_ns), 60, 7 * 86400,
	  "1h", "time in which an idle level fades to half" },
	{ .type = PARAM_END },
};

static uint64_t now_of(const struct contact *contact)
{
	return contact->opened_ns + us_to_ns(contact->elapsed_us);
}

static struct memo_table table_of(const struct detector_run *run)
{
	struct state *state = detector_state(run);

	return (struct memo_table){ .entries = state->scanners,
				    .entry_size = sizeof(state->scanners[0]),
				    .sets = SETS,
				    .tags = state->scanner_tags };
}

static struct memo_key key_of(const struct contact *contact)
{
	return (struct memo_key){ .ip = &contact->src,
				  .vlan = contact->vlan,
				  .now_ns = now_of(contact) };
}

/* Silence of a UDP port is normal. */
static bool is_closed(const struct contact *contact)
{
	if (contact->outcome == CONTACT_REFUSED)
		return true;
	return contact->kind == CONTACT_TCP &&
	       (contact->outcome == CONTACT_OUTSTANDING || contact->outcome == CONTACT_IGNORED);
}

/* Traceroute counts its probes in the port; servers answer late from their own port to each of the ports
 * a client asked from; FTP servers call their clients back from port 20. */
static bool is_other_business(const struct contact *contact)
{
	if (contact->kind == CONTACT_UDP)
		return (contact->dst_port >= 33434 && contact->dst_port <= 33534) ||
		       (contact->src_port < 1024 && contact->dst_port >= 1024);
	return contact->kind != CONTACT_TCP ||
	       (contact->src_port == 20 && contact->dst_port >= 1024);
}

static struct target *find_target(struct scanner *scanner, const struct ip *ip)
{
	for (unsigned i = 0; i < TARGETS; i++)
		if (scanner->targets[i].used_s && ip_equal(&scanner->targets[i].ip, ip))
			return &scanner->targets[i];
	return NULL;
}

static struct target *need_target(struct scanner *scanner, const struct contact *contact)
{
	struct target *target = find_target(scanner, &contact->dst);

	if (target)
		return target;
	target = &scanner->targets[0];
	for (unsigned i = 1; i < TARGETS; i++)
		if (scanner->targets[i].used_s < target->used_s)
			target = &scanner->targets[i];
	*target = (struct target){ .ip = contact->dst };
	return target;
}

static uint64_t bit_of(const struct contact *contact)
{
	uint32_t mixed = ((uint32_t)contact->kind << 16 | contact->dst_port) * 0x9e3779b1u;

	return UINT64_C(1) << (mixed >> 26);
}

static inline void closed(struct detector_run *run, struct scanner *scanner,
			  const struct contact *contact, unsigned free_ports)
{
	const struct config *config = detector_config(run);
	struct target *target = need_target(scanner, contact);
	struct term term = { .nats = config->closed,
			     .port_class = CLASS_WORM_PORT,
			     .cap_nats = config->cap };

	target->used_s = (uint32_t)(now_of(contact) / NS_PER_S) | 1;
	if (target->ports & bit_of(contact)) {
		detector_settled(run, contact, CLASS_WORM_PORT);
		return;
	}
	target->ports |= bit_of(contact);
	if (target->ports == UINT64_MAX)
		target->ports = 0; /* what is left of the scan counts too */
	if (target->distinct < free_ports) {
		target->distinct++;
		return;
	}
	detector_walk(run, &scanner->memo.walk, contact, &term);
}

static void answered(struct detector_run *run, struct scanner *scanner,
		     const struct contact *contact)
{
	const struct config *config = detector_config(run);
	struct target *target = find_target(scanner, &contact->dst);
	struct term term = { .nats = -config->open, .port_class = CLASS_WORM_PORT };

	if (!target)
		return;
	if (contact->previous == CONTACT_OUTSTANDING && target->ports & bit_of(contact)) {
		target->ports &= ~bit_of(contact);
		term.takes_back = true;
		term.nats = -config->closed;
	}
	if (scanner->memo.walk.level > 0)
		detector_walk(run, &scanner->memo.walk, contact, &term);
}

static void see(struct detector_run *run, void *memory, const struct contact *contact)
{
	const struct config *config = detector_config(run);
	struct memo_table table = table_of(run);
	struct memo_key key = key_of(contact);
	struct scanner *scanner;

	(void)memory;
	if (is_other_business(contact))
		return;
	if (is_closed(contact)) {
		scanner = memo_need(&table, &key);
		walk_fade(&scanner->memo.walk, contact, config->half_life_ns);
		closed(run, scanner, contact, config->free_ports);
	} else if (contact->outcome == CONTACT_ACCEPTED) {
		scanner = memo_find(&table, &key);
		if (scanner)
			answered(run, scanner, contact);
	}
}

/* Nobody's alternatives are tried without a connection; but a server that was started anew resets those that it has
 * forgotten. */
static void observe(struct detector_run *run, void *memory, const struct observation *observation)
{
	const struct config *config = detector_config(run);
	const struct contact *contact = &observation->contact;
	struct memo_table table = table_of(run);
	struct memo_key key = key_of(contact);
	struct scanner *scanner;

	(void)memory;
	if (observation->kind != OBSERVED_STRAY)
		return;
	scanner = memo_need(&table, &key);
	walk_fade(&scanner->memo.walk, contact, config->half_life_ns);
	closed(run, scanner, contact, observation->stray == STRAY_FLAGS ? 0 : config->free_ports);
}

const struct detector detector_portscan = {
	.name = "portscan",
	.summary = "many ports of one host tried, most of them closed",
	.id = DETECTOR_PORTSCAN,
	.kind = EVIDENCE_RECONNAISSANCE,
	.feeds = FEED_OUTSTANDING | FEED_SETTLED | FEED_OBSERVED,
	.observes = 1 << OBSERVED_STRAY,
	.params = params,
	.config_size = sizeof(struct config),
	.state_size = sizeof(struct state),
	.see = see,
	.observe = observe,
};
