/* SPDX-License-Identifier: Apache-2.0 */
/* pcap_source.c - libpcap: it knows the file formats, every byte order and the kernel's ring buffers.
 *
 * For files stdio is given a large buffer, since libpcap leaves the default of one page and pays a system call for
 * every few frames, and no locking.  A pipe is the opposite: unbuffered, so that poll(2) on the descriptor tells the truth
 * about what waits; a writer that stops inside a record makes us wait for its rest.
 *
 * The library stays loaded: what it brings along registers itself in the process, and cannot be counted on to let go. */
#include "core/net/pcap_source.h"

#include <dlfcn.h>
#include <errno.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <string.h>
#include <unistd.h>

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/units.h"

#define FILE_BUFFER_BYTES (64 * 1024) /* stays in the first caches: a larger one reads slower */
#define SNAPLEN_BYTES     65535
/* How long the kernel may gather frames before it wakes us: a sweep sends a few contacts in that time. */
#define GATHER_MS    10
#define LINKTYPE_RAW 101

/* What we call of libpcap. */
struct library {
	__typeof__(pcap_activate) *activate;
	__typeof__(pcap_close) *close;
	__typeof__(pcap_compile) *compile;
	__typeof__(pcap_create) *create;
	__typeof__(pcap_datalink) *datalink;
	__typeof__(pcap_dispatch) *dispatch;
	__typeof__(pcap_fopen_offline_with_tstamp_precision) *fopen_offline;
	__typeof__(pcap_freecode) *freecode;
	__typeof__(pcap_get_selectable_fd) *get_selectable_fd;
	__typeof__(pcap_geterr) *geterr;
	__typeof__(pcap_offline_filter) *offline_filter;
	__typeof__(pcap_open_dead) *open_dead;
	__typeof__(pcap_set_buffer_size) *set_buffer_size;
	__typeof__(pcap_set_promisc) *set_promisc;
	__typeof__(pcap_set_snaplen) *set_snaplen;
	__typeof__(pcap_set_timeout) *set_timeout;
	__typeof__(pcap_set_tstamp_precision) *set_tstamp_precision;
	__typeof__(pcap_setfilter) *setfilter;
	__typeof__(pcap_setnonblock) *setnonblock;
	__typeof__(pcap_stats) *stats;
	__typeof__(pcap_statustostr) *statustostr;
};

struct pcap_source {
	struct library lib;
	const char *name;
	pcap_t *pcap;
	uint64_t fraction_ns; /* unit of the time stamp's fraction */
	bool is_live, is_pipe;
	int link_type;
	int fd; /* of a file or pipe; owned by pcap */
	bool is_asked;
	struct bpf_program program; /* where is_asked; else freed once set */
	char *stream_buffer;        /* stdio's, freed after pcap has closed its FILE */
	capture_fn *fn;             /* during pcap_source_read() */
	void *arg;
};

/* ---- the library -------------------------------------------------------------------------------- */

