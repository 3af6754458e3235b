/* SPDX-License-Identifier: Apache-2.0 */
/* conficker_names.c - Conficker's domain generation, and a compact set of its names.
 *
 * Method: worm-detection.md A.5.  The generator's state is the bit pattern of a double; each step is a
 * few double operations, each rounded to 53 bits (hence -ffp-contract=off and no x87 code).
 *
 * What makes it fast: a step adds sine(d), at most 1, to an integer p of up to 64 bits.  For p > 2^54
 * two neighbouring doubles are 4 or more apart, so the sum is p whatever the sine is.  Only one step in
 * a thousand computes a sine, and those steps compute both sines: as long as the two sums agree, the
 * list with the accurate sine is the list with the x87 sine, and is made anew only from the first name
 * that differs.  The logarithm, at most 44.4, is likewise skipped where it cannot matter.
 *
 * A day's names are 64-bit words in an open hash table: 61 bits of a keyed hash, 3 bits for the
 * variants.  Names are not kept; a wrong hit has a chance of 1e-13 a lookup.
 *
 * Left out: which 500 of variant C's 50,000 names a bot picks, and the addresses it refuses. */
#include "detectors/conficker_names.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/base/invariant.h"
#include "core/base/mem.h"
#include "core/net/hash.h"

_Static_assert(FLT_EVAL_METHOD == 0, "the generator needs doubles rounded at every operation");

__extension__ typedef unsigned __int128 uint128;

/* ---- the random generator -------------------------------------------------------------------- */

#define TICKS_PER_DAY     UINT64_C(864000000000) /* of 100 ns */
#define DAYS_1601_TO_1970 134774

static const struct {
	uint64_t seed_factor, seed_divisor, seed_addend;
	uint64_t factor;
	double addend;
	uint32_t names_per_day;
} variants[] = {
	[CONFICKER_A] = { 0x463DA5676, 0x58028E44000, 0xB46A7637, 0x64236735, 0.737565675, 250 },
	[CONFICKER_B] = { 0x352C94565, 0x58028E44000, 0xA3596526, 0x53125624, 0.626454564, 250 },
	[CONFICKER_C] = { 0x2682D10B7, 0x19254D38000, 0xF1E34A09, 0x4F3D859E, 0.946270391, 50000 },
};

/* Rounded once, in the sum; without the branch on the top bit that compilers make and CPUs mispredict. */
static inline double double_of(uint64_t value)
{
	return (double)(uint32_t)(value >> 32) * 0x1p32 + (double)(uint32_t)value;
}

/* The sine as FSIN computes it: the argument, an integer, is reduced modulo pi/2 cut to 66 bits. */
static double sine_x87(double argument)
{
	static const uint128 half_pi = (uint128)0xC << 64 | 0x90FDAA22168C234C; /* scaled by 2^67 */
	uint128 rest = (uint64_t)argument;
	unsigned quadrant = 0;
	double reduced;

	for (unsigned doubling = 0; doubling < 67; doubling++) {
		rest <<= 1;
		quadrant <<= 1;
		if (rest >= half_pi) {
			rest -= half_pi;
			quadrant++;
		}
	}
	if (rest * 2 > half_pi) {
		reduced = -(double)(half_pi - rest) * 0x1p-67;
		quadrant++;
	} else {
		reduced = (double)rest * 0x1p-67;
	}
	switch (quadrant % 4) {
	case 0:
		return sin(reduced);
	case 1:
		return cos(reduced);
	case 2:
		return -sin(reduced);
	default:
		return -cos(reduced);
	}
}

/* product + sine(argument), noting whether the choice of the sine makes a difference. */
static double add_sine(struct conficker_names *names, double product, double argument)
{
	double x87 = product + sine_x87(argument);
	double accurate = product + sin(argument);

	names->diverged |= x87 != accurate;
	return names->sine == CONFICKER_SINE_X87 ? x87 : accurate;
}

