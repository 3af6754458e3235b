/* SPDX-License-Identifier: Apache-2.0 */
/* Header order of each kind of answer follows the recordings: 401 starts with the challenge and
 * has no Date; SOAP answers start with Date and Server.  Whether
 * firmware takes chunked requests and Expect is not known: server.c decides by knob. */
#include "tests/amtsim/web.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "tests/amtsim/rng.h"
#include "tests/amtsim/text.h"

#define CHUNK_MAX          0xFFFF /* what four hex digits hold */
#define WEB_CHUNK_LINE_MAX 256    /* a size with extensions */

static bool copy_span(char *dst, size_t size, const char *from, const char *to)
{
	size_t len = (size_t)(to - from);

	if (len >= size)
		return false;
	memcpy(dst, from, len);
	dst[len] = '\0';
	return true;
}

static enum web_state bad(struct web_request *request, unsigned status)
{
	request->bad_status = status;
	return WEB_BAD;
}

const char *web_path(const char *uri)
{
	const char *authority = strncmp(uri, "http://", 7) == 0    ? uri + 7
				: strncmp(uri, "https://", 8) == 0 ? uri + 8
								   : NULL;
	const char *path = authority ? strchr(authority, '/') : NULL;

	if (path)
		return path;
	return authority ? "/" : uri;
}

static bool read_request_line(const char *line, const char *end, struct web_request *request)
{
	const char *space = memchr(line, ' ', (size_t)(end - line));
	const char *second = space ? memchr(space + 1, ' ', (size_t)(end - space - 1)) : NULL;

	if (!second || !copy_span(request->method, sizeof(request->method), line, space) ||
	    !copy_span(request->path, sizeof(request->path), space + 1, second))
		return false;
	memmove(request->path, web_path(request->path), strlen(web_path(request->path)) + 1);
	if (!*request->method || !*request->path || end - second != 9 ||
	    memcmp(second + 1, "HTTP/1.", 7) != 0)
		return false;
	request->close = request->old = end[-1] == '0';
	return end[-1] == '0' || end[-1] == '1';
}

static bool header_is(const char *line, const char *colon, const char *name)
{
	size_t len = strlen(name);

	return (size_t)(colon - line) == len && strncasecmp(line, name, len) == 0;
}

static bool read_length(const char *value, size_t *length)
{
	size_t n = 0, digits = 0;

	for (; *value >= '0' && *value <= '9'; value++, digits++)
		n = n * 10 + (size_t)(*value - '0');
	*length = n;
	return digits > 0 && digits <= 9 && *value == '\0';
}

