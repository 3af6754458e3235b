/* SPDX-License-Identifier: Apache-2.0 */
/* trw_settings.c - names, bounds and defaults (weights: worm-detection.md F). */
#include "detectors/trw_settings.h"

#include <stddef.h>

#include "core/base/err.h"

const struct param trw_params[] = {
	{ "worm_failure", PARAM_DOUBLE, offsetof(struct trw_config, worm), 0, 10, "2.9",
	  "nats for a failed first contact on a port that worms use" },
	{ "unrouted", PARAM_DOUBLE, offsetof(struct trw_config, unrouted), 0, 10, "1.4",
	  "nats there for a network of the site that a router says is not there, once for each, below the ceiling of other ports" },
	{ "service_failure", PARAM_DOUBLE, offsetof(struct trw_config, service), 0, 10, "2.2",
	  "nats for one on another well-known port" },
	{ "high_failure", PARAM_DOUBLE, offsetof(struct trw_config, high), 0, 10, "0.8",
	  "nats for one on any other port" },
	{ "high_cap", PARAM_DOUBLE, offsetof(struct trw_config, high_cap), 0.1, 40, "9.2",
	  "the most that other ports can bring together: below conviction" },
	{ "icmp_failure", PARAM_DOUBLE, offsetof(struct trw_config, icmp), 0, 10, "2.2",
	  "nats for an unanswered ping" },
	{ "icmp_cap", PARAM_DOUBLE, offsetof(struct trw_config, icmp_cap), 0.1, 40, "9.2",
	  "the most that pings can bring together: below conviction" },
	{ "icmp_sequential", PARAM_DOUBLE, offsetof(struct trw_config, icmp_sequential), 0, 10,
	  "0.8",
	  "nats on top next to a host that did not answer either; from the third in a row the ceiling rises, on the Internet from the fourth" },
	{ "icmp_networks", PARAM_U32, offsetof(struct trw_config, icmp_networks), 1, 1000, "20",
	  "silent networks of the Internet, where pings are answered, beyond which the ceiling rises with each" },
	{ "named_cap", PARAM_DOUBLE, offsetof(struct trw_config, named_cap), 0.1, 40, "4.5",
	  "the most that hosts found by their names can bring: with a suspect's 9.2 still no conviction" },
	{ "silent_udp", PARAM_DOUBLE, offsetof(struct trw_config, silent_udp), 0, 10, "0.8",
	  "nats for UDP silence except on worm ports: many UDP services never answer" },
	{ "success", PARAM_DOUBLE, offsetof(struct trw_config, success), 0, 10, "1.4",
	  "nats taken off for an accepted contact, once per destination; none if popular" },
	{ "company_cap", PARAM_DOUBLE, offsetof(struct trw_config, company_cap), 0, 40, "5.8",
	  "of that, the most that may be taken off in advance, on worm ports within the site: two failures" },
	{ "company", PARAM_DURATION_NS, offsetof(struct trw_config, company_ns), 1, 7 * 86400,
	  "10m", "for so long after the latest new machine that accepted" },
	{ "half_life", PARAM_DURATION_NS, offsetof(struct trw_config, half_life_ns), 60, 7 * 86400,
	  "1h", "time in which an idle level fades to half" },
	{ "slow_half_life", PARAM_DURATION_NS, offsetof(struct trw_config, slow_half_life_ns), 60,
	  30 * 86400, "7d",
	  "the same for the slow sum of ports that worms use, which begins after the time of peer" },
	{ "peer", PARAM_DURATION_NS, offsetof(struct trw_config, peer_ns), 60, 30 * 86400, "7d",
	  "for so long a host that accepted another on a worm port is no stranger to it" },
	{ "site_answer", PARAM_DURATION_NS, offsetof(struct trw_config, site_answer_ns), 0.001,
	  0.25, "25ms",
	  "when another contact opens, earlier ones within the site that have waited longer count as failed" },
	{ "worm_ports", PARAM_PORTS, offsetof(struct trw_config, worm_ports), 1, 65535,
	  "445,139,135,3389,22,23,2323,5985,5986,1433,1434,5555,7547",
	  "services that worms use: file sharing, remote procedures and logons, SQL Server" },
	{ "exposed_ports", PARAM_PORTS, offsetof(struct trw_config, exposed_ports), 1, 65535,
	  "81,2375,2745,3127,4899,5358,5554,5900,6129,6379,7001,8088,8291,9200,10250,11211,27017,34567,37215,52869",
	  "TCP services that worms look for in the Internet: data stores, devices, back doors of other worms" },
	{ "outward_ports", PARAM_PORTS, offsetof(struct trw_config, outward_ports), 1, 65535,
	  "22,1433,2375,3389,5900,5985,5986,6379,8291,9200,10250,11211,27017",
	  "of both, services that people and programs use across the Internet too: half a failure before an answer can come" },
	{ "service_ports", PARAM_PORTS, offsetof(struct trw_config, service_ports), 1, 65535,
	  "1521,3306,5432,5900,6379,8000,8080,8443,9200,27017",
	  "services above 1023; below, all ports are services" },
	{ "discovery_ports", PARAM_PORTS, offsetof(struct trw_config, discovery_ports), 1, 65535,
	  "137,161,427,1900,3289,3702,5353,5355,8610,8611,8612",
	  "UDP services at which programs look for printers and neighbours" },
	{ "discovery", PARAM_DOUBLE, offsetof(struct trw_config, discovery), 0, 1, "0.2",
	  "the share that a failure there weighs, below the ceiling of other ports" },
	{ .type = PARAM_END },
};

int trw_check(const void *settings, struct err *err)
{
	const struct trw_config *config = settings;

	if (config->worm < config->service || config->service < config->high)
		return err_set(
			err, ERR_CONFIG,
			"worm_failure must be at least service_failure, and that at least high_failure");
	return 0;
}
