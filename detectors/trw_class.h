/* SPDX-License-Identifier: Apache-2.0 */
/* trw_class.h - what a contact is for, as trw sees it; in line, because it is asked for each contact. */
#ifndef CORDON_DETECTORS_TRW_CLASS_H
#define CORDON_DETECTORS_TRW_CLASS_H

#include <stdbool.h>

#include "core/contact/contact.h"
#include "core/contact/host.h"
#include "core/detect/evidence.h"
#include "core/detect/memo.h"
#include "detectors/trw_settings.h"

#define TRW_HTTPS_PORT 443

/* From a host of the site.  Of which site those of the Internet are nobody knows. */
static inline bool trw_is_to_internet(const struct contact *contact)
{
	return !(contact->roles & HOST_BEYOND) && !ip_is_of_site(&contact->dst, &contact->src);
}

static inline bool trw_is_worm_port(const struct trw_config *config, const struct contact *contact)
{
	return param_ports_has(&config->worm_ports, contact->dst_port) ||
	       (contact->kind == CONTACT_TCP &&
		param_ports_has(&config->exposed_ports, contact->dst_port) &&
		trw_is_to_internet(contact));
}

static inline unsigned trw_class_of(const struct trw_config *config, const struct contact *contact)
{
	if (contact->kind == CONTACT_ICMP)
		return CLASS_ICMP;
	if (trw_is_worm_port(config, contact))
		return CLASS_WORM_PORT;
	if (contact->dst_port == TRW_HTTPS_PORT)
		return CLASS_HIGH_PORT; /* peers, relays and whatever wants to pass firewalls are found there by address */
	if (contact->dst_port < 1024 || param_ports_has(&config->service_ports, contact->dst_port))
		return CLASS_SERVICE_PORT;
	return CLASS_HIGH_PORT;
}

/* A destination carries one term; of a network that is not there it is the network. */
static inline uint16_t trw_what_fails(const struct contact *contact)
{
	struct ip network = contact->dst;

	if (contact->outcome != CONTACT_UNROUTED)
		return memo_tag(&contact->dst);
	network.bytes[15] = 0;
	return memo_tag(&network);
}

#endif
