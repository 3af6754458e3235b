/* SPDX-License-Identifier: Apache-2.0 */
/* The real daemon with its store on disk is killed (SIGKILL) around every request that its firmware gets, and before every
 * write to its store, while it pre-stages, isolates, releases, takes another policy and lets a
 * machine start anew from elsewhere.  It is started again and left
 * alone; then firmware, journal and ledger must agree, and nothing be left over, doubled, or of others touched.
 *
 * A kill before the execution of request K: the simulator swallows it and the daemon waits.  After its execution: the same
 * with the answer lost.  Before write N: reaper.c.  In full with TORTURE=full ("make torture"). */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/api/control.h"
#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/num.h"
#include "tests/torture/rig.h"

#define CONVERGE_MS 20000
#define STEP_MS     15
#define STATE(word) "\"state\":\"" word "\""

enum operation { PRE_STAGE, ISOLATE, RELEASE, CHANGE, REPAIR, OPERATIONS };

static const char *const names[OPERATIONS] = { "pre-stage", "isolate", "release", "policy change",
					       "repair" };

struct stage {
	struct rig *rig;
	pid_t daemon;
	int wire;
	bool promised;   /* a release or a repair was agreed to */
	unsigned starts; /* of the machine, before */
	char folder[64], control[96], text[65536];
};

static bool in_full(void)
{
	const char *how = getenv("TORTURE");

	return how && strcmp(how, "full") == 0;
}

static void nap_ms(long ms)
{
	struct timespec nap = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&nap, NULL);
}

