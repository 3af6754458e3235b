/* SPDX-License-Identifier: Apache-2.0 */
#include "core/net/pieces.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/base/err.h"

bool pieces_fill(struct pieces *pieces, size_t wanted, struct err *err)
{
	memmove(pieces->buffer, pieces->buffer + pieces->at, pieces->held - pieces->at);
	pieces->held -= pieces->at;
	pieces->at = 0;
	while (pieces->held < wanted) {
		ssize_t got = pread(pieces->fd, pieces->buffer + pieces->held, PIECES_PIECE_BYTES,
				    (off_t)pieces->offset_bytes);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			err_set_errno(err, errno, "cannot be read");
		if (got <= 0)
			return false;
		pieces->held += (size_t)got;
		pieces->offset_bytes += (size_t)got;
	}
	return true;
}

int pieces_end_inside(struct err *err)
{
	return err_is_set(err) ? err->code : err_set(err, ERR_FAILED, "ends inside a record");
}
