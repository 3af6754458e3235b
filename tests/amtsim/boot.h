/* SPDX-License-Identifier: Apache-2.0 */
/* boot.h - what the next start of the host shall do, and what the last one did (amt-out-of-band.md 2.3).
 *
 * Settings and order hold for one start, and only if the boot configuration has the role "next". */
#ifndef AMTSIM_BOOT_H
#define AMTSIM_BOOT_H

#include <stdbool.h>
#include <stdint.h>

struct text;

/* In the order of the CIM_BootSourceSetting instances. */
enum boot_source { BOOT_DISK, BOOT_NETWORK, BOOT_CD, BOOT_SOURCES, BOOT_UNSET = BOOT_SOURCES };

enum boot_flag {
	BOOT_BIOS_PAUSE,
	BOOT_BIOS_SETUP,
	BOOT_DATA_RESET,
	BOOT_PROGRESS,
	BOOT_LOCK_KEYBOARD,
	BOOT_LOCK_POWER,
	BOOT_LOCK_RESET,
	BOOT_LOCK_SLEEP,
	BOOT_REFLASH,
	BOOT_IDER,
	BOOT_SOL,
	BOOT_SAFE_MODE,
	BOOT_PASSWORD_BYPASS,
	BOOT_FLAGS
};

struct boot_settings {
	bool flags[BOOT_FLAGS];
	uint32_t ider_device; /* 0 floppy or USB image, 1 CD */
	uint32_t verbosity, media;
};

struct boot {
	struct boot_settings settings;
	enum boot_source source; /* BOOT_UNSET: the host's own order */
	bool next;               /* the role is set */
	uint32_t starts;
	char last[64]; /* "disk", "network", "ide-r cd sol", "setup" */
};

void boot_init(struct boot *boot);
/* Property of AMT_BootSettingData, and whether this machine can. */
const char *boot_flag_name(enum boot_flag flag);
bool boot_flag_possible(enum boot_flag flag);
/* Forgets what was asked for. */
void boot_clear(struct boot *boot);
/* The host starts: does what was asked for and forgets it. */
void boot_start(struct boot *boot);
/* What the next start would do, in the words of `last`. */
void boot_next(const struct boot *boot, char text[64]);

#endif
