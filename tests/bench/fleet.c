/* SPDX-License-Identifier: Apache-2.0 */
/* A fleet of simulated machines and the client: how fast it isolates all of them, what the dead and the slow ones do to
 * the others, what an inventory does to an isolation, and what an idle machine costs.  Compared with bare.c.
 *
 * usage: cordon-bench-fleet [storm N] [tls-storm N] [inventory N] [memory N] [race N]...   default: all, as the bars say
 * Exit code 1 if a bar is missed. */
#include <arpa/inet.h>
#include <malloc.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "amt/amt.h"
#include "core/asset/asset.h"
#include "core/base/err.h"
#include "core/base/loop.h"
#include "core/base/mem.h"
#include "core/base/num.h"
#include "core/base/units.h"
#include "core/isolation/plan.h"
#include "tests/bench/stopwatch.h"
#include "tests/torture/bench.h"
#include "tests/torture/rig.h"

#define PARALLEL 512
#define ROUNDS   3

struct machine {
	struct fleet *fleet;
	struct asset asset;
	double asked, latency; /* seconds; latency < 0: no answer yet */
	bool dead, slow, failed, active;
};

struct fleet {
	struct rig *rig;
	struct loop *loop;
	struct timer *patience;
	struct amt *amt;
	const struct enforcer *enforcer;
	struct plan plan;
	struct machine *machines;
	unsigned count, awaited, failures;
	char why[ERR_TEXT_MAX_BYTES];
};

static unsigned missed;

/* Of another process, from the kernel's tables. */
static double cpu_of(pid_t process)
{
	char path[64], text[1024], *at;
	unsigned long user = 0, kernel = 0;
	FILE *file;
	size_t got;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)process);
	file = fopen(path, "r");
	if (!file)
		return 0;
	got = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[got] = '\0';
	at = strrchr(text, ')');
	for (unsigned field = 2; at && field < 14; field++)
		at = strchr(at + 1, ' ');
	if (at)
		user = strtoul(at, &at, 10);
	if (at)
		kernel = strtoul(at, &at, 10);
	return (double)(user + kernel) / (double)sysconf(_SC_CLK_TCK);
}

static double rss_mib(void)
{
	unsigned long pages = 0;
	char text[128], *at;
	FILE *file = fopen("/proc/self/statm", "r");

	if (!file)
		return 0;
	if (fgets(text, sizeof(text), file)) {
		strtoul(text, &at, 10);
		pages = strtoul(at, NULL, 10);
	}
	fclose(file);
	return (double)pages * (double)sysconf(_SC_PAGESIZE) / (1 << 20);
}

static void bar(bool met, const char *what)
{
	printf("  %s  %s\n", met ? "met   " : "MISSED", what);
	missed += !met;
	fflush(stdout);
}

/* ---- machines that swallow requests ------------------------------------------------------------- */

/* A process of its own: on even addresses it accepts and says nothing, on odd ones the queue of connections is full, so
 * that the kernel drops every SYN. */
