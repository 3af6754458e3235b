/* SPDX-License-Identifier: Apache-2.0 */
/* reader_internal.h - what the files of the reader share: reader.c (which packet is whose), reader_dns.c (names),
 * reader_datagram.c (single packets), reader_stream.c (bytes in order; the connections: streams.c), reader_smb.c (SMB), reader_rpc.c (DCE/RPC), reader_call.c
 * (what is wrong with a call), reader_kerberos.c, reader_stray.c (segments of no connection), reader_logon.c (FTP, Telnet, RDP, HTTP). */
#ifndef CORDON_CONTACT_READER_INTERNAL_H
#define CORDON_CONTACT_READER_INTERNAL_H

#include <stddef.h>

#include "core/contact/observation.h"
#include "core/contact/reader.h"
#include "core/net/dcerpc.h"
#include "core/net/dcerpc_args.h"
#include "core/net/packet.h"

struct streams;

enum stream_protocol {
	STREAM_NONE,
	STREAM_SMB,
	STREAM_RPC,
	STREAM_DNS,
	STREAM_FTP,
	STREAM_TELNET,
	STREAM_RDP,
	STREAM_WEB,
	STREAM_KERBEROS /* read segment by segment */
};

#define STREAM_PORTS  4096 /* those of services that have one of their own lie below */
#define PORT_SLOTS    4096

#define STRAY_WATCHES 64
#define STRAY_PROBES  16

struct stray_probe {
	uint32_t ack;
	uint16_t port;
	bool is_open; /* no reset came yet */
};

/* Who probes whom by segments that belong to no connection. */
struct stray_watch {
	struct ip client, server;
	uint16_t vlan;
	uint16_t port; /* of the latest reset that takes a number over; 0 = none */
	bool is_heard; /* a segment with impossible flags */
	bool is_reset; /* from two ports */
	uint8_t told;
	uint64_t since_ns;                       /* they were counted */
	struct stray_probe probes[STRAY_PROBES]; /* undefined unless is_reset */
};

#define TICKETS 64

/* Who asked for a first ticket last, from a port. */
struct asked_ticket {
	struct ip client;
	uint32_t user_hash;
	uint16_t port, vlan; /* port 0 = nobody, or it was answered */
};

struct reader {
	reader_fn *tell;
	void *arg;
	struct streams *streams;
	struct reader_counts counts;
	uint64_t ports[STREAM_PORTS / 64]; /* bits of ports whose streams are read */
	/* How many connections are known, by what their two ports make together; spares the look-up of what is not, as the
	 * packets of a scan.  And of these those on other ports, that are read since their first message said what they
	 * are; spares all other traffic the look-up. */
	uint32_t known[PORT_SLOTS], adopted[PORT_SLOTS];
	uint64_t watching_until_ns; /* some client's bare segments are looked at; 0 = nobody's */
	struct stray_watch strays[STRAY_WATCHES];
	struct asked_ticket tickets[TICKETS];
};

static inline unsigned port_slot(const struct packet *packet)
{
	return (packet->src_port ^ packet->dst_port) % PORT_SLOTS;
}

/* An observation whose contact is "client reached server", from a packet that either of them sent. */
struct observation reader_observation(const struct packet *packet, bool from_client, unsigned kind);
void reader_tell(struct reader *reader, const struct observation *observation);

/* reader_dns.c: UDP with port 53 on either side (not 5353, 5355). */
void reader_dns(struct reader *reader, const struct packet *packet);
/* UDP from port 5355, 5353 or 137. */
void reader_neighbor_name(struct reader *reader, const struct packet *packet);
/* reader_datagram.c: UDP 1434, ICMP echo requests, TCP SYN, SSH banners. */
void reader_datagram(struct reader *reader, const struct packet *packet);
/* reader_kerberos.c: a datagram, or a segment with payload, to or from port 88. */
void reader_kerberos(struct reader *reader, const struct packet *packet);
/* reader_stream.c: TCP with a port of stream_of_port() on either side, with payload, SYN, FIN or RST. */
void reader_stream(struct reader *reader, const struct packet *packet);
uint8_t stream_of_port(uint16_t port); /* enum stream_protocol */
/* A connection on any port whose client begins to speak that protocol in this packet. */
void reader_adopt(struct reader *reader, const struct packet *packet, unsigned protocol);
/* Its further packets; false for connections that were not adopted. */
bool reader_adopted(struct reader *reader, const struct packet *packet);

/* reader_stray.c: TCP without SYN, ACK and RST. */
void stray_flags(struct reader *reader, const struct packet *packet);
/* A bare ACK, or FIN and ACK, while somebody's are looked at. */
void stray_probe(struct reader *reader, const struct packet *packet);
/* A reset without ACK. */
void stray_reset(struct reader *reader, const struct packet *packet);

struct streams *streams_new(const struct hash_key *key, uint32_t streams_max);
void streams_free(struct streams *streams);

/* ---- what is remembered of one connection -------------------------------------------------------- */

#define RPC_BINDINGS 8
#define RPC_CALLS    4 /* whose fragments are coming in, at a time */
#define RPC_HELD_BYTES \
	5840 /* the longest fragment that Windows sends; longer ones are read as far as they go */

struct rpc_binding {
	uint64_t file;
	uint16_t context;
	uint8_t interface; /* enum observed_interface */
	bool used;
};

