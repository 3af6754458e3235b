/* SPDX-License-Identifier: Apache-2.0 */
/* Captures through libpcap: it knows the file formats, every byte order and the kernel's ring buffers.
 *
 * The records of plain pcap and pcapng files are read in place once libpcap has opened them (savefile.h, blockfile.h).  For other files
 * stdio is given a large buffer, since libpcap leaves the default of one page and pays a system call for
 * every few frames, and no locking.  A pipe is the opposite: unbuffered, so that poll(2) on the descriptor tells the truth about what waits; a writer that stops inside a record makes
 * us wait for its rest.  Left out: writing captures, compressed files, several inputs at once. */
#include "core/net/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/units.h"
#include "core/net/blockfile.h"
#include "core/net/savefile.h"

#define FILE_BUFFER_BYTES (64 * 1024) /* stays in the first caches: a larger one reads slower */
#define LINKTYPE_RAW \
	101 /* the only one of those we read that files number otherwise than libpcap */
#define SNAPLEN_BYTES 65535
/* How long the kernel may gather frames before it wakes us: a sweep sends a few contacts in that time. */
#define GATHER_MS 10

enum capture_kind { CAPTURE_FILE, CAPTURE_PIPE, CAPTURE_LIVE };

struct capture {
	pcap_t *pcap;
	enum capture_kind kind;
	uint64_t fraction_ns; /* unit of the time stamp's fraction */
	uint64_t frames, bytes;
	capture_fn *fn; /* during capture_read() */
	void *arg;
	bool ended;
	bool has_filter;
	int link_type;
	struct savefile *savefile;   /* NULL where libpcap reads the records */
	struct blockfile *blockfile; /* the same of pcapng */
	struct bpf_program program;  /* with one of these and a filter; else freed once set */
	int stream_fd;               /* of a pipe; owned by pcap */
	char *stream_buffer;         /* stdio's, freed after pcap has closed its FILE */
	char *name;
	struct err end; /* why a damaged file ended; unset for a clean end */
};

/* ---- opening ------------------------------------------------------------------------------------ */

static struct capture *capture_new(const char *name, enum capture_kind kind)
{
	struct capture *capture = mem_alloc(sizeof(*capture));

	capture->name = mem_text(name);
	capture->kind = kind;
	capture->stream_fd = -1;
	capture->fraction_ns = 1;
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
	if (reads_in_place(capture) && capture->has_filter)
		pcap_freecode(&capture->program);
	savefile_free(capture->savefile);
	blockfile_free(capture->blockfile);
	if (capture->pcap)
		pcap_close(capture->pcap);
	mem_free(capture->stream_buffer);
	mem_free(capture->name);
	mem_free(capture);
}

static int set_filter(struct capture *capture, const char *filter, struct err *err)
{
	struct bpf_program program;
	int rc;

	if (!filter || !filter[0])
		return 0;
	if (pcap_compile(capture->pcap, &program, filter, 1, PCAP_NETMASK_UNKNOWN) < 0)
		return err_set(err, ERR_USAGE, "filter \"%s\": %s (see man pcap-filter)", filter,
			       pcap_geterr(capture->pcap));
	if (reads_in_place(capture)) {
		capture->program = program;
		capture->has_filter = true;
		return 0;
	}
	rc = pcap_setfilter(capture->pcap, &program);
	pcap_freecode(&program);
	if (rc < 0)
		return err_set(err, ERR_FAILED, "%s: cannot set the filter \"%s\": %s",
			       capture->name, filter, pcap_geterr(capture->pcap));
	capture->has_filter = true;
	return 0;
}

/* Compressed captures are common, and "unknown file format" helps nobody with them. */
static const char *packed_with(int fd)
{
	unsigned char magic[4] = { 0 };

	if (pread(fd, magic, sizeof(magic), 0) != (ssize_t)sizeof(magic))
		return NULL;
	if (magic[0] == 0x1f && magic[1] == 0x8b)
		return "gzip";
	if (magic[0] == 0xfd && memcmp(magic + 1, "7zX", 3) == 0)
		return "xz";
	if (magic[0] == 0x28 && magic[1] == 0xb5 && magic[2] == 0x2f && magic[3] == 0xfd)
		return "zstd";
	if (memcmp(magic, "BZh", 3) == 0)
		return "bzip2";
	return NULL;
}

