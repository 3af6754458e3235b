/* SPDX-License-Identifier: Apache-2.0 */
/* content.c - things said that no ordinary client says (worm-detection.md A.2, A.7, B, F rank 2).
 *
 * A fact is worth as much as is wrong with it: what breaks a protocol in the way an exploit needs convicts at once;
 * what administrators and vulnerability scanners do as well stops below conviction, however often it is seen.  A single
 * packet whose sender may be forged convicts together with a second one to another target (D.3).  Of each
 * server only the worst fact counts.  Whoever speaks from the Internet is none of ours: he is shown, never
 * convicted.
 *
 * Left out: looking for published exploits' bytes (a new build has others), and payloads inside encryption. */
#include "detectors/table.h"

#include <string.h>

#include "core/base/units.h"
#include "core/contact/contact.h"
#include "core/contact/host.h"
#include "core/contact/observation.h"
#include "core/detect/detector.h"
#include "core/detect/evidence.h"
#include "core/detect/known.h"
#include "core/detect/memo.h"
#include "core/detect/param.h"

#define JUDGED  8
#define WRITTEN 4
#define OPENED  4
#define TENTHS  10.0

/* MS04-011: DsRolerUpgradeDownlevelServer; MS-DSSP names the interface, the pipe is LSARPC's. */
#define OPNUM_UPGRADE_DOWNLEVEL 9

struct config {
	double decisive, lone_packet, kill_switch, reserved, probe, remote_run, remote_driver;
	double remote_call, call_cap, web_request, weak_cap;
	uint64_t remote_run_ns;
};

enum fact {
	FACT_NONE,
	FACT_EXPLOIT, /* breaks a protocol as only an exploit does */
	FACT_LONE_PACKET,
	FACT_KILL_SWITCH,
	FACT_RESERVED,
	FACT_PROBE,
	FACT_REMOTE_RUN,
	FACT_REMOTE_CALL,
	FACT_REMOTE_DRIVER,
	FACT_WEB_REQUEST,
};

#define ASKED_SETS   8
#define FORWARDED_S  30
#define ASKER_SETS   32
#define SERVERS_MIN  5
#define SERVERS_OF_S 600

/* Who asks DNS servers of the Internet, and how many: a client has one to three of them, a resolver asks whom it is sent to. */
struct asker {
	struct memo memo;
	uint32_t servers; /* a bit for each, two of which may share one */
	uint32_t since_s; /* wall */
};

struct state {
	/* DNS servers that were asked for a kill switch: they will ask for others. */
	struct known_set asked[ASKED_SETS];
	struct asker askers[ASKER_SETS * MEMO_WAYS];
	struct memo_tags asker_tags[ASKER_SETS];
};

/* A server that carries a term. */
struct judged {
	uint16_t dst;   /* tag, 0 = free */
	uint8_t tenths; /* of a nat */
};

struct slot {
	struct walk walk;
	struct judged judged[JUDGED];
	uint16_t written[WRITTEN]; /* servers whose administrative share was written to */
	uint32_t written_s[WRITTEN];
	uint8_t next_judged, next_written, next_opened;
	uint16_t opened[OPENED]; /* servers whose administrative share was opened */
	uint32_t opened_s;       /* the latest */
};

static const struct param params[] = {
	{ "decisive", PARAM_DOUBLE, offsetof(struct config, decisive), 0, 25, "14",
	  "nats for an exploit's or a worm's own message" },
	{ "lone_packet", PARAM_DOUBLE, offsetof(struct config, lone_packet), 0, 25, "7",
	  "nats for one packet of Slammer, Welchia or Mirai: its sender may be forged" },
	{ "kill_switch", PARAM_DOUBLE, offsetof(struct config, kill_switch), 0, 25, "14",
	  "nats for asking for WannaCry's kill switch, once the answer has come; before, lone_packet" },
	{ "reserved", PARAM_DOUBLE, offsetof(struct config, reserved), 0, 25, "4.6",
	  "nats for an NT transaction with a function that no server has" },
	{ "probe", PARAM_DOUBLE, offsetof(struct config, probe), 0, 25, "4.6",
	  "nats for peeking into pipe 0, the test for a missing MS17-010" },
	{ "remote_run", PARAM_DOUBLE, offsetof(struct config, remote_run), 0, 25, "4.6",
	  "nats for a file on an administrative share followed by a service or job call" },
	{ "remote_call", PARAM_DOUBLE, offsetof(struct config, remote_call), 0, 25, "2.3",
	  "nats for a service, task or object set to work on another machine without such a file" },
	{ "call_cap", PARAM_DOUBLE, offsetof(struct config, call_cap), 0.1, 40, "4.5",
	  "the most that such calls bring: with fanout's 9.2 still below conviction" },
	{ "remote_driver", PARAM_DOUBLE, offsetof(struct config, remote_driver), 0, 25, "7",
	  "nats for a printer driver installed from a machine that is neither end" },
	{ "web_request", PARAM_DOUBLE, offsetof(struct config, web_request), 0, 25, "7",
	  "nats for a request of Code Red's or Nimda's: proxies hand them on" },
	{ "weak_cap", PARAM_DOUBLE, offsetof(struct config, weak_cap), 0.1, 40, "9.2",
	  "the most that what administrators and proxies do as well can bring together, and anything said from the Internet: below conviction" },
	{ "remote_run_within", PARAM_DURATION_NS, offsetof(struct config, remote_run_ns), 1, 86400,
	  "10m", "longest time between that file and that call" },
	{ .type = PARAM_END },
};

