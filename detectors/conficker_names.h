/* SPDX-License-Identifier: Apache-2.0 */
/* conficker_names.h - the domain names that Conficker A, B and C look up on a given UTC day, as
 * generators and as a set to look a DNS question up in (worm-detection.md A.5).
 *
 * Days are counted from 1970-01-01 UTC.  The lists depend on how a bot's C library computed a sine, so
 * there are two of each (see enum conficker_sine); a day's set holds both.
 *
 * The set is filled in slices off the packet path, and lookups may run between slices: a day that is
 * complete is found at once, and a day that the set no longer aims at is kept until its place is
 * needed.  No function here fails on what a stranger sends; memory is fixed, 4 MiB for a set
 * with variant C and 64 KiB for one without, and only touched as lists are made. */
#ifndef CORDON_DETECTORS_CONFICKER_NAMES_H
#define CORDON_DETECTORS_CONFICKER_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conficker_set;
struct hash_key;

#define CONFICKER_NAME_MAX   16 /* 11 letters and ".info", 9 letters and ".com.xx" */
#define CONFICKER_NAME_BYTES 17

enum conficker_variant { CONFICKER_A, CONFICKER_B, CONFICKER_C };

enum conficker_sine {
	CONFICKER_SINE_X87, /* FSIN, which reduces with a 66-bit pi: what bots are known to do */
	CONFICKER_SINE_ACCURATE, /* later C libraries with SSE2; bots on them: unconfirmed */
};

/* ---- one list, name by name ------------------------------------------------------------------ */

/* A plain value: copy it to come back to a place in the list. */
struct conficker_names {
	enum conficker_variant variant;
	enum conficker_sine sine;
	uint64_t state;
	uint32_t left; /* names still to come; may be raised to see beyond what a bot makes */
	bool diverged; /* with the other sine, the latest name or an earlier one may be another */
};

uint32_t conficker_names_per_day(enum conficker_variant variant); /* 250, 250, 50,000 */
void conficker_names_start(struct conficker_names *names, enum conficker_variant variant,
			   int32_t day, enum conficker_sine sine);
/* Lower case, NUL-padded to the whole array.  False at the end of the list. */
bool conficker_names_next(struct conficker_names *names, char name[CONFICKER_NAME_BYTES]);
/* What needs no list to see: the variants (bits 1 << enum conficker_variant) whose names have this many
 * letters and this suffix.  name: lower-case dotted text without a final dot, possibly with one more label
 * in front. */
unsigned conficker_name_shape(const char *name);
/* One step of the random generator underneath; its low 32 bits are the number drawn. */
uint64_t conficker_names_step(struct conficker_names *names);

/* ---- the set of yesterday, today and tomorrow ------------------------------------------------ */

struct conficker_hit {
	uint8_t variants; /* bit 1 << enum conficker_variant, over all days held */
	uint8_t letters;  /* of the generated label: fewer letters, weaker evidence (A.5.6) */
	int32_t first_day, last_day; /* on whose lists the name is; the same day for most */
};

/* Of the variants from first to last.  The hash key is copied.  The set is empty and aims at no day. */
struct conficker_set *conficker_set_new(const struct hash_key *key, enum conficker_variant first,
					enum conficker_variant last);
void conficker_set_free(struct conficker_set *set);

/* From now on the lists of today - 1, today and today + 1 are wanted; bots live by local time. */
void conficker_set_aim(struct conficker_set *set, int32_t today);
/* Generates at most names_budget names (about 0.1 us each).  True when all three days are complete. */
bool conficker_set_build_some(struct conficker_set *set, uint32_t names_budget);

/* name: dotted text of a DNS question, any case, with or without a final dot, possibly with one more
 * label such as "www" in front.  False, and hit untouched, if it is on no list. */
bool conficker_set_find(const struct conficker_set *set, const char *name, size_t length,
			struct conficker_hit *hit);
uint32_t conficker_set_size(const struct conficker_set *set); /* distinct names per day, added up */

#endif
