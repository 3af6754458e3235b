/* SPDX-License-Identifier: Apache-2.0 */
/* spnego.h - whether a logon's token (RFC 4178, RFC 2743 3.1) breaks the encoding that it is written in. */
#ifndef CORDON_NET_SPNEGO_H
#define CORDON_NET_SPNEGO_H

#include <stdbool.h>

#include "core/base/span.h"

/* True for what no encoder can produce and MS04-007 needs: a bit string with more unused bits than bits (X.690 8.6.2),
 * or a length of 2 GiB and more.  A token that is cut is judged as far as it goes. */
bool spnego_is_impossible(struct span token);

#endif
