/* SPDX-License-Identifier: Apache-2.0 */
/* claims.h - whose machine is this?  One answers for one asset.
 *
 * A lease may have passed an address on since the list of assets was written.  Then the firmware of one machine answers for
 * two assets, and isolating the one would cut off the other.  Where both have told the same identity, the asset whose MAC the
 * firmware has owns it; where that is neither, who was there first. */
#ifndef CORDON_AMT_CLAIMS_H
#define CORDON_AMT_CLAIMS_H

struct claims;
struct endpoint;

struct claims *claims_new(void);
void claims_free(struct claims *claims);
/* The endpoint's claim_key names the machine; "" claims nothing.  NULL: it is this endpoint's now (and no longer that of the
 * one that had it, which finds out when it asks).  Else who keeps it. */
const struct endpoint *claims_take(struct claims *claims, struct endpoint *endpoint);
void claims_drop(struct claims *claims, struct endpoint *endpoint);

#endif
