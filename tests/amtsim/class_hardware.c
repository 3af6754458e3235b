/* SPDX-License-Identifier: Apache-2.0 */
/* What consoles show as hardware inventory: names of the properties as recorded (CIM_Card,
 * CIM_BIOSElement, CIM_Chassis), values of a machine that nobody built.
 *
 * CIM_SystemPackaging shows CIM_ComputerSystemPackage, CIM_Chip the memory modules, and
 * CIM_PhysicalPackage the board, because they are superclasses of those. */
#include "tests/amtsim/class.h"
#include "tests/amtsim/acl.h"
#include "tests/amtsim/names.h"
#include "tests/amtsim/plain.h"

static const char *const tag_keys[] = { "CreationClassName", "Tag", NULL };
static const char *const device_keys[] = { "CreationClassName", "DeviceID",
					   "SystemCreationClassName", "SystemName", NULL };
static const char *const ends_keys[] = { "Antecedent", "Dependent", NULL };
static const char *const software_keys[] = {
	"Name", "SoftwareElementID", "SoftwareElementState", "TargetOperatingSystem", "Version",
	NULL
};

const struct class_def class_system_packaging = {
	.name = "CIM_SystemPackaging",
	.schema = SCHEMA_CIM_URI,
	.realms = REALM_BIT(REALM_HARDWARE) | REALM_BIT(REALM_GENERAL),
	.keys = ends_keys,
};

static const struct plain_line chips[] = {
	{ "CanBeFRUed", "true" },
	{ "CreationClassName", "CIM_Chip" },
	{ "ElementName", "Managed System Processor Chip" },
	{ "Manufacturer", "Cordon" },
	{ "OperationalStatus", "0" },
	{ "Tag", "CPU 0" },
	{ "Version", "Simulated Processor" },
	PLAIN_END,
};

const struct class_def class_chip = {
	.name = "CIM_Chip",
	.schema = SCHEMA_CIM_URI,
	.realms = REALM_BIT(REALM_HARDWARE),
	.keys = tag_keys,
	.plain = chips,
};

static const struct plain_line memory[] = {
	{ "BankLabel", "BANK 0" },
	{ "Capacity", "8589934592" },
	{ "ConfiguredMemoryClockSpeed", "2400" },
	{ "CreationClassName", "CIM_PhysicalMemory" },
	{ "ElementName", "Managed System Memory Chip" },
	{ "FormFactor", "13" },
	{ "IsSpeedInMhz", "true" },
	{ "Manufacturer", "Cordon" },
	{ "MaxMemorySpeed", "2400" },
	{ "MemoryType", "26" },
	{ "PartNumber", "SIM-8G" },
	{ "SerialNumber", "00000001" },
	{ "Speed", "0" },
	{ "Tag", "00000001 (#0)" },
	PLAIN_NEXT,
	{ "BankLabel", "BANK 1" },
	{ "Capacity", "8589934592" },
	{ "ConfiguredMemoryClockSpeed", "2400" },
	{ "CreationClassName", "CIM_PhysicalMemory" },
	{ "ElementName", "Managed System Memory Chip" },
	{ "FormFactor", "13" },
	{ "IsSpeedInMhz", "true" },
	{ "Manufacturer", "Cordon" },
	{ "MaxMemorySpeed", "2400" },
	{ "MemoryType", "26" },
	{ "PartNumber", "SIM-8G" },
	{ "SerialNumber", "00000002" },
	{ "Speed", "0" },
	{ "Tag", "00000002 (#1)" },
	PLAIN_END,
};

const struct class_def class_memory = {
	.name = "CIM_PhysicalMemory",
	.schema = SCHEMA_CIM_URI,
	.super = "CIM_Chip",
	.realms = REALM_BIT(REALM_HARDWARE),
	.keys = tag_keys,
	.plain = memory,
};

