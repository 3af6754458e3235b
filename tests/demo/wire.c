/* SPDX-License-Identifier: Apache-2.0 */
/* wire.c - cordon-wire: a LAN for the demo.  Plays a capture at its own speed, puts every frame through the simulated firmware of the
 * PC that sends it and of the PC that gets it, and lets only what passes reach the wire, a capture stream on standard output
 * with the time of now.  So an isolation really silences the PC, as it would in life.
 *
 * What it leaves out: a frame that the firmware drops is not retried, because the capture decides what was sent.
 *
 * usage: cordon-wire CONTROL FIRST-MAC FIRST COUNT REPORT CAPTURE.pcap >STREAM
 * The simulator's devices are pc-FIRST, pc-FIRST+1, ...; the first has FIRST-MAC, the others count up.  At the end REPORT says for each
 * device that held a policy what it dropped and what it let pass meanwhile. */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { FRAME_MAX = 65536, DEVICES_MAX = 256, KINDS = 8, FILE_HEADER = 24, RECORD_HEADER = 16 };

/* What a frame is, for the report. */
static const char *const kind_names[KINDS] = {
	"ARP",       "DHCP",     "DNS",          "TCP 445", "TCP to the remediation server (8530)",
	"other TCP", "other IP", "other frames",
};

struct tally {
	uint64_t dropped[2][KINDS], passed[2][KINDS]; /* [0] sent by the PC, [1] sent to it */
};

struct wire {
	FILE *ask, *answer; /* the simulator's control socket */
	uint64_t first_mac;
	unsigned first, devices; /* names are pc-first, ... */
	struct tally tallies[DEVICES_MAX];
};

static void give_up(const char *what, const char *why)
{
	fprintf(stderr, "cordon-wire: %s: %s\n", what, why);
	exit(1);
}

static uint64_t mac_number(const uint8_t *bytes)
{
	uint64_t number = 0;

	for (unsigned i = 0; i < 6; i++)
		number = number << 8 | bytes[i];
	return number;
}

