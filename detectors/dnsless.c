/* SPDX-License-Identifier: Apache-2.0 */
/* dnsless.c - first contacts to addresses that nobody told the host by name (Whyte, Kranakis, van Oorschot
 * 2005; worm-detection.md C.6).
 *
 * People and programs reach for names; a scanner makes up addresses.  The method needs to see a host's
 * DNS: it is silent about hosts that it has not watched asking for a while, and about those that ask over
 * an encrypted channel.  The answers are kept as (host, address) fingerprints in one table for all.
 *
 * What a neighbour tells itself (NetBIOS, LLMNR, mDNS asked for a direct answer) is learnt as well; it is no view of a
 * host's DNS.
 *
 * Left out: high ports (peer lists, games and calls live by bare addresses), multicast answers of mDNS (so among
 * private addresses only worm ports are judged, and the ceilings are low), addresses in web pages. */
#include "detectors/table.h"

#include <string.h>

#include "core/base/invariant.h"
#include "core/base/units.h"
#include "core/contact/contact.h"
#include "core/contact/host.h"
#include "core/contact/observation.h"
#include "core/detect/detector.h"
#include "core/detect/evidence.h"
#include "core/detect/known.h"
#include "core/detect/memo.h"
#include "core/detect/param.h"
#include "core/net/dns.h"

#define LEARNT_SETS 8192 /* 65,536 addresses, 512 KiB */
#define CLIENT_SETS 512
#define PORT_HTTPS  443
#define PORT_DOT    853 /* RFC 7858, RFC 9250 */

/* Public resolvers that answer over HTTPS at their well-known addresses (as their operators publish). */
static const char *const resolvers[] = {
	"8.8.8.8",        "8.8.4.4",         "2001:4860:4860::8888", "2001:4860:4860::8844",
	"1.1.1.1",        "1.0.0.1",         "2606:4700:4700::1111", "2606:4700:4700::1001",
	"9.9.9.9",        "149.112.112.112", "2620:fe::fe",          "2620:fe::9",
	"208.67.222.222", "208.67.220.220",  "94.140.14.14",         "94.140.15.15",
};

#define RESOLVERS (sizeof(resolvers) / sizeof(resolvers[0]))

enum about { ABOUT_LEARNT, ABOUT_JUDGED };

struct config {
	double worm, service, worm_cap, service_cap;
	uint64_t keep_ns, warm_up_ns, view_ns, encrypted_ns, half_life_ns;
	struct param_ports worm_ports;
};

/* A host whose DNS we see. */
struct client {
	struct memo memo; /* its walk: services */
	struct walk worm;
	uint32_t first_answer_s, last_answer_s;
	uint32_t encrypted_s; /* wall, of the latest encrypted DNS; 0 = never */
};

struct state {
	struct known_set learnt[LEARNT_SETS];
	struct client clients[CLIENT_SETS * MEMO_WAYS];
	struct memo_tags client_tags[CLIENT_SETS];
	struct ip resolvers[RESOLVERS]; /* the first one unspecified: not read yet */
};

static const struct param params[] = {
	{ "worm", PARAM_DOUBLE, offsetof(struct config, worm), 0, 10, "1.6",
	  "nats for a first contact without a name on a port that worms use" },
	{ "service", PARAM_DOUBLE, offsetof(struct config, service), 0, 10, "0.8",
	  "nats for one on another well-known port of a public address" },
	{ "worm_cap", PARAM_DOUBLE, offsetof(struct config, worm_cap), 0.1, 40, "6",
	  "the most that worm ports can bring: below suspicion" },
	{ "service_cap", PARAM_DOUBLE, offsetof(struct config, service_cap), 0.1, 40, "4",
	  "the most that other services can bring: with a suspect's 9.2 still no conviction" },
	{ "keep", PARAM_DURATION_NS, offsetof(struct config, keep_ns), 60, 7 * 86400, "1h",
	  "the least time in which an answer is remembered, whatever its own time to live" },
	{ "warm_up", PARAM_DURATION_NS, offsetof(struct config, warm_up_ns), 0, 86400, "10m",
	  "watching a host's questions for so long before judging: it has older answers" },
	{ "view", PARAM_DURATION_NS, offsetof(struct config, view_ns), 60, 86400, "1h",
	  "without an answer for so long, we no longer see the host's DNS" },
	{ "encrypted", PARAM_DURATION_NS, offsetof(struct config, encrypted_ns), 60, 30 * 86400,
	  "1d", "after encrypted DNS, the host is not judged for so long" },
	{ "half_life", PARAM_DURATION_NS, offsetof(struct config, half_life_ns), 60, 7 * 86400,
	  "1h", "time in which an idle level fades to half" },
	{ "worm_ports", PARAM_PORTS, offsetof(struct config, worm_ports), 1, 65535,
	  "445,139,135,3389,22,23,2323,5985,5986,1433,1434,5555,7547",
	  "services that worms use, as for trw" },
	{ .type = PARAM_END },
};

