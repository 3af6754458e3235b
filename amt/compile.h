/* SPDX-License-Identifier: Apache-2.0 */
/* compile.h - a neutral plan in System Defense terms, within one device's budget.
 *
 * What firmware understands differs from what people expect of a packet filter
 * (amt-system-defense.md 3.3): no order, any match of a drop filter drops, the default decides
 * only where nothing matched, no state.  A plan whose filters would change meaning or be
 * pointless under that rule is refused with a sentence, never bent; with two exceptions that the set tells: a rate
 * limit of new connections holds for all packets where the coding of TCP flags is not known, and anti-spoofing is left
 * out where the port cannot do it, for isolating without it is better than not isolating. */
#ifndef CORDON_AMT_COMPILE_H
#define CORDON_AMT_COMPILE_H

#include <stddef.h>
#include <stdint.h>

#include "amt/budget.h"
#include "amt/sysdefense.h"
#include "core/base/digest.h"

struct err;
struct plan;

/* How the elements of TCPFlagsOn and TCPFlagsOff are written is not known (2.3): set it where you know it. */
enum sd_flag_coding { SD_FLAGS_UNKNOWN, SD_FLAGS_BITS, SD_FLAGS_MASKS };

/* A policy with its filters; ids are empty and handles unset until they exist on a device. */
struct sd_set {
	struct sd_policy policy;
	struct sd_filter filters[SD_HANDLES_MAX];
	uint8_t count;
	bool widened; /* a limit of new connections became one of all packets: flags could not be written */
	bool unguarded;               /* anti-spoofing was wanted, and the port has none */
	struct digest_sha256 content; /* of the meaning: ids, names and handles aside */
};

/* Equal plans give equal sets, names included: "crd-" + up to 6 letters of the plan's name +
 * "-" + 5 hex digits of a SHA-256 over the content.  Filters are named "crd-" + the same
 * digits + "-t00", "-r01"..., and where they drop "-T00", "-R01". */
int sd_compile(const struct plan *plan, const struct sd_budget *budget, uint32_t precedence,
	       struct sd_set *set, struct err *err);

#endif
