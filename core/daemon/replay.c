/* SPDX-License-Identifier: Apache-2.0 */
/* replay.c - a capture through the same path on a virtual clock.
 *
 * Nothing after the last packet is assumed: contacts still unanswered when the file ends stay so, because the capture
 * stopped, not the network. */
#include "core/base/err.h"
#include "core/daemon/run.h"
#include "core/daemon/whole.h"
#include "core/net/capture.h"

struct replay {
	struct whole *whole;
};

static void frame_read(void *arg, const struct capture_frame *frame)
{
	struct replay *replay = arg;

	whole_frame(replay->whole, frame);
}

int run_replay(const struct run *run, struct capture *capture, struct err *err)
{
	struct replay replay = { 0 };
	struct capture_counts counts;
	struct err damaged = { 0 };
	int rc, finished;

	replay.whole = whole_new(run, NULL, err);
	if (!replay.whole)
		return ERR_FAILED;
	do
		rc = capture_read(capture, 0, frame_read, &replay, &damaged);
	while (rc >= 0);
	counts = capture_counts(capture);
	finished = whole_finish(replay.whole, &counts, err);
	whole_free(replay.whole);
	if (finished < 0)
		return finished;
	/* What could be read was judged; the damage is still a failure that a script must notice. */
	return rc == ERR_GONE ? 0 : err_set(err, rc, "%s", damaged.text);
}
