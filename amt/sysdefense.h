/* SPDX-License-Identifier: Apache-2.0 */
/* sysdefense.h - the objects of System Defense as plain values (amt-system-defense.md 2), to
 * and from CIM.
 *
 * Addresses are bytes in network order; ports and numbers in host order.  What firmware does
 * not use is never written.  Reading is lenient: an absent property leaves the field "not
 * given", and comparison treats "not given" on the device as agreement, since which optional
 * properties firmware echoes is unknown and a false difference would wear out its flash. */
#ifndef CORDON_AMT_SYSDEFENSE_H
#define CORDON_AMT_SYSDEFENSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cim_instance;
struct cim_reference;

#define SD_NAME_BYTES            17 /* 16 characters (2.1, 2.2) */
#define SD_ID_BYTES              80
#define SD_HANDLES_MAX           62 /* of one Create (2.1) */
#define SD_NAME_PREFIX           "crd-"

#define SD_CLASS_POLICY          "AMT_SystemDefensePolicy"
#define SD_CLASS_ETHERNET_FILTER "AMT_Hdr8021Filter"
#define SD_CLASS_IP_FILTER       "AMT_IPHeadersFilter"
#define SD_CLASS_BINDING         "AMT_NetworkPortSystemDefensePolicy"
#define SD_CLASS_BINDINGS        "AMT_InterfacePolicy"
#define SD_CLASS_DEFAULT         "AMT_NetworkPortDefaultSystemDefensePolicy"
#define SD_CLASS_STATISTICS      "AMT_ActiveFilterStatistics"

enum sd_profile { SD_PASS_COUNT, SD_DROP_COUNT, SD_RATE_LIMIT, SD_PASS, SD_DROP };
enum sd_direction { SD_TRANSMIT, SD_RECEIVE };

struct sd_address {
	bool given;
	uint8_t bytes[16], mask[16]; /* the first 4 for IPv4 */
};

struct sd_ports {
	bool given;
	uint16_t first, last;
};

struct sd_filter {
	char name[SD_NAME_BYTES];
	char id[SD_ID_BYTES]; /* InstanceID; "" before it is created */
	bool ethernet;        /* AMT_Hdr8021Filter, else AMT_IPHeadersFilter */
	uint8_t profile;      /* enum sd_profile */
	uint8_t direction;    /* enum sd_direction */
	bool event;
	uint32_t rate_per_s; /* profile SD_RATE_LIMIT */
	uint16_t ethertype;  /* ethernet */
	uint8_t ip_version;  /* 4 or 6; the rest is for IP only */
	uint8_t proto;       /* 0 = any */
	/* TCPFlagsOn and TCPFlagsOff, in the coding that this firmware is known to use; 0: not given. */
	uint16_t flags_on, flags_off;
	struct sd_address source, destination;
	struct sd_ports source_ports, destination_ports;
};

struct sd_default {
	bool drop, event, count;
};

/* AntiSpoofingSupport (2.1), and what the device does not tell. */
enum sd_spoof {
	SD_SPOOF_OFF,
	SD_SPOOF_EVENT,
	SD_SPOOF_COUNT,
	SD_SPOOF_COUNT_EVENT,
	SD_SPOOF_SILENT,
	SD_SPOOF_NOT_TOLD
};

struct sd_policy {
	char name[SD_NAME_BYTES];
	char id[SD_ID_BYTES];
	uint32_t precedence;
	uint8_t anti_spoofing; /* enum sd_spoof */
	struct sd_default transmit, receive;
	uint32_t handles[SD_HANDLES_MAX];
	uint8_t handle_count;
};

/* A policy enabled on a port by some owner. */
struct sd_binding {
	char owner_class[64];      /* SD_CLASS_BINDING is ours to use */
	char port_id[SD_ID_BYTES]; /* DeviceID */
	char policy_id[SD_ID_BYTES];
	bool active;
};

struct sd_statistic {
	char class_name[64]; /* of the filter; AMT_NetworkFilter for those a policy brings itself */
	char id[SD_ID_BYTES], name[64]; /* of the filter, "" if not told */
	char port_id[SD_ID_BYTES];      /* DeviceID, "" if not told */
	uint32_t packets;
};

struct sd_port_capabilities {
	bool given;
	uint32_t tx_filters, rx_filters; /* the default filter included */
	uint32_t tx_counters, rx_counters;
	uint32_t v6_tx_filters, v6_rx_filters;
	uint32_t v6_ratio;  /* IPv4 slots that one IPv6 filter takes; 0 if not given */
	bool anti_spoofing; /* of IPv4 */
};

const char *sd_filter_class(const struct sd_filter *filter);
struct cim_instance *sd_filter_write(const struct sd_filter *filter);
bool sd_filter_read(const struct cim_instance *instance, struct sd_filter *filter);
/* Same meaning; name and id aside. */
bool sd_filter_agrees(const struct sd_filter *wanted, const struct sd_filter *found);
bool sd_filter_handle(const struct sd_filter *filter, uint32_t *handle);

struct cim_instance *sd_policy_write(const struct sd_policy *policy);
bool sd_policy_read(const struct cim_instance *instance, struct sd_policy *policy);
/* Same defaults, precedence, anti-spoofing and handles (in any order); name and id aside. */
bool sd_policy_agrees(const struct sd_policy *wanted, const struct sd_policy *found);

/* port is copied; class_name is SD_CLASS_BINDING or SD_CLASS_DEFAULT. */
struct cim_instance *sd_binding_write(const char *class_name, const struct cim_reference *port,
				      const char *policy_id);
/* The selectors to delete a binding by. */
struct cim_reference *sd_binding_key(const struct cim_reference *port, const char *policy_id);
bool sd_binding_read(const struct cim_instance *instance, struct sd_binding *binding);
bool sd_statistic_read(const struct cim_instance *instance, struct sd_statistic *statistic);
void sd_port_capabilities_read(const struct cim_instance *instance,
			       struct sd_port_capabilities *capabilities);

/* A reference with the one selector InstanceID. */
struct cim_reference *sd_by_id(const char *class_name, const char *id);
bool sd_name_is_ours(const char *name);

#endif
