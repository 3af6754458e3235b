/* SPDX-License-Identifier: Apache-2.0 */
/* pcap_source.h - what of a capture is libpcap's: interfaces, pipes, the formats that we do not read ourselves, filters.
 * Only capture.c includes this.
 *
 * libpcap brings D-Bus, systemd, gcrypt and four compressors with it.  It is loaded when it is first needed, so that who reads a
 * plain file neither waits for them (half of the start) nor has them in the process that reads hostile bytes. */
#ifndef CORDON_NET_PCAP_SOURCE_H
#define CORDON_NET_PCAP_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/net/capture.h"

struct err;
struct pcap_source;

/* name: what errors call it; borrowed as long as the source lives.  All return NULL and err. */
struct pcap_source *pcap_source_of_interface(const char *name, uint32_t buffer_bytes,
					     struct err *err);
/* fd: at the start of the capture; owned from now on, also on failure. */
struct pcap_source *pcap_source_of_file(const char *name, int fd, bool is_pipe, struct err *err);
/* Has no packets: only filters those that others read. */
struct pcap_source *pcap_source_of_nothing(const char *name, int link_type, struct err *err);
void pcap_source_free(struct pcap_source *source);

int pcap_source_link_type(const struct pcap_source *source);
int pcap_source_descriptor(const struct pcap_source *source); /* of a pipe or an interface */

/* expression: BPF.  is_asked: pcap_source_passes() will be asked; else libpcap delivers only what matches.  ERR_USAGE for a bad
 * expression. */
int pcap_source_filter(struct pcap_source *source, const char *expression, bool is_asked,
		       struct err *err);
bool pcap_source_passes(const struct pcap_source *source, const struct capture_frame *frame);

/* Delivers at most `most` frames (0 = all that wait).  1 if more may come, 0 at the end, or negative with err as savefile_next()
 * has it. */
int pcap_source_read(struct pcap_source *source, unsigned most, capture_fn *fn, void *arg,
		     struct err *err);
/* An interface's. */
void pcap_source_dropped(const struct pcap_source *source, struct capture_counts *counts);

#endif
