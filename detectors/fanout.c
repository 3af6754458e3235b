/* SPDX-License-Identifier: Apache-2.0 */
/* fanout.c - new peers in quick succession on ports of administration, and they answer.
 *
 * A worm that takes its targets from a directory, the ARP cache or stolen sessions touches few dark
 * addresses, so no failure test sees it.  What remains is its haste: gaps between new peers are tested as
 * exponential with the mean of a worm against the mean of a person at work (RBS, worm-detection.md C.2:
 * ln(l1/l0) - (l1 - l0) t for each gap t).
 *
 * Only peers that are no servers count, and servers may do it: backup, software distribution, domain
 * controllers.  An administrator's script does the same as a worm, so the level stays below conviction.
 *
 * Left out: failures (trw), other ports (everybody has new peers in quick succession on the web). */
#include "detectors/table.h"

#include <math.h>

#include "core/base/err.h"
#include "core/base/units.h"
#include "core/contact/contact.h"
#include "core/contact/host.h"
#include "core/detect/detector.h"
#include "core/detect/evidence.h"
#include "core/detect/memo.h"
#include "core/detect/param.h"
#include "detectors/peers.h"

#define SETS      64
#define PEER_SETS 2048 /* 16,384 pairs, 128 KiB */

struct config {
	uint64_t worm_gap_ns, person_gap_ns, half_life_ns, peer_ns;
	double cap;
	uint32_t free_peers;
	struct param_ports ports;
};

struct spreader {
	struct memo memo;
	uint64_t latest_ns; /* opening of the contact with the latest new peer, wall */
	uint8_t free_used;
	uint8_t zero[7];
};

struct state {
	struct spreader spreaders[SETS * MEMO_WAYS];
	struct memo_tags spreader_tags[SETS];
	struct memo servers[SETS * MEMO_WAYS]; /* popular with others */
	struct memo_tags server_tags[SETS];
	struct known_set peers[PEER_SETS]; /* who accepted whom lately */
};

static const struct param params[] = {
	{ "worm_gap", PARAM_DURATION_NS, offsetof(struct config, worm_gap_ns), 1, 3600, "5s",
	  "mean time between new peers of a worm" },
	{ "person_gap", PARAM_DURATION_NS, offsetof(struct config, person_gap_ns), 2, 86400, "2m",
	  "mean time between new peers of a person who administers" },
	{ "free_peers", PARAM_U32, offsetof(struct config, free_peers), 0, 64, "3",
	  "peers that say nothing: a logon connects to a few servers at once" },
	{ "cap", PARAM_DOUBLE, offsetof(struct config, cap), 0.1, 40, "9.2",
	  "the most that it can bring: below conviction" },
	{ "half_life", PARAM_DURATION_NS, offsetof(struct config, half_life_ns), 60, 7 * 86400,
	  "1h", "time in which an idle level fades to half" },
	{ "ports", PARAM_PORTS, offsetof(struct config, ports), 1, 65535,
	  "445,139,135,3389,22,23,5985,5986,5900",
	  "services with which one machine is administered from another" },
	{ "peer", PARAM_DURATION_NS, offsetof(struct config, peer_ns), 60, 30 * 86400, "7d",
	  "for so long a host that accepted another is no news to it" },
	{ .type = PARAM_END },
};

static struct memo_table spreaders_of(const struct detector_run *run)
{
	struct state *state = detector_state(run);

	return (struct memo_table){ state->spreaders, sizeof(state->spreaders[0]), SETS,
				    state->spreader_tags };
}

static struct memo_table servers_of(const struct detector_run *run)
{
	struct state *state = detector_state(run);

	return (struct memo_table){ state->servers, sizeof(state->servers[0]), SETS,
				    state->server_tags };
}

static struct memo_key key_of(const struct contact *contact, const struct ip *ip)
{
	return (struct memo_key){ .ip = ip, .vlan = contact->vlan, .now_ns = contact->opened_ns };
}

static bool is_server(const struct detector_run *run, const struct contact *contact,
		      const struct ip *ip)
{
	struct memo_table table = servers_of(run);
	struct memo_key key = key_of(contact, ip);

	return memo_find(&table, &key) != NULL;
}

/* Not dealt with in the days before, as a colleague's share is that is connected every morning. */
static bool is_new_peer(const struct detector_run *run, const struct contact *contact)
{
	const struct config *config = detector_config(run);
	struct state *state = detector_state(run);
	struct known_table peers = { state->peers, PEER_SETS };

	return peers_meet(&peers, contact, config->peer_ns);
}

static double nats_of(const struct config *config, uint64_t gap_ns)
{
	double worm_rate = 1 / ns_to_s(config->worm_gap_ns);
	double person_rate = 1 / ns_to_s(config->person_gap_ns);

	return log(worm_rate / person_rate) - (worm_rate - person_rate) * ns_to_s(gap_ns);
}

static void reached(struct detector_run *run, const struct contact *contact)
{
	const struct config *config = detector_config(run);
	struct memo_table table = spreaders_of(run);
	struct memo_key key = key_of(contact, &contact->src);
	struct spreader *spreader = memo_need(&table, &key);
	struct term term = { .port_class = CLASS_SPREAD, .cap_nats = config->cap };
	uint64_t gap_ns = contact->opened_ns > spreader->latest_ns
				  ? contact->opened_ns - spreader->latest_ns
				  : 0;

	walk_fade(&spreader->memo.walk, contact, config->half_life_ns);
	if (!is_new_peer(run, contact))
		return;
	spreader->latest_ns = contact->opened_ns;
	term.nats = nats_of(config, gap_ns);
	if (term.nats <= 0 && spreader->memo.walk.level <= 0) {
		spreader->free_used = config->free_peers >
				      0; /* a new burst, of which this is the first */
		return;
	}
	if (spreader->free_used < config->free_peers) {
		spreader->free_used++;
		return;
	}
	detector_walk(run, &spreader->memo.walk, contact, &term);
}

static void see(struct detector_run *run, void *memory, const struct contact *contact)
{
	const struct config *config = detector_config(run);

	(void)memory;
	if (!ip_is_of_site(&contact->dst, &contact->src))
		return;
	if (contact->flags & CONTACT_TO_POPULAR) {
		struct memo_table table = servers_of(run);
		struct memo_key key = key_of(contact, &contact->dst);

		memo_need(&table, &key);
		return;
	}
	if (!param_ports_has(&config->ports, contact->dst_port) ||
	    contact->flags & CONTACT_FROM_ROUTER)
		return;
	if (is_server(run, contact, &contact->src) || is_server(run, contact, &contact->dst))
		return;
	reached(run, contact);
}

static int check(const void *settings, struct err *err)
{
	const struct config *config = settings;

	if (config->worm_gap_ns >= config->person_gap_ns)
		return err_set(err, ERR_CONFIG, "worm_gap must be shorter than person_gap");
	return 0;
}

const struct detector detector_fanout = {
	.name = "fanout",
	.summary = "new peers in quick succession on ports of administration, and they answer",
	.id = DETECTOR_FANOUT,
	.kind = EVIDENCE_WORM,
	.feeds = FEED_ACCEPTED,
	.kinds = KINDS_TCP,
	.params = params,
	.config_size = sizeof(struct config),
	.state_size = sizeof(struct state),
	.check = check,
	.see = see,
};
