/* SPDX-License-Identifier: Apache-2.0 */
/* fake_objects.h - what a scripted device holds: a small object model, its switches, the failure that is planned. */
#ifndef CORDON_TESTS_FAKE_OBJECTS_H
#define CORDON_TESTS_FAKE_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "amt/cim.h"
#include "amt/soap.h"
#include "amt/transport.h"
#include "core/asset/asset.h"
#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/loop.h"
#include "core/base/mem.h"
#include "core/base/num.h"

enum fake_failure {
	FAKE_NONE,
	FAKE_UNREACHABLE,    /* not executed, and the client knows */
	FAKE_LOST,           /* not executed, but the client cannot know */
	FAKE_DONE_NO_ANSWER, /* executed, the answer is lost */
	FAKE_DONE_GARBAGE,   /* executed, the answer is no XML */
	FAKE_DONE_TWICE,     /* the HTTP layer sent it again: a create is executed twice */
	FAKE_FAULT,          /* not executed: InternalError with a status */
	FAKE_401,            /* not executed: the nonce was forgotten once too often */
	FAKE_CUT,            /* executed, the answer ends in the middle */
	FAKE_FAILURES
};

#define FAKE_OBJECTS 96

struct fake_object {
	bool used;
	char class_name[64];
	char id[24];
	char name[64];        /* Name or PolicyName */
	char inner[4096];     /* the properties as XML, prefix h */
	uint32_t timeout_min; /* of a policy */
	uint32_t handles[64]; /* of a policy */
	unsigned handle_count;
	char policy[24]; /* of a binding: the policy's id */
	bool wireless;   /* of a binding: to port 1 */
};

struct fake_request;

struct fake_device {
	struct loop *loop;
	struct timer *timer;
	struct fake_object objects[FAKE_OBJECTS];
	unsigned next_id;
	const char *realm;
	char expected_realm[64]; /* what the client wants to hear in the challenge */
	bool realm_unheeded;     /* a transport that does not look at realms */
	bool unreachable;
	bool once;            /* the request at hand may not be repeated by the transport */
	char asked[64];       /* the address the client has opened */
	char address[64];     /* where this device is; "" = everywhere */
	unsigned moves_after; /* requests, then it is at moves_to; 0 = it stays */
	const char *moves_to;
	const char *guid, *release, *audit, *clock; /* NULL: the usual; audit, clock: not told */
	bool wireless, no_wired, flash_protected, no_defaults;
	unsigned power;         /* PowerState; 0 = on */
	unsigned power_returns; /* ReturnValue of an order */
	/* What a test answers itself; false: as ever. */
	bool (*scripted)(struct fake_device *device, const struct fake_request *request,
			 struct buf *out);
	const void *script;
	unsigned power_orders;
	bool radio_refuses; /* no policy is taken on port 1 */
	bool radio_loses; /* the connection breaks at each order to port 1, which is not executed */
	bool settings_by_name;    /* AMT_EthernetPortSettings cannot be enumerated */
	const char *settings[2];  /* more of that class, of each port; NULL: the usual */
	const char *radio_limits; /* capabilities of port 1; NULL: no instance of its own */
	char bound_order[16]; /* '0' and '1' for each enabling, '-' before it for each disabling */
	unsigned timeouts;    /* orders SetTimeout */
	unsigned gaps;        /* requests after which nothing at all was active */
	unsigned writes_repeatable,
		reads_repeatable; /* requests that the transport might have sent twice */
	unsigned mode;            /* ProvisioningMode */
	bool no_binding_get;      /* bindings can be enumerated only */
	bool no_system_defense, password_wrong, tell_no_handles;
	unsigned filters_max;
	uint64_t answer_ns; /* how long an answer takes; 0 = a millisecond */
	bool endless;       /* enumerations have always one page more */
	unsigned litter;    /* so many policies under names of ours, all in the first page */
	uint32_t dropped_transmit, dropped_receive;
	bool statistics_named; /* else the default filters have neither name nor known id */

	unsigned requests, writes; /* since the last reset of the counters */
	unsigned fail_at;          /* the n-th request; 0 = never */
	bool fail_on;              /* and all after it */
	enum fake_failure failure;
	struct transport_answer answer;
	char *text;
	transport_done_fn *done;
	void *arg;
	bool closed;
};

static inline struct fake_object *fake_by_id(struct fake_device *device, const char *class_name,
					     const char *id)
{
	for (size_t i = 0; i < FAKE_OBJECTS; i++) {
		struct fake_object *object = &device->objects[i];

		if (object->used && strcmp(object->class_name, class_name) == 0 &&
		    strcmp(object->id, id) == 0)
			return object;
	}
	return NULL;
}