static void *open_library(void)
{
	static const char *const names[] = { "libpcap.so.1", "libpcap.so.0.8" };
	void *handle = NULL;

	for (unsigned i = 0; !handle && i < sizeof(names) / sizeof(names[0]); i++)
		handle = dlopen(names[i], RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	return handle;
}

static int load(struct library *lib, const char *name, struct err *err)
{
	static const struct {
		const char *name;
		size_t offset;
	} symbols[] = {
		{ "pcap_activate", offsetof(struct library, activate) },
		{ "pcap_close", offsetof(struct library, close) },
		{ "pcap_compile", offsetof(struct library, compile) },
		{ "pcap_create", offsetof(struct library, create) },
		{ "pcap_datalink", offsetof(struct library, datalink) },
		{ "pcap_dispatch", offsetof(struct library, dispatch) },
		{ "pcap_fopen_offline_with_tstamp_precision",
		  offsetof(struct library, fopen_offline) },
		{ "pcap_freecode", offsetof(struct library, freecode) },
		{ "pcap_get_selectable_fd", offsetof(struct library, get_selectable_fd) },
		{ "pcap_geterr", offsetof(struct library, geterr) },
		{ "pcap_offline_filter", offsetof(struct library, offline_filter) },
		{ "pcap_open_dead", offsetof(struct library, open_dead) },
		{ "pcap_set_buffer_size", offsetof(struct library, set_buffer_size) },
		{ "pcap_set_promisc", offsetof(struct library, set_promisc) },
		{ "pcap_set_snaplen", offsetof(struct library, set_snaplen) },
		{ "pcap_set_timeout", offsetof(struct library, set_timeout) },
		{ "pcap_set_tstamp_precision", offsetof(struct library, set_tstamp_precision) },
		{ "pcap_setfilter", offsetof(struct library, setfilter) },
		{ "pcap_setnonblock", offsetof(struct library, setnonblock) },
		{ "pcap_stats", offsetof(struct library, stats) },
		{ "pcap_statustostr", offsetof(struct library, statustostr) },
	};
	void *handle = open_library();

	if (!handle)
		return err_set(err, ERR_FAILED, "%s: needs libpcap (Debian: libpcap0.8): %s", name,
			       dlerror());
	for (unsigned i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
		void *symbol = dlsym(handle, symbols[i].name);

		if (!symbol)
			return err_set(err, ERR_FAILED,
				       "%s: this libpcap has no %s; install 1.5 or later", name,
				       symbols[i].name);
		memcpy((unsigned char *)lib + symbols[i].offset, &symbol, sizeof(symbol));
	}
	return 0;
}

/* ---- opening ------------------------------------------------------------------------------------ */

/* Files number raw IP otherwise than libpcap does; of what we read, nothing else. */
static int link_of_dlt(int dlt)
{
	return dlt == DLT_RAW ? LINKTYPE_RAW : dlt;
}

static int dlt_of_link(int link_type)
{
	return link_type == LINKTYPE_RAW ? DLT_RAW : link_type;
}

static struct pcap_source *source_new(const char *name, struct err *err)
{
	struct pcap_source *source = mem_alloc(sizeof(*source));

	source->name = name;
	source->fd = -1;
	source->fraction_ns = 1;
	if (load(&source->lib, name, err) == 0)
		return source;
	mem_free(source);
	return NULL;
}

void pcap_source_free(struct pcap_source *source)
{
	if (!source)
		return;
	if (source->is_asked)
		source->lib.freecode(&source->program);
	if (source->pcap)
		source->lib.close(source->pcap);
	mem_free(source->stream_buffer);
	mem_free(source);
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

/* Makes a stream of fd; closes fd on failure.  A position inside a regular file (a shell that read the
 * first lines) is kept. */
static FILE *open_stream(struct pcap_source *source, int fd, struct err *err)
{
	FILE *stream = fdopen(fd, "rb");

	if (!stream) {
		err_set_errno(err, errno, "%s: cannot be read", source->name);
		close(fd);
		return NULL;
	}
	if (source->is_pipe) {
		setvbuf(stream, NULL, _IONBF, 0);
	} else {
		source->stream_buffer = mem_alloc(FILE_BUFFER_BYTES);
		setvbuf(stream, source->stream_buffer, _IOFBF, FILE_BUFFER_BYTES);
	}
	__fsetlocking(stream, FSETLOCKING_BYCALLER);
	return stream;
}

static int open_capture(struct pcap_source *source, int fd, struct err *err)
{
	char words[PCAP_ERRBUF_SIZE] = "";
	FILE *stream = open_stream(source, fd, err);

	if (!stream)
		return ERR_FAILED;
	source->pcap = source->lib.fopen_offline(stream, PCAP_TSTAMP_PRECISION_NANO, words);
	if (source->pcap) {
		source->link_type = link_of_dlt(source->lib.datalink(source->pcap));
		return 0;
	}
	explain_unreadable(source->name, fd, words, err);
	fclose(stream);
	return ERR_FAILED;
}

struct pcap_source *pcap_source_of_file(const char *name, int fd, bool is_pipe, struct err *err)
{
	struct pcap_source *source = source_new(name, err);

	if (!source) {
		close(fd);
		return NULL;
	}
	source->is_pipe = is_pipe;
	source->fd = fd;
	if (open_capture(source, fd, err) == 0)
		return source;
	pcap_source_free(source);
	return NULL;
}

struct pcap_source *pcap_source_of_nothing(const char *name, int link_type, struct err *err)
{
	struct pcap_source *source = source_new(name, err);

	if (!source)
		return NULL;
	source->pcap = source->lib.open_dead(dlt_of_link(link_type), SNAPLEN_BYTES);
	if (source->pcap)
		return source;
	err_set(err, ERR_FAILED, "%s: libpcap cannot filter link type %d", name, link_type);
	pcap_source_free(source);
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

static int explain_activation(struct pcap_source *source, int status, struct err *err)
{
	const char *words = source->lib.geterr(source->pcap);

	switch (status) {
	case PCAP_ERROR_PERM_DENIED:
	case PCAP_ERROR_PROMISC_PERM_DENIED:
		return explain_denied(source->name, err);
	case PCAP_ERROR_NO_SUCH_DEVICE:
		return err_set(err, ERR_FAILED, "%s: no such interface; see: ip link",
			       source->name);
	case PCAP_ERROR_IFACE_NOT_UP:
		return err_set(err, ERR_FAILED, "%s: the interface is down; try: ip link set %s up",
			       source->name, source->name);
	default:
		return err_set(err, ERR_FAILED, "%s: %s", source->name,
			       words[0] ? words : source->lib.statustostr(status));
	}
}

/* None of these can fail before activation but for a value out of range. */
static void configure_live(struct pcap_source *source, uint32_t buffer_bytes)
{
	source->lib.set_snaplen(source->pcap, SNAPLEN_BYTES);
	source->lib.set_promisc(source->pcap, 1);
	source->lib.set_timeout(source->pcap, GATHER_MS);
	if (buffer_bytes > 0 && buffer_bytes <= INT32_MAX)
		source->lib.set_buffer_size(source->pcap, (int)buffer_bytes);
	if (source->lib.set_tstamp_precision(source->pcap, PCAP_TSTAMP_PRECISION_NANO) != 0)
		source->fraction_ns = NS_PER_US;
}

static int activate(struct pcap_source *source, uint32_t buffer_bytes, struct err *err)
{
	char words[PCAP_ERRBUF_SIZE] = "";
	int status;

	source->pcap = source->lib.create(source->name, words);
	if (!source->pcap)
		return err_set(err, ERR_FAILED, "%s: %s", source->name, words);
	configure_live(source, buffer_bytes);
	status = source->lib.activate(source->pcap);
	if (status < 0)
		return explain_activation(source, status, err);
	if (source->lib.setnonblock(source->pcap, 1, words) < 0)
		return err_set(err, ERR_FAILED, "%s: %s", source->name, words);
	source->link_type = link_of_dlt(source->lib.datalink(source->pcap));
	return 0;
}

struct pcap_source *pcap_source_of_interface(const char *name, uint32_t buffer_bytes,
					     struct err *err)
{
	struct pcap_source *source = source_new(name, err);

	if (!source)
		return NULL;
	source->is_live = true;
	if (activate(source, buffer_bytes, err) == 0)
		return source;
	pcap_source_free(source);
	return NULL;
}

/* ---- filters ------------------------------------------------------------------------------------ */

int pcap_source_filter(struct pcap_source *source, const char *expression, bool is_asked,
		       struct err *err)
{
	struct library *lib = &source->lib;
	struct bpf_program program;
	int rc;

	if (lib->compile(source->pcap, &program, expression, 1, PCAP_NETMASK_UNKNOWN) < 0)
		return err_set(err, ERR_USAGE, "filter \"%s\": %s (see man pcap-filter)",
			       expression, lib->geterr(source->pcap));
	if (is_asked) {
		source->program = program;
		source->is_asked = true;
		return 0;
	}
	rc = lib->setfilter(source->pcap, &program);
	lib->freecode(&program);
	if (rc < 0)
		return err_set(err, ERR_FAILED, "%s: cannot set the filter \"%s\": %s",
			       source->name, expression, lib->geterr(source->pcap));
	return 0;
}

bool pcap_source_passes(const struct pcap_source *source, const struct capture_frame *frame)
{
	struct pcap_pkthdr header = { .caplen = frame->captured, .len = frame->on_wire };

	return source->lib.offline_filter(&source->program, &header, frame->bytes);
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

static void deliver(unsigned char *arg, const struct pcap_pkthdr *header,
		    const unsigned char *bytes)
{
	struct pcap_source *source = (void *)arg;
	struct capture_frame frame = {
		.wall_ns = wall_ns(&header->ts, source->fraction_ns),
		.bytes = bytes,
		.captured = header->caplen,
		.on_wire = header->len,
		.link_type = source->link_type,
	};

	source->fn(source->arg, &frame);
}

/* As pcap_dispatch() returns it, but with the library's words in err. */
static int dispatch(struct pcap_source *source, int most, struct err *err)
{
	int status = source->lib.dispatch(source->pcap, most, deliver, (void *)source);
	const char *words;

	if (status >= 0)
		return status;
	words = source->lib.geterr(source->pcap);
	return err_set(err, ERR_FAILED, "%s",
		       strncmp(words, "truncated", 9) == 0 ? "ends inside a record" : words);
}

static bool has_waiting(int fd)
{
	struct pollfd waiting = { .fd = fd, .events = POLLIN };

	return poll(&waiting, 1, 0) > 0;
}

static int read_pipe(struct pcap_source *source, unsigned most, struct err *err)
{
	int status = 1;

	for (unsigned i = 0; status > 0 && (most == 0 || i < most) && has_waiting(source->fd); i++)
		status = dispatch(source, 1, err);
	return status;
}

int pcap_source_read(struct pcap_source *source, unsigned most, capture_fn *fn, void *arg,
		     struct err *err)
{
	int status;

	source->fn = fn;
	source->arg = arg;
	if (source->is_pipe)
		return read_pipe(source, most, err);
	status = dispatch(source, most > 0 && most <= INT32_MAX ? (int)most : -1, err);
	if (status >= 0 && source->is_live) /* none is only a pause */
		return 1;
	return status;
}

/* ---- asking ------------------------------------------------------------------------------------- */

int pcap_source_link_type(const struct pcap_source *source)
{
	return source->link_type;
}

int pcap_source_descriptor(const struct pcap_source *source)
{
	return source->is_live ? source->lib.get_selectable_fd(source->pcap) : source->fd;
}

void pcap_source_dropped(const struct pcap_source *source, struct capture_counts *counts)
{
	struct pcap_stat kernel;

	if (source->lib.stats(source->pcap, &kernel) == 0) {
		counts->dropped_kernel = kernel.ps_drop;
		counts->dropped_interface = kernel.ps_ifdrop;
	}
}
