/* SPDX-License-Identifier: Apache-2.0 */
/* Everything goes through the store as a client's requests would, limits included, but leaves no
 * trace in the log of operations: the client under test did not ask for it. */
#include "tests/amtsim/meddle.h"

#include <stdio.h>

#include "tests/amtsim/device.h"
#include "tests/amtsim/text.h"

#define OUTRANK_PRECEDENCE 4000000000u

static uint32_t add_filter(struct device *device, const char *name)
{
	struct sd_filter filter = { .kind = SD_ETHER, .profile = SD_PASS, .ethertype = 0x88CC };

	text_copy(filter.name, sizeof(filter.name), name);
	return defense_add_filter(device->defense, &filter) ? 0 : filter.handle;
}

/* Id of a new policy that passes everything, 0 if there is no room. */
static uint32_t add_policy(struct device *device, uint32_t precedence, uint32_t handle)
{
	struct sd_policy policy = { .precedence = precedence, .handle_count = handle ? 1 : 0 };

	policy.handles[0] = handle;
	snprintf(policy.name, sizeof(policy.name), "other-%u", device->meddled);
	return defense_add_policy(device->defense, &policy) ? 0 : policy.id;
}

static void add(struct device *device)
{
	char name[SD_NAME_BYTES];

	snprintf(name, sizeof(name), "other-%u", device->meddled);
	add_policy(device, 1, add_filter(device, name));
}

static void clash(struct device *device)
{
	const struct sd_filter *filter = defense_filter(device->defense, SD_IP, 0);

	if (!filter)
		filter = defense_filter(device->defense, SD_ETHER, 0);
	if (filter)
		add_filter(device, filter->name);
}

static void enable(struct device *device, enum sd_owner owner, uint32_t precedence)
{
	struct sd_binding binding = { .owner = owner };

	if (defense_bindings(device->defense, owner) > 0)
		return;
	binding.policy = add_policy(device, precedence, 0);
	if (binding.policy == 0)
		return;
	defense_arm(device->defense, owner, true, device->now_ns);
	defense_bind(device->defense, &binding, device->now_ns);
}

static void unbind(struct device *device)
{
	struct sd_binding binding;

	if (defense_bindings(device->defense, OWNER_SYSTEM_DEFENSE) == 0)
		return;
	binding = *defense_binding(device->defense, OWNER_SYSTEM_DEFENSE, 0);
	defense_unbind(device->defense, &binding, device->now_ns);
}

void meddle(struct device *device, enum meddling what)
{
	device->meddled++;
	switch (what) {
	case MEDDLE_ADD:
		add(device);
		break;
	case MEDDLE_CLASH:
		clash(device);
		break;
	case MEDDLE_OUTRANK:
		enable(device, OWNER_AGENT_PRESENCE, OUTRANK_PRECEDENCE);
		break;
	case MEDDLE_UNBIND:
		unbind(device);
		break;
	case MEDDLE_REPLACE:
		unbind(device);
		enable(device, OWNER_SYSTEM_DEFENSE, 1);
		break;
	case MEDDLE_ANY:
	case MEDDLINGS:
	default:
		meddle(device, (enum meddling)(1 + rng_below(&device->rng, MEDDLINGS - 1)));
		break;
	}
}

void meddle_perhaps(struct device *device)
{
	if (device->knobs.meddle_percent == 0 || !device_has_defense(device))
		return;
	if (rng_below(&device->rng, 100) < device->knobs.meddle_percent)
		meddle(device, (enum meddling)device->knobs.meddle_act);
}
