/* SPDX-License-Identifier: Apache-2.0 */
/* The network ports: 0 wired, 1 wireless (amt-system-defense.md 2.11).  A machine without
 * wireless still lists only port 0 (CHOICE: a second settings instance with a zero MAC is not
 * simulated).  A machine whose wired card was left out still lists port 0 and gives it an address of zeros. */
#include "tests/amtsim/class.h"

#include <stdio.h>

#include "tests/amtsim/device.h"
#include "tests/amtsim/names.h"

static size_t count_ports(const struct device *device)
{
	return device_ports(device);
}

#define MAC_TEXT_BYTES 20

static void print_mac(const struct device *device, size_t port, const char *separator, char *out)
{
	size_t i, at = 0;

	for (i = 0; i < 6; i++) {
		unsigned byte = device->config.mac[i];

		if (port == 0 && device->knobs.wired == WIRED_NO_CARD)
			byte = 0;
		/* the wireless card has an address of its own */
		else if (i == 5)
			byte = (byte + 0x80 * (unsigned)port) & 0xFF;
		at += (size_t)snprintf(out + at, MAC_TEXT_BYTES - at, "%s%02x", i ? separator : "",
				       byte);
	}
}

static const char *const port_keys[] = { "CreationClassName", "DeviceID", "SystemCreationClassName",
					 "SystemName", NULL };

static void render_port(const struct device *device, size_t port, struct instance *instance)
{
	char mac[MAC_TEXT_BYTES], id[40];

	print_mac(device, port, "", mac);
	snprintf(id, sizeof(id), "Intel(r) AMT Ethernet Port %zu", port);
	instance_text(instance, "CreationClassName", "CIM_EthernetPort");
	instance_text(instance, "Description", port == 0 ? "Wired0" : "Wireless1");
	instance_text(instance, "DeviceID", id);
	instance_text(instance, "ElementName", "Intel(r) AMT Ethernet Port");
	instance_number(instance, "EnabledDefault", 5);
	instance_number(instance, "EnabledState", 2);
	instance_number(instance, "LinkTechnology", port == 0 ? 2 : 11);
	instance_number(instance, "MaxSpeed", 2500000000u);
	instance_text(instance, "NetworkAddresses", mac);
	instance_number(instance, "OperationalStatus", 0);
	instance_number(instance, "PortType", port == 0 ? 53 : 0);
	instance_number(instance, "RequestedState", 12);
	instance_number(instance, "Speed", 1000000000u);
	instance_text(instance, "SystemCreationClassName", "CIM_ComputerSystem");
	instance_text(instance, "SystemName", "Intel(r) AMT");
}

const struct class_def class_ethernet_port = {
	.name = "CIM_EthernetPort",
	.schema = SCHEMA_CIM_URI,
	.keys = port_keys,
	.count = count_ports,
	.render = render_port,
};

static const char *const settings_keys[] = { "InstanceID", NULL };

static void render_addresses(const struct device *device, struct instance *instance)
{
	const uint8_t *ip = device->config.ipv4;
	char text[16];

	snprintf(text, sizeof(text), "%u.%u.%u.%u", ip[0], ip[1], ip[2], ip[3]);
	instance_text(instance, "IPAddress", text);
	snprintf(text, sizeof(text), "%u.%u.%u.254", ip[0], ip[1], ip[2]);
	instance_text(instance, "DefaultGateway", text);
	instance_text(instance, "PrimaryDNS", text);
	instance_text(instance, "SubnetMask", "255.255.255.0");
}

static void render_settings(const struct device *device, size_t port, struct instance *instance)
{
	char mac[MAC_TEXT_BYTES], id[48];

	print_mac(device, port, "-", mac);
	snprintf(id, sizeof(id), "Intel(r) AMT Ethernet Port Settings %zu", port);
	if (port == 0)
		render_addresses(device, instance);
	instance_bool(instance, "DHCPEnabled", !device->config.fixed_address);
	instance_text(instance, "ElementName", "Intel(r) AMT Ethernet Port Settings");
	instance_text(instance, "InstanceID", id);
	instance_bool(instance, "IpSyncEnabled", true);
	instance_bool(instance, "LinkIsUp",
		      port == 0 ? device->knobs.wired == WIRED_UP
				: device->knobs.wireless_link != 0);
	instance_number(instance, "LinkPolicy", 1);
	instance_number(instance, "LinkPolicy", 14);
	instance_text(instance, "MACAddress", mac);
	instance_number(instance, "PhysicalConnectionType", port == 0 ? 0 : 3);
	instance_bool(instance, "SharedDynamicIP", !device->config.fixed_address);
	instance_bool(instance, "SharedMAC", true);
	instance_bool(instance, "SharedStaticIp", device->config.fixed_address);
	if (port == 1)
		instance_number(instance, "WLANLinkProtectionLevel", 1);
}

const struct class_def class_port_settings = {
	.name = "AMT_EthernetPortSettings",
	.schema = SCHEMA_AMT_URI,
	.get_only = true,
	.keys = settings_keys,
	.count = count_ports,
	.render = render_settings,
};
