/* SPDX-License-Identifier: Apache-2.0 */
/* bench.h - the client in this process against one simulated machine: act, and look at what the machine holds. */
#ifndef CORDON_TESTS_TORTURE_BENCH_H
#define CORDON_TESTS_TORTURE_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#include "core/asset/asset.h"
#include "core/base/err.h"
#include "core/isolation/enforcer.h"
#include "core/isolation/plan.h"
#include "tests/torture/rig.h"

struct amt;
struct loop;
struct timer;

struct bench {
	struct rig *rig;
	struct loop *loop;
	struct timer *patience;
	struct amt *amt;
	const struct enforcer *enforcer;
	struct asset asset;
	struct enforcer_result result;
	char text[ERR_TEXT_MAX_BYTES];
	unsigned answers;
};

struct bench *bench_new(const struct rig_options *options, uint32_t answer_timeout_ms);
void bench_free(struct bench *bench);
/* A client that remembers nothing. */
void bench_restart(struct bench *bench, uint32_t answer_timeout_ms);
/* Returns the answer's rc; ERR_GONE if none came in 30 s. */
int bench_act(struct bench *bench, enum enforcer_act act, const struct plan *plan);

/* ARP, DHCP and TCP to this port of one server: filters 3 each way, told apart by port. */
struct plan bench_plan(uint16_t port);

/* What the machine holds: NULL if it is exactly this, else what is wrong, in words.  foreign: the names of the foreign
 * policies that must be there; channels: how many sets of 6 filters and a policy of ours; enabled: ours is. */
const char *bench_wrong(struct bench *bench, unsigned foreign, unsigned channels, unsigned wanted);

#endif