/* ---- administrative shares ---------------------------------------------------------------------- */

static void written(struct slot *slot, const struct contact *contact)
{
	uint16_t tag = memo_tag(&contact->dst);
	unsigned place = slot->next_written;

	for (unsigned i = 0; i < WRITTEN; i++)
		if (slot->written[i] == tag)
			place = i;
	if (place == slot->next_written)
		slot->next_written = (uint8_t)((slot->next_written + 1) % WRITTEN);
	slot->written[place] = tag;
	slot->written_s[place] = (uint32_t)(contact->opened_ns / NS_PER_S);
}

static bool was_written(const struct config *config, const struct slot *slot,
			const struct contact *contact)
{
	uint16_t tag = memo_tag(&contact->dst);
	uint64_t now_s = contact->opened_ns / NS_PER_S, within_s = config->remote_run_ns / NS_PER_S;

	/* A write in the future is as far away as one long ago: the difference wraps. */
	for (unsigned i = 0; i < WRITTEN; i++)
		if (slot->written[i] == tag && now_s - slot->written_s[i] <= within_s)
			return true;
	return false;
}

static void opened(struct slot *slot, const struct contact *contact)
{
	uint16_t tag = memo_tag(&contact->dst);

	slot->opened_s = (uint32_t)(contact->opened_ns / NS_PER_S);
	for (unsigned i = 0; i < OPENED; i++)
		if (slot->opened[i] == tag)
			return;
	slot->opened[slot->next_opened] = tag;
	slot->next_opened = (uint8_t)((slot->next_opened + 1) % OPENED);
}

static bool is_opened(const struct config *config, const struct slot *slot,
		      const struct contact *contact)
{
	uint16_t tag = memo_tag(&contact->dst);
	uint64_t now_s = contact->opened_ns / NS_PER_S, within_s = config->remote_run_ns / NS_PER_S;

	for (unsigned i = 0; i < OPENED; i++)
		if (slot->opened[i] == tag)
			return now_s >= slot->opened_s && now_s - slot->opened_s <= within_s;
	return false;
}

/* ---- facts -------------------------------------------------------------------------------------- */

/* Answers tell about the server, which is the victim. */
static enum fact fact_of_smb(const struct observed_smb *smb)
{
	if (smb->is_answer)
		return FACT_NONE;
	switch (smb->act) {
	case SMB_IMPLANT_PING:
	case SMB_NT_TRANS_OVERSIZE:
	case SMB_TRANS_CONTRADICTION:
	case SMB_IMPOSSIBLE_SIZE:
	case SMB_IMPOSSIBLE_TOKEN:
		return FACT_EXPLOIT;
	case SMB_NT_TRANS_RESERVED:
		return FACT_RESERVED;
	case SMB_PEEK_PIPE_PROBE:
		return FACT_PROBE;
	default:
		return FACT_NONE;
	}
}

/* Inventories and monitors have objects do things all day, but keep away from the share. */
static enum fact fact_of_run(const struct config *config, const struct slot *slot,
			     const struct observation *observation)
{
	const struct contact *contact = &observation->contact;

	if (was_written(config, slot, contact))
		return FACT_REMOTE_RUN;
	switch (observation->rpc.runs) {
	case RUNS_JOB:
		return FACT_REMOTE_CALL;
	case RUNS_COMMAND:
		return is_opened(config, slot, contact) ? FACT_REMOTE_CALL : FACT_NONE;
	default:
		return FACT_NONE;
	}
}

