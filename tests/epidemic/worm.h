/* SPDX-License-Identifier: Apache-2.0 */
/* worm.h - how known worms choose their targets (worm-detection.md A.2, B, E.4). */
#ifndef CORDON_TESTS_EPIDEMIC_WORM_H
#define CORDON_TESTS_EPIDEMIC_WORM_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/epidemic/lan.h"

enum worm_choice {
	WORM_ASCENDING, /* own /24 from .1 upward, once */
	WORM_SHUFFLED,  /* own /24 in random order, once */
	WORM_RANDOM_24, /* own /24 at random, with repetition */
	WORM_RANDOM_16, /* own /16 at random; only our /24 of it has machines */
	WORM_INTERNET,  /* anywhere at random */
	WORM_MIXED,     /* every other target own /24, every other anywhere: Conficker */
	WORM_KNOWN,     /* live neighbours only, once: topological, a hit list */
};

struct worm {
	const char *name, *summary;
	enum worm_choice choice;
	uint8_t proto;
	uint16_t port;
	double per_s;           /* new targets */
	double exploit_s;       /* T_x: from contact to a new host lost; 0 = the contact itself */
	unsigned contacts_max;  /* when its local sweep counts as over */
	uint64_t background_ns; /* between two ordinary moments of one station */
	unsigned runs;
	bool caught; /* the index case got it over the wire, as all but the first do */
};

extern const struct worm worms[];
extern const unsigned worms_count;

/* One infected host at work. */
struct worm_run {
	const struct worm *worm;
	unsigned from;
	unsigned made; /* contacts so far */
	uint8_t order[LAN_PLACES];
	unsigned order_count;
};

void worm_start(struct worm_run *run, const struct worm *worm, struct lan *lan, unsigned from);
/* False when the sweep is over. */
bool worm_target(struct worm_run *run, struct lan *lan, struct ip *target);

/* E.3: share of contacts that reach a vulnerable host, share that brings failing evidence. */
double worm_p(const struct worm *worm, unsigned vulnerable, unsigned live);
double worm_f(const struct worm *worm, unsigned live);
/* E.3's expected secondary infections for k failing contacts; INFINITY when nothing ever fails. */
double worm_formula(const struct worm *worm, unsigned vulnerable, unsigned live, double k,
		    double tau_s);

#endif