/* Who asks for these is about to ask in secret. */
static const char *const resolver_names[] = {
	"dns.google",          "cloudflare-dns.com", "one.one.one.one",
	"dns.quad9.net",       "doh.opendns.com",    "dns.nextdns.io",
	"dns.adguard-dns.com", "dns.adguard.com",    "doh.cleanbrowsing.org",
	"doh.dns.apple.com",   "mask.icloud.com",
};

static bool is_resolver(struct state *state, const struct ip *ip)
{
	if (ip_is_unspecified(&state->resolvers[0]))
		for (size_t i = 0; i < RESOLVERS; i++)
			INVARIANT(ip_parse(resolvers[i], &state->resolvers[i]));
	for (size_t i = 0; i < RESOLVERS; i++)
		if (ip_equal(&state->resolvers[i], ip))
			return true;
	return false;
}

static bool is_resolver_name(const char *text)
{
	size_t length = strlen(text);

	for (size_t i = 0; i < sizeof(resolver_names) / sizeof(resolver_names[0]); i++) {
		size_t tail = strlen(resolver_names[i]);

		if (length >= tail && strcmp(text + length - tail, resolver_names[i]) == 0 &&
		    (length == tail || text[length - tail - 1] == '.'))
			return true;
	}
	return false;
}

/* ---- clients and what they learnt -------------------------------------------------------------- */

static uint32_t seconds(uint64_t ns)
{
	return (uint32_t)(ns / NS_PER_S);
}

static struct memo_table clients_of(struct state *state)
{
	return (struct memo_table){ state->clients, sizeof(state->clients[0]), CLIENT_SETS,
				    state->client_tags };
}

/* NULL if ip, in the VLAN of the contact, is not known to ask for names. */
static struct client *known_client(struct state *state, const struct ip *ip,
				   const struct contact *contact)
{
	struct memo_table table = clients_of(state);
	struct memo_key key = { ip, contact->opened_ns, contact->vlan, 0 };

	return memo_find(&table, &key);
}

static struct client *need_client(struct state *state, const struct contact *contact)
{
	struct memo_table table = clients_of(state);
	struct memo_key key = { &contact->src, contact->opened_ns, contact->vlan, 0 };

	return memo_need(&table, &key);
}

static void learn(struct state *state, const struct host_key *host, const struct ip *ip,
		  uint32_t now_s, uint32_t stay_s)
{
	struct known_table learnt = { state->learnt, LEARNT_SETS };

	known_add(&learnt, known_address(host, ip, ABOUT_LEARNT), now_s, stay_s);
}

static void forget_walks(struct detector_run *run, struct client *client,
			 const struct contact *contact)
{
	struct term service = { .nats = -WALK_CAP_NATS, .port_class = CLASS_SERVICE_PORT },
		    worm = { .nats = -WALK_CAP_NATS, .port_class = CLASS_WORM_PORT };

	if (client->memo.walk.level > 0)
		detector_walk(run, &client->memo.walk, contact, &service);
	if (client->worm.level > 0)
		detector_walk(run, &client->worm, contact, &worm);
}

static __attribute__((noinline)) void note_encrypted(struct detector_run *run,
						     const struct contact *contact)
{
	struct client *client = need_client(detector_state(run), contact);

	client->encrypted_s = seconds(contact->opened_ns);
	forget_walks(run, client, contact);
}

static void learn_all(struct detector_run *run, const struct contact *contact,
		      const struct observed_name *name)
{
	const struct config *config = detector_config(run);
	struct host_key host = host_key_of(&contact->src, contact->vlan);
	uint32_t stay_s = seconds(config->keep_ns);

	if (name->ttl_s > stay_s)
		stay_s = name->ttl_s < 86400 ? name->ttl_s : 86400;
	for (unsigned i = 0; i < name->address_count; i++)
		learn(detector_state(run), &host, &name->addresses[i], seconds(contact->opened_ns),
		      stay_s);
}

static void observe(struct detector_run *run, void *slot, const struct observation *observation)
{
	const struct contact *contact = &observation->contact;
	const struct observed_name *name = &observation->name;
	struct client *client;

	(void)slot;
	if (observation->kind == OBSERVED_NEIGHBOR_NAME) {
		learn_all(run, contact, name);
		return;
	}
	if (observation->kind != OBSERVED_NAME)
		return;
	if (is_resolver_name(name->text)) {
		note_encrypted(run, contact);
		return;
	}
	if (name->rcode != DNS_NOERROR || name->address_count == 0)
		return;
	client = need_client(detector_state(run), contact);
	client->last_answer_s = seconds(contact->opened_ns);
	if (!client->first_answer_s)
		client->first_answer_s = client->last_answer_s;
	learn_all(run, contact, name);
}

