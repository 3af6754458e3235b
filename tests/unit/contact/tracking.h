/* SPDX-License-Identifier: Apache-2.0 */
/* tracking.h - a tracker whose reports are kept for looking at; for the tests of the tracker. */
#ifndef CORDON_TESTS_TRACKING_H
#define CORDON_TESTS_TRACKING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/contact/contact.h"
#include "core/contact/host.h"
#include "core/contact/tracker.h"
#include "tests/unit/contact/wire.h"

#define SEEN_MAX 4096

struct fixture {
	struct tracker *tracker;
	struct contact seen[SEEN_MAX];
	unsigned count, roles_told, roles;
	struct ip a, b, out;
};

static void fixture_contact(void *arg, struct host *host, const struct contact *contact)
{
	struct fixture *f = arg;

	assert_memory_equal(&host->key.ip, &contact->src, sizeof(contact->src));
	assert_true(f->count < SEEN_MAX);
	f->seen[f->count++] = *contact;
}

static void fixture_role(void *arg, const struct host *host, unsigned role)
{
	struct fixture *f = arg;

	(void)host;
	f->roles_told++;
	f->roles |= role;
}

static inline void start_among_strangers(struct fixture *f, uint32_t contacts_max)
{
	struct tracker_config config = { .key = { { 1, 2 } },
					 .hosts_max = 64,
					 .contacts_max = contacts_max };
	struct tracker_sink sink = { .arg = f, .contact = fixture_contact, .role = fixture_role };

	memset(f, 0, sizeof(*f));
	f->tracker = tracker_new(&config, &sink);
	f->a = wire_ip("10.0.0.5");
	f->b = wire_ip("10.0.0.6");
	f->out = wire_ip("93.184.216.34");
}

static inline void meet(struct fixture *f, const struct ip *ip)
{
	struct host_key key = host_key_of(ip, 0);

	tracker_meet(f->tracker, &key);
}

/* a and b are hosts already: their first contacts are told at once. */
static inline void start(struct fixture *f, uint32_t contacts_max)
{
	start_among_strangers(f, contacts_max);
	meet(f, &f->a);
	meet(f, &f->b);
}

static inline void see(struct fixture *f, struct packet packet)
{
	tracker_see(f->tracker, &packet);
}

static inline const struct contact *latest(const struct fixture *f)
{
	assert_true(f->count > 0);
	return &f->seen[f->count - 1];
}

#endif
