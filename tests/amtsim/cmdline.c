/* SPDX-License-Identifier: Apache-2.0 */
/* Plain options describe one device; --count multiplies it; --fleet reads many from a file. */
#include "tests/amtsim/cmdline.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/amtsim/console.h"
#include "tests/amtsim/rack.h"
#include "tests/amtsim/fleet_file.h"
#include "tests/amtsim/input.h"
#include "tests/amtsim/knobs.h"
#include "tests/amtsim/order.h"
#include "tests/amtsim/text.h"

#define EXIT_USAGE 2
#define COUNT_MAX  100000

enum option_id {
	OPTION_ADDRESS = 256,
	OPTION_PORT,
	OPTION_TLS,
	OPTION_CERT,
	OPTION_KEY,
	OPTION_LISTEN,
	OPTION_CLIENT_CA,
	OPTION_FAULT,
	OPTION_REDIRECTION,
	OPTION_ENFORCE,
	OPTION_NETNS,
	OPTION_SCRIPT,
	OPTION_FIXED,
	OPTION_SUFFIX,
	OPTION_MUTUAL,
	OPTION_TRUSTED,
	OPTION_USER,
	OPTION_PASSWORD,
	OPTION_RELEASE,
	OPTION_MODE,
	OPTION_NO_DEFENSE,
	OPTION_NAME,
	OPTION_MAC,
	OPTION_IP,
	OPTION_UUID,
	OPTION_REALM,
	OPTION_HOST,
	OPTION_COUNT,
	OPTION_SPREAD,
	OPTION_FLEET,
	OPTION_SET,
	OPTION_KNOBS,
	OPTION_CONTROL,
	OPTION_READY_FD,
	OPTION_COMMANDS,
	OPTION_ORDER,
	OPTION_HELP,
};