/* ---- contacts ---------------------------------------------------------------------------------- */

/* Services that are found by their address, set by hand or by DHCP. */
static bool is_configured(uint16_t port)
{
	return port == 53 || port == 67 || port == 123 || port == 500;
}

static bool is_encrypted_dns(struct state *state, const struct contact *contact)
{
	return contact->dst_port == PORT_DOT ||
	       (contact->dst_port == PORT_HTTPS && is_resolver(state, &contact->dst));
}

/* Whether we know enough of this host's DNS to judge it. */
static bool has_view(const struct config *config, const struct client *client, uint32_t now_s)
{
	if (!client->first_answer_s || now_s < client->first_answer_s)
		return false;
	if (client->encrypted_s && now_s < client->encrypted_s + seconds(config->encrypted_ns))
		return false;
	return now_s - client->first_answer_s >= seconds(config->warm_up_ns) &&
	       now_s <= client->last_answer_s + seconds(config->view_ns);
}

static void judge(struct detector_run *run, struct client *client, const struct contact *contact,
		  bool is_worm_port)
{
	const struct config *config = detector_config(run);
	struct walk *walk = is_worm_port ? &client->worm : &client->memo.walk;
	struct term term = {
		.nats = is_worm_port ? config->worm : config->service,
		.port_class = is_worm_port ? CLASS_WORM_PORT : CLASS_SERVICE_PORT,
		.cap_nats = is_worm_port ? config->worm_cap : config->service_cap,
	};

	walk_fade(walk, contact, config->half_life_ns);
	detector_walk(run, walk, contact, &term);
}

static __attribute__((noinline)) void opened(struct detector_run *run, struct client *client,
					     const struct contact *contact, bool is_worm_port)
{
	const struct config *config = detector_config(run);
	struct state *state = detector_state(run);
	struct known_table learnt = { state->learnt, LEARNT_SETS };
	struct host_key host = host_key_of(&contact->src, contact->vlan);
	uint32_t now_s = seconds(contact->opened_ns), stay_s = seconds(config->keep_ns);

	if (!has_view(config, client, now_s) ||
	    known_has(&learnt, known_address(&host, &contact->dst, ABOUT_LEARNT), now_s))
		return;
	/* One term for a destination, whatever it is asked for. */
	if (!known_add(&learnt, known_address(&host, &contact->dst, ABOUT_JUDGED), now_s, stay_s))
		judge(run, client, contact, is_worm_port);
}

/* Whoever was called knows the caller's address from then on. */
static __attribute__((noinline)) void learn_caller(struct detector_run *run,
						   const struct contact *contact)
{
	const struct config *config = detector_config(run);
	struct host_key reached = host_key_of(&contact->dst, contact->vlan);

	learn(detector_state(run), &reached, &contact->src, seconds(contact->opened_ns),
	      seconds(config->keep_ns));
}

static bool is_judged(const struct contact *contact, bool is_worm_port)
{
	/* Where answers are missing, the one that told it this address may be among them. */
	if (contact->flags & (CONTACT_BLIND | CONTACT_TO_POPULAR) ||
	    contact->roles & (HOST_DNS_SERVER | HOST_ROUTER) || is_configured(contact->dst_port))
		return false;
	return is_worm_port || (contact->dst_port < 1024 && !ip_is_private(&contact->dst));
}

static void see(struct detector_run *run, void *slot, const struct contact *contact)
{
	const struct config *config = detector_config(run);
	struct state *state = detector_state(run);
	bool is_worm_port;
	struct client *client;

	(void)slot;
	if (is_encrypted_dns(state, contact)) {
		note_encrypted(run, contact);
		return;
	}
	if (known_client(state, &contact->dst, contact))
		learn_caller(run, contact);
	client = known_client(state, &contact->src, contact);
	is_worm_port = param_ports_has(&config->worm_ports, contact->dst_port);
	if (client && is_judged(contact, is_worm_port))
		opened(run, client, contact, is_worm_port);
}

const struct detector detector_dnsless = {
	.name = "dnsless",
	.summary = "first contacts to addresses that the host never learnt from DNS",
	.id = DETECTOR_DNSLESS,
	.kind = EVIDENCE_WORM,
	.feeds = FEED_OPENED | FEED_OBSERVED,
	.observes = 1 << OBSERVED_NAME | 1 << OBSERVED_NEIGHBOR_NAME,
	.kinds = KINDS_PORTS,
	.params = params,
	.config_size = sizeof(struct config),
	.state_size = sizeof(struct state),
	.see = see,
	.observe = observe,
};
