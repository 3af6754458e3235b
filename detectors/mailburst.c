/* SPDX-License-Identifier: Apache-2.0 */
/* mailburst.c - a workstation that talks to one mail server after the other.
 *
 * A mail program hands everything to the server of its account: one, two or three of them, however much it
 * sends.  A spam bot (and a mass-mailing worm) goes to the mail server of each addressee, and most of
 * them answer, so failures do not show it; the number of different servers does.  Sequential test in the manner
 * of worm-detection.md C.1: the chance that a client which used n servers goes on to one more is small,
 * that of a bot nearly one, whatever the outcome.
 *
 * Servers of one network count once, because big providers answer from many addresses.  Hosts that
 * accept mail themselves are mail servers and may do this.
 *
 * Left out: how much is sent, and to whom. */
#include "detectors/table.h"

#include "core/base/units.h"
#include "core/contact/contact.h"
#include "core/detect/detector.h"
#include "core/detect/evidence.h"
#include "core/detect/memo.h"
#include "core/detect/param.h"

#define SETS    64
#define SERVERS 24

struct config {
	double relay, submission, submission_cap;
	uint32_t free_servers;
	uint64_t half_life_ns;
	struct param_ports relay_ports, submission_ports;
};

/* Networks of the servers it talked to. */
struct sender {
	struct memo memo;
	uint16_t networks[SERVERS];
	uint8_t next, free_used;
	uint8_t zero[6];
};

/* Accepts mail: its clients so far. */
struct server {
	struct memo memo;
	uint16_t client; /* the first */
	bool is_server;  /* there was another */
	uint8_t zero[5];
};

struct state {
	struct sender senders[SETS * MEMO_WAYS];
	struct memo_tags sender_tags[SETS];
	struct server servers[SETS * MEMO_WAYS];
	struct memo_tags server_tags[SETS];
};

static const struct param params[] = {
	{ "relay", PARAM_DOUBLE, offsetof(struct config, relay), 0, 10, "1.9",
	  "nats for one more network with a mail server, between servers" },
	{ "submission", PARAM_DOUBLE, offsetof(struct config, submission), 0, 10, "0.6",
	  "nats for one more, where programs hand in mail" },
	{ "submission_cap", PARAM_DOUBLE, offsetof(struct config, submission_cap), 0.1, 40, "9.2",
	  "the most that handing in can bring: below conviction" },
	{ "free_servers", PARAM_U32, offsetof(struct config, free_servers), 0, 32, "3",
	  "networks that say nothing: a person's accounts" },
	{ "half_life", PARAM_DURATION_NS, offsetof(struct config, half_life_ns), 60, 7 * 86400,
	  "1h", "time in which an idle level fades to half" },
	{ "relay_ports", PARAM_PORTS, offsetof(struct config, relay_ports), 1, 65535, "25",
	  "services that mail servers use among each other" },
	{ "submission_ports", PARAM_PORTS, offsetof(struct config, submission_ports), 1, 65535,
	  "465,587", "services that mail programs use" },
	{ .type = PARAM_END },
};

static struct memo_table senders_of(const struct detector_run *run)
{
	struct state *state = detector_state(run);

	return (struct memo_table){ state->senders, sizeof(state->senders[0]), SETS,
				    state->sender_tags };
}

static struct memo_table servers_of(const struct detector_run *run)
{
	struct state *state = detector_state(run);

	return (struct memo_table){ state->servers, sizeof(state->servers[0]), SETS,
				    state->server_tags };
}

static struct memo_key key_of(const struct contact *contact, const struct ip *ip)
{
	return (struct memo_key){ .ip = ip,
				  .vlan = contact->vlan,
				  .now_ns = contact->opened_ns + us_to_ns(contact->elapsed_us) };
}

/* Two clients make a server; one alone might be an accomplice buying an alibi. */
static void note_server(struct detector_run *run, const struct contact *contact)
{
	struct memo_table table = servers_of(run);
	struct memo_key key = key_of(contact, &contact->dst);
	struct server *server = memo_need(&table, &key);
	uint16_t client = memo_tag(&contact->src);

	if (server->client && server->client != client)
		server->is_server = true;
	server->client = client;
}

static bool is_server(struct detector_run *run, const struct contact *contact)
{
	struct memo_table table = servers_of(run);
	struct memo_key key = key_of(contact, &contact->src);
	const struct server *server = memo_find(&table, &key);

	return server && server->is_server;
}

/* False if the network is known already. */
static bool is_new(struct sender *sender, const struct ip *dst)
{
	struct ip network = *dst;
	uint16_t tag;

	if (ip_is_v4(dst))
		network.bytes[15] = 0;
	else
		memset(network.bytes + 8, 0, 8);
	tag = memo_tag(&network);
	for (unsigned i = 0; i < SERVERS; i++)
		if (sender->networks[i] == tag)
			return false;
	sender->networks[sender->next] = tag;
	sender->next = (uint8_t)((sender->next + 1) % SERVERS);
	return true;
}

static void judge(struct detector_run *run, const struct contact *contact, bool is_relay)
{
	const struct config *config = detector_config(run);
	struct memo_table table = senders_of(run);
	struct memo_key key = key_of(contact, &contact->src);
	struct sender *sender = memo_need(&table, &key);
	struct term term = { .nats = is_relay ? config->relay : config->submission,
			     .port_class = CLASS_SPREAD,
			     .cap_nats = is_relay ? 0 : config->submission_cap };

	walk_fade(&sender->memo.walk, contact, config->half_life_ns);
	if (!is_new(sender, &contact->dst)) {
		detector_settled(run, contact, CLASS_SPREAD);
		return;
	}
	if (sender->free_used < config->free_servers) {
		sender->free_used++;
		return;
	}
	detector_walk(run, &sender->memo.walk, contact, &term);
}

static void see(struct detector_run *run, void *memory, const struct contact *contact)
{
	const struct config *config = detector_config(run);
	bool is_relay = param_ports_has(&config->relay_ports, contact->dst_port);

	(void)memory;
	if (contact->outcome == CONTACT_UNROUTED)
		return;
	if (!is_relay && !param_ports_has(&config->submission_ports, contact->dst_port))
		return;
	if (contact->outcome == CONTACT_ACCEPTED)
		note_server(run, contact);
	/* A router speaks for many people, each with accounts of their own. */
	if (contact->flags & CONTACT_FROM_ROUTER || is_server(run, contact))
		return;
	judge(run, contact, is_relay);
}

const struct detector detector_mailburst = {
	.name = "mailburst",
	.summary = "talks to one mail server after the other, as a spam bot does",
	.id = DETECTOR_MAILBURST,
	.kind = EVIDENCE_SPAM,
	.feeds = FEED_OUTSTANDING | FEED_SETTLED,
	.kinds = KINDS_TCP,
	.params = params,
	.config_size = sizeof(struct config),
	.state_size = sizeof(struct state),
	.see = see,
};