static const struct option table[] = {
	{ "address", required_argument, NULL, OPTION_ADDRESS },
	{ "port", required_argument, NULL, OPTION_PORT },
	{ "tls", no_argument, NULL, OPTION_TLS },
	{ "cert", required_argument, NULL, OPTION_CERT },
	{ "key", required_argument, NULL, OPTION_KEY },
	{ "listen", required_argument, NULL, OPTION_LISTEN },
	{ "enforce-on", required_argument, NULL, OPTION_ENFORCE },
	{ "netns", required_argument, NULL, OPTION_NETNS },
	{ "redirection-port", required_argument, NULL, OPTION_REDIRECTION },
	{ "fault", required_argument, NULL, OPTION_FAULT },
	{ "script", required_argument, NULL, OPTION_SCRIPT },
	{ "fixed-address", no_argument, NULL, OPTION_FIXED },
	{ "dhcp-suffix", required_argument, NULL, OPTION_SUFFIX },
	{ "client-ca", required_argument, NULL, OPTION_CLIENT_CA },
	{ "mutual", no_argument, NULL, OPTION_MUTUAL },
	{ "trusted-name", required_argument, NULL, OPTION_TRUSTED },
	{ "user", required_argument, NULL, OPTION_USER },
	{ "password", required_argument, NULL, OPTION_PASSWORD },
	{ "release", required_argument, NULL, OPTION_RELEASE },
	{ "mode", required_argument, NULL, OPTION_MODE },
	{ "no-system-defense", no_argument, NULL, OPTION_NO_DEFENSE },
	{ "name", required_argument, NULL, OPTION_NAME },
	{ "mac", required_argument, NULL, OPTION_MAC },
	{ "ip", required_argument, NULL, OPTION_IP },
	{ "uuid", required_argument, NULL, OPTION_UUID },
	{ "realm", required_argument, NULL, OPTION_REALM },
	{ "host", required_argument, NULL, OPTION_HOST },
	{ "count", required_argument, NULL, OPTION_COUNT },
	{ "spread", no_argument, NULL, OPTION_SPREAD },
	{ "fleet", required_argument, NULL, OPTION_FLEET },
	{ "set", required_argument, NULL, OPTION_SET },
	{ "knobs", no_argument, NULL, OPTION_KNOBS },
	{ "control", required_argument, NULL, OPTION_CONTROL },
	{ "ready-fd", required_argument, NULL, OPTION_READY_FD },
	{ "order", required_argument, NULL, OPTION_ORDER },
	{ "commands", no_argument, NULL, OPTION_COMMANDS },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static const char help[] =
	"Usage: cordon-amtsim [OPTION...]\n"
	"\n"
	"Simulates Intel AMT firmware with System Defense: WS-Management over HTTP or HTTPS\n"
	"with digest logon, filters, policies and the packet engine behind them, accounts, logs,\n"
	"alerts, agent presence, environment detection, heuristics.\n"
	"\n"
	"One device:\n"
	"  --listen ADDR:PORT   numeric address and port to listen on, [ADDR]:PORT for IPv6\n"
	"                       (default 127.0.0.1:16992, with --tls 127.0.0.1:16993);\n"
	"                       --address and --port set them one by one\n"
	"  --tls                HTTPS; the versions offered follow the release\n"
	"  --cert FILE          PEM certificate instead of a self-signed one; needs --key\n"
	"  --key FILE           PEM key\n"
	"  --mutual             clients need a certificate under --client-ca FILE (PEM)\n"
	"  --trusted-name END   and a common name with that end; up to four times\n"
	"  --user NAME          default admin\n"
	"  --password TEXT      default P@ssw0rd\n"
	"  --release A.B[.C]    firmware release, 3.0 or later (default 12.0.67)\n"
	"  --mode acm|ccm|pre   Admin or Client Control Mode, or not provisioned (default acm)\n"
	"  --no-system-defense  firmware without the feature\n"
	"  --name NAME          name on the control socket (default amt)\n"
	"  --mac, --ip, --uuid  identity of the host; --ip also feeds anti-spoofing\n"
	"  --realm REALM        digest realm (default: made from the UUID)\n"
	"  --host NAME          host name\n"
	"  --fixed-address      no DHCP: never dark, no environment detection\n"
	"  --dhcp-suffix DOMAIN what the network's DHCP gives as domain\n"
	"  --redirection-port PORT  serial over LAN there (in life 16994, with TLS 16995)\n"
	"  --fault SENTENCE     plan a mishap, may be repeated: KIND [VALUE] [at K] [times N]\n"
	"                       [rate PERCENT] [match VERB|CLASS|METHOD], for example\n"
	"                       --fault 'reset-after at 3 match Create'\n"
	"  --set KNOB=VALUE     behaviour, may be repeated; --knobs lists them all\n"
	"\n"
	"  --enforce-on IFACE   a real interface obeys the active policy of the wired port, by\n"
	"                       nftables; ports 16992 to 16995 are exempt; needs root\n"
	"  --netns NAME         the network namespace of that interface\n"
	"\n"
	"Many devices:\n"
	"  --count N            N devices NAME-0, NAME-1...; ports, MAC, IP and UUID count up\n"
	"  --spread             with --count: addresses 127.0.1.1 upwards, one port for all\n"
	"  --fleet FILE         devices from a YAML file (see docs/amtsim.md)\n"
	"\n"
	"Control:\n"
	"  --control PATH       Unix socket for frames, faults, counters (--commands lists)\n"
	"  --order PATH [WORD...]  send a command (or standard input) to a running simulator\n"
	"                       and print its answer; nothing else is done\n"
	"  --script FILE        carry out the control commands of a file before getting ready\n"
	"  --ready-fd N         write \"ready\" to descriptor N when listening\n"
	"\n"
	"  -h, --help, -V, --version\n"
	"\n"
	"When listening, prints \"ready: N devices\"; with TLS also the certificate's SHA-256.\n"
	"Ends on Ctrl-C.  Exit code: 0 ended in order, 1 failure, 2 wrong usage.\n"
	"\n"
	"Example:\n"
	"  cordon-amtsim --listen 127.0.0.1:16992 --release 15.0 --control /tmp/amtsim.sock &\n"
	"  cordon-amtsim --order /tmp/amtsim.sock status amt\n";

struct reading {
	struct options *options;
	struct rack *rack;
	struct device_config config;
	struct knobs knobs;
	uint32_t count;
	struct mishap_list faults; /* for every device of the command line */
	bool many, spread, has_port;
	const char *fleet_path;
};

static int usage(const char *option, const char *why)
{
	fprintf(stderr, "cordon-amtsim: %s: %s\nTry cordon-amtsim --help.\n", option, why);
	return EXIT_USAGE;
}

static int print(void (*fill)(struct text *out))
{
	struct text out;

	text_init(&out, 65536);
	fill(&out);
	fputs(out.bytes, stdout);
	text_fini(&out);
	return EXIT_SUCCESS;
}

static void fill_knobs(struct text *out)
{
	struct knobs knobs;

	knobs_init(&knobs);
	knobs_list(&knobs, out);
}

static const char *set_knob(struct knobs *knobs, const char *assignment)
{
	char name[64];
	const char *equals = strchr(assignment, '=');

	if (!equals || (size_t)(equals - assignment) >= sizeof(name))
		return "expected KNOB=VALUE";
	memcpy(name, assignment, (size_t)(equals - assignment));
	name[equals - assignment] = '\0';
	return knobs_set(knobs, name, equals + 1);
}

/* Options that fill the device's configuration: NULL, or what is wrong. */
static const char *take_device_option(struct reading *r, int id, const char *value)
{
	static const struct {
		int id;
		const char *field;
	} fields[] = {
		{ OPTION_ADDRESS, "address" },
		{ OPTION_PORT, "port" },
		{ OPTION_USER, "user" },
		{ OPTION_PASSWORD, "password" },
		{ OPTION_RELEASE, "release" },
		{ OPTION_MODE, "mode" },
		{ OPTION_NAME, "name" },
		{ OPTION_MAC, "mac" },
		{ OPTION_IP, "ip" },
		{ OPTION_UUID, "uuid" },
		{ OPTION_REALM, "realm" },
		{ OPTION_HOST, "host" },
		{ OPTION_SUFFIX, "dhcp-suffix" },
		{ OPTION_REDIRECTION, "redirection-port" },
		{ OPTION_LISTEN, "listen" },
		{ OPTION_TRUSTED, "trusted-name" },
	};
	size_t i;

	r->has_port = r->has_port || id == OPTION_PORT || id == OPTION_LISTEN;
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (fields[i].id == id)
			return fleet_file_field(&r->config, fields[i].field, value);
	return "unknown option";
}

static const char *add_fault(struct reading *r, const char *sentence)
{
	char words[256], *rest = words;
	struct mishap mishap;
	const char *why;

	if (!text_copy(words, sizeof(words), sentence))
		return "too long";
	why = mishap_read(&rest, &mishap);
	if (!why && !mishap_plan(&r->faults, &mishap))
		return "too many";
	return why && !*why ? "expected KIND [VALUE] [at K] [times N] [rate PERCENT] [match WORD]"
			    : why;
}

static const char *take_option(struct reading *r, int id, const char *value)
{
	uint32_t fd;

	switch (id) {
	case OPTION_TLS:
		r->config.tls = true;
		return NULL;
	case OPTION_MUTUAL:
		r->config.mutual = true;
		return NULL;
	case OPTION_NO_DEFENSE:
		r->config.no_defense = true;
		return NULL;
	case OPTION_SPREAD:
		r->spread = true;
		return NULL;
	case OPTION_COUNT:
		r->many = true;
		return input_parse_number(value, COUNT_MAX, &r->count) && r->count > 0
			       ? NULL
			       : "expected a number from 1 to 100000";
	case OPTION_SET:
		return set_knob(&r->knobs, value);
	case OPTION_FLEET:
		r->fleet_path = value;
		return NULL;
	case OPTION_CONTROL:
		r->options->console_path = value;
		return NULL;
	case OPTION_CERT:
		r->options->cert_path = value;
		return NULL;
	case OPTION_ENFORCE:
		r->options->enforce_on = value;
		return NULL;
	case OPTION_NETNS:
		r->options->netns = value;
		return NULL;
	case OPTION_FIXED:
		r->config.fixed_address = true;
		return NULL;
	case OPTION_SCRIPT:
		r->options->script_path = value;
		return NULL;
	case OPTION_FAULT:
		return add_fault(r, value);
	case OPTION_CLIENT_CA:
		r->options->roots_path = value;
		return NULL;
	case OPTION_KEY:
		r->options->key_path = value;
		return NULL;
	case OPTION_READY_FD:
		if (!input_parse_number(value, 65535, &fd))
			return "expected a descriptor number";
		r->options->ready_fd = (int)fd;
		return NULL;
	default:
		return take_device_option(r, id, value);
	}
}

static uint64_t wall_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int make_devices(struct reading *r)
{
	uint32_t i;
	size_t f;

	if (!r->has_port && r->config.tls)
		r->config.port = 16993;
	if (r->many && !r->spread && r->config.port + r->count - 1 > 65535)
		return usage("--count", "not that many ports are left; use --spread");
	for (i = 0; i < r->count; i++) {
		struct device_config config = r->config;
		struct device *device;
		const char *why;

		if (r->many)
			rack_vary(&config, i, r->spread);
		device = device_new(&config, &r->knobs, wall_ns(), &why);
		if (!device)
			return usage("--release", why);
		for (f = 0; f < r->faults.count; f++)
			mishap_plan(&device->mishaps, &r->faults.planned[f]);
		rack_add(r->rack, device);
	}
	return -1;
}

static int read_fleet(struct reading *r)
{
	struct fleet_file_base base = { &r->config, &r->knobs, wall_ns() };
	char why[4096];

	if (r->many)
		return usage("--fleet", "--count and --fleet exclude each other");
	if (fleet_file_read(r->rack, r->fleet_path, &base, why, sizeof(why)) < 0) {
		fprintf(stderr, "cordon-amtsim: %s\n", why);
		return EXIT_FAILURE;
	}
	return -1;
}

int cmdline_read(int argc, char **argv, struct options *options, struct rack *rack)
{
	struct reading r = { .options = options, .rack = rack, .count = 1 };
	int id, at;

	*options = (struct options){ .ready_fd = -1 };
	device_config_init(&r.config);
	knobs_init(&r.knobs);
	opterr = 0;
	while (at = optind, (id = getopt_long(argc, argv, "+:hV", table, NULL)) != -1) {
		const char *why;

		if (id == OPTION_HELP || id == 'h') {
			fputs(help, stdout);
			return EXIT_SUCCESS;
		}
		if (id == 'V') {
			puts("cordon-amtsim " CORDON_VERSION);
			return EXIT_SUCCESS;
		}
		if (id == OPTION_ORDER)
			return order_send(optarg, argv + optind);
		if (id == OPTION_KNOBS)
			return print(fill_knobs);
		if (id == OPTION_COMMANDS)
			return print(console_help);
		if (id == '?' || id == ':')
			return usage(argv[at], id == ':' ? "needs a value" : "no such option");
		why = take_option(&r, id, optarg);
		if (why)
			return usage(argv[at], why);
	}
	if (optind < argc)
		return usage(argv[optind], "unexpected argument");
	if (!options->cert_path != !options->key_path)
		return usage("--cert", "--cert and --key go together");
	if (options->enforce_on && (r.many || r.fleet_path))
		return usage("--enforce-on", "an interface obeys one device only");
	if (options->netns && !options->enforce_on)
		return usage("--netns", "says where --enforce-on is; give that too");
	id = r.fleet_path ? read_fleet(&r) : make_devices(&r);
	mishap_clear(&r.faults);
	return id;
}
