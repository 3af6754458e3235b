/* SPDX-License-Identifier: Apache-2.0 */
/* AMT_AuthorizationService: accounts and their realms (amt-out-of-band.md 7.3).  Outputs in the
 * recorded order.  Any change makes TLS connections log on again (amt-system-defense.md 1.4). */
#include "tests/amtsim/class.h"

#include <string.h>

#include "tests/amtsim/base64.h"
#include "tests/amtsim/chronicle.h"
#include "tests/amtsim/device.h"
#include "tests/amtsim/input.h"
#include "tests/amtsim/names.h"
#include "tests/amtsim/text.h"

#define HANDLES_PER_ANSWER 50
#define SID_MAX_BYTES      28

static const char *const service_keys[] = { "CreationClassName", "Name", "SystemCreationClassName",
					    "SystemName", NULL };

static size_t one(const struct device *device)
{
	(void)device;
	return 1;
}

static void render(const struct device *device, size_t index, struct instance *instance)
{
	(void)device;
	(void)index;
	instance_number(instance, "AllowHttpQopAuthOnly", 1);
	instance_text(instance, "CreationClassName", "AMT_AuthorizationService");
	instance_text(instance, "ElementName", "Intel(r) AMT Authorization Service");
	instance_number(instance, "EnabledState", 5);
	instance_text(instance, "Name", "Intel(r) AMT Authorization Service");
	instance_number(instance, "RequestedState", 12);
	instance_text(instance, "SystemCreationClassName", "CIM_ComputerSystem");
	instance_text(instance, "SystemName", "Intel(r) AMT");
}

/* --- reading an entry --- */

/* Letters, digits and most signs; not the administrator's names, not internal ($$) ones. */
static bool user_is_fine(const char *user)
{
	static const char forbidden[] = ":,<>&\"";
	const char *p;

	for (p = user; *p; p++)
		if (*p < '!' || *p > '~' || strchr(forbidden, *p))
			return false;
	return strcmp(user, "Admin") != 0 && strcmp(user, "Administrator") != 0 &&
	       strcmp(user, "admin") != 0 && strncmp(user, "$$", 2) != 0;
}

static bool read_password(struct input *input, char ha1[MD5_HEX_BYTES])
{
	const char *text = input_text(input, "DigestPassword");
	static const char digits[] = "0123456789abcdef";
	uint8_t sum[16];
	size_t len, i;

	if (!text || !base64_decode(text, sum, sizeof(sum), &len) || len != sizeof(sum))
		return false;
	for (i = 0; i < sizeof(sum); i++) {
		ha1[2 * i] = digits[sum[i] >> 4];
		ha1[2 * i + 1] = digits[sum[i] & 15];
	}
	ha1[32] = '\0';
	return true;
}

static bool read_who(struct input *input, struct acl_entry *entry)
{
	const char *user = input_text(input, "DigestUsername");
	const char *sid = input_text(input, "KerberosUserSid");
	uint8_t bytes[SID_MAX_BYTES];
	size_t len;

	if (!user == !sid)
		return false;
	if (sid)
		return base64_decode(sid, bytes, sizeof(bytes), &len) && len > 0 &&
		       text_copy(entry->sid, sizeof(entry->sid), sid);
	return *user && text_copy(entry->user, sizeof(entry->user), user) && user_is_fine(user) &&
	       read_password(input, entry->ha1);
}

static bool read_entry(struct input *input, struct acl_entry *entry)
{
	uint32_t access = 0, numbers[REALMS];
	size_t i, count;

	*entry = (struct acl_entry){ .enabled = true };
	input_need_number(input, "AccessPermission", ACCESS_ANY, &access);
	entry->access = (enum acl_access)access;
	count = input_numbers(input, "Realms", numbers, REALMS);
	for (i = 0; i < count; i++) {
		if (numbers[i] < REALM_REDIRECTION || numbers[i] >= REALMS)
			return false;
		entry->realms |= REALM_BIT(numbers[i]);
	}
	return read_who(input, entry) && !input->wrong;
}

