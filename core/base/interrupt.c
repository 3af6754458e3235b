/* SPDX-License-Identifier: Apache-2.0 */
/* interrupt.c - a number that a signal handler may set; the only state of this process that is nobody's. */
#include "core/base/interrupt.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t noted;

static void note(int number)
{
	noted = number;
}

void interrupt_watch(void)
{
	static const int numbers[] = { SIGINT, SIGTERM };
	struct sigaction action = { .sa_handler = note, .sa_flags = (int)SA_RESETHAND };
	struct sigaction before;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
			sigaction(numbers[i], &action, NULL);
}

int interrupt_number(void)
{
	return noted;
}

void interrupt_end(void)
{
	struct sigaction plain = { .sa_handler = SIG_DFL };

	if (!noted)
		return;
	sigaction(noted, &plain, NULL);
	raise(noted);
}
