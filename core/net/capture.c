/* SPDX-License-Identifier: Apache-2.0 */
/* Captures: which of three readers reads, and how far it came.
 *
 * The records of regular files, plain pcap and pcapng, are read in place (savefile.h, blockfile.h); all else is libpcap's
 * (pcap_source.h).  Left out: writing captures, compressed files, several inputs at once. */
#include "core/net/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/net/blockfile.h"
#include "core/net/pcap_source.h"
#include "core/net/savefile.h"

enum capture_kind { CAPTURE_FILE, CAPTURE_PIPE, CAPTURE_LIVE };

struct capture {
	struct savefile *savefile;   /* one of these two reads the records, */
	struct blockfile *blockfile; /* or else libpcap */
	struct pcap_source *source;  /* NULL where libpcap is not needed */
	int fd;                      /* -1 where libpcap owns it */
	enum capture_kind kind;
	uint64_t frames, bytes;
	capture_fn *fn; /* during capture_read() */
	void *arg;
	bool ended;
	bool has_filter;
	int link_type;
	char *name;
	struct err end; /* why a damaged file ended; unset for a clean end */
};

/* ---- opening ------------------------------------------------------------------------------------ */

static struct capture *capture_new(const char *name, enum capture_kind kind, int fd)
{
	struct capture *capture = mem_alloc(sizeof(*capture));

	capture->name = mem_text(name);
	capture->kind = kind;
	capture->fd = fd;
	return capture;
}

static bool reads_in_place(const struct capture *capture)
{
	return capture->savefile || capture->blockfile;
}

void capture_free(struct capture *capture)
{
	if (!capture)
		return;
	savefile_free(capture->savefile);
	blockfile_free(capture->blockfile);
	pcap_source_free(capture->source);
	if (capture->fd >= 0)
		close(capture->fd);
	mem_free(capture->name);
	mem_free(capture);
}

static int set_filter(struct capture *capture, const char *filter, struct err *err)
{
	if (!filter || !filter[0])
		return 0;
	if (!capture->source)
		capture->source = pcap_source_of_nothing(capture->name, capture->link_type, err);
	if (!capture->source)
		return ERR_FAILED;
	capture->has_filter = true;
	return pcap_source_filter(capture->source, filter, reads_in_place(capture), err);
}

static int check_kind(const char *name, int fd, enum capture_kind *kind, struct err *err)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return err_set_errno(err, errno, "%s: cannot be read", name);
	if (S_ISDIR(status.st_mode))
		return err_set(err, ERR_FAILED, "%s: is a directory; name a capture file in it",
			       name);
	*kind = S_ISREG(status.st_mode) ? CAPTURE_FILE : CAPTURE_PIPE;
	return 0;
}

static int open_descriptor(const char *path, const char *name, struct err *err)
{
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
			  : open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	if (errno == ENOENT)
		return err_set(err, ERR_FAILED, "%s: no such file", name);
	if (errno == EACCES)
		return err_set(err, ERR_FAILED, "%s: permission denied; you need read access",
			       name);
	return err_set_errno(err, errno, "%s: cannot be opened", name);
}

/* Position inside a regular file is kept: a shell may have read the first lines. */
static bool open_in_place(struct capture *capture)
{
	off_t start = lseek(capture->fd, 0, SEEK_CUR);

	if (capture->kind != CAPTURE_FILE || start < 0)
		return false;
	capture->savefile = savefile_new(capture->fd, (uint64_t)start, &capture->link_type);
	if (!capture->savefile)
		capture->blockfile =
			blockfile_new(capture->fd, (uint64_t)start, &capture->link_type);
	return reads_in_place(capture);
}

static int open_reader(struct capture *capture, struct err *err)
{
	int fd = capture->fd;

	if (open_in_place(capture))
		return 0;
	capture->fd = -1;
	capture->source =
		pcap_source_of_file(capture->name, fd, capture->kind == CAPTURE_PIPE, err);
	if (!capture->source)
		return ERR_FAILED;
	capture->link_type = pcap_source_link_type(capture->source);
	return 0;
}