/* --- methods --- */

static struct outcome add(struct device *device, size_t index, struct input *input,
			  struct method_output *output)
{
	struct acl_entry entry;

	(void)index;
	if (!read_entry(input, &entry)) {
		output->return_value = PT_INVALID_PARAMETER;
		return outcome_ok();
	}
	output->return_value = acl_add(&device->acl, &entry);
	if (output->return_value == PT_SUCCESS)
		instance_number(&output->values, "Handle", entry.handle);
	if (output->return_value == PT_SUCCESS)
		chronicle_audit(device, AUDIT_SECURITY_ADMIN, AUDIT_ACL_ADDED, entry.handle);
	device_logons_changed(device);
	return outcome_ok();
}

static struct outcome update(struct device *device, size_t index, struct input *input,
			     struct method_output *output)
{
	struct acl_entry entry, *old;
	uint32_t handle = 0;

	(void)index;
	input_need_number(input, "Handle", UINT32_MAX, &handle);
	old = acl_by_handle(&device->acl, handle);
	if (!old) {
		output->return_value = PT_INVALID_HANDLE;
	} else if (!read_entry(input, &entry)) {
		output->return_value = PT_INVALID_PARAMETER;
	} else if (acl_by_user(&device->acl, entry.user) &&
		   acl_by_user(&device->acl, entry.user) != old) {
		output->return_value = PT_DUPLICATE;
	} else {
		entry.handle = handle;
		entry.enabled = old->enabled;
		*old = entry;
		chronicle_audit(device, AUDIT_SECURITY_ADMIN, AUDIT_ACL_MODIFIED, handle);
		device_logons_changed(device);
	}
	return outcome_ok();
}

static struct acl_entry *asked(struct device *device, struct input *input,
			       struct method_output *output)
{
	struct acl_entry *entry;
	uint32_t handle = 0;

	input_need_number(input, "Handle", UINT32_MAX, &handle);
	entry = input->wrong ? NULL : acl_by_handle(&device->acl, handle);
	if (!entry)
		output->return_value = PT_INVALID_HANDLE;
	return entry;
}

static struct outcome remove_entry(struct device *device, size_t index, struct input *input,
				   struct method_output *output)
{
	struct acl_entry *entry = asked(device, input, output);

	(void)index;
	if (entry) {
		chronicle_audit(device, AUDIT_SECURITY_ADMIN, AUDIT_ACL_REMOVED, entry->handle);
		acl_remove(&device->acl, entry->handle);
		device_logons_changed(device);
	}
	return outcome_ok();
}

static struct outcome get(struct device *device, size_t index, struct input *input,
			  struct method_output *output)
{
	const struct acl_entry *entry = asked(device, input, output);
	uint32_t realm;

	(void)index;
	if (!entry)
		return outcome_ok();
	if (*entry->user)
		instance_text(&output->values, "DigestUsername", entry->user);
	else
		instance_text(&output->values, "KerberosUserSid", entry->sid);
	instance_number(&output->values, "AccessPermission", entry->access);
	for (realm = 0; realm < REALMS; realm++)
		if (entry->realms & REALM_BIT(realm))
			instance_number(&output->values, "Realms", realm);
	return outcome_ok();
}

/* StartIndex counts from 1. */
static struct outcome enumerate(struct device *device, size_t index, struct input *input,
				struct method_output *output)
{
	size_t i, end, total = device->acl.count;
	uint32_t start = 0;

	(void)index;
	input_need_number(input, "StartIndex", UINT32_MAX, &start);
	if (input->wrong || start == 0 || (start > total && total > 0)) {
		output->return_value = PT_INVALID_INDEX;
		return outcome_ok();
	}
	end = total - (start - 1) > HANDLES_PER_ANSWER ? start - 1 + HANDLES_PER_ANSWER : total;
	instance_number(&output->values, "TotalCount", total);
	instance_number(&output->values, "HandlesCount", total ? end - (start - 1) : 0);
	for (i = start - 1; i < end; i++)
		instance_number(&output->values, "Handles", device->acl.entries[i].handle);
	return outcome_ok();
}

