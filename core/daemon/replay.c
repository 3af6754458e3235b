/* SPDX-License-Identifier: Apache-2.0 */
/* replay.c - a capture through the same path on a virtual clock.
 *
 * Nothing after the last packet is assumed: contacts still unanswered when the file ends stay so, because the capture
 * stopped, not the network. */
#include "core/base/err.h"
#include "core/daemon/pipeline.h"
#include "core/daemon/run.h"
#include "core/net/capture.h"

struct replay {
	struct pipeline *pipeline;
	int link_type;
};

static void frame_read(void *arg, const struct capture_frame *frame)
{
	struct replay *replay = arg;

	pipeline_frame(replay->pipeline, replay->link_type, frame);
}

int run_replay(const struct run *run, struct err *err)
{
	struct pipeline_config config = {
		.setup = run->setup, .log = run->log, .account = run->account, .fixed_key = true
	};
	struct replay replay = { .link_type = capture_link_type(run->capture) };
	struct capture_counts counts;
	struct err damaged = { 0 };
	int rc, finished;

	replay.pipeline = pipeline_new(&config, err);
	if (!replay.pipeline)
		return ERR_FAILED;
	do
		rc = capture_read(run->capture, 0, frame_read, &replay, &damaged);
	while (rc >= 0);
	counts = capture_counts(run->capture);
	finished = pipeline_finish(replay.pipeline, &counts, err);
	pipeline_free(replay.pipeline);
	if (finished < 0)
		return finished;
	/* What could be read was judged; the damage is still a failure that a script must notice. */
	return rc == ERR_GONE ? 0 : err_set(err, rc, "%s", damaged.text);
}