uint64_t conficker_names_step(struct conficker_names *names)
{
	double d = double_of(names->state);
	double x = double_of(names->state * variants[names->variant].factor);

	if (x <= 0x1p54)
		x = add_sine(names, x, d);
	x *= d;
	x += variants[names->variant].addend;
	x *= d;
	if (fabs(x) < 0x1p60)
		x += log(d);
	memcpy(&names->state, &x, sizeof(names->state));
	return names->state;
}

/* ---- names ----------------------------------------------------------------------------------- */

static const char suffixes_a[][8] = { "com", "net", "org", "info", "biz" };
static const char suffixes_b[][8] = { "cc", "cn", "ws", "com", "net", "org", "info", "biz" };
static const char suffixes_c[116][8] = {
	"ac",     "ae",     "ag",     "am",     "as",     "at",     "be",     "bo",     "bz",
	"ca",     "cd",     "ch",     "cl",     "cn",     "co.cr",  "co.id",  "co.il",  "co.ke",
	"co.kr",  "co.nz",  "co.ug",  "co.uk",  "co.vi",  "co.za",  "com.ag", "com.ai", "com.ar",
	"com.bo", "com.br", "com.bs", "com.co", "com.do", "com.fj", "com.gh", "com.gl", "com.gt",
	"com.hn", "com.jm", "com.ki", "com.lc", "com.mt", "com.mx", "com.ng", "com.ni", "com.pa",
	"com.pe", "com.pr", "com.pt", "com.py", "com.sv", "com.tr", "com.tt", "com.tw", "com.ua",
	"com.uy", "com.ve", "cx",     "cz",     "dj",     "dk",     "dm",     "ec",     "es",
	"fm",     "fr",     "gd",     "gr",     "gs",     "gy",     "hk",     "hn",     "ht",
	"hu",     "ie",     "im",     "in",     "ir",     "is",     "kn",     "kz",     "la",
	"lc",     "li",     "lu",     "lv",     "ly",     "md",     "me",     "mn",     "ms",
	"mu",     "mw",     "my",     "nf",     "nl",     "no",     "pe",     "pk",     "pl",
	"ps",     "ro",     "ru",     "sc",     "sg",     "sh",     "sk",     "su",     "tc",
	"tj",     "tl",     "tn",     "to",     "tw",     "us",     "vc",     "vn",
};

#define LETTERS_MIN 4
#define LETTERS_MAX 11
#define SUFFIX_MAX  6 /* com.br */

static uint32_t draw(struct conficker_names *names)
{
	return (uint32_t)conficker_names_step(names);
}

/* C's abs() as the worm used it has no answer for the lowest number (one draw in 2^32): taken as 2^31. */
static uint32_t magnitude(uint32_t drawn)
{
	return drawn >> 31 ? 0 - drawn : drawn;
}

static uint32_t draw_letters(struct conficker_names *names)
{
	uint32_t drawn = draw(names);

	if (names->variant == CONFICKER_C)
		return magnitude(drawn) % 6 + 4;
	/* The remainder keeps the sign: 5 to 11, and 8 twice as often as the others. */
	return drawn >> 31 ? 8 - magnitude(drawn) % 4 : 8 + drawn % 4;
}

static const char *draw_suffix(struct conficker_names *names)
{
	uint32_t drawn = draw(names);

	switch (names->variant) {
	case CONFICKER_A:
		return suffixes_a[drawn % 5];
	case CONFICKER_B:
		return suffixes_b[drawn % 8];
	default:
		return suffixes_c[magnitude(drawn) % 116];
	}
}

uint32_t conficker_names_per_day(enum conficker_variant variant)
{
	return variants[variant].names_per_day;
}