static struct outcome set_enabled(struct device *device, size_t index, struct input *input,
				  struct method_output *output)
{
	struct acl_entry *entry = asked(device, input, output);
	bool enabled = false;

	(void)index;
	input_need_bool(input, "Enabled", &enabled);
	if (entry && !input->wrong) {
		entry->enabled = enabled;
		device_logons_changed(device);
	}
	return outcome_ok();
}

static struct outcome get_enabled(struct device *device, size_t index, struct input *input,
				  struct method_output *output)
{
	const struct acl_entry *entry = asked(device, input, output);

	(void)index;
	if (entry)
		instance_bool(&output->values, "Enabled", entry->enabled);
	return outcome_ok();
}

static struct outcome get_admin(struct device *device, size_t index, struct input *input,
				struct method_output *output)
{
	(void)index;
	(void)input;
	instance_text(&output->values, "Username", device->config.user);
	return outcome_ok();
}

static struct outcome set_admin(struct device *device, size_t index, struct input *input,
				struct method_output *output)
{
	const char *user = input_text(input, "Username");
	char ha1[MD5_HEX_BYTES];

	(void)index;
	if (!user || !*user || strlen(user) >= ACL_USER_BYTES || !read_password(input, ha1)) {
		output->return_value = PT_INVALID_PARAMETER;
		return outcome_ok();
	}
	text_copy(device->config.user, sizeof(device->config.user), user);
	memcpy(device->admin_ha1, ha1, sizeof(ha1));
	device_logons_changed(device);
	return outcome_ok();
}

static struct outcome admin_status(struct device *device, size_t index, struct input *input,
				   struct method_output *output)
{
	(void)device;
	(void)index;
	(void)input;
	instance_bool(&output->values, "IsDefault", false);
	return outcome_ok();
}

#define ENTRY_INPUTS \
	"DigestUsername", "DigestPassword", "KerberosUserSid", "AccessPermission", "Realms", NULL

static const char *const no_inputs[] = { NULL };
static const char *const entry_inputs[] = { ENTRY_INPUTS };
static const char *const update_inputs[] = { "Handle", ENTRY_INPUTS };
static const char *const handle_inputs[] = { "Handle", NULL };
static const char *const start_inputs[] = { "StartIndex", NULL };
static const char *const enabled_inputs[] = { "Handle", "Enabled", NULL };
static const char *const admin_inputs[] = { "Username", "DigestPassword", NULL };

static const struct class_method methods[] = {
	{ "AddUserAclEntryEx", true, add, entry_inputs },
	{ "UpdateUserAclEntryEx", true, update, update_inputs },
	{ "RemoveUserAclEntry", true, remove_entry, handle_inputs },
	{ "GetUserAclEntryEx", false, get, handle_inputs },
	{ "EnumerateUserAclEntries", false, enumerate, start_inputs },
	{ "SetAclEnabledState", true, set_enabled, enabled_inputs },
	{ "GetAclEnabledState", false, get_enabled, handle_inputs },
	{ "GetAdminAclEntry", false, get_admin, no_inputs },
	{ "SetAdminAclEntryEx", true, set_admin, admin_inputs },
	{ "GetAdminAclEntryStatus", false, admin_status, no_inputs },
	{ "GetAdminNetAclEntryStatus", false, admin_status, no_inputs },
	{ NULL, false, NULL, NULL },
};

const struct class_def class_authorization = {
	.name = "AMT_AuthorizationService",
	.schema = SCHEMA_AMT_URI,
	.realms = REALM_BIT(REALM_ACL),
	.keys = service_keys,
	.count = one,
	.render = render,
	.methods = methods,
};
