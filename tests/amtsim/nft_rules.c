/* SPDX-License-Identifier: Apache-2.0 */
/* A rule list decides at the first match, System Defense compares all filters and lets a drop win.
 * So each chain has passes over the filters: management traffic leaves first, then everything that
 * must be counted is counted without a verdict, then rate limits and drops drop, then passes accept,
 * and the default decides the rest.
 *
 * Left out: VLAN tags are not looked through; a rate limit is a token bucket instead of windows of a
 * second; what the kernel joins into one large packet counts once; and ARP is not exempt, as for
 * the simulator's own gate. */
#include "tests/amtsim/nft_rules.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/amtsim/gate.h"
#include "tests/amtsim/text.h"

#define MANAGEMENT_PORTS "16992-16995"

static const char *const chain_names[2] = { [SD_TX] = "tx", [SD_RX] = "rx" };
static const char *const hook_names[2] = { [SD_TX] = "egress", [SD_RX] = "ingress" };

void nft_target_init(struct nft_target *target, const char *interface)
{
	char *p;

	*target = (struct nft_target){ .interface = interface };
	snprintf(target->table, sizeof(target->table), "cordon_amtsim_%.40s", interface);
	for (p = target->table; *p; p++)
		if (!isalnum((unsigned char)*p))
			*p = '_';
}

/* --- matches --- */

static void write_bytes(struct text *out, const uint8_t *bytes, const uint8_t *mask, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned byte = bytes[i] & (mask ? mask[i] : 0xFFu);

		if (len == 4)
			text_printf(out, "%s%u", i ? "." : "", byte);
		else
			text_printf(out, "%s%02x", i && i % 2 == 0 ? ":" : "", byte);
	}
}

static void write_address(struct text *out, const struct sd_filter *filter, const char *side,
			  const struct sd_address *address)
{
	size_t len = filter->ip_version == 6 ? 16 : 4;

	if (!address->given)
		return;
	text_printf(out, "%s %s & ", len == 16 ? "ip6" : "ip", side);
	write_bytes(out, address->mask, NULL, len);
	text_puts(out, " == ");
	write_bytes(out, address->bytes, address->mask, len);
	text_puts(out, " ");
}

static void write_ports(struct text *out, const struct sd_filter *filter, const char *side,
			const struct sd_ports *ports)
{
	if (ports->given)
		text_printf(out, "%s %s %u-%u ", filter->protocol == 6 ? "tcp" : "udp", side,
			    ports->first, ports->last);
}

static void write_ip(struct text *out, const struct sd_filter *filter)
{
	text_printf(out, "meta protocol %s ",
		    filter->ip_version == 4   ? "ip"
		    : filter->ip_version == 6 ? "ip6"
					      : "{ ip, ip6 }");
	write_address(out, filter, "saddr", &filter->src);
	write_address(out, filter, "daddr", &filter->dst);
	if (filter->has_protocol)
		text_printf(out, "meta l4proto %u ", filter->protocol);
	write_ports(out, filter, "sport", &filter->src_ports);
	write_ports(out, filter, "dport", &filter->dst_ports);
	if (filter->flags_on)
		text_printf(out, "tcp flags & %u == %u ", filter->flags_on, filter->flags_on);
	if (filter->flags_off)
		text_printf(out, "tcp flags & %u == 0 ", filter->flags_off);
}

static void write_match(struct text *out, const struct sd_filter *filter)
{
	text_puts(out, "\t\t");
	if (filter->kind == SD_ETHER)
		text_printf(out, "ether type 0x%04x ", filter->ethertype);
	else
		write_ip(out, filter);
}

/* --- chains --- */

enum pass { PASS_COUNT, PASS_RATE, PASS_DROP, PASS_ACCEPT, PASSES };

static bool takes_part(const struct sd_filter *filter, enum pass pass)
{
	bool drops = filter->profile == SD_DROP || filter->profile == SD_DROP_COUNT;

	switch (pass) {
	case PASS_COUNT:
		return sd_filter_counts(filter) || filter->event;
	case PASS_RATE:
		return filter->profile == SD_RATE_LIMIT;
	case PASS_DROP:
		return drops;
	case PASS_ACCEPT:
		return !drops;
	case PASSES:
	default:
		return false;
	}
}

