/* SPDX-License-Identifier: Apache-2.0 */
/* What a channel means to a person, and what the simulator's packet engine makes of the filters that the client has
 * written for it, packet by packet.
 *
 * Random channels go the whole way: channel, plan, compiler, WS-Management, firmware.  Random frames are judged here by
 * the channel's own words (this file knows neither plan nor filters) and there by the firmware's rule.  Either both
 * agree, or the compiler has said why the channel cannot be.
 *
 * CORDON_EQUIVALENCE=full: 1,000 channels and 1,000 frames for each, each way; else what takes seconds. */
#include "tests/e2e/amt_bench.h"

#include "core/base/random.h"
#include "core/policy/channel.h"

#define BATCH       100
#define FRAME_BYTES 80

enum {
	TYPE_V4 = 0x0800,
	TYPE_ARP = 0x0806,
	TYPE_V6 = 0x86dd,
	TYPE_EAPOL = 0x888e,
	TYPE_LLDP = 0x88cc
};

struct packet {
	bool transmit;
	uint16_t type;
	uint8_t proto;
	struct ip remote;
	uint16_t local_port, remote_port;
	bool later_fragment; /* has no ports, whatever its bytes say */
};

static uint32_t pick(uint64_t *seed, uint32_t below)
{
	return (uint32_t)(random_step(seed) >> 33) % below;
}

/* ---- channels ---------------------------------------------------------------------------------- */

static struct ip some_ip(uint64_t *seed, bool v6)
{
	static const char *const texts[2][6] = {
		{ "10.0.0.4", "10.0.0.5", "10.0.0.9", "10.0.1.9", "10.128.0.1", "192.168.1.1" },
		{ "2001:db8::4", "2001:db8::5", "2001:db8::9", "2001:db8:1::9", "2001:db8:8000::1",
		  "fd00::1" },
	};
	static struct ip parsed[2][6];
	static bool known;

	for (unsigned i = 0; i < 12 && !known; i++)
		assert_true(ip_parse(texts[i / 6][i % 6], &parsed[i / 6][i % 6]));
	known = true;
	return parsed[v6][pick(seed, 6)];
}

/* A prefix is written with the bits behind it zero, as the policy language demands. */
static struct prefix some_prefix(uint64_t *seed)
{
	static const uint8_t v4[] = { 128, 128, 127, 120, 104 }, v6[] = { 128, 128, 127, 64, 33 };
	bool six = pick(seed, 5) == 0;
	struct prefix prefix = { some_ip(seed, six), (six ? v6 : v4)[pick(seed, 5)] };

	for (unsigned i = 0; i < 128; i++)
		if (i >= prefix.bits)
			prefix.ip.bytes[i / 8] &= (uint8_t) ~(0x80 >> i % 8);
	return prefix;
}

static struct channel_item some_item(uint64_t *seed)
{
	static const uint8_t kinds[] = { CHANNEL_TCP, CHANNEL_TCP, CHANNEL_TCP,
					 CHANNEL_UDP, CHANNEL_DNS, CHANNEL_ICMP };
	static const uint16_t ports[] = { 53, 67, 68, 80, 81, 82, 443, 8530 };
	struct channel_item item = { .kind = kinds[pick(seed, 6)], .to = some_prefix(seed) };

	if (item.kind == CHANNEL_TCP || item.kind == CHANNEL_UDP) {
		item.port_first = item.port_last = ports[pick(seed, 8)];
		if (pick(seed, 3) == 0)
			item.port_last = (uint16_t)(item.port_first + pick(seed, 40));
	}
	return item;
}

static struct channel some_channel(uint64_t *seed)
{
	struct channel channel = { .name = "random", .item_count = 2 };
	unsigned items = pick(seed, 12);

	channel.items[0].kind = CHANNEL_ARP;
	channel.items[1].kind = CHANNEL_DHCP;
	if (pick(seed, 2))
		channel.items[channel.item_count++].kind = CHANNEL_ND;
	if (pick(seed, 3) == 0)
		channel.items[channel.item_count++].kind = CHANNEL_EAPOL;
	for (unsigned i = 0; i < items; i++)
		channel.items[channel.item_count++] = some_item(seed);
	return channel;
}

static bool has(const struct channel *channel, unsigned kind)
{
	for (unsigned i = 0; i < channel->item_count; i++)
		if (channel->items[i].kind == kind)
			return true;
	return false;
}

static bool is_lease(const struct packet *p, uint16_t type, uint16_t client, uint16_t server)
{
	return p->type == type && p->proto == IPPROTO_UDP && !p->later_fragment &&
	       p->local_port == client && p->remote_port == server;
}

