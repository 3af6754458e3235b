/* SPDX-License-Identifier: Apache-2.0 */
/* What can be subscribed to, and who has (amt-out-of-band.md 6.3).  Names of listeners are a
 * CHOICE. */
#include "tests/amtsim/class.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tests/amtsim/alert.h"
#include "tests/amtsim/device.h"
#include "tests/amtsim/names.h"

static const char *const collections[] = { ALERTS_ALL, ALERTS_FEATURES, ALERTS_USER };

static const char *const collection_keys[] = { "InstanceID", NULL };
static const char *const listener_keys[] = { "CreationClassName", "Name", "SystemCreationClassName",
					     "SystemName", NULL };
static const char *const subscription_keys[] = { "Filter", "Handler", NULL };

const char *class_filter_collection_name(size_t index)
{
	return collections[index];
}

static size_t count_collections(const struct device *device)
{
	(void)device;
	return sizeof(collections) / sizeof(collections[0]);
}

static void render_collection(const struct device *device, size_t index, struct instance *instance)
{
	(void)device;
	instance_text(instance, "CollectionName", collections[index]);
	instance_text(instance, "ElementName", collections[index]);
	instance_text(instance, "InstanceID", collections[index]);
}

const struct class_def class_filter_collection = {
	.name = "CIM_FilterCollection",
	.schema = SCHEMA_CIM_URI,
	.realms = REALM_BIT(REALM_EVENTS),
	.keys = collection_keys,
	.count = count_collections,
	.render = render_collection,
};

static size_t count_subscriptions(const struct device *device)
{
	return device->subscriptions.count;
}

static void render_listener(const struct device *device, size_t index, struct instance *instance)
{
	const struct subscription *s = &device->subscriptions.items[index];
	char name[64];

	snprintf(name, sizeof(name), "Intel(r) AMT:WSManagement Listener %" PRIu32, s->id);
	instance_text(instance, "CreationClassName", "CIM_ListenerDestinationWSManagement");
	instance_number(instance, "DeliveryMode", s->ack ? 3 : 2);
	instance_text(instance, "Destination", s->sink);
	instance_text(instance, "ElementName", name);
	instance_text(instance, "Name", name);
	instance_text(instance, "SystemCreationClassName", "CIM_ComputerSystem");
	instance_text(instance, "SystemName", "Intel(r) AMT");
}

const struct class_def class_listener = {
	.name = "CIM_ListenerDestinationWSManagement",
	.schema = SCHEMA_CIM_URI,
	.super = "CIM_ListenerDestination",
	.realms = REALM_BIT(REALM_EVENTS),
	.keys = listener_keys,
	.count = count_subscriptions,
	.render = render_listener,
};

static size_t collection_index(const char *name)
{
	size_t i = 0;

	while (strcmp(collections[i], name) != 0)
		i++;
	return i;
}

static void render_subscription(const struct device *device, size_t index,
				struct instance *instance)
{
	const struct subscription *s = &device->subscriptions.items[index];

	instance_reference(instance, "Filter",
			   (struct object){ &class_filter_collection,
					    collection_index(s->filter) });
	instance_reference(instance, "Handler", (struct object){ &class_listener, index });
}

static struct outcome remove_subscription(struct device *device, size_t index)
{
	subscription_remove(&device->subscriptions, index);
	return outcome_ok();
}

const struct class_def class_subscription = {
	.name = "CIM_FilterCollectionSubscription",
	.schema = SCHEMA_CIM_URI,
	.realms = REALM_BIT(REALM_EVENTS),
	.keys = subscription_keys,
	.count = count_subscriptions,
	.render = render_subscription,
	.remove = remove_subscription,
};
