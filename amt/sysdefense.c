/* SPDX-License-Identifier: Apache-2.0 */
/* System Defense objects to and from CIM: names and order of the properties as in
 * amt-system-defense.md 4.2 and 6. */
#include "amt/sysdefense.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "amt/cim.h"
#include "core/base/num.h"

static bool copy(char *to, size_t size, const char *from)
{
	if (!from || strlen(from) >= size)
		return false;
	memcpy(to, from, strlen(from) + 1);
	return true;
}

const char *sd_filter_class(const struct sd_filter *filter)
{
	return filter->ethernet ? SD_CLASS_ETHERNET_FILTER : SD_CLASS_IP_FILTER;
}

bool sd_name_is_ours(const char *name)
{
	return strncmp(name, SD_NAME_PREFIX, strlen(SD_NAME_PREFIX)) == 0;
}

static void add_hex(struct cim_instance *instance, const char *name, const uint8_t *bytes,
		    size_t length)
{
	char text[33];

	for (size_t i = 0; i < length; i++)
		snprintf(text + 2 * i, 3, "%02X", bytes[i]);
	cim_add(instance, name, text);
}

static void add_address(struct cim_instance *instance, const char *what,
			const struct sd_address *address, size_t length)
{
	char name[32];

	if (!address->given)
		return;
	snprintf(name, sizeof(name), "Hdr%sAddress", what);
	add_hex(instance, name, address->bytes, length);
	snprintf(name, sizeof(name), "Hdr%sMask", what);
	add_hex(instance, name, address->mask, length);
}

/* Always both ends (2.3). */
static void add_ports(struct cim_instance *instance, const char *what, const struct sd_ports *ports)
{
	char name[32];

	if (!ports->given)
		return;
	snprintf(name, sizeof(name), "Hdr%sPortStart", what);
	cim_add_u32(instance, name, ports->first);
	snprintf(name, sizeof(name), "Hdr%sPortEnd", what);
	cim_add_u32(instance, name, ports->last);
}

static void add_ip(struct cim_instance *instance, const struct sd_filter *filter)
{
	size_t length = filter->ip_version == 6 ? 16 : 4;

	cim_add_u32(instance, "HdrIPVersion", filter->ip_version);
	add_address(instance, "Src", &filter->source, length);
	add_address(instance, "Dest", &filter->destination, length);
	if (filter->proto)
		cim_add_u32(instance, "HdrProtocolID", filter->proto);
	add_ports(instance, "Src", &filter->source_ports);
	add_ports(instance, "Dest", &filter->destination_ports);
	if (filter->flags_on)
		cim_add_u32(instance, "TCPFlagsOn", filter->flags_on);
	if (filter->flags_off)
		cim_add_u32(instance, "TCPFlagsOff", filter->flags_off);
}

struct cim_instance *sd_filter_write(const struct sd_filter *filter)
{
	struct cim_instance *instance = cim_new(sd_filter_class(filter));

	cim_add(instance, "InstanceID", "0");
	cim_add(instance, "Name", filter->name);
	cim_add(instance, "CreationClassName", "n/a");
	cim_add(instance, "SystemName", "n/a");
	cim_add(instance, "SystemCreationClassName", "n/a");
	if (filter->ethernet)
		cim_add_u32(instance, "HdrProtocolID8021", filter->ethertype);
	else
		add_ip(instance, filter);
	cim_add_u32(instance, "FilterProfile", filter->profile);
	cim_add_u32(instance, "FilterDirection", filter->direction);
	cim_add_bool(instance, "ActionEventOnMatch", filter->event);
	if (filter->profile == SD_RATE_LIMIT)
		cim_add_u32(instance, "FilterProfileData", filter->rate_per_s);
	return instance;
}

static void read_address(const struct cim_instance *instance, const char *what, size_t length,
			 struct sd_address *address)
{
	char address_name[32], mask_name[32];
	const char *text, *mask;

	snprintf(address_name, sizeof(address_name), "Hdr%sAddress", what);
	snprintf(mask_name, sizeof(mask_name), "Hdr%sMask", what);
	text = cim_text(instance, address_name, 0);
	mask = cim_text(instance, mask_name, 0);
	address->given = text && mask && num_hex(text, address->bytes, length) &&
			 num_hex(mask, address->mask, length);
}

