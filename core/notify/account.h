/* SPDX-License-Identifier: Apache-2.0 */
/* account.h - facts as a live account for people: who, why in one sentence with the numbers, what was done about it, what
 * is proven.  Colour on a terminal (unless NO_COLOR is set), plain text in a pipe. */
#ifndef CORDON_NOTIFY_ACCOUNT_H
#define CORDON_NOTIFY_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "core/isolation/fact.h"

struct account;

/* stream is borrowed. */
struct account *account_new(FILE *stream, bool colour);
void account_free(struct account *account);
void account_tell(struct account *account, const struct fact *fact);
/* Whether to use colour on this stream. */
bool account_wants_colour(FILE *stream);

#endif
