/* SPDX-License-Identifier: Apache-2.0 */

/* cordon-bench-runner PAIRS FLOOR SENSOR FILE: the packet path against a bare libpcap loop.
 *
 * Runs both over the same file in turns, PAIRS times, and compares CPU time (user and system, from
 * wait4) within each pair, so that a machine that slows down or speeds up in between, or other work
 * on it, cannot shift the result; then takes the median.  Prints one line:
 *
 *   packets  floor ns/packet  ours ns/packet  ratio  peak RSS of ours in MiB
 *
 * The ratio is our packets per CPU-second divided by the floor's.  Exit code 1 when a run fails. */

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAIRS_MAX = 99 };

struct run {
	double cpu_s;
	long peak_kib;
	unsigned long packets; /* the number that its output starts with, if any */
};

static _Noreturn void become(char *const argv[], int out)
{
	if (dup2(out, STDOUT_FILENO) >= 0)
		execv(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

/* Reads the first line and drains the rest, so that the child never waits for us. */
static unsigned long leading_number(int fd)
{
	FILE *file = fdopen(fd, "r");
	char line[256] = "";
	char rest[4096];

	if (!file)
		return 0;
	if (!fgets(line, sizeof(line), file))
		line[0] = '\0';
	while (fread(rest, 1, sizeof(rest), file) > 0)
		continue;
	fclose(file);
	return strtoul(line, NULL, 10);
}

static double seconds(const struct timeval *t)
{
	return (double)t->tv_sec + (double)t->tv_usec / 1e6;
}

static int measure(char *const argv[], struct run *run)
{
	struct rusage used;
	int ends[2], status;
	pid_t pid;

	if (pipe(ends) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		become(argv, ends[1]);
	}
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return -1;
	}
	run->packets = leading_number(ends[0]);
	if (wait4(pid, &status, 0, &used) < 0)
		return -1;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		fprintf(stderr, "%s failed on %s\n", argv[0], argv[1]);
		return -1;
	}
	run->cpu_s = seconds(&used.ru_utime) + seconds(&used.ru_stime);
	run->peak_kib = used.ru_maxrss;
	return 0;
}

static int ascending(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

static double median(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), ascending);
	if (count % 2)
		return values[count / 2];
	return (values[count / 2 - 1] + values[count / 2]) / 2;
}

static int compare(size_t pairs, char *const floor[], char *const ours[])
{
	double floor_ns[PAIRS_MAX], ours_ns[PAIRS_MAX], ratio[PAIRS_MAX];
	struct run bare, full;
	long peak_kib = 0;
	double packets;
	size_t i;

	if (measure(floor, &bare) < 0) /* fills the page cache */
		return 1;
	for (i = 0; i < pairs; i++) {
		if (measure(floor, &bare) < 0 || measure(ours, &full) < 0)
			return 1;
		packets = bare.packets ? (double)bare.packets : 1;
		floor_ns[i] = bare.cpu_s * 1e9 / packets;
		ours_ns[i] = full.cpu_s * 1e9 / packets;
		ratio[i] = full.cpu_s > 0 ? bare.cpu_s / full.cpu_s : 0;
		if (full.peak_kib > peak_kib)
			peak_kib = full.peak_kib;
	}
	printf("%lu %.1f %.1f %.3f %.1f\n", bare.packets, median(floor_ns, pairs),
	       median(ours_ns, pairs), median(ratio, pairs), (double)peak_kib / 1024);
	return 0;
}

int main(int argc, char **argv)
{
	static char read_option[] = "-r", quiet[] = "--quiet";
	unsigned long pairs = argc == 5 ? strtoul(argv[1], NULL, 10) : 0;

	if (pairs < 1 || pairs > PAIRS_MAX) {
		fputs("usage: cordon-bench-runner PAIRS FLOOR SENSOR FILE\n", stderr);
		return 2;
	}
	return compare(pairs, (char *const[]){ argv[2], argv[4], NULL },
		       (char *const[]){ argv[3], read_option, argv[4], quiet, NULL });
}