static unsigned be16(const uint8_t *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

static unsigned frame_kind(const uint8_t *frame, size_t length)
{
	const uint8_t *ip = frame + 14, *transport;
	unsigned source, target;

	if (length >= 14 && be16(frame + 12) == 0x0806)
		return 0;
	if (length < 38 || be16(frame + 12) != 0x0800)
		return 7;
	transport = ip + (ip[0] & 15u) * 4;
	if (transport + 4 > frame + length)
		return 6;
	source = be16(transport);
	target = be16(transport + 2);
	if (ip[9] == 17)
		return source == 67 || target == 67 ? 1 : source == 53 || target == 53 ? 2 : 6;
	if (ip[9] != 6)
		return 6;
	return source == 445 || target == 445 ? 3 : source == 8530 || target == 8530 ? 4 : 5;
}

/* The firmware's word on a frame: true = pass. */
static bool judged(struct wire *wire, unsigned device, bool receive, const uint8_t *frame,
		   size_t length)
{
	static const char digits[] = "0123456789abcdef";
	struct tally *tally = &wire->tallies[device];
	unsigned kind = frame_kind(frame, length);
	char line[512];
	bool pass;

	fprintf(wire->ask, "frame pc-%u %s ", wire->first + device, receive ? "rx" : "tx");
	for (size_t i = 0; i < length; i++) {
		putc(digits[frame[i] >> 4], wire->ask);
		putc(digits[frame[i] & 15], wire->ask);
	}
	putc('\n', wire->ask);
	fflush(wire->ask);
	if (!fgets(line, sizeof(line), wire->answer))
		give_up("simulator", "hung up");
	pass = strncmp(line, "pass", 4) == 0;
	if (!pass && strncmp(line, "drop", 4) != 0)
		give_up("simulator", line);
	if (!pass)
		tally->dropped[receive][kind]++;
	else if (!strstr(line, "no-policy"))
		tally->passed[receive][kind]++;
	return pass;
}

/* The device with that MAC, or -1. */
static int device_of(const struct wire *wire, const uint8_t *mac)
{
	uint64_t number = mac_number(mac) - wire->first_mac;

	return number < wire->devices ? (int)number : -1;
}

static bool may_travel(struct wire *wire, const uint8_t *frame, size_t length)
{
	int from, to;

	if (length < 14)
		return true;
	from = device_of(wire, frame + 6);
	to = device_of(wire, frame);
	if (from >= 0 && !judged(wire, (unsigned)from, false, frame, length))
		return false;
	/* The sensor hears a frame that only its receiver refuses: it was on the wire. */
	if (to >= 0)
		judged(wire, (unsigned)to, true, frame, length);
	return true;
}

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

static void wait_until(uint64_t due_us)
{
	uint64_t now = now_us();
	struct timespec nap;

	if (due_us <= now)
		return;
	nap.tv_sec = (time_t)((due_us - now) / 1000000u);
	nap.tv_nsec = (long)((due_us - now) % 1000000u) * 1000;
	nanosleep(&nap, NULL);
}

static void play(struct wire *wire, FILE *capture)
{
	static uint8_t record[RECORD_HEADER + FRAME_MAX];
	uint64_t started = now_us(), first = 0;
	uint32_t header[4], magic[FILE_HEADER / 4];

	if (fread(magic, FILE_HEADER, 1, capture) != 1 || magic[0] != 0xa1b2c3d4)
		give_up("capture",
			"not a pcap file with microseconds in this machine's byte order");
	fwrite(magic, FILE_HEADER, 1, stdout);
	while (fread(header, RECORD_HEADER, 1, capture) == 1) {
		uint64_t at = (uint64_t)header[0] * 1000000u + header[1], due;

		if (header[2] > FRAME_MAX ||
		    fread(record + RECORD_HEADER, header[2], 1, capture) != 1)
			give_up("capture", "ends inside a record");
		first = first ? first : at;
		due = started + (at - first);
		wait_until(due);
		if (!may_travel(wire, record + RECORD_HEADER, header[2]))
			continue;
		header[0] = (uint32_t)(due / 1000000u);
		header[1] = (uint32_t)(due % 1000000u);
		memcpy(record, header, RECORD_HEADER);
		/* One write per record: whoever polls the pipe finds it whole. */
		if (fwrite(record, RECORD_HEADER + header[2], 1, stdout) != 1 ||
		    fflush(stdout) != 0)
			exit(0); /* the reader is gone: the demo was stopped */
	}
}

static void report_row(FILE *report, const char *what, const uint64_t counts[KINDS])
{
	uint64_t total = 0;
	bool first = true;

	for (unsigned kind = 0; kind < KINDS; kind++)
		total += counts[kind];
	fprintf(report, "  %-24s %4llu packets", what, (unsigned long long)total);
	for (unsigned kind = 0; kind < KINDS; kind++) {
		if (!counts[kind])
			continue;
		fprintf(report, "%s%llu %s", first ? ": " : ", ", (unsigned long long)counts[kind],
			kind_names[kind]);
		first = false;
	}
	fputc('\n', report);
}

static bool was_isolated(const struct tally *tally)
{
	for (unsigned kind = 0; kind < KINDS; kind++)
		if (tally->dropped[0][kind] || tally->dropped[1][kind])
			return true;
	return false;
}

static void write_report(const struct wire *wire, const char *path)
{
	FILE *report = fopen(path, "w");

	if (!report)
		give_up(path, strerror(errno));
	for (unsigned device = 0; device < wire->devices; device++) {
		const struct tally *tally = &wire->tallies[device];

		if (!was_isolated(tally))
			continue;
		fprintf(report, "pc-%u, while its firmware held our policy:\n",
			wire->first + device);
		report_row(report, "sent, but dropped", tally->dropped[0]);
		report_row(report, "sent and passed", tally->passed[0]);
		report_row(report, "sent to it, but dropped", tally->dropped[1]);
		report_row(report, "sent to it and passed", tally->passed[1]);
	}
	fclose(report);
}

static int call(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (strlen(path) >= sizeof(address.sun_path))
		give_up(path, "path too long");
	memcpy(address.sun_path, path, strlen(path) + 1);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0)
		give_up(path, strerror(errno));
	return fd;
}

static uint64_t parse_mac(const char *text)
{
	uint64_t number = 0;
	char *end;

	for (unsigned i = 0; i < 6; i++) {
		number = number << 8 | (strtoul(text, &end, 16) & 0xff);
		if ((i < 5 && *end != ':') || end == text)
			give_up(text, "no MAC address");
		text = end + 1;
	}
	return number;
}

int main(int argc, char **argv)
{
	static struct wire wire;
	FILE *capture;
	int fd;

	if (argc != 7) {
		fprintf(stderr,
			"usage: cordon-wire CONTROL FIRST-MAC FIRST COUNT REPORT CAPTURE.pcap >STREAM\n");
		return 2;
	}
	fd = call(argv[1]);
	wire.ask = fdopen(fd, "w");
	wire.answer = fdopen(dup(fd), "r");
	wire.first_mac = parse_mac(argv[2]);
	wire.first = (unsigned)strtoul(argv[3], NULL, 10);
	wire.devices = (unsigned)strtoul(argv[4], NULL, 10);
	if (!wire.ask || !wire.answer || wire.devices == 0 || wire.devices > DEVICES_MAX)
		give_up(argv[4], "no number of devices from 1 to 256");
	capture = fopen(argv[6], "rb");
	if (!capture)
		give_up(argv[6], strerror(errno));
	play(&wire, capture);
	fclose(capture);
	write_report(&wire, argv[5]);
	return 0;
}
