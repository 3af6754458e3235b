/* SPDX-License-Identifier: Apache-2.0 */
/* vocabulary.h - every word that a policy may use: where, how its value is written, within which
 * bounds, and what it means.
 *
 * The one table behind the parser's lists of keys, the checks of bounds, "cordon policy words"
 * and the reference in docs/policy.md.  A word that is not here does not exist. */
#ifndef CORDON_POLICY_VOCABULARY_H
#define CORDON_POLICY_VOCABULARY_H

#include <stddef.h>

struct buf;

/* Where a word may stand. */
enum word_section {
	SECTION_FILE,    /* top level */
	SECTION_CHANNEL, /* an item of a channel */
	SECTION_TARGET,  /* tcp: { ... }, udp: { ... }, icmp: { ... } */
	SECTION_RULE,
	SECTION_WHEN,
	SECTION_EVIDENCE, /* when: { evidence: { ... } } */
	SECTION_TIME,     /* when: { time: { ... } } */
	SECTION_THEN,
	SECTION_ISOLATE, /* then: { isolate: { ... } } */
	SECTION_PROPOSE,
	SECTION_MEASURE, /* then: { count: { ... } }, then: { block: { ... } } */
	SECTION_LIMIT,
	SECTION_EXAMPLE, /* an item of "expect:" */
	SECTION_GIVEN,
	SECTION_STATEMENT, /* an item of given: { evidence: [...] } */
	SECTIONS
};

/* Closed lists of values; names of detectors are not here because they are known only at load. */
enum word_choices {
	CHOICES_NONE,
	CHOICES_ROLE,
	CHOICES_KIND,
	CHOICES_WITNESS,
	CHOICES_VERDICT,
	CHOICES_DAY
};

/* Which question about the input a condition asks; also what a given fact answers. */
enum subject {
	SUBJECT_NONE,
	SUBJECT_CONFIDENCE,
	SUBJECT_LOG_ODDS,
	SUBJECT_CONTACTS,
	SUBJECT_KIND,
	SUBJECT_ROLE,
	SUBJECT_TAG,
	SUBJECT_TAGS,
	SUBJECT_ASSET,
	SUBJECT_HOST,
	SUBJECT_PORT,
	SUBJECT_EVIDENCE,
	SUBJECT_TIME,
	SUBJECT_NOT
};

struct word {
	const char *name;
	enum word_section section;
	enum subject subject;
	enum word_choices choices;
	double least, most; /* bounds of a number; of a duration in seconds */
	const char *form;   /* how the value is written */
	const char *help;
};

/* The word of a section, or NULL. */
const struct word *vocabulary_find(enum word_section section, const char *name);

#define VOCABULARY_KEYS_MAX 16
/* Names of a section, NULL-terminated, in the caller's storage; returns keys. */
const char *const *vocabulary_keys(enum word_section section,
				   const char *keys[VOCABULARY_KEYS_MAX]);
/* Values of a closed list, NULL-terminated, in the caller's storage; returns values. */
const char *const *vocabulary_choices(enum word_choices choices,
				      const char *values[VOCABULARY_KEYS_MAX]);

/* For a terminal, and as the tables of docs/policy.md. */
void vocabulary_print(struct buf *out);
void vocabulary_markdown(struct buf *out);

#endif