static inline unsigned fake_count(const struct fake_device *device, const char *class_name,
				  const char *name_prefix)
{
	unsigned count = 0;

	for (size_t i = 0; i < FAKE_OBJECTS; i++) {
		const struct fake_object *object = &device->objects[i];

		count += object->used && strcmp(object->class_name, class_name) == 0 &&
			 strncmp(object->name, name_prefix, strlen(name_prefix)) == 0;
	}
	return count;
}

static inline struct fake_object *fake_add(struct fake_device *device, const char *class_name,
					   const char *name)
{
	for (size_t i = 0; i < FAKE_OBJECTS; i++) {
		struct fake_object *object = &device->objects[i];

		if (object->used)
			continue;
		memset(object, 0, sizeof(*object));
		object->used = true;
		snprintf(object->class_name, sizeof(object->class_name), "%s", class_name);
		snprintf(object->id, sizeof(object->id), "%u", ++device->next_id);
		snprintf(object->name, sizeof(object->name), "%s", name);
		return object;
	}
	return NULL;
}

static inline unsigned fake_precedence(const struct fake_object *policy)
{
	const char *at = policy ? strstr(policy->inner, "<h:PolicyPrecedence>") : NULL;
	char digits[12] = "";
	uint32_t value = 0;

	if (at)
		snprintf(digits, sizeof(digits), "%.*s", (int)strspn(at + 20, "0123456789"),
			 at + 20);
	return num_u32_between(digits, 0, UINT32_MAX, &value) ? value : 0;
}

static inline bool fake_is_binding(const struct fake_object *object)
{
	return object->used && *object->policy;
}

#define FAKE_DEFAULT "AMT_NetworkPortDefaultSystemDefensePolicy"

/* Of one port: the binding with the highest precedence wins, the default's only where there is no other (dossier 3.2). */
static inline const struct fake_object *fake_active_on(struct fake_device *device, bool wireless)
{
	const struct fake_object *best = NULL, *fallback = NULL;

	for (size_t i = 0; i < FAKE_OBJECTS; i++) {
		const struct fake_object *object = &device->objects[i];

		if (!fake_is_binding(object) || object->wireless != wireless)
			continue;
		if (strcmp(object->class_name, FAKE_DEFAULT) == 0)
			fallback = object;
		else if (!best || fake_precedence(fake_by_id(device, "AMT_SystemDefensePolicy",
							     object->policy)) >
					  fake_precedence(fake_by_id(
						  device, "AMT_SystemDefensePolicy", best->policy)))
			best = object;
	}
	return best ? best : fallback;
}

static inline struct fake_object *fake_foreign(struct fake_device *device, const char *name,
					       unsigned precedence, const char *owner_class)
{
	struct fake_object *policy = fake_add(device, "AMT_SystemDefensePolicy", name);
	struct fake_object *binding;

	snprintf(policy->inner, sizeof(policy->inner),
		 "<h:PolicyName>%s</h:PolicyName><h:PolicyPrecedence>%u"
		 "</h:PolicyPrecedence>",
		 name, precedence);
	if (!owner_class)
		return policy;
	binding = fake_add(device, owner_class, "");
	snprintf(binding->policy, sizeof(binding->policy), "%s", policy->id);
	return binding;
}

enum fake_port { FAKE_CABLE, FAKE_RADIO, FAKE_ANY };

/* Policies that some owner has enabled on that port; defaults aside. */
static inline unsigned fake_bound_on(struct fake_device *device, enum fake_port port,
				     const char *name_prefix)
{
	unsigned count = 0;

	for (size_t i = 0; i < FAKE_OBJECTS; i++) {
		const struct fake_object *object = &device->objects[i];
		const struct fake_object *policy;

		if (!fake_is_binding(object) || strcmp(object->class_name, FAKE_DEFAULT) == 0 ||
		    (port != FAKE_ANY && object->wireless != (port == FAKE_RADIO)))
			continue;
		policy = fake_by_id(device, "AMT_SystemDefensePolicy", object->policy);
		count += policy && strncmp(policy->name, name_prefix, strlen(name_prefix)) == 0;
	}
	return count;
}

static inline unsigned fake_bound(struct fake_device *device, const char *name_prefix)
{
	return fake_bound_on(device, FAKE_ANY, name_prefix);
}

static inline void fake_fail(struct fake_device *device, enum fake_failure failure, unsigned at,
			     bool and_after)
{
	device->failure = failure;
	device->fail_at = at;
	device->fail_on = and_after;
	device->requests = device->writes = 0;
}

#endif
