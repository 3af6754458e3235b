/* SPDX-License-Identifier: Apache-2.0 */
/* inventory.h - who and what a device is: mode, release, identity, wired port, limits
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

#define INVENTORY_READS 8

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
	/* The CIM_EthernetPort we isolate at, all keys: the wired one, or where there is none the
	 * wireless (by_driver); NULL if there is neither. */
	struct cim_reference *port;
	bool by_driver;             /* the host's own driver filters at that port */
	char port_id[SD_ID_BYTES];  /* its DeviceID */
	bool wired_without_address; /* the port has no MAC: there is no such card */
	bool wireless;
	struct cim_reference *wireless_port;
	bool has_system_defense;
	uint32_t policies_max,
		filters_max; /* of the device; the documented values if it does not say */
	struct sd_port_capabilities capabilities;
};

void inventory_fini(struct inventory *inventory); /* empty again */
void inventory_call(unsigned n, struct session_call *call);
int inventory_take(struct inventory *inventory, unsigned n, const struct session_result *result,
		   struct err *err);
/* Whether the device is this machine, in whichever byte order firmware tells or people wrote the UUID: SMBIOS
 * has its first three fields little-endian (amt-out-of-band.md 1.4), and not everybody minds. */
bool inventory_uuid_is(const struct inventory *inventory, const char *uuid);
/* "Ethernet port 0", or what kind of promise the wireless one is. */
const char *inventory_port_words(const struct inventory *inventory);
bool inventory_is_admin_mode(const struct inventory *inventory);
/* 0, or why this device cannot be isolated, with the remedy.  device is for the text. */
int inventory_check(const struct inventory *inventory, const char *device, struct err *err);

#endif
