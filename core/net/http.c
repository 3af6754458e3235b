/* SPDX-License-Identifier: Apache-2.0 */
/* Nimda asks for a command interpreter, by whatever way through the folders, and gives it "/c" as argument.  Code Red
 * overflows the index server (MS01-033), whose buffer has 240 bytes: an argument that long without one "name=value" is no
 * query.  What the ways and the fillers look like does not matter.  Left out: requests with another method. */
#include "core/net/http.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "core/base/span.h"

enum { ENDLESS_BYTES = 224 };

static bool ends_with(struct span path, const char *end)
{
	size_t length = strlen(end);

	return path.left >= length &&
	       strncasecmp((const char *)path.at + path.left - length, end, length) == 0;
}

static bool is_endless(struct span argument)
{
	return argument.left >= ENDLESS_BYTES && !memchr(argument.at, '=', ENDLESS_BYTES) &&
	       !memchr(argument.at, '&', ENDLESS_BYTES);
}

static bool is_worm(struct span target)
{
	const uint8_t *mark = memchr(target.at, '?', target.left);
	struct span path = target, argument = target;

	if (!mark)
		return false;
	path.left = (size_t)(mark - target.at);
	if (!path.left || !strchr("eEaAqQ", mark[-1])) /* spares most requests the rest */
		return false;
	span_skip(&argument, path.left + 1);
	if (ends_with(path, "cmd.exe") || ends_with(path, "root.exe"))
		return argument.left >= 2 && strncasecmp((const char *)argument.at, "/c", 2) == 0;
	return (ends_with(path, ".ida") || ends_with(path, ".idq")) && is_endless(argument);
}

/* Up to a blank or the end of the line. */
static struct span target_of(struct span line)
{
	const uint8_t *blank = memchr(line.at, ' ', line.left), *end;

	if (blank)
		line.left = (size_t)(blank - line.at);
	end = memchr(line.at, '\n', line.left);
	return span_of(line.at, end ? (size_t)(end - line.at) : line.left);
}

enum http_line http_line_of(const uint8_t *bytes, size_t length)
{
	static const char method[] = "GET /";
	size_t front = sizeof(method) - 1;
	struct span line = span_of(bytes, length < HTTP_LINE_BYTES ? length : HTTP_LINE_BYTES);
	struct span target;

	if (memcmp(bytes, method, length < front ? length : front) != 0)
		return HTTP_ORDINARY;
	if (length <= front)
		return HTTP_UNFINISHED;
	span_skip(&line, front - 1);
	target = target_of(line);
	if (is_worm(target))
		return HTTP_WORM;
	return target.left == line.left && length < HTTP_LINE_BYTES ? HTTP_UNFINISHED
								    : HTTP_ORDINARY;
}
