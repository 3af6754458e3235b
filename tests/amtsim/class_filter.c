/* SPDX-License-Identifier: Apache-2.0 */
/* AMT_Hdr8021Filter and AMT_IPHeadersFilter (amt-system-defense.md 2.2, 2.3).
 *
 * The names of all properties a client may send are in two tables: a known but unsupported one is
 * ignored or refused by knob and never shown again; an unknown one is a bad property. */
#include "tests/amtsim/class.h"

#include <string.h>

#include "tests/amtsim/chronicle.h"
#include "tests/amtsim/device.h"
#include "tests/amtsim/input.h"
#include "tests/amtsim/names.h"
#include "tests/amtsim/text.h"
#include "tests/amtsim/xml.h"

struct known {
	const char *name;
	bool supported;
};

#define COMMON_PROPERTIES                                                               \
	{ "InstanceID", true }, { "Name", true }, { "CreationClassName", true },        \
		{ "SystemName", true }, { "SystemCreationClassName", true },            \
		{ "FilterProfile", true }, { "FilterDirection", true },                 \
		{ "ActionEventOnMatch", true }, { "FilterProfileData", true },          \
		{ "ElementName", false }, { "IsNegated", false }, { "Caption", false }, \
	{                                                                               \
		"Description", false                                                    \
	}

static const struct known ether_known[] = {
	COMMON_PROPERTIES,
	{ "HdrProtocolID8021", true },
	{ "HdrSrcMACAddr8021", false },
	{ "HdrSrcMACMask8021", false },
	{ "HdrDestMACAddr8021", false },
	{ "HdrDestMACMask8021", false },
	{ "HdrPriorityValue8021", false },
	{ "HdrVLANID8021", false },
	{ NULL, false },
};

static const struct known ip_known[] = {
	COMMON_PROPERTIES,
	{ "HdrIPVersion", true },
	{ "HdrProtocolID", true },
	{ "HdrSrcAddress", true },
	{ "HdrSrcMask", true },
	{ "HdrDestAddress", true },
	{ "HdrDestMask", true },
	{ "HdrSrcPortStart", true },
	{ "HdrSrcPortEnd", true },
	{ "HdrDestPortStart", true },
	{ "HdrDestPortEnd", true },
	{ "TCPFlagsOn", true },
	{ "TCPFlagsOff", true },
	{ "HdrSrcAddressEndOfRange", false },
	{ "HdrDestAddressEndOfRange", false },
	{ "HdrDSCP", false },
	{ "HdrFlowLabel", false },
	{ NULL, false },
};

static const struct known *find_known(const struct known *known, const char *name)
{
	for (; known->name; known++)
		if (strcmp(known->name, name) == 0)
			return known;
	return NULL;
}

static struct outcome check_names(const struct device *device, struct input *input,
				  const struct known *known)
{
	static const char *const arrays[] = { "TCPFlagsOn", "TCPFlagsOff", "HdrDSCP", NULL };
	const struct xml_node *child;

	input_once(input, arrays);
	for (child = input->node ? input->node->first : NULL; child; child = child->next) {
		const struct known *found = find_known(known, child->name);

		if (!found || strcmp(child->ns, input->ns) != 0)
			return class_bad_property(device);
		if (!found->supported && device->knobs.unsupported == 1)
			return outcome_status(PT_UNSUPPORTED);
	}
	return outcome_ok();
}

/* PT_SUCCESS, or PT_INVALID_NAME: 1 to 16 printable characters. */
static uint32_t read_name(struct input *input, char *name)
{
	const struct xml_node *node = input_element(input, "Name");
	const char *p;

	if (!node) {
		input->wrong = true;
		return PT_SUCCESS;
	}
	if (!*node->text || !text_copy(name, SD_NAME_BYTES, node->text))
		return PT_INVALID_NAME;
	for (p = name; *p; p++)
		if (*p < ' ' || *p > '~')
			return PT_INVALID_NAME;
	return PT_SUCCESS;
}

