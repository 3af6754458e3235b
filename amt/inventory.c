/* SPDX-License-Identifier: Apache-2.0 */
/* First contact, as a table of reads.
 *
 * What must be there (mode, port, capabilities) and what is nice to know (release, UUID,
 * realm) differ: a missing nicety never keeps a machine from being isolated.  Left out:
 * AMT_SystemDefenseService and CIM_ElementCapabilities: with a wired and a wireless port the
 * digit that names end in tells which is which.
 *
 * Old firmware refuses to enumerate AMT_EthernetPortSettings but gives each by its name, and
 * that is all that the last reads are for (amt-out-of-band.md 1.2). */
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
#define WIRELESS           3 /* PhysicalConnectionType (2.11) */
#define SETTINGS           "AMT_EthernetPortSettings"
#define SETTINGS_ID        "Intel(r) AMT Ethernet Port Settings"
#define FIRST_BY_NAME      8 /* of the reads: settings of port 0, of port 1 */

typedef void take_item_fn(struct inventory *inventory, const struct cim_instance *item);

static void set_text(char *to, size_t size, const char *from)
{
	if (from)
		snprintf(to, size, "%s", from);
}

static bool ends_in(const char *text, char digit)
{
	size_t length = text ? strlen(text) : 0;

	return length >= 2 && text[length - 1] == digit && text[length - 2] == ' ';
}

