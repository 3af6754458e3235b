/* SPDX-License-Identifier: Apache-2.0 */
/* docs/amtsim.md, "frames": the form of the file. */
#include "tests/equivalence/judge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/mem.h"

#define HEAD_BYTES 3
#define MAGIC      "AMTFRAME"
#define FILE_BYTES (sizeof(MAGIC) - 1 + JUDGE_BATCH * (HEAD_BYTES + PACKET_FRAME_BYTES) + 1)

static void batch_init(struct batch *batch, unsigned number)
{
	const char *folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	int fd;

	snprintf(batch->path, sizeof(batch->path), "%s/cordon-frames-%u-XXXXXX", folder, number);
	fd = mkstemp(batch->path);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)FILE_BYTES), 0);
	batch->bytes = mmap(NULL, FILE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(batch->bytes != MAP_FAILED);
	close(fd);
	memcpy(batch->bytes, MAGIC, sizeof(MAGIC) - 1);
	batch->at[0] = sizeof(MAGIC) - 1;
}

struct judge *judge_new(int control)
{
	struct judge *judge = mem_alloc(sizeof(*judge));

	judge->control = control;
	for (unsigned i = 0; i < 2; i++)
		batch_init(&judge->batches[i], i);
	return judge;
}

void judge_free(struct judge *judge)
{
	for (unsigned i = 0; i < 2; i++) {
		munmap(judge->batches[i].bytes, FILE_BYTES);
		unlink(judge->batches[i].path);
	}
	mem_free(judge);
}

void batch_add(struct batch *batch, const struct packet *packet)
{
	uint32_t at = batch->at[batch->count];
	uint8_t *head = batch->bytes + at;
	size_t length = packet_write(packet, head + HEAD_BYTES);

	head[0] = packet->transmit ? 't' : 'r';
	head[1] = 0;
	head[2] = (uint8_t)length;
	batch->packets[batch->count++] = *packet;
	at += (uint32_t)(HEAD_BYTES + length);
	if (batch->count < JUDGE_BATCH)
		batch->at[batch->count] = at;
	batch->bytes[at] = 0;
}

void batch_ask(struct judge *judge, struct batch *batch)
{
	char line[96];
	int length = snprintf(line, sizeof(line), "frames amt %s\n", batch->path);

	assert_int_equal(write(judge->control, line, (size_t)length), length);
	batch->asked = true;
}

/* One answer is "frames N passed M" and "ok"; read no further, for the next may be on its way. */
void batch_wait(struct judge *judge, struct batch *batch)
{
	char answer[64], wanted[32];
	size_t length = 0;
	unsigned lines = 0;

	while (lines < 2 && length < sizeof(answer) - 1) {
		if (read(judge->control, answer + length, 1) != 1)
			fail_msg("the simulator fell silent");
		lines += answer[length++] == '\n';
		if (strncmp(answer, "error", length < 5 ? length : 5) == 0 && lines)
			break;
	}
	answer[length] = '\0';
	snprintf(wanted, sizeof(wanted), "frames %u passed ", batch->count);
	if (strncmp(answer, wanted, strlen(wanted)) != 0)
		fail_msg("the simulator said %s", answer);
	batch->asked = false;
}

bool batch_passed(const struct batch *batch, unsigned index)
{
	return batch->bytes[batch->at[index]] == 'p';
}
