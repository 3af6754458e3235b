/* SPDX-License-Identifier: Apache-2.0 */
/* First contact, as a table of reads.
 *
 * What must be there (mode, port, capabilities) and what is nice to know (release, UUID,
 * realm) differ: a missing nicety never keeps a machine from being isolated.  Left out:
 * AMT_SystemDefenseService and CIM_ElementCapabilities; with one wired port there is nothing
 * to choose. */
#include "amt/inventory.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "amt/cim.h"
#include "amt/session.h"
#include "core/base/err.h"
#include "core/base/printable.h"

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
	printable(inventory->release, '?'); /* people are told of it */
	release_read(inventory->release, &inventory->number);
}

static void format_uuid(const char *hex, const unsigned char order[16], char *to)
{
	for (unsigned i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*to++ = '-';
		*to++ = (char)tolower((unsigned char)hex[2 * order[i]]);
		*to++ = (char)tolower((unsigned char)hex[2 * order[i] + 1]);
	}
	*to = '\0';
}

/* Boards that were never given one; two such machines are not the same (amt-out-of-band.md 1.4). */
static bool is_nobodys(const char *uuid)
{
	return strspn(uuid, "0-") == strlen(uuid) || strspn(uuid, "f-") == strlen(uuid) ||
	       strcmp(uuid, "03000200-0400-0500-0006-000700080009") == 0;
}

static void take_package(struct inventory *inventory, const struct cim_instance *item)
{
	static const unsigned char mixed[16] = { 3, 2, 1,  0,  5,  4,  7,  6,
						 8, 9, 10, 11, 12, 13, 14, 15 };
	static const unsigned char plain[16] = { 0, 1, 2,  3,  4,  5,  6,  7,
						 8, 9, 10, 11, 12, 13, 14, 15 };
	const char *hex = cim_text(item, "PlatformGUID", 0);

	if (!hex || strlen(hex) != 32 || strspn(hex, "0123456789abcdefABCDEF") != 32)
		return;
	format_uuid(hex, mixed, inventory->uuid);
	format_uuid(hex, plain, inventory->plain_uuid);
	if (is_nobodys(inventory->uuid) || is_nobodys(inventory->plain_uuid))
		inventory->uuid[0] = inventory->plain_uuid[0] = '\0';
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
	struct cim_reference **port = ends_in_0(id) ? &inventory->port : &inventory->wireless_port;

	if (!id || strlen(id) >= sizeof(inventory->port_id))
		return;
	inventory->wireless = inventory->wireless || !ends_in_0(id);
	cim_reference_free(*port);
	*port = cim_reference_new("CIM_EthernetPort");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (cim_text(item, keys[i], 0))
			cim_select(*port, keys[i], cim_text(item, keys[i], 0));
}

/* Once all is read.  A wired port is always preferred: there the firmware itself filters. */
static void choose_port(struct inventory *inventory)
{
	if (inventory->wired_without_address) {
		cim_reference_free(inventory->port);
		inventory->port = NULL;
	}
	if (!inventory->port && inventory->wireless_port) {
		inventory->port = inventory->wireless_port;
		inventory->wireless_port = NULL;
		inventory->by_driver = true;
	}
	if (inventory->port)
		set_text(inventory->port_id, sizeof(inventory->port_id),
			 cim_selector_text(inventory->port, "DeviceID"));
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
	cim_reference_free(inventory->wireless_port);
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
	if (result->end == SESSION_REFUSED && strcmp(result->fault.subcode, "AccessDenied") == 0)
		inventory->denied = true;
	for (size_t i = 0; i < result->item_count; i++)
		reads[n].take(inventory, result->items[i]);
	if (n == INVENTORY_READS - 1) {
		choose_port(inventory);
		inventory->known = true;
	}
	return 0;
}

bool inventory_uuid_is(const struct inventory *inventory, const char *uuid)
{
	return strcmp(inventory->uuid, uuid) == 0 || strcmp(inventory->plain_uuid, uuid) == 0;
}

const char *inventory_port_words(const struct inventory *inventory)
{
	return inventory->by_driver ? "the wireless port, where the host's own driver filters"
				    : "Ethernet port 0";
}

bool inventory_is_admin_mode(const struct inventory *inventory)
{
	return inventory->provisioning_state == PROVISIONED &&
	       inventory->provisioning_mode == ADMIN_CONTROL_MODE;
}

int inventory_check(const struct inventory *inventory, const char *device, struct err *err)
{
	if (release_has(&inventory->number, RELEASE_UNSUPPORTED))
		return err_set(
			err, ERR_FAILED,
			"%s is older than release 3.2, whose WS-Management is the first that is "
			"standard; isolate this machine at its switch",
			device);
	if (inventory->provisioning_state != PROVISIONED)
		return err_set(err, ERR_FAILED,
			       "%s is not provisioned; provision it in Admin Control Mode", device);
	if (!inventory_is_admin_mode(inventory))
		return err_set(
			err, ERR_FAILED,
			"%s is in Client Control Mode, which has no System Defense; provision it "
			"in Admin Control Mode",
			device);
	if (!inventory->port)
		return err_set(
			err, ERR_FAILED,
			"%s has no network port under AMT whose packets could be filtered; isolate this "
			"machine at its access point or switch",
			device);
	if (!inventory->has_system_defense && !inventory->capabilities.given)
		return err_set(
			err, ERR_FAILED,
			"%s offers no System Defense; isolate this machine at its switch, or give "
			"the AMT user the realm Circuit Breaker if it has not",
			device);
	return 0;
}