static bool ends_in_0(const char *text)
{
	return ends_in(text, '0');
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

static struct inventory_port *port_of(struct inventory *inventory, const char *id)
{
	return &inventory->ports[ends_in_0(id) ? 0 : 1];
}

static void take_port(struct inventory *inventory, const struct cim_instance *item)
{
	static const char *const keys[] = { "CreationClassName", "DeviceID",
					    "SystemCreationClassName", "SystemName" };
	const char *id = cim_text(item, "DeviceID", 0);
	struct inventory_port *port = port_of(inventory, id);

	if (!id || !*id || strlen(id) >= SD_ID_BYTES)
		return;
	port->by_driver = !ends_in_0(id);
	cim_reference_free(port->reference);
	port->reference = cim_reference_new("CIM_EthernetPort");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (cim_text(item, keys[i], 0))
			cim_select(port->reference, keys[i], cim_text(item, keys[i], 0));
}

static void take_port_settings(struct inventory *inventory, const struct cim_instance *item)
{
	const char *mac = cim_text(item, "MACAddress", 0);
	struct inventory_port *port = port_of(inventory, cim_text(item, "InstanceID", 0));
	bool link = true;
	uint32_t medium;

	if (mac && !mac_parse(mac, &port->mac))
		port->mac = (struct mac){ 0 };

	port->no_card = mac && *mac && strspn(mac, "0-:") == strlen(mac);
	cim_bool(item, "LinkIsUp", &link);
	port->link_down = !link;
	/* A second card behind a cable, as in a dock, is the firmware's. */
	if (cim_u32(item, "PhysicalConnectionType", 0, &medium))
		port->by_driver = medium == WIRELESS;
}

static bool goes_first(const struct inventory_port *a, const struct inventory_port *b)
{
	return a->reference && (!b->reference || !a->by_driver || b->by_driver);
}

/* Once all is read: those that are there, the firmware's own first. */
static void list_ports(struct inventory *inventory)
{
	struct inventory_port *ports = inventory->ports, other;
	struct sd_port_capabilities told = ports[0].capabilities;

	for (unsigned i = 0; i < INVENTORY_PORTS; i++) {
		if (!ports[i].no_card)
			continue;
		cim_reference_free(ports[i].reference);
		ports[i] = (struct inventory_port){ 0 };
	}
	if (!goes_first(&ports[0], &ports[1])) {
		other = ports[0];
		ports[0] = ports[1];
		ports[1] = other;
	}
	inventory->port_count = (uint8_t)(!!ports[0].reference + !!ports[1].reference);
	/* The only instance there was speaks for the port that must hold. */
	if (!ports[0].capabilities.given)
		ports[0].capabilities = told.given ? told : ports[1].capabilities;
}

static void take_limits(struct inventory *inventory, const struct cim_instance *item)
{
	inventory->has_system_defense = true;
	cim_u32(item, "GlobalMaxSupportedPolicies", 0, &inventory->policies_max);
	cim_u32(item, "GlobalMaxSupportedFilters", 0, &inventory->filters_max);
}

/* With one instance per port, the digit its id ends in tells whose it is; failing that, their order. */
static void take_capabilities(struct inventory *inventory, const struct cim_instance *item)
{
	const char *id = cim_text(item, "InstanceID", 0);
	bool second = ends_in(id, '1') ||
		      (!ends_in_0(id) && inventory->ports[0].capabilities.given);

	sd_port_capabilities_read(item, &inventory->ports[second].capabilities);
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
	{ WSMAN_ENUMERATE, false, SETTINGS, take_port_settings },
	{ WSMAN_ENUMERATE, false, "AMT_GeneralSystemDefenseCapabilities", take_limits },
	{ WSMAN_ENUMERATE, false, "AMT_NetworkPortSystemDefenseCapabilities", take_capabilities },
	{ WSMAN_GET, false, SETTINGS, take_port_settings },
	{ WSMAN_GET, false, SETTINGS, take_port_settings },
};

void inventory_fini(struct inventory *inventory)
{
	for (unsigned i = 0; i < INVENTORY_PORTS; i++)
		cim_reference_free(inventory->ports[i].reference);
	memset(inventory, 0, sizeof(*inventory));
}

bool inventory_call(const struct inventory *inventory, unsigned n, struct session_call *call)
{
	bool by_name = n >= FIRST_BY_NAME;

	if (by_name && !inventory->settings_refused)
		return false;
	*call = (struct session_call){ .op = reads[n].op, .class_name = reads[n].class_name };
	if (by_name)
		call->selectors = sd_by_id(SETTINGS, n == FIRST_BY_NAME ? SETTINGS_ID " 0"
									: SETTINGS_ID " 1");
	return true;
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
	if (result && result->end != SESSION_DONE &&
	    (reads[n].needed || result->end != SESSION_REFUSED || result->locked_out))
		return err_set(err, result->err->code, "%s", result->err->text);
	if (result && result->end == SESSION_REFUSED) {
		inventory->denied = inventory->denied ||
				    strcmp(result->fault.subcode, "AccessDenied") == 0;
		inventory->settings_refused = inventory->settings_refused ||
					      reads[n].take == take_port_settings;
	}
	for (size_t i = 0; result && i < result->item_count; i++)
		reads[n].take(inventory, result->items[i]);
	if (n == INVENTORY_READS - 1) {
		list_ports(inventory);
		inventory->known = true;
	}
	return 0;
}

bool inventory_uuid_is(const struct inventory *inventory, const char *uuid)
{
	return strcmp(inventory->uuid, uuid) == 0 || strcmp(inventory->plain_uuid, uuid) == 0;
}

const char *inventory_port_id(const struct inventory *inventory, unsigned port)
{
	const struct cim_reference *reference =
		port < inventory->port_count ? inventory->ports[port].reference : NULL;
	const char *id = reference ? cim_selector_text(reference, "DeviceID") : NULL;

	return id ? id : "";
}

unsigned inventory_find_port(const struct inventory *inventory, const char *id)
{
	unsigned port = 0;

	while (port < inventory->port_count && strcmp(inventory_port_id(inventory, port), id) != 0)
		port++;
	return port;
}

const char *inventory_port_name(const struct inventory *inventory, unsigned port)
{
	if (inventory->ports[port].by_driver)
		return "the wireless port";
	return ends_in_0(inventory_port_id(inventory, port)) ? "Ethernet port 0"
							     : "Ethernet port 1";
}

const char *inventory_port_words(const struct inventory *inventory, unsigned port)
{
	return inventory->ports[port].by_driver
		       ? "the wireless port, where the host's own driver filters"
		       : inventory_port_name(inventory, port);
}

bool inventory_has_defense(const struct inventory *inventory)
{
	return inventory->has_system_defense || inventory->ports[0].capabilities.given;
}

bool inventory_is_off_cable(const struct inventory *inventory)
{
	return inventory->port_count > 1 && inventory->ports[0].link_down &&
	       !inventory->ports[0].by_driver && !inventory->ports[1].link_down;
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
	if (!inventory->port_count)
		return err_set(
			err, ERR_FAILED,
			"%s has no network port under AMT whose packets could be filtered; isolate this "
			"machine at its access point or switch",
			device);
	if (!inventory_has_defense(inventory))
		return err_set(
			err, ERR_FAILED,
			"%s offers no System Defense; isolate this machine at its switch, or give "
			"the AMT user the realm Circuit Breaker if it has not",
			device);
	return 0;
}
