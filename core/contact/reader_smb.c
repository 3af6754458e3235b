/* SPDX-License-Identifier: Apache-2.0 */
/* reader_smb.c - what SMB messages say that a detector of worms wants to know (worm-detection.md A.7, B).
 *
 * The exploits of the Eternal family live from transactions that no client's own code can produce: parts of another
 * kind than their primary, parts beyond an announced end, more announced than the protocol's buffers hold.  So the
 * totals of MS-CIFS 2.2.4.33 to 2.2.4.62 are kept per transaction and compared; no byte of any published
 * exploit is looked for.  Left out: what is encrypted, raw writes, mailslots over UDP 138. */
#include "core/contact/reader_internal.h"

#include <string.h>

#include "core/net/smb.h"

enum {
	/* MS-CIFS 2.2.7: 1 create, 2 ioctl, 3 and 6 security, 4 notify; MS-SMB 2.2.7: 7 and 8 quota.  5 was
	 * reserved and never made. */
	NT_FIRST = 1,
	NT_RENAME = 5,
	NT_LAST = 8,
	/* Security descriptors, extended attributes and quota lists have 16-bit limits; servers' buffers too. */
	TRANSACTION_MOST_BYTES = 0xffff,
	/* The implant answers with the request's multiplex id (65) plus 16 and a small code. */
	IMPLANT_ID_LEAST = 0x50,
	IMPLANT_ID_MOST = 0x5f,
};

#define RELATED_TREE UINT32_MAX /* SMB2 compound: the tree of the command before */

static void tell_smb(const struct turn *turn, unsigned act, const struct smb_message *message)
{
	struct observation observation =
		reader_observation(turn->packet, turn->from_client, OBSERVED_SMB);

	observation.smb.act = (uint8_t)act;
	observation.smb.is_answer = !turn->from_client;
	observation.smb.status = message->status;
	reader_tell(turn->reader, &observation);
}

/* ---- transactions ------------------------------------------------------------------------------- */

static struct smb_transaction *find_transaction(struct smb_talk *talk,
						const struct smb_message *message)
{
	for (unsigned i = 0; i < SMB_TRANSACTIONS; i++) {
		struct smb_transaction *t = &talk->transactions[i];

		if (t->kind && t->id == message->id && t->pid == message->pid)
			return t;
	}
	return NULL;
}

static void keep_transaction(struct smb_talk *talk, const struct smb_message *message)
{
	struct smb_transaction *t = find_transaction(talk, message);

	if (!t) {
		t = &talk->transactions[talk->next_transaction];
		talk->next_transaction = (uint8_t)((talk->next_transaction + 1) % SMB_TRANSACTIONS);
	}
	*t = (struct smb_transaction){ .id = message->id,
				       .pid = message->pid,
				       .kind = message->kind,
				       .file = message->file,
				       .is_pipe = message->kind == SMB_TRANSACTION &&
						  message->marks & SMB_HAS_FILE,
				       .total_data = message->counts.total_data,
				       .sent_data = message->counts.data };
}

static bool exceeds(uint32_t start, uint32_t length, uint32_t total)
{
	return (uint64_t)start + length > total;
}

/* The part says more than its own totals allow. */
static bool contradicts_itself(const struct smb_counts *counts)
{
	return exceeds(counts->data_displacement, counts->data, counts->total_data) ||
	       exceeds(counts->param_displacement, counts->params, counts->total_params);
}

/* Of another kind than its primary, or data behind the last byte that was announced. */
static bool contradicts_primary(const struct smb_transaction *t, const struct smb_message *message)
{
	return t->kind != message->kind || (message->counts.data && t->sent_data >= t->total_data);
}

static void see_secondary(const struct turn *turn, const uint8_t *bytes,
			  const struct smb_message *message)
{
	struct smb_transaction *t = find_transaction(turn->smb, message);

	if (contradicts_itself(&message->counts) || (t && contradicts_primary(t, message))) {
		tell_smb(turn, SMB_TRANS_CONTRADICTION, message);
		return;
	}
	if (!t)
		return;
	if (t->is_pipe && message->counts.data_displacement == t->sent_data)
		rpc_see(turn, t->file, bytes + message->payload.offset, message->payload.length);
	t->sent_data += message->counts.data;
}

