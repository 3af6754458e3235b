/* SPDX-License-Identifier: Apache-2.0 */
/* smb.h - SMB messages out of a TCP stream (ports 445 and 139): what a worm does with shares,
 * pipes and logons.
 *
 * A reader walks over the bytes at hand, which are borrowed and should begin with a NetBIOS
 * session header (RFC 1002 4.3.1; MS-SMB2 2.1).  Every command becomes one message: the members
 * of an SMB1 AndX chain (at most 8) and of an SMB2 compound come one after the other, with the
 * header fields of their frame.  The last frame may be cut: its message has SMB_IS_CUT and says
 * as much as there is; who reassembles asks smb_frame_bytes() first and waits.  Nothing is
 * allocated.
 *
 * Sources: MS-CIFS 2.2, MS-SMB 2.2, MS-SMB2 2.2, MS-NLMP 2.2.1.3; what matters of them:
 * worm-detection.md A.2, A.7, B. */
#ifndef CORDON_NET_SMB_H
#define CORDON_NET_SMB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/span.h"

#define SMB_NAME_BYTES 256 /* longer names are cut */
#define SMB_CHAIN_MAX  8

enum smb_port { SMB_PORT_NETBIOS = 139, SMB_PORT = 445 };

enum smb_kind {
	SMB_OTHER, /* a command that does not matter to us */
	SMB_NEGOTIATE,
	SMB_SESSION_SETUP, /* name: the user, if told in clear; answer: status */
	SMB_TREE_CONNECT,  /* name: path of the share */
	SMB_OPEN,          /* name: file or pipe; answer: file */
	SMB_WRITE,         /* file, payload */
	SMB_TRANSACTION,   /* 0x25; name: \PIPE\ or mailslot; subcommand, file, counts, payload */
	SMB_TRANSACTION2,  /* 0x32; subcommand, counts, payload */
	SMB_NT_TRANSACT,   /* 0xa0; subcommand (its function), counts, payload */
	SMB_IOCTL,         /* SMB2; control code, file, payload */
	SMB_UNREADABLE,    /* encrypted or compressed SMB3: nothing but this is known */
};

enum smb_version { SMB_V1 = 1, SMB_V2 = 2 }; /* SMB3 has the header of SMB2 */

enum smb_mark {
	SMB_IS_RESPONSE = 1 << 0,
	SMB_IS_SECONDARY =
		1 << 1,          /* a transaction's later part: its command is 0x26, 0x33 or 0xa1 */
	SMB_IS_CHAINED = 1 << 2, /* not the first command of its frame */
	SMB_IS_CUT = 1 << 3,     /* bytes are missing that the frame has */
	SMB_IS_BROKEN =
		1 << 4, /* an offset or length leads out of the frame, or a chain backwards */
	SMB_HAS_NAME =
		1 << 5, /* name was there, maybe empty: an anonymous logon has an empty user */
	SMB_HAS_FILE = 1 << 6,
	SMB_HAS_SUBCOMMAND = 1 << 7,
	SMB_HAS_COUNTS = 1 << 8,
	SMB_HAS_DOS_STATUS = 1 << 9, /* SMB1: status is class, zero, two bytes of code */
	SMB_OFFERS_SMB2 = 1 << 10,   /* SMB1 NEGOTIATE with an SMB2 dialect */
	/* Compressed, with sizes that no message has; a logon, with a token that no encoder makes. */
	SMB_IS_IMPOSSIBLE = 1 << 11,
};

/* NT status codes (MS-ERREF 2.3.1); too large for an enum. */
#define SMB_STATUS_OK              0u
#define SMB_STATUS_MORE_PROCESSING 0xc0000016u /* a logon that goes on */
#define SMB_STATUS_LOGON_FAILURE   0xc000006du
#define SMB_STATUS_INSUFFICIENT_RESOURCES \
	0xc0000205u /* to PeekNamedPipe on FID 0: MS17-010 is missing */
#define SMB_STATUS_ACCOUNT_LOCKED_OUT 0xc0000234u

