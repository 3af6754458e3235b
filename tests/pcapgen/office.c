/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/pcapgen/office.h"

/* Each PC walks through the time and picks what to do next from a weighted table.  Names are those
 * of RFC 2606 and addresses those of RFC 5737, so that no capture points at a real machine. */

#include <stdbool.h>
#include <stddef.h>

#include "tests/pcapgen/lan.h"
#include "tests/pcapgen/talk.h"
#include "tests/pcapgen/words.h"

enum {
	PORT_DNS = 53,
	PORT_DHCP_SERVER = 67,
	PORT_DHCP_CLIENT = 68,
	PORT_NTP = 123,
	PORT_HTTPS = 443,
	PORT_SMB = 445,
	PORT_SSDP = 1900,
	PORT_MDNS = 5353,
	PORT_UPDATES = 8530, /* Windows Server Update Services */
	TLS_HANDSHAKE = 22,
	TLS_APPLICATION = 23,
	OFF_PRINTER = 200, /* host number of the printer that somebody switched off */
};

static const struct {
	const char *name;
	uint32_t ip;
} sites[] = {
	{ "www.example.com", 0xc0000210 },    { "mail.example.com", 0xc0000219 },
	{ "cdn.example.net", 0xc6336407 },    { "api.example.net", 0xc6336440 },
	{ "static.example.org", 0xcb007105 }, { "news.example.org", 0xcb007150 },
	{ "maps.example.com", 0xc000025a },   { "video.example.net", 0xc6336499 },
};

typedef void activity_fn(struct scene *scene, struct station *pc, uint64_t at_us);

static struct station *role(struct scene *scene, uint32_t ip)
{
	return ip ? lan_find(scene->lan, ip) : NULL;
}

/* Returns when the answer is there; 0 as answer means NXDOMAIN. */
static uint64_t ask_server(struct scene *scene, struct talk talk, const char *name, uint32_t answer)
{
	uint16_t id = (uint16_t)dice_u32(&scene->dice);
	struct words w;

	talk_udp(&talk, true, words_dns_query(&w, id, name));
	talk.at_us += dice_between(&scene->dice, 200, 18000);
	talk_udp(&talk, false, words_dns_answer(&w, id, name, answer));
	return talk.at_us;
}

uint64_t office_resolve(struct scene *scene, struct station *pc, const char *name, uint32_t answer,
			uint64_t at_us)
{
	struct station *dns = role(scene, lan_plan(scene->lan)->dns);

	return ask_server(scene, talk_begin(scene, pc, dns, PORT_DNS, at_us), name, answer);
}

static void visit_page(struct scene *scene, struct station *pc, struct station *site,
		       uint64_t at_us)
{
	struct talk talk = talk_begin(scene, pc, site, PORT_HTTPS, at_us);
	struct words w;

	talk_tcp_accept(&talk);
	talk_tcp_say(&talk, true, words_tls(&w, TLS_HANDSHAKE, 512));
	talk_tcp_bulk(&talk, false, (uint32_t)dice_between(&scene->dice, 2000, 5000));
	talk_tcp_say(&talk, true, words_tls(&w, TLS_HANDSHAKE, 75));
	talk_tcp_say(&talk, true, words_tls(&w, TLS_APPLICATION, 320));
	talk_tcp_bulk(&talk, false, (uint32_t)dice_between(&scene->dice, 800, 40000));
	talk_tcp_close(&talk);
}

static void browse(struct scene *scene, struct station *pc, uint64_t at_us)
{
	uint32_t pages = 1 + dice_below(&scene->dice, 3);
	uint32_t i;

	for (i = 0; i < pages; i++) {
		uint32_t pick = dice_below(&scene->dice, sizeof(sites) / sizeof(sites[0]));
		struct station site = lan_remote(scene->lan, sites[pick].ip);

		at_us = office_resolve(scene, pc, sites[pick].name, site.ip, at_us);
		visit_page(scene, pc, &site, at_us);
		at_us += dice_between(&scene->dice, 20000, 200000);
	}
}

static void open_share(struct scene *scene, struct station *pc, uint64_t at_us)
{
	struct station *server = role(scene, lan_plan(scene->lan)->server);
	struct talk talk;
	struct words w;
	int step;

	if (!server)
		return;
	talk = talk_begin(scene, pc, server, PORT_SMB, at_us);
	talk_tcp_accept(&talk);
	for (step = SMB_NEGOTIATE; step <= SMB_LOGOFF; step++) {
		talk_tcp_say(&talk, true, words_smb2(&w, (enum smb_step)step, false));
		talk_tcp_say(&talk, false, words_smb2(&w, (enum smb_step)step, true));
	}
	talk_tcp_close(&talk);
}