static void read_ports(const struct cim_instance *instance, const char *what,
		       struct sd_ports *ports)
{
	char first_name[32], last_name[32];
	uint32_t first, last;

	snprintf(first_name, sizeof(first_name), "Hdr%sPortStart", what);
	snprintf(last_name, sizeof(last_name), "Hdr%sPortEnd", what);
	ports->given = cim_u32(instance, first_name, 0, &first) &&
		       cim_u32(instance, last_name, 0, &last) && first <= UINT16_MAX &&
		       last <= UINT16_MAX;
	if (!ports->given)
		return;
	ports->first = (uint16_t)first;
	ports->last = (uint16_t)last;
}

static void read_ip(const struct cim_instance *instance, struct sd_filter *filter)
{
	uint32_t value;

	if (cim_u32(instance, "HdrIPVersion", 0, &value) && value <= UINT8_MAX)
		filter->ip_version = (uint8_t)value;
	if (cim_u32(instance, "HdrProtocolID", 0, &value) && value <= UINT8_MAX)
		filter->proto = (uint8_t)value;
	/* Of an array only the first is read: ours have one. */
	if (cim_u32(instance, "TCPFlagsOn", 0, &value) && value <= UINT16_MAX)
		filter->flags_on = (uint16_t)value;
	if (cim_u32(instance, "TCPFlagsOff", 0, &value) && value <= UINT16_MAX)
		filter->flags_off = (uint16_t)value;
	read_address(instance, "Src", filter->ip_version == 6 ? 16 : 4, &filter->source);
	read_address(instance, "Dest", filter->ip_version == 6 ? 16 : 4, &filter->destination);
	read_ports(instance, "Src", &filter->source_ports);
	read_ports(instance, "Dest", &filter->destination_ports);
}

bool sd_filter_read(const struct cim_instance *instance, struct sd_filter *filter)
{
	uint32_t profile, direction, ethertype;

	memset(filter, 0, sizeof(*filter));
	filter->ethernet = strcmp(instance->class_name, SD_CLASS_ETHERNET_FILTER) == 0;
	if (!filter->ethernet && strcmp(instance->class_name, SD_CLASS_IP_FILTER) != 0)
		return false;
	/* A foreign name may be longer than the documented limit; it is only looked at for our prefix. */
	if (!copy(filter->name, sizeof(filter->name), cim_text(instance, "Name", 0)))
		filter->name[0] = '\0';
	if (!copy(filter->id, sizeof(filter->id), cim_text(instance, "InstanceID", 0)) ||
	    !cim_u32(instance, "FilterProfile", 0, &profile) || profile > SD_DROP ||
	    !cim_u32(instance, "FilterDirection", 0, &direction) || direction > SD_RECEIVE)
		return false;
	filter->profile = (uint8_t)profile;
	filter->direction = (uint8_t)direction;
	cim_bool(instance, "ActionEventOnMatch", &filter->event);
	cim_u32(instance, "FilterProfileData", 0, &filter->rate_per_s);
	if (filter->ethernet && cim_u32(instance, "HdrProtocolID8021", 0, &ethertype) &&
	    ethertype <= UINT16_MAX)
		filter->ethertype = (uint16_t)ethertype;
	if (!filter->ethernet)
		read_ip(instance, filter);
	return true;
}

static bool addresses_agree(const struct sd_address *wanted, const struct sd_address *found)
{
	if (!wanted->given)
		return !found->given;
	return !found->given || (memcmp(wanted->bytes, found->bytes, sizeof(wanted->bytes)) == 0 &&
				 memcmp(wanted->mask, found->mask, sizeof(wanted->mask)) == 0);
}

static bool ports_agree(const struct sd_ports *wanted, const struct sd_ports *found)
{
	if (!wanted->given)
		return !found->given;
	return !found->given || (wanted->first == found->first && wanted->last == found->last);
}

/* 0 stands for "not given" in all of them. */
static bool numbers_agree(uint32_t wanted, uint32_t found)
{
	return wanted == found || (wanted && !found);
}

