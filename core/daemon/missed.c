/* SPDX-License-Identifier: Apache-2.0 */
/* missed.c - the two counters that libpcap looks at. */
#include "core/daemon/missed.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/num.h"

#define COUNTERS 2

struct missed {
	int files[COUNTERS]; /* -1 = not there */
	uint64_t first[COUNTERS];
};

/* Opened before, so that only lseek(2) and read(2) are needed. */
static uint64_t read_counter(int file)
{
	char text[32];
	uint64_t value;
	ssize_t length;

	if (file < 0 || lseek(file, 0, SEEK_SET) < 0)
		return 0;
	length = read(file, text, sizeof(text) - 1);
	if (length <= 0)
		return 0;
	text[length] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return num_u64(text, &value) ? value : 0;
}

struct missed *missed_new(const char *folder, const char *interface)
{
	static const char *const names[COUNTERS] = { "rx_missed_errors", "rx_fifo_errors" };
	struct missed *missed = mem_alloc(sizeof(*missed));

	for (unsigned i = 0; i < COUNTERS; i++) {
		char path[512];

		snprintf(path, sizeof(path), "%s/%s/statistics/%s", folder, interface, names[i]);
		missed->files[i] = open(path, O_RDONLY | O_CLOEXEC);
		missed->first[i] = read_counter(missed->files[i]);
	}
	return missed;
}

void missed_free(struct missed *missed)
{
	if (!missed)
		return;
	for (unsigned i = 0; i < COUNTERS; i++)
		if (missed->files[i] >= 0)
			close(missed->files[i]);
	mem_free(missed);
}

/* A counter that went back (a driver loaded anew) counts nothing. */
uint64_t missed_count(const struct missed *missed)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < COUNTERS; i++) {
		uint64_t now = read_counter(missed->files[i]);

		sum += now > missed->first[i] ? now - missed->first[i] : 0;
	}
	return sum;
}
