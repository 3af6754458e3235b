/* SPDX-License-Identifier: Apache-2.0 */
/* errand.h - what a host wants of its neighbours, as those that live show it.
 *
 * A question for an address that nobody owns does not say what it was for, but the neighbours that live, and were new to the host, do:
 * who works at a list (backups, control systems, balancers, clusters, peers of a program) is let in by one after the other
 * at one service.  Who sweeps for victims comes to the ports that worms use, and at others is turned away by most.
 *
 * A zeroed part of a detector's state. */
#ifndef CORDON_DETECTORS_ERRAND_H
#define CORDON_DETECTORS_ERRAND_H

#include <stdbool.h>
#include <stdint.h>

struct contact;

#define ERRAND_PLACES \
	4096 /* 96 KiB; places are shared by chance, and then the latest one's is kept */
#define ERRAND_SERVICES 3 /* of one host, apart; the least used gives way */

struct errand_service {
	uint16_t port;
	uint16_t let_in;
};

struct errand {
	uint32_t check, met_s;  /* wall, of the latest neighbour that let it in */
	uint16_t at_worm_ports; /* those that let it in there */
	uint16_t living;        /* neighbours that were new to it and answered its question */
	struct errand_service services[ERRAND_SERVICES];
};

struct errands {
	struct errand places[ERRAND_PLACES];
};

struct errand_rule {
	uint64_t keep_ns; /* forgotten when so long nobody new was met */
	bool is_worm_port;
};

/* A neighbour that was new to the host of the contact lives. */
void errand_meet(struct errands *errands, const struct contact *contact,
		 const struct errand_rule *rule);
/* It lets the host in.  True if that makes an errand. */
bool errand_let_in(struct errands *errands, const struct contact *contact,
		   const struct errand_rule *rule);
/* Was it let in by two at one service, and by half of those that live, and by no two at ports that worms use? */
bool errand_is_known(const struct errands *errands, const struct contact *contact,
		     const struct errand_rule *rule);

#endif