bool sd_filter_agrees(const struct sd_filter *wanted, const struct sd_filter *found)
{
	return wanted->ethernet == found->ethernet && wanted->profile == found->profile &&
	       wanted->direction == found->direction && wanted->event == found->event &&
	       numbers_agree(wanted->rate_per_s, found->rate_per_s) &&
	       numbers_agree(wanted->ethertype, found->ethertype) &&
	       numbers_agree(wanted->ip_version, found->ip_version) &&
	       numbers_agree(wanted->proto, found->proto) &&
	       numbers_agree(wanted->flags_on, found->flags_on) &&
	       numbers_agree(wanted->flags_off, found->flags_off) &&
	       addresses_agree(&wanted->source, &found->source) &&
	       addresses_agree(&wanted->destination, &found->destination) &&
	       ports_agree(&wanted->source_ports, &found->source_ports) &&
	       ports_agree(&wanted->destination_ports, &found->destination_ports);
}

bool sd_filter_handle(const struct sd_filter *filter, uint32_t *handle)
{
	return num_u32_between(filter->id, 0, UINT32_MAX, handle);
}

struct cim_instance *sd_policy_write(const struct sd_policy *policy)
{
	struct cim_instance *instance = cim_new(SD_CLASS_POLICY);

	cim_add(instance, "InstanceID", "0");
	cim_add(instance, "PolicyName", policy->name);
	cim_add_u32(instance, "PolicyPrecedence", policy->precedence);
	cim_add_u32(instance, "AntiSpoofingSupport", policy->anti_spoofing);
	for (unsigned i = 0; i < policy->handle_count; i++)
		cim_add_u32(instance, "FilterCreationHandles", policy->handles[i]);
	cim_add_bool(instance, "TxDefaultDrop", policy->transmit.drop);
	cim_add_bool(instance, "TxDefaultMatchEvent", policy->transmit.event);
	cim_add_bool(instance, "TxDefaultCount", policy->transmit.count);
	cim_add_bool(instance, "RxDefaultDrop", policy->receive.drop);
	cim_add_bool(instance, "RxDefaultMatchEvent", policy->receive.event);
	cim_add_bool(instance, "RxDefaultCount", policy->receive.count);
	return instance;
}