/* What both kinds share.  A rate belongs to the rate profile and to no other. */
static uint32_t read_common(struct input *input, struct sd_filter *filter)
{
	uint32_t profile = 0, direction = 0;
	bool has_rate;

	input_need_number(input, "FilterProfile", SD_PROFILES - 1, &profile);
	input_need_number(input, "FilterDirection", SD_RX, &direction);
	input_need_bool(input, "ActionEventOnMatch", &filter->event);
	has_rate = input_number(input, "FilterProfileData", UINT32_MAX, &filter->rate_pps);
	filter->profile = (enum sd_profile)profile;
	filter->direction = (enum sd_direction)direction;
	if (has_rate != (profile == SD_RATE_LIMIT) || (has_rate && filter->rate_pps == 0))
		input->wrong = true;
	return read_name(input, filter->name);
}

typedef struct outcome read_filter_fn(struct device *device, struct input *input,
				      struct sd_filter *filter);

static struct outcome put(struct device *device, const struct sd_filter *old, struct input *input,
			  read_filter_fn *read)
{
	struct sd_filter filter = { .kind = old->kind, .handle = old->handle };
	struct outcome outcome;

	if (!device->knobs.put_objects)
		return outcome_fault(FAULT_ACTION);
	outcome = read(device, input, &filter);
	if (outcome.fault != FAULT_NONE)
		return outcome;
	return outcome_status(defense_change_filter(device->defense, &filter));
}

static struct outcome store(struct device *device, struct sd_filter *filter, size_t *made)
{
	uint32_t status = defense_add_filter(device->defense, filter);

	if (status == PT_SUCCESS) {
		*made = defense_filters(device->defense, filter->kind) - 1;
		chronicle_audit(device, AUDIT_DEFENSE, AUDIT_FILTER_ADDED, filter->handle);
	}
	return outcome_status(status);
}

static struct outcome remove_filter(struct device *device, enum sd_kind kind, size_t index)
{
	uint32_t handle = defense_filter(device->defense, kind, index)->handle;
	uint32_t status = defense_remove_filter(device->defense, handle);

	if (status == PT_SUCCESS)
		chronicle_audit(device, AUDIT_DEFENSE, AUDIT_FILTER_REMOVED, handle);
	return outcome_status(status);
}

static void render_common(const struct sd_filter *filter, const char *class_name,
			  struct instance *instance)
{
	instance_bool(instance, "ActionEventOnMatch", filter->event);
	instance_text(instance, "CreationClassName", class_name);
	instance_number(instance, "FilterDirection", filter->direction);
	instance_number(instance, "FilterProfile", filter->profile);
	if (filter->profile == SD_RATE_LIMIT)
		instance_number(instance, "FilterProfileData", filter->rate_pps);
	instance_number(instance, "InstanceID", filter->handle);
	instance_text(instance, "Name", filter->name);
	instance_text(instance, "SystemCreationClassName", "CIM_ComputerSystem");
	instance_text(instance, "SystemName", "Intel(r) AMT");
}

static const char *const filter_keys[] = { "CreationClassName",       "InstanceID", "Name",
					   "SystemCreationClassName", "SystemName", NULL };

/* --- AMT_Hdr8021Filter --- */

static size_t count_ether(const struct device *device)
{
	return defense_filters(device->defense, SD_ETHER);
}

static void render_ether(const struct device *device, size_t index, struct instance *instance)
{
	const struct sd_filter *filter = defense_filter(device->defense, SD_ETHER, index);

	render_common(filter, "AMT_Hdr8021Filter", instance);
	instance_number(instance, "HdrProtocolID8021", filter->ethertype);
}

static struct outcome read_ether(struct device *device, struct input *input,
				 struct sd_filter *filter)
{
	struct outcome outcome = check_names(device, input, ether_known);
	uint32_t status, ethertype = 0;

	if (outcome.fault != FAULT_NONE)
		return outcome;
	status = read_common(input, filter);
	input_need_number(input, "HdrProtocolID8021", UINT16_MAX, &ethertype);
	filter->ethertype = (uint16_t)ethertype;
	return input->wrong ? class_bad_property(device) : outcome_status(status);
}

