/* SPDX-License-Identifier: Apache-2.0 */
/* errand.c - short questions again and again until there is an outcome. */
#include "core/cli/errand.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/api/control.h"
#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/err.h"
#include "core/base/num.h"

#define PATIENCE_MS 5000
#define PAUSE_NS    200000000

/* "repair 7 of pc-23: reset": 7 */
static bool number_of(const char *text, uint64_t *id)
{
	char digits[24];
	size_t length;

	if (strncmp(text, "repair ", 7) != 0)
		return false;
	length = strspn(text + 7, "0123456789");
	if (length == 0 || length >= sizeof(digits))
		return false;
	memcpy(digits, text + 7, length);
	digits[length] = '\0';
	return num_u64(digits, id);
}

int errand_begin(const char *control, const char *line, uint64_t *id, struct buf *said,
		 struct err *err)
{
	int rc = control_ask(control, line, PATIENCE_MS, said, err);

	if (rc == 0 && !number_of(said->text, id))
		rc = err_set(err, ERR_FAILED, "cordond answers what is not understood: %.80s",
			     said->text);
	return rc;
}

/* Up to the separator into field; what follows it, NULL if there is none. */
static const char *cut(const char *text, char separator, char *field, size_t size)
{
	const char *end = strchr(text, separator);
	size_t length = end ? (size_t)(end - text) : 0;

	if (!end || length >= size)
		return NULL;
	memcpy(field, text, length);
	field[length] = '\0';
	return end + 1;
}

/* "done on AMT 12.0.67 at 10.0.0.1:16992|ordered: reset" and the line's end */
static bool read_outcome(const char *text, struct errand_outcome *outcome)
{
	const char *rest = cut(text, ' ', outcome->state, sizeof(outcome->state));

	rest = rest ? cut(rest, ' ', outcome->power, sizeof(outcome->power)) : NULL;
	rest = rest ? cut(rest, '|', outcome->device, sizeof(outcome->device)) : NULL;
	return rest && cut(rest, '\n', outcome->said, sizeof(outcome->said));
}

static int ask_number(const char *control, const char *word, uint64_t id, struct buf *answer,
		      struct err *err)
{
	char line[48];

	snprintf(line, sizeof(line), "%s %llu", word, (unsigned long long)id);
	return control_ask(control, line, PATIENCE_MS, answer, err);
}

/* 0: asked; the outcome may not be there yet. */
static int ask_outcome(const char *control, uint64_t id, struct errand_outcome *outcome,
		       struct err *err)
{
	struct buf answer;
	int rc;

	buf_init(&answer, CONTROL_ANSWER_BYTES);
	rc = ask_number(control, "repair", id, &answer, err);
	if (rc == 0 && !read_outcome(answer.text, outcome))
		rc = err_set(err, ERR_FAILED, "cordond answers what is not understood: %.80s",
			     answer.text);
	buf_fini(&answer);
	return rc;
}

static bool is_over(const struct errand_outcome *outcome)
{
	return strcmp(outcome->state, "requested") != 0 && strcmp(outcome->state, "ordered") != 0;
}

int errand_await(const char *control, uint64_t id, uint64_t wait_ns, struct errand_outcome *outcome,
		 struct err *err)
{
	static const struct timespec pause = { .tv_nsec = PAUSE_NS };
	uint64_t until_ns = clock_monotonic_ns() + wait_ns;
	int rc;

	for (;;) {
		err_clear(err);
		rc = ask_outcome(control, id, outcome, err);
		if (rc == 0 && is_over(outcome))
			return 0;
		if (clock_monotonic_ns() >= until_ns)
			break;
		nanosleep(&pause, NULL);
	}
	return rc < 0 ? rc
		      : err_set(err, ERR_FAILED,
				"it is under way still (%s): \"cordon repairs\" tells how it ends",
				outcome->state);
}

int errand_entries(const char *control, uint64_t id, struct buf *entries, struct err *err)
{
	return ask_number(control, "entries", id, entries, err);
}
