/* SPDX-License-Identifier: Apache-2.0 */
/* machine.h - a machine of the roster as it is on the wire: seen there, else as the roster knows it. */
#ifndef CORDON_ISOLATION_MACHINE_H
#define CORDON_ISOLATION_MACHINE_H

#include "core/asset/asset.h"
#include "core/net/addr.h"

struct incident;

/* incident: what is held against it, NULL = nothing.  host is unspecified if nobody knows. */
void machine_of(const struct asset *asset, const struct incident *incident, struct host_key *host,
		struct mac *mac);
/* The asset, and where its firmware would be if it has moved. */
struct asset machine_with_hint(const struct asset *asset, const struct host_key *host,
			       const struct mac *mac);

#endif