static void write_file(const struct stage *stage, const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", stage->folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void write_settings(struct stage *stage)
{
	char text[1024];

	write_file(
		stage, "cordon.yaml",
		"assets: assets.yaml\nstore: cordon.db\ncontrol: control.sock\n"
		"relay: { address: 10.20.0.5 }\nsafety: { automatic_per_hour: 100 }\namt: { answer_timeout_s: 40 }\n"
		"enforce: true\n");
	snprintf(
		text, sizeof(text),
		"assets:\n  - { name: pc-1, role: workstation, mac: \"02:c0:4d:14:00:17\", ip: 10.20.0.23, amt: { "
		"address: 127.0.0.1, port: %u, tls: none, user: admin, password: \"env:CORDON_TEST_PASSWORD\" } }\n",
		rig_port(stage->rig));
	write_file(stage, "assets.yaml", text);
	for (int ports = 0; ports < 2; ports++) {
		snprintf(
			text, sizeof(text),
			"version: 1\nname: torture\nchannels:\n  repair:\n    - arp\n    - dhcp\n"
			"    - tcp: { to: relay, ports: [%s] }\nrules:\n  - name: worm\n    when: { kind: worm, confidence: "
			"\">= 0.999\" }\n    then: { isolate: { channel: repair, for: 4h } }\n",
			ports ? "8531" : "8530");
		write_file(stage, ports ? "second.yaml" : "first.yaml", text);
	}
}

/* ---- the daemon ------------------------------------------------------------------------------------ */

static void be_daemon(const struct stage *stage, const char *policy, int wire, unsigned reap_at)
{
	char settings[128], rules[128], log[128], at[16], path[512];
	int out;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(settings, sizeof(settings), "%s/cordon.yaml", stage->folder);
	snprintf(rules, sizeof(rules), "%s/%s", stage->folder, policy);
	snprintf(log, sizeof(log), "%s/log", stage->folder);
	out = open(log, O_CREAT | O_APPEND | O_WRONLY, 0600);
	dup2(wire, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	if (reap_at) {
		snprintf(at, sizeof(at), "%u", reap_at);
		snprintf(path, sizeof(path), "%s", rig_program("reaper.so"));
		setenv("REAPER_AT", at, 1);
		setenv("LD_PRELOAD", path, 1);
	}
	snprintf(path, sizeof(path), "%s", rig_program("cordond"));
	execl(path, "cordond", "-c", settings, "-p", rules, "-r", "-", "-q", "-v", (char *)NULL);
	_exit(127);
}

static void start_daemon(struct stage *stage, const char *policy, unsigned reap_at)
{
	static const uint32_t header[6] = { 0xa1b2c3d4, 2 | 4 << 16, 0, 0, 65535, 1 };
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	unlink(stage->control);
	stage->daemon = fork();
	if (stage->daemon == 0)
		be_daemon(stage, policy, fds[0], reap_at);
	close(fds[0]);
	stage->wire = fds[1];
	assert_int_equal(write(stage->wire, header, sizeof(header)), sizeof(header));
}

static bool daemon_is_dead(struct stage *stage)
{
	if (stage->daemon && waitpid(stage->daemon, NULL, WNOHANG) == stage->daemon) {
		close(stage->wire);
		stage->daemon = 0;
	}
	return stage->daemon == 0;
}

static void kill_daemon(struct stage *stage)
{
	if (daemon_is_dead(stage))
		return;
	kill(stage->daemon, SIGKILL);
	waitpid(stage->daemon, NULL, 0);
	close(stage->wire);
	stage->daemon = 0;
}

/* What the daemon says; "" if it does not. */
static const char *say(struct stage *stage, const char *line)
{
	struct buf answer;

	buf_init(&answer, sizeof(stage->text) - 1);
	stage->text[0] = '\0';
	if (control_ask(stage->control, line, 2000, &answer, NULL) == 0)
		snprintf(stage->text, sizeof(stage->text), "%s", answer.text);
	buf_fini(&answer);
	return stage->text;
}

/* An ARP sweep of the machine, as a worm starts it. */
static void infect(struct stage *stage)
{
	uint8_t frame[16 + 60] = { 0 };
	struct timespec now;

	for (unsigned i = 0; i < 60 && !daemon_is_dead(stage); i++) {
		uint8_t arp[42] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2,
				    0xc0, 0x4d, 0x14, 0,    0x17, 8,    6,
				    0,    1,    8,    0,    6,    4,    0,
				    1,    2,    0xc0, 0x4d, 0x14, 0,    0x17,
				    10,   20,   0,    23,   0,    0,    0,
				    0,    0,    0,    10,   20,   0,    (uint8_t)(100 + i) };
		uint32_t record[4];

		clock_gettime(CLOCK_REALTIME, &now);
		record[0] = (uint32_t)now.tv_sec;
		record[1] = (uint32_t)(now.tv_nsec / 1000);
		record[2] = record[3] = 60;
		memcpy(frame, record, sizeof(record));
		memcpy(frame + 16, arp, sizeof(arp));
		if (write(stage->wire, frame, sizeof(frame)) < 0)
			return;
		nap_ms(2);
	}
}

/* ---- looking ----------------------------------------------------------------------------------------- */

#define PORTS 2u /* a cable and a radio: a crash may come between them */

/* NULL if the machine holds one set of ours and one foreign policy, and ours is enabled or not. */
static const char *wrong(struct stage *stage, bool enabled, const char *port)
{
	const char *objects = rig_order(stage->rig, "objects amt");
	unsigned policies = rig_mentions(objects, "name=crd-repair-");
	unsigned filters = rig_mentions(objects, "name=crd-") - policies;

	if (rig_mentions(objects, "name=Foreign") != 1 ||
	    rig_mentions(objects, "binding agent ") != 1)
		return "a foreign object was touched";
	if (policies != 1 || filters != 6)
		return "not one set of ours";
	if (rig_mentions(objects, port) != 2)
		return "not the policy's channel";
	if (rig_mentions(objects, "binding sd ") != (enabled ? PORTS : 0))
		return enabled ? "not enabled" : "still enabled";
	return NULL;
}

static bool is_pre_staged(struct stage *stage)
{
	return wrong(stage, false, "port=8530-8530") == NULL;
}

static bool is_isolated(struct stage *stage)
{
	const char *said = say(stage, "isolations");

	return strstr(said, " applied") || strstr(said, " proven");
}

static bool wait_until(struct stage *stage, bool (*holds)(struct stage *stage))
{
	for (long waited = 0; waited < CONVERGE_MS; waited += STEP_MS) {
		if (holds(stage))
			return true;
		if (daemon_is_dead(stage))
			return false;
		nap_ms(STEP_MS);
	}
	return false;
}

static bool fault_was_met(struct stage *stage)
{
	return !strstr(rig_order(stage->rig, "faults amt"), "times=");
}

static int run_cordon(const struct stage *stage, const char *verb, char *out, size_t size)
{
	char store[128], program[512];
	int fds[2], status = -1;
	size_t length = 0;
	ssize_t got;
	pid_t child;

	snprintf(store, sizeof(store), "%s/cordon.db", stage->folder);
	snprintf(program, sizeof(program), "%s", rig_program("cordon"));
	assert_int_equal(pipe(fds), 0);
	child = fork();
	if (child == 0) {
		dup2(fds[1], STDOUT_FILENO);
		dup2(fds[1], STDERR_FILENO);
		execl(program, "cordon", "ledger", verb, "--store", store, (char *)NULL);
		_exit(127);
	}
	close(fds[1]);
	while (length < size - 1 && (got = read(fds[0], out + length, size - 1 - length)) > 0)
		length += (size_t)got;
	out[length] = '\0';
	close(fds[0]);
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The last state that the ledger tells of an isolation. */
static bool ledger_says_enabled(struct stage *stage)
{
	static const char *const on[] = { STATE("applied"), STATE("proven"), STATE("releasing") };
	static const char *const off[] = { STATE("released"), STATE("failed"), STATE("refused") };
	static char ledger[1u << 20];
	const char *last_on = ledger, *last_off = ledger;

	if (run_cordon(stage, "show", ledger, sizeof(ledger)) != 0)
		fail_msg("the ledger cannot be shown: %s", ledger);
	for (size_t i = 0; i < 3; i++) {
		for (const char *at = strstr(ledger, on[i]); at; at = strstr(at + 1, on[i]))
			last_on = at > last_on ? at : last_on;
		for (const char *at = strstr(ledger, off[i]); at; at = strstr(at + 1, off[i]))
			last_off = at > last_off ? at : last_off;
	}
	return last_on > last_off;
}

static unsigned starts_of(struct stage *stage)
{
	const char *starts = strstr(rig_order(stage->rig, "boot amt"), "starts ");

	return starts ? (unsigned)strtoul(starts + 7, NULL, 10) : 0;
}

/* The machine was started anew at most once; what is told of it is so, and no later start will be a surprise. */
static void check_repair(struct stage *stage, const char *where)
{
	static char ledger[1u << 20];
	unsigned starts = starts_of(stage) - stage->starts;
	bool asked, done, unknown, failed;

	if (run_cordon(stage, "show", ledger, sizeof(ledger)) != 0)
		fail_msg("the ledger cannot be shown: %s", ledger);
	asked = strstr(ledger, "\"act\":\"reset\",\"boot\":\"network\"," STATE("requested"));
	done = strstr(ledger, "\"boot\":\"network\"," STATE("done"));
	unknown = strstr(ledger, "\"boot\":\"network\"," STATE("unknown"));
	failed = strstr(ledger, "\"boot\":\"network\"," STATE("failed"));
	if (starts > 1 || (starts && !asked) || (done && !starts) || (failed && starts))
		fail_msg("%s: %u starts, asked %d done %d failed %d (%s)", where, starts, asked,
			 done, failed, stage->folder);
	if (asked != (done || unknown || failed) || (stage->promised && !asked))
		fail_msg("%s: promised %d, asked %d, and no outcome (%s)", where, stage->promised,
			 asked, stage->folder);
	if (strstr(rig_order(stage->rig, "boot amt"), "next network"))
		fail_msg("%s: its next start would still come from the network (%s)", where,
			 stage->folder);
}

/* ---- one case ------------------------------------------------------------------------------------------- */

static void start_anew(struct stage *stage)
{
	char path[128];
	static const char *const rest[] = { "cordon.db", "cordon.db-wal", "cordon.db-shm", "log" };

	kill_daemon(stage);
	stage->promised = false;
	for (size_t i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "%s/%s", stage->folder, rest[i]);
		unlink(path);
	}
	rig_order(stage->rig, "clear amt");
	rig_order(stage->rig, "unprovision amt");
	rig_order(stage->rig, "mode amt acm");
	rig_order(stage->rig, "reset amt host"); /* what was chosen for its next start is used up */
	stage->starts = starts_of(stage);
	rig_order(stage->rig, "foreign amt precedence 10 owner agent action pass name Foreign");
}

/* To where the operation begins; false if the reaper struck before. */
static bool go_to_start(struct stage *stage, enum operation operation, unsigned reap_at)
{
	if (operation == PRE_STAGE)
		return true;
	start_daemon(stage, "first.yaml", operation == CHANGE ? 0 : reap_at);
	if (!wait_until(stage, is_pre_staged))
		return false;
	if (operation == CHANGE)
		kill_daemon(stage);
	if (operation != RELEASE)
		return true;
	while (!*say(stage, "isolations") && !daemon_is_dead(stage))
		nap_ms(STEP_MS);
	infect(stage);
	return wait_until(stage, is_isolated);
}

static void operate(struct stage *stage, enum operation operation, unsigned reap_at)
{
	switch (operation) {
	case PRE_STAGE:
		start_daemon(stage, "first.yaml", reap_at);
		break;
	case ISOLATE:
		infect(stage);
		break;
	case RELEASE:
		stage->promised = strstr(say(stage, "release 1 cleaned"), "being released") != NULL;
		break;
	case REPAIR:
		stage->promised = strstr(say(stage, "power pc-1 reset network pc-1 it hangs"),
					 "repair 1 of pc-1") != NULL;
		break;
	default:
		start_daemon(stage, "second.yaml", reap_at);
	}
}

static bool is_over(struct stage *stage, enum operation operation)
{
	switch (operation) {
	case PRE_STAGE:
		return is_pre_staged(stage);
	case ISOLATE:
		return is_isolated(stage);
	case RELEASE:
		return strstr(say(stage, "isolations"), "no isolation") != NULL;
	case REPAIR:
		return strstr(say(stage, "repair 1"), "done ") != NULL;
	default:
		return wrong(stage, false, "port=8531-8531") == NULL;
	}
}

static bool agrees(struct stage *stage, enum operation operation)
{
	const char *port = operation == CHANGE ? "port=8531-8531" : "port=8530-8530";
	const char *said = say(stage, "isolations");
	bool enabled = strstr(said, " applied") || strstr(said, " proven");

	if (!enabled && !strstr(said, "no isolation"))
		return false;
	/* On its way, told or not: the second kill would come in the middle of it. */
	if (strstr(said, "releasing"))
		return false;
	if (operation == RELEASE && enabled && stage->promised)
		return false;
	if (operation == REPAIR) {
		said = say(stage, "repairs");
		if (!*said || strstr(said, " requested ") || strstr(said, " ordered "))
			return false;
	}
	return wrong(stage, enabled, port) == NULL;
}

static void check(struct stage *stage, enum operation operation, const char *where)
{
	char words[512];
	bool told;

	start_daemon(stage, operation == CHANGE ? "second.yaml" : "first.yaml", 0);
	for (long waited = 0; !agrees(stage, operation); waited += STEP_MS) {
		if (waited > CONVERGE_MS || daemon_is_dead(stage))
			fail_msg("%s: does not converge (%s): \"%s\"\n%s", where, stage->folder,
				 say(stage, "isolations"), rig_order(stage->rig, "objects amt"));
		nap_ms(STEP_MS);
	}
	kill_daemon(stage);
	if (run_cordon(stage, "verify", words, sizeof(words)) != 0)
		fail_msg("%s: %s", where, words);
	if (operation == REPAIR) {
		check_repair(stage, where);
		return;
	}
	told = ledger_says_enabled(stage);
	if (told != (rig_mentions(rig_order(stage->rig, "objects amt"), "binding sd ") == PORTS))
		fail_msg("%s: ledger says %s, the firmware something else (%s)", where,
			 told ? "isolated" : "not isolated", stage->folder);
}

/* False once the operation has come to its end before the fault was met. */
static bool kill_at_request(struct stage *stage, enum operation operation, const char *kind,
			    unsigned at)
{
	char where[128];
	bool met = false;

	snprintf(where, sizeof(where), "%s, killed %s request %u", names[operation],
		 strcmp(kind, "blackhole") == 0 ? "before" : "after", at);
	start_anew(stage);
	if (!go_to_start(stage, operation, 0))
		fail_msg("%s: the beginning fails (%s)", where, stage->folder);
	rig_order(stage->rig, "fault amt %s at %u", kind, at);
	operate(stage, operation, 0);
	for (long waited = 0; !met && waited < CONVERGE_MS && !is_over(stage, operation);
	     waited += 5) {
		met = fault_was_met(stage);
		nap_ms(5);
	}
	met = met || fault_was_met(stage);
	kill_daemon(stage);
	rig_order(stage->rig, "clear amt");
	check(stage, operation, where);
	return met;
}

static bool kill_at_write(struct stage *stage, enum operation operation, unsigned at)
{
	char where[128];
	bool died;

	snprintf(where, sizeof(where), "%s, killed before write %u to the store", names[operation],
		 at);
	start_anew(stage);
	if (go_to_start(stage, operation, at))
		operate(stage, operation, at);
	for (long waited = 0;
	     !daemon_is_dead(stage) && waited < CONVERGE_MS && !is_over(stage, operation);
	     waited += 5)
		nap_ms(5);
	nap_ms(20);
	died = daemon_is_dead(stage);
	kill_daemon(stage);
	check(stage, operation, where);
	return died;
}

/* ---- all ------------------------------------------------------------------------------------------------- */

static void open_stage(struct stage *stage)
{
	static const char *const radio[] = { "--set", "wireless=present", NULL };
	struct rig_options options = { .more = radio };

	memset(stage, 0, sizeof(*stage));
	stage->rig = rig_new(&options);
	snprintf(stage->folder, sizeof(stage->folder), "/tmp/cordon-kill-XXXXXX");
	assert_non_null(mkdtemp(stage->folder));
	snprintf(stage->control, sizeof(stage->control), "%s/control.sock", stage->folder);
	write_settings(stage);
}

static void close_stage(struct stage *stage)
{
	static const char *const files[] = { "cordon.db",  "cordon.db-wal", "cordon.db-shm",
					     "log",        "cordon.yaml",   "assets.yaml",
					     "first.yaml", "second.yaml",   "control.sock" };
	char path[128];

	kill_daemon(stage);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", stage->folder, files[i]);
		unlink(path);
	}
	rmdir(stage->folder);
	rig_free(stage->rig);
}