static void set_clock(struct scene *scene, struct station *pc, uint64_t at_us)
{
	struct station *dns = role(scene, lan_plan(scene->lan)->dns);
	struct talk talk = talk_begin(scene, pc, dns, PORT_NTP, at_us);
	struct words w;

	talk.client_port = PORT_NTP;
	talk_udp(&talk, true, words_ntp(&w, false));
	talk_udp(&talk, false, words_ntp(&w, true));
}

static uint64_t renew(struct scene *scene, struct station *pc, uint64_t at_us)
{
	struct station *server = role(scene, lan_plan(scene->lan)->dhcp);
	struct talk talk = talk_begin(scene, pc, server, PORT_DHCP_SERVER, at_us);
	struct words w;

	talk.client_port = PORT_DHCP_CLIENT;
	talk_udp(&talk, true, words_dhcp(&w, pc->mac, pc->ip, server->ip, false));
	talk_udp(&talk, false, words_dhcp(&w, pc->mac, pc->ip, server->ip, true));
	return talk.at_us;
}

static void renew_lease(struct scene *scene, struct station *pc, uint64_t at_us)
{
	if (role(scene, lan_plan(scene->lan)->dhcp))
		renew(scene, pc, at_us);
}

static void look_for_printers(struct scene *scene, struct station *pc, uint64_t at_us)
{
	struct words w;

	talk_multicast(scene, pc, 0xe00000fb, PORT_MDNS, at_us, words_mdns(&w, "_ipp._tcp.local"));
}

static void look_for_devices(struct scene *scene, struct station *pc, uint64_t at_us)
{
	struct words w;

	talk_multicast(scene, pc, 0xeffffffa, PORT_SSDP, at_us, words_ssdp(&w));
}

static void mistype_name(struct scene *scene, struct station *pc, uint64_t at_us)
{
	bool wpad = dice_percent(&scene->dice, 50);

	office_resolve(scene, pc, wpad ? "wpad.example.com" : "wwww.example.com", 0, at_us);
}

static void try_dead_service(struct scene *scene, struct station *pc, uint64_t at_us)
{
	struct station *dns = role(scene, lan_plan(scene->lan)->dns);
	struct talk talk = talk_begin(scene, pc, dns, 8080, at_us);

	talk_tcp_refuse(&talk, 3);
}

static void try_dead_printer(struct scene *scene, struct station *pc, uint64_t at_us)
{
	uint32_t printer = lan_plan(scene->lan)->network + OFF_PRINTER;

	if (lan_on_link(scene->lan, printer))
		talk_arp(scene, pc, printer, &at_us, 3);
}

static const struct {
	unsigned weight;
	activity_fn *run;
} activities[] = {
	{ 50, browse },           { 16, open_share },
	{ 6, set_clock },         { 6, renew_lease },
	{ 8, look_for_printers }, { 6, look_for_devices },
	{ 4, mistype_name },      { 2, try_dead_service },
	{ 2, try_dead_printer }, /* the weights add up to 100 */
};

static activity_fn *pick(struct dice *dice)
{
	uint32_t throw = dice_below(dice, 100);
	size_t i;

	for (i = 0; throw >= activities[i].weight; i++)
		throw -= activities[i].weight;
	return activities[i].run;
}

void office_day(struct scene *scene, const struct office_plan *plan)
{
	size_t i;

	for (i = 0; i < lan_count(scene->lan); i++) {
		struct station *pc = lan_station(scene->lan, i);
		uint64_t at_us = plan->at_us + dice_between(&scene->dice, 0, plan->pause_us);

		if (!pc->pc)
			continue;
		while (at_us < plan->until_us) {
			activity_fn *activity = pick(&scene->dice);

			activity(scene, pc, at_us);
			at_us += dice_between(&scene->dice, plan->pause_us / 4,
					      plan->pause_us * 7 / 4);
		}
	}
}

static void fetch_update(struct scene *scene, struct station *pc, uint64_t at_us)
{
	struct station *server = role(scene, lan_plan(scene->lan)->remediation);
	struct talk talk;
	struct words w;

	/* A machine under repair may reach one address only, so that one answers names as well. */
	talk = talk_begin(scene, pc, server, PORT_DNS, at_us);
	at_us = ask_server(scene, talk, "updates.example.com", server->ip);
	talk = talk_begin(scene, pc, server, PORT_UPDATES, at_us);
	talk_tcp_accept(&talk);
	talk_tcp_say(&talk, true, words_http_get(&w, "/repair.cab", "updates.example.com"));
	talk_tcp_say(&talk, false, words_http_ok(&w, 8760));
	talk_tcp_bulk(&talk, false, 8760);
	talk_tcp_close(&talk);
}

void office_repair(struct scene *scene, uint32_t who, uint64_t at_us, uint64_t until_us)
{
	struct station *pc = lan_find(scene->lan, who);

	while (at_us < until_us) {
		fetch_update(scene, pc, renew(scene, pc, at_us));
		at_us += dice_between(&scene->dice, 800000, 1300000);
	}
}
