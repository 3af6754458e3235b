/* SPDX-License-Identifier: Apache-2.0 */
/* fixture.h - a policy from a text, and its complaints as one text. */
#ifndef CORDON_TESTS_UNIT_POLICY_FIXTURE_H
#define CORDON_TESTS_UNIT_POLICY_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "core/base/source.h"
#include "core/policy/policy.h"

struct fixture {
	struct source *source;
	struct complaints *complaints;
	struct policy *policy; /* NULL after complaints */
	struct buf said;       /* the complaints as printed */
	size_t examples;
};

static inline void fixture_said(struct fixture *f)
{
	buf_clear(&f->said);
	buf_text(&f->said, "");
	complaints_print(f->complaints, f->source, &f->said);
}

/* Knows the detectors arpsweep, trw and fanout, and the place "desk" at 10.0.0.9. */
static inline void fixture_init(struct fixture *f, const char *text)
{
	static const char *const detectors[] = { "arpsweep", "trw", "fanout", NULL };
	static const struct policy_place places[] = {
		{ "desk", { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 9 } } },
		{ NULL, { { 0 } } },
	};
	const struct policy_known known = { .detectors = detectors, .places = places };

	*f = (struct fixture){ .examples = 0 };
	buf_init(&f->said, (size_t)1 << 20);
	f->source = source_from_text("p", text, strlen(text));
	f->complaints = complaints_new();
	f->policy = policy_load(f->source, &known, f->complaints);
	if (f->policy)
		f->examples = policy_run_examples(f->policy, f->complaints);
	fixture_said(f);
}

static inline void fixture_fini(struct fixture *f)
{
	policy_free(f->policy);
	complaints_free(f->complaints);
	source_free(f->source);
	buf_fini(&f->said);
}

/* A text that is refused, and what is said of it. */
struct misfit {
	const char *name, *text, *said;
};

/* All that differ are shown, not only the first. */
static inline void fixture_expect(const struct misfit *misfits, size_t count)
{
	unsigned wrong = 0;

	for (size_t i = 0; i < count; i++) {
		struct fixture f;

		fixture_init(&f, misfits[i].text);
		if (f.policy || strcmp(f.said.text, misfits[i].said) != 0) {
			print_error("%s:\n%sexpected:\n%s", misfits[i].name, f.said.text,
				    misfits[i].said);
			wrong++;
		}
		fixture_fini(&f);
	}
	assert_int_equal(wrong, 0);
}

/* A repeatable stream of numbers (xorshift64*, Marsaglia and Vigna). */
static inline uint32_t fixture_random(uint64_t *state, uint32_t below)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (uint32_t)((*state * UINT64_C(2685821657736338717)) >> 33) % below;
}

#endif