static void write_verdict(struct text *out, const struct sd_filter *filter, enum pass pass)
{
	switch (pass) {
	case PASS_COUNT:
		text_printf(out, "counter name f%u\n", filter->handle);
		break;
	case PASS_RATE:
		text_printf(out, "limit rate over %u/second burst %u packets drop\n",
			    filter->rate_pps, filter->rate_pps);
		break;
	case PASS_DROP:
		text_puts(out, "drop\n");
		break;
	case PASS_ACCEPT:
	case PASSES:
	default:
		text_puts(out, "accept\n");
		break;
	}
}

static void write_spoof(struct text *out, const struct nft_target *target,
			const struct sd_policy *policy)
{
	static const uint8_t unknown[4];

	if (policy->spoof == SPOOF_OFF || memcmp(target->host_ipv4, unknown, 4) == 0)
		return;
	text_printf(out, "\t\tip saddr != { %s", target->zero_is_spoofed ? "" : "0.0.0.0, ");
	write_bytes(out, target->host_ipv4, NULL, 4);
	text_puts(out, " } counter name spoofed drop\n");
}

/* Management traffic is taken by the hardware before the host (3.4). */
static void write_exempt(struct text *out, const struct nft_target *target,
			 enum sd_direction direction)
{
	text_printf(out, "\t\ttcp %s { " MANAGEMENT_PORTS, direction == SD_TX ? "sport" : "dport");
	if (target->port < 16992 || target->port > 16995)
		text_printf(out, ", %u", target->port);
	text_puts(out, " } accept\n");
}

static void write_chain(struct text *out, const struct nft_target *target,
			const struct sd_policy *policy, const struct sd_filter *const *filters,
			enum sd_direction direction)
{
	const char *name = chain_names[direction];
	int pass;
	size_t i;

	text_printf(out,
		    "\tchain %s {\n\t\ttype filter hook %s device \"%s\" priority 0;"
		    " policy accept;\n",
		    name, hook_names[direction], target->interface);
	write_exempt(out, target, direction);
	if (direction == SD_TX)
		write_spoof(out, target, policy);
	for (pass = PASS_COUNT; pass < PASSES; pass++) {
		for (i = 0; i < policy->handle_count; i++) {
			if (filters[i]->direction != direction ||
			    !takes_part(filters[i], (enum pass)pass))
				continue;
			write_match(out, filters[i]);
			write_verdict(out, filters[i], (enum pass)pass);
		}
	}
	text_printf(out, "\t\tcounter name default_%s %s\n\t}\n", name,
		    policy->when_unmatched[direction].drop ? "drop" : "accept");
}

void nft_rules_write(struct text *out, const struct nft_target *target,
		     const struct sd_policy *policy, const struct sd_filter *const *filters)
{
	size_t i;

	/* Deleting needs that it exists. */
	text_printf(out, "table netdev %s\ndelete table netdev %s\n", target->table, target->table);
	if (!policy)
		return;
	text_printf(out,
		    "table netdev %s {\n\tcounter default_tx { }\n\tcounter default_rx { }\n"
		    "\tcounter spoofed { }\n",
		    target->table);
	for (i = 0; i < policy->handle_count; i++)
		if (takes_part(filters[i], PASS_COUNT))
			text_printf(out, "\tcounter f%u { }\n", filters[i]->handle);
	write_chain(out, target, policy, filters, SD_TX);
	write_chain(out, target, policy, filters, SD_RX);
	text_puts(out, "}\n");
}

/* --- reading back --- */

/* False if it is not one of ours. */
static bool read_name(const char *name, uint32_t *handle)
{
	if (strncmp(name, "default_tx ", 11) == 0)
		*handle = HANDLE_DEFAULT_TX;
	else if (strncmp(name, "default_rx ", 11) == 0)
		*handle = HANDLE_DEFAULT_RX;
	else if (strncmp(name, "spoofed ", 8) == 0)
		*handle = HANDLE_SPOOF;
	else if (name[0] == 'f' && isdigit((unsigned char)name[1]))
		*handle = (uint32_t)strtoul(name + 1, NULL, 10);
	else
		return false;
	return true;
}

size_t nft_rules_read(const char *listing, struct nft_counter *counters, size_t size)
{
	const char *at = listing, *packets;
	size_t n = 0;

	while (n < size && (at = strstr(at, "counter "))) {
		at += strlen("counter ");
		packets = strstr(at, "packets ");
		if (!packets)
			break;
		if (!read_name(at, &counters[n].handle))
			continue;
		counters[n++].packets = strtoull(packets + strlen("packets "), NULL, 10);
	}
	return n;
}
