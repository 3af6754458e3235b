/* SPDX-License-Identifier: Apache-2.0 */
/* reader_internal.h - what the files of the reader share: reader.c (which packet is whose), reader_dns.c (names),
 * reader_datagram.c (single packets), reader_stream.c (bytes in order), reader_smb.c (SMB and DCE/RPC). */
#ifndef CORDON_CONTACT_READER_INTERNAL_H
#define CORDON_CONTACT_READER_INTERNAL_H

#include "core/contact/observation.h"
#include "core/contact/reader.h"
#include "core/net/packet.h"

struct streams;

struct reader {
	reader_fn *tell;
	void *arg;
	struct streams *streams;       /* NULL until reader_stream.c makes it */
	struct reader_counts counts;
};

/* An observation whose contact is "client reached server", from a packet that either of them sent. */
struct observation reader_observation(const struct packet *packet, bool from_client, unsigned kind);
void reader_tell(struct reader *reader, const struct observation *observation);

/* reader_dns.c: UDP with port 53 on either side (not 5353, 5355). */
void reader_dns(struct reader *reader, const struct packet *packet);
/* reader_datagram.c: UDP 1434, ICMP echo requests, TCP SYN to 23 and 2323. */
void reader_datagram(struct reader *reader, const struct packet *packet);
/* reader_stream.c: TCP with port 445, 139, 135 (also 22, 3389, 21 for logons) on either side. */
void reader_stream(struct reader *reader, const struct packet *packet);

#endif
