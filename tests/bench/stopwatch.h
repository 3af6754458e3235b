/* SPDX-License-Identifier: Apache-2.0 */
/* stopwatch.h - time by the clock and of the processor, for what measures.  C library only: bare.c shares nothing else with
 * the project. */
#ifndef CORDON_TESTS_BENCH_STOPWATCH_H
#define CORDON_TESTS_BENCH_STOPWATCH_H

#include <sys/resource.h>
#include <time.h>

static inline double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static inline double cpu_seconds(void)
{
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
	       (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

#endif
