/* SPDX-License-Identifier: Apache-2.0 */
/* trw_weights.c - see trw_weights.h. */
#include "detectors/trw_weights.h"

#include <math.h>
#include <stdbool.h>

#include "core/contact/contact.h"
#include "core/detect/detector.h"
#include "core/detect/evidence.h"
#include "detectors/trw_settings.h"

enum { ECHO_PORT = 7, DISCARD_PORT = 9, DNS_PORT = 53 };

double trw_plain_nats(const struct trw_config *config, unsigned port_class)
{
	switch (port_class) {
	case CLASS_WORM_PORT:
		return config->worm;
	case CLASS_SERVICE_PORT:
		return config->service;
	default:
		return config->high;
	}
}

/* Where magic packets go that wake machines.  Who is awake already says that nobody listens. */
static bool may_wake(const struct contact *contact)
{
	return (contact->dst_port == DISCARD_PORT || contact->dst_port == ECHO_PORT) &&
	       ip_is_of_site(&contact->dst, &contact->src);
}

void trw_weigh_datagram(const struct trw_config *config, const struct contact *contact,
			struct term *term)
{
	if (contact->outcome != CONTACT_REFUSED) {
		term->nats = fmin(term->nats, config->silent_udp);
		if (ip_is_of_site(&contact->dst, &contact->src))
			term->cap_nats =
				config->high_cap; /* what is configured by number goes out of date */
	}
	if (param_ports_has(&config->discovery_ports, contact->dst_port) || may_wake(contact)) {
		term->nats *= config->discovery;
		term->cap_nats = config->high_cap;
	} else if (contact->dst_port == DNS_PORT) {
		term->cap_nats = config->high_cap; /* who resolves names by itself asks many */
	}
}