static int explain_unreadable(const char *name, int fd, const char *words, struct err *err)
{
	const char *packer = packed_with(fd);

	if (packer)
		return err_set(err, ERR_FAILED, "%s: is compressed; unpack it first (%s -d)", name,
			       packer);
	if (strstr(words, "only got 0"))
		return err_set(err, ERR_FAILED, "%s: is empty, not a capture", name);
	if (strncmp(words, "truncated", 9) == 0)
		return err_set(err, ERR_FAILED,
			       "%s: ends inside the file header; copy the capture again", name);
	if (strcmp(words, "unknown file format") == 0)
		return err_set(err, ERR_FAILED, "%s: is not a capture (neither pcap nor pcapng)",
			       name);
	return err_set(err, ERR_FAILED, "%s: %s", name, words);
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

/* Makes a stream of fd; closes fd on failure.  A position inside a regular file (a shell that read the
 * first lines) is kept. */
static FILE *open_stream(struct capture *capture, int fd, struct err *err)
{
	FILE *stream = fdopen(fd, "rb");

	if (!stream) {
		err_set_errno(err, errno, "%s: cannot be read", capture->name);
		close(fd);
		return NULL;
	}
	if (capture->kind == CAPTURE_FILE) {
		capture->stream_buffer = mem_alloc(FILE_BUFFER_BYTES);
		setvbuf(stream, capture->stream_buffer, _IOFBF, FILE_BUFFER_BYTES);
	} else {
		setvbuf(stream, NULL, _IONBF, 0);
	}
	__fsetlocking(stream, FSETLOCKING_BYCALLER);
	return stream;
}

/* Some link types, that no decoder of ours knows, have longer records or headers in the byte order of the writer. */
static bool is_ordinary(int link_type)
{
	return link_type == DLT_EN10MB || link_type == DLT_LINUX_SLL ||
	       link_type == DLT_LINUX_SLL2 || link_type == DLT_RAW || link_type == DLT_NULL ||
	       link_type == DLT_LOOP || link_type == DLT_IPV4 || link_type == DLT_IPV6 ||
	       link_type == DLT_PPP || link_type == DLT_PPP_SERIAL || link_type == DLT_C_HDLC;
}

static void choose_reader(struct capture *capture, int fd, off_t start)
{
	int snaplen = pcap_snapshot(capture->pcap);

	if (capture->kind == CAPTURE_PIPE) {
		capture->stream_fd = fd;
		return;
	}
	if (start < 0 || !is_ordinary(pcap_datalink(capture->pcap)))
		return;
	if (snaplen > 0)
		capture->savefile = savefile_new(fd, (uint64_t)start, (uint32_t)snaplen);
	if (!capture->savefile)
		capture->blockfile = blockfile_new(fd, (uint64_t)start);
}

static int open_pcap(struct capture *capture, int fd, struct err *err)
{
	char words[PCAP_ERRBUF_SIZE] = "";
	off_t start = lseek(fd, 0, SEEK_CUR); /* of a pipe: an error, and not needed */
	FILE *stream = open_stream(capture, fd, err);

	if (!stream)
		return ERR_FAILED;
	capture->pcap =
		pcap_fopen_offline_with_tstamp_precision(stream, PCAP_TSTAMP_PRECISION_NANO, words);
	if (capture->pcap) {
		capture->link_type = pcap_datalink(capture->pcap);
		choose_reader(capture, fd, start);
		return 0;
	}
	explain_unreadable(capture->name, fd, words, err);
	fclose(stream);
	return ERR_FAILED;
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
	capture = capture_new(name, kind);
	if (open_pcap(capture, fd, err) == 0 && set_filter(capture, filter, err) == 0)
		return capture;
	capture_free(capture);
	return NULL;
}

/* ---- live --------------------------------------------------------------------------------------- */

static int explain_denied(const char *interface, struct err *err)
{
	char program[256];
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

	program[length > 0 ? length : 0] = '\0';
	return err_set(err, ERR_FAILED,
		       "%s: no permission to capture: needs CAP_NET_RAW; run as root, or: "
		       "sudo setcap cap_net_raw=ep %s",
		       interface, length > 0 ? program : "PROGRAM");
}

static int explain_activation(struct capture *capture, int status, struct err *err)
{
	const char *words = pcap_geterr(capture->pcap);

	switch (status) {
	case PCAP_ERROR_PERM_DENIED:
	case PCAP_ERROR_PROMISC_PERM_DENIED:
		return explain_denied(capture->name, err);
	case PCAP_ERROR_NO_SUCH_DEVICE:
		return err_set(err, ERR_FAILED, "%s: no such interface; see: ip link",
			       capture->name);
	case PCAP_ERROR_IFACE_NOT_UP:
		return err_set(err, ERR_FAILED, "%s: the interface is down; try: ip link set %s up",
			       capture->name, capture->name);
	default:
		return err_set(err, ERR_FAILED, "%s: %s", capture->name,
			       words[0] ? words : pcap_statustostr(status));
	}
}

/* None of these can fail before activation but for a value out of range. */
static void configure_live(struct capture *capture, uint32_t buffer_bytes)
{
	pcap_set_snaplen(capture->pcap, SNAPLEN_BYTES);
	pcap_set_promisc(capture->pcap, 1);
	pcap_set_timeout(capture->pcap, GATHER_MS);
	if (buffer_bytes > 0 && buffer_bytes <= INT32_MAX)
		pcap_set_buffer_size(capture->pcap, (int)buffer_bytes);
	if (pcap_set_tstamp_precision(capture->pcap, PCAP_TSTAMP_PRECISION_NANO) != 0)
		capture->fraction_ns = NS_PER_US;
}

static int activate(struct capture *capture, uint32_t buffer_bytes, struct err *err)
{
	char words[PCAP_ERRBUF_SIZE] = "";
	int status;

	capture->pcap = pcap_create(capture->name, words);
	if (!capture->pcap)
		return err_set(err, ERR_FAILED, "%s: %s", capture->name, words);
	configure_live(capture, buffer_bytes);
	status = pcap_activate(capture->pcap);
	if (status < 0)
		return explain_activation(capture, status, err);
	if (pcap_setnonblock(capture->pcap, 1, words) < 0)
		return err_set(err, ERR_FAILED, "%s: %s", capture->name, words);
	capture->link_type = pcap_datalink(capture->pcap);
	return 0;
}

struct capture *capture_open_live(const char *interface, const char *filter, uint32_t buffer_bytes,
				  struct err *err)
{
	struct capture *capture = capture_new(interface, CAPTURE_LIVE);

	if (activate(capture, buffer_bytes, err) == 0 && set_filter(capture, filter, err) == 0)
		return capture;
	capture_free(capture);
	return NULL;
}

/* ---- reading ------------------------------------------------------------------------------------ */

/* Seconds of a pcap record are 32 bits and unsigned (draft-ietf-opsawg-pcap); libpcap widens them as
 * signed.  pcapng may hold any nonsense. */
static inline uint64_t wall_ns(const struct timeval *ts, uint64_t fraction_ns)
{
	int64_t seconds = ts->tv_sec;
	uint64_t fraction = ts->tv_usec > 0 ? (uint64_t)ts->tv_usec : 0;

	if (__builtin_expect(seconds < 0, 0))
		seconds = seconds >= INT32_MIN ? seconds + (INT64_C(1) << 32) : 0;
	if (__builtin_expect((uint64_t)seconds >= CAPTURE_WALL_MAX_NS / NS_PER_S ||
				     fraction >= UINT32_MAX * NS_PER_US,
			     0))
		return CAPTURE_WALL_MAX_NS;
	fraction = fraction * fraction_ns + (uint64_t)seconds * NS_PER_S;
	return fraction < CAPTURE_WALL_MAX_NS ? fraction : CAPTURE_WALL_MAX_NS;
}

static void deliver_frame(struct capture *capture, const struct capture_frame *frame)
{
	capture->frames++;
	capture->bytes += frame->captured;
	capture->fn(capture->arg, frame);
}

static void deliver(unsigned char *arg, const struct pcap_pkthdr *header,
		    const unsigned char *bytes)
{
	struct capture *capture = (void *)arg;
	struct capture_frame frame = {
		.wall_ns = wall_ns(&header->ts, capture->fraction_ns),
		.bytes = bytes,
		.captured = header->caplen,
		.on_wire = header->len,
		.link_type = capture->link_type,
	};

	deliver_frame(capture, &frame);
}

static void note_end(struct capture *capture, int status)
{
	const char *words = pcap_geterr(capture->pcap);
	const char *matching = capture->has_filter ? "matching " : "";

	capture->ended = true;
	if (status >= 0)
		return;
	if (strncmp(words, "truncated", 9) == 0)
		err_set(&capture->end, ERR_FAILED, "%s: ends inside a record after %llu %spackets",
			capture->name, (unsigned long long)capture->frames, matching);
	else
		err_set(&capture->end, ERR_FAILED, "%s: after %llu %spackets: %s", capture->name,
			(unsigned long long)capture->frames, matching, words);
}

static int report_end(const struct capture *capture, struct err *err)
{
	if (err_is_set(&capture->end))
		return err_set(err, capture->end.code, "%s", capture->end.text);
	return ERR_GONE;
}

static bool passes(const struct capture *capture, const struct capture_frame *frame)
{
	struct pcap_pkthdr header = { .caplen = frame->captured, .len = frame->on_wire };

	return !capture->has_filter ||
	       (frame->link_type == capture->link_type &&
		pcap_offline_filter(&capture->program, &header, frame->bytes));
}

static inline int next_in_place(struct capture *capture, struct capture_frame *frame,
				struct err *err)
{
	struct savefile_record record = { 0 };
	struct blockfile_packet packet = { 0 };
	int status;

	if (capture->savefile) {
		status = savefile_next(capture->savefile, &record, err);
		*frame = (struct capture_frame){ record.wall_ns, record.bytes, record.captured,
						 record.on_wire, capture->link_type };
		return status;
	}
	status = blockfile_next(capture->blockfile, &packet, err);
	*frame = (struct capture_frame){
		packet.wall_ns < CAPTURE_WALL_MAX_NS ? packet.wall_ns : CAPTURE_WALL_MAX_NS,
		packet.bytes, packet.captured, packet.on_wire,
		packet.link_type == LINKTYPE_RAW ? DLT_RAW : packet.link_type
	};
	return status;
}

static void read_in_place(struct capture *capture, unsigned batch)
{
	const char *matching = capture->has_filter ? "matching " : "";
	uint64_t last = capture->frames + batch;
	struct capture_frame frame;
	struct err err = { 0 };
	int status = 1;

	while ((batch == 0 || capture->frames < last) &&
	       (status = next_in_place(capture, &frame, &err)) > 0)
		if (passes(capture, &frame))
			deliver_frame(capture, &frame);
	capture->ended = status <= 0;
	if (status < 0)
		err_set(&capture->end, ERR_FAILED, "%s: %s after %llu %spackets", capture->name,
			err.text, (unsigned long long)capture->frames, matching);
}

static void read_file(struct capture *capture, unsigned batch)
{
	int count = batch > 0 && batch <= INT32_MAX ? (int)batch : -1;
	int status = pcap_dispatch(capture->pcap, count, deliver, (void *)capture);

	if (status <= 0)
		note_end(capture, status);
}

static bool has_waiting(int fd)
{
	struct pollfd waiting = { .fd = fd, .events = POLLIN };

	return poll(&waiting, 1, 0) > 0;
}

static void read_pipe(struct capture *capture, unsigned batch)
{
	for (unsigned i = 0; (batch == 0 || i < batch) && has_waiting(capture->stream_fd); i++) {
		int status = pcap_dispatch(capture->pcap, 1, deliver, (void *)capture);

		if (status <= 0) {
			note_end(capture, status);
			return;
		}
	}
}

static void read_live(struct capture *capture, unsigned batch)
{
	int count = batch > 0 && batch <= INT32_MAX ? (int)batch : -1;
	int status = pcap_dispatch(capture->pcap, count, deliver, (void *)capture);

	if (status < 0) /* the interface went away; 0 is only a pause */
		note_end(capture, status);
}

int capture_read(struct capture *capture, unsigned batch, capture_fn *fn, void *arg,
		 struct err *err)
{
	uint64_t before = capture->frames;
	uint64_t delivered;

	if (capture->ended)
		return report_end(capture, err);
	capture->fn = fn;
	capture->arg = arg;
	if (reads_in_place(capture))
		read_in_place(capture, batch);
	else if (capture->kind == CAPTURE_FILE)
		read_file(capture, batch);
	else if (capture->kind == CAPTURE_PIPE)
		read_pipe(capture, batch);
	else
		read_live(capture, batch);
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
	if (capture->kind == CAPTURE_LIVE)
		return pcap_get_selectable_fd(capture->pcap);
	return capture->stream_fd;
}

struct capture_counts capture_counts(const struct capture *capture)
{
	struct capture_counts counts = { .frames = capture->frames, .bytes = capture->bytes };
	struct pcap_stat kernel;

	if (capture->kind == CAPTURE_LIVE && pcap_stats(capture->pcap, &kernel) == 0) {
		counts.dropped_kernel = kernel.ps_drop;
		counts.dropped_interface = kernel.ps_ifdrop;
	}
	return counts;
}
