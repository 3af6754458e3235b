/* SPDX-License-Identifier: Apache-2.0 */
/* A policy on a real interface: two network namespaces joined by a veth pair, one of them the PC
 * with the simulator in it.  Needs root and nft, says so otherwise.  The namespaces have no names
 * and end with their processes. */
#include "tests/amtsim/enforce.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <spawn.h>

#include "tests/amtsim/nft_rules.h"
#include "tests/unit/amtsim/firmware.h"
#include "tests/unit/amtsim/running.h"

#define PC      "10.77.0.2"
#define FORGED  "10.77.0.9"
#define CONSOLE "10.77.0.1"

static void the_rules_count_before_they_drop_and_drop_before_they_pass(void **state)
{
	static const struct sd_filter pass = {
		.handle = 7,
		.kind = SD_IP,
		.profile = SD_PASS_COUNT,
		.direction = SD_TX,
		.ip_version = 4,
		.has_protocol = true,
		.protocol = 6,
		.dst = { true, { 10, 0, 0, 9 }, { 255, 255, 255, 0 } },
		.dst_ports = { true, 80, 90 },
		.flags_on = 2,
		.flags_off = 16,
		.has_flags_on = true,
		.has_flags_off = true
	};
	static const struct sd_filter drop = { .handle = 8,
					       .kind = SD_ETHER,
					       .profile = SD_DROP,
					       .direction = SD_TX,
					       .ethertype = 0x86DD };
	static const struct sd_filter rate = { .handle = 9,
					       .kind = SD_IP,
					       .event = true,
					       .profile = SD_RATE_LIMIT,
					       .rate_pps = 5,
					       .direction = SD_RX,
					       .ip_version = 6,
					       .src = { true, { 0x20, 1 }, { 0xFF, 0xFF } } };
	static const struct sd_filter *const filters[] = { &pass, &drop, &rate };
	static const struct sd_policy policy = { .id = 1,
						 .handle_count = 3,
						 .handles = { 7, 8, 9 },
						 .spoof = SPOOF_COUNT,
						 .when_unmatched = { { .drop = true }, { 0 } } };
	static const char expected[] =
		"table netdev cordon_amtsim_eth0_1\n"
		"delete table netdev cordon_amtsim_eth0_1\n"
		"table netdev cordon_amtsim_eth0_1 {\n"
		"\tcounter default_tx { }\n\tcounter default_rx { }\n\tcounter spoofed { }\n"
		"\tcounter f7 { }\n\tcounter f9 { }\n"
		"\tchain tx {\n"
		"\t\ttype filter hook egress device \"eth0.1\" priority 0; policy accept;\n"
		"\t\ttcp sport { 16992-16995, 443 } accept\n"
		"\t\tip saddr != { 0.0.0.0, 10.0.0.1 } counter name spoofed drop\n"
		"\t\tmeta protocol ip ip daddr & 255.255.255.0 == 10.0.0.0 meta l4proto 6 "
		"tcp dport 80-90 tcp flags & 2 == 2 tcp flags & 16 == 0 counter name f7\n"
		"\t\tether type 0x86dd drop\n"
		"\t\tmeta protocol ip ip daddr & 255.255.255.0 == 10.0.0.0 meta l4proto 6 "
		"tcp dport 80-90 tcp flags & 2 == 2 tcp flags & 16 == 0 accept\n"
		"\t\tcounter name default_tx drop\n\t}\n"
		"\tchain rx {\n"
		"\t\ttype filter hook ingress device \"eth0.1\" priority 0; policy accept;\n"
		"\t\ttcp dport { 16992-16995, 443 } accept\n"
		"\t\tmeta protocol ip6 ip6 saddr & ffff:0000:0000:0000:0000:0000:0000:0000 == "
		"2001:0000:0000:0000:0000:0000:0000:0000 counter name f9\n"
		"\t\tmeta protocol ip6 ip6 saddr & ffff:0000:0000:0000:0000:0000:0000:0000 == "
		"2001:0000:0000:0000:0000:0000:0000:0000 limit rate over 5/second burst 5 packets "
		"drop\n"
		"\t\tmeta protocol ip6 ip6 saddr & ffff:0000:0000:0000:0000:0000:0000:0000 == "
		"2001:0000:0000:0000:0000:0000:0000:0000 accept\n"
		"\t\tcounter name default_rx accept\n\t}\n}\n";
	struct nft_target target;
	struct text out;

	(void)state;
	nft_target_init(&target, "eth0.1");
	memcpy(target.host_ipv4, (uint8_t[4]){ 10, 0, 0, 1 }, 4);
	target.port = 443;
	text_init(&out, 1 << 16);
	nft_rules_write(&out, &target, &policy, filters);
	assert_string_equal(out.bytes, expected);
	text_clear(&out);
	target.zero_is_spoofed = true;
	nft_rules_write(&out, &target, &policy, filters);
	assert_non_null(strstr(out.bytes, "ip saddr != { 10.0.0.1 } counter name spoofed drop"));
	text_fini(&out);
}