/* The server part of a name in UTF-16, byte by byte. */
struct rpc_server_name {
	uint32_t chars;
	uint8_t separators, byte;
	bool has_byte;
};

#define RPC_DRIVER_BYTES 72

/* The string at hand of a printer driver's description, from its first separator on. */
struct rpc_driver {
	uint8_t length, front; /* front: characters before it */
	uint8_t byte;
	bool has_byte;
	char text[RPC_DRIVER_BYTES];
};

struct rpc_call {
	uint64_t file;
	uint32_t call_id, stub_bytes;
	struct dcerpc_path path;
	struct dcerpc_args args;
	struct rpc_server_name server;
	uint8_t interface;
	bool used, is_wrong;
	struct rpc_driver driver; /* last: its text need not be cleared */
};

struct rpc_talk {
	struct rpc_binding bindings[RPC_BINDINGS];
	struct rpc_call calls[RPC_CALLS];
	uint8_t next_binding, next_call;
	bool crowded; /* a bind to an interface that does not matter could not be remembered */
	/* A fragment that its writer cut into pieces. */
	uint64_t held_file;
	uint32_t held;
	uint8_t *held_bytes; /* RPC_HELD_BYTES of the connection's */
};

/* SMB2 compounds: the file of the command before. */
#define RELATED_FILE     UINT64_MAX

#define SMB_TREES        4
#define SMB_TRANSACTIONS 8

struct smb_transaction {
	uint64_t id;
	uint64_t file; /* a pipe's */
	uint32_t pid, total_data, sent_data;
	uint8_t kind; /* enum smb_kind; 0 = free */
	bool is_pipe; /* what it carries is for the pipe */
};

struct smb_talk {
	struct smb_transaction transactions[SMB_TRANSACTIONS];
	uint64_t asked_ids[SMB_TREES]; /* tree connects to administrative shares, unanswered */
	uint32_t admin_trees[SMB_TREES];
	uint32_t last_tree;
	uint64_t ping_id, peek_id, written_file;
	uint32_t user_hash;
	uint8_t next_asked, next_tree, next_transaction;
	bool pinged, peeked, has_written;
};

#define TELNET_LINE_BYTES 80 /* the rest of a longer line is not looked at */

struct telnet_half {
	uint8_t command; /* inside one: the byte that says which, or where in it */
	uint8_t length;
	bool is_understood;
	char line[TELNET_LINE_BYTES]; /* the server's; lower case */
};

/* How far one direction has come, by its sequence numbers. */
struct span_seen {
	uint32_t first, next;
	bool is_met;
};

struct logon_talk {
	uint32_t user_hash, typed_hash;
	bool is_asked;    /* a password is on its way */
	bool is_typing;   /* a name */
	bool is_done;     /* nothing further is read */
	uint8_t reply[3]; /* FTP: the code of the one whose lines are coming in */
	struct span_seen seen[2];
	struct telnet_half telnet[2]; /* client, server */
};

/* One message or fragment on its way to the observer. */
struct turn {
	struct reader *reader;
	const struct packet *packet;
	bool from_client;
	struct smb_talk *smb;
	struct rpc_talk *rpc;
	struct logon_talk *logon;
};

/* reader_smb.c: one NetBIOS frame, maybe cut. */
void smb_see(const struct turn *turn, const uint8_t *bytes, size_t length);
/* Bytes of the client were missed: what was half known is forgotten. */
void smb_gap(struct smb_talk *talk);

/* reader_dns.c: one message of a TCP stream with its length in front, maybe cut. */
void dns_see(const struct turn *turn, const uint8_t *bytes, size_t length);
/* Like smb_frame_bytes(). */
size_t dns_frame_bytes(const uint8_t *bytes, size_t length);

/* reader_logon.c: a line of FTP, what there is of Telnet, the first messages of RDP, the first line of HTTP. */
void logon_see(const struct turn *turn, unsigned protocol, const uint8_t *bytes, size_t length);
size_t logon_frame_bytes(unsigned protocol, const uint8_t *bytes, size_t length);
/* The first bytes of a segment to port 80 that begins with a G. */
void web_see(struct reader *reader, const struct packet *packet);
/* Any segment of RDP, and its end. */
void rdp_see(const struct turn *turn);
/* Of a user's name, in any case of letters; never 0. */
uint32_t user_hash(const uint8_t *text, size_t length);

/* reader_call.c: what the fragment's stub shows to be wrong with its call, enum observed_wrong; once for each call. */
uint8_t call_wrong(const struct turn *turn, struct rpc_call *call, const uint8_t *bytes,
		   const struct dcerpc_fragment *fragment);
/* Whether calls of that operation can show it. */
bool call_is_judged(uint8_t interface, uint16_t opnum);
/* What a call of that operation has the server run, enum observed_run. */
uint8_t call_runs(uint8_t interface, uint16_t opnum);

/* reader_rpc.c: bytes that the client sent into a pipe (file; 0 over TCP). */
void rpc_see(const struct turn *turn, uint64_t file, const uint8_t *bytes, size_t length);
void rpc_gap(struct rpc_talk *talk);
/* Like smb_frame_bytes(), of DCE/RPC over TCP. */
size_t rpc_frame_bytes(const uint8_t *bytes, size_t length);
/* Whether they, as far as they go, begin a connection of DCE/RPC that matters. */
bool rpc_is_opening(const uint8_t *bytes, size_t length);

#endif