void conficker_names_start(struct conficker_names *names, enum conficker_variant variant,
			   int32_t day, enum conficker_sine sine)
{
	uint64_t ticks = (uint64_t)((int64_t)day + DAYS_1601_TO_1970) * TICKS_PER_DAY;

	*names = (struct conficker_names){
		.variant = variant,
		.sine = sine,
		.state = ticks * variants[variant].seed_factor / variants[variant].seed_divisor +
			 variants[variant].seed_addend,
		.left = variants[variant].names_per_day,
	};
}

bool conficker_names_next(struct conficker_names *names, char name[CONFICKER_NAME_BYTES])
{
	char *at = name;
	const char *suffix;

	if (names->left == 0)
		return false;
	names->left--;
	memset(name, 0, CONFICKER_NAME_BYTES);
	for (uint32_t letters = draw_letters(names); letters > 0; letters--)
		*at++ = (char)('a' + magnitude(draw(names)) % 26);
	*at++ = '.';
	for (suffix = draw_suffix(names); *suffix; suffix++)
		*at++ = *suffix;
	return true;
}

/* ---- shape ----------------------------------------------------------------------------------- */

static bool is_one_of(const char (*suffixes)[8], unsigned count, const char *suffix)
{
	for (unsigned i = 0; i < count; i++)
		if (strcmp(suffixes[i], suffix) == 0)
			return true;
	return false;
}

/* The list of C is in order. */
static bool is_suffix_c(const char *suffix)
{
	unsigned from = 0, to = sizeof(suffixes_c) / sizeof(suffixes_c[0]);

	while (from < to) {
		unsigned middle = (from + to) / 2;
		int order = strcmp(suffix, suffixes_c[middle]);

		if (order == 0)
			return true;
		if (order < 0)
			to = middle;
		else
			from = middle + 1;
	}
	return false;
}

static unsigned shape_of_label(const char *label, const char *dot)
{
	size_t letters = (size_t)(dot - label);
	unsigned shape = 0;

	if (letters < 4 || letters > 11 || strlen(dot + 1) > SUFFIX_MAX)
		return 0;
	if (letters >= 5 && is_one_of(suffixes_a, 5, dot + 1))
		shape |= 1u << CONFICKER_A;
	if (letters >= 5 && is_one_of(suffixes_b, 8, dot + 1))
		shape |= 1u << CONFICKER_B;
	if (letters <= 9 && is_suffix_c(dot + 1))
		shape |= 1u << CONFICKER_C;
	return shape;
}

unsigned conficker_name_shape(const char *name)
{
	unsigned shape = 0;

	for (unsigned label = 0; name && label < 2; label++) {
		const char *end = name + strspn(name, "abcdefghijklmnopqrstuvwxyz");

		if (*end == '.')
			shape |= shape_of_label(name, end);
		end = strchr(end, '.');
		name = end ? end + 1 : NULL;
	}
	return shape;
}

/* ---- the set --------------------------------------------------------------------------------- */

#define WANTED_DAYS  3
#define VARIANT_BITS 7u
#define SINES        2

struct day_table {
	int32_t day;
	bool complete, is_clean;
	uint32_t count;
	uint64_t *slots; /* 0 is free; low 3 bits: variants, never 0 in use */
};

struct conficker_set {
	uint64_t key[2];
	enum conficker_variant first, last;
	uint32_t slots; /* of a day: a power of two, never more than 7/8 full */
	int32_t today;
	bool aimed, building;
	struct day_table held[WANTED_DAYS], spare; /* spare is filled, then trades places */
	/* Where the filling is: the names, and where the list with the other sine starts to differ. */
	struct conficker_names names, other;
	bool has_other;
};

static uint64_t hash_name(const struct conficker_set *set, const char *name)
{
	struct hash_key key = { { set->key[0], set->key[1] } };
	uint64_t words[2];

	memcpy(words, name, sizeof(words));
	return hash_words(&key, words, 2) & ~(uint64_t)VARIANT_BITS;
}