static int compare_handles(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

bool sd_policy_read(const struct cim_instance *instance, struct sd_policy *policy)
{
	const char *name = cim_text(instance, "PolicyName", 0);
	uint32_t spoof;

	memset(policy, 0, sizeof(*policy));
	if (strcmp(instance->class_name, SD_CLASS_POLICY) != 0 ||
	    !copy(policy->id, sizeof(policy->id), cim_text(instance, "InstanceID", 0)))
		return false;
	if (name)
		snprintf(policy->name, sizeof(policy->name), "%s", name);
	cim_u32(instance, "PolicyPrecedence", 0, &policy->precedence);
	policy->anti_spoofing = SD_SPOOF_NOT_TOLD;
	if (cim_u32(instance, "AntiSpoofingSupport", 0, &spoof) && spoof <= SD_SPOOF_SILENT)
		policy->anti_spoofing = (uint8_t)spoof;
	while (policy->handle_count < SD_HANDLES_MAX &&
	       cim_u32(instance, "FilterCreationHandles", policy->handle_count,
		       &policy->handles[policy->handle_count]))
		policy->handle_count++;
	cim_bool(instance, "TxDefaultDrop", &policy->transmit.drop);
	cim_bool(instance, "TxDefaultMatchEvent", &policy->transmit.event);
	cim_bool(instance, "TxDefaultCount", &policy->transmit.count);
	cim_bool(instance, "RxDefaultDrop", &policy->receive.drop);
	cim_bool(instance, "RxDefaultMatchEvent", &policy->receive.event);
	cim_bool(instance, "RxDefaultCount", &policy->receive.count);
	return true;
}

static bool defaults_agree(const struct sd_default *a, const struct sd_default *b)
{
	return a->drop == b->drop && a->event == b->event && a->count == b->count;
}

static bool spoofing_agrees(const struct sd_policy *wanted, const struct sd_policy *found)
{
	return found->anti_spoofing == SD_SPOOF_NOT_TOLD ||
	       wanted->anti_spoofing == found->anti_spoofing;
}

bool sd_policy_agrees(const struct sd_policy *wanted, const struct sd_policy *found)
{
	uint32_t a[SD_HANDLES_MAX], b[SD_HANDLES_MAX];

	if (!spoofing_agrees(wanted, found) || wanted->precedence != found->precedence ||
	    wanted->handle_count != found->handle_count ||
	    !defaults_agree(&wanted->transmit, &found->transmit) ||
	    !defaults_agree(&wanted->receive, &found->receive))
		return false;
	memcpy(a, wanted->handles, sizeof(a));
	memcpy(b, found->handles, sizeof(b));
	qsort(a, wanted->handle_count, sizeof(a[0]), compare_handles);
	qsort(b, wanted->handle_count, sizeof(b[0]), compare_handles);
	return memcmp(a, b, wanted->handle_count * sizeof(a[0])) == 0;
}

struct cim_reference *sd_by_id(const char *class_name, const char *id)
{
	struct cim_reference *reference = cim_reference_new(class_name);

	cim_select(reference, "InstanceID", id);
	return reference;
}

struct cim_instance *sd_binding_write(const char *class_name, const struct cim_reference *port,
				      const char *policy_id)
{
	struct cim_instance *instance = cim_new(class_name);

	cim_add_reference(instance, "Antecedent", cim_reference_copy(port));
	cim_add_reference(instance, "Dependent", sd_by_id(SD_CLASS_POLICY, policy_id));
	return instance;
}

struct cim_reference *sd_binding_key(const struct cim_reference *port, const char *policy_id)
{
	struct cim_reference *key = cim_reference_new(SD_CLASS_BINDING);

	cim_select_reference(key, "Antecedent", cim_reference_copy(port));
	cim_select_reference(key, "Dependent", sd_by_id(SD_CLASS_POLICY, policy_id));
	return key;
}

bool sd_binding_read(const struct cim_instance *instance, struct sd_binding *binding)
{
	const struct cim_reference *port = cim_reference_of(instance, "Antecedent");
	const struct cim_reference *policy = cim_reference_of(instance, "Dependent");

	memset(binding, 0, sizeof(*binding));
	if (!port || !policy)
		return false;
	cim_bool(instance, "Active", &binding->active);
	return copy(binding->owner_class, sizeof(binding->owner_class), instance->class_name) &&
	       copy(binding->port_id, sizeof(binding->port_id),
		    cim_selector_text(port, "DeviceID")) &&
	       copy(binding->policy_id, sizeof(binding->policy_id),
		    cim_selector_text(policy, "InstanceID"));
}

bool sd_statistic_read(const struct cim_instance *instance, struct sd_statistic *statistic)
{
	const struct cim_reference *link = cim_reference_of(instance, "Dependent");
	const struct cim_reference *filter = link ? cim_selector_reference(link, "Dependent")
						  : NULL;
	const struct cim_reference *port = cim_reference_of(instance, "Antecedent");
	const char *id, *name;

	memset(statistic, 0, sizeof(*statistic));
	if (!filter || !cim_u32(instance, "ReadCount", 0, &statistic->packets))
		return false;
	id = cim_selector_text(filter, "InstanceID");
	name = cim_selector_text(filter, "Name");
	snprintf(statistic->class_name, sizeof(statistic->class_name), "%s",
		 cim_class_of_uri(filter->uri));
	if (id)
		snprintf(statistic->id, sizeof(statistic->id), "%s", id);
	if (name)
		snprintf(statistic->name, sizeof(statistic->name), "%s", name);
	if (port && cim_selector_text(port, "DeviceID"))
		snprintf(statistic->port_id, sizeof(statistic->port_id), "%s",
			 cim_selector_text(port, "DeviceID"));
	return true;
}

void sd_port_capabilities_read(const struct cim_instance *instance,
			       struct sd_port_capabilities *capabilities)
{
	memset(capabilities, 0, sizeof(*capabilities));
	capabilities->given =
		cim_u32(instance, "IPv4_MaxTxFilters", 0, &capabilities->tx_filters) &&
		cim_u32(instance, "IPv4_MaxRxFilters", 0, &capabilities->rx_filters);
	cim_u32(instance, "IPv4_MaxTxCounters", 0, &capabilities->tx_counters);
	cim_u32(instance, "IPv4_MaxRxCounters", 0, &capabilities->rx_counters);
	cim_u32(instance, "IPv6_MaxTxFilters", 0, &capabilities->v6_tx_filters);
	cim_u32(instance, "IPv6_MaxRxFilters", 0, &capabilities->v6_rx_filters);
	cim_u32(instance, "IPv6_to_IPv4_Ratio", 0, &capabilities->v6_ratio);
	cim_bool(instance, "IPv4_AntiSpoofingCapable", &capabilities->anti_spoofing);
}
