/* SPDX-License-Identifier: Apache-2.0 */
/* rig.h - simulated firmware for a test: starts cordon-amtsim as a process of its own and gives it orders.
 *
 * The simulator is $CORDON_AMTSIM, or cordon-amtsim in $OUT, or two or three folders above the program.  Whatever goes
 * wrong here ends the program with a sentence. */
#ifndef CORDON_TESTS_TORTURE_RIG_H
#define CORDON_TESTS_TORTURE_RIG_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct asset;
struct rig;

struct rig_options {
	unsigned devices; /* 0 = 1, named "amt"; else "amt-0"... on addresses of their own */
	bool tls;
	uint16_t port;           /* 0 = a free one */
	const char *const *more; /* further options, NULL-terminated; may be NULL */
};

struct rig *rig_new(const struct rig_options *options);
void rig_free(struct rig *rig);
/* The answer to one command, until the next; NULL if the simulator is gone. */
const char *rig_order(struct rig *rig, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The number behind key in the operation totals of a device ("total=", "writes=", "challenges="). */
unsigned rig_logged(struct rig *rig, const char *device, const char *key);
/* Fills name and amt: address, port, pin, user, password reference (set in the environment). */
void rig_asset(const struct rig *rig, unsigned n, struct asset *asset);
pid_t rig_process(const struct rig *rig);
uint16_t rig_port(const struct rig *rig);

/* Where a program of this build is. */
const char *rig_program(const char *name);
uint16_t rig_free_port(void);
unsigned rig_mentions(const char *text, const char *word);

#endif