struct capture *capture_open_file(const char *path, const char *filter, struct err *err)
{
	const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
	enum capture_kind kind = CAPTURE_FILE;
	struct capture *capture;
	int fd = open_descriptor(path, name, err);

	if (fd < 0)
		return NULL;
	if (check_kind(name, fd, &kind, err) < 0) {
		close(fd);
		return NULL;
	}
	capture = capture_new(name, kind, fd);
	if (open_reader(capture, err) == 0 && set_filter(capture, filter, err) == 0)
		return capture;
	capture_free(capture);
	return NULL;
}

struct capture *capture_open_live(const char *interface, const char *filter, uint32_t buffer_bytes,
				  struct err *err)
{
	struct capture *capture = capture_new(interface, CAPTURE_LIVE, -1);

	capture->source = pcap_source_of_interface(capture->name, buffer_bytes, err);
	if (capture->source) {
		capture->link_type = pcap_source_link_type(capture->source);
		if (set_filter(capture, filter, err) == 0)
			return capture;
	}
	capture_free(capture);
	return NULL;
}

/* ---- reading ------------------------------------------------------------------------------------ */

static inline void deliver(void *arg, const struct capture_frame *frame)
{
	struct capture *capture = arg;

	capture->bytes += frame->captured;
	capture->fn(capture->arg, frame);
	capture->frames++;
}

static bool passes(const struct capture *capture, const struct capture_frame *frame)
{
	return !capture->has_filter || (frame->link_type == capture->link_type &&
					pcap_source_passes(capture->source, frame));
}

static inline int next_in_place(struct capture *capture, struct capture_frame *frame,
				struct err *err)
{
	return capture->savefile ? savefile_next(capture->savefile, frame, err)
				 : blockfile_next(capture->blockfile, frame, err);
}

static int read_in_place(struct capture *capture, unsigned batch, struct err *err)
{
	uint64_t left = batch ? batch : UINT64_MAX;
	struct capture_frame frame;
	int status = 1;

	while (left && (status = next_in_place(capture, &frame, err)) > 0) {
		if (!passes(capture, &frame))
			continue;
		deliver(capture, &frame);
		left--;
	}
	return status;
}

static void note_end(struct capture *capture, int status, const struct err *why)
{
	capture->ended = true;
	if (status < 0)
		err_set(&capture->end, ERR_FAILED, "%s: %s after %llu %spackets", capture->name,
			why->text, (unsigned long long)capture->frames,
			capture->has_filter ? "matching " : "");
}

static int report_end(const struct capture *capture, struct err *err)
{
	if (err_is_set(&capture->end))
		return err_set(err, capture->end.code, "%s", capture->end.text);
	return ERR_GONE;
}

int capture_read(struct capture *capture, unsigned batch, capture_fn *fn, void *arg,
		 struct err *err)
{
	uint64_t before = capture->frames;
	struct err why = { 0 };
	uint64_t delivered;
	int status;

	if (capture->ended)
		return report_end(capture, err);
	capture->fn = fn;
	capture->arg = arg;
	if (reads_in_place(capture))
		status = read_in_place(capture, batch, &why);
	else
		status = pcap_source_read(capture->source, batch, deliver, capture, &why);
	if (status <= 0)
		note_end(capture, status, &why);
	delivered = capture->frames - before;
	if (delivered == 0 && capture->ended)
		return report_end(capture, err);
	return delivered < INT32_MAX ? (int)delivered : INT32_MAX;
}

/* ---- asking ------------------------------------------------------------------------------------- */

int capture_link_type(const struct capture *capture)
{
	return capture->link_type;
}

int capture_descriptor(const struct capture *capture)
{
	return capture->kind == CAPTURE_FILE ? -1 : pcap_source_descriptor(capture->source);
}

struct capture_counts capture_counts(const struct capture *capture)
{
	struct capture_counts counts = { .frames = capture->frames, .bytes = capture->bytes };

	if (capture->kind == CAPTURE_LIVE)
		pcap_source_dropped(capture->source, &counts);
	return counts;
}
