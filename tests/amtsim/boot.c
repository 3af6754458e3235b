/* SPDX-License-Identifier: Apache-2.0 */
/* A named source beats the flags, as documented; without the role nothing of it is used, and nothing forgotten
 * (CHOICE). */
#include "tests/amtsim/boot.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	bool possible; /* as AMT_BootCapabilities says */
} flags[BOOT_FLAGS] = {
	[BOOT_BIOS_PAUSE] = { "BIOSPause", false },
	[BOOT_BIOS_SETUP] = { "BIOSSetup", true },
	[BOOT_DATA_RESET] = { "ConfigurationDataReset", false },
	[BOOT_PROGRESS] = { "ForcedProgressEvents", true },
	[BOOT_LOCK_KEYBOARD] = { "LockKeyboard", true },
	[BOOT_LOCK_POWER] = { "LockPowerButton", false },
	[BOOT_LOCK_RESET] = { "LockResetButton", false },
	[BOOT_LOCK_SLEEP] = { "LockSleepButton", false },
	[BOOT_REFLASH] = { "ReflashBIOS", false },
	[BOOT_IDER] = { "UseIDER", true },
	[BOOT_SOL] = { "UseSOL", true },
	[BOOT_SAFE_MODE] = { "UseSafeMode", false },
	[BOOT_PASSWORD_BYPASS] = { "UserPasswordBypass", true },
};

const char *boot_flag_name(enum boot_flag flag)
{
	return flags[flag].name;
}

bool boot_flag_possible(enum boot_flag flag)
{
	return flags[flag].possible;
}

void boot_clear(struct boot *boot)
{
	boot->settings = (struct boot_settings){ .verbosity = 0 };
	boot->source = BOOT_UNSET;
	boot->next = false;
}

void boot_init(struct boot *boot)
{
	memset(boot, 0, sizeof(*boot));
	boot_clear(boot);
}

static const char *whence(const struct boot *boot)
{
	static const char *const sources[] = { "disk", "network", "cd" };

	if (boot->source != BOOT_UNSET)
		return sources[boot->source];
	if (boot->settings.flags[BOOT_IDER])
		return boot->settings.ider_device ? "ide-r cd" : "ide-r floppy";
	return boot->settings.flags[BOOT_BIOS_SETUP] ? "setup" : "disk";
}

void boot_next(const struct boot *boot, char text[64])
{
	snprintf(text, 64, "%s%s", boot->next ? whence(boot) : "disk",
		 boot->next && boot->settings.flags[BOOT_SOL] ? " sol" : "");
}

void boot_start(struct boot *boot)
{
	boot_next(boot, boot->last);
	boot->starts++;
	if (boot->next)
		boot_clear(boot);
}
