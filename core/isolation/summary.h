/* SPDX-License-Identifier: Apache-2.0 */
/* summary.h - an incident in one sentence with its numbers, for a person who has ten seconds:
 *
 *   asked ARP for 5 addresses nobody owns in 0.4 s, 4 of them in sequence
 *   tried TCP port 445 of 6 hosts in 0.6 s, 6 failed
 *
 * The subject is the host; the caller names it. */
#ifndef CORDON_ISOLATION_SUMMARY_H
#define CORDON_ISOLATION_SUMMARY_H

struct incident;

#define SUMMARY_BYTES 320

/* The strongest evidence and, behind "; also ", the strongest of another class of contacts. */
void summary_of_incident(const struct incident *incident, char text[SUMMARY_BYTES]);

#endif
