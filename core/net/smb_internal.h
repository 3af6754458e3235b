/* SPDX-License-Identifier: Apache-2.0 */
/* smb_internal.h - shared by smb.c (frames, texts), smb1.c and smb2.c. */
#ifndef CORDON_NET_SMB_INTERNAL_H
#define CORDON_NET_SMB_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/span.h"

struct smb_message;
struct smb_reader;
struct smb_slice;

/* A part of the message that the header says lies at offset, as much as is at hand; marks what
 * is missing or wrong. */
struct smb_slice smb_clip(const struct smb_reader *r, struct smb_message *m, uint32_t offset,
			  uint32_t length);
struct span smb_part(const struct smb_reader *r, struct smb_message *m, uint32_t offset,
		     uint32_t length);

/* A read that came up short: the fault of the capture or of the message? */
void smb_short(const struct smb_reader *r, struct smb_message *m);

/* Text up to its NUL or end into the message's name. */
void smb_name(struct smb_message *m, struct span text, bool is_unicode);

/* NTLMSSP in a logon's security blob, bare or wrapped: its type, and the user if it is the last
 * message. */
void smb_logon_blob(struct smb_message *m, struct span blob);

/* One message or chained command; sets the reader's next. */
void smb1_read(struct smb_reader *r, struct smb_message *m);
void smb1_read_chained(struct smb_reader *r, struct smb_message *m);
void smb2_read(struct smb_reader *r, struct smb_message *m);

#endif