static const struct plain_line processors[] = {
	{ "CPUStatus", "1" },
	{ "CreationClassName", "CIM_Processor" },
	{ "CurrentClockSpeed", "3000" },
	{ "DeviceID", "CPU 0" },
	{ "ElementName", "Managed System CPU" },
	{ "EnabledState", "2" },
	{ "ExternalBusClockSpeed", "100" },
	{ "Family", "198" },
	{ "HealthState", "0" },
	{ "MaxClockSpeed", "4200" },
	{ "OperationalStatus", "0" },
	{ "OtherFamilyDescription", "" },
	{ "RequestedState", "12" },
	{ "Role", "Central" },
	{ "Stepping", "3" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "ManagedSystem" },
	{ "UpgradeMethod", "2" },
	PLAIN_END,
};

const struct class_def class_processor = {
	.name = "CIM_Processor",
	.schema = SCHEMA_CIM_URI,
	.realms = REALM_BIT(REALM_HARDWARE),
	.keys = device_keys,
	.plain = processors,
};

static const struct plain_line bios[] = {
	{ "ElementName", "Primary BIOS" },
	{ "Manufacturer", "Cordon" },
	{ "Name", "Primary BIOS" },
	{ "OperationalStatus", "0" },
	{ "PrimaryBIOS", "true" },
	{ "ReleaseDate", "@1699920000" },
	{ "SoftwareElementID", "SIM.1.0" },
	{ "SoftwareElementState", "2" },
	{ "TargetOperatingSystem", "66" },
	{ "Version", "SIM.1.0" },
	PLAIN_END,
};

const struct class_def class_bios = {
	.name = "CIM_BIOSElement",
	.schema = SCHEMA_CIM_URI,
	.realms = REALM_BIT(REALM_HARDWARE),
	.keys = software_keys,
	.plain = bios,
};

static const struct plain_line cards[] = {
	{ "CanBeFRUed", "true" },
	{ "CreationClassName", "CIM_Card" },
	{ "ElementName", "Managed System Base Board" },
	{ "Manufacturer", "Cordon" },
	{ "Model", "AMT simulator" },
	{ "OperationalStatus", "0" },
	{ "PackageType", "9" },
	{ "SerialNumber", "" }, /* so in life (amt-out-of-band.md 1.7) */
	{ "Tag", "CIM_Card" },
	{ "Version", "1" },
	PLAIN_END,
};

const struct class_def class_card = {
	.name = "CIM_Card",
	.schema = SCHEMA_CIM_URI,
	.super = "CIM_PhysicalPackage",
	.realms = REALM_BIT(REALM_HARDWARE),
	.keys = tag_keys,
	.plain = cards,
};

static const struct plain_line packages[] = {
	{ "CreationClassName", "CIM_PhysicalPackage" },
	{ "ElementName", "Managed System Storage Media Package" },
	{ "Model", "Simulated disk" },
	{ "OperationalStatus", "0" },
	{ "PackageType", "15" },
	{ "SerialNumber", "D0000001" },
	{ "Tag", "Storage Media Package 0" },
	PLAIN_END,
};

const struct class_def class_physical_package = {
	.name = "CIM_PhysicalPackage",
	.schema = SCHEMA_CIM_URI,
	.realms = REALM_BIT(REALM_HARDWARE),
	.keys = tag_keys,
	.plain = packages,
};

static const struct plain_line media[] = {
	{ "Capabilities", "4" },
	{ "Capabilities", "10" },
	{ "CreationClassName", "CIM_MediaAccessDevice" },
	{ "DeviceID", "MEDIA DEV 0" },
	{ "ElementName", "Managed System Media Access Device" },
	{ "EnabledDefault", "2" },
	{ "EnabledState", "0" },
	{ "MaxMediaSize", "256060514" },
	{ "OperationalStatus", "0" },
	{ "RequestedState", "12" },
	{ "Security", "2" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "ManagedSystem" },
	PLAIN_END,
};

const struct class_def class_media = {
	.name = "CIM_MediaAccessDevice",
	.schema = SCHEMA_CIM_URI,
	.realms = REALM_BIT(REALM_HARDWARE),
	.keys = device_keys,
	.plain = media,
};
