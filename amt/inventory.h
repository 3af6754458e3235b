/* SPDX-License-Identifier: Apache-2.0 */
/* inventory.h - who and what a device is: mode, release, identity, ports, limits
 * (amt-system-defense.md 4.1).
 *
 * Filled by a fixed list of reads; somebody else does the asking.  Each read gives a call and
 * takes its result. */
#ifndef CORDON_AMT_INVENTORY_H
#define CORDON_AMT_INVENTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "amt/release.h"
#include "amt/sysdefense.h"
#include "core/asset/asset.h"

struct err;
struct session_call;
struct session_result;

#define INVENTORY_READS 10
#define INVENTORY_PORTS 2 /* the wired one, then the wireless (2.11) */

/* A CIM_EthernetPort that packets leave by. */
struct inventory_port {
	struct cim_reference *reference; /* all keys */
	struct mac mac;                  /* zeros where it is not told */
	bool by_driver;                  /* wireless: the host's own driver filters */
	bool link_down;                  /* as told: no cable, no radio */
	bool no_card;                    /* its address is all zeros; such a port is not listed */
	struct sd_port_capabilities capabilities;
};

struct inventory {
	bool known; /* all reads were taken */
	uint32_t provisioning_state, provisioning_mode;
	char release[32]; /* "" if the device does not say */
	struct release number;
	/* Of PlatformGUID; "" where it says nothing of who this is (all 0, all f, a placeholder).
	 * plain: the same bytes in the order they came, see inventory_uuid_is(). */
	char uuid[ASSET_UUID_BYTES], plain_uuid[ASSET_UUID_BYTES];
	bool denied; /* our user may not read something we asked for */
	char realm[64];
	/* In the order they are isolated: the wired one first, for there firmware itself filters, and what we order there
	 * cannot cut us off.  The isolation must hold at the first; the second is set as well if it can be. */
	struct inventory_port ports[INVENTORY_PORTS];
	uint8_t port_count;
	bool settings_refused; /* AMT_EthernetPortSettings is not enumerated here: asked by name */
	bool has_system_defense;
	uint32_t policies_max,
		filters_max; /* of the device; the documented values if it does not say */
};

void inventory_fini(struct inventory *inventory); /* empty again */
/* False if there is nothing to ask after what was told before; take is then called without a result. */
bool inventory_call(const struct inventory *inventory, unsigned n, struct session_call *call);
int inventory_take(struct inventory *inventory, unsigned n, const struct session_result *result,
		   struct err *err);
/* Whether the device is this machine, in whichever byte order firmware tells or people wrote the UUID: SMBIOS
 * has its first three fields little-endian (amt-out-of-band.md 1.4), and not everybody minds. */
bool inventory_uuid_is(const struct inventory *inventory, const char *uuid);
/* The port's DeviceID; "" where there is none. */
const char *inventory_port_id(const struct inventory *inventory, unsigned port);
/* Which port has this DeviceID; port_count if none. */
unsigned inventory_find_port(const struct inventory *inventory, const char *id);
/* "Ethernet port 0", "the wireless port" */
const char *inventory_port_name(const struct inventory *inventory, unsigned port);
/* "Ethernet port 0", or what kind of promise the wireless one is. */
const char *inventory_port_words(const struct inventory *inventory, unsigned port);
/* What the device says of itself makes it capable of System Defense. */
bool inventory_has_defense(const struct inventory *inventory);
/* No cable is plugged in, as told: whatever it says now comes by its wireless. */
bool inventory_is_off_cable(const struct inventory *inventory);
bool inventory_is_admin_mode(const struct inventory *inventory);
/* 0, or why this device cannot be isolated, with the remedy.  device is for the text. */
int inventory_check(const struct inventory *inventory, const char *device, struct err *err);

#endif