/* docs/policy.md in code: does this line of the channel let the packet through? */
static bool item_passes(const struct channel *channel, const struct channel_item *item,
			const struct packet *p)
{
	bool there = (p->type == TYPE_V4 || p->type == TYPE_V6) &&
		     (p->type == TYPE_V4) == ip_is_v4(&item->to.ip) &&
		     prefix_contains(&item->to, &p->remote);
	bool tcp = p->proto == IPPROTO_TCP, udp = p->proto == IPPROTO_UDP;
	bool port = !p->later_fragment && p->remote_port >= item->port_first &&
		    p->remote_port <= item->port_last;

	switch (item->kind) {
	case CHANNEL_ARP:
		return p->type == TYPE_ARP;
	case CHANNEL_DHCP:
		return is_lease(p, TYPE_V4, 68, 67) ||
		       (has(channel, CHANNEL_ND) && is_lease(p, TYPE_V6, 546, 547));
	case CHANNEL_ND:
		return p->type == TYPE_V6 && p->proto == IPPROTO_ICMPV6;
	case CHANNEL_EAPOL:
		return p->type == TYPE_EAPOL;
	case CHANNEL_DNS:
		return there && (tcp || udp) && !p->later_fragment && p->remote_port == 53;
	case CHANNEL_TCP:
		return there && tcp && port;
	case CHANNEL_UDP:
		return there && udp && port;
	default:
		return there && p->proto == (p->type == TYPE_V4 ? IPPROTO_ICMP : IPPROTO_ICMPV6);
	}
}

static bool channel_passes(const struct channel *channel, const struct packet *p)
{
	for (unsigned i = 0; i < channel->item_count; i++)
		if (item_passes(channel, &channel->items[i], p))
			return true;
	return false;
}

/* ---- frames ------------------------------------------------------------------------------------ */

static struct packet some_packet(uint64_t *seed)
{
	static const uint16_t types[] = { TYPE_V4, TYPE_V4,  TYPE_V4,    TYPE_V6,
					  TYPE_V6, TYPE_ARP, TYPE_EAPOL, TYPE_LLDP };
	static const uint16_t ports[] = { 53, 67, 68, 80, 81, 90, 443, 444, 546, 547, 8530, 49152 };
	struct packet p = { .transmit = pick(seed, 2), .type = types[pick(seed, 8)] };
	bool v6 = p.type == TYPE_V6;

	if (p.type != TYPE_V4 && !v6)
		return p;
	p.remote = some_ip(seed, v6);
	p.proto = pick(seed, 5) == 0 ? (v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP)
		  : pick(seed, 3)    ? IPPROTO_TCP
				     : IPPROTO_UDP;
	p.local_port = ports[pick(seed, 12)];
	p.remote_port = ports[pick(seed, 12)];
	if (pick(seed, 4) == 0) {
		p.proto = IPPROTO_UDP;
		p.local_port = v6 ? 546 : 68;
		p.remote_port = v6 ? 547 : 67;
	}
	p.later_fragment = !v6 && pick(seed, 12) == 0;
	return p;
}

static void put16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void write_ports(const struct packet *p, uint8_t *at)
{
	put16(at, p->transmit ? p->local_port : p->remote_port);
	put16(at + 2, p->transmit ? p->remote_port : p->local_port);
	put16(at + 4, 20); /* length of UDP; no matter to TCP */
	if (p->proto == IPPROTO_TCP) {
		at[12] = 0x50;
		at[13] = 0x02;
	}
}

static size_t write_v4(const struct packet *p, uint8_t *ip)
{
	static const uint8_t own[4] = { 10, 1, 0, 1 };

	ip[0] = 0x45;
	put16(ip + 2, 40);
	put16(ip + 6, p->later_fragment ? 100 : 0);
	ip[8] = 64;
	ip[9] = p->proto;
	memcpy(ip + (p->transmit ? 12 : 16), own, 4);
	memcpy(ip + (p->transmit ? 16 : 12), p->remote.bytes + 12, 4);
	write_ports(p, ip + 20);
	return 40;
}

static size_t write_v6(const struct packet *p, uint8_t *ip)
{
	static const uint8_t own[16] = { 0xfd, 1, [15] = 1 };

	ip[0] = 0x60;
	put16(ip + 4, 20);
	ip[6] = p->proto;
	ip[7] = 64;
	memcpy(ip + (p->transmit ? 8 : 24), own, 16);
	memcpy(ip + (p->transmit ? 24 : 8), p->remote.bytes, 16);
	write_ports(p, ip + 40);
	return 60;
}