static void a_daemon_killed_around_any_request_leaves_nothing_half_done(void **state)
{
	static const char *const kinds[] = { "blackhole", "lose-answer" };
	static const unsigned strides[OPERATIONS] = { 29, 2, 3, 29, 3 };
	unsigned cases = 0;
	struct stage stage;

	(void)state;
	open_stage(&stage);
	for (enum operation operation = PRE_STAGE; operation < OPERATIONS; operation++)
		for (size_t k = 0; k < 2; k++)
			for (unsigned at = in_full() ? 1 : 1 + strides[operation] / 2;;
			     at += in_full() ? 1 : strides[operation]) {
				cases++;
				if (!kill_at_request(&stage, operation, kinds[k], at))
					break;
			}
	print_message("# %u kills survived\n", cases);
	close_stage(&stage);
}

static void a_daemon_killed_before_any_write_to_its_store_agrees_with_its_firmware(void **state)
{
	unsigned cases = 0;
	struct stage stage;

	(void)state;
	if (access(rig_program("cordond"), X_OK) < 0)
		skip();
	open_stage(&stage);
	for (enum operation operation = PRE_STAGE; operation < OPERATIONS; operation++)
		for (unsigned at = in_full() ? 1 : 20 + 7 * operation;
		     kill_at_write(&stage, operation, at) && at < 400; at++) {
			cases++;
			if (!in_full())
				break;
		}
	print_message("# %u kills survived\n", cases);
	close_stage(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_daemon_killed_around_any_request_leaves_nothing_half_done),
		cmocka_unit_test(
			a_daemon_killed_before_any_write_to_its_store_agrees_with_its_firmware),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
