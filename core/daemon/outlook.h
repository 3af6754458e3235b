/* SPDX-License-Identifier: Apache-2.0 */
/* outlook.h - what the sensor has told about its view and about who is who, kept for those who ask: "cordon health" and
 * "cordon hosts". */
#ifndef CORDON_DAEMON_OUTLOOK_H
#define CORDON_DAEMON_OUTLOOK_H

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct outlook;
struct fault_state;
struct host_key;
struct record;

struct outlook *outlook_new(void);
void outlook_free(struct outlook *outlook);
/* Takes in RECORD_COVERAGE and RECORD_STANDING; other records only show that the sensor lives.  Whether people should be
 * told: what is seen of a VLAN has changed, a role is established. */
bool outlook_take(struct outlook *outlook, const struct record *record);
/* Everybody fails at once, or that is over. */
void outlook_take_fault(struct outlook *outlook, const struct fault_state *state, uint64_t now_ns);
/* What the host is, best founded first, for people: "" if nothing is known.  Valid until the next call. */
const char *outlook_role_of(struct outlook *outlook, const struct host_key *host);

/* Coverage of each VLAN, at most a minute old, and the latest network fault. */
void outlook_describe(const struct outlook *outlook, struct buf *out);
/* Who has a role, with the reason; established ones first. */
void outlook_hosts(const struct outlook *outlook, struct buf *out);

#endif
