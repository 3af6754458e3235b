/* SPDX-License-Identifier: Apache-2.0 */
/* One number for each port, faded when it is looked at.
 *
 * Left out: other cells (sensors on other VLANs): their convictions reach the same book.  Neighbours asked for by ARP have no
 * port, so such evidence counts in full but entitles to nothing. */
#include "core/incident/alarm.h"

#include <math.h>

#include "core/base/units.h"
#include "core/detect/evidence.h"

#define HALF_LIFE_NS s_to_ns(10 * 60)
/* How long before the first conviction an outbreak may have begun. */
#define BEFORE_NS s_to_ns(30 * 60)

static double hosts_at(const struct alarm_port *place, uint64_t now_ns)
{
	if (now_ns <= place->noted_ns)
		return place->hosts;
	return place->hosts * exp2(-(double)(now_ns - place->noted_ns) / (double)HALF_LIFE_NS);
}

static const struct alarm_port *find(const struct alarm *alarm, uint16_t port)
{
	for (unsigned i = 0; port && i < ALARM_PORTS; i++)
		if (alarm->ports[i].port == port)
			return &alarm->ports[i];
	return NULL;
}

static struct alarm_port *place_for(struct alarm *alarm, uint16_t port, uint64_t now_ns)
{
	struct alarm_port *weakest = &alarm->ports[0];

	for (unsigned i = 0; i < ALARM_PORTS; i++) {
		struct alarm_port *place = &alarm->ports[i];

		if (place->port == port)
			return place;
		if (hosts_at(place, now_ns) < hosts_at(weakest, now_ns))
			weakest = place;
	}
	*weakest = (struct alarm_port){ .port = port };
	return weakest;
}

void alarm_note(struct alarm *alarm, uint16_t port, uint64_t now_ns)
{
	struct alarm_port *place;

	if (port == 0)
		return;
	place = place_for(alarm, port, now_ns);
	place->hosts = hosts_at(place, now_ns);
	/* The last outbreak is over when next to nothing of it is left. */
	if (place->hosts < 0.5)
		place->began_ns = now_ns;
	place->hosts += 1;
	if (now_ns > place->noted_ns)
		place->noted_ns = now_ns;
}

double alarm_nats(const struct alarm *alarm, uint16_t port, uint64_t now_ns)
{
	const struct alarm_port *place = find(alarm, port);

	if (!place)
		return 0;
	return fmin(ALARM_MOST_NATS, ALARM_STEP_NATS * fmax(0, hosts_at(place, now_ns) - 1));
}

static double relief_of(const struct alarm *alarm, const struct evidence *item, uint64_t now_ns)
{
	const struct alarm_port *place = find(alarm, item->port);

	if (!place || item->half_life_min || item->contacts < ALARM_FLOOR_CONTACTS ||
	    item->log_odds <= 0 || item->first_contact_ns + BEFORE_NS < place->began_ns)
		return 0;
	return alarm_nats(alarm, item->port, now_ns);
}

double alarm_relief(const struct alarm *alarm, const struct evidence *items, size_t count,
		    uint64_t now_ns)
{
	double relief = 0;

	for (size_t i = 0; i < count; i++)
		relief = fmax(relief, relief_of(alarm, &items[i], now_ns));
	return relief;
}