static void counters_are_read_from_the_listing(void **state)
{
	static const char listing[] = "table netdev x {\n\tcounter f12 {\n\t\tpackets 5 bytes 420\n"
				      "\t}\n\tcounter default_tx {\n\t\tpackets 70000000000 bytes 1"
				      "\n\t}\n\tcounter other {\n\t\tpackets 1 bytes 1\n\t}\n"
				      "\tcounter spoofed {\n\t\tpackets 2 bytes 2\n\t}\n}\n";
	struct nft_counter counters[4];

	(void)state;
	assert_int_equal(nft_rules_read(listing, counters, 4), 3);
	assert_int_equal(counters[0].handle, 12);
	assert_int_equal(counters[0].packets, 5);
	assert_int_equal(counters[1].handle, HANDLE_DEFAULT_TX);
	assert_int_equal(counters[1].packets, 70000000000);
	assert_int_equal(counters[2].handle, HANDLE_SPOOF);
	assert_int_equal(nft_rules_read("counter f1 {", counters, 4), 0);
	assert_int_equal(nft_rules_read(listing, counters, 1), 1);
}

/* --- the laboratory --- */

static struct running run;
static int pc_ns = -1; /* the PC's network namespace */

/* Exit code of a program here, or in the PC. */
static int call(bool in_pc, const char *line)
{
	char words[256], *rest = words;
	char *arguments[24];
	size_t n = 0;
	int status = 1;
	pid_t child;

	assert_true(text_copy(words, sizeof(words), line));
	while (n < 23 && (arguments[n] = text_word(&rest)))
		n++;
	arguments[n] = NULL;
	child = fork();
	if (child == 0) {
		if (freopen("/dev/null", "w", stderr) &&
		    (!in_pc || setns(pc_ns, CLONE_NEWNET) == 0))
			execvp(arguments[0], arguments);
		_exit(127);
	}
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static bool possible(void)
{
	setenv("PATH", "/usr/sbin:/sbin:/usr/bin:/bin", 1);
	return geteuid() == 0 && access("/usr/sbin/nft", X_OK) == 0 &&
	       access("/usr/sbin/ip", X_OK) == 0 && unshare(CLONE_NEWNET) == 0;
}

/* The PC: a namespace of its own, then the simulator in it. */
static void be_the_pc(int ready_fd, int go_fd)
{
	struct net *net;
	struct rack *rack = rack_new();
	struct device_config config;
	struct enforce *enforce;
	struct server *server;
	struct console *console;
	struct knobs knobs;
	const char *why;
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (unshare(CLONE_NEWNET) < 0 || write(ready_fd, "n", 1) != 1 || read(go_fd, &byte, 1) != 1)
		_exit(1);
	net = net_new();
	device_config_init(&config);
	knobs_init(&knobs);
	text_copy(config.address, sizeof(config.address), PC);
	memcpy(config.ipv4, (uint8_t[4]){ 10, 77, 0, 2 }, 4);
	rack_add(rack, device_new(&config, &knobs, net_now_ns(net), &why));
	server = server_new(net, NULL);
	console = console_new(net, rack);
	enforce = enforce_new(rack_device(rack, 0), "pc0", NULL, &why);
	if (!enforce || server_add(server, rack_device(rack, 0)) < 0 ||
	    console_listen(console, run.control) < 0 || write(ready_fd, "r", 1) != 1)
		_exit(1);
	net_run(net);
	enforce_free(enforce);
	net_free(net);
	console_free(console);
	server_free(server);
	rack_free(rack);
	_exit(0);
}

static void wait_for(int fd)
{
	char byte;

	assert_int_equal(read(fd, &byte, 1), 1);
}

static int open_laboratory(void **state)
{
	char line[128], path[64];
	int ready[2], go[2];

	(void)state;
	if (!possible())
		return 0;
	memset(&run, 0, sizeof(run));
	text_init(&run.answer, 1 << 20);
	snprintf(run.folder, sizeof(run.folder), "/tmp/amtsim-run-XXXXXX");
	assert_non_null(mkdtemp(run.folder));
	snprintf(run.control, sizeof(run.control), "%s/control", run.folder);
	assert_int_equal(pipe(ready) | pipe(go), 0);
	run.child = fork();
	if (run.child == 0)
		be_the_pc(ready[1], go[0]);
	wait_for(ready[0]);
	snprintf(path, sizeof(path), "/proc/%d/ns/net", run.child);
	pc_ns = open(path, O_RDONLY | O_CLOEXEC);
	snprintf(line, sizeof(line), "ip link add con0 type veth peer name pc0 netns %d",
		 run.child);
	if (pc_ns < 0 || call(false, line) != 0)
		return -1;
	call(false, "ip link set lo up");
	call(false, "ip address add " CONSOLE "/24 dev con0");
	call(false, "ip link set con0 up");
	call(true, "ip address add " PC "/24 dev pc0");
	call(true, "ip link set pc0 up");
	if (write(go[1], "g", 1) != 1)
		return -1;
	wait_for(ready[0]);
	return 0;
}

static int close_laboratory(void **state)
{
	(void)state;
	if (pc_ns < 0)
		return 0;
	close(pc_ns);
	rmdir(run.folder);
	text_fini(&run.answer);
	return 0;
}

static int listen_on(uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
	int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 8), 0);
	return fd;
}

