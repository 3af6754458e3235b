/* SPDX-License-Identifier: Apache-2.0 */

/* cordon-bench-floor FILE [--repeat N]: what reading a capture costs when nothing is done with it.
 *
 * The least that a program on libpcap can do is to have each packet handed over once; whatever we
 * spend above that is ours.  Includes opening the file, as our own run does. */

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <pcap.h>

struct counts {
	uint64_t packets;
	uint64_t bytes;
};

static void count(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes)
{
	struct counts *counts = (struct counts *)(void *)user;

	(void)bytes;
	counts->packets++;
	counts->bytes += header->len;
}

static int read_once(const char *path, struct counts *counts)
{
	char error[PCAP_ERRBUF_SIZE] = "";
	pcap_t *pcap = pcap_open_offline(path, error);
	int rc;

	if (!pcap) {
		fprintf(stderr, "%s\n", error);
		return -1;
	}
	rc = pcap_loop(pcap, -1, count, (u_char *)counts);
	if (rc < 0)
		fprintf(stderr, "%s: %s\n", path, pcap_geterr(pcap));
	pcap_close(pcap);
	return rc;
}

static double cpu_s(void)
{
	struct rusage used;

	getrusage(RUSAGE_SELF, &used);
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv)
{
	struct counts counts = { 0, 0 };
	unsigned long repeat = 1, i;
	double seconds;

	if (argc == 4 && strcmp(argv[2], "--repeat") == 0)
		repeat = strtoul(argv[3], NULL, 10);
	else if (argc != 2)
		repeat = 0;
	if (!repeat) {
		fputs("usage: cordon-bench-floor FILE [--repeat N]\n", stderr);
		return 2;
	}
	for (i = 0; i < repeat; i++) {
		if (read_once(argv[1], &counts) < 0)
			return 1;
	}
	seconds = cpu_s();
	printf("%" PRIu64 " packets, %" PRIu64 " bytes, %.6f CPU-seconds, %.0f packets per "
	       "CPU-second\n",
	       counts.packets, counts.bytes, seconds,
	       seconds > 0 ? (double)counts.packets / seconds : 0);
	return 0;
}
