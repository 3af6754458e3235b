/* SPDX-License-Identifier: Apache-2.0 */
/* profile.h - what a firmware release decides (amt-system-defense.md 1.1, 1.2, 1.4). */
#ifndef AMTSIM_PROFILE_H
#define AMTSIM_PROFILE_H

#include <stdbool.h>

#include "tests/amtsim/crypto.h"

struct profile {
	unsigned major, minor;
	char version[32];  /* AMT, as in CIM_SoftwareIdentity */
	char server[96];   /* full form of the Server header */
	bool auth_int;     /* offers auth-int beside auth */
	bool remote_plain; /* port 16992 is reachable from outside */
	bool ipv6_filters;
	bool heuristics;
	bool big_envelope_only; /* 3.0: MaxEnvelopeSize below 50000 faults */
	bool lists_singletons;  /* Enumerate works on every class that has one instance */
	bool timeouts;          /* of policies */
	bool default_policies;  /* of ports */
	bool client_mode;       /* Client Control Mode exists */
	enum tls_leaf leaf;
	enum tls_version tls_least, tls_most;
};

/* `release` as "major.minor" with further parts allowed; false if it is not a release from 3.0
 * up (2.x has no native WS-Management). */
bool profile_init(struct profile *profile, const char *release);

#endif