/* Whether a TCP connection from that address of the PC to the console's port succeeds soon. */
static bool reaches_from(const char *from, uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in own = { .sin_family = AF_INET };
	int status, error = 1;
	socklen_t len = sizeof(error);
	struct pollfd wait = { .events = POLLOUT };
	pid_t child = fork();

	if (child == 0) {
		if (setns(pc_ns, CLONE_NEWNET) < 0)
			_exit(2);
		inet_pton(AF_INET, CONSOLE, &address.sin_addr);
		inet_pton(AF_INET, from, &own.sin_addr);
		wait.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		if (bind(wait.fd, (struct sockaddr *)&own, sizeof(own)) < 0)
			_exit(2);
		if (connect(wait.fd, (struct sockaddr *)&address, sizeof(address)) < 0 &&
		    errno != EINPROGRESS)
			_exit(2);
		if (poll(&wait, 1, 300) == 1)
			getsockopt(wait.fd, SOL_SOCKET, SO_ERROR, &error, &len);
		_exit(error == 0 ? 0 : 1);
	}
	waitpid(child, &status, 0);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
	return WEXITSTATUS(status) == 0;
}

static bool reaches(uint16_t port)
{
	return reaches_from(PC, port);
}

#define TCP_FILTER(name, way, side, profile)                                                      \
	CREATE("AMT_IPHeadersFilter",                                                             \
	       COMMON_FILTER(name, profile, way) "<HdrIPVersion>4</HdrIPVersion><HdrProtocolID>6" \
						 "</HdrProtocolID><Hdr" side "PortStart>8530"     \
						 "</Hdr" side "PortStart><Hdr" side               \
						 "PortEnd>8530</Hdr" side "PortEnd>")
#define OPEN_BUT_GUARDED                                                                          \
	CREATE("AMT_SystemDefensePolicy",                                                         \
	       "<InstanceID>0</InstanceID><PolicyName>g</PolicyName><PolicyPrecedence>1"          \
	       "</PolicyPrecedence><AntiSpoofingSupport>2</AntiSpoofingSupport>"                  \
	       "<TxDefaultDrop>false</TxDefaultDrop><TxDefaultMatchEvent>false"                   \
	       "</TxDefaultMatchEvent><TxDefaultCount>false</TxDefaultCount><RxDefaultDrop>false" \
	       "</RxDefaultDrop><RxDefaultMatchEvent>false</RxDefaultMatchEvent>"                 \
	       "<RxDefaultCount>false</RxDefaultCount>")
#define ARP_FILTER(name, way)       \
	CREATE("AMT_Hdr8021Filter", \
	       COMMON_FILTER(name, "3", way) "<HdrProtocolID8021>2054</HdrProtocolID8021>")

static void make_quarantine(CURL *client)
{
	static const char *const requests[] = {
		ARP_FILTER("arp-tx", "0"),
		ARP_FILTER("arp-rx", "1"),
		TCP_FILTER("fix-tx", "0", "Dest", "0"),
		TCP_FILTER("fix-rx", "1", "Src", "3"),
		POLICY("q", "<FilterCreationHandles>1</FilterCreationHandles>"
			    "<FilterCreationHandles>2</FilterCreationHandles>"
			    "<FilterCreationHandles>3</FilterCreationHandles>"
			    "<FilterCreationHandles>4</FilterCreationHandles>"),
		BIND("0", "1"),
	};
	size_t i;

	for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		if (running_ask(&run, client, requests[i]) != 200)
			fail_msg("%zu: %s", i, run.answer.bytes);
}