static struct outcome create_ether(struct device *device, struct input *input, size_t *made)
{
	struct sd_filter filter = { .kind = SD_ETHER };
	struct outcome outcome = read_ether(device, input, &filter);

	return outcome.fault != FAULT_NONE ? outcome : store(device, &filter, made);
}

static struct outcome put_ether(struct device *device, size_t index, struct input *input)
{
	return put(device, defense_filter(device->defense, SD_ETHER, index), input, read_ether);
}

static struct outcome remove_ether(struct device *device, size_t index)
{
	return remove_filter(device, SD_ETHER, index);
}

const struct class_def class_ether_filter = {
	.name = "AMT_Hdr8021Filter",
	.schema = SCHEMA_AMT_URI,
	.defense = true,
	.keys = filter_keys,
	.count = count_ether,
	.render = render_ether,
	.create = create_ether,
	.remove = remove_ether,
	.put = put_ether,
};

/* --- AMT_IPHeadersFilter --- */

static size_t count_ip(const struct device *device)
{
	return defense_filters(device->defense, SD_IP);
}

static void render_hex(struct instance *instance, const char *name, const uint8_t *bytes,
		       size_t len)
{
	static const char digits[] = "0123456789ABCDEF";
	char hex[33];
	size_t i;

	for (i = 0; i < len; i++) {
		hex[2 * i] = digits[bytes[i] >> 4];
		hex[2 * i + 1] = digits[bytes[i] & 15];
	}
	hex[2 * len] = '\0';
	instance_text(instance, name, hex);
}

static void render_address(const struct sd_filter *filter, const struct sd_address *address,
			   const char *const names[2], struct instance *instance)
{
	size_t len = filter->ip_version == 6 ? 16 : 4;

	if (!address->given)
		return;
	render_hex(instance, names[0], address->bytes, len);
	render_hex(instance, names[1], address->mask, len);
}

static void render_flags(struct instance *instance, const char *name, uint8_t flags,
			 uint32_t coding)
{
	unsigned bit;

	for (bit = 0; bit < 6; bit++)
		if (flags & 1u << bit)
			instance_number(instance, name, coding == FLAG_BIT ? bit : 1u << bit);
}

static const char *const src_names[2] = { "HdrSrcAddress", "HdrSrcMask" };
static const char *const dst_names[2] = { "HdrDestAddress", "HdrDestMask" };

static void render_ip(const struct device *device, size_t index, struct instance *instance)
{
	const struct sd_filter *filter = defense_filter(device->defense, SD_IP, index);

	render_common(filter, "AMT_IPHeadersFilter", instance);
	if (filter->ip_version)
		instance_number(instance, "HdrIPVersion", filter->ip_version);
	if (filter->has_protocol)
		instance_number(instance, "HdrProtocolID", filter->protocol);
	render_address(filter, &filter->src, src_names, instance);
	render_address(filter, &filter->dst, dst_names, instance);
	if (filter->src_ports.given) {
		instance_number(instance, "HdrSrcPortEnd", filter->src_ports.last);
		instance_number(instance, "HdrSrcPortStart", filter->src_ports.first);
	}
	if (filter->dst_ports.given) {
		instance_number(instance, "HdrDestPortEnd", filter->dst_ports.last);
		instance_number(instance, "HdrDestPortStart", filter->dst_ports.first);
	}
	render_flags(instance, "TCPFlagsOff", filter->flags_off, device->knobs.flag_coding);
	render_flags(instance, "TCPFlagsOn", filter->flags_on, device->knobs.flag_coding);
}

/* Address and mask come together, in the length the version says. */
static void read_address(struct input *input, const struct sd_filter *filter,
			 const char *const names[2], struct sd_address *address)
{
	size_t len = filter->ip_version == 6 ? 16 : 4;
	bool has_address = input_hex(input, names[0], address->bytes, len);
	bool has_mask = input_hex(input, names[1], address->mask, len);

	address->given = has_address;
	if (has_address != has_mask || (has_address && filter->ip_version == 0))
		input->wrong = true;
}