/* 0, or the status to refuse with. */
static unsigned take_header(const char *line, const char *end, struct web_request *request,
			    bool *has_length)
{
	const char *colon = memchr(line, ':', (size_t)(end - line));
	const char *from = colon ? colon + 1 : end;
	char value[sizeof(request->authorization)];

	if (!colon || colon == line)
		return 400;
	while (from < end && (*from == ' ' || *from == '\t'))
		from++;
	while (end > from && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	if (!copy_span(value, sizeof(value), from, end))
		return header_is(line, colon, "Authorization") ? 400 : 0;
	if (header_is(line, colon, "Transfer-Encoding")) {
		request->chunked = true;
		return strcasecmp(value, "chunked") == 0 ? 0 : 400;
	}
	if (header_is(line, colon, "Content-Length")) {
		size_t length;

		if (!read_length(value, &length) || (*has_length && length != request->body_len))
			return 400;
		request->body_len = length;
		*has_length = true;
	} else if (header_is(line, colon, "Authorization")) {
		memcpy(request->authorization, value, sizeof(value));
	} else if (header_is(line, colon, "Connection")) {
		request->close = request->close || strcasestr(value, "close");
	} else if (header_is(line, colon, "Expect")) {
		request->expects_continue = true;
	}
	return request->body_len > WEB_BODY_MAX_BYTES ? 413 : 0;
}

static unsigned read_head(const char *p, const char *end, struct web_request *request)
{
	bool has_length = false, first = true;

	while (p < end) {
		const char *eol = memmem(p, (size_t)(end - p), "\r\n", 2);
		unsigned status;

		if (!eol)
			return 400;
		if (first)
			status = read_request_line(p, eol, request) ? 0 : 400;
		else
			status = take_header(p, eol, request, &has_length);
		if (status)
			return status;
		first = false;
		p = eol + 2;
	}
	if (request->chunked)
		return has_length ? 400 : 0; /* the two together are how requests are smuggled */
	return strcmp(request->method, "POST") == 0 && !has_length ? 400 : 0;
}

/* Reads one chunk's size line; false until it is complete.  SIZE_MAX if it is nonsense. */
static bool read_chunk_line(const char *p, size_t len, size_t *size, size_t *line)
{
	const char *eol = memmem(p, len, "\r\n", 2);
	size_t i, n = 0, digits = eol ? (size_t)(eol - p) : 0;

	if (!eol) {
		*size = SIZE_MAX;
		return len > WEB_CHUNK_LINE_MAX;
	}
	for (i = 0; i < digits && i < 6 && isxdigit((unsigned char)p[i]); i++)
		n = n << 4 | (size_t)(isdigit((unsigned char)p[i])
					      ? p[i] - '0'
					      : tolower((unsigned char)p[i]) - 'a' + 10);
	*line = digits + 2;
	*size = i > 0 && (i == digits || p[i] == ';') ? n : SIZE_MAX;
	return true;
}

/* Length of all chunks with their framing, trailers not allowed. */
static enum web_state measure_chunks(const char *p, size_t len, size_t *framed, unsigned *status)
{
	size_t at = 0, size, line, body = 0;

	for (;;) {
		if (!read_chunk_line(p + at, len - at, &size, &line))
			return WEB_MORE;
		*status = size == SIZE_MAX ? 400 : 413;
		if (size == SIZE_MAX || body + size > WEB_BODY_MAX_BYTES)
			return WEB_BAD;
		if (len - at < line + size + 2)
			return WEB_MORE;
		*status = 400;
		if (memcmp(p + at + line + size, "\r\n", 2) != 0)
			return WEB_BAD;
		at += line + size + 2;
		body += size;
		if (size == 0)
			break;
	}
	*framed = at;
	return WEB_READY;
}

void web_unchunk(const struct web_request *request, struct text *out)
{
	size_t at = 0, size, line;

	while (read_chunk_line(request->body + at, request->body_len - at, &size, &line) && size) {
		text_add(out, request->body + at + line, size);
		at += line + size + 2;
	}
}

enum web_state web_parse(const char *bytes, size_t len, struct web_request *request)
{
	const char *blank;
	size_t head_len;
	unsigned status;

	memset(request, 0, sizeof(*request));
	blank = memmem(bytes, len < WEB_HEAD_MAX_BYTES ? len : WEB_HEAD_MAX_BYTES, "\r\n\r\n", 4);
	if (!blank)
		return len >= WEB_HEAD_MAX_BYTES ? bad(request, 400) : WEB_MORE;
	if (memchr(bytes, '\0', (size_t)(blank - bytes)))
		return bad(request, 400);
	status = read_head(bytes, blank + 2, request);
	if (status)
		return bad(request, status);
	request->head_done = true;
	head_len = (size_t)(blank - bytes) + 4;
	if (request->chunked) {
		enum web_state state = measure_chunks(bytes + head_len, len - head_len,
						      &request->body_len, &request->bad_status);

		if (state != WEB_READY)
			return state;
	}
	if (len - head_len < request->body_len)
		return WEB_MORE;
	request->body = bytes + head_len;
	request->consumed = head_len + request->body_len;
	return WEB_READY;
}

static size_t chunk_size(enum web_chunking chunking, size_t number, struct rng *rng)
{
	switch (chunking) {
	case CHUNKING_TINY:
		return 1 + rng_below(rng, 7);
	case CHUNKING_RANDOM:
		return 1 + rng_below(rng, 1200);
	case CHUNKING_FIRMWARE:
		return number == 0 ? 544 : 762;
	case CHUNKING_ONE:
	case CHUNKING_LENGTH:
	default:
		return CHUNK_MAX;
	}
}

void web_write_chunks(struct text *out, const char *body, size_t len, enum web_chunking chunking,
		      struct rng *rng)
{
	size_t done = 0, number;

	for (number = 0; done < len; number++) {
		size_t size = chunk_size(chunking, number, rng);

		if (size > len - done)
			size = len - done;
		text_printf(out, "%04zX\r\n", size);
		text_add(out, body + done, size);
		text_puts(out, "\r\n");
		done += size;
	}
	text_puts(out, "0\r\n\r\n");
}

static const char *reason(unsigned status)
{
	switch (status) {
	case 200:
		return "OK";
	case 303:
		return "See Other";
	case 400:
		return "Bad Request";
	case 401:
		return "Unauthorized";
	case 404:
		return "Not Found";
	case 405:
		return "Method Not Allowed";
	case 417:
		return "Expectation Failed";
	case 413:
		return "Request Entity Too Large";
	case 500:
		return "Internal Server Error";
	case 503:
		return "Service Unavailable";
	default:
		return "Unknown";
	}
}

static void write_date(struct text *out, int64_t wall_s)
{
	time_t seconds = (time_t)wall_s;
	struct tm utc;
	char date[64];

	gmtime_r(&seconds, &utc);
	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &utc);
	text_printf(out, "Date: %s\r\n", date);
}

static void write_server(struct text *out, const struct web_answer *answer)
{
	if (answer->server)
		text_printf(out, "Server: %s\r\n", answer->server);
}

/* HTML pages, among them the 401: challenge, type, server, length (recorded order). */
static void write_html_head(struct text *out, const struct web_answer *answer)
{
	if (answer->authenticate)
		text_printf(out, "WWW-Authenticate: %s\r\n", answer->authenticate);
	if (answer->location)
		text_printf(out, "Location: %s\r\n", answer->location);
	text_puts(out, "Content-Type: text/html\r\n");
	write_server(out, answer);
	text_printf(out, "Content-Length: %zu\r\n", answer->body_len);
}

static void write_soap_head(struct text *out, const struct web_answer *answer)
{
	write_date(out, answer->wall_s);
	write_server(out, answer);
	text_puts(out, "X-Frame-Options: DENY\r\n"
		       "Content-Type: application/soap+xml; charset=UTF-8\r\n");
	if (answer->chunking == CHUNKING_LENGTH)
		text_printf(out, "Content-Length: %zu\r\n", answer->body_len);
	else
		text_puts(out, "Transfer-Encoding: chunked\r\n");
}

void web_write(struct text *out, const struct web_answer *answer, struct rng *rng)
{
	text_printf(out, "HTTP/1.1 %u %s\r\n", answer->status, reason(answer->status));
	if (answer->html)
		write_html_head(out, answer);
	else
		write_soap_head(out, answer);
	if (answer->close)
		text_puts(out, "Connection: close\r\n");
	text_puts(out, "\r\n");
	if (answer->html || answer->chunking == CHUNKING_LENGTH)
		text_add(out, answer->body, answer->body_len);
	else
		web_write_chunks(out, answer->body, answer->body_len, answer->chunking, rng);
}