static void see_nt_transact(const struct turn *turn, const struct smb_message *message)
{
	uint16_t function = message->subcommand;

	if (message->counts.total_data > TRANSACTION_MOST_BYTES ||
	    message->counts.total_params > TRANSACTION_MOST_BYTES)
		tell_smb(turn, SMB_NT_TRANS_OVERSIZE, message);
	if (message->marks & SMB_HAS_SUBCOMMAND &&
	    (function < NT_FIRST || function == NT_RENAME || function > NT_LAST))
		tell_smb(turn, SMB_NT_TRANS_RESERVED, message);
}

static void see_transaction(const struct turn *turn, const uint8_t *bytes,
			    const struct smb_message *message)
{
	if (!(message->marks & SMB_HAS_COUNTS))
		return;
	if (message->marks & SMB_IS_SECONDARY) {
		see_secondary(turn, bytes, message);
		return;
	}
	if (contradicts_itself(&message->counts))
		tell_smb(turn, SMB_TRANS_CONTRADICTION, message);
	if (message->kind == SMB_NT_TRANSACT)
		see_nt_transact(turn, message);
	keep_transaction(turn->smb, message);
}

static void see_pipe(const struct turn *turn, const uint8_t *bytes,
		     const struct smb_message *message)
{
	if (!(message->marks & SMB_HAS_FILE) || message->marks & SMB_IS_SECONDARY)
		return;
	if (message->marks & SMB_HAS_SUBCOMMAND && message->subcommand == SMB_PIPE_PEEK &&
	    message->file == 0) {
		turn->smb->peeked = true;
		turn->smb->peek_id = message->id;
		tell_smb(turn, SMB_PEEK_PIPE_PROBE, message);
	}
	rpc_see(turn, message->file, bytes + message->payload.offset, message->payload.length);
}

static void see_transaction2(const struct turn *turn, const struct smb_message *message)
{
	if (message->marks & SMB_IS_SECONDARY || !(message->marks & SMB_HAS_SUBCOMMAND) ||
	    message->subcommand != SMB_TRANS2_SESSION_SETUP)
		return;
	turn->smb->pinged = true;
	turn->smb->ping_id = message->id;
	tell_smb(turn, SMB_IMPLANT_PING, message);
}

/* ---- shares and users --------------------------------------------------------------------------- */

static void see_tree_connect(const struct turn *turn, const struct smb_message *message)
{
	struct smb_talk *talk = turn->smb;
	enum smb_share share = smb_share_of(message->name);

	if (share != SMB_SHARE_ADMIN && share != SMB_SHARE_DRIVE)
		return;
	talk->asked_ids[talk->next_asked] = message->id + 1;
	talk->next_asked = (uint8_t)((talk->next_asked + 1) % SMB_TREES);
	tell_smb(turn, SMB_ADMIN_SHARE, message);
}

static void see_tree(const struct turn *turn, const struct smb_message *message)
{
	struct smb_talk *talk = turn->smb;

	for (unsigned i = 0; i < SMB_TREES; i++) {
		if (talk->asked_ids[i] != message->id + 1)
			continue;
		talk->asked_ids[i] = 0;
		if (message->status != SMB_STATUS_OK)
			return;
		talk->admin_trees[talk->next_tree] = message->tree;
		talk->next_tree = (uint8_t)((talk->next_tree + 1) % SMB_TREES);
		return;
	}
	/* A number that was an administrative tree's may come back as another's. */
	for (unsigned i = 0; message->status == SMB_STATUS_OK && i < SMB_TREES; i++)
		if (talk->admin_trees[i] == message->tree)
			talk->admin_trees[i] = 0;
}

static bool is_admin_tree(const struct smb_talk *talk, uint32_t tree)
{
	for (unsigned i = 0; tree && i < SMB_TREES; i++)
		if (talk->admin_trees[i] == tree)
			return true;
	return false;
}

/* A write into a pipe finds a transaction by the file's number where others are found by the message's; who gave a transaction that
 * number on purpose moves its buffer (the type confusion of MS17-010 that Romance and Synergy use). */
static bool writes_into_transaction(const struct smb_talk *talk, const struct smb_message *message)
{
	for (unsigned i = 0; i < SMB_TRANSACTIONS; i++) {
		const struct smb_transaction *t = &talk->transactions[i];

		if (t->kind && t->sent_data < t->total_data && t->id == message->file &&
		    t->pid == message->pid)
			return true;
	}
	return false;
}