static void read_ports(struct input *input, const char *start, const char *end,
		       struct sd_ports *ports)
{
	uint32_t first = 0, last = 0;
	bool has_first = input_number(input, start, UINT16_MAX, &first);
	bool has_last = input_number(input, end, UINT16_MAX, &last);

	ports->given = has_first;
	ports->first = (uint16_t)first;
	ports->last = (uint16_t)last;
	if (has_first != has_last || first > last)
		input->wrong = true;
}

/* Both sides together only as single ports; ports only for TCP and UDP. */
static bool ports_allowed(const struct sd_filter *filter)
{
	const struct sd_ports *src = &filter->src_ports, *dst = &filter->dst_ports;

	if (!src->given && !dst->given)
		return true;
	if (!filter->has_protocol || (filter->protocol != 6 && filter->protocol != 17))
		return false;
	return !(src->given && dst->given) || (src->first == src->last && dst->first == dst->last);
}

static bool read_flags(struct input *input, const char *name, uint32_t coding, uint8_t *flags)
{
	uint32_t values[6];
	size_t i, n = input_numbers(input, name, values, 6);

	for (i = 0; i < n; i++) {
		uint32_t bit = coding == FLAG_BIT ? (values[i] < 6 ? 1u << values[i] : 0)
						  : values[i];

		if (bit == 0 || bit > 0x3F)
			input->wrong = true;
		*flags = (uint8_t)(*flags | bit);
	}
	return n > 0;
}

static void read_headers(struct input *input, struct sd_filter *filter, uint32_t flag_coding)
{
	uint32_t version = 0, protocol = 0;

	if (input_number(input, "HdrIPVersion", 6, &version) && version != 4 && version != 6)
		input->wrong = true;
	filter->ip_version = (uint8_t)version;
	filter->has_protocol = input_number(input, "HdrProtocolID", UINT8_MAX, &protocol);
	filter->protocol = (uint8_t)protocol;
	read_address(input, filter, src_names, &filter->src);
	read_address(input, filter, dst_names, &filter->dst);
	read_ports(input, "HdrSrcPortStart", "HdrSrcPortEnd", &filter->src_ports);
	read_ports(input, "HdrDestPortStart", "HdrDestPortEnd", &filter->dst_ports);
	filter->has_flags_on = read_flags(input, "TCPFlagsOn", flag_coding, &filter->flags_on);
	filter->has_flags_off = read_flags(input, "TCPFlagsOff", flag_coding, &filter->flags_off);
	if ((filter->has_flags_on || filter->has_flags_off) && filter->protocol != 6)
		input->wrong = true;
	if (!ports_allowed(filter))
		input->wrong = true;
}

static struct outcome read_ip(struct device *device, struct input *input, struct sd_filter *filter)
{
	struct outcome outcome = check_names(device, input, ip_known);
	uint32_t status;

	if (outcome.fault != FAULT_NONE)
		return outcome;
	status = read_common(input, filter);
	read_headers(input, filter, device->knobs.flag_coding);
	if (input->wrong)
		return class_bad_property(device);
	if (filter->ip_version == 6 && !device->profile.ipv6_filters)
		return outcome_status(PT_UNSUPPORTED);
	return outcome_status(status);
}

static struct outcome create_ip(struct device *device, struct input *input, size_t *made)
{
	struct sd_filter filter = { .kind = SD_IP };
	struct outcome outcome = read_ip(device, input, &filter);

	return outcome.fault != FAULT_NONE ? outcome : store(device, &filter, made);
}

static struct outcome put_ip(struct device *device, size_t index, struct input *input)
{
	return put(device, defense_filter(device->defense, SD_IP, index), input, read_ip);
}

static struct outcome remove_ip(struct device *device, size_t index)
{
	return remove_filter(device, SD_IP, index);
}

const struct class_def class_ip_filter = {
	.name = "AMT_IPHeadersFilter",
	.schema = SCHEMA_AMT_URI,
	.defense = true,
	.keys = filter_keys,
	.count = count_ip,
	.render = render_ip,
	.create = create_ip,
	.remove = remove_ip,
	.put = put_ip,
};
