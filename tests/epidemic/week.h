/* SPDX-License-Identifier: Apache-2.0 */
/* week.h - a week of an ordinary office, to prove that what gathers for days convicts nobody who is innocent.
 *
 * 150 PCs that are switched on and off, in a /24 with printers, a file server and a backup server: stale shares and
 * shares of colleagues whose PC is off, printers without power or long gone, laptops with another address every day that
 * colleagues look for at yesterday's, visitors who look for up to three neighbours or servers of another network, an
 * administrator with remote desktops and a script over all machines, a backup at night.  From Thursday on one PC
 * may be a slow worm, so that nothing is proven by looking away. */
#ifndef CORDON_TESTS_EPIDEMIC_WEEK_H
#define CORDON_TESTS_EPIDEMIC_WEEK_H

#include <stdbool.h>
#include <stdint.h>

struct week_plan {
	uint64_t seed;
	unsigned days;
	unsigned first_hour; /* of Monday, when the sensor begins to listen and knows nobody */
	bool worm;
};

struct week_result {
	uint64_t packets;
	unsigned suspected;     /* innocents, at any time */
	unsigned convicted;     /* innocents */
	unsigned worm_contacts; /* that it had made when it was convicted; 0 = it was not */
};

void week_run(const struct week_plan *plan, struct week_result *result);

#endif