/* A live counter as the control socket shows it. */
static unsigned long live(const char *name)
{
	const char *at = strstr(running_order(&run, "counters amt"), name);

	at = at ? strstr(at, "live=") : NULL;
	return at ? strtoul(at + 5, NULL, 10) : 0;
}

static void a_real_interface_obeys_the_active_policy(void **state)
{
	int repair, other;
	CURL *client;

	(void)state;
	if (pc_ns < 0) {
		print_message("needs root, nft and ip: not tried\n");
		skip();
	}
	repair = listen_on(8530);
	other = listen_on(445);
	run.port = 16992;
	client = running_client(&run, false, "admin:P@ssw0rd");
	curl_easy_setopt(client, CURLOPT_URL, "http://" PC ":16992/wsman");
	assert_true(reaches(8530));
	assert_true(reaches(445));

	make_quarantine(client);
	assert_true(reaches(8530));
	assert_false(reaches(445));
	assert_true(live("filter 3") >= 3); /* SYN, ACK, FIN */
	assert_true(live("default-tx") >= 1);
	assert_int_equal(live("filter 3"), live("filter 3")); /* nothing is counted twice */
	assert_non_null(strstr(running_order(&run, "events amt"), "default-tx"));
	/* and the firmware still answers: its own ports are exempt */
	assert_int_equal(running_ask(&run, client, UPDATE_STATISTICS("1", "true")), 200);
	assert_int_equal(live("default-tx"), 0);
	assert_false(reaches(445));
	assert_true(live("default-tx") >= 1);

	assert_int_equal(running_ask(&run, client, UNBIND("0", "1")), 200);
	assert_true(reaches(445));

	assert_int_equal(running_ask(&run, client, TCP_FILTER("cut", "0", "Dest", "4")), 200);
	assert_int_equal(running_ask(&run, client,
				     POLICY("both",
					    "<FilterCreationHandles>3</FilterCreationHandles>"
					    "<FilterCreationHandles>5"
					    "</FilterCreationHandles>")),
			 200);
	assert_int_equal(running_ask(&run, client, BIND("0", "2")), 200);
	assert_false(reaches(8530)); /* one filter passes it, the other drops it: drop wins */
	assert_int_equal(running_ask(&run, client, UNBIND("0", "2")), 200);

	/* A second address of the PC is a forged one where the policy compares. */
	assert_int_equal(call(true, "ip address add " FORGED "/24 dev pc0"), 0);
	assert_true(reaches_from(FORGED, 445));
	assert_int_equal(running_ask(&run, client, OPEN_BUT_GUARDED), 200);
	assert_int_equal(running_ask(&run, client, BIND("0", "3")), 200);
	assert_false(reaches_from(FORGED, 445));
	assert_true(reaches(445));
	assert_true(live("anti-spoofing") >= 1);
	curl_easy_cleanup(client);

	kill(run.child, SIGINT); /* Ctrl-C */
	assert_int_equal(waitpid(run.child, NULL, 0), run.child);
	assert_true(reaches(445));
	assert_true(reaches(8530));
	assert_int_not_equal(call(true, "nft list table netdev cordon_amtsim_pc0"), 0);
	close(repair);
	close(other);
}

static void where_rules_cannot_be_loaded_the_reason_is_said(void **state)
{
	const char *why = NULL;

	if (pc_ns < 0) {
		print_message("needs root, nft and ip: not tried\n");
		skip();
	}
	firmware_open(state);
	assert_null(enforce_new(firmware.device, "nowhere0", NULL, &why));
	assert_non_null(strstr(why, "no such interface"));
	assert_null(enforce_new(firmware.device, "con0", "no-such-namespace", &why));
	assert_non_null(strstr(why, "network namespace"));
	firmware_close(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rules_count_before_they_drop_and_drop_before_they_pass),
		cmocka_unit_test(counters_are_read_from_the_listing),
		cmocka_unit_test(where_rules_cannot_be_loaded_the_reason_is_said),
		cmocka_unit_test(a_real_interface_obeys_the_active_policy),
	};

	return cmocka_run_group_tests_name("amtsim enforce", tests, open_laboratory,
					   close_laboratory);
}