/* "frame amt tx HEX\n" */
static size_t write_command(const struct packet *p, char *text)
{
	uint8_t frame[FRAME_BYTES] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2 };
	size_t length = 14,
	       used = (size_t)snprintf(text, 16, "frame amt %s ", p->transmit ? "tx" : "rx");

	put16(frame + 12, p->type);
	if (p->type == TYPE_V4)
		length += write_v4(p, frame + 14);
	else if (p->type == TYPE_V6)
		length += write_v6(p, frame + 14);
	else
		length += 46;
	for (size_t i = 0; i < length; i++)
		used += (size_t)snprintf(text + used, 3, "%02x", frame[i]);
	text[used++] = '\n';
	return used;
}

/* ---- asking the engine ------------------------------------------------------------------------- */

static void send_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t sent = write(fd, bytes, length);

		assert_true(sent > 0);
		bytes += sent;
		length -= (size_t)sent;
	}
}

/* One line each, in order. */
static void judge(struct bench *bench, const struct packet *packets, bool *passes)
{
	static char out[BATCH * (2 * FRAME_BYTES + 20)], in[BATCH * 64];
	size_t length = 0, got = 0, lines = 0;
	const char *at = in;

	for (unsigned i = 0; i < BATCH; i++)
		length += write_command(&packets[i], out + length);
	send_all(bench->control, out, length);
	while (lines < BATCH) {
		ssize_t more = read(bench->control, in + got, sizeof(in) - 1 - got);

		assert_true(more > 0);
		for (ssize_t i = 0; i < more; i++)
			lines += in[got + (size_t)i] == '\n';
		got += (size_t)more;
	}
	in[got] = '\0';
	for (unsigned i = 0; i < BATCH; i++, at = strchr(at, '\n') + 1) {
		passes[i] = strncmp(at, "pass", 4) == 0;
		if (!passes[i] && strncmp(at, "drop", 4) != 0)
			fail_msg("the simulator said %.40s", at);
	}
}

struct tally {
	uint64_t frames, passed;
	unsigned held, too_large;
};

static void compare(struct bench *bench, const struct channel *channel, uint64_t *seed,
		    struct tally *tally)
{
	struct packet packets[BATCH];
	bool passes[BATCH];

	for (unsigned i = 0; i < BATCH; i++)
		packets[i] = some_packet(seed);
	judge(bench, packets, passes);
	for (unsigned i = 0; i < BATCH; i++) {
		const struct packet *p = &packets[i];
		char remote[IP_TEXT_BYTES];

		tally->frames++;
		tally->passed += passes[i];
		if (passes[i] == channel_passes(channel, p))
			continue;
		ip_text(&p->remote, remote);
		fail_msg(
			"channel %u: %s type %04x proto %u local %u remote %s %u fragment %d: firmware %s",
			tally->held, p->transmit ? "tx" : "rx", p->type, p->proto, p->local_port,
			remote, p->remote_port, p->later_fragment, passes[i] ? "passes" : "drops");
	}
}

static void a_channel_means_the_same_to_people_and_to_firmware(void **state)
{
	static const char *const options[] = { "--ip", "10.1.0.1", NULL };
	const char *said = getenv("CORDON_EQUIVALENCE");
	bool full = said && strcmp(said, "full") == 0;
	unsigned channels = full ? 1000 : 20, batches = full ? 20 : 4;
	struct bench *bench = bench_new(options);
	uint64_t seed = 20260102;
	struct tally tally = { 0 };

	(void)state;
	while (tally.held < channels) {
		struct channel channel = some_channel(&seed);
		struct plan plan;

		assert_int_equal(plan_from_channel(&channel, &plan, NULL), 0);
		if (act(bench, ENFORCER_ISOLATE, &plan) < 0) {
			/* The only excuse there is, and it is explained. */
			if (!strstr(bench->text, "fit in this firmware; the largest takers are"))
				fail_msg("%s", bench->text);
			assert_true(++tally.too_large < 20 * channels);
			continue;
		}
		assert_true(bench->result.active);
		for (unsigned i = 0; i < batches; i++)
			compare(bench, &channel, &seed, &tally);
		tally.held++;
		/* As a change of policy would: what is not used any more goes. */
		must(bench, ENFORCER_PREPARE, &plan);
	}
	print_message("%u channels, %llu frames, %llu passed, %u more channels did not fit\n",
		      tally.held, (unsigned long long)tally.frames,
		      (unsigned long long)tally.passed, tally.too_large);
	assert_in_range(tally.passed, tally.frames / 20, tally.frames * 19 / 20);
	bench_free(bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_channel_means_the_same_to_people_and_to_firmware),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
