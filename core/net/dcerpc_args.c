/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments one after the other, byte by byte, so that a fragment may end anywhere.
 *
 * Numbers are aligned to their size from the stub's beginning (C706 14.2.2).  What a unique pointer leads to follows at
 * once where it is an argument by itself (14.3.12.2), which is all that is needed here.  Left out: structures, NDR64. */
#include "core/net/dcerpc_args.h"

enum { WORD_REFERENT, WORD_ROOM, WORD_BEFORE, WORD_CHARS };

static unsigned size_of(char letter)
{
	return letter == 'c' ? 8 : letter == 'h' ? 2 : 4;
}

static void end_argument(struct dcerpc_args *args, uint32_t value)
{
	args->values[args->count++] = value;
	args->word = 0;
}

/* One of the numbers of a string. */
static void take_word(struct dcerpc_args *args, char letter)
{
	uint32_t number = args->number;

	switch (args->word + (letter == 's' ? WORD_ROOM : WORD_REFERENT)) {
	case WORD_REFERENT:
		if (!number) {
			end_argument(args, 0);
			return;
		}
		break;
	case WORD_ROOM:
		args->room = number;
		break;
	case WORD_BEFORE:
		args->before = number;
		break;
	default:
		if (args->before > args->room || number > args->room - args->before) {
			args->is_lost = true;
			return;
		}
		args->skip = number <= UINT32_MAX / 2 ? number * 2 : UINT32_MAX;
		end_argument(args, number);
		return;
	}
	args->word++;
}

static void take_number(struct dcerpc_args *args, char letter)
{
	if (letter == 's' || letter == 'u')
		take_word(args, letter);
	else
		end_argument(args, letter == 'c' ? args->number != 0 : args->number);
	args->number = 0;
	args->have = 0;
}

static void take_byte(struct dcerpc_args *args, char letter, uint8_t byte, bool is_big_endian)
{
	unsigned size = size_of(letter);

	if (!args->have && letter != 'c' && args->at % size) {
		args->at++;
		return;
	}
	if (letter == 'c')
		args->number |= byte;
	else if (is_big_endian)
		args->number = args->number << 8 | byte;
	else
		args->number |= (uint32_t)byte << 8 * args->have;
	args->at++;
	if (++args->have == size)
		take_number(args, letter);
}

void dcerpc_args_read(struct dcerpc_args *args, const char *shape, const uint8_t *stub,
		      size_t length, bool is_big_endian)
{
	for (size_t i = 0; i < length && !args->is_lost;) {
		size_t step = length - i < args->skip ? length - i : args->skip;

		if (step) {
			args->at += (uint32_t)step;
			args->skip -= (uint32_t)step;
			i += step;
			continue;
		}
		if (args->count == DCERPC_ARGS_MAX || !shape[args->count])
			return;
		take_byte(args, shape[args->count], stub[i++], is_big_endian);
	}
}

void dcerpc_args_lose(struct dcerpc_args *args)
{
	args->is_lost = true;
}
