/* SPDX-License-Identifier: Apache-2.0 */
/* conficker_p2p.c - first contacts whose destination port follows from the destination address as in
 * Conficker C's peer network (worm-detection.md A.6.2).
 *
 * No payload is needed: a bot finds the ports of a stranger by computing them, so each of its probes
 * matches, while a port chosen otherwise matches about 7 times in 100,000.  One match is chance on a busy
 * peer-to-peer host, so the level is held below suspicion after one and below conviction after two; every
 * contact that does not match takes a little off.  Where the datagram at hand is a message of that network as well (A.6.3), it
 * makes up for one more match; what it cannot do is to be the first and the last, because who sends one datagram may bear
 * another's name.
 *
 * Left out: matching a host's own listening ports, which behind address translation belong to an
 * address that we do not see. */
#include "detectors/table.h"

#include "core/base/units.h"
#include "core/contact/contact.h"
#include "core/detect/detector.h"
#include "core/detect/evidence.h"
#include "core/detect/memo.h"
#include "core/detect/param.h"
#include "detectors/conficker_ports.h"

#define SETS    64
#define MATCHES 3 /* convict */

struct config {
	double match, other, step_cap;
	uint32_t message;
	uint64_t half_life_ns;
};

struct peer {
	struct memo memo;
	uint8_t matches; /* since the walk last stood at zero */
	uint8_t zero[7];
};

struct state {
	struct peer peers[SETS * MEMO_WAYS];
	struct memo_tags peer_tags[SETS];
};

static const struct param params[] = {
	{ "match", PARAM_DOUBLE, offsetof(struct config, match), 0, 20, "9.5",
	  "nats for a port that follows from the address" },
	{ "other", PARAM_DOUBLE, offsetof(struct config, other), 0, 10, "0.7",
	  "nats taken off for a port that does not" },
	{ "step_cap", PARAM_DOUBLE, offsetof(struct config, step_cap), 0.1, 6.8, "6.5",
	  "the most that each of the first two matches can bring" },
	{ "message", PARAM_U32, offsetof(struct config, message), 1, 2, "2",
	  "matches that one counts for whose datagram is a message of that network; 1: not looked at" },
	{ "half_life", PARAM_DURATION_NS, offsetof(struct config, half_life_ns), 60, 7 * 86400,
	  "6h", "time in which an idle level fades to half" },
	{ .type = PARAM_END },
};

static struct memo_table table_of(const struct detector_run *run)
{
	struct state *state = detector_state(run);

	return (struct memo_table){ state->peers, sizeof(state->peers[0]), SETS, state->peer_tags };
}

/* Looked at only where the port has matched: next to nothing does. */
static bool is_message(const struct detector_run *run)
{
	struct span payload = detector_payload(run);

	return payload.left > 0 && conficker_packet_is_valid(payload.at, payload.left);
}

static void matched(struct detector_run *run, struct peer *peer, const struct contact *contact)
{
	const struct config *config = detector_config(run);
	unsigned worth = is_message(run) ? config->message : 1;
	struct term term = { .nats = worth * config->match, .port_class = CLASS_HIGH_PORT };

	if (peer->memo.walk.level <= 0)
		peer->matches = 0;
	peer->matches = (uint8_t)(peer->matches + worth);
	if (peer->matches > MATCHES)
		peer->matches = MATCHES;
	if (peer->matches < MATCHES)
		term.cap_nats = config->step_cap * peer->matches;
	detector_walk(run, &peer->memo.walk, contact, &term);
}

static void see(struct detector_run *run, void *memory, const struct contact *contact)
{
	const struct config *config = detector_config(run);
	struct memo_table table = table_of(run);
	struct memo_key key = { .ip = &contact->src,
				.vlan = contact->vlan,
				.now_ns = contact->opened_ns };
	struct term other = { .nats = -config->other, .port_class = CLASS_HIGH_PORT };
	struct peer *peer;

	(void)memory;
	if (contact->dst_port < CONFICKER_PORT_MIN || !ip_is_v4(&contact->dst) ||
	    ip_is_private(&contact->dst))
		return;
	if (!conficker_ports_match(ip_v4_number(&contact->dst), contact->dst_port,
				   contact->kind == CONTACT_UDP, contact->opened_ns / NS_PER_S)) {
		peer = memo_find(&table, &key);
		if (peer && peer->memo.walk.level > 0)
			detector_walk(run, &peer->memo.walk, contact, &other);
		return;
	}
	peer = memo_need(&table, &key);
	walk_fade(&peer->memo.walk, contact, config->half_life_ns);
	matched(run, peer, contact);
}

const struct detector detector_conficker_p2p = {
	.name = "conficker_p2p",
	.summary = "ports computed from addresses as Conficker's peer network does",
	.id = DETECTOR_CONFICKER_P2P,
	.kind = EVIDENCE_WORM,
	.feeds = FEED_OPENED,
	.kinds = KINDS_PORTS,
	.only_high_ports = KINDS_PORTS,
	.params = params,
	.config_size = sizeof(struct config),
	.state_size = sizeof(struct state),
	.see = see,
};
