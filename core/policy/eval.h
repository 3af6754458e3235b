/* SPDX-License-Identifier: Apache-2.0 */
/* eval.h - whether conditions hold.  Pure: the same input gives the same answer, for ever. */
#ifndef CORDON_POLICY_EVAL_H
#define CORDON_POLICY_EVAL_H

#include <stdbool.h>
#include <stdint.h>

struct condition;
struct policy_input;
struct time_span;
struct when;

bool eval_when(const struct when *when, const struct policy_input *input);
bool eval_condition(const struct condition *condition, const struct policy_input *input);
/* Whether they could hold for this machine at this time, whatever it was seen to do. */
bool eval_could_hold(const struct when *when, const struct policy_input *input);

/* The pieces that explaining and checking share. */
double eval_number(const struct condition *condition, const struct policy_input *input);
/* minute of the week, 0 = Monday 00:00 */
bool eval_time(const struct time_span *span, unsigned week_minute);
unsigned eval_week_minute(uint64_t wall_ns);
bool eval_has_evidence(const struct policy_input *input, const char *detector);

#endif
