/* SPDX-License-Identifier: Apache-2.0 */
/* trw_weights.h - what a failure weighs by what it is alone, before anything is remembered of its host (trw.md has the table). */
#ifndef CORDON_DETECTORS_TRW_WEIGHTS_H
#define CORDON_DETECTORS_TRW_WEIGHTS_H

struct contact;
struct term;
struct trw_config;

double trw_plain_nats(const struct trw_config *config, unsigned port_class);
/* Of UDP that is not a worm's: into a term that has its plain weight. */
void trw_weigh_datagram(const struct trw_config *config, const struct contact *contact,
			struct term *term);

#endif