static enum fact fact_of_rpc(const struct config *config, const struct slot *slot,
			     const struct observation *observation)
{
	const struct observed_rpc *rpc = &observation->rpc;

	if (rpc->wrong)
		return rpc->wrong == RPC_DISTANT_DRIVER ? FACT_REMOTE_DRIVER : FACT_EXPLOIT;
	switch (rpc->interface) {
	case RPC_SRVSVC:
		return rpc->climbs ? FACT_EXPLOIT : FACT_NONE;
	case RPC_LSARPC:
		return rpc->opnum == OPNUM_UPGRADE_DOWNLEVEL && rpc->stub_bytes > RPC_BIG_STUB_BYTES
			       ? FACT_EXPLOIT
			       : FACT_NONE;
	case RPC_ACTIVATION:
		return rpc->endless_server ? FACT_EXPLOIT : FACT_NONE;
	case RPC_ATSVC:
	case RPC_TASKS:
	case RPC_SVCCTL:
	case RPC_WMI:
	case RPC_AUTOMATION:
		return fact_of_run(config, slot, observation);
	default:
		return FACT_NONE;
	}
}

/* Found in samples of the worm and of its variants by many; whether the name answers decides if it goes on. */
static bool is_kill_switch(const char *name)
{
	static const char *const names[] = {
		"iuqerfsodp9ifjaposdfjhgosurijfaewrwergwea.com",
		"ifferfsodp9ifjaposdfjhgosurijfaewrwergwea.com",
		"iuqssfsodp9ifjaposdfjhgosurijfaewrwergwea.com",
		"ayylmaotjhsstasdfasdfasdfasdfasdfasdfasdf.com",
		"ifferfsodp9ifjaposdfjhgosurijfaewrwergwea.test",
		"ifferfsodp9ifjaposdfjhgosurijfaewrwergwea.testing",
	};

	if (strncmp(name, "www.", 4) == 0)
		name += 4;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static struct judged *find_judged(struct slot *slot, uint16_t tag)
{
	for (unsigned i = 0; i < JUDGED; i++)
		if (slot->judged[i].dst == tag)
			return &slot->judged[i];
	return NULL;
}

static uint32_t seconds(const struct contact *contact)
{
	return (uint32_t)(contact->opened_ns / NS_PER_S);
}

static struct known_table asked_of(struct state *state)
{
	return (struct known_table){ state->asked, ASKED_SETS };
}

static uint64_t print_of(const struct contact *contact, const struct ip *ip)
{
	struct host_key host = host_key_of(ip, contact->vlan);

	return known_address(&host, ip, 0);
}

static void note_asked(struct state *state, const struct contact *contact)
{
	struct known_table asked = asked_of(state);

	known_add(&asked, print_of(contact, &contact->dst), seconds(contact), FORWARDED_S);
}

static struct memo_table askers_of(struct state *state)
{
	return (struct memo_table){ state->askers, sizeof(state->askers[0]), ASKER_SETS,
				    state->asker_tags };
}

static struct memo_key asker_key(const struct contact *contact)
{
	return (struct memo_key){ &contact->src, contact->opened_ns, contact->vlan, 0 };
}

static void note_server(struct state *state, const struct contact *contact)
{
	struct memo_table table = askers_of(state);
	struct memo_key key = asker_key(contact);
	struct asker *asker = memo_need(&table, &key);
	uint32_t now_s = seconds(contact);

	if (now_s > asker->since_s + SERVERS_OF_S) {
		asker->since_s = now_s;
		asker->servers = 0;
	}
	asker->servers |= UINT32_C(1) << memo_tag(&contact->dst) % 32;
}

static bool asks_many(struct state *state, const struct contact *contact)
{
	struct memo_table table = askers_of(state);
	struct memo_key key = asker_key(contact);
	const struct asker *asker = memo_find(&table, &key);

	return asker && __builtin_popcount(asker->servers) >= SERVERS_MIN;
}

/* Known as a DNS server; or asked for such a name itself a moment ago: before its first answer nothing else tells.  Or it
 * finds its answers itself, where those whom it answers are not seen. */
static bool asks_for_others(struct state *state, const struct contact *contact)
{
	struct known_table asked = asked_of(state);

	if (contact->roles & (HOST_DNS_SERVER | HOST_ROUTER) || asks_many(state, contact))
		return true;
	return known_has(&asked, print_of(contact, &contact->src), seconds(contact));
}

/* A question may be forged; its answer comes to whoever seems to have asked, and tells more only of one who was heard asking. */
static enum fact fact_of_name(struct state *state, struct slot *slot,
			      const struct observation *observation)
{
	const struct contact *contact = &observation->contact;
	bool is_question = observation->name.rcode == OBSERVED_UNANSWERED;

	if (is_question && !ip_is_private(&contact->dst))
		note_server(state, contact);
	if (!is_kill_switch(observation->name.text))
		return FACT_NONE;
	if (is_question)
		note_asked(state, contact);
	if (asks_for_others(state, contact))
		return FACT_NONE;
	if (is_question)
		return FACT_LONE_PACKET;
	return find_judged(slot, memo_tag(&contact->dst)) ? FACT_KILL_SWITCH : FACT_NONE;
}

static struct term term_of(const struct config *config, enum fact fact)
{
	struct term term = { .nats = config->decisive, .port_class = CLASS_CONTENT };

	switch (fact) {
	case FACT_LONE_PACKET:
		term.nats = config->lone_packet;
		break;
	case FACT_KILL_SWITCH:
		term.nats = config->kill_switch;
		break;
	case FACT_RESERVED:
		term.nats = config->reserved;
		term.cap_nats = config->weak_cap;
		break;
	case FACT_PROBE:
		term.nats = config->probe;
		term.cap_nats = config->weak_cap;
		break;
	case FACT_REMOTE_RUN:
		term.nats = config->remote_run;
		term.cap_nats = config->weak_cap;
		break;
	case FACT_REMOTE_CALL:
		term.nats = config->remote_call;
		term.cap_nats = config->call_cap;
		break;
	case FACT_REMOTE_DRIVER:
		term.nats = config->remote_driver;
		term.cap_nats = config->weak_cap;
		break;
	case FACT_WEB_REQUEST:
		term.nats = config->web_request;
		term.cap_nats = config->weak_cap;
		break;
	default:
		break;
	}
	return term;
}

static void judge(struct detector_run *run, struct slot *slot, const struct contact *contact,
		  enum fact fact)
{
	const struct config *config = detector_config(run);
	struct term term = term_of(config, fact);
	uint16_t tag = memo_tag(&contact->dst);
	struct judged *judged = find_judged(slot, tag);
	uint8_t tenths = (uint8_t)(term.nats * TENTHS + 0.5);

	if (contact->roles & HOST_BEYOND &&
	    (term.cap_nats <= 0 || term.cap_nats > config->weak_cap))
		term.cap_nats = config->weak_cap;
	if (judged && judged->tenths >= tenths)
		return;
	if (judged) {
		struct term back = { .nats = -judged->tenths / TENTHS,
				     .port_class = CLASS_CONTENT,
				     .takes_back = true };

		detector_walk(run, &slot->walk, contact, &back);
	} else {
		judged = &slot->judged[slot->next_judged];
		slot->next_judged = (uint8_t)((slot->next_judged + 1) % JUDGED);
	}
	*judged = (struct judged){ .dst = tag, .tenths = tenths };
	detector_walk(run, &slot->walk, contact, &term);
}

static void observe(struct detector_run *run, void *memory, const struct observation *observation)
{
	const struct config *config = detector_config(run);
	struct slot *slot = memory;
	enum fact fact = FACT_NONE;

	switch (observation->kind) {
	case OBSERVED_DATAGRAM:
		fact = FACT_LONE_PACKET;
		break;
	case OBSERVED_REQUEST:
		fact = observation->request == REQUEST_WEB_WORM ? FACT_WEB_REQUEST : FACT_EXPLOIT;
		break;
	case OBSERVED_NAME:
		fact = fact_of_name(detector_state(run), slot, observation);
		break;
	case OBSERVED_SMB:
		if (observation->smb.act == SMB_ADMIN_WRITE)
			written(slot, &observation->contact);
		if (observation->smb.act == SMB_ADMIN_SHARE)
			opened(slot, &observation->contact);
		fact = fact_of_smb(&observation->smb);
		break;
	case OBSERVED_RPC:
		fact = fact_of_rpc(config, slot, observation);
		break;
	default:
		break;
	}
	if (fact != FACT_NONE)
		judge(run, slot, &observation->contact, fact);
}

const struct detector detector_content = {
	.name = "content",
	.summary = "messages of worms and exploits that no ordinary client sends",
	.id = DETECTOR_CONTENT,
	.kind = EVIDENCE_WORM,
	.feeds = FEED_OBSERVED,
	.observes = 1 << OBSERVED_NAME | 1 << OBSERVED_SMB | 1 << OBSERVED_RPC |
		    1 << OBSERVED_DATAGRAM | 1 << OBSERVED_REQUEST,
	.params = params,
	.config_size = sizeof(struct config),
	.slot_size = sizeof(struct slot),
	.state_size = sizeof(struct state),
	.observe = observe,
};
