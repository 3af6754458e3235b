/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SCORE_RUN_H
#define TESTS_SCORE_RUN_H

/* One run of cordond over one capture, in a process of its own and with a limit on time. */

enum run_end {
	RUN_OK,
	RUN_FAILED,  /* exit code other than 0 */
	RUN_CRASHED, /* ended by a signal */
	RUN_TIMEOUT,
};

/* cordond -r capture -o out; what it says on standard error goes to the file log. */
enum run_end run_cordond(const char *cordond, const char *capture, const char *out, const char *log,
			 unsigned timeout_s);

#endif
