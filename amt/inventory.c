/* SPDX-License-Identifier: Apache-2.0 */
/* First contact, as a table of reads.
 *
 * What must be there (mode, port, capabilities) and what is nice to know (release, UUID,
 * realm) differ: a missing nicety never keeps a machine from being isolated.  Left out:
 * AMT_SystemDefenseService and CIM_ElementCapabilities; with one wired port there is nothing
 * to choose. */
#include "amt/inventory.h"

#include <stdio.h>
#include <string.h>

#include "amt/cim.h"
#include "amt/session.h"
#include "core/base/err.h"

#define PROVISIONED        2 /* ProvisioningState (1.1) */
#define ADMIN_CONTROL_MODE 1 /* ProvisioningMode (1.1) */

typedef void take_item_fn(struct inventory *inventory, const struct cim_instance *item);

static void set_text(char *to, size_t size, const char *from)
{
	if (from)
		snprintf(to, size, "%s", from);
}

static bool ends_in_0(const char *text)
{
	size_t length = text ? strlen(text) : 0;

	return length >= 2 && text[length - 1] == '0' && text[length - 2] == ' ';
}

static void take_setup(struct inventory *inventory, const struct cim_instance *item)
{
	cim_u32(item, "ProvisioningState", 0, &inventory->provisioning_state);
	cim_u32(item, "ProvisioningMode", 0, &inventory->provisioning_mode);
}

/* Other instances (boot loader, applications) carry versions of their own; "AMT" is the one
 * people know. */
static void take_software(struct inventory *inventory, const struct cim_instance *item)
{
	const char *id = cim_text(item, "InstanceID", 0);

	if (id && strcmp(id, "AMT") == 0)
		set_text(inventory->release, sizeof(inventory->release),
			 cim_text(item, "VersionString", 0));
}

/* PlatformGUID is the SMBIOS UUID as raw bytes: its first three fields are little-endian
 * (SMBIOS 3.x, 7.2.1). */
static void take_package(struct inventory *inventory, const struct cim_instance *item)
{
	static const unsigned char order[16] = { 3, 2, 1,  0,  5,  4,  7,  6,
						 8, 9, 10, 11, 12, 13, 14, 15 };
	const char *hex = cim_text(item, "PlatformGUID", 0);
	char *to = inventory->uuid;

	if (!hex || strlen(hex) != 32 || strspn(hex, "0123456789abcdefABCDEF") != 32)
		return;
	for (unsigned i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*to++ = '-';
		*to++ = hex[2 * order[i]];
		*to++ = hex[2 * order[i] + 1];
	}
	*to = '\0';
}

static void take_general(struct inventory *inventory, const struct cim_instance *item)
{
	set_text(inventory->realm, sizeof(inventory->realm), cim_text(item, "DigestRealm", 0));
}

static void take_port(struct inventory *inventory, const struct cim_instance *item)
{
	static const char *const keys[] = { "CreationClassName", "DeviceID",
					    "SystemCreationClassName", "SystemName" };
	const char *id = cim_text(item, "DeviceID", 0);

	if (!ends_in_0(id) || strlen(id) >= sizeof(inventory->port_id)) {
		inventory->wireless = inventory->wireless || id;
		return;
	}
	cim_reference_free(inventory->port);
	inventory->port = cim_reference_new("CIM_EthernetPort");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (cim_text(item, keys[i], 0))
			cim_select(inventory->port, keys[i], cim_text(item, keys[i], 0));
	set_text(inventory->port_id, sizeof(inventory->port_id), id);
}

static void take_port_settings(struct inventory *inventory, const struct cim_instance *item)
{
	const char *mac = cim_text(item, "MACAddress", 0);

	if (ends_in_0(cim_text(item, "InstanceID", 0)) && mac && *mac)
		inventory->wired_without_address = strspn(mac, "0-:") == strlen(mac);
}

static void take_limits(struct inventory *inventory, const struct cim_instance *item)
{
	inventory->has_system_defense = true;
	cim_u32(item, "GlobalMaxSupportedPolicies", 0, &inventory->policies_max);
	cim_u32(item, "GlobalMaxSupportedFilters", 0, &inventory->filters_max);
}

/* With one instance per port, the wired one is told by the digit its id ends in; failing that,
 * the first. */
static void take_capabilities(struct inventory *inventory, const struct cim_instance *item)
{
	if (!inventory->capabilities.given || ends_in_0(cim_text(item, "InstanceID", 0)))
		sd_port_capabilities_read(item, &inventory->capabilities);
}

static const struct {
	uint8_t op;
	bool needed;
	const char *class_name;
	take_item_fn *take;
} reads[INVENTORY_READS] = {
	{ WSMAN_GET, true, "AMT_SetupAndConfigurationService", take_setup },
	{ WSMAN_ENUMERATE, false, "CIM_SoftwareIdentity", take_software },
	{ WSMAN_GET, false, "CIM_ComputerSystemPackage", take_package },
	{ WSMAN_GET, false, "AMT_GeneralSettings", take_general },
	{ WSMAN_ENUMERATE, true, "CIM_EthernetPort", take_port },
	{ WSMAN_ENUMERATE, false, "AMT_EthernetPortSettings", take_port_settings },
	{ WSMAN_ENUMERATE, false, "AMT_GeneralSystemDefenseCapabilities", take_limits },
	{ WSMAN_ENUMERATE, false, "AMT_NetworkPortSystemDefenseCapabilities", take_capabilities },
};

void inventory_fini(struct inventory *inventory)
{
	cim_reference_free(inventory->port);
	memset(inventory, 0, sizeof(*inventory));
}

void inventory_call(unsigned n, struct session_call *call)
{
	*call = (struct session_call){ .op = reads[n].op, .class_name = reads[n].class_name };
}

int inventory_take(struct inventory *inventory, unsigned n, const struct session_result *result,
		   struct err *err)
{
	if (n == 0) {
		inventory_fini(inventory);
		inventory->policies_max = 8;
		inventory->filters_max = 80;
	}
	/* A refusal of something optional is an answer; a lost connection or refused credentials are not. */
	if (result->end != SESSION_DONE &&
	    (reads[n].needed || result->end != SESSION_REFUSED || result->locked_out))
		return err_set(err, result->err->code, "%s", result->err->text);
	for (size_t i = 0; i < result->item_count; i++)
		reads[n].take(inventory, result->items[i]);
	if (n == INVENTORY_READS - 1)
		inventory->known = true;
	return 0;
}

bool inventory_is_admin_mode(const struct inventory *inventory)
{
	return inventory->provisioning_state == PROVISIONED &&
	       inventory->provisioning_mode == ADMIN_CONTROL_MODE;
}

int inventory_check(const struct inventory *inventory, const char *device, struct err *err)
{
	if (inventory->provisioning_state != PROVISIONED)
		return err_set(err, ERR_FAILED,
			       "%s is not provisioned; provision it in Admin Control Mode", device);
	if (!inventory_is_admin_mode(inventory))
		return err_set(
			err, ERR_FAILED,
			"%s is in Client Control Mode, which has no System Defense; provision it "
			"in Admin Control Mode",
			device);
	if (!inventory->port || inventory->wired_without_address)
		return err_set(
			err, ERR_FAILED,
			"%s has no wired Ethernet port under AMT; only wired ports are filtered "
			"by firmware, so isolate this machine at its access point or switch",
			device);
	if (!inventory->has_system_defense && !inventory->capabilities.given)
		return err_set(
			err, ERR_FAILED,
			"%s offers no System Defense; isolate this machine at its switch, or give "
			"the AMT user the realm Circuit Breaker if it has not",
			device);
	return 0;
}
