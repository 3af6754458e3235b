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

#include "amt/sysdefense.h"

struct err;
struct session_call;
struct session_result;

#define INVENTORY_READS 8

struct inventory {
	bool known; /* all reads were taken */
	uint32_t provisioning_state, provisioning_mode;
	char release[32]; /* "" if the device does not say */
	char uuid[40];
	char realm[64];
	struct cim_reference *port; /* the wired CIM_EthernetPort, all keys; NULL if there is none */
	char port_id[SD_ID_BYTES];  /* its DeviceID */
	bool wired_without_address; /* the port has no MAC: there is no such card */
	bool wireless;
	bool has_system_defense;
	uint32_t policies_max,
		filters_max; /* of the device; the documented values if it does not say */
	struct sd_port_capabilities capabilities;
};

void inventory_fini(struct inventory *inventory); /* empty again */
void inventory_call(unsigned n, struct session_call *call);
int inventory_take(struct inventory *inventory, unsigned n, const struct session_result *result,
		   struct err *err);
bool inventory_is_admin_mode(const struct inventory *inventory);
/* 0, or why this device cannot be isolated, with the remedy.  device is for the text. */
int inventory_check(const struct inventory *inventory, const char *device, struct err *err);

#endif
