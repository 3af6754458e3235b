/* SPDX-License-Identifier: Apache-2.0 */
/* observation.h - what was said on top of a contact: a name looked up, a share opened, a procedure called, a logon
 * refused, one telling datagram.
 *
 * Made by the reader from payload bytes (forgeries by the tracker from addresses); detectors see it instead of packets.  A flat value, lent for the call. */
#ifndef CORDON_CONTACT_OBSERVATION_H
#define CORDON_CONTACT_OBSERVATION_H

#include <stdbool.h>
#include <stdint.h>

#include "core/contact/contact.h"

enum observation_kind {
	OBSERVED_NAME, /* a DNS answer reached its client, or (rcode UNANSWERED) a question was seen */
	OBSERVED_SMB, /* an SMB1/2 command or its answer */
	OBSERVED_RPC, /* a DCE/RPC call */
	OBSERVED_LOGON, /* a logon was answered: Kerberos, SMB, FTP, Telnet, RDP; or begun: SSH, RDP */
	OBSERVED_DATAGRAM, /* one packet that speaks for itself */
	OBSERVED_REQUEST, /* the beginning of a conversation, which no program of its kind makes so */
	OBSERVED_STRAY,   /* a TCP segment that belongs to no connection */
	OBSERVED_NEIGHBOR_NAME, /* a neighbour told an address itself: LLMNR, unicast mDNS, NetBIOS; anybody may claim a name */
	OBSERVED_FORGERY, /* it opened a contact in the name of contact.dst; told by the tracker */
	OBSERVATION_KINDS
};

#define OBSERVED_NAME_BYTES 128
#define OBSERVED_ADDRESSES  8
#define OBSERVED_UNANSWERED 255

struct observed_name {
	char text[OBSERVED_NAME_BYTES]; /* lower case, no trailing dot; of a longer one whole labels are cut off in front:
					* the end of a name says whose it is */
	uint16_t type; /* RFC 1035 3.2.2: 1 A, 28 AAAA, 12 PTR, 15 MX ... */
	uint8_t rcode; /* 0 ok, 3 NXDOMAIN, ...; OBSERVED_UNANSWERED for a question */
	uint8_t address_count;
	uint32_t ttl_s; /* least of the addresses */
	struct ip addresses[OBSERVED_ADDRESSES];
};

enum observed_smb_act {
	SMB_ADMIN_SHARE,    /* tree connect to ADMIN$ or a drive's administrative share */
	SMB_ADMIN_WRITE,    /* a file was created or written there */
	SMB_IMPLANT_PING,   /* Trans2 SESSION_SETUP, subcommand 0x000e: no real client sends it */
	SMB_IMPLANT_ANSWER, /* its answer with a multiplex id that only the implant gives */
	SMB_NT_TRANS_OVERSIZE, /* NT Trans that announces more than 64 KiB */
	SMB_PEEK_PIPE_PROBE,   /* Transaction PeekNamedPipe on FID 0 */
	SMB_GROOM, /* many large session setups or secondaries without a purpose (not told yet) */
	SMB_TRANS_CONTRADICTION, /* a part of a transaction that its own or its primary's totals forbid */
	SMB_IMPOSSIBLE_SIZE,   /* compressed, with sizes that no message has */
	SMB_IMPOSSIBLE_TOKEN,  /* a logon with a token that no encoder makes */
	SMB_NT_TRANS_RESERVED, /* NT Trans with a function that no server has */
	SMB_ACTS
};

struct observed_smb {
	uint8_t act; /* enum observed_smb_act */
	bool is_answer;
	uint32_t status; /* NT status of an answer */
};

enum observed_interface {
	RPC_OTHER,
	RPC_SRVSVC,
	RPC_LSARPC,
	RPC_ACTIVATION,
	RPC_ATSVC,
	RPC_TASKS,
	RPC_SVCCTL,
	RPC_WMI,        /* told if it has something run */
	RPC_AUTOMATION, /* likewise */
	RPC_OBJECT,     /* never told: how a connection to objects begins, WMI's among them */
	RPC_WKSSVC,
	RPC_PNP,
	RPC_NETLOGON,
	RPC_SPOOLSS,
	RPC_INTERFACES
};

/* Of the four last a call is told only if something is wrong with it. */
enum observed_wrong {
	RPC_NOTHING_WRONG,
	RPC_ENDLESS_PATH,     /* SRVSVC path calls: longer than two paths can be */
	RPC_ENDLESS_NAME,     /* WKSSVC, PNP: longer than any name they are called with */
	RPC_STRANGE_RESOURCE, /* PNP: asks for conflicts over a resource that knows none */
	RPC_ZERO_NONCE,       /* NETLOGON: what should be random, or follow from it, is all zero */
	RPC_OWN_DRIVER, /* SPOOLSS: a driver that lies on the machine that calls, or has a path of the kernel's own */
	RPC_DISTANT_DRIVER, /* SPOOLSS: a driver that lies on some other machine */
	RPC_WRONGS
};

/* Whether the server is told to run something. */
enum observed_run {
	RUNS_NOTHING,
	RUNS_JOB, /* a service or task is set up */
	RUNS_COMMAND, /* an object does what it is told, and what is not known: inventories read registries so */
};

#define RPC_BIG_STUB_BYTES 1024

struct observed_rpc {
	uint8_t interface;   /* enum observed_interface */
	bool climbs;         /* SRVSVC path calls: the path has parent-directory steps */
	bool endless_server; /* activation: names a server longer than any host name can be */
	uint8_t wrong;       /* enum observed_wrong */
	uint8_t runs;        /* enum observed_run */
	uint16_t opnum;
	uint32_t stub_bytes; /* of the call so far; told again when it passes RPC_BIG_STUB_BYTES */
};

struct observed_logon {
	bool accepted, locked_out;
	bool sealed; /* begun; how it ends is encrypted (SSH, RDP: told later if its size shows it) */
	uint32_t user_hash; /* 0 = user unknown */
};

enum observed_datagram { DATAGRAM_SLAMMER, DATAGRAM_WELCHIA_PING, DATAGRAM_MIRAI_SYN, DATAGRAMS };

enum observed_request {
	REQUEST_INNER_CHANNEL, /* RDP: a channel that servers make for themselves */
	REQUEST_WEB_WORM,      /* HTTP: what Code Red or Nimda would ask for */
	REQUESTS
};

enum observed_stray {
	STRAY_FLAGS, /* its flags say so */
	STRAY_RESET, /* its receiver does */
	STRAYS
};

struct observed_forgery {
	bool is_address_known; /* else contact.src is made of its MAC (RFC 4291 2.5.1) */
	bool is_new_name;      /* else it still uses those told before */
	bool is_flood;         /* and in haste: FORGERS_FLOOD times in ten seconds */
};

struct observation {
	struct contact
		contact; /* src is who did it (the client), also for answers; opened_ns is now */
	uint8_t kind;    /* enum observation_kind */
	union {
		struct observed_name name; /* also of a neighbour's */
		struct observed_smb smb;
		struct observed_rpc rpc;
		struct observed_logon logon;
		uint8_t datagram; /* enum observed_datagram */
		uint8_t request;  /* enum observed_request */
		uint8_t stray;    /* enum observed_stray */
		struct observed_forgery forgery;
	};
};

#endif
