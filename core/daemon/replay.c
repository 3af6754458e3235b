/* SPDX-License-Identifier: Apache-2.0 */
/* replay.c - a capture through the same path on a virtual clock.
 *
 * Nothing after the last packet is assumed: contacts still unanswered when the file ends stay so, because the capture
 * stopped, not the network.  Who interrupts it gets what was read until then judged and told. */
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/err.h"
#include "core/base/interrupt.h"
#include "core/base/units.h"
#include "core/daemon/run.h"
#include "core/daemon/whole.h"
#include "core/net/capture.h"

/* Some milliseconds. */
#define BATCH 16384
/* Who waits longer is told more rarely. */
#define PROGRESS_FIRST_NS s_to_ns(4)
#define PROGRESS_MOST_NS  s_to_ns(64)

struct replay {
	struct whole *whole;
	struct capture *capture;
	uint64_t packet_ns;             /* the latest packet's time */
	bool tells;                     /* somebody sits there and waits */
	uint64_t progress_ns, pause_ns; /* monotonic; when it is told next */
};

static void frame_read(void *arg, const struct capture_frame *frame)
{
	struct replay *replay = arg;

	replay->packet_ns = frame->wall_ns;
	whole_frame(replay->whole, frame);
}

static void tell_progress(struct replay *replay)
{
	uint64_t now_ns = replay->tells ? clock_monotonic_ns() : 0;
	char at[CLOCK_TEXT_BYTES];

	if (!replay->tells || now_ns < replay->progress_ns)
		return;
	clock_text(replay->packet_ns, at, sizeof(at));
	fprintf(stderr, "cordond: %llu packets read, the latest of %.19s\n",
		(unsigned long long)capture_counts(replay->capture).frames, at);
	if (replay->pause_ns < PROGRESS_MOST_NS)
		replay->pause_ns *= 2;
	replay->progress_ns = now_ns + replay->pause_ns;
}

static int read_all(struct replay *replay, struct err *damaged)
{
	int rc;

	do {
		rc = capture_read(replay->capture, BATCH, frame_read, replay, damaged);
		tell_progress(replay);
	} while (rc >= 0 && !interrupt_number());
	if (rc >= 0)
		fprintf(stderr, "cordond: interrupted after %llu packets; they were judged\n",
			(unsigned long long)capture_counts(replay->capture).frames);
	/* What could be read was judged; the damage is still a failure that a script must notice. */
	return rc == ERR_GONE || rc >= 0 ? 0 : rc;
}

int run_replay(const struct run *run, struct capture *capture, struct err *err)
{
	struct replay replay = { .capture = capture,
				 .tells = isatty(STDERR_FILENO),
				 .pause_ns = PROGRESS_FIRST_NS,
				 .progress_ns = clock_monotonic_ns() + PROGRESS_FIRST_NS };
	struct capture_counts counts;
	struct err damaged = { 0 };
	int rc, finished;

	replay.whole = whole_new(run, NULL, err);
	if (!replay.whole)
		return ERR_FAILED;
	interrupt_watch();
	rc = read_all(&replay, &damaged);
	counts = capture_counts(capture);
	finished = whole_finish(replay.whole, &counts, err);
	whole_free(replay.whole);
	if (finished < 0)
		return finished;
	return rc < 0 ? err_set(err, rc, "%s", damaged.text) : 0;
}
