/* SPDX-License-Identifier: Apache-2.0 */
/* eve.c - one fact, one line, flushed: whoever follows the file sees it at once. */
#include "core/notify/eve.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/json.h"
#include "core/base/mem.h"

#define LINE_MAX_BYTES 65536

struct eve {
	FILE *stream;
	char *path;
	fact_detector_fn *detector_name;
};

struct eve *eve_open(const char *path, bool append, fact_detector_fn *detector_name,
		     struct err *err)
{
	FILE *stream = strcmp(path, "-") == 0 ? stdout : fopen(path, append ? "ae" : "we");
	struct eve *eve;

	if (!stream) {
		err_set_errno(err, errno, "%s: cannot write EVE JSON there", path);
		return NULL;
	}
	eve = mem_alloc(sizeof(*eve));
	eve->stream = stream;
	eve->path = mem_text(path);
	eve->detector_name = detector_name;
	return eve;
}

int eve_write(struct eve *eve, const struct fact *fact, struct err *err)
{
	struct json *object = fact_to_json(fact, eve->detector_name);
	struct buf line;
	int rc = 0;

	buf_init(&line, LINE_MAX_BYTES);
	json_write(object, &line);
	buf_char(&line, '\n');
	if (line.overflow)
		rc = err_set(err, ERR_LIMIT, "%s: a fact of more than %d bytes was not written",
			     eve->path, LINE_MAX_BYTES);
	else if (fwrite(line.text, 1, line.length, eve->stream) != line.length ||
		 fflush(eve->stream) != 0)
		rc = err_set_errno(err, errno, "%s: cannot write", eve->path);
	buf_fini(&line);
	json_free(object);
	return rc;
}

int eve_close(struct eve *eve, struct err *err)
{
	int rc = 0;

	if (!eve)
		return 0;
	if (fflush(eve->stream) != 0 || ferror(eve->stream))
		rc = err_set_errno(err, errno, "%s: cannot write", eve->path);
	if (eve->stream != stdout && fclose(eve->stream) != 0)
		rc = err_set_errno(err, errno, "%s: cannot write", eve->path);
	mem_free(eve->path);
	mem_free(eve);
	return rc;
}
