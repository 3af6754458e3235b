/* SPDX-License-Identifier: Apache-2.0 */
/* device.h - one simulated machine: who it is, what it holds, how it behaves.
 *
 * The struct is open because every class_*.c shows a part of it.  Time never comes from the
 * system: device_tick() brings it, as nanoseconds since 1970. */
#ifndef AMTSIM_DEVICE_H
#define AMTSIM_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/amtsim/account.h"
#include "tests/amtsim/association.h"
#include "tests/amtsim/acl.h"
#include "tests/amtsim/alert.h"
#include "tests/amtsim/auditlog.h"
#include "tests/amtsim/boot.h"
#include "tests/amtsim/consent.h"
#include "tests/amtsim/defense.h"
#include "tests/amtsim/environment.h"
#include "tests/amtsim/eventlog.h"
#include "tests/amtsim/heuristics.h"
#include "tests/amtsim/knobs.h"
#include "tests/amtsim/mishap.h"
#include "tests/amtsim/oplog.h"
#include "tests/amtsim/presence.h"
#include "tests/amtsim/profile.h"
#include "tests/amtsim/rng.h"
#include "tests/amtsim/subscription.h"

struct class_def;

enum device_mode {
	MODE_ADMIN,  /* Admin Control Mode */
	MODE_CLIENT, /* Client Control Mode: no System Defense */
	MODE_PRE,    /* not provisioned */
};

struct device_config {
	char name[48];
	char address[46];
	uint16_t port;
	bool tls;
	uint16_t redirection_port; /* 0: closed */
	char user[33];
	char password[64];
	char release[32];
	enum device_mode mode;
	bool no_defense; /* the firmware lacks System Defense */
	uint8_t mac[6];
	bool fixed_address; /* no DHCP */
	uint8_t ipv4[4];    /* the host's address, shared with AMT; all zero if unknown */
	uint8_t uuid[16];
	char host_name[64];
	char suffix[64]; /* domain that the DHCP of its network gives */
	char realm[48];  /* "" makes one from the UUID */
	bool mutual;     /* TLS: clients need a certificate */
	char trusted[TLS_TRUSTED_NAMES][TLS_NAME_BYTES]; /* of clients; "" from the first unused */
};

#define DEVICE_CONTEXTS 8
#define DEVICE_EVENTS   64

enum enumeration_form { FORM_OBJECT, FORM_REFERENCE, FORM_BOTH };

struct enumeration {
	uint32_t number; /* 0: free */
	const struct class_def *class_def;
	size_t at; /* next instance */
	enum enumeration_form form;
	bool filtered; /* by `around` instead of by class */
	struct association_query around;
};

/* TLS settings as written, until they are committed. */
struct device_tls_wish {
	bool mutual;
	char trusted[TLS_TRUSTED_NAMES][TLS_NAME_BYTES];
};

struct device_event {
	uint64_t at_ns;
	uint32_t handle;
};

/* Whose request is being carried out; the administrator unless the server says otherwise. */
struct device_caller {
	uint32_t handle; /* of the account, 0 the administrator */
	char peer[46];   /* numeric address, "" if unknown */
};

/* Somebody who makes a real interface obey; all NULL: nobody. */
struct device_enforcer {
	void (*changed)(void *arg); /* another policy is active on port 0 */
	void (*refresh)(void *arg); /* bring the counters */
	void *arg;
};

struct device {
	struct device_config config;
	struct profile profile;
	struct knobs knobs;
	struct rng rng;
	uint64_t now_ns, booted_ns;

	struct account account;
	struct acl acl;
	char admin_ha1[MD5_HEX_BYTES];
	uint32_t logon_epoch; /* grows when accounts change */
	struct device_caller caller;
	struct defense *defense;
	struct mishap_list mishaps;
	struct eventlog eventlog;
	struct auditlog auditlog;
	struct alert_queue alerts;
	struct subscription_list subscriptions;
	struct presence presence;
	struct environment environment;
	struct heuristics heuristics;
	struct boot boot;
	struct consent consent;
	struct oplog log;

	uint64_t messages; /* answers sent */
	uint32_t contexts; /* enumeration contexts given out */
	struct enumeration open[DEVICE_CONTEXTS];

	uint32_t meddled; /* acts of other consoles */
	uint64_t flash_debt_ns, flash_at_ns;
	struct device_event *events; /* ring, NULL until the first */
	uint64_t event_total;
	bool powered;
	int64_t clock_off_s; /* what consoles set the firmware's clock forward by */
	/* Listens at config.address and port instead of before: 0, or -1 with errno set.  NULL: it
	 * is on no network. */
	struct device_enforcer enforcer;
	int (*move)(void *arg);
	void *move_arg;
	struct device_tls_wish tls_wish;
	uint8_t redirection; /* bit 0 IDE-R, bit 1 SOL */
	bool redirection_listens, kvm_enabled;
	bool ping, rmcp_ping;
	char domain[64];
	struct tls_terms tls; /* as of the last device_tls() */
};

void device_config_init(struct device_config *config);
/* NULL and a sentence in *why if the release is unknown or cannot listen like that. */
struct device *device_new(const struct device_config *config, const struct knobs *knobs,
			  uint64_t now_ns, const char **why);
void device_free(struct device *device);

/* Brings the time; timeouts may change the active policies. */
void device_tick(struct device *device, uint64_t now_ns);

/* Environment detection says so. */
bool device_is_outside(const struct device *device);
/* Something may happen in it between two requests: it wants a tick every second. */
bool device_is_lively(const struct device *device);

/* System Defense exists and may be used: right mode, and not left out. */
bool device_has_defense(const struct device *device);
/* By release or knob. */
bool device_has_default_policy(const struct device *device);
/* Enumerate works on classes of one instance, by release or knob. */
bool device_lists_singletons(const struct device *device);
/* Redirection and boot overrides: nobody has to agree, or somebody has. */
bool device_may_redirect(const struct device *device);
uint32_t device_consent_required(const struct device *device);
unsigned device_ports(const struct device *device); /* 1, or 2 with a wireless port */
/* PT_STATUS that forbids a write now: not ready after boot, or flash worn; else charges it. */
uint32_t device_charge_write(struct device *device, bool binding);
/* What the caller may use: REALM_BIT. */
uint32_t device_caller_realms(const struct device *device);
const char *device_caller_name(const struct device *device);
/* Accounts were changed: everybody has to log on again. */
void device_logons_changed(struct device *device);
/* Live counters of port 0, from wherever packets are judged. */
void device_refresh(struct device *device);
/* How the device shakes hands now; valid until the device goes. */
const struct tls_terms *device_tls(struct device *device);
/* The shared address has lapsed because the active policy cuts DHCP (3.4, CHOICE of timing). */
bool device_is_dark(const struct device *device);

enum device_restart {
	RESTART_FIRMWARE,
	RESTART_HOST,  /* the firmware runs on */
	RESTART_POWER, /* loss of AC power: both */
};

void device_reset(struct device *device, enum device_restart what, uint64_t now_ns);
/* The host leaves S0 or comes back; the firmware runs on. */
void device_power(struct device *device, bool on, uint64_t now_ns);
void device_unprovision(struct device *device, uint64_t now_ns);

/* Judges a frame on the wireless port: by the host's driver, if it is there and runs. */
struct verdict device_judge_wireless(struct device *device, const uint8_t *bytes, size_t len,
				     enum sd_direction direction);
/* Judges a frame on the wired port. */
struct verdict device_judge(struct device *device, const uint8_t *bytes, size_t len,
			    enum sd_direction direction);

#endif