/* The slot that has this hash, or the free one where it belongs. */
static uint64_t *slot_of(const struct conficker_set *set, const struct day_table *table,
			 uint64_t hash)
{
	uint32_t mask = set->slots - 1, at = (uint32_t)(hash >> 32) & mask;

	while (table->slots[at] && (table->slots[at] & ~(uint64_t)VARIANT_BITS) != hash)
		at = (at + 1) & mask;
	return &table->slots[at];
}

static void table_add(struct conficker_set *set, uint64_t hash, enum conficker_variant variant)
{
	struct day_table *table = &set->spare;
	uint64_t *slot = slot_of(set, table, hash);

	if (!*slot) {
		INVARIANT(table->count < set->slots / 8 * 7);
		table->count++;
	}
	*slot |= hash | UINT64_C(1) << variant;
}

static struct day_table table_new(const struct conficker_set *set)
{
	return (struct day_table){ .is_clean = true,
				   .slots = mem_array(set->slots, sizeof(uint64_t)) };
}

struct conficker_set *conficker_set_new(const struct hash_key *key, enum conficker_variant first,
					enum conficker_variant last)
{
	struct conficker_set *set = mem_alloc(sizeof(*set));
	uint32_t names = 0;

	memcpy(set->key, key->words, sizeof(set->key));
	set->first = first;
	set->last = last;
	for (unsigned v = first; v <= last; v++)
		names += SINES * variants[v].names_per_day;
	for (set->slots = 64; set->slots / 8 * 7 <= names;)
		set->slots *= 2;
	for (unsigned i = 0; i < WANTED_DAYS; i++)
		set->held[i] = table_new(set);
	set->spare = table_new(set);
	return set;
}

void conficker_set_free(struct conficker_set *set)
{
	if (!set)
		return;
	for (unsigned i = 0; i < WANTED_DAYS; i++)
		mem_free(set->held[i].slots);
	mem_free(set->spare.slots);
	mem_free(set);
}

static bool is_wanted(const struct conficker_set *set, int32_t day)
{
	int64_t ahead = (int64_t)day - set->today;

	return ahead >= -1 && ahead <= 1;
}

void conficker_set_aim(struct conficker_set *set, int32_t today)
{
	set->today = today;
	set->aimed = true;
	if (set->building && !is_wanted(set, set->spare.day))
		set->building = false;
}

static bool is_held(const struct conficker_set *set, int32_t day)
{
	for (unsigned i = 0; i < WANTED_DAYS; i++)
		if (set->held[i].complete && set->held[i].day == day)
			return true;
	return false;
}

static void begin_day(struct conficker_set *set, int32_t day)
{
	if (!set->spare.is_clean)
		memset(set->spare.slots, 0, set->slots * sizeof(uint64_t));
	set->spare.is_clean = false;
	set->spare.day = day;
	set->spare.count = 0;
	set->building = true;
	set->has_other = false;
	conficker_names_start(&set->names, set->first, day, CONFICKER_SINE_X87);
}

/* Today first: most bots are found with it.  False if nothing is missing. */
static bool begin_missing_day(struct conficker_set *set)
{
	static const int8_t order[WANTED_DAYS] = { 0, -1, 1 };

	for (unsigned i = 0; i < WANTED_DAYS; i++) {
		int32_t day = set->today + order[i];

		if (!is_held(set, day)) {
			begin_day(set, day);
			return true;
		}
	}
	return false;
}

/* Wherever a day is missing, some place holds nothing or a day that is not wanted. */
static void finish_day(struct conficker_set *set)
{
	unsigned i = 0;
	struct day_table emptied;

	while (i < WANTED_DAYS && set->held[i].complete && is_wanted(set, set->held[i].day))
		i++;
	INVARIANT(i < WANTED_DAYS);
	emptied = set->held[i];
	set->held[i] = set->spare;
	set->held[i].complete = true;
	set->spare = emptied;
	set->spare.complete = false;
	set->building = false;
}

