/* SPDX-License-Identifier: Apache-2.0 */
/* named.c - addresses told by DNS, as fingerprints in a table of fixed size.
 *
 * An answer is believed without a look at its question: a forged one can make its victim's failures weigh less and no more
 * than that, and whoever wants that for itself can as well ask a name server of its own.
 *
 * Left out: addresses that a program was told earlier than it keeps them here, or in secret. */
#include "core/detect/named.h"

#include <string.h>

#include "core/base/units.h"
#include "core/contact/contact.h"
#include "core/contact/observation.h"
#include "core/net/dns.h"

#define STAY_S      3600 /* programs hold on to addresses beyond their time to live */
#define STAY_MOST_S 86400

static uint64_t fingerprint(const struct ip *address, const struct contact *contact,
			    uint32_t machine)
{
	struct host_key told = { .vlan = 0 };

	if (ip_is_private(address) && machine) {
		told.vlan = contact->vlan;
		for (unsigned i = 0; i < 4; i++)
			told.ip.bytes[i] = (uint8_t)(machine >> 8 * i);
	} else if (ip_is_private(address)) {
		told = host_key_of(&contact->src, contact->vlan);
	}
	return known_address(&told, address, 0);
}

static uint32_t second_of(const struct contact *contact)
{
	return (uint32_t)(contact->opened_ns / NS_PER_S);
}

static uint32_t stay_of(const struct observed_name *name)
{
	if (name->ttl_s < STAY_S)
		return STAY_S;
	return name->ttl_s < STAY_MOST_S ? name->ttl_s : STAY_MOST_S;
}

/* Two periods are longer than any address is kept. */
static uint64_t *filter_at(struct named *named, uint32_t now_s)
{
	uint32_t period = now_s / STAY_MOST_S;

	if (period > named->period) {
		memset(named->filters[period % 2], 0, sizeof(named->filters[0]));
		named->period = period;
	}
	return named->filters[named->period % 2];
}

static unsigned filter_bit(uint64_t print)
{
	return (unsigned)(print >> 16) % NAMED_FILTER_BITS;
}

static void tell(struct named *named, uint64_t print, uint32_t now_s, uint32_t stay_s)
{
	const struct known_table table = { named->sets, NAMED_SETS };
	unsigned bit = filter_bit(print);

	filter_at(named, now_s)[bit / 64] |= UINT64_C(1) << bit % 64;
	known_add(&table, print, now_s, stay_s);
}

static bool is_told(const struct named *named, uint64_t print, uint32_t now_s)
{
	const struct known_table table = { (struct known_set *)named->sets, NAMED_SETS };
	unsigned bit = filter_bit(print);
	uint64_t either = named->filters[0][bit / 64] | named->filters[1][bit / 64];

	return either >> bit % 64 & 1 && known_has(&table, print, now_s);
}

void named_hear(struct named *named, const struct observation *observation, uint32_t machine)
{
	const struct contact *asker = &observation->contact;
	const struct observed_name *name = &observation->name;

	if (observation->kind != OBSERVED_NAME || name->rcode != DNS_NOERROR)
		return;
	for (unsigned i = 0; i < name->address_count; i++)
		tell(named, fingerprint(&name->addresses[i], asker, machine), second_of(asker),
		     stay_of(name));
}

/* Who asked may have been a stranger then, of whom no frame was kept. */
bool named_has(const struct named *named, const struct contact *contact, uint32_t machine)
{
	uint32_t now_s = second_of(contact);

	return is_told(named, fingerprint(&contact->dst, contact, machine), now_s) ||
	       (machine && is_told(named, fingerprint(&contact->dst, contact, 0), now_s));
}