enum smb_subcommand {
	SMB_PIPE_PEEK = 0x23,            /* SMB_TRANSACTION */
	SMB_PIPE_TRANSACT = 0x26,        /* SMB_TRANSACTION */
	SMB_TRANS2_SESSION_SETUP = 0x0e, /* SMB_TRANSACTION2; real clients never send it */
};

#define SMB_FSCTL_PIPE_TRANSCEIVE 0x0011c017u

/* Bytes from the reader's first one, all at hand. */
struct smb_slice {
	uint32_t offset, length;
};

/* Of a transaction; of one packet of it. */
struct smb_counts {
	uint32_t total_params, total_data;
	uint32_t params, data;
	uint32_t param_displacement, data_displacement; /* secondaries and answers */
};

struct smb_message {
	uint8_t version;  /* enum smb_version */
	uint8_t kind;     /* enum smb_kind */
	uint16_t command; /* as on the wire */
	uint16_t marks;   /* enum smb_mark */
	uint16_t subcommand;
	uint32_t status;          /* answers */
	uint32_t pid;             /* process; 0 in SMB2 */
	uint32_t tree;            /* TID or TreeId; 0 in asynchronous SMB2 messages */
	uint64_t session;         /* UID or SessionId */
	uint64_t id;              /* MID (16 bits) or MessageId: pairs answer and request */
	uint64_t file;            /* FID, or the volatile half of SMB2's FileId */
	uint32_t ctl_code;        /* SMB_IOCTL */
	uint32_t payload_claimed; /* length by the message's own word, which the slice may not reach */
	struct smb_slice payload; /* written, transacted or transceived bytes */
	struct smb_counts counts;
	uint8_t ntlm_type; /* NTLMSSP in SMB_SESSION_SETUP: 1 negotiate, 2 challenge, 3 authenticate */
	uint16_t dialects;         /* SMB_NEGOTIATE request: how many are offered */
	char name[SMB_NAME_BYTES]; /* UTF-8, control bytes replaced by '?' */
};

struct smb_reader {
	size_t whole_bytes; /* length of the frames read whole; an incomplete one begins here */
	bool is_lost;       /* stopped at bytes that are not SMB */
	/* The rest is the reader's own. */
	const uint8_t *bytes;
	size_t length;
	size_t header, end,
		claimed; /* of the message: its SMB header, end at hand, end by its own word */
	size_t next;     /* offset of the next chained command or compounded header; 0 = none */
	uint8_t next_command, chained;
	bool is_compound;
};

/* Bytes of the frame that begins here, NetBIOS header included; 0 if it cannot be one of SMB; 4
 * if there are fewer than four, so that "wait until that many are there" holds for every answer. */
size_t smb_frame_bytes(const uint8_t *bytes, size_t length);

void smb_reader_init(struct smb_reader *reader, const uint8_t *bytes, size_t length);
/* False at the end of what is at hand.  NetBIOS session packets without SMB are passed over. */
bool smb_next(struct smb_reader *reader, struct smb_message *message);

/* bytes are those the reader was given. */
static inline struct span smb_payload(const uint8_t *bytes, const struct smb_message *message)
{
	return span_of(bytes + message->payload.offset, message->payload.length);
}

/* What the answer to SMB_SESSION_SETUP says. */
enum smb_logon {
	SMB_LOGON_NONE, /* not such an answer */
	SMB_LOGON_GRANTED,
	SMB_LOGON_GOES_ON,
	SMB_LOGON_FAILED, /* the name or password was wrong, or the account may not log on so */
	SMB_LOGON_LOCKED_OUT,
	SMB_LOGON_ERROR, /* another error, which says nothing about the credentials */
};
enum smb_logon smb_logon_of(const struct smb_message *message);

/* The last component of a share's path, in any case of letters. */
enum smb_share { SMB_SHARE_OTHER, SMB_SHARE_ADMIN, SMB_SHARE_DRIVE, SMB_SHARE_IPC };
enum smb_share smb_share_of(const char *path);

#endif