/* The list after the one that has ended; false after the day's last one. */
static bool next_list(struct conficker_set *set)
{
	if (set->has_other) {
		set->names = set->other;
		set->has_other = false;
		return true;
	}
	if (set->names.variant == set->last)
		return false;
	conficker_names_start(&set->names, set->names.variant + 1, set->spare.day,
			      CONFICKER_SINE_X87);
	return true;
}

static void add_next_name(struct conficker_set *set)
{
	struct conficker_names before = set->names;
	char name[CONFICKER_NAME_BYTES];

	conficker_names_next(&set->names, name);
	table_add(set, hash_name(set, name), before.variant);
	if (set->names.diverged && !before.diverged && before.sine == CONFICKER_SINE_X87) {
		set->other = before;
		set->other.sine = CONFICKER_SINE_ACCURATE;
		set->has_other = true;
	}
}

bool conficker_set_build_some(struct conficker_set *set, uint32_t names_budget)
{
	if (!set->aimed)
		return true;
	while (set->building || begin_missing_day(set)) {
		for (; set->names.left > 0 && names_budget > 0; names_budget--)
			add_next_name(set);
		if (set->names.left > 0)
			return false;
		if (!next_list(set))
			finish_day(set);
	}
	return true;
}

uint32_t conficker_set_size(const struct conficker_set *set)
{
	uint32_t size = 0;

	for (unsigned i = 0; i < WANTED_DAYS; i++)
		size += set->held[i].complete ? set->held[i].count : 0;
	return size;
}

/* ---- looking a name up ----------------------------------------------------------------------- */

/* Lower-cases the name and counts the letters of its first label.  0: no generated name looks like it. */
static unsigned fold_name(const char *name, size_t length, char folded[CONFICKER_NAME_BYTES])
{
	unsigned letters = 0;

	if (length > CONFICKER_NAME_MAX)
		return 0;
	memset(folded, 0, CONFICKER_NAME_BYTES);
	for (size_t i = 0; i < length; i++) {
		char c = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] - 'A' + 'a') : name[i];

		if (c == '.' && letters == 0)
			letters = (unsigned)i;
		if (c != '.' && (c < 'a' || c > 'z'))
			return 0;
		folded[i] = c;
	}
	return letters >= LETTERS_MIN && letters <= LETTERS_MAX ? letters : 0;
}

static void hit_merge(struct conficker_hit *hit, const struct day_table *table, uint64_t slot)
{
	if (hit->variants == 0 || table->day < hit->first_day)
		hit->first_day = table->day;
	if (hit->variants == 0 || table->day > hit->last_day)
		hit->last_day = table->day;
	hit->variants |= (uint8_t)(slot & VARIANT_BITS);
}

static bool find_exactly(const struct conficker_set *set, const char *name, size_t length,
			 struct conficker_hit *hit)
{
	struct conficker_hit found = { 0 };
	char folded[CONFICKER_NAME_BYTES];
	uint64_t hash;

	found.letters = (uint8_t)fold_name(name, length, folded);
	if (found.letters == 0)
		return false;
	hash = hash_name(set, folded);
	for (unsigned i = 0; i < WANTED_DAYS; i++) {
		const struct day_table *table = &set->held[i];
		uint64_t slot = table->complete ? *slot_of(set, table, hash) : 0;

		if (slot)
			hit_merge(&found, table, slot);
	}
	if (found.variants == 0)
		return false;
	*hit = found;
	return true;
}

bool conficker_set_find(const struct conficker_set *set, const char *name, size_t length,
			struct conficker_hit *hit)
{
	const char *dot;

	if (length > 0 && name[length - 1] == '.')
		length--;
	if (find_exactly(set, name, length, hit))
		return true;
	dot = length > 0 ? memchr(name, '.', length) : NULL;
	return dot && find_exactly(set, dot + 1, length - (size_t)(dot + 1 - name), hit);
}