static void swallow(unsigned count, uint16_t port, int ready)
{
	int *silent = mem_array(count, sizeof(int));

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (unsigned n = 0; n < count; n++) {
		struct sockaddr_in address = { .sin_family = AF_INET,
					       .sin_port = htons(port),
					       .sin_addr.s_addr =
						       htonl(0x7fc80001 + n) }; /* 127.200.0.1 */
		int on = 1;

		silent[n] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		setsockopt(silent[n], SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
		if (bind(silent[n], (struct sockaddr *)&address, sizeof(address)) < 0 ||
		    listen(silent[n], n % 2 ? 0 : 16) < 0)
			_exit(1);
		for (unsigned fill = 0; n % 2 && fill < 2; fill++) {
			int filler = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

			connect(filler, (struct sockaddr *)&address, sizeof(address));
		}
	}
	if (write(ready, "r", 1) != 1)
		_exit(1);
	for (;;) {
		for (unsigned n = 0; n < count; n += 2)
			while (accept(silent[n], NULL, NULL) >= 0)
				;
		usleep(20000);
	}
}

static pid_t start_swallowing(unsigned count, uint16_t port)
{
	int fds[2];
	char byte;
	pid_t child;

	if (pipe(fds) < 0)
		exit(1);
	child = fork();
	if (child == 0)
		swallow(count, port, fds[1]);
	close(fds[1]);
	if (read(fds[0], &byte, 1) != 1) {
		fprintf(stderr, "cordon-bench-fleet: the black holes did not open\n");
		exit(1);
	}
	close(fds[0]);
	return child;
}

/* ---- the fleet ----------------------------------------------------------------------------------- */

static void out_of_patience(void *arg)
{
	struct fleet *fleet = arg;

	loop_stop(fleet->loop);
}

static void fleet_start(struct fleet *fleet, unsigned count, bool tls)
{
	struct rig_options options = { .devices = count, .tls = tls };
	/* All machines are one process here: a crowd of handshakes takes longer than one machine would. */
	struct amt_config config = { .connect_timeout_ms = tls ? 30000 : 5000 };

	memset(fleet, 0, sizeof(*fleet));
	fleet->rig = rig_new(&options);
	fleet->loop = loop_new();
	fleet->patience = loop_timer(fleet->loop, out_of_patience, fleet);
	fleet->amt = amt_new(&config, fleet->loop, NULL);
	fleet->enforcer = amt_enforcer(fleet->amt);
	fleet->plan = bench_plan(8530);
	fleet->count = count;
	fleet->machines = mem_array(count, sizeof(*fleet->machines));
	for (unsigned n = 0; n < count; n++) {
		fleet->machines[n].fleet = fleet;
		rig_asset(fleet->rig, n, &fleet->machines[n].asset);
	}
}

static void fleet_end(struct fleet *fleet)
{
	amt_free(fleet->amt);
	timer_free(fleet->patience);
	loop_free(fleet->loop);
	rig_free(fleet->rig);
	mem_free(fleet->machines);
}

static void answered(struct machine *machine, int rc, const struct err *err)
{
	struct fleet *fleet = machine->fleet;

	machine->latency = seconds() - machine->asked;
	machine->failed = rc < 0;
	if (machine->dead || machine->slow)
		return;
	if (rc < 0) {
		fleet->failures++;
		snprintf(fleet->why, sizeof(fleet->why), "%s", err->text);
	}
	if (--fleet->awaited == 0)
		loop_stop(fleet->loop);
}

static void on_done(void *arg, const struct enforcer_result *result)
{
	struct machine *machine = arg;

	machine->active = result->active;
	answered(machine, result->rc, result->err);
}

static void on_report(void *arg, const struct amt_report *report)
{
	answered(arg, report->rc, report->err);
}

static void ask(struct machine *machine, enum enforcer_act act)
{
	struct fleet *fleet = machine->fleet;

	machine->asked = seconds();
	machine->latency = -1;
	fleet->awaited += !machine->dead && !machine->slow;
	fleet->enforcer->act(fleet->enforcer->self, act, &machine->asset, &fleet->plan, on_done,
			     machine);
}

static void wait_s(struct fleet *fleet, uint64_t most_s)
{
	timer_after_ns(fleet->patience, s_to_ns(most_s));
	loop_run(fleet->loop);
	timer_stop(fleet->patience);
}

/* The same for all that live; returns how long it took. */
static double all(struct fleet *fleet, enum enforcer_act act)
{
	double began = seconds();

	fleet->failures = 0;
	for (unsigned n = 0; n < fleet->count; n++)
		if (!fleet->machines[n].dead)
			ask(&fleet->machines[n], act);
	wait_s(fleet, 900);
	if (fleet->failures || fleet->awaited)
		printf("  %s: %u failed, %u without an answer; %s\n", enforcer_act_name(act),
		       fleet->failures, fleet->awaited, fleet->why);
	return seconds() - began;
}

/* ---- storm: dead and slow machines beside living ones --------------------------------------------- */

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double *latencies(const struct fleet *fleet, unsigned *count)
{
	double *list = mem_array(fleet->count, sizeof(double));

	*count = 0;
	for (unsigned n = 0; n < fleet->count; n++) {
		const struct machine *machine = &fleet->machines[n];

		if (!machine->dead && !machine->slow)
			list[(*count)++] = machine->latency < 0 ? 1e9 : machine->latency;
	}
	qsort(list, *count, sizeof(double), by_size);
	return list;
}

static void make_dead_and_slow(struct fleet *fleet)
{
	unsigned dead = 0, slow = 0;

	for (unsigned n = 0; n < fleet->count; n++) {
		struct machine *machine = &fleet->machines[n];
		struct in_addr hole = { .s_addr = htonl(0x7fc80001 + dead) };

		if (n % 20 < 6) {
			machine->dead = true;
			inet_ntop(AF_INET, &hole, machine->asset.amt.address,
				  sizeof(machine->asset.amt.address));
			dead++;
		} else if (n % 20 == 6) {
			machine->slow = true;
			rig_order(fleet->rig, "set amt-%u slow_ms %u", n,
				  5000 + 24000 * (slow++ % 25) / 24);
		}
	}
}

static void storm(unsigned count, bool tls)
{
	struct fleet fleet;
	double *list, cpu, simulator_cpu;
	unsigned living;
	char text[128];
	pid_t holes;

	printf("%s: %u machines, 30 %% swallow requests (half of them drop the SYN), 5 %% answer in 5 to 29 s; isolate all at once\n",
	       tls ? "tls-storm" : "storm", count);
	fleet_start(&fleet, count, tls);
	holes = start_swallowing(count * 6 / 20 + 6, rig_port(fleet.rig));
	for (unsigned n = 0; n < count; n++)
		fleet.machines[n].dead = n % 20 < 6;
	all(&fleet, ENFORCER_PREPARE);
	make_dead_and_slow(&fleet);
	cpu = cpu_seconds();
	simulator_cpu = cpu_of(rig_process(fleet.rig));
	fleet.failures = 0;
	for (unsigned n = 0; n < count; n++)
		ask(&fleet.machines[n], ENFORCER_ISOLATE);
	wait_s(&fleet, 60);
	list = latencies(&fleet, &living);
	printf("  isolated %u of %u that live; p50 %.3f s, p99 %.3f s, last %.3f s; %.2f CPU s, the simulator's %.2f, %.0f MiB\n",
	       living - fleet.awaited - fleet.failures, living, list[living / 2],
	       list[living * 99 / 100], list[living - 1], cpu_seconds() - cpu,
	       cpu_of(rig_process(fleet.rig)) - simulator_cpu, rss_mib());
	snprintf(text, sizeof(text), "p99 of the living %.3f s, bar 2 s", list[living * 99 / 100]);
	bar(list[living * 99 / 100] < 2 && !fleet.failures && !fleet.awaited, text);
	mem_free(list);
	fleet_end(&fleet);
	kill(holes, SIGKILL);
	waitpid(holes, NULL, 0);
}

/* ---- inventory ------------------------------------------------------------------------------------- */

static void inventory(unsigned count)
{
	struct fleet fleet;
	double worst = 0;
	unsigned running = 0;
	char text[128];

	printf("inventory: %u machines are being surveyed when 20 of them are isolated\n", count);
	fleet_start(&fleet, count, false);
	all(&fleet, ENFORCER_PREPARE);
	for (unsigned n = 20; n < count; n++) {
		fleet.machines[n].asked = seconds();
		fleet.machines[n].latency = -1;
		fleet.awaited++;
		amt_survey(fleet.amt, &fleet.machines[n].asset, on_report, &fleet.machines[n]);
	}
	wait_s(&fleet, 1);
	for (unsigned n = 20; n < count; n++)
		running += fleet.machines[n].latency < 0;
	for (unsigned n = 0; n < 20; n++)
		ask(&fleet.machines[n], ENFORCER_ISOLATE);
	wait_s(&fleet, 120);
	for (unsigned n = 0; n < 20; n++)
		if (fleet.machines[n].latency < 0 || fleet.machines[n].latency > worst)
			worst = fleet.machines[n].latency < 0 ? 1e9 : fleet.machines[n].latency;
	snprintf(text, sizeof(text), "slowest isolation %.3f s with %u surveys unfinished, bar 1 s",
		 worst, running);
	bar(worst < 1 && running > 0 && !fleet.failures && !fleet.awaited, text);
	fleet_end(&fleet);
}

/* ---- memory ------------------------------------------------------------------------------------------ */

static double heap_bytes(void)
{
	struct mallinfo2 info = mallinfo2();

	return (double)info.uordblks + (double)info.hblkhd;
}

struct use {
	double heap, rss;
};

/* After a while in which the client gives back what a crowd has left behind. */
static void idle_memory(struct fleet *fleet, const char *after, const struct use *before)
{
	double heap, rss;
	char text[128];

	wait_s(fleet, 3);
	heap = (heap_bytes() - before->heap) / fleet->count;
	rss = (rss_mib() * (1 << 20) - before->rss) / fleet->count;
	printf("  %s: per machine %.0f bytes by mallinfo, %.0f by RSS (%.0f MiB in all)\n", after,
	       heap, rss, rss_mib());
	snprintf(text, sizeof(text), "%.0f bytes of RSS per idle machine, bar 4096", rss);
	bar(heap < 4096 && rss < 4096 && !fleet->failures && !fleet->awaited, text);
}

static void survey_all(struct fleet *fleet)
{
	fleet->failures = 0;
	for (unsigned n = 0; n < fleet->count; n++) {
		struct machine *machine = &fleet->machines[n];

		machine->asked = seconds();
		machine->latency = -1;
		fleet->awaited++;
		amt_survey(fleet->amt, &machine->asset, on_report, machine);
	}
	wait_s(fleet, 900);
}

static void memory(unsigned count)
{
	struct use before;
	struct fleet fleet;

	printf("memory: %u machines over TLS, all at once, then left alone\n", count);
	fleet_start(&fleet, count, true);
	ask(&fleet.machines[0], ENFORCER_PREPARE);
	wait_s(&fleet, 10);
	before.heap = heap_bytes();
	before.rss = rss_mib() * (1 << 20);
	all(&fleet, ENFORCER_PREPARE);
	idle_memory(&fleet, "prepared", &before);
	survey_all(&fleet);
	idle_memory(&fleet, "surveyed", &before);
	all(&fleet, ENFORCER_ISOLATE);
	idle_memory(&fleet, "isolated", &before);
	fleet_end(&fleet);
}

/* ---- race -------------------------------------------------------------------------------------------- */

struct lap {
	double wall, cpu, simulator_cpu;
	unsigned failures;
};

static void policy_id(struct fleet *fleet, char *id, size_t size)
{
	const char *text = rig_order(fleet->rig, "objects amt-0");
	const char *at = text ? strstr(text, "policy ") : NULL;

	snprintf(id, size, "Intel(r) AMT Policy %.*s", at ? (int)strspn(at + 7, "0123456789") : 0,
		 at ? at + 7 : "");
}

static FILE *start_bare(const struct fleet *fleet, const char *policy, pid_t *child)
{
	char devices[12], port[8], parallel[12], rounds[12];
	int fds[2];

	snprintf(devices, sizeof(devices), "%u", fleet->count);
	snprintf(port, sizeof(port), "%u", rig_port(fleet->rig));
	snprintf(parallel, sizeof(parallel), "%u", PARALLEL);
	snprintf(rounds, sizeof(rounds), "1");
	if (pipe(fds) < 0)
		exit(1);
	*child = fork();
	if (*child == 0) {
		dup2(fds[1], STDOUT_FILENO);
		execl(rig_program("cordon-bench-bare"), "cordon-bench-bare", devices, port,
		      parallel, policy, rounds, (char *)NULL);
		_exit(127);
	}
	close(fds[1]);
	return fdopen(fds[0], "r");
}

/* The bare program's own clock says how long its round took; it also releases, untimed. */
static struct lap bare_lap(struct fleet *fleet, const char *policy)
{
	struct lap lap = { 0 };
	char line[128] = "", *at;
	struct rusage use;
	pid_t child;
	int status;
	FILE *said = start_bare(fleet, policy, &child);

	if (said && fgets(line, sizeof(line), said)) {
		lap.wall = strtod(line, &at);
		lap.cpu = strtod(at, &at);
		lap.failures = (unsigned)strtoul(at, NULL, 10);
	}
	if (said)
		fclose(said);
	wait4(child, &status, 0, &use);
	printf("  bare    %7.2f s  %6.0f /s  %6.2f CPU s  %5.1f MiB  failures %u\n", lap.wall,
	       fleet->count / lap.wall, lap.cpu, (double)use.ru_maxrss / 1024, lap.failures);
	return lap;
}

static struct lap client_lap(struct fleet *fleet)
{
	struct lap lap = { .cpu = cpu_seconds(), .simulator_cpu = cpu_of(rig_process(fleet->rig)) };

	lap.wall = all(fleet, ENFORCER_ISOLATE);
	lap.cpu = cpu_seconds() - lap.cpu;
	lap.simulator_cpu = cpu_of(rig_process(fleet->rig)) - lap.simulator_cpu;
	lap.failures = fleet->failures + fleet->awaited;
	for (unsigned n = 0; n < fleet->count; n++)
		lap.failures += !fleet->machines[n].active;
	printf("  client  %7.2f s  %6.0f /s  %6.2f CPU s  %5.1f MiB  failures %u  (simulator busy %.0f %%)\n",
	       lap.wall, fleet->count / lap.wall, lap.cpu, rss_mib(), lap.failures,
	       100 * lap.simulator_cpu / lap.wall);
	all(fleet, ENFORCER_RELEASE);
	return lap;
}

static double median(double a, double b, double c)
{
	double list[3] = { a, b, c };

	qsort(list, 3, sizeof(double), by_size);
	return list[1];
}

static void race(unsigned count)
{
	struct lap client[ROUNDS], bare[ROUNDS];
	double wall, cpu, total;
	unsigned failures = 0;
	struct fleet fleet;
	char policy[64], text[160];

	printf("race: all %u machines over TLS, one write and one read each, beside a bare libcurl-multi program\n",
	       count);
	fleet_start(&fleet, count, true);
	total = all(&fleet, ENFORCER_PREPARE);
	printf("  prepared in %.1f s (%.0f /s)\n", total, count / total);
	policy_id(&fleet, policy, sizeof(policy));
	for (unsigned i = 0; i < ROUNDS; i++) {
		client[i] = client_lap(&fleet);
		bare[i] = bare_lap(&fleet, policy);
		failures += client[i].failures + bare[i].failures;
	}
	wall = median(bare[0].wall, bare[1].wall, bare[2].wall) /
	       median(client[0].wall, client[1].wall, client[2].wall);
	cpu = median(bare[0].cpu, bare[1].cpu, bare[2].cpu) /
	      median(client[0].cpu, client[1].cpu, client[2].cpu);
	printf("  median: %.0f /s, client %.0f us CPU per isolation, bare %.0f us\n",
	       count / median(client[0].wall, client[1].wall, client[2].wall),
	       median(client[0].cpu, client[1].cpu, client[2].cpu) / count * 1e6,
	       median(bare[0].cpu, bare[1].cpu, bare[2].cpu) / count * 1e6);
	snprintf(text, sizeof(text), "rate by the clock %.2f of the bare program's, bar 0.8", wall);
	bar(wall >= 0.8 && failures == 0, text);
	snprintf(text, sizeof(text),
		 "rate per CPU second of the client %.2f of the bare program's, bar 0.8", cpu);
	bar(cpu >= 0.8, text);
	fleet_end(&fleet);
}

static void run(const char *what, unsigned count)
{
	double began = seconds();

	if (strcmp(what, "storm") == 0)
		storm(count, false);
	else if (strcmp(what, "tls-storm") == 0)
		storm(count, true);
	else if (strcmp(what, "inventory") == 0)
		inventory(count);
	else if (strcmp(what, "memory") == 0)
		memory(count);
	else if (strcmp(what, "race") == 0)
		race(count);
	printf("  took %.0f s\n", seconds() - began);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *what;
		unsigned count;
	} bars[] = { { "storm", 2000 },
		     { "tls-storm", 2000 },
		     { "inventory", 2000 },
		     { "memory", 10000 },
		     { "race", 10000 } };
	uint32_t count;

	signal(SIGPIPE, SIG_IGN);
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 1; i + 1 < argc; i += 2)
		if (num_u32_between(argv[i + 1], 20, 10000, &count))
			run(argv[i], count);
	for (size_t i = 0; argc == 1 && i < sizeof(bars) / sizeof(bars[0]); i++)
		run(bars[i].what, bars[i].count);
	return missed ? EXIT_FAILURE : EXIT_SUCCESS;
}