static void see_write(const struct turn *turn, const uint8_t *bytes,
		      const struct smb_message *message)
{
	struct smb_talk *talk = turn->smb;
	uint32_t tree = message->tree == RELATED_TREE ? talk->last_tree : message->tree;

	if (message->version == SMB_V1 && message->marks & SMB_HAS_FILE &&
	    writes_into_transaction(talk, message))
		tell_smb(turn, SMB_TRANS_CONTRADICTION, message);
	if (!is_admin_tree(talk, tree)) {
		rpc_see(turn, message->file, bytes + message->payload.offset,
			message->payload.length);
		return;
	}
	if (talk->has_written && talk->written_file == message->file)
		return;
	talk->has_written = true;
	talk->written_file = message->file;
	tell_smb(turn, SMB_ADMIN_WRITE, message);
}

static void see_session_setup(const struct turn *turn, const struct smb_message *message)
{
	if (message->marks & SMB_IS_IMPOSSIBLE)
		tell_smb(turn, SMB_IMPOSSIBLE_TOKEN, message);
	if (message->marks & SMB_HAS_NAME)
		turn->smb->user_hash = message->name[0] ? user_hash((const uint8_t *)message->name,
								    strlen(message->name))
							: 0;
}

static void see_logon(const struct turn *turn, const struct smb_message *message)
{
	struct observation observation =
		reader_observation(turn->packet, turn->from_client, OBSERVED_LOGON);
	enum smb_logon logon = smb_logon_of(message);

	if (logon != SMB_LOGON_GRANTED && logon != SMB_LOGON_FAILED &&
	    logon != SMB_LOGON_LOCKED_OUT)
		return;
	observation.logon.accepted = logon == SMB_LOGON_GRANTED;
	observation.logon.locked_out = logon == SMB_LOGON_LOCKED_OUT;
	observation.logon.user_hash = turn->smb->user_hash;
	reader_tell(turn->reader, &observation);
}

/* ---- messages ----------------------------------------------------------------------------------- */

static void see_request(const struct turn *turn, const uint8_t *bytes,
			const struct smb_message *message)
{
	switch (message->kind) {
	case SMB_SESSION_SETUP:
		see_session_setup(turn, message);
		break;
	case SMB_TREE_CONNECT:
		see_tree_connect(turn, message);
		break;
	case SMB_WRITE:
		see_write(turn, bytes, message);
		break;
	case SMB_TRANSACTION:
		see_transaction(turn, bytes, message);
		see_pipe(turn, bytes, message);
		break;
	case SMB_TRANSACTION2:
		see_transaction(turn, bytes, message);
		see_transaction2(turn, message);
		break;
	case SMB_NT_TRANSACT:
		see_transaction(turn, bytes, message);
		break;
	case SMB_IOCTL:
		if (message->ctl_code == SMB_FSCTL_PIPE_TRANSCEIVE)
			rpc_see(turn, message->file, bytes + message->payload.offset,
				message->payload.length);
		break;
	case SMB_UNREADABLE:
		if (message->marks & SMB_IS_IMPOSSIBLE)
			tell_smb(turn, SMB_IMPOSSIBLE_SIZE, message);
		break;
	default:
		break;
	}
	if (message->tree != RELATED_TREE)
		turn->smb->last_tree = message->tree;
}

static void see_answer(const struct turn *turn, const struct smb_message *message)
{
	struct smb_talk *talk = turn->smb;

	switch (message->kind) {
	case SMB_SESSION_SETUP:
		see_logon(turn, message);
		break;
	case SMB_TREE_CONNECT:
		see_tree(turn, message);
		break;
	case SMB_TRANSACTION:
		if (talk->peeked && talk->peek_id == message->id) {
			talk->peeked = false;
			tell_smb(turn, SMB_PEEK_PIPE_PROBE, message);
		}
		break;
	case SMB_TRANSACTION2:
		if (talk->pinged && message->id != talk->ping_id &&
		    message->id >= IMPLANT_ID_LEAST && message->id <= IMPLANT_ID_MOST)
			tell_smb(turn, SMB_IMPLANT_ANSWER, message);
		break;
	default:
		break;
	}
}

void smb_see(const struct turn *turn, const uint8_t *bytes, size_t length)
{
	struct smb_reader reader;
	struct smb_message message;

	smb_reader_init(&reader, bytes, length);
	while (smb_next(&reader, &message)) {
		bool is_answer = message.marks & SMB_IS_RESPONSE;

		/* Whoever answers his own requests has nothing to tell. */
		if (is_answer == turn->from_client)
			continue;
		if (is_answer)
			see_answer(turn, &message);
		else
			see_request(turn, bytes, &message);
	}
}

void smb_gap(struct smb_talk *talk)
{
	memset(talk->transactions, 0, sizeof(talk->transactions));
}
